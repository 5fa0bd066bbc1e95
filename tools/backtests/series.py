"""From an equity curve to returns: how many periods a year, common dates, calendar months and years."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tools.backtests.model import Curve, Days, Values

_DAY = np.timedelta64(86_400, "s")
_DAYS_A_YEAR = 365.25
Spacing = Literal["intraday", "daily", "weekly", "monthly", "quarterly", "yearly", "irregular"]


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a curve is written. `periods_per_year` annualises; `basis` says in words where it came from."""

    spacing: Spacing
    periods_per_year: float
    basis: str


def returns_of(values: Values) -> Values:
    """Simple returns of a curve whose first value is the capital: one fewer than values, fractions.

    A curve that reached zero stays there: what follows counts as no return, never as a division by zero.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        returns = values[1:] / values[:-1] - 1.0
    ruined = np.nonzero(values <= 0.0)[0]
    if len(ruined):
        first = int(ruined[0])
        returns = returns.copy()
        returns[max(first - 1, 0) :] = 0.0
        if first > 0:
            returns[first - 1] = -1.0
    return np.asarray(returns, dtype=np.float64)


def nav_of(returns: Values) -> Values:
    """Growth of 1.0, with that 1.0 in front: one more than returns."""
    return np.concatenate(([1.0], np.cumprod(1.0 + returns)))


def frequency_of(dates: Days, stated: float | None = None) -> Frequency:
    """Periods a year, from the run where it says so, otherwise from the spacing of the timestamps."""
    spacing = _spacing(dates)
    if stated is not None and stated > 0:
        return Frequency(spacing, float(stated), "as the run states")
    if spacing == "daily":
        weekdays = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
        if float(np.mean(weekdays >= 5)) > 0.05:
            return Frequency(spacing, 365.0, "daily with weekends, so 365")
        return Frequency(spacing, 252.0, "business days, so 252")
    fixed = {"weekly": 52.0, "monthly": 12.0, "quarterly": 4.0, "yearly": 1.0}
    if spacing in fixed:
        if not 0.75 < _observed_a_year(dates) / fixed[spacing] < 1.34:  # the usual step, but far from always
            return Frequency("irregular", _observed_a_year(dates), "counted from the timestamps")
        return Frequency(spacing, fixed[spacing], f"{spacing}, so {fixed[spacing]:g}")
    return Frequency(spacing, _observed_a_year(dates), "counted from the timestamps")


def _spacing(dates: Days) -> Spacing:
    if len(dates) < 3:
        return "daily"
    steps = np.diff(dates).astype("timedelta64[s]").astype(np.float64) / 86_400.0
    middle = float(np.median(steps))
    if middle < 0.9:
        return "intraday"
    if float(np.quantile(steps, 0.95)) > 6.0 * middle:
        return "irregular"
    bounds: tuple[tuple[float, Spacing], ...] = (
        (4.0, "daily"),
        (10.0, "weekly"),
        (45.0, "monthly"),
        (120.0, "quarterly"),
    )
    return next((name for bound, name in bounds if middle < bound), "yearly")


def _observed_a_year(dates: Days) -> float:
    days = float((dates[-1] - dates[0]) / _DAY)
    return max((len(dates) - 1) / days * _DAYS_A_YEAR, 1.0) if days > 0 else 1.0


def calendar_days(start: np.datetime64, end: np.datetime64) -> int:
    """Whole calendar days from one date to another."""
    return int((end.astype("datetime64[D]") - start.astype("datetime64[D]")) / np.timedelta64(1, "D"))


def aligned(first: Curve, second: Curve) -> tuple[Days, Values, Values]:
    """Dates both curves have, with their values there; days where both are daily or slower, else timestamps."""
    unit = "datetime64[s]" if "intraday" in (_spacing(first.dates), _spacing(second.dates)) else "datetime64[D]"
    _, here, there = np.intersect1d(first.dates.astype(unit), second.dates.astype(unit), return_indices=True)
    return first.dates[here], first.values[here], second.values[there]


@dataclass(frozen=True, slots=True)
class CalendarReturn:
    """Return of one calendar month ("2008-10") or year ("2008"); `whole` is False where the curve cuts it short."""

    name: str
    value: float
    start: np.datetime64
    end: np.datetime64
    whole: bool


def calendar_returns(dates: Days, values: Values, unit: Literal["M", "Y"]) -> tuple[CalendarReturn, ...]:
    """Returns by calendar month or year, oldest first. The first period counts from the curve's first value."""
    if len(values) < 2 or np.any(values[:-1] <= 0.0):
        return ()
    labels = dates[1:].astype(f"datetime64[{unit}]")
    last = np.nonzero(np.concatenate((labels[1:] != labels[:-1], [True])))[0] + 1
    first = np.concatenate(([0], last[:-1]))
    result = []
    for begin, end in zip(first.tolist(), last.tolist(), strict=True):
        whole = _covers(dates, begin, end, len(values), unit)
        change = float(values[end] / values[begin] - 1.0)
        result.append(CalendarReturn(str(labels[end - 1]), change, dates[begin], dates[end], whole))
    return tuple(result)


def _covers(dates: Days, begin: int, end: int, points: int, unit: str) -> bool:
    """Whether a calendar period is covered from edge to edge, give or take a long weekend."""
    period = dates[end].astype(f"datetime64[{unit}]")
    opens = period.astype("datetime64[D]")
    closes = (period + 1).astype("datetime64[D]")
    slack = np.timedelta64(5, "D")
    starts_in_time = begin > 0 or dates[begin].astype("datetime64[D]") <= opens + slack
    ends_in_time = end < points - 1 or dates[end].astype("datetime64[D]") >= closes - slack
    return bool(starts_in_time and ends_in_time)


def window(dates: Days, start: str, end: str) -> NDArray[np.bool_]:
    """Which dates lie within two ISO days, both included."""
    days = dates.astype("datetime64[D]")
    return np.asarray((days >= np.datetime64(start)) & (days <= np.datetime64(end)))
