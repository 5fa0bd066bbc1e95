"""Market regimes by a label that could have been known at the time.

The label of a day ranks the volatility of the 21 returns before it among all such volatilities before it. Nothing of
that day or later enters, so the figures by regime do not look ahead (smoothed states of a hidden Markov model do).
"""

from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tools.backtests import kpis
from tools.backtests.model import Values

Regime = Literal["calm", "normal", "turbulent"]
REGIMES: tuple[Regime, ...] = ("calm", "normal", "turbulent")
WINDOW = 21
HISTORY = 252
_ENOUGH = 60


@dataclass(frozen=True, slots=True)
class RegimePerformance:
    """A strategy on the days of one regime. `share` of labelled days; returns and Sharpe are a year, None under 60 days."""

    regime: Regime
    days: int
    share: float
    annual_return: float | None
    sharpe: float | None
    benchmark_return: float | None


def labels(market: Values) -> NDArray[np.int8]:
    """-1 while there is too little history, else 0 calm, 1 normal, 2 turbulent: one label a return."""
    result = np.full(len(market), -1, dtype=np.int8)
    if len(market) <= WINDOW:
        return result
    spreads = np.lib.stride_tricks.sliding_window_view(market, WINDOW).std(axis=1, ddof=1).tolist()
    past: list[float] = []
    for day in range(WINDOW, len(market)):
        before = spreads[day - WINDOW]
        if len(past) >= HISTORY:
            rank = bisect_left(past, before) / len(past)
            result[day] = 0 if rank < 1 / 3 else 1 if rank < 2 / 3 else 2
        insort(past, before)
    return result


def by_regime(
    returns: Values, market: Values, periods: float, benchmark: Values | None
) -> tuple[RegimePerformance, ...]:
    """Performance in each regime of `market`, whose returns are on the same dates; empty without enough history."""
    label = labels(market)
    known = int(np.sum(label >= 0))
    if known < _ENOUGH:
        return ()
    result = []
    for number, regime in enumerate(REGIMES):
        when = label == number
        days = int(np.sum(when))
        enough = days >= _ENOUGH
        result.append(
            RegimePerformance(
                regime=regime,
                days=days,
                share=days / known,
                annual_return=kpis.cagr(returns[when], periods) if enough else None,
                sharpe=kpis.sharpe(returns[when], periods) if enough else None,
                benchmark_return=kpis.cagr(benchmark[when], periods) if enough and benchmark is not None else None,
            )
        )
    return tuple(result)
