"""What the page calls: reading, acting, and the WebSocket of what changes."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_rig import app_of, client_of

ANA, PAUL, GINA = "U0ANASILVA", "U0PAULMEYER", "U0GINAROSSI"
DESK = "C0001DESK"


class PageClient:
    """Calls what the page calls."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self._base, self._session = base, session

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        async with self._session.get(f"{self._base}page/{path}", params={"as": ANA, **query}) as response:
            return await response.json() | {"status_code": response.status}

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        async with self._session.post(f"{self._base}page/{path}", json={"as": ANA, **body}) as response:
            return await response.json() | {"status_code": response.status}

    async def events(self, user: str = ANA) -> aiohttp.ClientWebSocketResponse:
        return await self._session.ws_connect(f"{self._base}page/events?as={user}")


@pytest.fixture
async def page(workspace) -> AsyncIterator[PageClient]:
    async with aiohttp.ClientSession() as session:
        yield PageClient(workspace.url, session)


async def next_of(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(5):
        while (push := json.loads(await socket.receive_str()))["type"] != kind:
            pass
    return push


async def test_the_state_of_the_workspace(page):
    state = await page.get("state")
    assert state["me"] == ANA
    assert [person["real_name"] for person in state["people"]] == [
        "Ana Silva",
        "Paul Meyer",
        "Olga Novak",
        "Gina Rossi",
    ]
    assert state["people"][1]["groups"] == ["quant-analysts", "strategy-approvers"]
    names = {channel["name"]: channel for channel in state["channels"]}
    assert {"desk", "research", "ops-alerts"} <= set(names)
    assert sum(channel["is_im"] for channel in state["channels"]) == 1
    assert state["bot"]["connected"] == 0
    assert state["commands"][0]["command"] == "/deskhand"
    assert {"callback_id": "ask_about_message", "name": "Ask Deskhand about this", "type": "message"} in state[
        "shortcuts"
    ]


async def test_writing_shows_on_every_open_page(page):
    mine, theirs = await page.events(), await page.events(GINA)
    sent = await page.post("messages", channel=DESK, text="hello @paul")
    assert sent["message"]["text"] == f"hello <@{PAUL}>"
    for socket in (mine, theirs):
        push = await next_of(socket, "message")
        assert (push["channel"], push["message"]["ts"]) == (DESK, sent["message"]["ts"])
    reply = await page.post("messages", channel=DESK, text="more", thread_ts=sent["message"]["ts"])
    changed = await next_of(mine, "message_changed")
    assert changed["message"]["reply_count"] == 1
    thread = await page.get("thread", channel=DESK, ts=sent["message"]["ts"])
    assert [message["ts"] for message in thread["messages"]] == [sent["message"]["ts"], reply["message"]["ts"]]
    assert thread["status"] is None
    top = await page.get("messages", channel=DESK)
    assert len(top["messages"]) == 1
    await mine.close()
    await theirs.close()


async def test_direct_and_ephemeral_messages_reach_their_reader_only(workspace, page):
    client = client_of(workspace)
    ana, gina = await page.events(), await page.events(GINA)
    await client.chat_postMessage(channel=ANA, text="for ana")
    await client.chat_postEphemeral(channel=DESK, user=ANA, text="psst")
    await client.chat_postMessage(channel=DESK, text="for all")
    assert (await next_of(ana, "message"))["message"]["text"] == "for ana"
    assert (await next_of(ana, "ephemeral"))["message"]["ephemeral"] is True
    assert (await next_of(gina, "message"))["message"]["text"] == "for all"
    assert len((await page.get("messages", channel=DESK))["messages"]) == 2
    others = await page.get("messages", **{"as": GINA, "channel": DESK})
    assert len(others["messages"]) == 1
    secret = await page.get("messages", **{"as": GINA, "channel": workspace.state.direct("ana").id})
    assert secret["status_code"] == 422
    await ana.close()
    await gina.close()


async def test_a_button_and_a_modal(workspace, page, connect):
    app = app_of(workspace)

    @app.action("go")
    async def go(ack, body, client):
        view = {
            "type": "modal",
            "callback_id": "f",
            "title": {"type": "plain_text", "text": "T"},
            "submit": {"type": "plain_text", "text": "S"},
            "blocks": [
                {
                    "type": "input",
                    "block_id": "b",
                    "label": {"type": "plain_text", "text": "L"},
                    "element": {"type": "plain_text_input", "action_id": "a"},
                }
            ],
        }
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await ack()

    @app.view("f")
    async def form(ack):
        await ack(response_action="errors", errors={"b": "No."})

    await connect(workspace, app)
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    posted = await client_of(workspace).chat_postMessage(
        channel=DESK, text="x", blocks=[{"type": "actions", "elements": [button]}]
    )
    socket = await page.events()
    block_id = posted["message"]["blocks"][0]["block_id"]
    action = {"action_id": "go", "block_id": block_id, "type": "button"}
    pressed = await page.post("actions", channel=DESK, message_ts=posted["ts"], action=action)
    assert pressed["status_code"] == 200
    opened = await next_of(socket, "view")
    assert opened["action"] == "opened"
    values = {"b": {"a": {"type": "plain_text_input", "value": "x"}}}
    answer = await page.post("views/submit", view_id=opened["view"]["id"], state={"values": values})
    assert answer["errors"] == {"b": "No."}
    assert (await page.post("views/close", view_id=opened["view"]["id"]))["status_code"] == 200
    assert (await next_of(socket, "view"))["action"] == "closed"
    stale = await page.post("actions", channel=DESK, message_ts="1.1", action=action)
    assert stale["error"] == "That message is not there any more."
    await socket.close()


async def test_without_an_app_the_page_says_so(page):
    refused = await page.post("messages", channel=DESK, text="/deskhand help")
    assert refused["status_code"] == 422
    assert refused["error"] == '/deskhand failed with the error "dispatch_failed"'
    sent = await page.post("messages", channel=DESK, text="/deskhandle is no command")
    threaded = await page.post("messages", channel=DESK, text="/deskhand", thread_ts=sent["message"]["ts"])
    assert threaded["error"] == "/deskhand is not supported in threads. Sorry!"
    assert (await page.post("messages", channel=DESK, text=" "))["status_code"] == 422
    assert (await page.post("messages", channel="C0NOWHERE", text="x"))["status_code"] == 422
    assert (await page.post("messages", **{"as": "U0DESKHAND"}, channel=DESK, text="x"))["status_code"] == 422


async def test_groups_reactions_files_home(workspace, page, connect):
    app = app_of(workspace)
    await connect(workspace, app)
    socket = await page.events()
    group = workspace.state.group("strategy-approvers").id
    await page.post("groups", group_id=group, user=ANA, member=True)
    groups = (await next_of(socket, "groups"))["groups"]
    assert ANA in next(each["users"] for each in groups if each["id"] == group)
    sent = await page.post("messages", channel=DESK, text="x")
    await page.post("reactions", channel=DESK, ts=sent["message"]["ts"], name="eyes")
    assert (await next_of(socket, "reaction"))["reactions"][0]["users"] == [ANA]
    twice = await page.post("reactions", channel=DESK, ts=sent["message"]["ts"], name="eyes")
    assert twice["status_code"] == 422
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{workspace.url}page/files", params={"as": ANA, "name": "a.json"}, data=b"{}") as response,
    ):
        file = (await response.json())["file"]
    shared = await page.post("messages", channel=DESK, text="", file_ids=[file["id"]])
    assert shared["message"]["files"][0]["id"] == file["id"]
    assert (await page.get("home"))["view"] is None
    opened = await page.post("open_dm")
    assert opened["channel"] == workspace.state.direct("ana").id
    await workspace.wait_for(lambda: sum(b["event"]["type"] == "app_home_opened" for b in app.seen) == 2)
    assert [b["event"]["tab"] for b in app.seen if b["event"]["type"] == "app_home_opened"] == ["home", "messages"]
    await socket.close()


