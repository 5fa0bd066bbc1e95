"""The embedded desk: real prices and real backtests of well-known strategies, made in an empty home.

Prices appear whole or not at all (a temporary file is renamed), runs are kept once by their content, and two processes
that start at once take turns; so it does not matter when one of them is killed.
"""

import asyncio
import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tools.backtests.model import BacktestRun, BacktestStore
from tools.market.symbols import resolve

if TYPE_CHECKING:
    from tools.market.store import PriceStore

PRICES = "market.duckdb"
BY = "desk"

_COSTS = {"fee": 0.001, "slippage": 0.0005}
_Strategy: TypeAlias = tuple[str, str, str, Mapping[str, float]]
_STRATEGIES: tuple[_Strategy, ...] = (
    ("Buy and hold", "buy_and_hold", "^IXIC", {}),
    ("Golden cross 50/200", "sma_crossover", "^IXIC", {"short_window": 50, "long_window": 200}),
    ("Momentum over 252 days", "momentum", "^IXIC", {"momentum_period": 252}),
    ("MACD trend 12/26/9", "macd_trend", "SPY", {}),
    ("Bollinger reversion 20/2", "bollinger_reversion", "SPY", {}),
    ("Donchian breakout 55/20", "breakout", "SPY", {}),
    ("RSI(2) mean reversion", "rsi_mean_reversion", "SPY",
     {"rsi_period": 2, "oversold_threshold": 10, "overbought_threshold": 70}),
    ("RSI(14) mean reversion", "rsi_mean_reversion", "SPY", {}),
    ("Momentum over 252 days", "momentum", "SPY", {"momentum_period": 252}),
    ("Moving-average crossover 20/100", "sma_crossover", "SPY", {}),
    ("Buy and hold", "buy_and_hold", "SPY", {}),
    ("Golden cross 50/200", "sma_crossover", "SPY", {"short_window": 50, "long_window": 200}),
)  # fmt: skip
"""Name, template, symbol and what differs from the template's defaults; the last is the newest in the store."""


async def ensure_desk(home: Path, store: BacktestStore) -> None:
    """Make what is missing of the desk in `home`; a few milliseconds where nothing is."""
    prices = home / PRICES
    kept = {summary.name for summary in await store.list()}
    missing = [strategy for strategy in _STRATEGIES if _name(strategy) not in kept]
    if not missing and await asyncio.to_thread(prices.exists):
        return
    for run in await asyncio.to_thread(_make, prices, missing):
        await store.add(run, by=BY)


def _make(prices: Path, missing: Sequence[_Strategy]) -> list[BacktestRun]:
    from tools.market.store import PriceStore

    ensure_prices(prices.parent)
    with PriceStore(prices) as store:
        return [_run(store, strategy) for strategy in missing]


def ensure_prices(home: Path) -> Path:
    """The file with the desk's prices, filled where there is none. Blocks."""
    from tools.market.embedded import EmbeddedSource
    from tools.market.store import PriceStore

    prices = home / PRICES
    if prices.exists():
        return prices
    home.mkdir(parents=True, exist_ok=True)
    with _turn(prices.with_suffix(".lock")):
        if not prices.exists():
            for left_over in prices.parent.glob(f"{prices.stem}.*.part*"):
                left_over.unlink()
            partial = prices.with_suffix(f".{os.getpid()}.part")
            with PriceStore(partial, read_only=False) as store:
                store.ingest(EmbeddedSource())
            partial.replace(prices)
    return prices


def _run(store: "PriceStore", strategy: _Strategy) -> BacktestRun:
    from tools.strategies.engine import simulate
    from tools.strategies.loading import load
    from tools.strategies.records import to_backtest_run

    _, template, symbol, parameters = strategy
    prices = store.prices(symbol).adjusted()
    specification = load(
        {
            "name": _name(strategy),
            "template": template,
            "symbols": [symbol],
            "timeframe": "1d",
            "side": "long",
            "parameters": dict(parameters),
            "costs": dict(_COSTS),
        }
    )
    simulation = simulate(specification, prices)
    note = f"{symbol}: {store.freshness(symbol).note}."
    return to_backtest_run(simulation, specification, prices, trials=len(_STRATEGIES), notes=(note,))


def _name(strategy: _Strategy) -> str:
    """For example `Golden cross 50/200 on the S&P 500 (SPY)`."""
    title, _, symbol, _ = strategy
    instrument = resolve(symbol)
    return f"{title} on the {instrument.name if instrument else symbol} ({symbol})"


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
