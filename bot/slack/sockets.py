"""Two Socket Mode connections into one Bolt app, and a watchdog for those that are connected but deaf.

Slack refreshes connections now and then, closing the old before the new one opens; with two, taking turns at
reconnecting, one is always listening. Every payload goes to one of them.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.observing import Observer

log = structlog.get_logger(__name__)

CONNECTIONS = 2
PING_SECONDS = 5.0
CHECK_SECONDS = 1.0
HELLO_WITHIN = 10.0
SILENT_FOR = 3 * PING_SECONDS
"""No pong and no message for so long: the socket is open but nothing comes through it."""
_TURN_WITHIN = 15.0

Handle = Callable[[AsyncBaseSocketModeClient, SocketModeRequest], Awaitable[None]]


class _Socket(SocketModeClient):
    """The SDK's client; it waits its turn to reconnect and notes when it last heard anything."""

    def __init__(self, app: AsyncApp, app_token: str, turn: asyncio.Lock, handle: Handle) -> None:
        super().__init__(
            app_token=app_token,
            logger=_quiet_logger(),
            web_client=app.client,
            ping_interval=PING_SECONDS,
            on_message_listeners=[self._note],
        )
        self._turn = turn
        self.hello = False
        self.heard_at = self.started_at = time.monotonic()
        self._ponged = 0.0
        self.socket_mode_request_listeners.append(handle)

    async def _note(self, message: WSMessage) -> None:
        self.heard_at = time.monotonic()
        if not self.hello and json.loads(message.data).get("type") == "hello":
            self.hello = True

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """As the SDK does, but not while the other connection is away."""
        acquired = False
        try:
            async with asyncio.timeout(_TURN_WITHIN):
                await self._turn.acquire()
            acquired = True
        except TimeoutError:
            log.warning("reconnects_out_of_turn")
        self.hello, self.started_at = False, time.monotonic()
        try:
            await super().connect_to_new_endpoint(force)
        finally:
            if acquired:
                self._turn.release()

    def trouble(self) -> str:
        """Why it should be replaced, in a word; empty where it is well."""
        now = time.monotonic()
        pong = self.last_ping_pong_time or 0.0
        if pong != self._ponged:
            self._ponged, self.heard_at = pong, now
        if any(task is None or task.done() for task in (self.message_receiver, self.message_processor)):
            return "dead_task"
        if self.aiohttp_client_session.closed or self.current_session is None or self.current_session.closed:
            return "closed"
        if not self.hello:
            return "no_hello" if now - self.started_at > HELLO_WITHIN else ""
        return "silent" if now - self.heard_at > SILENT_FOR else ""


class Sockets:
    """Keeps `CONNECTIONS` sockets listening; `close()` is the first step of a shutdown."""

    def __init__(self, app: AsyncApp, app_token: str, observer: Observer) -> None:
        self._app = app
        self._app_token = app_token
        self._observer = observer
        self._turn = asyncio.Lock()
        self._slots: list[_Socket | None] = [None] * CONNECTIONS
        self._watching: asyncio.Task[None] | None = None
        self._dispatching: set[asyncio.Task[None]] = set()
        self.last_event_at = 0.0

    @property
    def open(self) -> int:
        """How many have said hello and are well."""
        return sum(1 for socket in self._slots if socket is not None and socket.hello and not socket.trouble())

    async def start(self) -> None:
        """Connect one after the other and begin to watch; a server that is away is tried again by the watchdog."""
        for slot in range(CONNECTIONS):
            await self._replace(slot, "")
        self._watching = asyncio.create_task(self._watch(), name="socket-watchdog")

    async def close(self) -> None:
        """Close all; what was received is still dispatched and, where the socket allows, acknowledged."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._dispatching:
            await asyncio.wait(list(self._dispatching), timeout=3)
        for socket in self._slots:
            if socket is not None:
                await _close(socket)
        self._slots = [None] * CONNECTIONS

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            for slot, socket in enumerate(self._slots):
                trouble = socket.trouble() if socket is not None else "closed"
                if trouble and not self._turn.locked():
                    log.warning("socket_replaced", slot=slot, reason=trouble)
                    self._observer.reconnected(trouble)
                    await self._replace(slot, trouble)

    async def _replace(self, slot: int, trouble: str) -> None:
        """A new client with a new address in place of the old one; the SDK would try an old address for ever."""
        old, self._slots[slot] = self._slots[slot], None
        async with self._turn:
            if old is not None:
                await _close(old)
            socket = _Socket(self._app, self._app_token, self._turn, self._handle)
            try:
                async with asyncio.timeout(HELLO_WITHIN):
                    socket.wss_uri = await socket.issue_new_wss_url()
                    await socket.connect()  # type: ignore[no-untyped-call]
            except Exception as error:
                log.warning("socket_not_opened", slot=slot, error=f"{type(error).__name__}: {error}"[:200])
                await _close(socket)
                return
            self._slots[slot] = socket

    async def _handle(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._dispatching.add(task)
            task.add_done_callback(self._dispatching.discard)
        self.last_event_at = started = time.time()
        response = await run_async_bolt_app(self._app, request)
        if response.status == 404:  # nothing is due for it; unacknowledged, Slack would send it again
            response = BoltResponse(status=200)
        await send_async_response(client, request, response, started)
        self._observer.acknowledged(time.time() - started)


async def _close(socket: _Socket) -> None:
    try:
        async with asyncio.timeout(3):
            await socket.close()  # type: ignore[no-untyped-call]
    except Exception as error:
        log.info("socket_close_failed", error=f"{type(error).__name__}: {error}"[:200])


def _quiet_logger() -> logging.Logger:
    logger = logging.getLogger("deskhand.socket")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.WARNING)
    return logger
