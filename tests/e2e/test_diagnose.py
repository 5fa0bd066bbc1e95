"""Diagnoses in Slack, on the embedded desk: healthy, broken, followed by its runbook, escalated, taken, solved."""

from pathlib import Path

import duckdb
import pytest
from talk import ANSWER_SECONDS, Conversation, shown

STALE = "@Deskhand why is the price data stale?"


@pytest.fixture
def broken(home: Path) -> None:
    """The newest run of the desk's ingestion failed, and its last week of prices is gone; made before the bot starts."""
    with duckdb.connect(str(home / "market.duckdb")) as store:
        store.execute("DELETE FROM daily_prices WHERE date > DATE '2018-12-20'")
        store.execute(
            "INSERT INTO ingestion_runs (source, started_at, finished_at, status, rows, error) VALUES "
            "('embedded', now()::TIMESTAMP, now()::TIMESTAMP, 'failed', 0, 'No space left on device <!channel>')"
        )


async def test_a_healthy_desk_is_well(conversation: Conversation) -> None:
    answer = await conversation.ask("olga", STALE)
    assert "as fresh as expected" in answer.text
    details = await conversation.press("olga", answer, "diagnose.details")
    assert "data_freshness on market" in shown(details)
    assert "asked:" in shown(details)


async def said(conversation: Conversation, thread: str, words: str) -> None:
    """Waits until the bot has said it in the thread: an answer may come in several messages."""
    await conversation.workspace.wait_for(
        lambda: any(words in message.text for message in conversation.replies("#desk", thread)), ANSWER_SECONDS
    )


async def test_a_broken_desk_from_question_to_solved(broken: None, conversation: Conversation) -> None:
    answer = await conversation.ask("olga", STALE)
    assert "Cause: The last ingestion into market failed: No space left on device" in answer.text
    assert "<!channel>" not in shown(answer)
    thread = answer.thread_ts
    await conversation.workspace.press("olga", "#desk", answer.ts, "diagnose.step")
    for number in (5, 6, 7):
        await said(conversation, thread, f"Step {number} of 7")
        await conversation.workspace.say("olga", "#desk", "done", thread)
    await said(conversation, thread, "That was the last step")
    await conversation.workspace.say("olga", "#desk", "what did you not check?", thread)
    await said(conversation, thread, "I left out nothing")
    await conversation.workspace.say("olga", "#desk", "escalate this", thread)
    await said(conversation, thread, "INC-1 is with")
    ops = conversation.workspace.state.channel("#ops-alerts")
    await conversation.workspace.wait_for(lambda: any(m.from_bot for m in ops.messages.values()), ANSWER_SECONDS)
    woken = next(m for m in ops.messages.values() if m.from_bot)
    assert "INC-1" in woken.text
    await conversation.workspace.press("olga", "#ops-alerts", woken.ts, "diagnose.acknowledge")
    await said(conversation, thread, "takes INC-1")
    await conversation.workspace.say("olga", "#desk", "solved", thread)
    await said(conversation, thread, "marked INC-1 as solved")
    figures = await conversation.bot.parts.diagnostics.incidents.figures(0, 2e10)
    assert (figures.opened, figures.solved, figures.escalated, figures.avoided) == (1, 1, 1, 0)


async def test_an_analyst_may_ask_for_freshness_and_learns_what_was_not_checked(
    broken: None, conversation: Conversation
) -> None:
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


async def test_the_ingestion_is_run_again_by_a_confirmed_button(broken: None, conversation: Conversation) -> None:
    answer = await conversation.ask("olga", STALE)
    plan = await conversation.press("olga", answer, "diagnose.act.0")
    assert "rerun_ingestion on market" in plan.text
    before = len(conversation.replies("#desk", answer.thread_ts))
    await conversation.workspace.press("olga", "#desk", plan.ts, "diagnose.confirm")
    await conversation.workspace.wait_for(
        lambda: any("Confirmed by" in message.text for message in conversation.replies("#desk", answer.thread_ts)),
        ANSWER_SECONDS,
    )
    assert len(conversation.replies("#desk", answer.thread_ts)) == before
    again = await conversation.ask("olga", "check again", thread_ts=answer.thread_ts)
    assert "as fresh as expected" in again.text
