"""The platform as a source, over real HTTP against a server with its shapes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from pydantic import SecretStr

from tools.errors import BadInput, Denied, NotFound, Unavailable
from tools.platform.backtests import PlatformBacktests
from tools.platform.client import PlatformClient
from tools.platform.config import Fields, PlatformConfig, Units

TOKEN = "platform-" + "token"
VALUES = [100_000.0, 101_000.0, 99_000.0, 104_500.0]


def backtest(number: int, **changes: object) -> dict[str, object]:
    return {
        "id": f"bt-{number}",
        "name": f"Run {number}",
        "description": "twelve months",
        "config": {"start_date": "2020-01-01T00:00:00", "end_date": "2020-01-04", "symbols": ["AAPL"],
                   "initial_cash": 100_000.0, "commission_rate": 0.001, "slippage_rate": 0.0005, "tags": ["demo"]},
        "status": "completed",
        "performance": {"total_return": 0.045, "annualized_return": 0.2, "volatility": 0.3, "sharpe_ratio": 0.6,
                        "max_drawdown": -0.0198, "total_trades": 1, "win_rate": 1.0},
    } | changes  # fmt: skip


@dataclass
class Platform:
    """What the server holds and has seen."""

    runs: dict[str, dict[str, object]] = field(default_factory=dict)
    return_pct: Callable[[float], float] = lambda value: (value / VALUES[0] - 1) * 100
    failures: list[int] = field(default_factory=list)
    hang: bool = False
    requests: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/api/v1/backtests/", self._list)
        app.router.add_get("/api/v1/backtests/{id}", self._one)
        app.router.add_get("/api/v1/backtests/{id}/portfolio-history", self._history)
        app.router.add_get("/api/v1/backtests/{id}/trades-history", self._trades)
        app.router.add_get("/api/v1/market-data/regime/", self._regime)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Callable[..., object]) -> web.StreamResponse:
        self.requests.append(request.path_qs)
        if self.hang:
            await asyncio.Event().wait()
        if self.failures:
            return web.Response(status=self.failures.pop(0))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401)
        return await handler(request)  # type: ignore[misc]

    async def _list(self, request: web.Request) -> web.Response:
        skip, limit = int(request.query["skip"]), int(request.query["limit"])
        page = list(self.runs.values())[skip : skip + limit]
        return web.json_response({"backtests": page, "total": len(page)})

    async def _one(self, request: web.Request) -> web.Response:
        run = self.runs.get(request.match_info["id"])
        return web.json_response(run) if run else web.Response(status=404)

    async def _history(self, request: web.Request) -> web.Response:
        data = [
            {"timestamp": f"2020-01-0{day}T00:00:00", "total_value": value, "return_pct": self.return_pct(value)}
            for day, value in enumerate(VALUES, start=1)
        ]
        return web.json_response({"status": "ok", "count": len(data), "data": data})

    async def _trades(self, request: web.Request) -> web.Response:
        base = {"symbol": "AAPL", "quantity": 10, "commission": 1.0}
        data = [
            base | {"timestamp": "2020-01-01T00:00:00", "side": "BUY", "price": 100.0},
            base | {"timestamp": "2020-01-03T00:00:00", "side": "SELL", "price": 110.0},
        ]
        return web.json_response({"data": data})

    async def _regime(self, request: web.Request) -> web.Response:
        data = {"symbol": "AAPL", "as_of": "2020-01-04", "regime": "bullish", "confidence": 0.7, "notes": ["up"]}
        return web.json_response({"data": data})


@asynccontextmanager
async def serving(platform: Platform, **settings: object) -> AsyncIterator[PlatformBacktests]:
    runner = web.AppRunner(platform.app(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    config = PlatformConfig(url=f"http://127.0.0.1:{port}", **({"token": SecretStr(TOKEN)} | settings))  # type: ignore[arg-type]
    try:
        async with await asyncio.to_thread(PlatformClient, config, longest_wait=0.0) as client:
            yield PlatformBacktests(client)
    finally:
        await runner.cleanup()


async def test_a_run_with_its_curve_trades_and_stated_figures() -> None:
    async with serving(Platform({"bt-1": backtest(1)})) as source:
        run = await source.get("bt-1")
    assert run.equity is not None
    assert run.equity.values.tolist() == VALUES
    assert {item.name: item.value for item in run.stated}["max_drawdown"] == -0.0198
    assert [trade.pnl for trade in run.trades] == [98.0]
    assert run.notes == ("The platform's return_pct is in the unit percent, found from total_value.",)
    assert (run.symbols, run.fee, run.tags) == (("AAPL",), 0.001, ("demo",))


async def test_listing_pages_until_a_short_page() -> None:
    platform = Platform({f"bt-{n}": backtest(n) for n in range(7)})
    async with serving(platform, page_size=3) as source:
        assert [run.id for run in await source.list()] == [f"bt-{n}" for n in range(7)]
    assert len(platform.requests) == 3


async def test_passing_faults_are_tried_again_and_lasting_ones_are_said() -> None:
    platform = Platform({"bt-1": backtest(1)}, failures=[503, 429])
    async with serving(platform) as source:
        assert (await source.get("bt-1")).id == "bt-1"
    async with serving(Platform(failures=[500] * 9)) as source:
        with pytest.raises(Unavailable, match=r"did not answer .*500"):
            await source.list()


async def test_a_hanging_platform_is_given_up() -> None:
    async with serving(Platform(hang=True), timeout=0.05) as source:
        with pytest.raises(Unavailable, match=r"no answer in 0\.05 s"):
            await source.list()


async def test_refusals_in_words() -> None:
    async with serving(Platform(), token=None) as source:
        with pytest.raises(Denied, match=r"platform\.token"):
            await source.list()
    async with serving(Platform()) as source:
        with pytest.raises(NotFound):
            await source.get("../../etc/passwd")


@pytest.mark.parametrize(
    ("performance", "hint"),
    [
        ({"total_return": 4.5}, r"units\.returns to 'percent'"),
        ({"max_drawdown": 0.0198}, "max_drawdown to 'positive'"),
    ],
)
async def test_units_that_contradict_the_curve_are_refused(performance: dict[str, float], hint: str) -> None:
    run = backtest(1)
    run["performance"] = dict(run["performance"]) | performance  # type: ignore[call-overload]
    async with serving(Platform({"bt-1": run})) as source:
        with pytest.raises(BadInput, match=hint):
            await source.get("bt-1")


async def test_units_and_fields_by_settings() -> None:
    run = backtest(1, performance={"ret": 4.5, "max_drawdown": 1.98})
    settings = {
        "fields": Fields(total_return="performance.ret"),
        "units": Units(returns="percent", max_drawdown="positive"),
    }
    async with serving(Platform({"bt-1": run}), **settings) as source:
        stated = {item.name: item.value for item in (await source.get("bt-1")).stated}
    assert stated == {"total_return": pytest.approx(0.045), "max_drawdown": pytest.approx(-0.0198)}


async def test_an_unfinished_run_is_not_reported() -> None:
    async with serving(Platform({"bt-1": backtest(1, status="running")})) as source:
        with pytest.raises(BadInput, match="is running"):
            await source.get("bt-1")
        assert await source.list() == []


async def test_the_regime_is_a_claim_with_its_date() -> None:
    async with serving(Platform()) as source:
        regime = await source.regime("AAPL")
    assert (regime.label, regime.as_of, regime.confidence) == ("bullish", "2020-01-04", 0.7)
