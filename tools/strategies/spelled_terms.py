"""Other ways to write a term of a condition, brought into the one form that `conditions.py` has; see `spellings.py`."""

import re
from collections.abc import Mapping
from typing import Final, get_args

from pydantic import JsonValue

from tools.strategies import formulas, indicators
from tools.strategies.conditions import CalendarField, PriceField

Json = JsonValue
Object = dict[str, JsonValue]

_FIELDS: Final = frozenset(get_args(PriceField))
_CALENDAR: Final = frozenset(get_args(CalendarField))
_SUMS: Final[Mapping[str, str]] = {
    "+": "+", "-": "-", "*": "*", "/": "/", "add": "+", "plus": "+", "sub": "-", "subtract": "-", "minus": "-", "mul": "*",
    "multiply": "*", "times": "*", "div": "/", "divide": "/",
}  # fmt: skip
_EXTREMES: Final = frozenset({"highest", "lowest", "return"})
BARS: Final = ("bars", "periods", "period", "length", "n", "window", "lookback", "for")
OF: Final = ("of", "operand", "term", "series", "source", "input", "value")
_LENGTHS: Final = ("period", "length", "window", "n", "lookback", "bars", "periods")
_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "fast": ("fastperiod",), "slow": ("slowperiod",), "signal": ("signalperiod",), "fast_period": ("fastperiod",),
    "slow_period": ("slowperiod",), "signal_period": ("signalperiod",), "std": ("nbdevup", "nbdevdn"),
    "stddev": ("nbdevup", "nbdevdn"), "deviations": ("nbdevup", "nbdevdn"), "num_std": ("nbdevup", "nbdevdn"),
}  # fmt: skip
_NAMED_WITH_LENGTH: Final = re.compile(r"^([A-Za-z][A-Za-z0-9]*)_(\d+)$")


def term(node: Json) -> Json:
    """A term in the one form; as it is where it cannot be read."""
    if isinstance(node, str):
        read = formulas.read(node)
        return node if read is None or (read == {"called": node} and not _is_known(node)) else term(read)
    if not isinstance(node, dict):
        return node
    rest = dict(node)
    if isinstance(rest.get("called"), str):
        return _called(str(rest.pop("called")), rest)
    kind = rest.pop("type", None)
    name = str(kind).lower() if isinstance(kind, str) else ""
    if not name and len(rest) == 1 and (_is_known(only := next(iter(rest))) or only in {"field", "calendar"}):
        return _only(only, rest[only])
    operator = take(rest, ("op", "operator"))
    if isinstance(operator, str):
        return _sum(_SUMS.get(operator.lower(), operator), rest)
    return _of_type(name, str(kind or ""), rest, node)


def _of_type(name: str, kind: str, rest: Object, node: Object) -> Json:
    """A term by its type, or by the field that says what it is."""
    if name in {"constant", "const", "value", "number"} or (
        not name and {"constant", "const", "value"} & rest.keys()
    ):
        value = take(rest, ("value", "constant", "const", "number"))
        return value if isinstance(value, int | float) and not rest else node
    if name == "price" or name in _FIELDS or (not name and {"price", "field"} & rest.keys()):
        field = name if name in _FIELDS else take(rest, ("field", "price", "name", "column", "value"))
        return _looking_back({"type": "price", **({"field": field} if field is not None else {})}, rest)
    if name in _EXTREMES:
        return _extreme(name, rest)
    if name == "calendar" or name in _CALENDAR:
        return {"type": "calendar", **({"field": name} if name in _CALENDAR else {}), **rest}
    return _indicator(kind, rest, node)


def _is_known(name: str) -> bool:
    low = name.lower()
    length = _NAMED_WITH_LENGTH.match(name)
    return (
        low in _FIELDS | _CALENDAR | _EXTREMES
        or name.upper() in indicators.names()
        or (length is not None and length[1].upper() in indicators.names())
    )


def _only(name: str, inside: Json) -> Json:
    """{"rsi": 14}, {"price": "close"}, {"highest": {"of": "high", "bars": 20}}, {"calendar": "month"}."""
    if name == "field":
        return {"type": "price", "field": inside}
    if name == "calendar":
        return {"type": "calendar", "field": inside}
    if isinstance(inside, dict):
        return term({"type": name, **inside})
    return _called(name, {"arguments": inside if isinstance(inside, list) else [] if inside is None else [inside]})


def _sum(op: str, rest: Object) -> Json:
    left, right = two(take(rest, ("operands", "args", "of", "values")), rest)
    return {"type": "arithmetic", "op": op, "left": term(left), "right": term(right), **rest}


