"""Diagnostics put together: connections of the settings (or the embedded desk), the executor, runbooks, the audit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import select

from bot.access.groups import normal
from bot.core import Core
from bot.desk.embedded import PRICES
from bot.desk.ingestion import DeskIngestion
from bot.diagnosis_model import ModelReasoner
from bot.protocols import Access, AuditEntry, AuditLog, Permission, Person
from bot.settings import ConnectionSettings, Settings
from bot.storage.action_plans import SqlActionPlans
from bot.storage.database import Database
from bot.storage.incidents import SqlIncidents
from bot.storage.tables import groups
from tools.diagnostics import runbooks
from tools.diagnostics.agent import Agent
from tools.diagnostics.commands import open_commands
from tools.diagnostics.confirming import Confirming
from tools.diagnostics.connections.base import Connection, ConnectionConfig
from tools.diagnostics.connections.desk import DeskStore
from tools.diagnostics.diagnosis import Diagnostician
from tools.diagnostics.executor import AuditEvent, AuditHook, Executor
from tools.diagnostics.registry import Registry


@dataclass(frozen=True, slots=True)
class Asker:
    """A person as the executor's caller: roles are read again at every tool, for they may have changed."""

    access: Access
    person: Person

    @property
    def id(self) -> str:
        """For the audit."""
        return self.person.id

    async def allows(self, permission: Permission) -> bool:
        """Whether they may, at this moment."""
        return self.access.allows(await self.access.person(self.person.id), permission)

    def denial(self, permission: Permission) -> str:
        """What is not allowed and whom to ask."""
        return self.access.denial(self.person, permission)


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Open while `open_diagnostics` is."""

    registry: Registry
    diagnostician: Diagnostician
    agent: Agent | None
    """Where a model is configured."""
    confirming: Confirming
    incidents: SqlIncidents


@asynccontextmanager
async def open_diagnostics(
    core: Core, audit: AuditLog, also: Iterable[Connection] = ()
) -> AsyncIterator[Diagnostics]:
    """Raises `Problem` for connections whose keys are not right. Nothing is asked of them yet."""
    settings = core.settings
    registry = await asyncio.to_thread(lambda: Registry.open(configs(settings), [*own(settings), *also]))
    folders = (runbooks.FOLDER, settings.home / "runbooks")
    hook = recording(audit)
    executor = Executor(registry, hook)
    plans = SqlActionPlans(core.database)
    diagnostician = Diagnostician(executor, await asyncio.to_thread(runbooks.load, folders))
    try:
        yield Diagnostics(
            registry,
            diagnostician,
            Agent(diagnostician, ModelReasoner(core.model, core.prompts)) if core.model is not None else None,
            Confirming(executor, plans, hook, settings.diagnostics.second_person),
            SqlIncidents(core.database, keep_days=settings.diagnostics.keep_days),
        )
    finally:
        await registry.close()


def configs(settings: Settings) -> list[ConnectionConfig]:
    """What is connected: `[[connections]]`, or this machine beside the embedded desk where there are none."""
    if settings.connections:
        return [_config(connection) for connection in settings.connections]
    return [ConnectionConfig("host", "host", options={"paths": [str(settings.home)]})]


def own(settings: Settings) -> list[Connection]:
    """The desk's own programs, and the embedded desk's price store with its ingestion where nothing is connected."""
    commands: list[Connection] = [*open_commands(settings.commands)]
    if settings.connections:
        return commands
    store = ConnectionConfig("market", "duckdb", SecretStr(str(settings.home / PRICES)))
    return [DeskStore(store, DeskIngestion(settings.home)), *commands]


def _config(connection: ConnectionSettings) -> ConnectionConfig:
    return ConnectionConfig(connection.name, connection.kind, connection.url, connection.options)


def recording(audit: AuditLog) -> AuditHook:
    """Every run of a tool as an audit entry."""

    async def record(event: AuditEvent) -> None:
        await audit.write(
            AuditEntry(
                actor=event.actor,
                action="action" if event.phase == "before" or event.approved_by else "tool",
                correlation_id=event.correlation_id,
                intent="diagnose",
                arguments={
                    "connection": event.connection,
                    "arguments": event.arguments,
                    "phase": event.phase,
                    **({"approved_by": list(event.approved_by)} if event.approved_by else {}),
                },
                decision=event.status,
                tool=event.tool,
                result_hash=event.result_hash,
                duration_ms=round(event.duration_ms, 1),
            )
        )

    return record


def mentioning(database: Database) -> Callable[[str], Awaitable[str]]:
    """What notifies a user group by its handle; `@handle` in plain text where Slack knows no such group."""

    async def mention(handle: str) -> str:
        async with database.read() as connection:
            found = await connection.scalar(select(groups.c.id).where(groups.c.handle == normal(handle)))
        return f"<!subteam^{found}>" if found else f"@{handle}"

    return mention
