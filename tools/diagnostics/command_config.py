"""`[[commands]]` as they are read: an argv template, typed parameters, limits. Light, for the settings import it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LONGEST: Final = 500


class Limits(BaseModel):
    """What a program may use."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timeout: Annotated[float, Field(gt=0, le=300)] = 10.0
    """Seconds by the clock."""
    cpu: Annotated[int, Field(ge=1, le=300)] = 5
    """Seconds of processor time."""
    memory: Annotated[int, Field(ge=16, le=65_536)] = 512
    """Megabytes of address space."""
    file: Annotated[int, Field(ge=0, le=10_000)] = 10
    """Megabytes of one file."""
    processes: Annotated[int, Field(ge=1, le=1000)] = 32
    network: bool = False
    read: tuple[Annotated[str, Field(pattern=r"^/[^\x00\n]*$")], ...] = ()
    """Files and folders beside the system that it may read."""
    sandbox_required: bool = False
    """Refuse to run where bubblewrap does not work."""


class Parameter(BaseModel):
    """One value that a person or a model may give. Without `choices` or a pattern, letters, digits and `_.:@-`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["text", "integer"] = "text"
    description: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = r"[A-Za-z0-9][A-Za-z0-9_.:@-]{0,99}"
    min: int = 0
    max: int = 1_000_000
    default: str | int | None = None

    @model_validator(mode="after")
    def _check(self) -> "Parameter":
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"pattern is not a regular expression ({error})") from None
        return self

    def annotation(self) -> Any:  # noqa: ANN401 - a type made at run time
        """The pydantic type of its values."""
        if self.type == "integer":
            return Annotated[int, Field(ge=self.min, le=self.max, description=self.description)]
        return Annotated[str, Field(max_length=_LONGEST, description=self._told()), AfterValidator(self._text)]

    def _told(self) -> str:
        return f"{self.description} One of: {', '.join(self.choices)}".strip() if self.choices else self.description

    def _text(self, value: str) -> str:
        if any(not character.isprintable() for character in value):
            raise ValueError("it must not hold control characters or line breaks")
        if value.startswith("-"):
            raise ValueError("it must not start with a hyphen, which would make it an option")
        if self.choices and value not in self.choices:
            raise ValueError(f"it must be one of {', '.join(self.choices)}")
        if not self.choices and not re.fullmatch(self.pattern, value):
            raise ValueError("it does not have the form the desk has set for it")
        return value


class CommandConfig(BaseModel):
    """One of `[[commands]]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,63}$")]
    description: Annotated[str, Field(min_length=10, max_length=1000)]
    argv: Annotated[tuple[str, ...], Field(min_length=1, max_length=64)]
    parameters: Mapping[str, Parameter] = Field(default_factory=dict)
    permission: Literal["check_freshness", "diagnose", "act"] = "diagnose"
    effect: str = ""
    """Set for a program that changes something: what it will do. It then needs `act` and a confirmation."""
    limits: Limits = Field(default_factory=Limits)
    output: Annotated[int, Field(ge=100, le=50_000)] = 4_000

    @model_validator(mode="after")
    def _check(self) -> "CommandConfig":
        if not Path(self.argv[0]).is_absolute() or _PLACE.search(self.argv[0]):
            raise ValueError("argv must begin with the full path of a program, without parameters in it")
        used = {name for part in self.argv for name in _PLACE.findall(part)}
        if used != set(self.parameters):
            odd = sorted(used ^ set(self.parameters))
            raise ValueError(f"argv and parameters must name the same; only one of them has {', '.join(odd)}")
        if any("\0" in part for part in self.argv):
            raise ValueError("argv must not hold NUL characters")
        return self

    def filled(self, arguments: BaseModel) -> list[str]:
        """The command line: every place filled, each element still one argument."""
        values = {name: str(getattr(arguments, name)) for name in self.parameters}
        return [_PLACE.sub(lambda place: values[place[1]], part) for part in self.argv]
