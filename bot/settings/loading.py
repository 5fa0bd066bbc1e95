"""Reading the settings of this process, and naming everything that is wrong with them."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.settings.file import file_given
from bot.settings.model import Settings
from bot.settings.tables import TABLES
from bot.settings.values import REPOSITORY
from bot.settings.wording import example, in_file, problem, unknown, variable


def load_settings(file: str = "") -> Settings:
    """The settings of this process; `file` in place of what `DESKHAND_CONFIG` names.

    Raises `BadInput` that names everything that is wrong, one a line.
    """
    given = file_given.set(file)
    try:
        return Settings()
    except ValidationError as error:
        raise problem([_worded(detail) for detail in error.errors(include_input=False, include_url=False)]) from None
    finally:
        file_given.reset(given)


def required_for_run(settings: Settings) -> None:
    """Raise `BadInput` naming what the bot cannot start without."""
    way_in = settings.slack_app_token or settings.slack_signing_secret
    needed = {"slack_bot_token": settings.slack_bot_token, "slack_app_token": way_in}
    missing = [f"{_name(field)} is not set: {_purpose(field)}" for field, value in needed.items() if value is None]
    if missing:
        raise problem([*missing, "`deskhand check` leads through setting up a workspace; `deskhand demo` needs none"])


@dataclass(frozen=True, slots=True)
class SettingReference:
    """One setting for the documentation. `variable` is empty for what is set in the file only."""

    key: str
    variable: str
    purpose: str
    example: str
    default: str


def reference() -> tuple[SettingReference, ...]:
    """Every setting there is, in the order of the fields; then the further keys of each kind of connection."""
    from tools.diagnostics.registry import KINDS, keys_of

    own = [_reference(key, field) for key, field in Settings.model_fields.items()]
    further = [
        SettingReference(f"connections ({kind}) {key.name}", "", key.purpose, key.example, key.default)
        for kind in KINDS
        for key in keys_of(kind)
    ]
    return (*own, *further)


def _reference(key: str, field: FieldInfo) -> SettingReference:
    default = "" if field.default in (None, ()) or field.default_factory else str(field.default)
    if isinstance(field.default, Path) and field.default.is_relative_to(REPOSITORY):
        default = str(field.default.relative_to(REPOSITORY))
    return SettingReference(in_file(key), variable(field), field.description or "", str(example(field)), default)


def _worded(detail: ErrorDetails) -> str:
    first, *rest = detail["loc"]
    field = next(key for key, info in Settings.model_fields.items() if first in (key, variable(info)))
    place = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in rest)
    if detail["type"] == "extra_forbidden":
        return unknown(f"{in_file(field)}{place}", str(rest[-1]), TABLES[field])
    return f"{_name(field)}{place} {_fault(detail)}: {_purpose(field)}"


def _fault(detail: ErrorDetails) -> str:
    """Pydantic's finding as the end of a sentence; never the value, which may be a secret."""
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] == "value_error":
        return detail["msg"].removeprefix("Value error, ")
    said = detail["msg"]
    return f"is not right ({said[0].lower()}{said[1:]})"


def _name(field: str) -> str:
    return variable(Settings.model_fields[field]) or in_file(field)


def _purpose(field: str) -> str:
    info = Settings.model_fields[field]
    return f"it is {info.description}, for example {example(info)}"
