"""Real actions move the figures, and Slack, the command line and /metrics say the same."""

import asyncio
import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from talk import ANSWER_SECONDS, Conversation, shown

from bot.cli import main
from bot.protocols import Usage
from bot.usage.exposition import exposition
from handlers.views.usage import value_text

GOLDEN_CROSS = "@Deskhand how did the golden cross on the S&P 500 do?"


def thumb(verdict: str, message: object) -> dict[str, str]:
    """The press on one of the two sides."""
    block = next(block for block in message.blocks if block["type"] == "context_actions")  # type: ignore[attr-defined]
    side = "positive_button" if verdict == "good" else "negative_button"
    return {"value": block["elements"][0][side]["value"]}


async def scraped(conversation: Conversation) -> dict[tuple[str, ...], float]:
    text = (await exposition(conversation.bot.usage)).decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_every_place_says_the_same_after_real_actions(
    conversation: Conversation, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = conversation.workspace
    await workspace.set_member("deskhand-admins", "olga", True)
    before = await conversation.bot.usage.usage("month")
    answer = await conversation.ask("ana", GOLDEN_CROSS)
    await conversation.ask("paul", "@Deskhand compare the golden cross with buy and hold on the S&P 500")
    assert thumb("bad", await conversation.ask("gina", GOLDEN_CROSS)), "a refusal is an answer, too"
    whispers = workspace.state.channel("#desk").ephemerals
    await workspace.press("ana", "#desk", answer.ts, "help.feedback", chosen=thumb("good", answer))
    await workspace.wait_for(lambda: len(whispers) == 1, ANSWER_SECONDS)
    await workspace.press("paul", "#desk", answer.ts, "help.feedback", chosen=thumb("bad", answer))
    await workspace.wait_for(lambda: len(whispers) == 2, ANSWER_SECONDS)
    [why] = [message for message in whispers.values() if "What was wrong" in message.text]
    await workspace.press("paul", "#desk", why.ts, "help.reason")
    await workspace.wait_for(lambda: bool(workspace.open_views("paul")), ANSWER_SECONDS)
    [form] = workspace.open_views("paul")
    field = {"type": "plain_text_input", "value": "the benchmark is not mine"}
    await workspace.submit_view("paul", form["id"], {"why": {"text": field}})
    await workspace.wait_for(lambda: len(whispers) == 3, ANSWER_SECONDS)

    usage = await settled(conversation)
    moved = {figure.id: (figure.value or 0) - (before[figure.id].value or 0) for figure in usage.figures}
    assert {name: moved[name] for name in ("answers", "people", "narrations", "comparisons", "refused")} == {
        "answers": 3,
        "people": 3,
        "narrations": 1,
        "comparisons": 1,
        "refused": 1,
    }
    assert (moved["good"], moved["bad"], usage["satisfaction"].value) == (1, 1, 0.5)
    assert moved["reports"] == 3, "one narrated, two compared"
    assert usage["factual_accuracy"].value == 1
    assert moved["role_changes"] > 0, "the groups were read for the first time"
    assert usage["narrative_seconds"].value

    samples = await scraped(conversation)
    for figure in usage.figures:
        assert samples.get(("deskhand_figure", figure.id, "month")) == figure.value, figure.id
    assert samples["deskhand_requests_total", "denied", "narrate"] == 1
    assert not any("U0" in word for labels in samples for word in labels), "nobody is named"

    monkeypatch.setenv("DESKHAND_HOME", str(home))
    assert await asyncio.to_thread(main, ["usage", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {row["id"]: row["value"] for row in told["figures"]} == {f.id: f.value for f in usage.figures}

    said = await conversation.ask("olga", "@Deskhand how are we doing this month?")
    whole = "".join(shown(message) for message in conversation.replies("#desk", said.thread_ts))
    for figure in usage.figures:
        if figure.topic == "quality":
            assert f"{figure.label}: {value_text(figure)}" in whole
            assert (figure.means if figure.value else figure.label.lower()) in whole
    assert "the benchmark is not mine" in whole


async def settled(conversation: Conversation) -> Usage:
    """The figures once what was said last is recorded, which comes after it is shown."""
    async with asyncio.timeout(ANSWER_SECONDS):
        while True:
            usage = await conversation.bot.usage.usage("month")
            if usage["answers"].value == 3:
                return usage
            await asyncio.sleep(0.02)


async def test_only_admins_read_usage(conversation: Conversation) -> None:
    refused = await conversation.ask("ana", "@Deskhand how are we doing this month?")
    assert "needs the admin role" in refused.text