async def test_the_page_and_its_files_are_served_safely(workspace):
    async with aiohttp.ClientSession() as session:
        index = await session.get(workspace.url)
        assert index.status == 200
        assert "default-src 'self'" in index.headers["Content-Security-Policy"]
        assert (await session.get(workspace.url + "page/static/app.js")).status == 200
        for name in ("..%2fserver.py", "%2e%2e/server.py", ".hidden", "none.js"):
            assert (await session.get(workspace.url + "page/static/" + name)).status == 404
        svg = workspace.people.upload("ana", "x.svg", b"<svg onload='alert(1)'/>")
        shown = await session.get(f"{workspace.url}files/{svg.id}/x.svg", headers={"Sec-Fetch-Site": "same-origin"})
        assert shown.content_type == "application/octet-stream"
        elsewhere = {"Origin": "https://elsewhere.example"}
        body = {"as": ANA, "channel": DESK, "text": "x"}
        forged = await session.post(workspace.url + "page/messages", json=body, headers=elsewhere)
        assert forged.status == 403
        assert workspace.messages("#desk") == []


async def test_a_page_too_far_behind_is_cut(workspace, page):
    socket = await page.events()
    await workspace.wait_for(lambda: len(workspace.hub.pages) == 1)
    for number in range(1_002):  # no turn of the loop between: the outbox fills up
        workspace.hub.show({"type": "bot", "connected": number})
    assert workspace.hub.pages[0].lagging
    async with asyncio.timeout(5):
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    await workspace.wait_for(lambda: workspace.hub.pages == [])
