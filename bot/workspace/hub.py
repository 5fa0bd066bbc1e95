"""What every part of the local Slack shares: state, limits, sockets, pages, faults, and the way to tell of a change."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from bot.workspace.faults import Faults
from bot.workspace.limits import Limiter, RateLimits
from bot.workspace.scopes import Manifest
from bot.workspace.sockets import ACKNOWLEDGE_WITHIN, RETRY_AFTER, Sockets
from bot.workspace.state import APP_ID, BOT_USER_ID, TEAM_ID, Channel, State, World
from bot.workspace.wire import Obj

CALLS_KEPT = 50_000
PAGE_BACKLOG = 1_000


@dataclass(frozen=True)
class Call:
    """One call of the Web API, for assertions. `at` is monotonic seconds, `milliseconds` how long it took."""

    method: str
    at: float
    milliseconds: float
    error: str
    channel: str
    status: int

    def wire(self) -> Obj:
        """As `/control/log` gives it."""
        return {
            "method": self.method,
            "at": self.at,
            "ms": round(self.milliseconds, 3),
            "ok": not self.error,
            "error": self.error,
            "channel": self.channel,
            "status": self.status,
        }


@dataclass
class Fault:
    """Trouble for the next `count` calls of `method` (`*` for any): a status, a wait, or silence until the client gives up."""

    method: str
    kind: str
    """`ratelimited`, `status`, `delay`, `timeout` or `error`."""
    count: int
    seconds: float = 0.0
    """Retry-After of a 429, or how long a delay lasts."""
    status: int = 503
    error: str = "internal_error"
    after: bool = False
    """Whether the call is carried out before it fails, as when an answer is lost on the way back."""

    def wire(self) -> Obj:
        """As `/control/faults` gives it."""
        return dict(vars(self))


@dataclass(eq=False)
class Page:
    """One open page, played by one person."""

    user: str
    socket: web.WebSocketResponse
    lagging: bool = False
    """Too far behind to catch up: it is cut, and loads anew."""
    outbox: "asyncio.Queue[Obj]" = field(default_factory=lambda: asyncio.Queue(PAGE_BACKLOG))


class Hub:
    """The shared middle of the server."""

    def __init__(
        self,
        world: World,
        *,
        limits: RateLimits,
        clock: Callable[[], float],
        retry_after: Sequence[float] = RETRY_AFTER,
        acknowledge_within: float = ACKNOWLEDGE_WITHIN,
    ) -> None:
        self.state = State(world, clock)
        self.manifest: Manifest = Manifest()
        """Read when the server starts."""
        self.limiter = Limiter(limits)
        self.clock = clock
        self.sockets = Sockets(
            on_change=self._connections_changed, retry_after=retry_after, acknowledge_within=acknowledge_within
        )
        self.base = ""
        """The server's own address, without a trailing slash."""
        self.has_user_groups = True
        """Whether the workspace's plan has user groups; where not, `plan_upgrade_required`."""
        self.faults: list[Fault] = []
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self.pages: list[Page] = []
        self.menu: Faults | None = None
        """What the page's `break` menu offers; set by the demo."""
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._timers: set[asyncio.TimerHandle] = set()
        self._connected = 0

    # --- events ----------------------------------------------------------------------------------------------------

    def emit(self, subscription: str, event: Obj) -> None:
        """Send the app an event it is subscribed to; `event` gets its `event_ts` where it has none."""
        if subscription not in self.manifest.bot_events:
            return
        event.setdefault("event_ts", self.state.next_ts())
        self.sockets.send_event(
            {
                "token": "local-verification",
                "team_id": TEAM_ID,
                "context_team_id": TEAM_ID,
                "context_enterprise_id": None,
                "api_app_id": APP_ID,
                "event": event,
                "type": "event_callback",
                "event_id": self.state.next_id("Ev"),
                "event_time": int(self.clock()),
                "authorizations": [
                    {
                        "enterprise_id": None,
                        "team_id": TEAM_ID,
                        "user_id": BOT_USER_ID,
                        "is_bot": True,
                        "is_enterprise_install": False,
                    }
                ],
                "is_ext_shared_channel": False,
                "event_context": f"4-{self.state.secret(8)}",
            }
        )

    # --- pages -----------------------------------------------------------------------------------------------------

    def show(self, push: Obj, to: Iterable[str] | None = None) -> None:
        """Push to the pages of these people, or to all; and wake whoever waits for a change."""
        audience = None if to is None else set(to)
        for page in self.pages:
            if audience is not None and page.user not in audience:
                continue
            if page.outbox.full():
                page.lagging = True
            else:
                page.outbox.put_nowait(push)
        self.changed()

    def audience(self, channel: Channel) -> list[str] | None:
        """Who sees a channel: everyone for a public one, its members otherwise."""
        return None if channel.kind == "channel" else channel.members

    # --- waiting ---------------------------------------------------------------------------------------------------

    def changed(self) -> None:
        """Something happened: look again at what is waited for."""
        for predicate, future in list(self._waiting):
            if not future.done() and predicate():
                future.set_result(None)

    async def wait_for(self, predicate: Callable[[], bool], timeout: float) -> None:  # noqa: ASYNC109
        """Return as soon as the predicate holds; TimeoutError after `timeout` seconds."""
        if predicate():
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (predicate, future)
        self._waiting.append(entry)
        try:
            async with asyncio.timeout(timeout):
                await future
        finally:
            self._waiting.remove(entry)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something after so many seconds, unless the server has been closed by then."""

        def run() -> None:
            self._timers.discard(timer)
            act()

        timer = asyncio.get_running_loop().call_later(seconds, run)
        self._timers.add(timer)

    def cancel_timers(self) -> None:
        """Forget what was to be done later."""
        for timer in self._timers:
            timer.cancel()

    def log(self, method: str, started: float, error: str, channel: str, status: int = 200) -> None:
        """Keep one call."""
        now = time.monotonic()
        self.calls.append(Call(method, started, (now - started) * 1000, error, channel, status))
        self.changed()

    def _connections_changed(self) -> None:
        connected = len(self.sockets.connections)
        if connected != self._connected:
            self._connected = connected
            self.show({"type": "bot", "connected": connected})
        else:
            self.changed()
