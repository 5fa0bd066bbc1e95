"""Curves out of dates and values, checked on the way in."""

from dataclasses import dataclass

import numpy as np

from tools.backtests.model import Curve, Days, Values
from tools.backtests.readers.numbers import ABSURD
from tools.errors import BadInput

_DAY = np.timedelta64(86_400, "s")
_MOST_DAYS = 40_000
_MOST_GROWTH = 1e9
"""No account grows this much: such numbers are percent, or no returns."""


@dataclass(frozen=True, slots=True)
class Series:
    """A checked curve and what was done to get it, as sentences."""

    curve: Curve
    notes: tuple[str, ...] = ()


def series(when: Days, values: Values, what: str, *, least: int = 2) -> Series:
    """Dates ascending and once each, values finite. Blank values before the first and after the last are left out.

    Raises BadInput for infinities, holes, one date with two values, and fewer than `least` values.
    """
    notes: list[str] = []
    present = np.nonzero(~np.isnan(values))[0]
    if len(present) < least:
        raise BadInput(f"The {what} has {len(present)} values; at least {least} are needed.")
    order = np.argsort(when, kind="stable")
    if np.any(np.diff(when) < np.timedelta64(0, "s")):
        notes.append(f"The rows of the {what} were not in order of date and were sorted.")
    when, values = when[order], values[order]
    present = np.nonzero(~np.isnan(values))[0]
    first, last = int(present[0]), int(present[-1]) + 1
    if first or last < len(values):
        notes.append(f"{first + len(values) - last} empty rows at the ends of the {what} were left out.")
    when, values = when[first:last], values[first:last]
    _refuse_bad(when, values, what)
    same = np.nonzero(np.diff(when) == np.timedelta64(0, "s"))[0]
    if len(same):
        unequal = same[values[same] != values[same + 1]]
        if len(unequal):
            raise BadInput(f"The {what} has two different values for {_shown(when[unequal[0]])}.")
        notes.append(f"{len(same)} repeated rows of the {what} were left out.")
        kept = np.concatenate(([True], np.diff(when) != np.timedelta64(0, "s")))
        when, values = when[kept], values[kept]
    if len(values) < least:
        raise BadInput(f"The {what} has {len(values)} dates; at least {least} are needed.")
    return Series(Curve(when, np.ascontiguousarray(values)), tuple(notes))


def _refuse_bad(when: Days, values: Values, what: str) -> None:
    wrong = np.nonzero(~np.isfinite(values))[0]
    if len(wrong):
        kind = "no number" if np.isnan(values[wrong[0]]) else "an infinite number"
        raise BadInput(f"The {what} has {kind} on {_shown(when[wrong[0]])}.")
    if float(np.max(np.abs(values))) > ABSURD:
        raise BadInput(f"The {what} has a value beyond all bounds on {_shown(when[int(np.argmax(np.abs(values)))])}.")


def _shown(when: np.datetime64) -> str:
    return str(when)[:10] if str(when).endswith("00:00:00") else str(when)


def by_day(when: Days) -> Days:
    """The same without times of day, where no two fall on one day; engines write a session's close or its midnight."""
    days: Days = when.astype("datetime64[D]").astype("datetime64[s]")
    return days if len(np.unique(days)) == len(days) else when


def equity_of_returns(returns: Curve, capital: float = 1.0) -> Curve:
    """Capital, one period before the first return, then its growth by each. Raises BadInput for a loss of over all."""
    wrong = np.nonzero(returns.values < -1.0)[0]
    if len(wrong):
        value = float(returns.values[wrong[0]])
        raise BadInput(
            f"A return of {value:g} on {_shown(returns.dates[wrong[0]])} would be a loss of more than everything: "
            "either the account owed money by then, or the returns are not fractions (0.01 is 1 %)."
        )
    with np.errstate(over="ignore"):
        growth = capital * np.cumprod(1.0 + returns.values)
    if not np.all(growth < _MOST_GROWTH * capital):
        raise BadInput("The returns compound beyond all bounds: they must be fractions (0.01 is 1 %).")
    return with_capital(Curve(returns.dates, np.asarray(growth, dtype=np.float64)), capital)


def day_by_day(balance: Curve) -> Curve:
    """A balance that is written where it changes, as one value a day: the day's last, or the last before.

    The first balance stands in front, a day earlier. Weekends are days where something changed on one.
    """
    changed = balance.dates.astype("datetime64[D]")
    if (changed[-1] - changed[0]).astype(int) > _MOST_DAYS:
        raise BadInput("The balances span more than a century; their dates cannot be right.")
    days = np.arange(changed[0], changed[-1] + 1, dtype="datetime64[D]")
    if not np.any(_weekday(balance.dates) >= 5):
        days = days[np.is_busday(days)]
    closes = balance.values[np.searchsorted(changed, days, side="right") - 1]
    return with_capital(Curve(days.astype("datetime64[s]"), closes), float(balance.values[0]))


def with_capital(curve: Curve, capital: float) -> Curve:
    """The curve with the capital in front, one period earlier."""
    when = np.concatenate(([_before(curve.dates)], curve.dates))
    return Curve(when, np.concatenate(([capital], curve.values)))


def _before(when: Days) -> np.datetime64:
    """One period before the first date: a weekday where no date is on a weekend, the month's end where all are."""
    step = np.median(np.diff(when).astype(np.int64)) if len(when) > 1 else 86_400
    if step > 27 * 86_400:
        month = when[0].astype("datetime64[M]")
        return np.datetime64(month.astype("datetime64[D]") - 1, "s")
    if step < 86_400:
        return np.datetime64(when[0] - np.timedelta64(int(max(step, 1)), "s"), "s")
    if step > 3 * 86_400:
        return np.datetime64(when[0] - np.timedelta64(int(step), "s"), "s")
    earlier = when[0] - _DAY
    weekdays_only = not np.any(_weekday(when) >= 5)
    while weekdays_only and _weekday(np.array([earlier]))[0] >= 5:
        earlier -= _DAY
    return np.datetime64(earlier, "s")


def _weekday(when: Days) -> Values:
    return ((when.astype("datetime64[D]").astype(np.int64) + 3) % 7).astype(np.float64)
