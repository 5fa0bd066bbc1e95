"""Crises a run went through, and those it never saw.

Windows are closing highs and lows of the S&P 500 (S&P Dow Jones Indices); the first five can be read off the prices
that ship with the project. Other markets use the same calendar windows.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tools.backtests.model import Days, Values
from tools.backtests.series import window

SOURCE = "closing highs and lows of the S&P 500"


@dataclass(frozen=True, slots=True)
class Crisis:
    """A named window; dates are ISO days, both included."""

    key: str
    name: str
    start: str
    end: str


CRISES = (
    Crisis("dot_com", "dot-com crash", "2000-03-24", "2002-10-09"),
    Crisis("financial_crisis", "global financial crisis", "2007-10-09", "2009-03-09"),
    Crisis("euro_crisis", "euro crisis", "2011-04-29", "2011-10-03"),
    Crisis("china_selloff", "China and oil sell-off", "2015-05-21", "2016-02-11"),
    Crisis("rate_selloff", "late-2018 sell-off", "2018-09-20", "2018-12-24"),
    Crisis("covid", "COVID-19 crash", "2020-02-19", "2020-03-23"),
    Crisis("inflation", "inflation bear market", "2022-01-03", "2022-10-12"),
)


@dataclass(frozen=True, slots=True)
class StressResult:
    """Return of a curve through a crisis; `coverage` says how much of the window the curve has."""

    crisis: Crisis
    coverage: Literal["whole", "part", "absent"]
    value: float | None


def through_crises(dates: Days, values: Values) -> tuple[StressResult, ...]:
    """One result a known crisis, oldest first; a value only where the whole window is covered."""
    return tuple(_through(crisis, dates, values) for crisis in CRISES)


def _through(crisis: Crisis, dates: Days, values: Values) -> StressResult:
    inside = np.nonzero(window(dates, crisis.start, crisis.end))[0]
    if len(inside) < 2:
        return StressResult(crisis, "absent", None)
    days = dates.astype("datetime64[D]")
    slack = np.timedelta64(5, "D")
    whole = days[0] <= np.datetime64(crisis.start) + slack and days[-1] >= np.datetime64(crisis.end) - slack
    if not whole:
        return StressResult(crisis, "part", None)
    first, last = int(inside[0]), int(inside[-1])
    return StressResult(crisis, "whole", float(values[last] / values[first] - 1.0) if values[first] > 0 else None)
