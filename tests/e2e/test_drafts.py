"""A strategy from words to the registry by two people: drafted, revised twice, approved once, narrated after."""

import asyncio
import json

import pytest
from talk import ANSWER_SECONDS, Conversation, shown

from bot.protocols import Person
from bot.storage.drafts import SqlDrafts
from bot.workspace.state import Message
from tools.strategies.templates import builtin

REQUEST = "@Deskhand buy SPY when RSI is under 30 and sell when it is over 60, 3% stop"


class Desk:
    """What ana, who drafts, and paul, who approves, do and see."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.workspace = conversation.workspace
        self.store = SqlDrafts(conversation.bot.core.database, builtin())

    async def open_modal(self, who: str, message: Message, action: str) -> dict:
        await self.workspace.press(who, "#desk", message.ts, action)
        await self.workspace.wait_for(lambda: bool(self.workspace.open_views(who)), ANSWER_SECONDS)
        [view] = self.workspace.open_views(who)
        return view

    async def submit(self, who: str, view: dict, **fields: str) -> dict:
        values = {}
        for block in view["blocks"]:
            if block["type"] == "input":
                initial = block["element"].get("initial_value")
                said = fields.get(block["block_id"], initial)
                values[block["block_id"]] = {"text": {"type": "plain_text_input", "value": said or None}}
        return await self.workspace.submit_view(who, view["id"], values)

    async def until(self, found, seconds: float = ANSWER_SECONDS) -> Message:
        await self.workspace.wait_for(lambda: bool(found()), seconds)
        return found()[-1]

    def now(self, message: Message) -> Message:
        return next(m for m in self.workspace.messages("#desk") if m.ts == message.ts)

    def saying(self, words: str) -> list[Message]:
        return [m for m in self.workspace.messages("#desk") if m.from_bot and words in shown(m)]

    def whispered(self, who: str, words: str) -> list[Message]:
        user = self.workspace.state.user(who).id
        kept = self.workspace.state.channel("#desk").ephemerals.values()
        return [m for m in kept if m.ephemeral_to == user and words in shown(m)]


def buttons(message: Message) -> list[str]:
    return [e["action_id"] for block in message.blocks if block["type"] == "actions" for e in block["elements"]]


def thumbs(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks if block["type"] == "context_actions"]


@pytest.fixture
def desk(conversation: Conversation) -> Desk:
    return Desk(conversation)


async def test_drafted_revised_twice_approved_once_narrated_after(desk: Desk) -> None:
    first = await desk.conversation.ask("ana", REQUEST)
    assert "Buys SPY when RSI(14) is below 30" in shown(first)
    assert "RSI is RSI(14), since you gave no period" in shown(first)
    assert {"draft.approve", "draft.revise", "draft.reject", "draft.details"} <= set(buttons(first))

    second = await desk.conversation.ask("ana", "@Deskhand make the stop 5 %", thread_ts=first.thread_ts)
    assert "stop: 3 % → 5 %" in shown(second)
    await desk.until(lambda: [m for m in [desk.now(first)] if "Superseded" in shown(m)])
    assert not buttons(desk.now(first))
    assert thumbs(first) == thumbs(desk.now(first)) == ["context_actions"], "a card shown anew keeps its thumbs"

    view = await desk.open_modal("ana", second, "draft.revise")
    assert not await desk.submit("ana", view, **{"parameter:overbought_threshold": "65"})
    third = await desk.until(lambda: [m for m in desk.saying("Version 3") if buttons(m)])
    assert "RSI(14) is above 60 → RSI(14) is above 65" in shown(third)

    await desk.workspace.press("ana", "#desk", third.ts, "draft.approve")
    await desk.until(lambda: desk.whispered("ana", "somebody else has to decide"))

    await asyncio.gather(*(desk.workspace.press("paul", "#desk", third.ts, "draft.approve") for _ in range(2)))
    done = await desk.until(lambda: [m for m in [desk.now(third)] if "Approved" in shown(m)])
    assert not buttons(done)
    assert len(thumbs(done)) == 1
    recorded = await desk.until(lambda: desk.saying("Recorded as"))
    assert "Nothing is deployed" in shown(recorded)
    assert recorded.thread_ts == first.thread_ts
    narrated = await desk.until(lambda: [m for m in desk.saying("RSI mean reversion") if "narrate." in shown(m)])
    assert narrated.thread_ts == first.thread_ts

    [strategy] = await desk.store.strategies()
    assert strategy.version == strategy.trials == 3
    assert strategy.specification.parameters["overbought_threshold"] == 65
    assert strategy.approved_by == (desk.workspace.state.user("paul").id,)
    exported = strategy.to_json(builtin())
    assert exported["platform"]["strategy_type"] == "rsi_mean_reversion"
    run = await desk.conversation.bot.core.store.get(strategy.backtest_id)
    assert run is not None
    assert run.trials == 3

    listed = await desk.conversation.ask("ana", "@Deskhand which strategies are approved?")
    assert f"`{strategy.id}` version 3, approved by <@{strategy.approved_by[0]}>" in shown(listed)
    assert "Nothing is deployed" in shown(listed)


async def test_without_prices_a_draft_is_approved_knowing_that_nothing_was_tried(desk: Desk) -> None:
    card = await desk.conversation.ask("ana", "@Deskhand buy QQQ when RSI is under 30, sell when it is over 60")
    assert "There are no prices of QQQ here, so there was no trial run" in shown(card)
    [approve] = [
        e for block in card.blocks for e in block.get("elements", []) if e.get("action_id") == "draft.approve"
    ]
    assert "no backtest follows" in approve["confirm"]["text"]["text"]
    assert "no prices of QQQ" in shown(await desk.conversation.press("ana", card, "draft.details"))

    await desk.workspace.press("paul", "#desk", card.ts, "draft.approve")
    recorded = await desk.until(lambda: desk.saying("Recorded as"))
    assert "it was never tested" in shown(recorded)
    [strategy] = await desk.store.strategies()
    assert strategy.specification.symbols == ("QQQ",)
    assert strategy.backtest_id == ""
    listed = await desk.conversation.ask("ana", "@Deskhand which strategies are approved?")
    assert "never tested" in shown(listed)


async def test_asked_outside_slack_calls_approvers_in_the_operators_channel(desk: Desk) -> None:
    await desk.conversation.ask("ana", "@Deskhand help")  # groups are looked up with the first person
    drafts = desk.conversation.bot.parts.drafts
    draft = await drafts.draft("golden cross on SPY, 3% stop")
    await drafts.submitted(draft, Person("http:ci", "ci"), None)
    assert "operators' channel" in drafts.notice

    def called() -> list[Message]:
        return [m for m in desk.workspace.messages("#ops-alerts") if "asked for outside Slack" in shown(m)]

    card = await desk.until(called)
    assert "<!subteam^" in shown(card)
    await desk.workspace.press("paul", "#ops-alerts", card.ts, "draft.approve")
    await desk.until(lambda: [m for m in desk.workspace.messages("#ops-alerts") if "Recorded as" in shown(m)])
    [done] = [m for m in desk.workspace.messages("#ops-alerts") if m.ts == card.ts]
    assert "Approved" in shown(done)
    assert not buttons(done)


async def test_rejected_with_a_reason_and_questions_by_button(desk: Desk) -> None:
    asked = await desk.conversation.ask("ana", "@Deskhand buy SPY after three down closes in a row")
    assert "When should it get out?" in shown(asked)
    assert thumbs(asked)
    draft = await desk.conversation.press("ana", asked, "draft.choose.0")
    assert "Out after 10 trading days" in shown(draft)

    view = await desk.open_modal("paul", draft, "draft.reject")
    assert "note" in json.dumps(await desk.submit("paul", view))
    assert not await desk.submit("paul", view, note="Too few trades.")
    done = await desk.until(lambda: [m for m in [desk.now(draft)] if "Rejected" in shown(m)])
    assert "Too few trades." in shown(done)
    assert not buttons(done)
    assert not await desk.store.strategies()
