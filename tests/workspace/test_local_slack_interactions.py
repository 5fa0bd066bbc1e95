"""Clicks, commands, shortcuts, modals, Home, response_url, streams and files, with real Bolt apps."""

from typing import Any

import aiohttp
import pytest
from slack_rig import app_of, client_of, error_of, refusal
from slack_sdk.models.messages.chunk import TaskUpdateChunk
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.workspace.interactions import Refused
from bot.workspace.methods.streams import STREAM_SECONDS
from bot.workspace.state import TEAM_ID

DESK = "C0001DESK"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def press_me(**fields: Any) -> list[dict[str, Any]]:
    button = {"type": "button", "action_id": "go", "value": "v1", "text": plain("Go"), **fields}
    return [{"type": "actions", "block_id": "row", "elements": [button]}]


def modal(callback_id: str = "form", **fields: Any) -> dict[str, Any]:
    entry = {"type": "plain_text_input", "action_id": "text"}
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain("A form"),
        "submit": plain("Send"),
        "blocks": [{"type": "input", "block_id": "why", "label": plain("Why?"), "element": entry}],
        **fields,
    }


def typed(text: str) -> dict[str, Any]:
    return {"why": {"text": {"type": "plain_text_input", "value": text}}}


async def test_a_button_brings_all_that_slack_sends(workspace, client, connect):
    app = app_of(workspace)
    seen: list[dict[str, Any]] = []

    @app.action("go")
    async def go(ack, body, respond):
        await ack()
        seen.append(body)
        await respond(text="Done", replace_original=True)

    await connect(workspace, app)
    posted = await client.chat_postMessage(channel=DESK, text="Press", blocks=press_me())
    await workspace.press("ana", "#desk", posted["ts"], "go")
    await workspace.wait_for(lambda: workspace.messages("#desk")[0].text == "Done")

    body = seen[0]
    assert body["user"]["id"] == "U0ANASILVA"
    assert body["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": DESK,
        "is_ephemeral": False,
    }
    assert body["message"]["text"] == "Press"
    assert body["actions"][0]["value"] == "v1"
    assert body["actions"][0]["block_id"] == "row"
    assert {"trigger_id", "response_url", "team", "channel", "api_app_id", "state"} <= set(body)
    assert workspace.messages("#desk")[0].blocks == []


async def test_only_what_is_there_can_be_pressed(workspace, client, connect):
    await connect(workspace, app_of(workspace))
    posted = await client.chat_postMessage(
        channel=DESK, text="Press", blocks=press_me(visible_to_user_ids=["U0PAULMEYER"])
    )
    with pytest.raises(Refused, match="not shown to you"):
        await workspace.press("ana", "#desk", posted["ts"], "go")
    with pytest.raises(Refused, match="no element stop"):
        await workspace.press("ana", "#desk", posted["ts"], "stop")
    select = {
        "type": "static_select",
        "action_id": "choose",
        "options": [{"text": plain("One"), "value": "1"}],
    }
    posted = await client.chat_postMessage(
        channel=DESK, text="Choose", blocks=[{"type": "actions", "elements": [select]}]
    )
    with pytest.raises(Refused, match="not offered"):
        await workspace.press("ana", "#desk", posted["ts"], "choose", chosen={"selected_option": {"value": "2"}})


