"""What in a curve should be looked at before its figures are believed: gaps, jumps, values that stopped moving."""

from dataclasses import dataclass

import numpy as np

from tools.backtests.model import Curve, Days
from tools.backtests.series import calendar_days, frequency_of, returns_of

_STALE = 5
_JUMP = 12.0


@dataclass(frozen=True, slots=True)
class Anomalies:
    """Counts over a curve. `longest_gap` in calendar days with its dates; `stale_runs` are 5 or more equal values."""

    gaps: int
    longest_gap: int
    gap_start: np.datetime64 | None
    gap_end: np.datetime64 | None
    jumps: int
    stale_runs: int


def anomalies(curve: Curve, *, can_be_flat: bool) -> Anomalies:
    """Look at a curve. `can_be_flat`: equity of a strategy that is out of the market is no stale price."""
    gaps = _gaps(curve.dates)
    longest = max(gaps, key=lambda gap: gap[0], default=(0, None, None))
    returns = returns_of(curve.values)
    moving = np.abs(returns[returns != 0.0])
    usual = float(np.median(moving)) * 1.4826 if len(moving) > 20 else 0.0
    return Anomalies(
        gaps=len(gaps),
        longest_gap=longest[0],
        gap_start=longest[1],
        gap_end=longest[2],
        jumps=int(np.sum(np.abs(returns) > _JUMP * usual)) if usual > 0 else 0,
        stale_runs=0 if can_be_flat else _stale_runs(curve),
    )


def _gaps(dates: Days) -> list[tuple[int, np.datetime64 | None, np.datetime64 | None]]:
    """Steps far longer than the curve's own: over 5 days for business days, over 2 for every day."""
    frequency = frequency_of(dates)
    allowed = {365.0: 2, 252.0: 5, 52.0: 10, 12.0: 45, 4.0: 120}.get(frequency.periods_per_year)
    if allowed is None or len(dates) < 3:
        return []
    days = dates.astype("datetime64[D]")
    steps = np.diff(days).astype(np.int64)
    return [(calendar_days(dates[i], dates[i + 1]), dates[i], dates[i + 1]) for i in np.nonzero(steps > allowed)[0]]


def _stale_runs(curve: Curve) -> int:
    same = np.concatenate(([False], np.diff(curve.values) == 0.0, [False]))
    edges = np.diff(same.astype(np.int8))
    lengths = np.nonzero(edges == -1)[0] - np.nonzero(edges == 1)[0]
    return int(np.sum(lengths >= _STALE - 1))
