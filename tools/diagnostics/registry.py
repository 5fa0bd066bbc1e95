"""The connections that are configured, and the tools they have together."""

import asyncio
import contextlib
import importlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Self

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tools.diagnostics.connections.base import Connection, ConnectionConfig
from tools.diagnostics.tool import Declared, Target, Tool, declared_by
from tools.errors import BadInput, NotFound, Problem
from tools.narrative.text import duration_text

KINDS: Final = ("duckdb", "postgres", "redis", "http", "prometheus", "airflow", "platform", "host")
"""Kinds that the settings may name; each is the module of that name in `connections`."""


class Registry:
    """Open connections by name, in the order given, and their tools by name."""

    def __init__(self, connections: Iterable[Connection]) -> None:
        self.connections: Mapping[str, Connection] = {connection.name: connection for connection in connections}
        self.tools: Mapping[str, Tool] = _tools(self.connections.values())

    @classmethod
    def open(cls, configs: Sequence[ConnectionConfig], also: Iterable[Connection] = ()) -> Self:
        """Make the connections; nothing is asked of them yet. Raises `BadInput` for keys a kind does not know.

        Blocks for a moment (imports, certificates): on an event loop, call it in a thread.
        """
        return cls([*(_make(config) for config in configs), *also])

    def tool(self, name: str) -> Tool:
        """Raises `NotFound` naming what there is."""
        if name not in self.tools:
            raise NotFound(f"There is no tool called '{name}'; there are {', '.join(sorted(self.tools)) or 'none'}.")
        return self.tools[name]

    def secrets(self) -> tuple[str, ...]:
        """Every secret of every connection, the longest first."""
        found = {secret for each in self.connections.values() for secret in each.secrets if len(secret) >= 4}
        return tuple(sorted(found, key=len, reverse=True))

    async def close(self) -> None:
        """Close every connection; one that hangs is left."""

        async def one(connection: Connection) -> None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(2):
                    await connection.close()

        await asyncio.gather(*(one(connection) for connection in self.connections.values()))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def check_all(registry: Registry, patience: float = 5.0) -> Mapping[str, tuple[bool, str]]:
    """Each connection's health check, all at once: name to whether it answers, and one line."""

    async def one(connection: Connection) -> tuple[bool, str]:
        try:
            async with asyncio.timeout(patience):
                return True, await connection.check()
        except TimeoutError:
            return False, f"no answer within {patience:g} s"
        except Problem as problem:
            return False, str(problem)
        except Exception as error:
            return False, f"it cannot be asked ({type(error).__name__})"

    answers = await asyncio.gather(*(one(connection) for connection in registry.connections.values()))
    return dict(zip(registry.connections, answers, strict=True))


@dataclass(frozen=True, slots=True)
class Key:
    """A further key of one kind of connection; `example` is a line of TOML, `default` empty where there is none."""

    name: str
    purpose: str
    example: str
    default: str


def keys_of(kind: str) -> tuple[Key, ...]:
    """The further keys that a kind of connection knows, in the order of its settings."""
    module = importlib.import_module(f"tools.diagnostics.connections.{kind}")
    [connection] = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Connection) and value.__module__ == module.__name__
    ]
    return tuple(_key(name, field) for name, field in connection.options_type.model_fields.items())


def _key(name: str, field: FieldInfo) -> Key:
    given = field.get_default(call_default_factory=True)
    default = duration_text(given.total_seconds()) if isinstance(given, timedelta) else str(given)
    empty = given is None or given in ((), "", {}) or isinstance(given, BaseModel)
    example = str((field.examples or [f"{name} = {_toml(given)}"])[0])
    return Key(name, (field.description or "").rstrip("."), example, "" if empty else default)


def _toml(value: object) -> str:
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        unit, size = next(
            (pair for pair in (("d", 86_400), ("h", 3_600), ("m", 60)) if not seconds % pair[1]), ("s", 1)
        )
        return f'"{seconds // size}{unit}"'
    return json.dumps(list(value) if isinstance(value, tuple) else value, default=str)


def known_tools() -> frozenset[str]:
    """Names of the tools of every kind of connection, whether one is connected or not."""
    modules = [importlib.import_module(f"tools.diagnostics.connections.{kind}") for kind in (*KINDS, "deskhand")]
    classes = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return frozenset(name for each in classes if issubclass(each, Connection) for name in declared_by(each))


def _make(config: ConnectionConfig) -> Connection:
    if config.kind not in KINDS:
        raise BadInput(f"The connection '{config.name}' is of kind '{config.kind}'; there are {', '.join(KINDS)}.")
    module = importlib.import_module(f"tools.diagnostics.connections.{config.kind}")
    made = module.open_connection(config)
    if not isinstance(made, Connection):  # pragma: no cover - a module that breaks its contract
        raise TypeError(f"{module.__name__}.open_connection must return a Connection")
    return made


def _tools(connections: Iterable[Connection]) -> Mapping[str, Tool]:
    declared: dict[str, Declared] = {}
    targets: dict[str, dict[str, Target]] = {}
    for connection in connections:
        for name, (declaration, target) in connection.tools().items():
            declared[name] = _merged(declared.get(name, declaration), declaration)
            targets.setdefault(name, {})[connection.name] = target
    return {
        name: Tool(
            name,
            each.description,
            each.permission,
            each.kind,
            each.arguments,
            each.timeout,
            each.output,
            targets[name],
        )
        for name, each in declared.items()
    }


def _merged(one: Declared, other: Declared) -> Declared:
    """Kinds may share a tool (a job can be paused here and in Airflow) where it takes and needs the same."""
    if (one.permission, one.kind, one.arguments) != (other.permission, other.kind, other.arguments):
        raise BadInput(f"There are two tools called {one.name} that take or need different things; rename one.")
    if other.description in one.description:
        return one
    joined = f"{one.description} {other.description}"
    return replace(
        one, description=joined, timeout=max(one.timeout, other.timeout), output=max(one.output, other.output)
    )
