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
from typing import Any

from pydantic import create_model

from tools.diagnostics import sandbox
from tools.diagnostics.command_config import CommandConfig
from tools.diagnostics.connections.base import Connection, ConnectionConfig
from tools.diagnostics.threads import in_thread
from tools.diagnostics.tool import Arguments, Declared, Effect, Report, Target
from tools.errors import BadInput
from tools.narrative.text import duration_text


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
