"""What the demo has beside the embedded desk: a small market-data service, and faults that are really made and mended."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from aiohttp import web
from pydantic import SecretStr

from bot.desk.embedded import PRICES
from bot.desk.ingestion import DeskIngestion
from bot.protocols import Json
from bot.workspace.faults import FaultState
from tools.diagnostics.connections import http, platform
from tools.diagnostics.connections.base import Connection, ConnectionConfig
from tools.errors import NotFound, Problem, Unavailable
from tools.market.store import PriceStore

_WAITING: Final = 60
_HOLD: Final = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


class MarketDataService:
    """Tells its health and its queue of backtests over HTTP, on a port of its own, as the desk's platform would."""

    def __init__(self) -> None:
        self.vendor = "available"
        self.waiting = 0
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens, or did."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def listens(self) -> bool:
        """Whether anything answers at its port."""
        return self._runner is not None

    async def start(self) -> None:
        """Listen; again at the same port where it did before."""
        if self._runner is not None:
            return
        app = web.Application()
        app.router.add_get("/health", self._health)
        app.router.add_get("/api/v1/backtests/health", self._health)
        app.router.add_get("/api/v1/backtests/", self._backtests)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
        except OSError as error:
            await runner.cleanup()
            raise Unavailable(f"Port {self.port} was taken meanwhile; start the demo again.") from error
        self._runner = runner
        self.port = int(runner.addresses[0][1])

    async def stop(self) -> None:
        """Leave the port dead."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def _health(self, _: web.Request) -> web.Response:
        bad = self.vendor != "available"
        return web.json_response(
            {
                "status": "degraded" if bad else "healthy",
                "services": {"market_data": "up", "backtests": "up"},
                "external_apis": {"alpha_vantage": self.vendor},
                "last_checked": datetime.now(UTC).isoformat(),
            }
        )

    async def _backtests(self, _: web.Request) -> web.Response:
        now = datetime.now(UTC)
        runs: list[Json] = [
            {
                "id": f"q{n}",
                "name": f"queued {n}",
                "status": "pending",
                "created_at": str(now - timedelta(minutes=90)),
            }
            for n in range(self.waiting)
        ]
        done: Json = {
            "id": "d1",
            "name": "nightly",
            "status": "completed",
            "created_at": str(now - timedelta(hours=5)),
        }
        return web.json_response({"backtests": [*runs, done], "total": len(runs) + 1})


@dataclass(frozen=True, slots=True)
class _Fault:
    title: str
    detail: str
    is_broken: Callable[[], Awaitable[bool]]
    make: Callable[[], Awaitable[None]]
    mend: Callable[[], Awaitable[None]]


class DemoDesk:
    """Open while the demo runs. Its connections go beside those of the embedded desk; it implements `Faults`."""

    def __init__(self, home: Path) -> None:
        self._prices = home / PRICES
        self._ingestion = DeskIngestion(home)
        self.service = MarketDataService()
        self._holder: subprocess.Popen[bytes] | None = None
        self._faults = self._all_faults()

    async def __aenter__(self) -> Self:
        await self.service.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._unlock()
        await self.service.stop()

    def connections(self) -> list[Connection]:
        """The service, as a service and as the platform. Blocks for a moment."""
        return [
            http.open_connection(ConnectionConfig("market-data", "http", SecretStr(self.service.url + "/health"))),
            platform.open_connection(ConnectionConfig("platform", "platform", SecretStr(self.service.url))),
        ]

    async def all(self) -> Sequence[FaultState]:
        """Every fault, as it stands."""
        return [
            FaultState(key, fault.title, fault.detail, await fault.is_broken()) for key, fault in self._faults.items()
        ]

    async def set(self, fault_id: str, *, broken: bool) -> None:
        """Break it or mend it."""
        fault = self._faults.get(fault_id)
        if fault is None:
            raise NotFound(f"There is no fault called '{fault_id}'; there are {', '.join(self._faults)}.")
        if await fault.is_broken() != broken:
            await (fault.make() if broken else fault.mend())

    def _all_faults(self) -> dict[str, _Fault]:
        return {
            "ingestion": _Fault(
                "Stop the ingestion",
                "The job that fills the price store is paused: no new runs.",
                self._is_paused,
                lambda: asyncio.to_thread(self._ingestion.pause),
                lambda: asyncio.to_thread(self._ingestion.resume),
            ),
            "prices": _Fault(
                "Delete a week of prices",
                "The last week of every series is deleted from the price store. An ingestion brings it back.",
                self._is_short,
                lambda: asyncio.to_thread(self._lose_a_week),
                self._refill,
            ),
            "lock": _Fault(
                "Lock the database",
                "Another program opens the price store for writing and keeps it: nobody else can read it.",
                self._is_locked,
                self._lock,
                self._unlock,
            ),
            "service": _Fault(
                "Point the market-data service at a dead port",
                "The service stops listening; its port refuses connections.",
                self._is_dead,
                self.service.stop,
                self.service.start,
            ),
            "quota": _Fault(
                "Use up Alpha Vantage's quota",
                "The market-data service says that its vendor refuses more requests today.",
                self._is_out_of_quota,
                lambda: self._say("rate limit reached: 25 requests per day"),
                lambda: self._say("available"),
            ),
            "queue": _Fault(
                "Fill the backtest queue",
                f"{_WAITING} backtests wait on the platform, the oldest for an hour and a half.",
                self._is_full,
                lambda: self._queue(_WAITING),
                lambda: self._queue(0),
            ),
        }

    # --- how things stand ------------------------------------------------------------------------------------------

    async def _is_paused(self) -> bool:
        return await asyncio.to_thread(self._ingestion.paused_since) is not None

    async def _is_short(self) -> bool:
        return await asyncio.to_thread(self._short)

    def _short(self) -> bool:
        with contextlib.suppress(Problem), PriceStore(self._prices) as store:
            found = [store.freshness(symbol) for symbol in store.symbols()]
            return any(each.expected_last_date and each.last_date < each.expected_last_date for each in found)
        return False

    async def _is_locked(self) -> bool:
        return self._holder is not None and self._holder.poll() is None

    async def _is_dead(self) -> bool:
        return not self.service.listens

    async def _is_out_of_quota(self) -> bool:
        return self.service.vendor != "available"

    async def _is_full(self) -> bool:
        return self.service.waiting > 0

    # --- making and mending ----------------------------------------------------------------------------------------

    def _lose_a_week(self) -> None:
        with PriceStore(self._prices, read_only=False) as store:
            store.delete_last_days(7)

    async def _refill(self) -> None:
        await asyncio.to_thread(self._ingestion.run)

    async def _lock(self) -> None:
        def hold() -> subprocess.Popen[bytes]:
            line = [sys.executable, "-c", _HOLD, str(self._prices)]
            holder = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own line
            if holder.stdout is None or not holder.stdout.readline():
                raise Unavailable("The price store is in use just now; try again in a moment.")
            return holder

        self._holder = await asyncio.to_thread(hold)

    async def _unlock(self) -> None:
        holder, self._holder = self._holder, None
        if holder is not None:
            holder.kill()
            await asyncio.to_thread(holder.communicate)

    async def _say(self, vendor: str) -> None:
        self.service.vendor = vendor

    async def _queue(self, waiting: int) -> None:
        self.service.waiting = waiting
