"""Whether a valid specification can be meant: conditions that contradict each other, values that never occur."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition
from tools.strategies.phrases import condition_in_words, term_in_words
from tools.strategies.spec import Specification
from tools.strategies.templates import Pair, Templates

_RANGES = {
    "RSI": (0.0, 100.0), "STOCH": (0.0, 100.0), "STOCHF": (0.0, 100.0), "STOCHRSI": (0.0, 100.0), "MFI": (0.0, 100.0), "ADX": (0.0, 100.0),
    "WILLR": (-100.0, 0.0), "PLUS_DI": (0.0, 100.0), "MINUS_DI": (0.0, 100.0), "DX": (0.0, 100.0), "CMO": (-100.0, 100.0), "AROON": (0.0, 100.0), "ULTOSC": (0.0, 100.0),
}  # fmt: skip
_CALENDAR = {
    "day_of_week": (1.0, 5.0),
    "month": (1.0, 12.0),
    "day_of_month": (1.0, 31.0),
    "trading_day_of_month": (1.0, 23.0),
    "trading_days_left_in_month": (0.0, 22.0),
}


def contradictions(specification: Specification, templates: Templates) -> tuple[str, ...]:
    """A sentence for each thing that cannot be meant; empty where all can."""
    rules = templates.expand(specification)
    found: dict[str, None] = {}
    for pair in (rules.long, rules.short):
        if pair is None:
            continue
        for condition in (pair.entry, pair.exit):
            for sentence in _impossible(condition):
                found[sentence] = None
        if not found and _exits_at_once(pair):
            found[
                "Whenever the entry is true the exit is true as well, and the exit wins, so it would never trade: "
                f"in when {_said(pair.entry)}, out when {_said(pair.exit)}."
            ] = None
    return tuple(found)


def compares_itself(node: object) -> bool:
    """Whether a condition has the same term on both sides, which is always or never true."""
    return isinstance(node, c.Comparison | c.CrossesAbove | c.CrossesBelow) and node.left == node.right


def _said(condition: Condition | None) -> str:
    return condition_in_words(condition) if condition is not None else "never"


@dataclass(frozen=True, slots=True)
class _Bound:
    """`term` between `low` and `high`; strict where the end itself is excluded."""

    low: float = float("-inf")
    high: float = float("inf")
    open_low: bool = False
    open_high: bool = False

    def and_(self, other: "_Bound") -> "_Bound":
        low, open_low = max((self.low, self.open_low), (other.low, other.open_low))
        high, closed = min((self.high, not self.open_high), (other.high, not other.open_high))
        return _Bound(low, high, open_low, not closed)

    @property
    def empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and (self.open_low or self.open_high))

    def within(self, other: "_Bound") -> bool:
        """Whether everything in this is in the other."""
        below = self.low > other.low or (self.low == other.low and (self.open_low or not other.open_low))
        above = self.high < other.high or (self.high == other.high and (self.open_high or not other.open_high))
        return below and above


def _impossible(condition: Condition | None) -> Iterator[str]:
    if condition is None:
        return
    for node in c.walk(condition):
        if isinstance(node, c.Comparison | c.CrossesAbove | c.CrossesBelow) and compares_itself(node):
            yield f"“{condition_in_words(node)}” compares something with itself."
        if isinstance(node, c.Comparison):
            yield from _out_of_range(node)
        elif isinstance(node, c.All):
            yield from _against_each_other(node.conditions)


def _out_of_range(comparison: c.Comparison) -> Iterator[str]:
    bound = _bound(comparison)
    limits = _limits_of(comparison.left)
    if bound is None or limits is None:
        return
    if bound.and_(_Bound(*limits)).empty:
        yield (
            f"“{condition_in_words(comparison)}” is never true: {term_in_words(comparison.left)} "
            f"goes from {limits[0]:g} to {limits[1]:g}."
        )


def _limits_of(term: c.Term) -> tuple[float, float] | None:
    if isinstance(term, c.Indicator):
        return _RANGES.get(term.name)
    if isinstance(term, c.Calendar):
        return _CALENDAR.get(term.field)
    return None


def _against_each_other(parts: Iterable[Condition]) -> Iterator[str]:
    bounds: dict[str, tuple[_Bound, c.Comparison]] = {}
    pairs: set[tuple[str, str, str]] = set()
    for part in parts:
        if not isinstance(part, c.Comparison):
            continue
        key = _key(part.left)
        bound = _bound(part)
        if bound is None:
            yield from _opposite(part, pairs)
            continue
        if key in bounds:
            before, other = bounds[key]
            bound = before.and_(bound)
            if bound.empty:
                yield f"“{condition_in_words(other)}” and “{condition_in_words(part)}” cannot both be true."
        bounds[key] = (bound, part)


def _opposite(part: c.Comparison, seen: set[tuple[str, str, str]]) -> Iterator[str]:
    left, right, op = _key(part.left), _key(part.right), part.op[0]
    other = {">": "<", "<": ">"}.get(op, "")
    if (left, right, other) in seen or (right, left, op) in seen:
        yield f"“{condition_in_words(part)}” and its opposite cannot both be true."
    seen.add((left, right, op))


def _exits_at_once(pair: Pair) -> bool:
    """Whether the entry's conditions imply one of the exit's."""
    if pair.entry is None or pair.exit is None:
        return False
    wanted = pair.entry.conditions if isinstance(pair.entry, c.All) else (pair.entry,)
    leaving = pair.exit.conditions if isinstance(pair.exit, c.AnyOf) else (pair.exit,)
    return any(_implies(one, out) for one in wanted for out in leaving)


def _implies(one: Condition, other: Condition) -> bool:
    if one == other:
        return True
    if not isinstance(one, c.Comparison) or not isinstance(other, c.Comparison) or _key(one.left) != _key(other.left):
        return False
    first, second = _bound(one), _bound(other)
    return first is not None and second is not None and first.within(second)


def _bound(comparison: c.Comparison) -> _Bound | None:
    """The comparison as a range of its left side; None where the right side is no number."""
    if not isinstance(comparison.right, int | float):
        return None
    value = float(comparison.right)
    match comparison.op:
        case ">":
            return _Bound(low=value, open_low=True)
        case ">=":
            return _Bound(low=value)
        case "<":
            return _Bound(high=value, open_high=True)
        case "<=":
            return _Bound(high=value)
    return _Bound(value, value)


def _key(term: c.Term) -> str:
    return str(term) if isinstance(term, int | float) else term.model_dump_json()
