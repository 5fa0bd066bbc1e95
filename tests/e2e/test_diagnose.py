"""Diagnoses in Slack, on the embedded desk: healthy, broken, followed by its runbook, escalated, taken, solved."""

import duckdb
from talk import ANSWER_SECONDS, Conversation, shown

STALE = "@Deskhand why is the price data stale?"


def break_ingestion(conversation: Conversation) -> None:
    """The newest run of the desk's ingestion failed, and its last week of prices is gone."""
    path = conversation.bot.core.settings.home / "market.duckdb"
    with duckdb.connect(str(path)) as store:
        store.execute("DELETE FROM daily_prices WHERE date > DATE '2018-12-20'")
        store.execute(
            "INSERT INTO ingestion_runs (source, started_at, finished_at, status, rows, error) VALUES "
            "('embedded', now()::TIMESTAMP, now()::TIMESTAMP, 'failed', 0, 'No space left on device <!channel>')"
        )


async def test_a_healthy_desk_is_well(conversation: Conversation) -> None:
    answer = await conversation.ask("olga", STALE)
    assert "All is well" in answer.text
    details = await conversation.press("olga", answer, "diagnose.details")
    assert "data_freshness on market" in shown(details)
    assert "asked:" in shown(details)


async def test_a_broken_desk_from_question_to_solved(conversation: Conversation) -> None:
    break_ingestion(conversation)
    answer = await conversation.ask("olga", STALE)
    assert "Cause: The last ingestion into market failed: No space left on device" in answer.text
    assert "<!channel>" not in shown(answer)
    thread = answer.thread_ts
    step = await conversation.press("olga", answer, "diagnose.step")
    assert "Step " in step.text
    following = await conversation.ask("olga", "done", thread_ts=thread)
    assert "Step " in following.text
    assert following.text != step.text
    why = await conversation.ask("olga", "why?", thread_ts=thread)
    assert "No space left" in why.text
    again = await conversation.ask("olga", "check again", thread_ts=thread)
    assert "No space left" in again.text

    said = await conversation.ask("olga", "escalate this", thread_ts=thread)
    assert "INC-1 is with" in said.text
    ops = conversation.workspace.state.channel("#ops-alerts")
    await conversation.workspace.wait_for(lambda: any(m.from_bot for m in ops.messages.values()), ANSWER_SECONDS)
    woken = next(m for m in ops.messages.values() if m.from_bot)
    assert "INC-1" in woken.text
    before = len(conversation.replies("#desk", thread))
    await conversation.workspace.press("olga", "#ops-alerts", woken.ts, "diagnose.acknowledge")
    await conversation.workspace.wait_for(lambda: len(conversation.replies("#desk", thread)) > before, ANSWER_SECONDS)
    assert "takes INC-1" in conversation.replies("#desk", thread)[-1].text
    await conversation.ask("olga", "solved", thread_ts=thread)
    figures = await conversation.bot.parts.diagnostics.incidents.figures(0, 2e10)
    assert (figures.opened, figures.solved, figures.escalated, figures.avoided) == (1, 1, 1, 0)


async def test_an_analyst_may_ask_for_freshness_and_learns_what_was_not_checked(conversation: Conversation) -> None:
    break_ingestion(conversation)
    answer = await conversation.ask("ana", STALE)
    assert "The last ingestion into market failed" in answer.text
    assert "host_disk" in answer.text
    refused = await conversation.ask("ana", "@Deskhand how full is the disk?")
    assert "needs the operator role" in refused.text


async def test_a_runbook_is_found_by_what_is_wrong(conversation: Conversation) -> None:
    answer = await conversation.ask("olga", "@Deskhand which runbook do I use when the cache evicts?")
    assert "The cache evicts what is needed" in answer.text
    step = await conversation.press("olga", answer, "diagnose.step")
    assert "Step 1 of" in step.text
