"""Reads conditions on bars: every term an array over the bars, every condition true, false or unknown for each.

Unknown is where a term has no value yet. `all`, `any` and `not` treat it as logic does: `any` is true where one
part is true whatever the others, `not` unknown is unknown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tools.errors import NotFound
from tools.market.prices import Prices
from tools.strategies import conditions as c
from tools.strategies import indicators

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]

_OPERATIONS: dict[str, Callable[[Values, Values], Values]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
_COMPARISONS: dict[str, Callable[[Values, Values], Flags]] = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
    "==": np.equal,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A condition on every bar. `first` is the first bar on which it could be true, the number of bars if none."""

    true: Flags
    false: Flags
    first: int


@dataclass(slots=True)
class Bars:
    """The bars that conditions are read on, and what was computed on them so far: one run, one of these.

    `others` are bars of other symbols, matched by date: a day without a bar of theirs shows their last one.
    """

    prices: Prices
    others: Mapping[str, Prices] = field(default_factory=dict)
    _series: dict[str, Values] = field(default_factory=dict)

    def read(self, condition: c.Condition) -> Reading:
        """The condition on every bar."""
        match condition:
            case c.All():
                parts = [self.read(one) for one in condition.conditions]
                return Reading(
                    np.logical_and.reduce([part.true for part in parts]),
                    np.logical_or.reduce([part.false for part in parts]),
                    max(part.first for part in parts),
                )
            case c.AnyOf():
                parts = [self.read(one) for one in condition.conditions]
                return Reading(
                    np.logical_or.reduce([part.true for part in parts]),
                    np.logical_and.reduce([part.false for part in parts]),
                    min(part.first for part in parts),
                )
            case c.Not():
                inner = self.read(condition.condition)
                return Reading(inner.false, inner.true, inner.first)
            case c.ForBars():
                inner = self.read(condition.condition)
                return Reading(
                    _on_each(inner.true, condition.bars),
                    _on_some(inner.false, condition.bars),
                    inner.first + condition.bars - 1,
                )
            case c.WithinBars():
                inner = self.read(condition.condition)
                return Reading(
                    _on_some(inner.true, condition.bars), _on_each(inner.false, condition.bars), inner.first
                )
            case c.Always():
                everywhere = np.ones(len(self.prices), dtype=np.bool_)
                return Reading(everywhere, ~everywhere, 0)
            case _:
                return self._simple(condition)

    def _simple(self, condition: c.Comparison | c.CrossesAbove | c.CrossesBelow | c.Rising | c.Falling) -> Reading:
        """A condition on terms alone."""
        match condition:
            case c.Comparison():
                left, right = self.values(condition.left), self.values(condition.right)
                return _where_known(_COMPARISONS[condition.op](left, right), left, right)
            case c.CrossesAbove() | c.CrossesBelow():
                left, right = self.values(condition.left), self.values(condition.right)
                if isinstance(condition, c.CrossesBelow):
                    left, right = right, left
                before_left, before_right = shifted(left, 1), shifted(right, 1)
                return _where_known(
                    (left > right) & (before_left <= before_right), left, right, before_left, before_right
                )
            case c.Rising() | c.Falling():
                of = self.values(condition.of)
                before = shifted(of, 1)
                step = _where_known(of > before if isinstance(condition, c.Rising) else of < before, of, before)
                return Reading(
                    _on_each(step.true, condition.bars),
                    _on_some(step.false, condition.bars),
                    step.first + condition.bars - 1,
                )

    def values(self, term: c.Term) -> Values:
        """The term on every bar, NaN where it has no value."""
        if isinstance(term, int | float):
            return np.full(len(self.prices), float(term))
        key = term.model_dump_json()
        if key not in self._series:
            with np.errstate(all="ignore"):  # a division by zero has no value, and says so by being NaN
                values = self._compute(term)
            values[~np.isfinite(values)] = np.nan
            self._series[key] = values
        return self._series[key]

    def _compute(
        self, term: c.Price | c.Indicator | c.Highest | c.Lowest | c.Return | c.Calendar | c.Arithmetic
    ) -> Values:
        match term:
            case c.Price():
                return shifted(self._field(term.field, term.symbol), term.offset)
            case c.Indicator():
                return shifted(self._indicator(term), term.offset)
            case c.Highest() | c.Lowest():
                name = "MAX" if isinstance(term, c.Highest) else "MIN"
                return shifted(_extreme(name, self.values(term.of), term.bars), term.offset)
            case c.Return():
                of = self.values(term.of)
                return shifted(of / shifted(of, term.bars) - 1.0, term.offset)
            case c.Calendar():
                return calendar(term.field, self.prices.dates)
            case c.Arithmetic():
                return _OPERATIONS[term.op](self.values(term.left), self.values(term.right))

    def _indicator(self, term: c.Indicator) -> Values:
        what = indicators.function(term.name)
        inputs = [self._field(name, term.symbol) for name in what.fields]
        if term.input is not None:
            inputs[0] = self.values(term.input)
        return indicators.compute(term.name, term.parameters, inputs)[term.output or what.outputs[0]]

    def _field(self, name: str, symbol: str | None) -> Values:
        prices, rows = self.prices, None
        if symbol is not None and symbol != self.prices.symbol:
            if symbol not in self.others:
                raise NotFound(f"The strategy reads {symbol}, and there are no prices of it here.")
            prices = self.others[symbol]
            rows = np.searchsorted(prices.dates, self.prices.dates, side="right") - 1
        values: Values = (
            (prices.high + prices.low + prices.close) / 3.0 if name == "typical" else getattr(prices, name).copy()
        )
        if rows is not None:
            values = np.where(rows >= 0, values[rows], np.nan)
        return np.asarray(values, dtype=np.float64)


