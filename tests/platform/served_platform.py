"""A server with the platform's shapes, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from pydantic import SecretStr

from tools.platform.backtests import PlatformBacktests
from tools.platform.client import PlatformClient
from tools.platform.config import PlatformConfig

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
    templates: object = field(default_factory=list)
    strategies: list[dict[str, object]] = field(default_factory=list)
    away: bool = False
    answers_to_lose: int = 0
    refuses: bool = False

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/api/v1/backtests/", self._list)
        app.router.add_get("/api/v1/backtests/{id}", self._one)
        app.router.add_get("/api/v1/backtests/{id}/portfolio-history", self._history)
        app.router.add_get("/api/v1/backtests/{id}/trades-history", self._trades)
        app.router.add_get("/api/v1/market-data/regime/", self._regime)
        app.router.add_get("/api/v1/strategies/templates/", self._templates)
        app.router.add_get("/api/v1/signals/{symbol}", self._signal)
        app.router.add_get("/api/v1/strategies/", self._strategies)
        app.router.add_post("/api/v1/strategies/", self._create)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Callable[..., object]) -> web.StreamResponse:
        self.requests.append(request.path_qs)
        if self.hang:
            await asyncio.Event().wait()
        if self.away:
            return web.Response(status=503)
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

    async def _templates(self, request: web.Request) -> web.Response:
        return web.json_response(self.templates)

    async def _strategies(self, request: web.Request) -> web.Response:
        """Its listing knows no `skip`: the first page, whatever is asked for."""
        kind, limit = request.query.get("strategy_type"), int(request.query["limit"])
        if not 1 <= limit <= 200:
            return web.Response(status=422)
        page = [one for one in self.strategies if one["strategy_type"] == kind][:limit]
        return web.json_response({"strategies": page, "total": len(page)})

    async def _create(self, request: web.Request) -> web.Response:
        body = await request.json()
        if self.refuses or set(body) != {"name", "strategy_type", "description", "config", "tags"}:
            return web.json_response({"detail": "no"}, status=422)
        self.strategies.append({"id": f"st-{len(self.strategies) + 1}", **body})
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            return web.Response(status=504)
        return web.json_response(self.strategies[-1])

    async def _regime(self, request: web.Request) -> web.Response:
        data = {"symbol": "AAPL", "as_of": "2020-01-04", "regime": "bullish", "confidence": 0.7, "notes": ["up"]}
        return web.json_response({"data": data})

    async def _signal(self, request: web.Request) -> web.Response:
        data = {"symbol": request.match_info["symbol"], "as_of": "2020-01-04T16:00:00", "probability": 0.62,
                "confidence": 0.5, "recommendation": "strong_buy"}  # fmt: skip
        return web.json_response({"data": data})


@asynccontextmanager
async def listening(platform: Platform) -> AsyncIterator[str]:
    """Its address."""
    runner = web.AppRunner(platform.app(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def serving(platform: Platform, **settings: object) -> AsyncIterator[PlatformBacktests]:
    async with listening(platform) as url:
        config = PlatformConfig(url=url, **({"token": SecretStr(TOKEN)} | settings))  # type: ignore[arg-type]
        async with await asyncio.to_thread(PlatformClient, config, longest_wait=0.0) as client:
            yield PlatformBacktests(client)
