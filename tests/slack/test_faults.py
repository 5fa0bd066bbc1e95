"""Slack in trouble: 429, errors, answers lost on the way, missing methods, dropped, deaf and refreshed sockets."""

import asyncio

import pytest

from bot import metrics
from bot.protocols import Attachment, Reply
from bot.slack import sockets
from bot.slack.failures import BadBlocks, NotThere, RateLimited, explain, narrowed, reason_of
from bot.slack.poster import Target
from bot.slack.service import SlackSettings
from bot.workspace.hub import Fault
from tools.errors import BadInput


def fault(rig, method, kind, count=1, **more):
    rig.workspace.hub.faults.append(Fault(method, kind, count, **more))


async def test_a_429_holds_its_channel_and_no_other(rig):
    fault(rig, "chat.postMessage", "ratelimited", seconds=1)
    before = metrics.rate_limited._value.get()
    await rig.workspace.say("ana", "#desk", "@deskhand narrate one")
    await rig.workspace.wait_for(lambda: any(call.error == "ratelimited" for call in rig.calls("chat.postMessage")))
    limited = rig.calls("chat.postMessage")[0].at
    await rig.workspace.say("ana", "#desk", "@deskhand narrate two")
    await rig.workspace.say("ana", "#research", "@deskhand narrate three")
    await rig.answer("#research")
    assert rig.answers("#desk") == []
    await rig.answer("#desk", count=2)
    await rig.settled()
    desk = [call for call in rig.calls("chat.postMessage") if call.channel == rig.workspace.state.channel("#desk").id]
    assert [call.error for call in desk] == ["ratelimited", "", ""]
    assert metrics.rate_limited._value.get() == before + 1
    assert desk[1].at - limited >= 1.0


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("kind", "more"), [("status", {"status": 503}), ("error", {"error": "internal_error"})])
async def test_an_error_while_posting_never_posts_twice(rig, kind, more, after):
    fault(rig, "chat.postMessage", kind, after=after, **more)
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    await rig.answer()
    await rig.settled()
    assert len(rig.answers()) == 1
    assert len(rig.calls("chat.postMessage")) == (1 if after else 2)


async def test_slack_away_for_long_goes_back_to_the_inbox_and_is_answered_later(rig):
    fault(rig, "chat.postMessage", "status", count=4, status=502)
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    await rig.answer(within=20)
    await rig.settled()
    assert len(rig.answers()) == 1
    assert len(rig.handlers["narrate"].seen) == 2


OPTIONAL = [
    "assistant.threads.setStatus",
    "assistant.threads.setSuggestedPrompts",
    "chat.startStream",
    "files.getUploadURLExternal",
    "conversations.replies",
    "usergroups.list",
]


async def test_methods_a_server_does_not_know_never_stop_an_answer(rig, monkeypatch):
    monkeypatch.setattr("bot.slack.progress.STEPS_AFTER", 0.05)
    monkeypatch.setattr("bot.slack.progress.STATUS_AFTER", 0.0)
    for method in OPTIONAL:
        fault(rig, method, "error", count=100, error="unknown_method")
    shown = asyncio.Event()

    async def work(request, progress):
        await progress("Reading")
        if not rig.answers():
            await rig.answer()
        shown.set()
        image = Attachment("equity.png", b"png", "Equity", alt_text="Equity rises to 12")
        return Reply(text="The answer", attachments=(image, Attachment("trades.csv", b"a", "Trades")))

    rig.handlers["narrate"].work = work
    asked = await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    await rig.answer(count=2)
    await rig.settled()
    first, note = rig.answers()
    assert first.text == "The answer"
    assert "Equity rises to 12" in str(first.blocks)
    assert "trades.csv" in note.text
    await rig.workspace.say("ana", "#desk", "@deskhand narrate again", thread_ts=asked.ts)
    await rig.answer(count=4)
    assert len(rig.calls("chat.startStream")) == 1, "what is not offered is asked for once"


async def test_blocks_a_server_refuses_go_out_as_text(rig):
    fault(rig, "chat.postMessage", "error", error="invalid_blocks")

    async def work(request, progress):
        return Reply(text="Short", blocks=({"type": "markdown", "text": "The whole *answer*"},))

    rig.handlers["narrate"].work = work
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    [answer] = await rig.answer()
    assert (answer.text, answer.blocks) == ("The whole *answer*", [])


async def test_an_image_that_is_not_ready_is_tried_again_then_shared(rig, monkeypatch):
    monkeypatch.setattr("bot.slack.poster._FILE_READY_AFTER", (0.01, 0.02))
    image = Attachment("equity.png", b"png", "Equity", alt_text="Equity")

    async def work(request, progress):
        return Reply(text="See", attachments=(image,))

    rig.handlers["narrate"].work = work
    fault(rig, "chat.postMessage", "error", count=2, error="invalid_blocks")
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    [shown] = await rig.answer()
    assert shown.blocks[-1]["type"] == "image"
    await rig.settled()
    fault(rig, "chat.postMessage", "error", count=3, error="invalid_blocks")
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    answers = await rig.answer(count=3)
    assert [file.name for file in answers[2].files] == ["equity.png"]


