"""The bot in the local Slack: what people do, and what they see."""

import asyncio
import json

import pytest

from bot.protocols import Attachment, Reply
from tools.errors import NotFound

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f0001050101"
    "27e3a8f00000000049454e44ae426082"
)


async def test_mention_is_answered_once_in_its_thread(rig):
    asked = await rig.workspace.say("ana", "#desk", "@deskhand narrate the golden cross")
    answers = await rig.answer()
    await rig.settled()
    assert [(m.text, m.thread_ts) for m in rig.answers()] == [("narrate: narrate the golden cross", asked.ts)]
    assert answers[0].metadata["event_payload"]["event_id"].endswith(asked.ts)
    [entry] = rig.audit.entries
    assert (entry.action, entry.intent, entry.decision) == ("request", "narrate", "allowed")
    assert entry.place.endswith(asked.ts)
    assert len(entry.correlation_id) == 10


async def test_direct_message_is_answered_in_its_thread(rig):
    asked = await rig.workspace.say("ana", "dm", "narrate the golden cross")
    [answer] = await rig.answer("dm:ana")
    assert answer.thread_ts == asked.ts
    assert rig.handlers["narrate"].seen[0].place.is_direct


async def test_thread_reply_without_mention_has_the_context_and_the_subject(rig):
    async def work(request, progress):
        return Reply(text="done", subject={"backtest_id": "b1"})

    rig.handlers["narrate"].work = work
    asked = await rig.workspace.say("ana", "#desk", "@deskhand narrate the golden cross")
    await rig.answer()
    await rig.settled()
    await rig.workspace.say("ana", "#desk", "draft that with a stop", thread_ts=asked.ts)
    await rig.answer(count=2)
    [request] = rig.handlers["draft"].seen
    assert request.subject == {"backtest_id": "b1"}
    assert [(m.text.split()[-1], m.from_bot) for m in request.thread] == [("cross", False), ("done", True)]


async def test_talk_that_is_not_for_the_bot_is_left_alone(rig):
    top = await rig.workspace.say("ana", "#desk", "narrate nothing, I am talking to people")
    await rig.workspace.say("paul", "#desk", "narrate a reply in a thread that is not ours", thread_ts=top.ts)
    asked = await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    await rig.answer()
    await rig.workspace.say("paul", "#desk", "@ana what do you make of it?", thread_ts=asked.ts)
    rig.workspace.people.edit("ana", "#desk", asked.ts, "@deskhand narrate again")
    await rig.workspace.say("ana", "#desk", "@deskhand help", thread_ts=asked.ts)
    await rig.answer(count=2)
    await rig.settled()
    assert len(rig.answers()) == 2


async def test_guest_is_refused_in_words_and_audited(rig):
    rig.access.guests.add(rig.workspace.state.user("gina").id)
    await rig.workspace.say("gina", "#desk", "@deskhand narrate")
    [answer] = await rig.answer()
    await rig.settled()
    assert answer.text == "You may not narrate; ask an admin."
    assert rig.handlers["narrate"].seen == []
    assert rig.audit.entries[0].decision == "denied"


async def test_slash_command_is_answered_in_the_channel_and_without_text_with_help(rig):
    await rig.workspace.command("ana", "#desk", "/deskhand", "narrate the golden cross")
    [answer] = await rig.answer()
    assert (answer.text, answer.thread_ts or answer.ts) == ("narrate: narrate the golden cross", answer.ts)
    await rig.workspace.command("ana", "#desk", "/deskhand")
    assert (await rig.answer(count=2))[1].text == "help: "


async def test_slash_command_where_the_bot_is_not_a_member_is_answered_to_the_person_alone(rig):
    channel = rig.workspace.state.channel("#desk")
    channel.members.remove(rig.transport.bot_user_id)
    await rig.workspace.command("ana", "#desk", "/deskhand", "narrate it")
    await rig.workspace.wait_for(lambda: len(channel.ephemerals) == 1)
    [whisper] = channel.ephemerals.values()
    assert whisper.text == "narrate: narrate it"
    assert whisper.ephemeral_to == rig.workspace.state.user("ana").id


