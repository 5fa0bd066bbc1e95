"""What the bot says and does unasked: announcements, updates of what is shown, timers; across restarts."""

import time

import pytest
from sqlalchemy import select, update

from bot.protocols import Attachment, Destination, Reply
from bot.slack import parcels
from bot.slack.announcing import Announcements
from bot.slack.outbox import Outbox, row_key
from bot.storage.tables import inbox, posts

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6360000002000154a24f5d0000000049454e44ae426082")  # fmt: skip
BUTTONS = ({"type": "section", "text": {"type": "mrkdwn", "text": "A draft"}},
           {"type": "actions", "elements": [{"type": "button", "action_id": "draft.ok", "value": "{}",
                                             "text": {"type": "plain_text", "text": "OK"}}]})  # fmt: skip


def desk(rig):
    return Destination(channel=rig.workspace.state.channel("#desk").id)


def kinds(message):
    return [block["type"] for block in message.blocks]


def test_a_reply_survives_json():
    reply = Reply(
        "x", BUTTONS, (Attachment("a.png", PNG, "A", "alt"),), (Reply("more", outcome="denied"),), True, {"a": [1]},
        True, "k", "asked",
    )  # fmt: skip
    assert parcels.loads(parcels.dumps(reply)) == reply


def test_long_keys_stay_apart():
    keys = {row_key("announce", "x" * 300 + end) for end in "ab"}
    assert len(keys) == 2
    assert max(map(len, keys)) <= 255


async def test_announced_once_in_a_channel_with_its_chart_and_in_a_direct_message(rig):
    chart = Attachment("equity.png", PNG, "Equity", alt_text="Equity rises")
    assert await rig.announcements.announce("published:1", Reply("Published", attachments=(chart,)), desk(rig))
    assert not await rig.announcements.announce("published:1", Reply("Again"), desk(rig))
    ana = rig.workspace.state.user("ana").id
    await rig.announcements.announce("told:1", Reply("For you"), Destination(user=ana))
    [shown] = await rig.answer()
    assert kinds(shown)[-1] == "image"
    [told] = await rig.answer("dm:ana")
    assert told.text == "For you"
    await rig.settled()
    assert len(rig.answers()) == 1


async def test_what_waits_survives_a_restart_and_comes_when_it_is_due(rig):
    await rig.transport.stop()
    later = time.time() + 3600
    await rig.announcements.announce("digest:1", Reply("The digest"), desk(rig), due=later)
    await rig.announcements.announce("digest:2", Reply("Another"), desk(rig), due=later)
    rig.transport = rig.build()
    await rig.transport.start()
    assert (await rig.transport.health()).inbox_depth == 0
    assert rig.answers() == []
    assert await rig.announcements.withdraw("digest:2")
    assert not await rig.announcements.withdraw("digest:2")
    async with rig.database.write() as connection:
        await connection.execute(update(inbox).values(available_at=1.0))
    [digest] = await rig.answer()
    await rig.settled()
    assert digest.text == "The digest"
    assert len(rig.answers()) == 1
    assert not await rig.announcements.withdraw("digest:1")


@pytest.mark.parametrize("where", ["#desk", "dm:ana"])
async def test_a_death_between_the_post_and_its_record_posts_nothing_twice(rig, where):
    ana = rig.workspace.state.user("ana").id
    to = desk(rig) if where == "#desk" else Destination(user=ana)
    await rig.announcements.announce("told:1", Reply("Once", key="k"), to)
    await rig.answer(where)
    await rig.settled()
    await rig.transport.stop()
    async with rig.database.write() as connection:  # as its successor finds it
        await connection.execute(update(posts).values(ts="", channel=to.channel or to.user))
        await connection.execute(update(inbox).values(state="new", attempts=1))
    rig.transport = rig.build()
    await rig.transport.start()
    await rig.settled()
    assert [message.text for message in rig.answers(where)] == ["Once"]
    await rig.announcements.update("k", Reply("Changed"))
    await rig.settled()
    assert [message.text for message in rig.answers(where)] == ["Changed"]


