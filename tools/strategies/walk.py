"""From what is decided at each close to round trips by bars: when a position opens, when it closes, and at which price.

Money plays no part here (`ledger.py` counts it), so nothing but a stop has to be looked at between two decisions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.market.prices import Prices
from tools.strategies.evaluate import Flags, Values

FILLED_LATER = -1.0
"""The price of a round that is closed by an order like any other, at the price of the bar that fills it."""
NO_LIMIT, STOP, TARGET = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """What is decided at the closes of daily bars.

    `entries` are 1 long, -1 short, 0 none. `leaves[side][d]` is the bar on whose close a position of that side decided
    on bar d is closed, the number of bars where it never is. `limits` are None without stops and targets.
    """

    entries: NDArray[np.int8]
    leaves: dict[int, list[int]]
    at_close: bool
    limits: "Limits | None"


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Distances from the fill price in currency, by the bar of the entry decision; infinite where there is none.

    `trail` moves the stop behind the best price, as a fraction of it and as such a distance (0: not).
    """

    stop: Values
    target: Values
    trail_fraction: float
    trail_distance: Values | None
    intraday: bool


@dataclass(slots=True)
class Path:
    """Round trips by columns. `left[k]` is the bar whose close sees round k flat, the number of bars while it is open.

    `prices[k]` is where a stop or target filled within bar `left[k]`, else `FILLED_LATER`; `limits[k]` is `STOP`,
    `TARGET` or `NO_LIMIT`. The last decision may come too late to be filled.
    """

    decided: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    prices: list[float] = field(default_factory=list)
    limits: list[int] = field(default_factory=list)


def next_set(flags: Flags) -> list[int]:
    """For every bar, and two beyond the last, the first bar from it on that is set; the number of bars where none is."""
    rows = len(flags)
    bars = np.where(flags, np.arange(rows), rows)
    first: list[int] = np.minimum.accumulate(bars[::-1])[::-1].tolist()
    return [*first, rows, rows]


def walked(orders: Orders, prices: Prices, earliest: int) -> Path:
    """The round trips whose entries are decided from bar `earliest` on."""
    next_entry = next_set(orders.entries != 0)
    if orders.limits is None:
        return _without_limits(orders, next_entry, earliest)
    return _with_limits(orders, orders.limits, prices, next_entry, earliest)


def _without_limits(orders: Orders, next_entry: list[int], earliest: int) -> Path:
    entries: list[int] = orders.entries.tolist()
    rows, leaves, path = len(entries), orders.leaves, Path()
    bar = next_entry[earliest]
    while bar < rows:
        side = entries[bar]
        out = leaves[side][bar]
        path.decided.append(bar)
        path.left.append(out)
        bar = next_entry[out]
        if bar == out and bar < rows and entries[bar] == side:
            bar = next_entry[out + 1]
    path.prices, path.limits = [FILLED_LATER] * len(path.decided), [NO_LIMIT] * len(path.decided)
    return path


def _with_limits(orders: Orders, limits: Limits, prices: Prices, next_entry: list[int], earliest: int) -> Path:
    entries: list[int] = orders.entries.tolist()
    rows, leaves = len(entries), orders.leaves
    touches = {side: _touch_of(side, orders, limits, prices) for side in leaves}
    last = rows if orders.at_close else rows - 1  # the first bar whose decisions come too late to be filled
    decided: list[int] = []
    left: list[int] = []
    touched: dict[int, Touch] = {}
    bar = next_entry[earliest]
    while bar < rows:
        side = entries[bar]
        out = leaves[side][bar]
        if bar < last and (found := touches[side](bar, out)) is not None:
            touched[len(decided)] = found
            out = found[0]
        decided.append(bar)
        left.append(out)
        bar = next_entry[out]
        if bar == out and bar < rows and entries[bar] == side:
            bar = next_entry[out + 1]
    path = Path(decided, left, [FILLED_LATER] * len(decided), [NO_LIMIT] * len(decided))
    for at, (_, price, limit) in touched.items():
        path.prices[at], path.limits[at] = price, limit
    return path


Touch = tuple[int, float, int]
FirstTouch = Callable[[int, int], Touch | None]
"""The first bar after the one of the entry decision, up to another, on which a stop or target closes the position."""


def _touch_of(side: int, orders: Orders, limits: Limits, prices: Prices) -> FirstTouch:
    """For one side. Its prices are turned so that up is good: those of a short are negative, and its stop is below too."""
    fills = (prices.close if orders.at_close else prices.open[1:]) * side
    levels = (fills - limits.stop[: len(fills)]).tolist()
    no_target = np.isinf(limits.target).all()
    targets = [np.inf] * len(fills) if no_target else (fills + limits.target[: len(fills)]).tolist()
    adverse, favourable = (prices.low, prices.high) if side > 0 else (prices.high, prices.low)
    if not limits.intraday:
        adverse = favourable = prices.close
    day = _Day(prices.open * side, (adverse * side).tolist(), (favourable * side).tolist(), side, limits.intraday)
    if not limits.trail_fraction and limits.trail_distance is None:
        return _fixed(day, levels, targets)
    distances = limits.trail_distance.tolist() if limits.trail_distance is not None else [0.0] * len(levels)
    return _trailing(day, levels, targets, fills.tolist(), limits.trail_fraction, distances)


class _Day(NamedTuple):
    """Turned prices by bar, and in which order a day reaches them."""

    opens: Values
    adverse: list[float]
    favourable: list[float]
    side: int
    intraday: bool

    def closed(self, at: int, level: float, target: float) -> Touch:
        """How bar `at`, which reaches one of them, closes the position: open beyond the stop or target, then as touched."""
        stopped = self.adverse[at] <= level
        if not self.intraday:
            return at, FILLED_LATER, STOP if stopped else TARGET
        start = float(self.opens[at])
        if start <= level:
            return at, start * self.side, STOP
        if start >= target:
            return at, start * self.side, TARGET
        return (at, level * self.side, STOP) if stopped else (at, target * self.side, TARGET)


def _fixed(day: _Day, levels: list[float], targets: list[float]) -> FirstTouch:
    adverse, favourable, closed, rows = day.adverse, day.favourable, day.closed, len(day.opens)

    def touch(decided: int, last: int) -> Touch | None:
        level, target = levels[decided], targets[decided]
        for at in range(decided + 1, last + 1 if last < rows else rows):
            if adverse[at] <= level or favourable[at] >= target:
                return closed(at, level, target)
        return None

    return touch


def _trailing(
    day: _Day, levels: list[float], targets: list[float], fills: list[float], fraction: float, distances: list[float]
) -> FirstTouch:
    """The stop follows the best price since the fill, up to the bar before the one looked at; it never moves away."""
    adverse, favourable, closed, rows = day.adverse, day.favourable, day.closed, len(day.opens)
    kept = 1.0 - fraction * day.side  # of a price that is turned, a fraction behind it

    def touch(decided: int, last: int) -> Touch | None:
        level, target, best, distance = levels[decided], targets[decided], fills[decided], distances[decided]
        for at in range(decided + 1, last + 1 if last < rows else rows):
            high = favourable[at]
            if adverse[at] <= level or high >= target:
                return closed(at, level, target)
            if high > best:
                best = high
                if fraction and (behind := high * kept) > level:
                    level = behind
                if distance and (behind := high - distance) > level:
                    level = behind
        return None

    return touch
