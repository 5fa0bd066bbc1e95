"""The settings file: which it is, and its content with every `env:NAME` filled in."""

import os
import tomllib
from contextvars import ContextVar
from pathlib import Path

from bot.protocols import Json
from bot.settings.values import DEFAULT_CONFIG
from tools.errors import BadInput

file_given: ContextVar[str] = ContextVar("file_given", default="")
"""Named on the command line, in place of what `DESKHAND_CONFIG` names."""


def settings_file() -> Path | None:
    """The file that is read; None where there is none."""
    path = Path(_named() or DEFAULT_CONFIG)
    return path if path.exists() else None


def _named() -> str:
    return file_given.get() or os.environ.get("DESKHAND_CONFIG", "")


def read_file() -> dict[str, Json]:
    """Its content, empty where none is named and none is there. Raises `BadInput`."""
    named = _named()
    path = Path(named or DEFAULT_CONFIG)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named:
            raise BadInput(
                f"{'--config' if file_given.get() else 'DESKHAND_CONFIG'} names the file {path}, which does not exist."
            ) from None
        return {}
    except OSError as error:
        raise BadInput(f"The settings file {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"The settings file {path} is not TOML: {error}.") from None


def fill(value: Json, place: str, problems: list[str]) -> Json:
    """The value with every `env:NAME` in it replaced by that variable."""
    if isinstance(value, str) and value.startswith("env:"):
        variable = value.removeprefix("env:").strip()
        if not os.environ.get(variable):
            problems.append(f"{place} is read from the environment variable {variable}, which is not set")
        return os.environ.get(variable, "")
    if isinstance(value, dict):
        return {key: fill(inner, f"{place}.{key}", problems) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, f"{place}[{number}]", problems) for number, inner in enumerate(value, 1)]
    return value