async def test_a_response_url_works_five_times(workspace, client, connect):
    app = app_of(workspace)
    urls: list[str] = []

    @app.action("go")
    async def go(ack, body):
        await ack()
        urls.append(body["response_url"])
        workspace.hub.changed()

    await connect(workspace, app)
    posted = await client.chat_postMessage(channel=DESK, text="Press", blocks=press_me())
    await workspace.press("ana", "#desk", posted["ts"], "go")
    await workspace.wait_for(lambda: len(urls) == 1)
    hook = AsyncWebhookClient(urls[0])
    assert (await hook.send(text="just you")).body == "ok"
    assert (await hook.send(text="everyone", response_type="in_channel")).status_code == 200
    for _ in range(2):
        assert (await hook.send(text="Pressed", replace_original=True)).status_code == 200
    assert (await hook.send(text="", delete_original=True)).status_code == 200
    sixth = await hook.send(text="once more")
    assert sixth.status_code == 404
    assert "used_url" in sixth.body
    assert [message.text for message in workspace.messages("#desk")] == ["everyone"]
    whispers = list(workspace.state.channel("#desk").ephemerals.values())
    assert [(whisper.text, whisper.ephemeral_to) for whisper in whispers] == [("just you", "U0ANASILVA")]


async def test_a_response_url_ends_after_half_an_hour_and_keeps_the_limits(start, connect):
    clock = Clock()
    workspace = await start(clock=clock)
    app = app_of(workspace)
    urls: list[str] = []

    @app.command("/deskhand")
    async def command(ack, body):
        await ack()
        urls.append(body["response_url"])
        workspace.hub.changed()

    await connect(workspace, app)
    await workspace.command("ana", "#desk", "/deskhand", "hello")
    await workspace.wait_for(lambda: len(urls) == 1)
    hook = AsyncWebhookClient(urls[0])
    bad = await hook.send(text="x", blocks=[{"type": "nonsense"}])
    assert bad.status_code == 400
    assert "invalid_blocks" in bad.body
    clock.now += 1801
    assert "expired_url" in (await hook.send(text="late")).body


async def test_a_command_may_be_answered_in_its_acknowledgement(workspace, connect):
    app = app_of(workspace)
    seen: list[dict[str, Any]] = []

    @app.command("/deskhand")
    async def command(ack, body):
        seen.append(body)
        await ack(text="Everyone!", response_type="in_channel") if body["text"] == "loud" else await ack("You.")

    await connect(workspace, app)
    await workspace.command("ana", "#desk", "/deskhand", "quiet")
    await workspace.command("ana", "#desk", "/deskhand", "loud")
    assert [message.text for message in workspace.messages("#desk")] == ["Everyone!"]
    assert [whisper.text for whisper in workspace.state.channel("#desk").ephemerals.values()] == ["You."]
    assert seen[0]["channel_name"] == "desk"
    assert seen[0]["user_id"] == "U0ANASILVA"
    assert seen[0]["trigger_id"]
    with pytest.raises(Refused, match="/nonsense is not a valid command"):
        await workspace.command("ana", "#desk", "/nonsense")


async def test_shortcuts_on_a_message_and_global(workspace, connect):
    app = app_of(workspace)
    seen: list[dict[str, Any]] = []

    @app.shortcut("ask_about_message")
    async def about(ack, body):
        await ack()
        seen.append(body)

    @app.shortcut("ask")
    async def ask(ack, body):
        await ack()
        seen.append(body)

    await connect(workspace, app)
    sent = await workspace.say("paul", "#desk", "Sharpe of 3?")
    await workspace.shortcut("ana", "ask_about_message", "#desk", sent.ts)
    await workspace.shortcut("ana", "ask")
    assert [body["type"] for body in seen] == ["message_action", "shortcut"]
    assert seen[0]["message"]["text"] == "Sharpe of 3?"
    assert seen[0]["message_ts"] == sent.ts
    with pytest.raises(Refused, match="belongs to a message"):
        await workspace.shortcut("ana", "ask_about_message")
    with pytest.raises(Refused, match="no shortcut"):
        await workspace.shortcut("ana", "nonsense")


