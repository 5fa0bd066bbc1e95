"""Narratives from request to publication, by two people and a guest, through every part as it ships."""

import json
from dataclasses import replace

import pytest
from talk import ANSWER_SECONDS, Conversation, shown

from bot.composition import slack_bot
from bot.storage.publications import SqlPublications
from bot.workspace.state import Message
from tools.narrative.report import Checks, FindingModel

GOLDEN_CROSS = "@Deskhand how did the golden cross on the S&P 500 do?"


class Desk:
    """What ana, who asks, and paul, who approves, do and see."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.workspace = conversation.workspace

    def channel(self, name: str) -> str:
        return self.workspace.state.channel(name).id

    async def report(self, who: str = "ana") -> Message:
        return await self.conversation.ask(who, GOLDEN_CROSS)

    async def modal(self, who: str) -> dict[str, object]:
        """What has opened for them."""
        await self.workspace.wait_for(lambda: bool(self.workspace.open_views(who)), ANSWER_SECONDS)
        [view] = self.workspace.open_views(who)
        return view

    async def submit(self, who: str, message: Message, action: str, channel: str = "", note: str = "") -> None:
        """Press a button that opens a modal, fill it in, submit it."""
        await self.workspace.press(who, "#desk", message.ts, action)
        view = await self.modal(who)
        values: dict[str, object] = {"note": {"text": {"type": "plain_text_input", "value": note or None}}}
        if channel:
            chosen = {"type": "conversations_select", "selected_conversation": self.channel(channel)}
            values["channel"] = {"channel": chosen}
        answer = await self.workspace.submit_view(who, view["id"], values)
        assert not answer, answer

    async def ask_to_publish(self, who: str = "ana") -> Message:
        """The card that reviewers get."""
        await self.submit(who, await self.report(who), "approvals.ask", "#research", "For Monday's committee")
        return await self.card(0)

    async def card(self, number: int, channel: str = "#desk") -> Message:
        await self.workspace.wait_for(lambda: len(self.cards(channel)) > number, ANSWER_SECONDS)
        return self.cards(channel)[number]

    def cards(self, channel: str = "#desk") -> list[Message]:
        return [m for m in self.workspace.messages(channel) if m.from_bot and "For review" in shown(m)]

    async def now_says(self, message: Message, words: str, channel: str = "#desk") -> Message:
        """The message, once it does."""

        def current() -> Message:
            return next(m for m in self.workspace.messages(channel) if m.ts == message.ts)

        await self.workspace.wait_for(lambda: words in shown(current()), ANSWER_SECONDS)
        return current()

    async def whispered(self, who: str, words: str) -> Message:
        """What only they see."""
        user = self.workspace.state.user(who).id

        def found() -> list[Message]:
            kept = self.workspace.state.channel("#desk").ephemerals.values()
            return [m for m in kept if m.ephemeral_to == user and words in shown(m)]

        await self.workspace.wait_for(lambda: bool(found()), ANSWER_SECONDS)
        return found()[-1]

    async def said(self, words: str, channel: str = "#desk") -> Message:
        def found() -> list[Message]:
            return [m for m in self.workspace.messages(channel) if m.from_bot and words in shown(m)]

        await self.workspace.wait_for(lambda: bool(found()), ANSWER_SECONDS)
        return found()[-1]


@pytest.fixture
def desk(conversation: Conversation) -> Desk:
    return Desk(conversation)


def buttons(message: Message) -> list[str]:
    return [e["action_id"] for block in message.blocks if block["type"] == "actions" for e in block["elements"]]


async def test_published_by_somebody_else_and_read_by_a_guest(desk: Desk) -> None:
    refused = await desk.conversation.ask("gina", "@Deskhand show me the published report on the golden cross")
    assert "Nothing is published yet" in refused.text
    card = await desk.ask_to_publish()
    await desk.whispered("ana", "waits for a reviewer")
    assert "nothing about this strategy was published before" in shown(card)
    assert "For Monday's committee" in shown(card)
    assert {"image", "table"} <= {block["type"] for block in card.blocks}
    await desk.workspace.press("ana", "#desk", card.ts, "approvals.publish")
    assert "approver role" in json.dumps(await desk.modal("ana"))

    await desk.workspace.press("paul", "#desk", card.ts, "approvals.rate.4")
    await desk.whispered("paul", "Rated 4 of 5")
    await desk.submit("paul", card, "approvals.publish", "#research", "Good work")
    closed = await desk.now_says(card, "*Approved* by")
    assert buttons(closed) == []
    assert "Good work" in shown(closed)
    assert closed.blocks[-1]["type"] == "context"
    published = await desk.said("approved by", "#research")
    assert published.thread_ts in ("", published.ts)
    assert {"image", "table"} <= {block["type"] for block in published.blocks}
    await desk.said(f"<@{desk.workspace.state.user('ana').id}>")
    await desk.whispered("paul", "How good was it")

    read = await desk.conversation.ask("gina", "@Deskhand show me the published report on the golden cross")
    assert "approved by" in shown(read)
    full = await desk.conversation.press("gina", read, "narrate.published")
    assert "Drawdowns" in shown(full)
    other = await desk.conversation.ask("gina", "@Deskhand how did buy and hold on the Nasdaq do?")
    assert "needs the analyst role" in other.text
    assert "Golden cross" in other.text


async def test_once_reviewed_a_strategy_is_published_without(desk: Desk) -> None:
    card = await desk.ask_to_publish()
    await desk.submit("paul", card, "approvals.publish", "#research")
    await desk.said("approved by", "#research")
    again = await desk.conversation.ask("ana", "@Deskhand the golden cross on the S&P 500 in brief")
    await desk.submit("ana", again, "approvals.ask", "#research")
    await desk.said("Published without a review", "#research")
    assert len(desk.cards()) == 0


async def test_sent_back_with_a_note_it_is_redrafted_and_waits_again(desk: Desk) -> None:
    card = await desk.ask_to_publish()
    await desk.submit("paul", card, "approvals.send_back", note="Drawdowns first, and in full detail")
    old = await desk.now_says(card, "*Sent back* by")
    assert buttons(old) == []
    await desk.said("wrote it again with the note")
    redraft = await desk.said("sent the version before back")
    assert "in full detail; Drawdowns first" in shown(redraft)
    await desk.workspace.press("paul", "#desk", redraft.ts, "approvals.read")
    text = shown(await desk.whispered("paul", "all of it"))
    assert text.index("### Drawdowns") < text.index("### Returns")
    assert "Monthly returns" in text
    await desk.submit("paul", redraft, "approvals.publish", "#research")
    await desk.now_says(redraft, "*Approved* by")


async def test_the_requester_takes_it_back_and_nobody_else_decides_for_it(desk: Desk) -> None:
    card = await desk.ask_to_publish("paul")  # an approver, and still not their own
    await desk.submit("paul", card, "approvals.publish", "#research")
    await desk.whispered("paul", "somebody else has to decide")
    await desk.workspace.press("paul", "#desk", card.ts, "approvals.discard")
    assert buttons(await desk.now_says(card, "*Discarded* by")) == []
    listed = await desk.conversation.ask("ana", "@Deskhand what is waiting for review?")
    assert listed.text == "Nothing is waiting for review."
    past = await desk.conversation.ask("ana", "@Deskhand show me the past approvals")
    assert "discarded by" in shown(past)


async def test_the_list_shows_what_waits_for_whom(desk: Desk) -> None:
    await desk.ask_to_publish()
    mine = await desk.conversation.ask("ana", "@Deskhand what is waiting for review?")
    assert "Yours, waiting for others" in shown(mine)
    theirs = await desk.conversation.ask("paul", "@Deskhand what is waiting for review?")
    assert "Waiting for your decision" in shown(theirs)
    row = next(block for block in theirs.blocks if "accessory" in block)
    card = await desk.conversation.press("paul", theirs, row["accessory"]["action_id"])
    await desk.submit("paul", card, "approvals.publish", "#research")
    for each in (card, desk.cards()[0]):  # the first one, too
        assert buttons(await desk.now_says(each, "*Approved* by")) == []


async def test_what_changed_since_must_be_looked_at_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    card = await desk.ask_to_publish()
    from handlers.contents import Contents

    real = Contents.with_chart

    async def other(self: Contents, report: object) -> object:
        content = await real(self, report)
        return replace(content, chart=replace(content.chart, alt_text="another chart"))

    monkeypatch.setattr(Contents, "with_chart", other)
    await desk.submit("paul", card, "approvals.publish", "#research")
    await desk.whispered("paul", "has changed since you looked")
    await desk.now_says(card, "*Superseded*")
    again = await desk.said("version 2")
    await desk.submit("paul", again, "approvals.publish", "#research")
    await desk.now_says(again, "*Approved* by")


async def test_the_best_few_go_through_reviewers_together(desk: Desk) -> None:
    ranking = await desk.conversation.ask("ana", "@Deskhand narrate the top 2 backtests")
    rows = [block for block in ranking.blocks if "accessory" in block]
    assert len(rows) == 2
    figures = [float(row["text"]["text"].rsplit(" ", 1)[1]) for row in rows]
    assert figures == sorted(figures, reverse=True)
    await desk.submit("ana", ranking, "approvals.ask", "#research")
    await desk.whispered("ana", "2 reports.")
    await desk.card(1)
    for card in desk.cards():
        await desk.submit("paul", card, "approvals.publish", "#research")
    await desk.workspace.wait_for(
        lambda: sum("approved by" in shown(m) for m in desk.workspace.messages("#research")) == 2, ANSWER_SECONDS
    )
    listed = await desk.conversation.ask("gina", "@Deskhand show me the published reports")
    reads = [block["accessory"]["action_id"] for block in listed.blocks if "accessory" in block]
    assert len(reads) == 2
    read = await desk.conversation.press("gina", listed, reads[1])
    assert "approved by" in shown(read)


async def test_a_text_that_the_check_objects_to_is_for_reviewers_eyes_only(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = FindingModel(kind="number", span="5.7%", reason="no fact has it")
    monkeypatch.setattr("tools.narrative.service.checked", lambda text, facts: Checks(ok=False, findings=(finding,)))
    shown_to_ana = await desk.report()
    assert "held back" in shown(shown_to_ana)
    assert "waits for a reviewer because the check objects to it" in shown(shown_to_ana)
    covered = await desk.card(0)
    assert buttons(covered) == ["approvals.look"]
    assert "<!subteam^" in shown(covered)
    assert "recovered on" not in shown(covered)
    await desk.workspace.press("ana", "#desk", covered.ts, "approvals.look")
    await desk.whispered("ana", "approver role")
    await desk.workspace.press("paul", "#desk", covered.ts, "approvals.look")
    looked = await desk.whispered("paul", "“5.7%”: no fact has it")
    assert "image" in [block["type"] for block in looked.blocks]
    assert "recovered on" in shown(looked)
    await desk.submit("paul", looked, "approvals.publish", "#research")
    await desk.workspace.wait_for(lambda: "For review" not in shown(looked), ANSWER_SECONDS)
    assert "Approved" in shown(looked)
    assert "recovered on" in shown(await desk.now_says(covered, "*Approved* by"))
    await desk.said("approved by", "#research")


async def test_a_restart_between_request_and_decision_changes_nothing(desk: Desk) -> None:
    card = await desk.ask_to_publish()
    settings = desk.conversation.bot.core.settings
    await desk.conversation.bot.transport.stop()
    async with slack_bot(settings) as bot:
        await desk.submit("paul", card, "approvals.publish", "#research")
        await desk.now_says(card, "*Approved* by")
        await desk.said("approved by", "#research")
        store = SqlPublications(bot.core.database)
        [publication] = await store.published()
        content = await store.content(publication.hash)
        assert content is not None
        assert await store.published([publication.backtest_id]) == [publication]
