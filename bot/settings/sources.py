"""Where values come from: the environment first, then the file."""

import os
from collections.abc import Mapping, Sequence

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from bot.protocols import Json
from bot.settings.file import fill, read_file
from bot.settings.wording import problem, unknown, variable


class Environment(PydanticBaseSettingsSource):
    """The variables named in the fields, and no others: a field `home` must not read `HOME`. Empty means not set."""

    def __call__(self) -> dict[str, str]:
        """Variable to value."""
        names = (variable(field) for field in self.settings_cls.model_fields.values())
        return {name: value for name in names if name and (value := os.environ.get(name, "").strip())}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        """Asked only by the base class's own `__call__`."""
        return os.environ.get(variable(field)), field_name, False


class File(PydanticBaseSettingsSource):
    """The TOML file, `env:NAME` filled in, keys as in `Environment` where there is a variable too."""

    def __call__(self) -> dict[str, Json]:
        """Key to value. Raises `BadInput`."""
        content = read_file()
        problems: list[str] = []
        filled = {key: fill(value, key, problems) for key, value in content.items()}
        fields = _by_field(filled, list(self.settings_cls.model_fields), problems)
        if problems:
            raise problem(problems)
        return {variable(self.settings_cls.model_fields[key]) or key: value for key, value in fields.items()}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[None, str, bool]:
        """Asked only by the base class's own `__call__`."""
        return None, field_name, False


def _by_field(content: Mapping[str, Json], names: Sequence[str], problems: list[str]) -> dict[str, Json]:
    """The file's keys as fields; `[http]` holds `listen` and `tokens`."""
    fields = dict(content)
    http = fields.pop("http", {})
    if isinstance(http, Mapping):
        renamed = {"listen": "http", "tokens": "http_tokens"}
        problems.extend(unknown(f"http.{key}", key, renamed) for key in http if key not in renamed)
        fields.update({renamed[key]: value for key, value in http.items() if key in renamed})
    else:
        problems.append('http is a table: write listen = "127.0.0.1:8080" under [http]')
    known = [key for key in names if not key.startswith("http")]
    problems.extend(unknown(key, key, known) for key in content if key not in known and key != "http")
    return {key: value for key, value in fields.items() if key in names}
