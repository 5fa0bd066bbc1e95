"""Other ways to write a condition, brought into the one form that `conditions.py` has: what people write by hand.

    "RSI(14) < 30 and close > SMA(200) * 1.02"               a formula: and, or, not, brackets, + - * /, [n] looks back
    {"all": ["RSI(14) < 30", ...]}, {"any": [...]}, {"not": ...}
    {"crosses_above": ["SMA(50)", "SMA(200)"]}, {">": [a, b]}, {"op": ">", "left": a, "right": b}
    {"rising": ["close", 3]}, {"rising": {"of": "close", "bars": 3}}
    {"indicator": "RSI", "period": 14}, {"price": "close", "offset": 1}, {"rsi": 14}

What is in the one form already stays as it is, and so does what cannot be read: validation says what is wrong with it.
"""

from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from tools.strategies import formulas
from tools.strategies.spelled_terms import BARS, OF, Json, Object, take, term, two

_TIMEFRAMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("daily", "day", "d", "1d"), "1d"),
    **dict.fromkeys(("weekly", "week", "w", "1w", "1wk"), "1w"),
    **dict.fromkeys(("monthly", "month", "1mo"), "1mo"),
}
_CONDITIONS: Final = ("entry", "exit", "short_entry", "short_exit")
_OPERATORS: Final[Mapping[str, str]] = {
    **dict.fromkeys((">", "gt", "above", "greater_than", "is_above"), ">"),
    **dict.fromkeys((">=", "gte", "ge", "at_least", "greater_than_or_equal"), ">="),
    **dict.fromkeys(("<", "lt", "below", "less_than", "is_below"), "<"),
    **dict.fromkeys(("<=", "lte", "le", "at_most", "less_than_or_equal"), "<="),
    **dict.fromkeys(("==", "=", "eq", "equals", "equal"), "=="),
}
_CROSSES: Final[Mapping[str, str]] = {
    f"{verb}_{way}": f"crosses_{meant}"
    for verb in ("cross", "crosses", "crossed")
    for way, meant in (("above", "above"), ("over", "above"), ("below", "below"), ("under", "below"))
} | {"crossover": "crosses_above", "crossunder": "crosses_below"}
_JOINS: Final[Mapping[str, str]] = {
    "all": "all",
    "and": "all",
    "all_of": "all",
    "any": "any",
    "or": "any",
    "any_of": "any",
}
_TRENDS: Final = frozenset({"rising", "falling"})
_SPANS: Final = frozenset({"for_bars", "within_bars"})
_KINDS: Final = frozenset({*_OPERATORS, *_CROSSES, *_JOINS, *_TRENDS, *_SPANS, "not"})
_PLAIN: Final = frozenset({"comparison", "compare", "condition", "cross"})
_OPERATOR: Final = ("op", "operator", "comparator", "logic")


def canonical(written: JsonValue) -> JsonValue:
    """A specification's JSON with its conditions in the one form; a part that is null is as if it were absent.

    An entry that is a list needs all of it. An exit that is a list of several may mean either, so it stays and is refused.
    """
    if not isinstance(written, dict):
        return written
    return {key: _part(key, value) for key, value in written.items() if value is not None}


def _part(key: str, value: JsonValue) -> JsonValue:
    if key in _CONDITIONS:
        return value if _unclear(key, value) else _condition(value)
    if key == "symbols" and isinstance(value, str):
        return [value]
    if key == "timeframe" and isinstance(value, str):
        return _TIMEFRAMES.get(value.strip().lower(), value)
    return value


def _unclear(key: str, value: JsonValue) -> bool:
    return key.endswith("exit") and isinstance(value, list) and len(value) > 1 and not _is_sentence(value)


def _is_sentence(node: list[JsonValue]) -> bool:
    """["close", ">", "SMA(200)"]"""
    return len(node) == 3 and isinstance(node[1], str) and _name(node[1]) in (*_OPERATORS, *_CROSSES)


def _name(said: str) -> str:
    return said.strip().lower().replace(" ", "_")


def _condition(node: Json) -> Json:
    if isinstance(node, str):
        read = formulas.read(node)
        return node if read is None else _condition(read)
    if isinstance(node, list):
        return _of_kind(str(node[1]), [node[0], node[2]], {}) if _is_sentence(node) else _of_kind("all", node, {})
    if node is True:
        return {"type": "always"}
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("called"), str):
        return _of_kind(str(node["called"]), node.get("arguments"), {})
    rest = dict(node)
    said, operator = rest.pop("type", None), take(rest, _OPERATOR)
    if isinstance(operator, str) and (said is None or said in _PLAIN):
        if _name(operator) not in _KINDS:
            return _compared(operator, None, rest)
        return _of_kind(operator, take(rest, ("operands", "args", "values")), rest)
    if isinstance(said, str):
        return _of_kind(said, take(rest, ("operands", "args")), rest)
    if len(node) == 1 and not isinstance(operator, str):
        [(kind, inside)] = node.items()
        return _of_kind(kind, inside, {})
    return node


def _of_kind(kind: str, inside: Json, rest: Object) -> Json:
    """A condition of a kind whose parts are in `inside` ("crosses_above": [a, b]) or beside it."""
    name = _name(kind)
    if isinstance(inside, dict) and "called" not in inside and name not in {"not", *_JOINS, *_TRENDS, *_SPANS}:
        rest, inside = inside, None
    if name in _JOINS:
        parts = inside if inside is not None else take(rest, ("conditions", "of", "items"))
        read = [_condition(one) for one in parts] if isinstance(parts, list) else parts
        return {"type": _JOINS[name], "conditions": read, **rest}
    if name == "not":
        one = inside if inside is not None else take(rest, ("condition", "of", "operand"))
        return {"type": "not", "condition": _condition(one), **rest}
    if name in _PLAIN:
        return _condition(inside if inside is not None else rest) if inside or rest else {"type": kind}
    if name in _OPERATORS or name in _CROSSES:
        return _compared(name, inside, rest)
    if name in _TRENDS or name in _SPANS:
        return _over_bars(name, inside, rest)
    return {"type": kind, **rest}


def _compared(name: str, inside: Json, rest: Object) -> Json:
    left, right = two(inside, rest)
    if left is None and {"indicator", "price", "field"} & rest.keys():
        left, rest = rest, {}
    head: Object = (
        {"type": _CROSSES[name]} if name in _CROSSES else {"type": "comparison", "op": _OPERATORS.get(name, name)}
    )
    sides = {"left": left, "right": right}
    return {**head, **{key: term(side) for key, side in sides.items() if side is not None}, **rest}


def _over_bars(name: str, inside: Json, rest: Object) -> Json:
    part, read = ("of", term) if name in _TRENDS else ("condition", _condition)
    if isinstance(inside, dict) and not {"called", "type", "indicator"} & inside.keys() and len(inside) > 1:
        rest, inside = dict(inside), None
    if isinstance(inside, list):
        of, bars = inside[0] if inside else None, inside[1] if len(inside) > 1 else None
    else:
        bars = take(rest, ("bars",))
        of = inside if inside is not None else take(rest, (*OF, "condition"))
        if of is None and {"indicator", "price", "field"} & rest.keys():
            of, rest = rest, {}
        bars = take(rest, BARS) if bars is None else bars
    made: Object = {"type": name, **({part: read(of)} if of is not None else {}), **rest}
    return made if bars is None else {**made, "bars": bars}