async def test_button_goes_to_its_intent_and_replaces_its_message(rig):
    button = {
        "type": "button",
        "action_id": "approvals.approve",
        "value": json.dumps({"draft": 7}),
        "text": {"type": "plain_text", "text": "Approve"},
    }

    async def ask(request, progress):
        return Reply(text="Approve?", blocks=({"type": "actions", "elements": [button]},))

    async def decide(request, progress):
        assert request.routed.arguments == {"draft": 7}
        return Reply(text=f"Approved by {request.person.id}", replaces=True)

    rig.handlers["draft"].work, rig.handlers["approvals"].work = ask, decide
    await rig.workspace.say("ana", "#desk", "@deskhand draft")
    [question] = await rig.answer()
    await rig.workspace.press("paul", "#desk", question.ts, "approvals.approve")
    paul = rig.workspace.state.user("paul").id
    await rig.workspace.wait_for(lambda: rig.answers()[0].text == f"Approved by {paul}")
    await rig.settled()
    assert len(rig.answers()) == 1
    assert [block["type"] for block in rig.answers()[0].blocks] == ["section", "context_actions"]
    assert rig.audit.entries[-1].arguments["action"] == "approvals.approve"


async def test_button_without_permission_is_refused_to_the_presser_alone(rig):
    element = {"type": "button", "action_id": "approvals.approve", "text": {"type": "plain_text", "text": "Approve"}}

    async def ask(request, progress):
        return Reply(text="Approve?", blocks=({"type": "actions", "elements": [element]},))

    rig.handlers["draft"].work = ask
    rig.access.guests.add(rig.workspace.state.user("gina").id)
    await rig.workspace.say("ana", "#desk", "@deskhand draft")
    [question] = await rig.answer()
    await rig.workspace.press("gina", "#desk", question.ts, "approvals.approve")
    channel = rig.workspace.state.channel("#desk")
    await rig.workspace.wait_for(lambda: len(channel.ephemerals) == 1)
    assert rig.handlers["approvals"].seen == []
    assert len(rig.answers()) == 1


@pytest.mark.parametrize("words", ["either", "either " + "long " * 600])
async def test_too_close_to_call_asks_with_buttons(rig, words):
    await rig.workspace.say("ana", "#desk", f"@deskhand {words}")
    [question] = await rig.answer()
    labels = [e["text"]["text"] for e in question.blocks[-2]["elements"]]
    assert labels == ["Report on a backtest", "Draft a strategy"]
    await rig.workspace.press("ana", "#desk", question.ts, "ask.choose.1")
    await rig.answer(count=2)
    await rig.settled()
    [request] = rig.handlers["draft"].seen
    assert (request.text, request.routed.arguments) == (words.strip(), {"template": "macd"})
    assert request.routed.alternatives == ()


async def test_problem_is_said_in_its_own_words_and_not_tried_again(rig):
    async def work(request, progress):
        raise NotFound("There is no backtest called x; there are a and b.")

    rig.handlers["narrate"].work = work
    await rig.workspace.say("ana", "#desk", "@deskhand narrate x")
    [answer] = await rig.answer()
    await rig.settled()
    assert answer.text == "There is no backtest called x; there are a and b."
    assert len(rig.handlers["narrate"].seen) == 1
    assert rig.audit.entries[0].decision == "problem"


async def test_defect_is_tried_again_then_parked_with_an_id_and_no_trace(rig, log_lines):
    async def work(request, progress):
        raise ZeroDivisionError("secret detail")

    rig.handlers["narrate"].work = work
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    [answer] = await rig.answer()
    await rig.settled()
    request = rig.handlers["narrate"].seen[0]
    assert request.correlation_id in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert len(rig.handlers["narrate"].seen) == 3
    assert (await rig.transport.health()).parked == 1
    [parked] = [line for line in log_lines() if line["event"] == "job_parked"]
    assert parked["correlation_id"] == request.correlation_id
    assert "ZeroDivisionError" in parked["exception"]


