"""Each figure is moved by a real action, and /metrics, the command line, Slack and the Home tab say the same of it."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from talk import ANSWER_SECONDS, Conversation, settings_for, shown
from test_home_and_help import HomeTab
from test_model_narratives import INVENTED, desk_with_a_model, says
from test_reviews import Desk
from test_usage import thumb

from bot.cli import main
from bot.composition import slack_bot
from bot.prompts.book import FOLDER
from bot.protocols import Usage
from bot.settings import ConnectionSettings
from bot.settings.tables import ModelLimits
from bot.usage.exposition import exposition
from bot.usage.figures import FIGURES
from bot.workspace.server import Workspace
from handlers.views.home import MONTH
from handlers.views.usage import value_text
from tools.narrative.report import Checks, FindingModel

GOLDEN_CROSS = "@Deskhand how did the golden cross on the S&P 500 do?"
STALE = "@Deskhand why is the price data stale?"
OF_MODELS = {
    "model_calls", "model_failures", "guardrails", "tokens", "cached_share", "cost", "drafts_refused", "findings",
    "tools_failed", "reports", "factual_accuracy",
}  # fmt: skip
OF_PEOPLE = {figure.id for figure in FIGURES} - OF_MODELS | {"reports", "factual_accuracy"}


OF_THE_PROCESS = {
    "deskhand_events_total", "deskhand_ack_seconds_count", "deskhand_reply_seconds_count", "deskhand_replies_total",
    "deskhand_model_calls_total", "deskhand_model_tokens_total", "deskhand_model_cost_total", "deskhand_model_seconds_count",
    "deskhand_guardrails_total", "deskhand_findings_total", "deskhand_narrative_seconds_count",
}  # fmt: skip


def counted() -> dict[str, float]:
    """The counters that this process adds to /metrics, over all labels."""
    totals: dict[str, float] = dict.fromkeys(OF_THE_PROCESS, 0.0)
    for family in REGISTRY.collect():
        for sample in family.samples:
            if sample.name in totals:
                totals[sample.name] += sample.value
    return totals


async def quiet(conversation: Conversation) -> None:
    """Until everything that was asked for is done and recorded."""
    async with asyncio.timeout(ANSWER_SECONDS):
        while (await conversation.bot.transport.health()).inbox_depth:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)


async def told_alike(conversation: Conversation, home: Path, capsys: pytest.CaptureFixture[str]) -> Usage:
    """The figures, once every place was seen to say the same."""
    await quiet(conversation)
    usage = await conversation.bot.usage.usage("month")
    text = (await exposition(conversation.bot.usage)).decode()
    samples = {
        (sample.labels["figure"], sample.labels["period"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "deskhand_figure"
    }
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["usage", "--json"]) == 0
    printed = {row["id"]: row["value"] for row in json.loads(capsys.readouterr().out.splitlines()[-1])["figures"]}
    for figure in usage.figures:
        assert samples.get((figure.id, "month")) == printed[figure.id] == figure.value, figure.id
    tab = HomeTab(conversation, "olga")
    await tab.open()
    for figure_id in MONTH:
        assert f"{usage[figure_id].label}: *{value_text(usage[figure_id])}*" in tab.text
    said = await conversation.ask("olga", "@Deskhand how are we doing this month?")
    whole = "".join(shown(message) for message in conversation.replies("#desk", said.thread_ts))
    for figure in usage.figures:
        # the question itself is a request, and takes its time; role changes and prompts stand in another answer
        if figure.topic in ("approvals", "incidents", "cost"):
            assert f"{figure.label}: {value_text(figure)}" in whole or not figure.value, figure.id
    return usage


@pytest.fixture
def stale(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk whose newest prices are gone since its ingestion failed."""
    with duckdb.connect(str(home / "market.duckdb")) as store:
        store.execute("DELETE FROM daily_prices WHERE date > DATE '2018-12-20'")
        store.execute(
            "INSERT INTO ingestion_runs (source, started_at, finished_at, status, rows, error) VALUES "
            "('embedded', now()::TIMESTAMP, now()::TIMESTAMP, 'failed', 0, 'No space left on device')"
        )
    monkeypatch.setenv("DESKHAND_HOME", str(home))
    return home