async def test_announced_with_the_state_or_not_at_all(rig):
    async def work():
        async with rig.database.write() as connection:
            await rig.announcements.announce_in(connection, "lost", Reply("Never"), desk(rig))
            await rig.timers.set_in(connection, "lost", "ring", {}, due=0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work()
    async with rig.database.read() as connection:
        assert (await connection.execute(select(inbox.c.id))).all() == []


async def test_an_announcement_that_cannot_be_posted_is_told_to_whoever_asked_for_it(rig):
    await rig.announcements.announce(
        "published:1", Reply("Published"), Destination(channel="C0NOWHERE"), by=rig.workspace.state.user("ana").id
    )
    [told] = await rig.answer("dm:ana")
    assert "<#C0NOWHERE>" in told.text
    assert "Invite me" in told.text


async def test_an_update_reaches_every_place_answers_included_and_takes_the_buttons_away(rig):
    async def work(request, progress):
        return Reply("A draft", BUTTONS, key="draft:1")

    rig.handlers["draft"].work = work
    asked = await rig.workspace.say("ana", "#desk", "@deskhand draft")
    await rig.announcements.announce("review:1", Reply("To review", BUTTONS, key="draft:1"), desk(rig))
    ana = rig.workspace.state.user("ana").id
    await rig.announcements.announce("told:1", Reply("Yours", BUTTONS, key="draft:1"), Destination(user=ana))
    await rig.answer(count=2)
    await rig.answer("dm:ana")
    await rig.settled()
    two = Reply("Approved", BUTTONS[:1], more=(Reply("with a note", BUTTONS[:1]),))
    await rig.announcements.update("draft:1", two)
    await rig.settled()
    shown = [*rig.answers(), *rig.answers("dm:ana")]
    assert [message.text for message in shown].count("Approved") == 3
    assert [message.text for message in shown].count("with a note") == 3
    assert not [message for message in shown if "actions" in kinds(message)]
    assert [message.thread_ts for message in rig.answers() if message.text == "with a note"].count(asked.ts) == 1
    await rig.announcements.update("draft:1", Reply("Published"))
    await rig.settled()
    assert [message.text for message in (*rig.answers(), *rig.answers("dm:ana"))] == ["Published"] * 3


async def test_a_message_that_comes_after_the_update_shows_it_too(rig):
    await rig.announcements.update("draft:1", Reply("Approved", BUTTONS[:1]))
    await rig.announcements.announce("review:1", Reply("To review", BUTTONS, key="draft:1"), desk(rig))
    await rig.workspace.wait_for(lambda: [m.text for m in rig.answers()] == ["Approved"])
    await rig.settled()
    assert kinds(rig.answers()[0]) == ["section"]


async def test_what_somebody_deleted_stays_deleted(rig):
    await rig.announcements.announce("review:1", Reply("To review", BUTTONS, key="draft:1"), desk(rig))
    [shown] = await rig.answer()
    await rig.settled()
    await rig.transport.client.chat_delete(channel=desk(rig).channel, ts=shown.ts)
    await rig.announcements.update("draft:1", Reply("Approved"))
    await rig.settled()
    assert rig.answers() == []


async def test_timers_fire_once_when_due_are_cancelled_and_tried_again(rig):
    rung = []
    failures = iter([OSError("not now"), None])

    async def ring(payload):
        if error := next(failures, None):
            raise error
        rung.append(payload)

    rig.timers.register("ring", ring)
    later = time.time() + 3600
    assert await rig.timers.set("a", "ring", {"n": 1}, due=time.time())
    assert not await rig.timers.set("a", "ring", {"n": 2}, due=time.time())
    assert await rig.timers.set("b", "ring", {"n": 3}, due=later)
    assert await rig.timers.cancel("b")
    assert not await rig.timers.cancel("b")
    await rig.settled()
    assert rung == [{"n": 1}]
    assert await rig.timers.set("b", "ring", {"n": 4}, due=later)
    await rig.transport.stop()
    async with rig.database.write() as connection:
        await connection.execute(update(inbox).where(inbox.c.state == "new").values(available_at=1.0))
    rig.transport = rig.build()
    await rig.transport.start()
    await rig.settled()
    assert rung == [{"n": 1}, {"n": 4}]
    with pytest.raises(ValueError, match="two timers"):
        rig.timers.register("ring", ring)


async def test_a_timer_nobody_knows_is_parked(rig):
    await rig.timers.set("a", "unheard of", {}, due=0)
    await rig.settled()
    assert (await rig.transport.health()).parked == 1


async def test_rows_and_versions_on_either_database(database):
    announcements = Announcements(Outbox(database))
    to = Destination(channel="C1")
    assert await announcements.announce("a", Reply("x\x00"), to)
    assert not await announcements.announce("a", Reply("x"), to)
    await announcements.update("k", Reply("1"))
    await announcements.update("k", Reply("2"))
    latest = await announcements.board.latest("k")
    assert (latest.version, parcels.loads(latest.reply).text) == (2, "2")
    await announcements.board.bind("k", "e")
    await announcements.board.bind("k", "e")
    assert await announcements.board.places("k") == []
    assert await announcements.withdraw("a")
    with pytest.raises(ValueError, match="goes nowhere"):
        await announcements.announce("b", Reply("x"), Destination())
