"""Socket Mode: connections, envelopes to exactly one of them, acknowledgements, redelivery.

An event that is not acknowledged within three seconds is sent again at once, after one minute and after five, with
`retry_attempt` and `retry_reason`; clicks, commands and shortcuts are sent once. Order is not promised.
"""

import asyncio
import contextlib
import itertools
import json
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import WSMsgType, web

from bot.workspace.request_url import RequestUrl
from bot.workspace.state import APP_ID
from bot.workspace.wire import Obj

ACKNOWLEDGE_WITHIN = 3.0
RETRY_AFTER = (0.0, 60.0, 300.0)
MOST_CONNECTIONS = 10
PING_EVERY = 10.0
CLOSE_AFTER_REFRESH = 10.0
HOLD_AT_MOST = 0.05
"""Seconds that reordering holds an event back when no other follows."""

Failure = Literal["", "no_connection", "timeout"]
EnvelopeType = Literal["events_api", "interactive", "slash_commands"]


@dataclass(eq=False)
class Connection:
    """One WebSocket of the app."""

    number: int
    socket: web.WebSocketResponse
    request: web.Request
    deaf: bool = False
    """Loses what is sent to it."""
    answers_pings: bool = True
    leaving: bool = False
    waiting: dict[str, "asyncio.Future[Obj | None]"] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """What became of an envelope: acknowledged, with or without a payload, or why not."""

    failure: Failure = ""
    payload: Obj | None = None

    @property
    def acknowledged(self) -> bool:
        """Whether the app answered in time."""
        return self.failure == ""


@dataclass(frozen=True)
class Acknowledged:
    """One acknowledgement, for measuring: seconds from sending to the answer."""

    type: str
    event_id: str
    attempt: int
    seconds: float
    connection: int


@dataclass
class EventFaults:
    """Mischief with events: each sent `copies` times in all, held back `reorder` at a time and sent in reverse."""

    copies: int = 1
    reorder: int = 0