async def test_defect_that_passes_is_answered_once(rig):
    failures = iter([ValueError("first"), None])

    async def work(request, progress):
        if error := next(failures):
            raise error
        return Reply(text="here it is")

    rig.handlers["narrate"].work = work
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    await rig.answer()
    await rig.settled()
    assert [m.text for m in rig.answers()] == ["here it is"]


async def test_shortcut_opens_a_modal_whose_question_is_answered_in_the_thread(rig):
    note = await rig.workspace.say("paul", "#desk", "The golden cross looks late to me")
    await rig.workspace.shortcut("ana", "ask_about_message", "#desk", note.ts)
    [view] = rig.workspace.open_views("ana")
    refused = await rig.workspace.submit_view(
        "ana", view["id"], {"question": {"text": {"type": "plain_text_input", "value": " "}}}
    )
    assert refused["response_action"] == "errors"
    assert list(refused["errors"]) == ["question"]
    await rig.workspace.submit_view(
        "ana", view["id"], {"question": {"text": {"type": "plain_text_input", "value": "narrate it"}}}
    )
    [answer] = await rig.answer()
    assert (answer.text, answer.thread_ts) == ("narrate: narrate it", note.ts)
    assert rig.handlers["narrate"].seen[0].thread[0].text == "The golden cross looks late to me"


async def test_home_is_published_and_prompts_are_suggested(rig):
    async def open_page(path, body):
        async with rig.transport.client.session.post(f"{rig.workspace.url}page/{path}", json=body) as response:
            assert response.status == 200

    ana = rig.workspace.state.user("ana").id
    await open_page("open_dm", {"as": ana})
    await rig.workspace.wait_for(lambda: rig.workspace.state.direct("ana").prompts is not None)
    assert rig.workspace.state.direct("ana").prompts[0]["message"] == "narrate the golden cross"
    async with rig.transport.client.session.get(f"{rig.workspace.url}page/home", params={"as": ana}) as response:
        assert response.status == 200
    await rig.workspace.wait_for(lambda: ana in rig.workspace.state.homes)


async def test_group_changes_are_told_before_the_acknowledgement(rig):
    await rig.workspace.set_member("quant-analysts", "ana", False)
    await rig.workspace.wait_for(lambda: len(rig.workspace.hub.sockets.acknowledged) > 0)
    await rig.settled()
    assert {event["type"] for event in rig.group_events} <= {"subteam_updated", "subteam_members_changed"}
    assert rig.group_events


async def test_chart_is_shown_in_place_and_files_are_shared_in_the_thread(rig):
    async def work(request, progress):
        chart = {"type": "image", "slack_file": {"id": "attachment:equity.png"}, "alt_text": "Equity rises"}
        files = (
            Attachment("equity.png", PNG, "Equity", alt_text="Equity rises"),
            Attachment("trades.csv", b"a,b\n1,2\n", "Trades"),
        )
        return Reply(text="See the chart", blocks=(chart,), attachments=files)

    rig.handlers["narrate"].work = work
    asked = await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    answers = await rig.answer(count=2)
    assert answers[0].blocks[0]["slack_file"]["id"] in rig.workspace.state.files
    assert [file.name for file in answers[1].files] == ["trades.csv"]
    assert {m.thread_ts for m in answers} == {asked.ts}


