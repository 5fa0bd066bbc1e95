"""What is wrong with JSON that does not validate, in words a trader understands."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pydantic import JsonValue, ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_FRACTIONS = frozenset("stop_loss take_profit trailing_stop fee slippage fraction risk_per_trade".split())
_KNOWN_FIELDS = (
    "name template symbols timeframe side parameters entry exit short_entry short_exit risk sizing costs period fill "
    "stop_loss take_profit trailing_stop atr_stop atr_target r_target max_holding_bars trigger fraction risk_per_trade fee slippage start end "
    "multiple trailing type conditions condition op left right of bars field offset symbol input output"
).split()


def reasons(error: ValidationError, data: JsonValue) -> tuple[str, ...]:
    """One sentence without a full stop for every field at fault in `data`, each field once."""
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False):
        path = _path(detail["loc"], data)
        found.setdefault(path, _sentence(path, detail))
    return tuple(found.values())


def _sentence(path: str, detail: "ErrorDetails") -> str:
    context: Mapping[str, object] = detail.get("ctx", {})
    said = detail["input"]
    kind = detail["type"]
    if kind == "value_error":
        return f"{path + ': ' if path else ''}{context['error']}"
    if kind in _BOUNDS:
        return f"{path} is {_shown(said)}; it must be {_BOUNDS[kind](context)}{_percent_hint(path, said)}"
    for ending, word in _WORDS.items():
        if kind == ending or kind.endswith(ending):
            return word(path or "it", said, context)
    return f"{path or 'it'} is not usable: {detail['msg']}"


_BOUNDS: dict[str, Callable[[Mapping[str, object]], str]] = {
    "greater_than": lambda context: f"above {context['gt']:g}",
    "greater_than_equal": lambda context: f"{context['ge']:g} or more",
    "less_than": lambda context: f"below {context['lt']:g}",
    "less_than_equal": lambda context: f"{context['le']:g} or less",
}

_WORDS: dict[str, Callable[[str, object, Mapping[str, object]], str]] = {
    "missing": lambda path, _said, _context: f"{path} is missing",
    "extra_forbidden": lambda path, _said, _context: f"{path} is not a field that is known{_near(path)}",
    "literal_error": lambda path, said, context: f"{path} is {_shown(said)}; it can be {context['expected']}",
    "union_tag_invalid": lambda path, _said, context: (
        f"{path} has the type {context['tag']!r}; it can be {context['expected_tags']}"
    ),
    "union_tag_not_found": lambda path, said, _context: (
        f"{path} needs a type that says what it is"
        if isinstance(said, dict)
        else f'{path} is a list; say whether all or any of it must hold: {{"any": [...]}}'
        if isinstance(said, list)
        else f"{path} is {_shown(said)}, which is not a condition or a term"
    ),
    "int_type": lambda path, said, _context: f"{path} is {_shown(said)}; it must be a whole number",
    "int_from_float": lambda path, said, _context: f"{path} is {_shown(said)}; it must be a whole number",
    "float_type": lambda path, said, _context: f"{path} is {_shown(said)}; it must be a number",
    "finite_number": lambda path, said, _context: f"{path} is {_shown(said)}; it must be a finite number",
    "string_type": lambda path, said, _context: f"{path} is {_shown(said)}; it must be a text",
    "bool_type": lambda path, said, _context: f"{path} is {_shown(said)}; it must be true or false",
    "too_short": lambda path, _said, context: f"{path} needs at least {context['min_length']} of them",
    "too_long": lambda path, _said, context: f"{path} has more than {context['max_length']} of them",
    "string_too_short": lambda path, _said, _context: f"{path} is empty",
    "string_too_long": lambda path, _said, context: f"{path} is longer than {context['max_length']} characters",
    "string_pattern_mismatch": lambda path, said, _context: (
        f"{path} is {_shown(said)}, which is not a name that can be used"
    ),
    "tuple_type": lambda path, said, _context: f"{path} is {_shown(said)}; it must be a list",
    "dict_type": lambda path, said, _context: f"{path} is {_shown(said)}; it must be names with numbers",
    "model_type": lambda path, said, _context: f"{path} is {_shown(said)}; it must be an object with named fields",
    "model_attributes_type": lambda path, said, _context: f"{path} is {_shown(said)}; it must be an object",
    "date_from_datetime_parsing": lambda path, said, _context: (
        f"{path} is {_shown(said)}; write a day like 2018-12-31"
    ),
    "date_parsing": lambda path, said, _context: f"{path} is {_shown(said)}; write a day like 2018-12-31",
    "date_type": lambda path, said, _context: f"{path} is {_shown(said)}; write a day like 2018-12-31",
    "recursion_loop": lambda path, _said, _context: f"{path} is nested too deeply",
}


def _percent_hint(path: str, said: object) -> str:
    field = path.rsplit(".", 1)[-1]
    if field == "offset":
        return ": the bars ahead are not known yet" if isinstance(said, int) and said < 0 else ""
    if field not in _FRACTIONS or not isinstance(said, int | float) or said < 0.1:
        return ""
    return f". It is a fraction of 1, so {said:g} is {said * 100:g} %; {said:g} % is {said / 100:g}"


def _near(path: str) -> str:
    near = get_close_matches(path.rsplit(".", 1)[-1], _KNOWN_FIELDS, 1, 0.75)
    return f"; did you mean {near[0]}?" if near else ""


def _path(location: tuple[int | str, ...], data: JsonValue) -> str:
    """`entry.conditions[0].left.offset`: the places in the data, without the names of types between them."""
    path, place = "", data
    for position, step in enumerate(location):
        last = position == len(location) - 1
        if isinstance(place, dict) and isinstance(step, str) and (step in place or last):
            path += f".{step}" if path else step
            place = place.get(step)
        elif isinstance(place, list) and isinstance(step, int) and step < len(place):
            path += f"[{step}]"
            place = place[step]
    return path


def _shown(said: object) -> str:
    shown = f"{said:g}" if isinstance(said, float) else str(said).lower() if isinstance(said, bool) else repr(said)
    if said is None:
        return "null"
    return shown if len(shown) <= 60 else shown[:57] + "..."
