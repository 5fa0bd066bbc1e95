"""Conditions put together, turned round and looked at: all, any, the opposite, the cross back."""

from collections.abc import Iterable
from typing import Literal

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition, Term
from tools.strategies.language.said import unit
from tools.strategies.language.words import ZONES

Op = Literal[">", ">=", "<", "<=", "=="]
Way = Literal["up", "down"]

_FLIPPED: dict[str, Op] = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def unique(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Each condition once, in order."""
    found: list[Condition] = []
    for condition in conditions:
        if condition not in found:
            found.append(condition)
    return tuple(found)


def both(*parts: Condition) -> Condition:
    """All of them, flat."""
    flat = unique(one for part in parts for one in (part.conditions if isinstance(part, c.All) else (part,)))
    return flat[0] if len(flat) == 1 else c.All(conditions=flat)


def either(*parts: Condition) -> Condition:
    """Any of them, flat."""
    flat = unique(one for part in parts for one in (part.conditions if isinstance(part, c.AnyOf) else (part,)))
    return flat[0] if len(flat) == 1 else c.AnyOf(conditions=flat)


def inverse(condition: Condition) -> Condition:
    """What is true where the condition is false."""
    match condition:
        case c.Comparison(op=op) if op in _FLIPPED:
            return condition.model_copy(update={"op": _FLIPPED[op]})
        case c.Not():
            return condition.condition
        case c.All():
            return either(*(inverse(one) for one in condition.conditions))
        case c.AnyOf():
            return both(*(inverse(one) for one in condition.conditions))
    return c.Not(condition=condition)


def reverse(condition: Condition) -> Condition | None:
    """The cross back of a cross, alone or among other conditions; None where there is none."""
    match condition:
        case c.CrossesAbove():
            return c.CrossesBelow(left=condition.left, right=condition.right)
        case c.CrossesBelow():
            return c.CrossesAbove(left=condition.left, right=condition.right)
        case c.All():
            found = [back for back in map(reverse, condition.conditions) if back is not None]
            return found[0] if len(found) == 1 else None
    return None


def way_of(condition: Condition) -> Way | None:
    """Whether a condition waits for prices below a level or above one."""
    match condition:
        case c.Comparison(op=op) if unit(condition.left) == "price" or is_oscillator(condition.left):
            return "up" if op.startswith(">") else "down"
        case c.CrossesAbove() if unit(condition.left) == "price":
            return "up"
        case c.CrossesBelow() if unit(condition.left) == "price":
            return "down"
        case c.All():
            ways = {way for way in map(way_of, condition.conditions) if way}
            return ways.pop() if len(ways) == 1 else None
    return None


def opposite_way(entry: Condition | None) -> Way | None:
    """Where the exit of an entry is to be looked for, where the entry says it."""
    way = way_of(entry) if entry is not None else None
    return None if way is None else "down" if way == "up" else "up"


def is_oscillator(term: Term) -> bool:
    """Whether it is an indicator with an oversold and an overbought zone."""
    return isinstance(term, c.Indicator) and term.name in ZONES


def cross(up: bool, left: Term, right: Term) -> Condition:
    """`left` crossing `right`."""
    return (c.CrossesAbove if up else c.CrossesBelow)(left=left, right=right)
