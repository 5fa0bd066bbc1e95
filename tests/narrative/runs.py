"""Runs made for tests: a seeded walk against a market, with trades."""

from itertools import pairwise

import numpy as np

from tools.backtests.model import BacktestRun, Curve, Stated, Trade


def made_up(
    *, days: int = 1500, drift: float = 0.0006, seed: int = 3, name: str = "Walk", trades: int = 20, **fields: object
) -> BacktestRun:
    """Business days from 3 January 2011; the market is half of what the strategy earns, plus noise of its own."""
    rng = np.random.default_rng(seed)
    dates = np.array(np.busday_offset("2011-01-03", np.arange(days + 1), roll="forward"), dtype="datetime64[s]")
    market = rng.normal(0.0002, 0.01, days)
    own = drift + 0.5 * market + rng.normal(0, 0.004, days)
    equity = 10_000 * np.concatenate(([1.0], np.cumprod(1 + own)))
    benchmark = 10_000 * np.concatenate(([1.0], np.cumprod(1 + market)))
    values: dict[str, object] = {
        "id": "walk-1",
        "engine": "deskhand",
        "benchmark": Curve(dates, benchmark),
        "benchmark_name": "the market",
        "symbols": ("ABC",),
        "fee": 0.001,
        "trials": 4,
        "trades": _trades(dates, equity, trades),
    }
    return BacktestRun(name=name, equity=Curve(dates, equity), **{**values, **fields})  # type: ignore[arg-type]


def _trades(dates: np.ndarray, equity: np.ndarray, count: int) -> tuple[Trade, ...]:
    if not count:
        return ()
    edges = np.linspace(0, len(dates) - 1, count + 1).astype(int)
    return tuple(
        Trade("ABC", "long", 10.0, dates[a], 100.0, dates[b], 101.0, float(equity[b] - equity[a]),
              float(equity[b] / equity[a] - 1), 1.5)
        for a, b in pairwise(edges)
    )  # fmt: skip


def stated(name: str, value: float, definition: str = "") -> Stated:
    """A figure of an engine."""
    return Stated(name, value, "ratio" if name in ("sharpe", "sortino") else "fraction", f"stats.{name}", definition)
