"""Two Socket Mode connections into one Bolt app, and a watchdog for those that are connected but deaf.

Slack refreshes connections now and then, closing the old before the new one opens; with two, replaced one at a time,
one is always listening. Every payload goes to one of them.
"""

import asyncio
import contextlib
import json
import logging
import random
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

from bot.slack.bridge import CONNECTIONS
from bot.slack.observing import Observer

log = structlog.get_logger(__name__)

PING_SECONDS = 5.0
CHECK_SECONDS = 1.0
HELLO_WITHIN = 10.0
SILENT_FOR = 3 * PING_SECONDS
"""No pong and no message for so long: the socket is open but nothing comes through it."""
LIVED = 300.0
"""Seconds after which a connection that ends was a good one, and the next is tried at once."""
_LONGEST_PAUSE = 60.0
_LONGEST_PAUSE_WITHOUT_ANY = 5.0
_FINISH_WITHIN = 3.0
_STILL_COMES = 3.0
"""Seconds that a connection which Slack wants renewed is kept beside its successor."""
_LONGEST_WORD = 2_000
"""Characters of `hello` and `disconnect` at most."""

Handle = Callable[[AsyncBaseSocketModeClient, SocketModeRequest], Awaitable[None]]


class _Socket(SocketModeClient):
    """The SDK's client for one connection. It never reconnects: it says that it is leaving, and gets a successor."""

    def __init__(self, app: AsyncApp, app_token: str, handle: Handle, wake: Callable[[], None]) -> None:
        super().__init__(
            app_token=app_token,
            logger=_quiet_logger(),
            web_client=app.client,
            auto_reconnect_enabled=False,
            ping_interval=PING_SECONDS,
            on_message_listeners=[self._note],
            on_close_listeners=[self._closed],
        )
        self._wake = wake
        self.hello = self.leaving = self.crowded = False
        self.heard_at = self.started_at = time.monotonic()
        self.dispatching: set[asyncio.Task[None]] = set()
        self._ponged = 0.0
        self.socket_mode_request_listeners.append(handle)

    async def _note(self, message: WSMessage) -> None:
        self.heard_at = time.monotonic()
        if len(message.data) > _LONGEST_WORD:  # an envelope
            return
        said = json.loads(message.data)
        self.hello = self.hello or said.get("type") == "hello"
        if said.get("type") == "disconnect":
            self.crowded = said.get("reason") == "too_many_websockets"

    async def _closed(self, _: WSMessage) -> None:
        self._wake()

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """What the SDK calls when the server says `disconnect`."""
        self.leaving = True
        self._wake()

    @property
    def lived(self) -> float:
        """Seconds since it was opened."""
        return time.monotonic() - self.started_at

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
        if self.leaving:
            return "refresh"
        if not self.hello:
            return "no_hello" if self.lived > HELLO_WITHIN else ""
        return "silent" if now - self.heard_at > SILENT_FOR else ""

    async def finish(self) -> None:
        """Acknowledge what was received, then close."""
        if self.dispatching:
            await asyncio.wait(list(self.dispatching), timeout=_FINISH_WITHIN)
        try:
            async with asyncio.timeout(_FINISH_WITHIN):
                await self.close()  # type: ignore[no-untyped-call]
        except Exception as error:
            log.info("socket_close_failed", error=f"{type(error).__name__}: {error}"[:200])
        finally:
            await self.aiohttp_client_session.close()


class _Slot:
    """A place for one connection; how often in a row what was in it did not last."""

    def __init__(self) -> None:
        self.socket: _Socket | None = None
        self.failures = 0
        self.not_before = 0.0

    @property
    def listens(self) -> bool:
        """Whether its connection has said hello and is well."""
        return self.socket is not None and self.socket.hello and not self.socket.trouble()

    def trouble(self) -> str:
        """As `_Socket.trouble`."""
        return self.socket.trouble() if self.socket is not None else "closed"

    def ended(self, longest_pause: float) -> None:
        """Its connection is over; one that did not last is replaced later and later."""
        self.failures = 0 if self.socket is not None and self.socket.lived > LIVED else self.failures + 1
        pause = 0.0 if self.failures <= 1 else 0.25 * 2 ** min(self.failures, 10)
        self.not_before = time.monotonic() + min(pause, longest_pause) * random.uniform(0.8, 1.2)  # noqa: S311


