"""What the page calls: state, messages, acts of the person it plays, and a WebSocket of what changes.

The page is served to a browser on this machine and speaks for whichever person it plays; requests from other sites'
pages are refused by their Origin (`server.only_this_site`).
"""

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import WSMsgType, web

from bot.workspace.control import read_object, refused
from bot.workspace.hub import Hub, Page
from bot.workspace.interactions import Interactions, Refused
from bot.workspace.methods.agents import status_of
from bot.workspace.methods.streams import is_streaming
from bot.workspace.people import People
from bot.workspace.state import APP_ID, BOT_USER_ID, TEAM_ID, Channel, Message, User
from bot.workspace.wire import Obj
from tools.errors import Problem

PAGE = Path(__file__).resolve().parent / "page"
_FILE_NAME = re.compile(r"\w[\w-]*(\.\w[\w-]*)+")
UPLOAD_BYTES = 20 * 1024 * 1024
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob: https: http:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)

Route = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PageApi:
    """The endpoints under `/page`, and the files that messages show."""

    def __init__(self, hub: Hub, interactions: Interactions, people: People, bot_token: str) -> None:
        self._hub = hub
        self._interactions = interactions
        self._people = people
        self._bot_token = bot_token

    def add_routes(self, app: web.Application) -> None:
        """Register them."""
        router = app.router
        router.add_get("/", self._index)
        router.add_get("/archives/{channel}/{message}", self._index)
        router.add_get("/page/static/{file}", self._static)
        router.add_get("/page/events", self._events)
        router.add_get("/files/{id}/{name}", self._file)
        reads: dict[str, Route] = {
            "state": self._state,
            "messages": self._messages,
            "thread": self._thread,
            "home": self._home,
            "suggestions": self._suggestions,
            "faults": self._faults,
        }
        writes: dict[str, Route] = {
            "messages": self._say,
            "files": self._upload,
            "reactions": self._react,
            "actions": self._act,
            "shortcuts": self._shortcut,
            "views/submit": self._submit,
            "views/close": self._close,
            "groups": self._group,
            "faults": self._fault,
            "open_dm": self._open_direct,
        }
        for path, route in reads.items():
            router.add_get(f"/page/{path}", guarded(route))
        for path, route in writes.items():
            router.add_post(f"/page/{path}", guarded(route))

    # --- the page itself -------------------------------------------------------------------------------------------

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return _page_file("index.html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return _page_file(request.match_info["file"])

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """A file's bytes, for the app by its token and for the page by where it runs."""
        file = self._hub.state.files.get(request.match_info["id"])
        given = request.headers.get("Authorization", "")
        if not given and not _on_the_page(request):
            # What Slack serves to a caller without a token is its sign-in page, with a 200.
            return web.Response(text="<!doctype html><title>Sign in</title>Sign in.", content_type="text/html")
        if given and given != f"Bearer {self._bot_token}":
            return web.Response(status=403, text="invalid_auth")
        if given and "files:read" not in self._hub.manifest.bot_scopes:
            return web.Response(status=403, text="missing_scope")
        if file is None or file.content is None:
            return web.Response(status=404, text="file_not_found")
        shown_as = file.mimetype if file.mimetype.startswith("image/") and "svg" not in file.mimetype else ""
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if not shown_as:
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=file.content, content_type=shown_as or "application/octet-stream", headers=headers)

    # --- reading ---------------------------------------------------------------------------------------------------

    async def _state(self, request: web.Request) -> web.StreamResponse:
        """What a person sees at first; without `as`, the first of the people."""
        state, manifest = self._hub.state, self._hub.manifest
        me = self._person(request.query) if "as" in request.query else state.people[0]
        bot: Obj = {"user_id": BOT_USER_ID, "name": "Deskhand", "app_id": APP_ID}
        return web.json_response(
            {
                "me": me.id,
                "team": {"id": TEAM_ID, "name": state.team},
                "bot": {**bot, "connected": len(self._hub.sockets.connections)},
                "people": [self._person_wire(person) for person in state.people],
                "channels": [_channel_wire(channel, me) for channel in state.channels.values() if _sees(me, channel)],
                "commands": [
                    {name: c.get(name, "") for name in ("command", "description", "usage_hint")}
                    for c in manifest.commands
                ],
                "shortcuts": [
                    {name: s[name] for name in ("callback_id", "name", "type")} for s in manifest.shortcuts
                ],
                "groups": self._people.groups(),
                "faults": self._hub.menu is not None,
            }
        )

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        me = self._person(request.query)
        channel = self._people.channel(request.query.get("channel", ""), me)
        found = [*channel.top_level(), *(m for m in _whispers(channel, me) if not m.is_reply)]
        return web.json_response({"messages": self._wires(found)})

    async def _thread(self, request: web.Request) -> web.StreamResponse:
        me = self._person(request.query)
        channel = self._people.channel(request.query.get("channel", ""), me)
        ts = request.query.get("ts", "")
        parent = self._people.message(channel, ts, me)
        whispers = [m for m in _whispers(channel, me) if m.thread_ts == ts and m.is_reply]
        return web.json_response(
            {
                "messages": self._wires([parent, *channel.thread(ts), *whispers]),
                "status": status_of(self._hub, channel, ts),
                "prompts": self._hub.state.thread_prompts.get((channel.id, ts)),
            }
        )

    async def _home(self, request: web.Request) -> web.StreamResponse:
        me = self._person(request.query)
        self._people.open_home(me.id)
        home = self._hub.state.homes.get(me.id)
        return web.json_response({"view": home.wire() if home else None})

    async def _suggestions(self, request: web.Request) -> web.StreamResponse:
        me = self._person(request.query)
        query = request.query
        view = self._people.view(query.get("view_id", ""), me)
        block_id, action_id = query.get("block_id", ""), query.get("action_id", "")
        return web.json_response(
            await self._interactions.suggestions(me, view, block_id, action_id, query.get("value", ""))
        )

    # --- acting ----------------------------------------------------------------------------------------------------

    async def _say(self, request: web.Request) -> web.StreamResponse:
        body = await read_object(request)
        me, text = self._person(body), str(body.get("text", ""))
        channel, thread_ts = str(body.get("channel", "")), str(body.get("thread_ts") or "")
        command, _, rest = text.strip().partition(" ")
        if command.startswith("/") and command in {known["command"] for known in self._hub.manifest.commands}:
            if thread_ts:
                raise Refused(f"{command} is not supported in threads. Sorry!")
            await self._people.command(me.id, channel, command, rest.strip())
            return web.json_response({})
        files = [str(file_id) for file_id in body.get("file_ids") or []]
        message = self._people.say(me.id, channel, text, thread_ts, files)
        return web.json_response({"message": self._wires([message])[0]})

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        me = self._person(request.query)
        content = await request.read()
        file = self._people.upload(me.id, request.query.get("name", "file"), content)
        return web.json_response({"file": file.wire(self._hub.base)})

    async def _react(self, request: web.Request) -> web.StreamResponse:
        body = await read_object(request)
        channel, ts, name = (str(body.get(key, "")) for key in ("channel", "ts", "name"))
        self._people.react(self._person(body).id, channel, ts, name, remove=bool(body.get("remove")))
        return web.json_response({})

    async def _act(self, request: web.Request) -> web.StreamResponse:
        body = await read_object(request)
        me, action, state = self._person(body), body.get("action"), body.get("state")
        if not isinstance(action, dict) or not isinstance(action.get("action_id"), str):
            raise Refused("An action needs its action_id.")
        if body.get("view_id"):
            view_id = str(body["view_id"])
            await self._people.press_in_view(me.id, view_id, action["action_id"], chosen=action, state=state)
        else:
            channel, ts = str(body.get("channel", "")), str(body.get("message_ts", ""))
            await self._people.press(me.id, channel, ts, action["action_id"], chosen=action, state=state)
        return web.json_response({})

    async def _shortcut(self, request: web.Request) -> web.StreamResponse:
        body = await read_object(request)
        channel, ts = str(body.get("channel") or ""), str(body.get("message_ts") or "")
        await self._people.shortcut(self._person(body).id, str(body.get("callback_id", "")), channel, ts)
        return web.json_response({})

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        body = await read_object(request)
        values = (body.get("state") or {}).get("values", {})
        answer = await self._people.submit_view(self._person(body).id, str(body.get("view_id", "")), values)
        return web.json_response(answer)

    async def _close(self, request: web.Request) -> web.StreamResponse:
        body = await read_object(request)
        await self._people.close_view(self._person(body).id, str(body.get("view_id", "")))
        return web.json_response({})

    async def _group(self, request: web.Request) -> web.StreamResponse:
        body = await read_object(request)
        self._person(body)
        member = bool(body.get("member"))
        self._people.set_member(str(body.get("group_id", "")), str(body.get("user", "")), member)
        return web.json_response({"groups": self._people.groups()})

    async def _open_direct(self, request: web.Request) -> web.StreamResponse:
        me = self._person(await read_object(request))
        self._people.open_home(me.id, "messages")
        channel = self._hub.state.open_direct(me.id)
        prompts = channel.prompts or list(self._hub.manifest.suggested_prompts) or None
        return web.json_response({"channel": channel.id, "prompts": prompts})

    # --- what is broken --------------------------------------------------------------------------------------------

    async def _faults(self, request: web.Request) -> web.StreamResponse:
        self._person(request.query)
        return web.json_response({"faults": await self._told_faults()})

    async def _fault(self, request: web.Request) -> web.StreamResponse:
        body = await read_object(request)
        self._person(body)
        if self._hub.menu is None:
            raise Refused("This workspace has nothing to break.")
        try:
            await self._hub.menu.set(str(body.get("id", "")), broken=bool(body.get("broken")))
        except Problem as problem:
            raise Refused(str(problem)) from problem
        return web.json_response({"faults": await self._told_faults()})

    async def _told_faults(self) -> list[Obj]:
        found = [] if self._hub.menu is None else await self._hub.menu.all()
        return [{"id": each.id, "title": each.title, "detail": each.detail, "broken": each.broken} for each in found]

    # --- what changes ----------------------------------------------------------------------------------------------

    async def _events(self, request: web.Request) -> web.StreamResponse:
        person = self._people.user(request.query.get("as", ""))
        socket = web.WebSocketResponse(timeout=1.0, heartbeat=30, compress=False)
        await socket.prepare(request)
        page = Page(person.id, socket)
        self._hub.pages.append(page)
        sender = asyncio.create_task(_send(page))
        try:
            async for message in socket:
                if message.type == WSMsgType.ERROR:
                    break
        finally:
            self._hub.pages.remove(page)
            sender.cancel()
        return socket

    # --- small things ----------------------------------------------------------------------------------------------

    def _person(self, values: "web.BaseRequest | Obj | object") -> User:
        get = getattr(values, "get", None)
        person = self._people.user(str(get("as") or "") if callable(get) else "")
        if person.is_bot:
            raise Refused("The bot speaks for itself.")
        return person

    def _person_wire(self, person: User) -> Obj:
        groups = [g.handle for g in self._hub.state.groups.values() if person.id in g.users and not g.disabled]
        shown = {"id": person.id, "name": person.name, "real_name": person.real_name, "title": person.title}
        return {**shown, "roles_hint": person.roles_hint, "groups": groups}

    def _wires(self, found: list[Message]) -> list[Obj]:
        for message in found:
            is_streaming(self._hub, message)
        ordered = sorted(found, key=lambda message: (message.is_reply, message.ts))
        return [self._hub.state.message_wire(message, self._hub.base) for message in ordered]


