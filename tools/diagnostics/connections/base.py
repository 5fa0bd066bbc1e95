"""What every connection has in common: its settings, its secrets, a health check, and how it is closed."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, ClassVar, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from tools.diagnostics.connections.places import password_of, without_password
from tools.diagnostics.tool import Declared, Json, Target, declared_on
from tools.errors import BadInput


@dataclass(frozen=True, slots=True)
class ConnectionConfig:
    """One of `[[connections]]` as it was read: `options` are the further keys, which the kind checks itself."""

    name: str
    kind: str
    url: SecretStr | None = None
    options: Mapping[str, Json] = field(default_factory=dict, repr=False)


class Options(BaseModel):
    """Base of the further keys of each kind. `timeout` is for one call, in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    timeout: Annotated[float, Field(gt=0, le=60)] = 4.0
    """Seconds for one call."""


_Options = TypeVar("_Options", bound=Options)


class Connection(ABC):
    """A system to diagnose. Making one touches nothing; each call has a timeout of its own."""

    options_type: ClassVar[type[Options]] = Options

    def __init__(self, config: ConnectionConfig) -> None:
        self.name = config.name
        self.kind = config.kind
        self.url = config.url.get_secret_value() if config.url else ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must not appear in anything a tool gives back; unless a kind has more, the password in its URL."""
        return password_of(self.url)

    @property
    def place(self) -> str:
        """Where the system is, without secrets."""
        return without_password(self.url)

    @abstractmethod
    async def check(self) -> str:
        """Ask whether the system answers: one line of what was found. Raises `Problem` where it does not."""

    def tools(self) -> Mapping[str, tuple[Declared, Target]]:
        """Its tools by name: the methods marked with `tool`."""
        return declared_on(self)

    async def close(self) -> None:  # noqa: B027 - many hold nothing between calls
        """Let go of what is held open."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def read_options(config: ConnectionConfig, options: type[_Options]) -> _Options:
    """The further keys of a connection. Raises `BadInput` naming the connection, the key and what is wrong."""
    try:
        return options.model_validate(dict(config.options))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "its keys"
        if first["type"] == "extra_forbidden":
            known = ", ".join(sorted(options.model_fields))
            raise BadInput(
                f"The connection '{config.name}' has a key {key} that a {config.kind} connection does not know; "
                f"it knows {known}."
            ) from None
        said = first["msg"].removeprefix("Value error, ")
        raise BadInput(f"The connection '{config.name}': {key} is not right ({said}).") from None


_AMOUNTS: dict[str, float] = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}


def _age(value: object) -> object:
    """`30s`, `15m`, `6h`, `2d`."""
    if isinstance(value, str):
        digits = value.strip().rstrip("abcdefghijklmnopqrstuvwxyz ").strip()
        unit = value.strip()[len(digits) :].strip()
        try:
            amount = float(digits)
        except ValueError:
            raise ValueError("must be a length of time such as 15m, 6h or 2d") from None
        if unit not in _AMOUNTS or not math.isfinite(amount) or amount <= 0:
            raise ValueError("must be a length of time such as 15m, 6h or 2d")
        return timedelta(seconds=amount * _AMOUNTS[unit])
    return value


Duration = Annotated[timedelta, BeforeValidator(_age)]
"""A length of time in the settings: `30s`, `15m`, `6h`, `2d`, or a number of seconds."""