LEFT: Final = ("left", "lhs", "a", "first", "series", "operand", "term", "x")
RIGHT: Final = ("right", "rhs", "b", "second", "level", "threshold", "value", "than", "target", "y")


def two(inside: Json, rest: Object) -> tuple[Json, Json]:
    """Both sides: a list of two, or fields that are taken out of `rest`."""
    if isinstance(inside, list) and len(inside) == 2:
        return inside[0], inside[1]
    return take(rest, LEFT), take(rest, RIGHT)


def _extreme(name: str, rest: Object) -> Json:
    of, bars = take(rest, OF), take(rest, BARS)
    made: Object = {"type": name}
    if of is not None:
        made["of"] = term(of)
    return _looking_back(made | ({"bars": bars} if bars is not None else {}), rest)


def _indicator(kind: str, rest: Object, node: Object) -> Json:
    said = take(rest, ("name", "indicator", "function")) if kind.lower() in {"", "indicator"} else kind
    if isinstance(said, dict):
        return _indicator("", {**said, **rest}, node)
    if not isinstance(said, str):
        return node
    if said.upper() not in indicators.names() and (inner := term(said)) != said and isinstance(inner, dict):
        return {**inner, **rest}
    name = said.upper()
    if name not in indicators.names():
        return {"type": "indicator", "name": name, **rest} if kind.lower() in {"", "indicator"} else node
    has = indicators.function(name).parameters
    given = take(rest, ("parameters", "params", "arguments", "args"))
    if isinstance(given, list) and len(given) <= len(has):
        given = dict(zip(has, given, strict=False))
    loose = {key: rest.pop(key) for key in list(rest) if key in _LENGTHS or key in _PARAMETERS or key in has}
    of = take(rest, ("input", "source", "of", "series"))
    made: Object = {"type": "indicator", "name": name}
    if loose or given is not None:
        made["parameters"] = _parameters(name, {**given, **loose}) if isinstance(given, dict) else (given or _parameters(name, loose))  # fmt: skip
    if of is not None and of not in ("close", {"called": "close"}):
        made["input"] = term(of)
    output = take(rest, ("output", "line", "band"))
    if output is not None:
        made["output"] = _output(name, output)
    return _looking_back(made, rest)


def _parameters(name: str, written: Object) -> Object:
    """Parameters by TA-Lib's names: `period` is the first length, `std` both widths of a band."""
    has = indicators.function(name).parameters
    made: Object = {}
    for key, value in written.items():
        length = next((one for one in has if one.endswith("period")), key)
        names = (key,) if key in has else (length,) if key in _LENGTHS else _PARAMETERS.get(key, (key,))
        made.update(dict.fromkeys(names, value))
    return made


def _output(name: str, written: Json) -> Json:
    """An output by its whole name, or by the part of it that no other has ("upper", "signal")."""
    outputs = indicators.function(name).outputs
    if not isinstance(written, str) or written in outputs:
        return written
    near = [one for one in outputs if written.lower() in one]
    return near[0] if len(near) == 1 else written


def _looking_back(made: Object, rest: Object) -> Object:
    offset = take(rest, ("offset", "shift", "lag", "ago"))
    return {**made, **({"offset": offset} if offset is not None else {}), **rest}


def _called(name: str, rest: Object) -> Json:
    """A name with arguments in brackets, or without: close, RSI(14), highest(high, 20), RSI_14."""
    arguments = rest.pop("arguments", None)
    given = list(arguments) if isinstance(arguments, list) else []
    low = name.lower()
    if low in _FIELDS and arguments is None:
        return _looking_back({"type": "price", "field": low}, rest)
    if low in _CALENDAR and arguments is None:
        return {"type": "calendar", "field": low, **rest}
    length = _NAMED_WITH_LENGTH.match(name)
    if length and name.upper() not in indicators.names():
        name, given = length[1], [int(length[2])]
    first: Object = {"of": given.pop(0)} if given and not isinstance(given[0], int | float) else {}
    if low in _EXTREMES:
        return term({"type": low, **first, **({"bars": given[0]} if given else {}), **rest})
    if name.upper() not in indicators.names():
        return {"type": "indicator", "name": name.upper(), **rest}
    return term({"type": "indicator", "name": name, **first, **({"parameters": given} if given else {}), **rest})


def take(rest: Object, names: tuple[str, ...]) -> Json:
    """The first of these fields that is there, taken out."""
    return next((rest.pop(name) for name in names if name in rest), None)
