"""Falls from a high: when each began, how deep it went, and whether it was recovered."""

from dataclasses import dataclass

import numpy as np

from tools.backtests.model import Days, Values
from tools.backtests.series import calendar_days


@dataclass(frozen=True, slots=True)
class Drawdown:
    """From the last high to the recovery of it. `depth` is a negative fraction; days are calendar days.

    `recovery` is None while the high has not been reached again; `length_days` then runs to the curve's end.
    """

    start: np.datetime64
    trough: np.datetime64
    recovery: np.datetime64 | None
    depth: float
    length_days: int
    fall_days: int
    recovery_days: int | None


def underwater(values: Values) -> Values:
    """Fall from the highest value so far, at each point: 0 or negative."""
    return np.asarray(values / np.maximum.accumulate(values) - 1.0)


def drawdowns(dates: Days, values: Values, count: int = 5) -> tuple[Drawdown, ...]:
    """The `count` deepest drawdowns, deepest first; they never overlap."""
    below = underwater(values) < -1e-12
    edges = np.diff(np.concatenate(([False], below, [False])).astype(np.int8))
    begins, ends = np.nonzero(edges == 1)[0], np.nonzero(edges == -1)[0]
    found = [_drawdown(dates, values, int(b) - 1, int(e)) for b, e in zip(begins, ends, strict=True)]
    return tuple(sorted(found, key=lambda d: d.depth)[:count])


def _drawdown(dates: Days, values: Values, high: int, end: int) -> Drawdown:
    low = high + int(np.argmin(values[high:end]))
    recovered = end < len(values)
    last = end if recovered else len(values) - 1
    return Drawdown(
        start=dates[high],
        trough=dates[low],
        recovery=dates[end] if recovered else None,
        depth=float(values[low] / values[high] - 1.0),
        length_days=calendar_days(dates[high], dates[last]),
        fall_days=calendar_days(dates[high], dates[low]),
        recovery_days=calendar_days(dates[low], dates[end]) if recovered else None,
    )
