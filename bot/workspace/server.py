"""The local Slack as one object: start it, point a bot at `api_url`, act as people, look at what came of it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.workspace.control import Control
from bot.workspace.hub import Hub
from bot.workspace.interactions import Interactions
from bot.workspace.limits import RateLimits
from bot.workspace.pageapi import UPLOAD_BYTES, PageApi
from bot.workspace.people import People
from bot.workspace.scopes import Manifest, load_manifest
from bot.workspace.sockets import ACKNOWLEDGE_WITHIN, RETRY_AFTER
from bot.workspace.state import Group, Message, State, World, default_world
from bot.workspace.webapi import WebApi, read_values
from bot.workspace.wire import Args, Obj, SlackError


class Workspace:
    """A workspace in memory, served on one port: Web API, Socket Mode, page, control.

    The tokens are the same in every process, so that a bot started on its own can use them. `retry_after` is seconds
    before each redelivery of an unacknowledged event; `clock` is wall time in seconds.
    """

    bot_token = "-".join(("xoxb", "local", "deskhand"))
    app_token = "-".join(("xapp", "1", "A0DESKHAND", "local"))

    def __init__(
        self,
        world: World | None = None,
        *,
        manifest: Manifest | None = None,
        limits: RateLimits | None = None,
        clock: Callable[[], float] = time.time,
        retry_after: Sequence[float] = RETRY_AFTER,
        acknowledge_within: float = ACKNOWLEDGE_WITHIN,
    ) -> None:
        self.hub = Hub(
            world or default_world(),
            limits=limits or RateLimits(),
            clock=clock,
            retry_after=retry_after,
            acknowledge_within=acknowledge_within,
        )
        self._manifest = manifest
        self._interactions = Interactions(self.hub)
        self.people = People(self.hub, self._interactions)
        self._runner: web.AppRunner | None = None

    # --- lifecycle -------------------------------------------------------------------------------------------------

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve; port 0 takes a free one. OSError where the port is taken."""
        self.hub.manifest = await asyncio.to_thread(load_manifest) if self._manifest is None else self._manifest
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound = self._runner.addresses[0]
        self.hub.base = f"http://{bound[0]}:{bound[1]}"

    async def close(self) -> None:
        """Stop serving; every connection ends."""
        self.hub.cancel_timers()
        await self.hub.sockets.close()
        for page in list(self.hub.pages):
            await page.socket.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=UPLOAD_BYTES, middlewares=[only_this_site])
        api = WebApi(self.hub, self._interactions, bot_token=self.bot_token, app_token=self.app_token)
        app.router.add_route("*", "/api/{method}", api.handle)
        for path in ("/link", "/link/"):
            app.router.add_get(path, self.hub.sockets.serve)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_post("/hooks/{token}", self._respond)
        Control(self.hub).add_routes(app)
        PageApi(self.hub, self._interactions, self.people, self.bot_token).add_routes(app)
        return app

    async def _upload(self, request: web.Request) -> web.Response:
        """Step two of an upload: the bytes, raw or as a form's file."""
        file = self.hub.state.files.get(request.match_info["id"])
        if file is None or file.content is not None:
            return web.Response(status=404, text="no such upload")
        content = await _uploaded_bytes(request)
        if len(content) != file.length:
            return web.Response(status=400, text=f"expected {file.length} bytes, got {len(content)}")
        file.content = content
        return web.Response(text=f"OK - {file.length}")

    async def _respond(self, request: web.Request) -> web.Response:
        """A response_url."""
        try:
            self._interactions.respond(request.match_info["token"], Args(await read_values(request)))
        except SlackError as error:
            status = 404 if error.code in ("used_url", "expired_url") else 400
            return web.json_response(error.body(), status=status)
        return web.Response(text="ok")

    # --- addresses and state ---------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The page."""
        return self.hub.base + "/"

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL is set to."""
        return self.hub.base + "/api/"

    @property
    def state(self) -> State:
        """Team, users, channels, messages, groups, files, views, homes."""
        return self.hub.state

    # --- acting as people ------------------------------------------------------------------------------------------

    async def say(
        self, user: str, channel: str, text: str, thread_ts: str | None = None, file_ids: Sequence[str] = ()
    ) -> Message:
        """A person writes in a channel (`#desk`) or to the bot (`dm`)."""
        return self.people.say(user, channel, text, thread_ts or "", file_ids)

    async def press(self, user: str, channel: str, ts: str, action_id: str, *, chosen: Obj | None = None) -> None:
        """A person uses a message's button or select; raises `Refused` where the app does not acknowledge."""
        await self.people.press(user, channel, ts, action_id, chosen=chosen)

    async def submit_view(self, user: str, view_id: str, values: Obj) -> Obj:
        """A person submits a modal; gives the app's acknowledgement."""
        return await self.people.submit_view(user, view_id, values)

    async def command(self, user: str, channel: str, command: str, text: str = "") -> None:
        """A person uses a slash command."""
        await self.people.command(user, channel, command, text)

    async def shortcut(self, user: str, callback_id: str, channel: str = "", ts: str = "") -> None:
        """A person uses a shortcut."""
        await self.people.shortcut(user, callback_id, channel, ts)

    async def set_member(self, group_handle: str, user: str, member: bool) -> Group:
        """A person joins or leaves a user group."""
        return self.people.set_member(group_handle, user, member)

    def messages(self, channel: str) -> list[Message]:
        """Everything in a channel, replies included, oldest first; `dm:ana` is a direct message."""
        if channel.startswith("dm:"):
            return list(self.state.direct(channel.removeprefix("dm:")).messages.values())
        return list(self.state.channel(channel).messages.values())

    def open_views(self, user: str) -> list[Obj]:
        """The modals on a person's screen, the top one last."""
        stack = self.state.stacks.get(self.state.user(user).id, [])
        return [self.state.views[view_id].wire() for view_id in stack]

    async def wait_for(self, predicate: Callable[[], bool], timeout: float = 5.0) -> None:  # noqa: ASYNC109
        """Returns when the predicate holds; looked at after every change, TimeoutError after `timeout` seconds."""
        await self.hub.wait_for(predicate, timeout)


@web.middleware
async def only_this_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a page of another site asks through somebody's browser."""
    origin = request.headers.get("Origin")
    if origin is not None and origin.split("://", 1)[-1] != request.host:
        return web.json_response({"error": "This server answers its own page only."}, status=403)
    return await handler(request)


async def _uploaded_bytes(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    form = await request.post()
    for value in form.values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""