async def test_a_person_s_file_is_read_with_the_token_and_bounded(rig, monkeypatch):
    read = []

    async def work(request, progress):
        read.append(await request.files[0].fetch())
        return Reply(text="read")

    rig.handlers["narrate"].work = work
    file = rig.workspace.people.upload("ana", "run.csv", b"date,equity\n")
    await rig.workspace.say("ana", "dm", "", file_ids=[file.id])
    await rig.answer("dm:ana")
    assert read == [b"date,equity\n"]
    monkeypatch.setattr("bot.slack.files.MOST_BYTES", 4)
    big = rig.workspace.people.upload("ana", "big.csv", b"0123456789")
    await rig.workspace.say("ana", "dm", "narrate", file_ids=[big.id])
    assert "larger than" in (await rig.answer("dm:ana", count=2))[1].text


async def test_slow_work_shows_its_steps_and_ends_as_one_message(rig, monkeypatch):
    monkeypatch.setattr("bot.slack.progress.STEPS_AFTER", 0.1)
    monkeypatch.setattr("bot.slack.progress.STATUS_AFTER", 0.0)
    monkeypatch.setattr("bot.slack.progress._BETWEEN_UPDATES", 0.01)
    go = asyncio.Event()

    async def work(request, progress):
        await progress("Reading the prices")
        await go.wait()
        return Reply(text="The answer", blocks=({"type": "markdown", "text": "**The** answer"},))

    rig.handlers["narrate"].work = work
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    [shown] = await rig.answer()
    assert "Reading the prices" in shown.text
    assert rig.calls("assistant.threads.setStatus")
    assert rig.calls("chat.startStream")
    go.set()
    await rig.workspace.wait_for(lambda: rig.answers()[0].text == "The answer")
    await rig.settled()
    assert len(rig.answers()) == 1
    assert rig.answers()[0].metadata["event_type"] == "deskhand_reply"


async def test_steps_go_on_when_the_server_ends_the_stream(rig, monkeypatch):
    monkeypatch.setattr("bot.slack.progress.STEPS_AFTER", 0.05)
    monkeypatch.setattr("bot.slack.progress._BETWEEN_UPDATES", 0.01)
    go = asyncio.Event()

    async def work(request, progress):
        await rig.answer()
        channel, ts = request.place.channel, rig.answers()[0].ts
        await rig.transport.client.chat_stopStream(channel=channel, ts=ts)  # as the server does after five minutes
        await progress("Second step")
        await go.wait()
        return Reply(text="The answer")

    rig.handlers["narrate"].work = work
    await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    await rig.workspace.wait_for(lambda: bool(rig.calls("chat.update")))
    assert "Second step" in rig.answers()[0].text
    go.set()
    await rig.workspace.wait_for(lambda: rig.answers()[0].text == "The answer")
    await rig.settled()
    assert len(rig.answers()) == 1


async def test_a_slow_handler_does_not_hold_other_channels(rig):
    go = asyncio.Event()

    async def slow(request, progress):
        await go.wait()
        return Reply(text="at last")

    rig.handlers["narrate"].work = slow
    for _ in range(6):
        await rig.workspace.say("ana", "#desk", "@deskhand narrate")
    await rig.workspace.say("ana", "#research", "@deskhand draft")
    await rig.answer("#research")
    assert rig.answers("#desk") == []
    assert len(rig.handlers["narrate"].seen) <= 4
    go.set()
    await rig.answer("#desk", count=6, within=20)


async def test_shutdown_finishes_what_it_can_and_leaves_the_rest(rig):
    stuck = asyncio.Event()

    async def work(request, progress):
        if "quick" in request.text:
            return Reply(text="quick one")
        await stuck.wait()
        return Reply(text="late one")

    rig.handlers["narrate"].work = work
    await rig.workspace.say("ana", "#desk", "@deskhand narrate slowly")
    await rig.workspace.wait_for(lambda: rig.workspace.hub.sockets.in_flight == 0)
    async with asyncio.timeout(5):
        while not rig.handlers["narrate"].seen:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await rig.transport.stop()
    assert rig.workspace.hub.sockets.connections == []
    stuck.set()
    rig.transport = rig.build()
    await rig.transport.start()
    await rig.answer()
    await rig.settled()
    assert [m.text for m in rig.answers()] == ["late one"]
