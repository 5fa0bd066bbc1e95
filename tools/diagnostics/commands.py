"""A desk's own programs as tools: an argv template with typed parameters, run in a sandbox. Never a shell.

    [[commands]]
    name = "gateway_status"
    description = "Whether the order gateway of a venue is connected."
    argv = ["/usr/local/bin/gwctl", "status", "--venue={venue}"]
    parameters = {venue = {choices = ["XNYS", "XLON"]}}

A value fills its place in one argument and never becomes an option, a second argument or another program.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model, model_validator

from tools.diagnostics import sandbox
from tools.diagnostics.connections.base import Connection, ConnectionConfig
from tools.diagnostics.threads import in_thread
from tools.diagnostics.tool import Arguments, Declared, Effect, Permission, Report, Target
from tools.errors import BadInput
from tools.narrative.text import duration_text

_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LONGEST: Final = 500


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
    permission: Permission = "diagnose"
    effect: str = ""
    """Set for a program that changes something: what it will do. It then needs `act` and a confirmation."""
    limits: sandbox.Limits = Field(default_factory=sandbox.Limits)
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

    def filled(self, arguments: Arguments) -> list[str]:
        """The command line: every place filled, each element still one argument."""
        values = {name: str(getattr(arguments, name)) for name in self.parameters}
        return [_PLACE.sub(lambda place: values[place[1]], part) for part in self.argv]


class CommandConnection(Connection):
    """One program. Its tool has the command's name."""

    def __init__(self, config: CommandConfig) -> None:
        super().__init__(ConnectionConfig(config.name, "command"))
        self.command = config

    @property
    def place(self) -> str:
        """The program."""
        return self.command.argv[0]

    async def check(self) -> str:
        """Whether the program is there, and how it would be shut in."""
        if not await in_thread(lambda: Path(self.place).is_file()):
            raise BadInput(f"there is no program at {self.place}")
        return f"{self.place}, {await sandbox.described(self.command.limits)}"

    def tools(self) -> Mapping[str, tuple[Declared, Target]]:
        """The one tool, made from the settings."""
        command = self.command
        fields: dict[str, Any] = {
            name: (each.annotation(), ... if each.default is None else each.default)
            for name, each in command.parameters.items()
        }
        arguments = create_model(f"{command.name}_arguments", __base__=Arguments, **fields)
        declared = Declared(
            command.name,
            command.description,
            "act" if command.effect else command.permission,
            "action" if command.effect else "read",
            arguments,
            command.limits.timeout + 3,
            command.output,
            "effect" if command.effect else "",
        )
        return {command.name: (declared, Target(self._run, self._foresee if command.effect else None))}

    async def _foresee(self, arguments: Arguments) -> Effect:
        line = " ".join(_shown(part) for part in self.command.filled(arguments))
        return Effect(f"{self.command.effect.rstrip('.')}. It runs: {line}")

    async def _run(self, arguments: Arguments, report: Report) -> str:
        line = self.command.filled(arguments)
        report.asked(" ".join(_shown(part) for part in line))
        ended = await sandbox.run(line, self.command.limits, self.command.output * 4)
        report.line(f"(run {ended.shut_in})")
        for text in (*ended.output.splitlines(), *(f"stderr: {each}" for each in ended.errors.splitlines())):
            report.line(text)
        code = report.fact("exit", f"exit status of {self.name}", ended.status, "count")
        report.fact("duration", f"running time of {self.name}", ended.seconds, "seconds")
        if ended.timed_out:
            said = f"{self.name} was ended after {duration_text(self.command.limits.timeout)}"
            report.finding("timeout", "critical", said)
            return said + "."
        if ended.status:
            first = (ended.errors or ended.output).strip().partition("\n")[0]
            report.finding("command_failed", "warning", f"{self.name} failed with status {ended.status}", code)
            return f"{self.name} failed with status {ended.status}: {first or 'it said nothing'}"
        return f"{self.name} says: {ended.output.strip().partition(chr(10))[0] or 'nothing'}"


def open_commands(configs: "tuple[CommandConfig, ...]") -> list[CommandConnection]:
    """A connection a command. Raises `BadInput` where two have one name."""
    names = [config.name for config in configs]
    if twice := {name for name in names if names.count(name) > 1}:
        raise BadInput(f"Two commands are called '{sorted(twice)[0]}'; give each a name of its own.")
    return [CommandConnection(config) for config in configs]


def _shown(part: str) -> str:
    """An argument for people, quoted where it has spaces."""
    return part if re.fullmatch(r"[\w@%+=:,./-]+", part) else repr(part)