async def test_a_modal_from_open_to_close(workspace, client, connect):
    app = app_of(workspace)
    seen: list[dict[str, Any]] = []

    @app.shortcut("ask")
    async def ask(ack, body, client):
        await client.views_open(trigger_id=body["trigger_id"], view=modal(notify_on_close=True))
        await ack()

    @app.view("form")
    async def form(ack, body, view):
        text = view["state"]["values"]["why"]["text"]["value"]
        seen.append(body)
        if text == "wrong":
            await ack(response_action="errors", errors={"why": "Not that."})
        elif text == "more":
            await ack(response_action="push", view=modal("second"))
        elif text == "other":
            await ack(response_action="update", view=modal("form", title=plain("Changed")))
        elif text == "broken":
            await ack(response_action="update", view=modal("form", title=plain("x" * 25)))
        else:
            await ack()

    @app.view("second")
    async def second(ack):
        await ack(response_action="clear")

    @app.view_closed("form")
    async def closed(ack, body):
        await ack()
        seen.append(body)

    await connect(workspace, app)
    await workspace.shortcut("ana", "ask")
    view = workspace.open_views("ana")[0]
    assert view["root_view_id"] == view["id"]
    missing = await workspace.submit_view("ana", view["id"], typed(""))
    assert missing["errors"] == {"why": "Please complete this required field."}
    assert seen == []  # Slack's own client asks for it; the app hears nothing
    wrong = await workspace.submit_view("ana", view["id"], typed("wrong"))
    assert wrong == {"response_action": "errors", "errors": {"why": "Not that."}}
    changed = await workspace.submit_view("ana", view["id"], typed("other"))
    assert changed["view"]["title"]["text"] == "Changed"
    assert changed["view"]["hash"] != view["hash"]
    with pytest.raises(Refused, match="We had some trouble connecting"):
        await workspace.submit_view("ana", view["id"], typed("broken"))
    pushed = await workspace.submit_view("ana", view["id"], typed("more"))
    assert pushed["view"]["previous_view_id"] == view["id"]
    assert [each["callback_id"] for each in workspace.open_views("ana")] == ["form", "second"]
    assert (await workspace.submit_view("ana", pushed["view"]["id"], typed("x")))["response_action"] == "clear"
    assert workspace.open_views("ana") == []
    assert await error_of(client.views_update(view_id=view["id"], view=modal())) == "not_found"

    await workspace.shortcut("ana", "ask")
    again = workspace.open_views("ana")[0]
    await workspace.people.close_view("ana", again["id"])
    assert seen[-1]["type"] == "view_closed"
    assert workspace.open_views("ana") == []


