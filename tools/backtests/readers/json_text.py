"""JSON text to values, within bounds of size and depth; also one JSON value a line."""

import json
import re

from tools.backtests.readers.document import MAX_CELLS, Json
from tools.errors import BadInput

MAX_DEPTH = 100
_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def parsed(stem: str, content: str) -> Json:
    """The value; BadInput says what is wrong with it. Objects one a line (JSON Lines) are the list of them."""
    if content.count(",") + content.count("[") + content.count("{") > MAX_CELLS:
        raise BadInput(f"{stem} holds more than {MAX_CELLS:,} values, which is more than is read.")
    if _depth(content) > MAX_DEPTH:
        raise BadInput(f"{stem} is nested more than {MAX_DEPTH} levels deep, which no result is.")
    try:
        return _value(content)
    except _Twice as twice:
        raise BadInput(
            f"{stem} has the key {twice.key!r} twice in one object, so it is unclear which counts."
        ) from None
    except json.JSONDecodeError as error:
        lines = _lines(content) if error.msg == "Extra data" else None
        if lines is not None:
            return lines
        cut = error.pos >= len(content.rstrip()) - 1
        raise BadInput(
            f"{stem} is cut off: the JSON ends in the middle."
            if cut
            else f"{stem} is not valid JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}."
        ) from None
    except (RecursionError, ValueError):
        raise BadInput(
            f"{stem} is not JSON that can be read: a number or a nesting in it is beyond all bounds."
        ) from None


def _value(content: str) -> Json:
    value: Json = json.loads(content, object_pairs_hook=_once)
    return value


def _lines(content: str) -> Json:
    """The objects of JSON Lines; None where the text is not that."""
    made: list[Json] = []
    for line in content.splitlines():
        if not line.strip():
            continue
        try:
            value = _value(line)
        except (ValueError, RecursionError, _Twice):
            return None
        if not isinstance(value, dict):
            return None
        made.append(value)
    return made


class _Twice(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key[:60]


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Twice(key)
            seen.add(key)
    return made


def _depth(content: str) -> int:
    """Deepest nesting of brackets outside strings; stops counting past the bound."""
    depth = deepest = 0
    for match in _STRUCTURE.finditer(content):
        mark = match[0]
        if mark in ("[", "{"):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        elif mark in ("]", "}"):
            depth -= 1
    return deepest