class Sockets:
    """The app's connections and what is on its way through them."""

    def __init__(
        self,
        *,
        on_change: Callable[[], None],
        retry_after: Sequence[float] = RETRY_AFTER,
        acknowledge_within: float = ACKNOWLEDGE_WITHIN,
    ) -> None:
        self.faults = EventFaults()
        self.request_url: RequestUrl | None = None
        """Where payloads go instead, for an app that takes events over HTTP."""
        self.acknowledged: deque[Acknowledged] = deque(maxlen=50_000)
        self.undelivered: list[str] = []
        """Ids of events given up after the last attempt."""
        self.in_flight = 0
        """Events not yet acknowledged nor given up."""
        self._retry_after = tuple(retry_after)
        self._acknowledge_within = acknowledge_within
        self._on_change = on_change
        self._connections: list[Connection] = []
        self._turn = 0
        self._numbers = itertools.count(1)
        self._tickets: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[Obj] = []

    @property
    def connections(self) -> list[Connection]:
        """The open connections, oldest first."""
        return list(self._connections)

    def ticket(self) -> str:
        """A ticket that opens one connection."""
        ticket = str(uuid.uuid4())
        self._tickets.add(ticket)
        return ticket

    # --- the WebSocket ---------------------------------------------------------------------------------------------

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The handler of `/link`."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(timeout=1.0, autoping=False, compress=False, max_msg_size=4 * 1024 * 1024)
        await socket.prepare(request)
        if len(self._connections) >= MOST_CONNECTIONS:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        connection = Connection(next(self._numbers), socket, request)
        self._connections.append(connection)
        self._on_change()
        pings = asyncio.create_task(self._ping(connection))
        try:
            await socket.send_json(self._hello())
            await self._listen(connection)
        except ConnectionError:
            pass
        finally:
            pings.cancel()
            self._forget(connection)
        return socket

    def _hello(self) -> Obj:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {"host": "applink-local", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP_ID},
        }

    async def _listen(self, connection: Connection) -> None:
        while True:
            message = await connection.socket.receive()
            if message.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}:
                return
            if message.type == WSMsgType.PING and connection.answers_pings:
                await connection.socket.pong(message.data)
            elif message.type == WSMsgType.TEXT and not connection.deaf:
                _take(connection, str(message.data))

    async def _ping(self, connection: Connection) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await asyncio.sleep(PING_EVERY)
                if not connection.deaf:
                    await connection.socket.ping(b"Ping from applink-local")

    def _forget(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
        for future in connection.waiting.values():
            if not future.done():
                future.cancel()
        self._on_change()

    # --- envelopes -------------------------------------------------------------------------------------------------

    def send_event(self, payload: Obj) -> None:
        """Send an event, with redelivery, in the background."""
        self._held.append(payload)
        if len(self._held) > self.faults.reorder:
            self._release_held()
        elif len(self._held) == 1:
            asyncio.get_running_loop().call_later(HOLD_AT_MOST, self._release_held)

    def _release_held(self) -> None:
        held, self._held = self._held, []
        for payload in reversed(held):
            for _ in range(self.faults.copies):
                self.in_flight += 1
                self._spawn(payload)

    def _spawn(self, payload: Obj) -> None:
        task = asyncio.create_task(self._deliver_event(payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver_event(self, payload: Obj) -> None:
        try:
            reason = ""
            for attempt, delay in enumerate((0.0, *self._retry_after)):
                if delay:
                    await asyncio.sleep(delay)
                retry: Obj = {"retry_attempt": attempt, "retry_reason": reason}
                delivery = await self.deliver("events_api", payload, retry=retry)
                if delivery.acknowledged:
                    return
                reason = "timeout" if delivery.failure == "timeout" else "connection_failed"
            self.undelivered.append(str(payload["event_id"]))
        finally:
            self.in_flight -= 1
            self._on_change()

    async def deliver(
        self, kind: EnvelopeType, payload: Obj, *, accepts: bool = False, retry: Obj | None = None
    ) -> Delivery:
        """Send one envelope to one connection and wait for its acknowledgement, at most three seconds."""
        if self.request_url is not None:
            return await self._post(self.request_url, kind, payload, retry or {})
        connection = self._next()
        if connection is None:
            return Delivery("no_connection")
        envelope_id = str(uuid.uuid4())
        envelope: Obj = {
            "envelope_id": envelope_id,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": accepts,
            **(retry or {}),
        }
        future: asyncio.Future[Obj | None] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = future
        sent = time.perf_counter()
        try:
            if not connection.deaf:
                await connection.socket.send_str(json.dumps(envelope))
            done, _ = await asyncio.wait({future}, timeout=self._acknowledge_within)
        except ConnectionError:
            return Delivery("no_connection")
        finally:
            connection.waiting.pop(envelope_id, None)
        if not done or future.cancelled():
            return Delivery("timeout")
        self._note(kind, payload, retry or {}, sent, connection.number)
        return Delivery(payload=future.result())

    async def _post(self, to: RequestUrl, kind: EnvelopeType, payload: Obj, retry: Obj) -> Delivery:
        sent = time.perf_counter()
        try:
            answer = await to.post(kind, payload, retry, self._acknowledge_within)
        except TimeoutError:
            return Delivery("timeout")
        except ConnectionError:
            return Delivery("no_connection")
        self._note(kind, payload, retry, sent, 0)
        return Delivery(payload=answer)

    def _note(self, kind: EnvelopeType, payload: Obj, retry: Obj, sent: float, connection: int) -> None:
        seconds = time.perf_counter() - sent
        attempt = int(retry.get("retry_attempt", 0))
        self.acknowledged.append(Acknowledged(kind, str(payload.get("event_id", "")), attempt, seconds, connection))

    def _next(self) -> Connection | None:
        live = [each for each in self._connections if not each.socket.closed]
        usable = [each for each in live if not each.leaving] or live
        if not usable:
            return None
        self._turn += 1
        return usable[self._turn % len(usable)]

    # --- trouble on request ----------------------------------------------------------------------------------------

    async def refresh(self, count: int | None = None, *, reason: str = "refresh_requested") -> None:
        """Ask connections (the oldest `count`, or all) to be renewed; each is closed soon after, as Slack does."""
        for connection in self.connections[:count]:
            await connection.socket.send_json(_disconnect(reason))
            if reason != "warning":
                connection.leaving = True
                asyncio.get_running_loop().call_later(CLOSE_AFTER_REFRESH, _abort, connection)

    def drop(self) -> None:
        """Cut every connection without a word."""
        for connection in self.connections:
            _abort(connection)

    def deafen(self, count: int | None = None, *, pings: bool = False) -> None:
        """Leave connections (the oldest `count`, or all) open but dead: nothing arrives; `pings` are answered or not."""
        for connection in self.connections[:count]:
            connection.deaf, connection.answers_pings = True, pings

    async def close(self) -> None:
        """End deliveries and connections."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in self.connections:
            await connection.socket.close()


def _take(connection: Connection, text: str) -> None:
    """An acknowledgement; anything else a client says is ignored, as Slack ignores it."""
    try:
        answer = json.loads(text)
    except ValueError:
        return
    if not isinstance(answer, dict):
        return
    future = connection.waiting.get(str(answer.get("envelope_id")))
    if future is not None and not future.done():
        payload = answer.get("payload")
        future.set_result(payload if isinstance(payload, dict) else None)


def _disconnect(reason: str) -> Obj:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-local"}}


def _abort(connection: Connection) -> None:
    transport = connection.request.transport
    if transport is not None:
        transport.abort()