class Sockets:
    """Keeps `CONNECTIONS` sockets listening; `close()` is the first step of a shutdown.

    One is replaced at a time. A server that takes one connection only, or is away, is asked less and less often.
    """

    def __init__(self, app: AsyncApp, app_token: str, observer: Observer) -> None:
        self._app = app
        self._app_token = app_token
        self._observer = observer
        self._slots = [_Slot() for _ in range(CONNECTIONS)]
        self._retiring: dict[asyncio.Task[None], _Socket] = {}
        self._news = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self.last_event_at = 0.0

    @property
    def open(self) -> int:
        """How many have said hello and are well."""
        return sum(1 for slot in self._slots if slot.listens)

    async def start(self) -> None:
        """Connect one after the other and begin to watch; a server that is away is tried again by the watchdog."""
        for slot in self._slots:
            await self._fill(slot)
        self._watching = asyncio.create_task(self._watch(), name="socket-watchdog")

    async def close(self) -> None:
        """Close all; what was received is still dispatched and, where the socket allows, acknowledged."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        there = [*self._retiring.values(), *(slot.socket for slot in self._slots if slot.socket is not None)]
        for task in self._retiring:
            task.cancel()
        await asyncio.gather(*(socket.finish() for socket in there))
        self._slots = []

    async def _watch(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._news.wait()
            self._news.clear()
            for slot in self._slots:
                await self._check(slot)

    async def _check(self, slot: _Slot) -> None:
        trouble = slot.trouble()
        if not trouble:
            return
        if slot.socket is not None:
            log.info("socket_ended", reason=trouble, lived=round(slot.socket.lived, 1))
            self._observer.reconnected(trouble)
            slot.ended(self._longest_pause())
            await self._empty(slot)
        if time.monotonic() >= slot.not_before:
            await self._fill(slot)

    async def _empty(self, slot: _Slot) -> None:
        socket, slot.socket = slot.socket, None
        if socket is None:
            return
        if socket.trouble() == "refresh" and not socket.crowded:
            task = asyncio.create_task(self._retire(socket), name="retiring-socket")
            self._retiring[task] = socket
            task.add_done_callback(self._retiring.pop)
        else:
            await socket.finish()

    async def _retire(self, socket: _Socket) -> None:
        """What was sent to it before its successor is there still comes."""
        await asyncio.sleep(_STILL_COMES)
        await socket.finish()

    async def _fill(self, slot: _Slot) -> None:
        """A new client with a new address: the SDK would try an old address for ever."""
        slot.socket = socket = _Socket(self._app, self._app_token, self._handle, self._news.set)
        try:
            async with asyncio.timeout(HELLO_WITHIN):
                socket.wss_uri = await socket.issue_new_wss_url()
                await socket.connect()  # type: ignore[no-untyped-call]
        except Exception as error:
            log.warning("socket_not_opened", error=f"{type(error).__name__}: {error}"[:200])
            slot.ended(self._longest_pause())
            await self._empty(slot)

    def _longest_pause(self) -> float:
        return _LONGEST_PAUSE if self.open else _LONGEST_PAUSE_WITHOUT_ANY

    async def _handle(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        task = asyncio.current_task()
        if task is not None and isinstance(client, _Socket):
            client.dispatching.add(task)
            task.add_done_callback(client.dispatching.discard)
        self.last_event_at = started = time.time()
        response = await run_async_bolt_app(self._app, request)
        if response.status == 404:  # nothing is due for it; unacknowledged, Slack would send it again
            response = BoltResponse(status=200)
        try:
            await send_async_response(client, request, response, started)
        except ConnectionError as error:  # Slack sends it again
            log.info("acknowledgement_lost", error=type(error).__name__)
        else:
            self._observer.acknowledged(time.time() - started)


def _quiet_logger() -> logging.Logger:
    logger = logging.getLogger("deskhand.socket")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.WARNING)
    return logger