async def test_triggers_are_short_and_used_once(start, connect):
    clock = Clock()
    workspace = await start(clock=clock)
    client = client_of(workspace)
    app = app_of(workspace)
    triggers: list[str] = []

    @app.shortcut("ask")
    async def ask(ack, body):
        await ack()
        triggers.append(body["trigger_id"])

    await connect(workspace, app)
    await workspace.shortcut("ana", "ask")
    await workspace.shortcut("ana", "ask")
    opened = await client.views_open(trigger_id=triggers[0], view=modal(external_id="mine"))
    assert await error_of(client.views_open(trigger_id=triggers[0], view=modal())) == "exchanged_trigger_id"
    clock.now += 3.1
    assert await error_of(client.views_open(trigger_id=triggers[1], view=modal())) == "expired_trigger_id"
    assert await error_of(client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"
    body = await refusal(client.views_open(trigger_id=triggers[1], view=modal(title=plain("x" * 25))))
    assert body["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    view_id, old = opened["view"]["id"], opened["view"]["hash"]
    updated = await client.views_update(view_id=view_id, hash=old, view=modal(title=plain("New")))
    assert updated["view"]["hash"] != old
    assert await error_of(client.views_update(view_id=view_id, hash=old, view=modal())) == "hash_conflict"


async def test_home(workspace, client, connect):
    app = app_of(workspace)

    @app.action("go")
    async def go(ack, body, client):
        await ack()
        blocks = [{"type": "section", "text": plain(f"Pressed by {body['user']['id']}")}]
        await client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": blocks})

    await connect(workspace, app)
    home = await client.views_publish(user_id="U0ANASILVA", view={"type": "home", "blocks": press_me()})
    assert home["view"]["type"] == "home"
    await workspace.people.press_in_view("ana", home["view"]["id"], "go")
    await workspace.wait_for(lambda: workspace.state.homes["U0ANASILVA"].body["blocks"][0]["type"] == "section")
    stale = client.views_publish(user_id="U0ANASILVA", view={"type": "home", "blocks": []}, hash=home["view"]["hash"])
    assert await error_of(stale) == "hash_conflict"
    nobody = client.views_publish(user_id="U0NOBODY", view={"type": "home", "blocks": []})
    assert await error_of(nobody) == "user_not_found"


async def test_a_stream_grows_and_ends(workspace, client):
    asked = await workspace.say("ana", "#desk", "question")
    bare = client.chat_startStream(channel=DESK, thread_ts=asked.ts)
    assert await error_of(bare) == "missing_recipient_user_id"
    half = client.chat_startStream(channel=DESK, thread_ts=asked.ts, recipient_user_id="U0ANASILVA")
    assert await error_of(half) == "missing_recipient_team_id"

    stream = await client.chat_stream(
        channel=DESK, thread_ts=asked.ts, recipient_user_id="U0ANASILVA", recipient_team_id=TEAM_ID, buffer_size=4
    )
    await stream.append(markdown_text="**The golden ")
    message = workspace.messages("#desk")[1]
    assert message.stream is not None
    assert message.stream.open
    assert await error_of(client.chat_update(channel=DESK, ts=message.ts, text="x")) == "streaming_state_conflict"
    assert await error_of(client.chat_delete(channel=DESK, ts=message.ts)) == "cant_delete_message"
    await stream.append(chunks=[TaskUpdateChunk(id="1", title="Reading", status="in_progress")])
    await stream.append(chunks=[TaskUpdateChunk(id="1", title="Reading", status="complete")])
    await stream.append(markdown_text="cross**")
    await stream.stop(blocks=press_me(), metadata={"event_type": "answer", "event_payload": {}})
    assert message.text == "**The golden cross**"
    assert [block["type"] for block in message.blocks] == ["markdown", "task_card", "markdown", "actions"]
    assert message.blocks[1]["status"] == "complete"
    assert message.metadata
    late = client.chat_appendStream(channel=DESK, ts=message.ts, markdown_text="late")
    assert await error_of(late) == "message_not_in_streaming_state"


async def test_a_stream_ends_by_itself_after_five_minutes(start):
    clock = Clock()
    workspace = await start(clock=clock)
    client = client_of(workspace)
    asked = await workspace.say("ana", "dm", "question")
    dm = asked.channel
    started = await client.chat_startStream(channel=dm, thread_ts=asked.ts, markdown_text="slow")
    where = {"channel": dm, "ts": started["ts"]}
    clock.now += STREAM_SECONDS - 1
    await client.chat_appendStream(**where, markdown_text=" and slower")
    clock.now += 2
    assert await error_of(client.chat_appendStream(**where, markdown_text="x")) == "message_not_in_streaming_state"
    assert await error_of(client.chat_stopStream(**where)) == "message_not_in_streaming_state"
    await client.chat_update(**where, text="slow and slower, whole", blocks=[])
    assert workspace.messages("dm:ana")[1].text == "slow and slower, whole"


async def test_what_streams_refuse(workspace, client):
    asked = await workspace.say("ana", "dm", "question")
    start = {"channel": asked.channel, "thread_ts": asked.ts}
    assert await error_of(client.chat_startStream(**start, markdown_text="x" * 12_001)) == "msg_too_long"
    wrong = [{"type": "task_update", "id": "1", "title": "x" * 257, "status": "pending"}]
    assert await error_of(client.chat_startStream(**start, chunks=wrong)) == "invalid_chunks"
    assert await error_of(client.chat_appendStream(channel=asked.channel, ts=asked.ts, markdown_text="x")) == (
        "message_not_owned_by_app"
    )
    dividers = [{"type": "blocks", "blocks": [{"type": "divider"}] * 26}]
    started = await client.chat_startStream(**start, chunks=dividers)
    full = client.chat_appendStream(channel=asked.channel, ts=started["ts"], chunks=dividers)
    assert await error_of(full) == "invalid_blocks"


async def test_a_file_in_three_steps(workspace, client):
    asked = await workspace.say("ana", "#desk", "chart?")
    done = await client.files_upload_v2(
        file=PNG, filename="equity.png", title="Equity", alt_txt="A rising line", channel=DESK, thread_ts=asked.ts
    )
    message = workspace.messages("#desk")[1]
    assert message.thread_ts == asked.ts
    wire = workspace.state.message_wire(message, workspace.hub.base)
    assert wire["subtype"] == "file_share"
    file = wire["files"][0]
    assert (file["mimetype"], file["size"], file["alt_txt"]) == ("image/png", len(PNG), "A rising line")

    file_id = done["file"]["id"]
    image = {"type": "image", "alt_text": "A rising line", "slack_file": {"id": file_id}}
    await client.chat_postMessage(channel=DESK, text="again", blocks=[image])
    missing = {"type": "image", "alt_text": "x", "slack_file": {"id": "F0NONE"}}
    body = await refusal(client.chat_postMessage(channel=DESK, text="x", blocks=[missing]))
    assert "invalid slack file" in body["response_metadata"]["messages"][0]

    async with aiohttp.ClientSession() as session:
        bearer = {"Authorization": f"Bearer {workspace.bot_token}"}
        assert await (await session.get(file["url_private"], headers=bearer)).read() == PNG
        stranger = await session.get(file["url_private"])
        assert stranger.content_type == "text/html"  # the sign-in page, as Slack serves it
        wrong = {"Authorization": "Bearer xoxb-" + "wrong"}
        assert (await session.get(file["url_private"], headers=wrong)).status == 403

    assert (await client.files_info(file=file_id))["file"]["title"] == "Equity"
    await client.files_delete(file=file_id)
    assert await error_of(client.files_info(file=file_id)) == "file_not_found"
    assert message.files == []


async def test_uploads_are_checked(workspace, client):
    assert await error_of(client.files_getUploadURLExternal(filename="x", length=0)) == "invalid_arguments"
    step = await client.files_getUploadURLExternal(filename="x.txt", length=3)
    unfinished = client.files_completeUploadExternal(files=[{"id": step["file_id"], "title": "x"}])
    assert await error_of(unfinished) == "file_update_failed"
    async with aiohttp.ClientSession() as session:
        assert (await session.post(step["upload_url"], data=b"too long")).status == 400
        form = aiohttp.FormData()
        form.add_field("file", b"abc", filename="x.txt")
        assert await (await session.post(step["upload_url"], data=form)).text() == "OK - 3"
    elsewhere = client.files_completeUploadExternal(
        files=[{"id": step["file_id"], "title": "x"}], channel_id="C0NOWHERE"
    )
    assert await error_of(elsewhere) == "channel_not_found"
    await client.files_completeUploadExternal(files=[{"id": step["file_id"], "title": "x"}])
    again = client.files_completeUploadExternal(files=[{"id": step["file_id"], "title": "x"}])
    assert await error_of(again) == "file_not_found"


async def test_a_persons_file_arrives_with_the_message(workspace, connect):
    app = app_of(workspace)
    await connect(workspace, app)
    file = workspace.people.upload("ana", "../results.json", b"{}")
    await workspace.say("ana", "#desk", "@deskhand narrate this", file_ids=[file.id])
    await workspace.wait_for(lambda: len(app.seen) == 2)
    for body in app.seen:
        assert body["event"]["files"][0]["name"] == "results.json"
    by_type = {body["event"]["type"]: body["event"] for body in app.seen}
    assert by_type["message"]["subtype"] == "file_share"
    assert "subtype" not in by_type["app_mention"]
