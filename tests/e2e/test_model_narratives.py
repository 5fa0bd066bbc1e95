"""A desk with a model: what it writes waits for a reviewer, what it invents is stopped, its outage is nobody's."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from talk import ANSWER_SECONDS, Conversation, settings_for, shown

from bot.composition import slack_bot
from bot.protocols import Person
from bot.workspace.server import Workspace
from bot.workspace.state import Message

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))

from scripted import Fail, Reply, Say, ScriptedModel, scripted_model

GOLDEN_CROSS = "@Deskhand how did the golden cross on the S&P 500 do?"
GOOD = "The strategy returned {strategy.cagr} a year with a Sharpe ratio of {strategy.sharpe}."
INVENTED = "The strategy beat the Nasdaq 100 by 12% because rates fell."


def says(sentence: str) -> Say:
    return Say({"sections": [{"title": "Returns and risk", "sentences": [sentence]}]})


@asynccontextmanager
async def desk_with_a_model(
    home: Path, *replies: Reply, **further: object
) -> AsyncIterator[tuple[Conversation, ScriptedModel]]:
    async with scripted_model(*replies) as server, Workspace() as workspace:
        settings = settings_for(workspace, home).model_copy(
            update={
                "model": "scripted-1",
                "openai_base_url": server.base_url,
                "openai_api_key": SecretStr("sk-" + "t" * 20),
                **further,
            }
        )
        async with slack_bot(settings) as bot:
            yield Conversation(workspace, bot), server


async def ask(conversation: Conversation) -> Message:
    """The answer; returns when the model, too, has had its say in the background."""
    answer = await conversation.ask("ana", GOLDEN_CROSS)
    async with asyncio.timeout(ANSWER_SECONDS):
        while (await conversation.bot.transport.health()).inbox_depth:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)
    return answer


async def kept(conversation: Conversation, action: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) async for line in conversation.bot.audit.export()]
    return [row for row in rows if row["action"] == action]


async def test_what_a_model_writes_waits_for_a_reviewer(home: Path) -> None:
    async with desk_with_a_model(home, says(GOOD)) as (conversation, server):
        first = await ask(conversation)
        assert "written by rules" in shown(first)
        approvals = conversation.bot.parts.approvals
        [waiting] = await approvals.list(kind="narrative")
        assert "model_written" in waiting.subject.details["reasons"]

        [call] = await kept(conversation, "model_call")
        assert (call["decision"], call["prompt_version"], call["model"]) == ("answered", "narrate.v2", "scripted-1")
        assert call["actor"] == conversation.workspace.state.user("ana").id
        report = next(row for row in await kept(conversation, "report") if row["prompt_version"])
        assert (report["decision"], report["prompt_version"]) == ("checked", "narrate.v2")
        usage = await conversation.bot.usage.usage()
        assert (usage["model_calls"].value, usage["tokens"].value) == (1, 120)

        paul = Person(conversation.workspace.state.user("paul").id, "Paul", frozenset({"viewer", "approver"}))
        same = waiting.subject.hash
        decided = await approvals.decide(waiting.id, paul, "approve", looked_at=same, now=same)
        assert decided.result == "decided"
        steps = await kept(conversation, "decision")
        assert [step["arguments"]["what"] for step in steps] == ["submit", "approve"]
        assert all("narrate.v2" in step["arguments"]["writer"] for step in steps), (
            "which version wrote what is decided on"
        )
        second = await ask(conversation)
        assert "scripted-1 narrate.v2" in shown(second)
        assert len(server.requests) == 1, "one generation for both"


async def test_what_a_model_invents_never_gets_out_and_is_counted(home: Path) -> None:
    async with desk_with_a_model(home, says(INVENTED)) as (conversation, server):
        answer = await ask(conversation)
        assert "written by rules" in shown(answer)
        assert "Nasdaq 100" not in shown(answer)
        assert await conversation.bot.parts.approvals.list(kind="narrative") == []
        usage = await conversation.bot.usage.usage()
        assert (usage["drafts_refused"].value, usage["factual_accuracy"].value) == (2, 1.0)
        assert len(server.requests) == 2, "one repair"


async def test_an_outage_changes_nothing_but_the_prose_and_is_over_when_it_is_over(home: Path) -> None:
    unavailable = Fail(503, headers={"retry-after-ms": "1"})
    async with desk_with_a_model(home, unavailable) as (conversation, server):
        answer = await ask(conversation)
        assert "written by rules" in shown(answer)
        assert [row["decision"] for row in await kept(conversation, "model_call")] == ["unavailable"]
        server.script(says(GOOD))
        await ask(conversation)
        [waiting] = await conversation.bot.parts.approvals.list(kind="narrative")
        assert "model_written" in waiting.subject.details["reasons"], "the model was asked again"