@pytest.mark.parametrize("shows_metadata", [True, False])
async def test_a_recovered_job_finds_its_own_message(rig, shows_metadata):
    """Posted, but the process died before it could write that down."""
    parent = await rig.workspace.say("ana", "#desk", "question")
    target = Target("message:x", parent.channel, thread_ts=parent.ts, asked_ts=parent.ts, may_be_there=True)
    await rig.transport.threads.about_to_post("message:x", 0, target.channel)
    await rig.transport.client.chat_postMessage(
        channel=target.channel,
        thread_ts=parent.ts,
        text="the answer &amp; more",
        metadata={"event_type": "deskhand_reply", "event_payload": {"event_id": "message:x", "part": 0}},
    )
    [there] = rig.answers()
    if not shows_metadata:
        there.metadata = None
    assert await rig.transport.poster.deliver(Reply(text="the answer &amp; more"), target) == there.ts
    assert len(rig.answers()) == 1
    await rig.transport.threads.about_to_post("message:y", 0, target.channel)
    other = Target("message:y", parent.channel, thread_ts=parent.ts, asked_ts=there.ts, may_be_there=True)
    assert await rig.transport.poster.deliver(Reply(text="the answer &amp; more"), other) != there.ts


async def test_operators_hear_of_what_was_given_up(rig):
    rig.transport._settings = type(rig.transport._settings)(
        rig.workspace.bot_token,
        rig.workspace.app_token,
        rig.workspace.api_url,
        operators_channel=rig.workspace.state.channel("#ops-alerts").id,
    )

    async def work(request, progress):
        raise RuntimeError("boom <!channel>")

    rig.handlers["narrate"].work = work
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    [note] = await rig.answer("#ops-alerts")
    assert rig.handlers["narrate"].seen[0].correlation_id in note.text
    assert "<!channel>" not in note.text


async def test_an_inbox_that_fails_is_not_acknowledged_and_slack_sends_it_again(rig, monkeypatch):
    inbox = rig.transport._inbox
    failed, loop = asyncio.Event(), asyncio.get_running_loop()

    def failing(connection, envelopes):
        loop.call_soon_threadsafe(failed.set)
        raise OSError("disk full")

    monkeypatch.setattr(inbox, "_insert", failing)
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    async with asyncio.timeout(5):
        await failed.wait()
    monkeypatch.undo()
    await rig.answer(within=15)
    await rig.settled()
    assert len(rig.answers()) == 1
    assert any(each.attempt > 0 for each in rig.workspace.hub.sockets.acknowledged)


async def both_listening(rig):
    await rig.workspace.wait_for(lambda: len(rig.workspace.hub.sockets.connections) == 2, 15)


@pytest.mark.parametrize("trouble", ["refresh", "drop", "deafen"])
async def test_sockets_come_back_and_nothing_is_lost(rig, monkeypatch, trouble):
    monkeypatch.setattr(sockets, "CHECK_SECONDS", 0.05)
    if trouble == "deafen":
        monkeypatch.setattr(sockets, "PING_SECONDS", 0.1)  # of the successors, which are heard of in time
        monkeypatch.setattr(sockets, "SILENT_FOR", 1.0)
    await both_listening(rig)
    before = {connection.number for connection in rig.workspace.hub.sockets.connections}
    if trouble == "refresh":
        await rig.workspace.hub.sockets.refresh()
    else:
        getattr(rig.workspace.hub.sockets, trouble)()
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    await rig.answer(within=20)
    await rig.workspace.wait_for(
        lambda: sum(c.number not in before for c in rig.workspace.hub.sockets.connections) == 2, 20
    )
    assert len(rig.answers()) == 1


async def test_two_sockets_listen_and_health_says_so(rig):
    await both_listening(rig)
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    await rig.answer()
    await rig.settled()
    health = await rig.transport.health()
    assert (health.open_sockets, health.ready, health.inbox_depth, health.parked) == (2, True, 0, 0)
    assert health.last_event_age < 10


def test_failures_are_named_and_worded():
    assert explain(BadInput("That file is empty."), "abc") == "That file is empty."
    assert "abc" in explain(ValueError("internals"), "abc")
    assert "internals" not in explain(ValueError("internals"), "abc")
    assert "/invite" in explain(NotThere("not_in_channel"), "abc")
    assert reason_of(RateLimited("ratelimited")) == "transient"
    assert reason_of(BadBlocks("invalid_blocks")) == "defect"


async def test_errors_of_slack_become_named_exceptions(rig):
    with pytest.raises(NotThere, match="channel_not_found"), narrowed():
        await rig.transport.client.chat_postMessage(channel="C404", text="x")


async def test_a_refused_token_is_said_before_anything_starts(rig):
    other = rig.build()
    other.client.token = "-".join(("xoxb", "wrong"))
    with pytest.raises(BadInput, match="SLACK_BOT_TOKEN"):
        await other.start()
    assert other._session.closed


def test_settings_do_not_show_tokens():
    assert "xoxb" not in repr(SlackSettings("-".join(("xoxb", "1")), "-".join(("xapp", "1"))))