def guarded(route: Route) -> Route:
    """A route that words refusals as one sentence."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await route(request)
        except Refused as reason:
            return refused(str(reason), 422)

    return handle


def _page_file(name: str) -> web.StreamResponse:
    if not _FILE_NAME.fullmatch(name):
        return web.Response(status=404, text="not found")
    headers = {"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "no-cache"}
    return web.FileResponse(PAGE / name, headers=headers)


def _on_the_page(request: web.Request) -> bool:
    """Whether a browser asks for a file from this page or from its address bar."""
    referrer = request.headers.get("Referer", "").split("://", 1)[-1]
    return request.headers.get("Sec-Fetch-Site") in ("same-origin", "none") or referrer.startswith(request.host + "/")


def _sees(me: User, channel: Channel) -> bool:
    return channel.kind == "channel" or me.id in channel.members


def _channel_wire(channel: Channel, me: User) -> Obj:
    wire: Obj = {
        "id": channel.id,
        "name": channel.name,
        "is_im": channel.kind == "im",
        "topic": channel.topic,
        "is_member": me.id in channel.members,
    }
    return {**wire, "user": BOT_USER_ID} if channel.kind == "im" else wire


def _whispers(channel: Channel, me: User) -> list[Message]:
    return [message for message in channel.ephemerals.values() if message.ephemeral_to == me.id]


async def _send(page: Page) -> None:
    with contextlib.suppress(ConnectionError):
        while not page.lagging:
            await page.socket.send_str(json.dumps(await page.outbox.get()))
    await page.socket.close()
