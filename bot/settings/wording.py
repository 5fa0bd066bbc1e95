"""What a setting is called, and what is said when something is wrong with it."""

import difflib
from collections.abc import Mapping

from pydantic.fields import FieldInfo

from tools.errors import BadInput


def variable(field: FieldInfo) -> str:
    """The environment variable; empty for what is set in the file only."""
    return field.validation_alias if isinstance(field.validation_alias, str) else ""


def in_file(key: str) -> str:
    """What a field is called in the file."""
    return {"http": "http.listen", "http_tokens": "http.tokens"}.get(key, key)


def example(field: FieldInfo) -> str:
    """Its first example."""
    return str((field.examples or [""])[0])


def unknown(place: str, key: str, known: Mapping[str, str] | list[str]) -> str:
    """Says that there is no such key, and which was meant."""
    near = difflib.get_close_matches(key.lower(), list(known), n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return f"{place} in the settings file is not a setting; {hint}"


def problem(lines: list[str]) -> BadInput:
    """One finding as a sentence, several as a list."""
    if len(lines) == 1:
        return BadInput(f"{lines[0]}.")
    return BadInput("\n".join(["settings to be put right:", *(f"  {line}." for line in lines)]))
