"""Socket Mode with the real Bolt and SDK: hello, acknowledgement, redelivery, one connection only, refresh, trouble."""

import json
from typing import Any

import aiohttp
import pytest
from slack_rig import app_of, client_of, error_of

from bot.workspace.interactions import Refused
from bot.workspace.sockets import ACKNOWLEDGE_WITHIN, MOST_CONNECTIONS, RETRY_AFTER
from bot.workspace.state import BOT_USER_ID


async def raw_socket(workspace: Any, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    """A bare connection that acknowledges nothing by itself, past its hello."""
    opened = await client_of(workspace).apps_connections_open(app_token=workspace.app_token)
    socket = await session.ws_connect(opened["url"])
    hello = json.loads(await socket.receive_str())
    assert hello["type"] == "hello"
    return socket


def kinds(app: Any) -> list[str]:
    return [body["event"]["type"] for body in app.seen]


async def test_a_bolt_app_answers_a_mention(workspace, connect):
    app = app_of(workspace)

    async def reply(event, say):
        await say(text=f"Hello <@{event['user']}>", thread_ts=event["ts"])

    app.event("app_mention")(reply)
    app._async_listeners = app._async_listeners[::-1]  # this one before the rig's own
    await connect(workspace, app)

    asked = await workspace.say("ana", "#desk", "@Deskhand good morning")
    await workspace.wait_for(lambda: len(workspace.messages("#desk")) == 2)

    answer = workspace.messages("#desk")[1]
    assert answer.thread_ts == asked.ts
    assert answer.text == "Hello <@U0ANASILVA>"


async def test_hello_says_how_many_are_connected(workspace):
    async with aiohttp.ClientSession() as session:
        first = await raw_socket(workspace, session)
        opened = await client_of(workspace).apps_connections_open(app_token=workspace.app_token)
        second = await session.ws_connect(opened["url"])
        hello = json.loads(await second.receive_str())
        assert hello["num_connections"] == 2
        assert hello["connection_info"]["app_id"]
        assert hello["debug_info"]["approximate_connection_time"] > 0
        await first.close()
        await second.close()
        again = await session.get(opened["url"].replace("ws", "http", 1))
        assert again.status == 403  # a ticket opens one connection


async def test_connections_open_needs_the_app_token(workspace):
    assert await error_of(client_of(workspace).apps_connections_open(app_token=workspace.bot_token)) == (
        "not_allowed_token_type"
    )


async def test_a_mention_is_two_events_of_one_message(workspace, connect):
    app = app_of(workspace)
    await connect(workspace, app)
    sent = await workspace.say("ana", "#desk", "@deskhand what about <https://example.com|this> & that?")
    await workspace.wait_for(lambda: len(app.seen) == 2)

    by_type = {body["event"]["type"]: body for body in app.seen}
    mention, message = by_type["app_mention"], by_type["message"]
    assert mention["event_id"] != message["event_id"]
    for body in app.seen:
        event = body["event"]
        assert event["ts"] == event["event_ts"] == sent.ts
        assert event["text"] == f"<@{BOT_USER_ID}> what about <https://example.com|this> &amp; that?"
        assert event["channel"] == sent.channel
        assert body["type"] == "event_callback"
        assert body["authorizations"][0]["user_id"] == BOT_USER_ID
        assert body["authorizations"][0]["is_bot"] is True
        assert {"team_id", "api_app_id", "event_time"} <= set(body)
    assert message["event"]["channel_type"] == "channel"
    assert {"type": "user", "user_id": BOT_USER_ID} in message["event"]["blocks"][0]["elements"][0]["elements"]


async def test_a_direct_message_is_one_event(workspace, connect):
    app = app_of(workspace)
    await connect(workspace, app)
    await workspace.say("gina", "dm", "@deskhand hello")
    await workspace.say("gina", "#desk", "done")
    await workspace.wait_for(lambda: len(app.seen) == 2)
    assert [body["event"]["channel_type"] for body in app.seen] == ["im", "channel"]


async def test_each_payload_goes_to_exactly_one_connection(workspace):
    async with aiohttp.ClientSession() as session:
        sockets = [await raw_socket(workspace, session) for _ in range(3)]
        for number in range(9):
            await workspace.say("ana", "#desk", f"message {number}")
        got: list[list[str]] = [[], [], []]
        for index, socket in enumerate(sockets):
            for _ in range(3):
                envelope = json.loads(await socket.receive_str())
                await socket.send_json({"envelope_id": envelope["envelope_id"]})
                got[index].append(envelope["payload"]["event"]["text"])
        await workspace.wait_for(lambda: workspace.hub.sockets.in_flight == 0)
        assert sorted(text for texts in got for text in texts) == [f"message {number}" for number in range(9)]
        for socket in sockets:
            await socket.close()


async def test_an_event_is_redelivered_with_its_id_until_acknowledged(start):
    workspace = await start(acknowledge_within=0.05, retry_after=(0.0, 0.05, 0.1))
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(workspace, session)
        await workspace.say("ana", "#desk", "hello?")
        seen = [json.loads(await socket.receive_str()) for _ in range(3)]
        await socket.send_json({"envelope_id": seen[-1]["envelope_id"]})
        await workspace.wait_for(lambda: workspace.hub.sockets.in_flight == 0)
        assert [envelope["retry_attempt"] for envelope in seen] == [0, 1, 2]
        assert [envelope["retry_reason"] for envelope in seen] == ["", "timeout", "timeout"]
        assert len({envelope["payload"]["event_id"] for envelope in seen}) == 1
        assert len({envelope["envelope_id"] for envelope in seen}) == 3
        assert workspace.hub.sockets.undelivered == []
        assert seen[0]["type"] == "events_api"
        assert seen[0]["accepts_response_payload"] is False
        await socket.close()


def test_the_defaults_are_slacks_own():
    assert ACKNOWLEDGE_WITHIN == 3
    assert RETRY_AFTER == (0, 60, 300)  # at once, after a minute, after five
    assert MOST_CONNECTIONS == 10


async def test_an_event_is_given_up_after_the_last_attempt(start):
    workspace = await start(retry_after=(0.0, 0.01, 0.01))
    await workspace.say("ana", "#desk", "anybody there?")
    await workspace.wait_for(lambda: len(workspace.hub.sockets.undelivered) == 1)


async def test_events_of_a_killed_app_reach_the_next_one(start):
    workspace = await start(retry_after=(0.0, 0.2, 0.5))
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(workspace, session)
        await workspace.say("ana", "#desk", "before the crash")
        first = json.loads(await socket.receive_str())
        workspace.hub.sockets.drop()
        await workspace.wait_for(lambda: workspace.hub.sockets.connections == [])
        await socket.close()
        socket = await raw_socket(workspace, session)
        second = json.loads(await socket.receive_str())
        assert second["payload"] == first["payload"]
        assert second["retry_attempt"] > 0
        await socket.close()


async def test_clicks_are_not_redelivered(start):
    workspace = await start(acknowledge_within=0.05, retry_after=(0.0, 0.01))
    posted = await client_of(workspace).chat_postMessage(
        channel="#desk", text="Press", blocks=[button_row("go", "1")]
    )
    async with aiohttp.ClientSession() as session:
        socket = await raw_socket(workspace, session)
        with pytest.raises(Refused, match="did not respond in time"):
            await workspace.press("ana", "#desk", posted["ts"], "go")
        await workspace.wait_for(lambda: workspace.hub.sockets.in_flight == 0)
        await workspace.hub.sockets.refresh(reason="warning")
        envelopes = []
        while (envelope := json.loads(await socket.receive_str()))["type"] != "disconnect":
            envelopes.append(envelope)
        clicks = [envelope for envelope in envelopes if envelope["type"] == "interactive"]
        assert len(clicks) == 1
        assert "retry_attempt" not in clicks[0]
        await socket.close()


async def test_without_an_app_a_command_says_so(workspace):
    with pytest.raises(Refused, match='/deskhand failed with the error "dispatch_failed"'):
        await workspace.command("ana", "#desk", "/deskhand", "help")


async def test_a_refresh_loses_nothing(workspace, connect):
    app = app_of(workspace)
    await connect(workspace, app)
    await connect(workspace, app)
    oldest, other = workspace.hub.sockets.connections
    await workspace.hub.sockets.refresh(1)
    await workspace.say("ana", "#desk", "while reconnecting")
    await workspace.wait_for(
        lambda: len(workspace.hub.sockets.connections) == 2 and oldest not in workspace.hub.sockets.connections
    )
    assert other in workspace.hub.sockets.connections
    await workspace.say("ana", "#desk", "after")
    await workspace.say("ana", "#desk", "after that")
    await workspace.wait_for(lambda: workspace.hub.sockets.in_flight == 0)
    assert len(app.seen) == 3
    numbers = {each.connection for each in workspace.hub.sockets.acknowledged}
    assert numbers == {other.number, workspace.hub.sockets.connections[-1].number}


async def test_an_eleventh_connection_is_turned_away(workspace):
    async with aiohttp.ClientSession() as session:
        sockets = [await raw_socket(workspace, session) for _ in range(MOST_CONNECTIONS)]
        opened = await client_of(workspace).apps_connections_open(app_token=workspace.app_token)
        one_more = await session.ws_connect(opened["url"])
        said = json.loads(await one_more.receive_str())
        assert said["type"] == "disconnect"
        assert said["reason"] == "too_many_websockets"
        assert (await one_more.receive()).type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
        for socket in sockets:
            await socket.close()


async def test_a_deaf_connection_loses_what_it_is_sent_and_another_gets_it(start, connect):
    workspace = await start(acknowledge_within=0.1, retry_after=(0.0, 0.05, 0.1, 0.1))
    app = app_of(workspace)
    await connect(workspace, app)
    await connect(workspace, app)
    workspace.hub.sockets.deafen(1, pings=True)
    for number in range(4):
        await workspace.say("ana", "#desk", f"message {number}")
    await workspace.wait_for(lambda: len(app.seen) == 4)
    assert len({body["event_id"] for body in app.seen}) == 4


async def test_a_connection_that_answers_no_pings_is_replaced_by_the_sdk(start, connect):
    workspace = await start()
    app = app_of(workspace)
    await connect(workspace, app, ping_interval=0.2)
    old = workspace.hub.sockets.connections[0]
    workspace.hub.sockets.deafen()
    await workspace.wait_for(lambda: any(each is not old for each in workspace.hub.sockets.connections), timeout=10)


async def test_copies_and_reordering_keep_event_ids(workspace, connect):
    app = app_of(workspace)
    await connect(workspace, app)
    workspace.hub.sockets.faults.copies, workspace.hub.sockets.faults.reorder = 3, 3
    for number in range(4):
        await workspace.say("ana", "#desk", f"message {number}")
    await workspace.wait_for(lambda: len(app.seen) == 12)
    assert len({body["event_id"] for body in app.seen}) == 4
    first = [body["event"]["text"] for body in app.seen[:3]]
    assert first == ["message 3"] * 3


async def test_an_event_without_a_subscription_is_not_sent(start, connect):
    from dataclasses import replace

    from slack_rig import EVERY_SCOPE

    workspace = await start(manifest=replace(EVERY_SCOPE, bot_events=frozenset({"app_mention"})))
    app = app_of(workspace)
    await connect(workspace, app)
    await workspace.say("ana", "#desk", "just talking")
    await workspace.say("ana", "#desk", "@deskhand you")
    await workspace.wait_for(lambda: len(app.seen) == 1)
    assert kinds(app) == ["app_mention"]


async def test_edits_deletions_joins_and_reactions_are_events(workspace, connect):
    app = app_of(workspace)
    await connect(workspace, app)
    sent = await workspace.say("ana", "#desk", "frist")
    workspace.people.edit("ana", "#desk", sent.ts, "first")
    workspace.people.react("paul", "#desk", sent.ts, "eyes")
    workspace.people.delete("ana", "#desk", sent.ts)
    workspace.people.open_home("ana", "messages")
    await workspace.wait_for(lambda: len(app.seen) == 5)
    events = [body["event"] for body in app.seen]
    assert [event.get("subtype") for event in events] == [None, "message_changed", None, "message_deleted", None]
    assert events[1]["previous_message"]["text"] == "frist"
    assert events[1]["message"]["edited"]["user"] == "U0ANASILVA"
    assert events[2]["item"]["ts"] == events[3]["deleted_ts"] == sent.ts
    assert events[4] | {"event_ts": ""} == {
        "type": "app_home_opened",
        "user": "U0ANASILVA",
        "channel": workspace.state.direct("ana").id,
        "tab": "messages",
        "event_ts": "",
    }


async def test_a_change_of_a_user_group_is_two_events(workspace, connect):
    app = app_of(workspace)
    await connect(workspace, app)
    before = workspace.state.group("strategy-approvers").updated
    await workspace.set_member("strategy-approvers", "ana", True)
    await workspace.set_member("strategy-approvers", "ana", True)  # no change, no event
    await workspace.wait_for(lambda: len(app.seen) == 2)
    by_type = {body["event"]["type"]: body["event"] for body in app.seen}
    assert by_type["subteam_updated"]["subteam"]["users"] == ["U0PAULMEYER", "U0ANASILVA"]
    delta = by_type["subteam_members_changed"]
    assert delta["added_users"] == ["U0ANASILVA"]
    assert "removed_users" not in delta
    assert delta["date_previous_update"] == before < delta["date_update"]


def button_row(action_id: str, value: str) -> dict[str, Any]:
    button = {"type": "button", "action_id": action_id, "value": value, "text": {"type": "plain_text", "text": "Go"}}
    return {"type": "actions", "block_id": "row", "elements": [button]}