def shifted(values: Values, bars: int) -> Values:
    """The values of `bars` bars ago."""
    if not bars:
        return values
    out = np.full(len(values), np.nan)
    out[bars:] = values[:-bars]
    return out


def calendar(name: str, days: NDArray[np.datetime64]) -> Values:
    """A calendar field of every day; see `conditions.CalendarField`."""
    number = days.astype(np.int64)
    months = days.astype("datetime64[M]")
    if name == "day_of_week":
        return ((number + 3) % 7 + 1).astype(np.float64)
    if name == "day_of_month":
        since: Values = (days - months).astype(np.float64)
        return since + 1.0
    if name == "month":
        return (months.astype(np.int64) % 12).astype(np.float64) + 1.0
    starts = np.flatnonzero(np.r_[True, months[1:] != months[:-1]])
    lengths = np.diff(np.r_[starts, len(days)])
    position = np.arange(len(days)) - np.repeat(starts, lengths) + 1
    if name == "trading_day_of_month":
        return position.astype(np.float64)
    left = np.repeat(lengths, lengths) - position
    last = slice(int(starts[-1]), None)
    left[last] = np.busday_count(days[last] + 1, (months[last] + 1).astype("datetime64[D]"))
    return left.astype(np.float64)


def _extreme(name: str, values: Values, bars: int) -> Values:
    """Highest or lowest of the `bars` bars before each; TA-Lib's needs two bars, and one is simply the bar before."""
    if bars == 1:
        return shifted(values, 1)
    return next(iter(indicators.compute(name, {"timeperiod": bars}, [values]).values()))


def _where_known(true: Flags, *terms: Values) -> Reading:
    known = np.logical_and.reduce([~np.isnan(term) for term in terms])
    first = int(known.argmax()) if known.any() else len(known)
    return Reading(true & known, known & ~true, first)


def _count(flags: Flags, bars: int) -> NDArray[np.int64]:
    """How many of the last `bars` bars are set, counting what there is at the start."""
    total: NDArray[np.int64] = np.cumsum(flags, dtype=np.int64)
    total[bars:] -= total[:-bars].copy()
    return total


def _on_each(flags: Flags, bars: int) -> Flags:
    return flags if bars == 1 else _count(flags, bars) == bars


def _on_some(flags: Flags, bars: int) -> Flags:
    return flags if bars == 1 else _count(flags, bars) > 0