async def test_what_people_do_moves_its_figures(
    stale: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Workspace() as workspace, slack_bot(settings_for(workspace, stale)) as bot:
        await workspace.set_member("deskhand-admins", "olga", True)
        desk = Desk(conversation := Conversation(workspace, bot))
        before = await bot.usage.usage("month")
        await _reviewed(desk)
        await conversation.ask("ana", "@Deskhand compare the golden cross with buy and hold on the S&P 500")
        await conversation.ask("ana", "@Deskhand buy SPY when RSI is under 30 and sell when it is over 60")
        await _judged(desk, await conversation.ask("gina", "@Deskhand is everything ok?"))
        await _solved(conversation)
        await asyncio.to_thread(_rolled_back, tmp_path, monkeypatch)
        usage = await told_alike(conversation, stale, capsys)
    unmoved = {figure.id for figure in usage.figures if (figure.value or 0) == (before[figure.id].value or 0)}
    assert unmoved & OF_PEOPLE == set()


async def _reviewed(desk: Desk) -> None:
    """Sent back once, rated, approved."""
    card = await desk.ask_to_publish()
    await desk.submit("paul", card, "approvals.send_back", note="Drawdowns first")
    await desk.now_says(card, "*Sent back* by")
    redraft = await desk.said("sent the version before back")
    await desk.workspace.press("paul", "#desk", redraft.ts, "approvals.rate.4")
    await desk.whispered("paul", "Rated 4 of 5")
    await desk.submit("paul", redraft, "approvals.publish", "#research")
    await desk.now_says(redraft, "*Approved* by")


async def _judged(desk: Desk, refusal: Any) -> None:
    answer = await desk.report("paul")
    for who, verdict, message in (("ana", "good", answer), ("gina", "bad", refusal)):
        pressed = thumb(verdict, message)
        await desk.workspace.press(who, "#desk", message.ts, "help.feedback", chosen=pressed)
    await desk.whispered("gina", "What was wrong")
    await desk.whispered("ana", "Thank")


async def _solved(conversation: Conversation) -> None:
    """Two incidents, one of them handed over; and the ingestion run again."""

    async def says_in(thread: str, words: str) -> None:
        await conversation.workspace.wait_for(
            lambda: any(words in shown(message) for message in conversation.replies("#desk", thread)), ANSWER_SECONDS
        )

    first = await conversation.ask("olga", STALE)
    await conversation.workspace.say("olga", "#desk", "escalate this", first.thread_ts)
    await says_in(first.thread_ts, "INC-1 is with")
    second = await conversation.ask("olga", STALE)
    plan = await conversation.press("olga", second, "diagnose.act.0")
    await conversation.workspace.press("olga", "#desk", plan.ts, "diagnose.confirm")
    await says_in(second.thread_ts, "Confirmed by")
    for thread in (first.thread_ts, second.thread_ts):
        await conversation.workspace.say("olga", "#desk", "solved", thread)
        await says_in(thread, " solved")


def _rolled_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKHAND_PROMPTS", str(shutil.copytree(FOLDER, tmp_path / "prompts")))
    assert main(["prompts", "rollback", "narrate", "--by", "olga"]) == 0


async def test_what_models_and_tools_do_moves_theirs(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DESKHAND_HOME", str(home))
    stood = counted()
    priced = {
        "model_limits": ModelLimits(input_price=1.0, output_price=2.0),
        "connections": (ConnectionSettings(name="quotes", kind="redis", url="redis://127.0.0.1:1"),),
    }
    replies = (says(INVENTED), says(INVENTED), says("You will make money with it."))
    async with desk_with_a_model(home, *replies, **priced) as (conversation, _):
        await conversation.workspace.set_member("deskhand-admins", "olga", True)
        before = await conversation.bot.usage.usage("month")
        await conversation.ask("ana", GOLDEN_CROSS)
        await quiet(conversation)
        finding = FindingModel(kind="number", span="5.7%", reason="no fact has it")
        with monkeypatch.context() as wrong:
            wrong.setattr(
                "tools.narrative.service.checked", lambda text, facts: Checks(ok=False, findings=(finding,))
            )
            await conversation.ask("ana", "@Deskhand how did buy and hold on the S&P 500 do?")
            await quiet(conversation)
        await conversation.ask("olga", "@Deskhand is the quotes cache healthy?")
        usage = await told_alike(conversation, home, capsys)
    unmoved = {figure.id for figure in usage.figures if (figure.value or 0) == (before[figure.id].value or 0)}
    assert unmoved & OF_MODELS == set()
    assert {name for name, value in counted().items() if value <= stood[name]} == set()
