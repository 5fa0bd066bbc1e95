"""Performance figures of a series of returns, with numpy alone.

All take simple returns as fractions, oldest first, and `periods` a year where they annualise; the risk-free rate is 0
and sample standard deviations have ddof 1. None means undefined, never a sentinel. The definitions are those of
empyrical-reloaded, which the tests hold them to.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.backtests.model import Values

_TINY = 1e-15


def total_return(returns: Values) -> float:
    """Growth over the whole series."""
    return float(np.prod(1.0 + returns) - 1.0)


def cagr(returns: Values, periods: float) -> float | None:
    """Compound growth a year, a year being `periods` returns. None where it is beyond all bounds."""
    if not len(returns):
        return None
    growth = float(np.prod(1.0 + returns))
    try:
        return float(growth ** (periods / len(returns)) - 1.0) if growth > 0 else -1.0
    except OverflowError:  # a gain of hours, compounded for a year
        return None


def volatility(returns: Values, periods: float) -> float | None:
    """Standard deviation a year."""
    return float(np.std(returns, ddof=1) * np.sqrt(periods)) if len(returns) > 1 else None


def sharpe(returns: Values, periods: float) -> float | None:
    """Mean over standard deviation, times the root of `periods`."""
    return _ratio(float(np.mean(returns)), float(np.std(returns, ddof=1)), periods) if len(returns) > 1 else None


def geometric_sharpe(returns: Values, periods: float) -> float | None:
    """CAGR over volatility: how some engines define their Sharpe ratio."""
    growth, spread = cagr(returns, periods), volatility(returns, periods)
    return growth / spread if growth is not None and spread is not None and spread > _TINY else None


def sortino(returns: Values, periods: float) -> float | None:
    """Mean over the root mean square of the negative returns (all observations counted), times the root of `periods`."""
    if len(returns) < 2:
        return None
    return _ratio(float(np.mean(returns)), float(np.sqrt(np.mean(np.minimum(returns, 0.0) ** 2))), periods)


def _ratio(mean: float, spread: float, periods: float) -> float | None:
    return float(mean / spread * np.sqrt(periods)) if spread > _TINY else None


def max_drawdown(returns: Values) -> float:
    """Deepest fall from a previous high, the starting capital included; negative or 0."""
    nav = np.concatenate(([1.0], np.cumprod(1.0 + returns)))
    return float(np.min(nav / np.maximum.accumulate(nav) - 1.0))


def calmar(returns: Values, periods: float) -> float | None:
    """CAGR over the size of the maximum drawdown."""
    growth, depth = cagr(returns, periods), max_drawdown(returns)
    return growth / -depth if growth is not None and depth < 0 else None


def value_at_risk(returns: Values, share: float = 0.05) -> float | None:
    """Historical value at risk of one period: the `share` quantile of returns, interpolated."""
    return float(np.quantile(returns, share)) if len(returns) else None


def expected_shortfall(returns: Values, share: float = 0.05) -> float | None:
    """Mean of the worst `share` of returns (conditional value at risk)."""
    if not len(returns):
        return None
    cut = int((len(returns) - 1) * share)
    return float(np.mean(np.partition(returns, cut)[: cut + 1]))


def skewness(returns: Values) -> float | None:
    """Third standardised moment."""
    return _moment(returns, 3)


def excess_kurtosis(returns: Values) -> float | None:
    """Fourth standardised moment less 3; 0 for a normal distribution."""
    fourth = _moment(returns, 4)
    return None if fourth is None else fourth - 3.0


def _moment(returns: Values, order: int) -> float | None:
    if len(returns) < 3:
        return None
    centred = returns - np.mean(returns)
    spread = float(np.sqrt(np.mean(centred**2)))
    return float(np.mean(centred**order) / spread**order) if spread > _TINY else None


@dataclass(frozen=True, slots=True)
class Relative:
    """A series against a benchmark on the same dates. `alpha`, `tracking_error` are a year; captures are fractions."""

    beta: float
    alpha: float
    correlation: float | None
    tracking_error: float
    information_ratio: float | None
    up_capture: float | None
    down_capture: float | None


def relative(returns: Values, benchmark: Values, periods: float) -> Relative | None:
    """Regression, active risk and capture; None for fewer than 3 common returns or a flat benchmark."""
    if len(returns) < 3 or float(np.var(benchmark)) < _TINY:
        return None
    centred = benchmark - np.mean(benchmark)
    beta = float(np.mean(centred * (returns - np.mean(returns))) / np.mean(centred**2))
    alpha = float((1.0 + np.mean(returns - beta * benchmark)) ** periods - 1.0)
    active = returns - benchmark
    spread = float(np.std(active, ddof=1))
    own = float(np.std(returns))
    return Relative(
        beta=beta,
        alpha=alpha,
        correlation=float(np.corrcoef(returns, benchmark)[0, 1]) if own > _TINY else None,
        tracking_error=float(spread * np.sqrt(periods)),
        information_ratio=_ratio(float(np.mean(active)), spread, periods),
        up_capture=_capture(returns, benchmark, benchmark > 0, periods),
        down_capture=_capture(returns, benchmark, benchmark < 0, periods),
    )


def _capture(returns: Values, benchmark: Values, when: NDArray[np.bool_], periods: float) -> float | None:
    """Growth a year of the series over that of the benchmark, over the periods the benchmark rose (or fell)."""
    own, other = cagr(returns[when], periods), cagr(benchmark[when], periods)
    return own / other if own is not None and other is not None and abs(other) > _TINY else None


def rolling_sharpe(returns: Values, size: int, periods: float) -> Values:
    """Sharpe ratio of each window of `size` returns; the first belongs to return number `size`. NaN where flat."""
    windows = np.lib.stride_tricks.sliding_window_view(returns, size)
    spread = windows.std(axis=1, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = windows.mean(axis=1) / spread * np.sqrt(periods)
    return np.asarray(np.where(spread > 1e-12, ratio, np.nan))


def rolling_beta(returns: Values, benchmark: Values, size: int) -> Values:
    """Beta of each window of `size` returns. NaN where the benchmark is flat."""
    own = np.lib.stride_tricks.sliding_window_view(returns, size)
    other = np.lib.stride_tricks.sliding_window_view(benchmark, size)
    centred = other - other.mean(axis=1, keepdims=True)
    spread = (centred**2).mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        beta = (centred * own).mean(axis=1) / spread
    return np.asarray(np.where(spread > _TINY, beta, np.nan))
