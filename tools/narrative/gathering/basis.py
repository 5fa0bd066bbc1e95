"""What the figures of a run stand on: its returns, their dates, and those of its benchmark on the same dates."""

from dataclasses import dataclass

import numpy as np

from tools.backtests.model import BacktestRun, Curve, Values
from tools.backtests.series import (
    Frequency,
    aligned,
    calendar_days,
    frequency_of,
    returns_of,
)

SHORT_DAYS = 182
FEW_RETURNS = 30


@dataclass(frozen=True, slots=True)
class Basis:
    """What the figures of a run stand on: its returns, and whether they are too few to annualise."""

    curve: Curve
    returns: Values
    frequency: Frequency
    short: bool

    @property
    def period(self) -> str:
        """First to last date."""
        return span(self.curve.dates[0], self.curve.dates[-1])

    @property
    def years(self) -> float:
        """Calendar length in years of 365.25 days."""
        return calendar_days(self.curve.dates[0], self.curve.dates[-1]) / 365.25


def day(date: np.datetime64) -> str:
    """ISO day of a date."""
    return str(date.astype("datetime64[D]"))


def span(start: np.datetime64, end: np.datetime64) -> str:
    """A period as facts write it."""
    return f"{day(start)} to {day(end)}"


def basis_of(run: BacktestRun) -> Basis | None:
    """None where the run has no curve with at least two points above zero capital."""
    curve = run.equity
    if curve is None or len(curve) < 2 or curve.values[0] <= 0:
        return None
    returns = returns_of(curve.values)
    short = calendar_days(curve.dates[0], curve.dates[-1]) < SHORT_DAYS or len(returns) < FEW_RETURNS
    return Basis(curve, returns, frequency_of(curve.dates, run.periods_per_year), short)


def with_benchmark(run: BacktestRun, basis: Basis) -> tuple[Basis, Basis] | None:
    """Strategy and benchmark on their common dates, or None where they hardly overlap."""
    if run.benchmark is None or len(run.benchmark) < 3:
        return None
    dates, own, other = aligned(basis.curve, run.benchmark)
    if len(dates) < max(3, len(basis.curve) // 2) or other[0] <= 0 or own[0] <= 0:
        return None
    return (
        Basis(Curve(dates, own), returns_of(own), basis.frequency, basis.short),
        Basis(Curve(dates, other), returns_of(other), basis.frequency, basis.short),
    )
