"""A PostgreSQL database as every question about it finds it: its settings, and how it is asked."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Annotated

import asyncpg
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tools.diagnostics.connections.base import Connection, ConnectionConfig, Duration, Options, read_options
from tools.diagnostics.connections.pg import connected
from tools.diagnostics.tool import Report
from tools.errors import Problem
from tools.market.calendar import check_name


class FreshTable(BaseModel):
    """`{table = "fills", column = "created_at", max_age = "2h"}`, or `sessions = 0` for data of trading days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    column: str = "created_at"
    max_age: Duration | None = None
    sessions: Annotated[int | None, Field(ge=0)] = None
    """Trading days the newest row may be behind the last one that is over."""


class PostgresOptions(Options):
    """What is expected of the database."""

    connections_warning: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Share of connections in use, from which it is said."""
    connections_critical: Annotated[float, Field(gt=0, le=1)] = 0.95
    """Share of connections in use, from which none is left."""
    slow_after: Duration = timedelta(seconds=30)
    """How long a query may run."""
    blocked_after: Duration = timedelta(seconds=1)
    """How long a query may wait for a lock."""
    idle_in_transaction_after: Duration = timedelta(minutes=5)
    """How long a session may sit idle in a transaction."""
    lag_seconds: Annotated[float, Field(gt=0)] = 60
    """Seconds a replica may be behind."""
    lag_bytes: Annotated[int, Field(gt=0)] = 256_000_000
    """Bytes a replica may be behind."""
    dead_share: Annotated[float, Field(gt=0, le=1)] = 0.3
    """Share of dead rows, from which a table is bloated."""
    dead_rows: Annotated[int, Field(ge=1)] = 10_000
    """Dead rows below which no table is bloated."""
    size_warning: Annotated[int, Field(gt=0)] = 500_000_000_000
    """Bytes from which it counts as large."""
    tables: tuple[FreshTable, ...] = Field(
        (), examples=['tables = [{table = "fills", column = "created_at", max_age = "2h"}]']
    )
    """Tables whose newest row is watched: `table`, `column`, `max_age` or `sessions`."""
    calendar: str = "NYSE"
    """The exchange whose trading days `sessions` counts."""

    @field_validator("calendar")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            return check_name(value)
        except Problem as problem:
            raise ValueError(str(problem)) from None


class PostgresServer(Connection):
    """A PostgreSQL database. Each question opens a connection of its own and closes it."""

    options_type = PostgresOptions

    def __init__(self, config: ConnectionConfig) -> None:
        super().__init__(config)
        self.options = read_options(config, PostgresOptions)

    async def check(self) -> str:
        """Connects and asks for the version."""
        async with self._open() as server:
            version = await server.fetchval("SHOW server_version")
        return f"answers, PostgreSQL {str(version).split()[0]}"

    async def _rows(self, server: asyncpg.Connection, report: Report | None, query: str) -> list[asyncpg.Record]:
        if report is not None:
            report.asked(" ".join(query.split()))
        rows: list[asyncpg.Record] = await server.fetch(query)
        return rows

    async def _value(self, server: asyncpg.Connection, report: Report, query: str, *given: object):  # type: ignore[no-untyped-def]
        report.asked(" ".join(query.split()))
        return await server.fetchval(query, *given)

    def _open(self) -> AbstractAsyncContextManager[asyncpg.Connection]:
        return connected(self.url, self.name, self.place, self.options.timeout)
