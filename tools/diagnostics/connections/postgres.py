"""PostgreSQL: connections, slow and blocked queries, beside what it keeps (`postgres_upkeep`)."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final

import asyncpg
from pydantic import Field

from tools.diagnostics.connections.base import ConnectionConfig
from tools.diagnostics.connections.postgres_upkeep import PostgresUpkeep
from tools.diagnostics.tool import Arguments, Effect, NoArguments, Report, tool
from tools.errors import Problem
from tools.narrative.text import duration_text, moment_text, percent_text

_SHOWN: Final = 10

_ACTIVITY: Final = """
SELECT pid, usename, application_name, state, wait_event_type, backend_start, xact_start, query_start,
       extract(epoch FROM now() - query_start)::float8 AS query_age,
       extract(epoch FROM now() - state_change)::float8 AS state_age,
       left(query, 300) AS query, pg_blocking_pids(pid) AS blockers
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname = current_database()
ORDER BY query_start NULLS LAST LIMIT 500"""
_PREPARED: Final = """
SELECT gid, owner, extract(epoch FROM now() - prepared)::float8 AS age FROM pg_prepared_xacts
WHERE database = current_database() ORDER BY 3 DESC LIMIT 10"""
"""Transactions that no session holds any more: they keep their locks until somebody ends them by name."""


class Backend(Arguments):
    """One process of the server."""

    pid: Annotated[int, Field(gt=0, description="Process id, as postgres_locks lists it")]


class PostgresConnection(PostgresUpkeep):
    """A PostgreSQL database, with the tools that look at what happens in it now."""

    @tool(timeout=8)
    async def postgres_connections(self, arguments: NoArguments, report: Report) -> str:
        """How many connections a database has against how many it takes, by state, and who sits idle in transactions.

        Answers "is the database out of connections", "how full is the connection pool".
        """
        async with self._open() as server:
            limit = await self._value(
                server,
                report,
                """SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                          - coalesce(current_setting('reserved_connections', true)::int, 0)""",
            )
            rows = await self._rows(
                server,
                report,
                """SELECT coalesce(state, 'starting') AS state, count(*) AS number FROM pg_stat_activity
                   WHERE backend_type = 'client backend' GROUP BY 1 ORDER BY 2 DESC""",
            )
            sleepers = await self._rows(server, report, _ACTIVITY)
        used = sum(row["number"] for row in rows)
        share = used / limit
        facts = (
            report.fact("connections", f"connections of {self.name} in use", used, "count"),
            report.fact("connections.limit", f"connections {self.name} takes", limit, "count"),
            report.fact("connections.share", f"share of connections of {self.name} in use", share, "fraction"),
        )
        for row in rows:
            report.line(f"{row['state']}: {row['number']}")
        said = f"{self.name} has {used} of {limit} connections in use"
        if share >= self.options.connections_critical:
            report.finding("connections_exhausted", "critical", said, *facts)
        elif share >= self.options.connections_warning:
            report.finding("connections_high", "warning", said, *facts)
        self._sleepers(sleepers, report)
        return f"{said} ({percent_text(share)})."

    @tool(timeout=8)
    async def postgres_slow_queries(self, arguments: NoArguments, report: Report) -> str:
        """Which queries of a database run long, and how long a trivial one takes.

        Answers "is the database slow", "which queries are slow".
        """
        async with self._open() as server:
            started = time.perf_counter()
            await self._value(server, report, "SELECT 1")
            latency = time.perf_counter() - started
            rows = await self._rows(server, report, _ACTIVITY)
        report.fact("latency", f"time {self.name} took for a trivial query", latency, "seconds")
        slow = [
            row
            for row in rows
            if row["state"] == "active" and not row["blockers"] and _over(row["query_age"], self.options.slow_after)
        ]
        fact = report.fact("queries.slow", f"slow queries of {self.name}", len(slow), "count")
        for row in slow[:_SHOWN]:
            age = report.fact(f"query.{row['pid']}.age", "running time of a query", row["query_age"], "seconds")
            said = f"A query of {row['usename']} has run for {duration_text(row['query_age'])} (process {row['pid']})"
            report.finding("slow_query", "warning", said, age, fact, subject=str(row["pid"]))
            report.line(f"slow, {row['pid']}: {_one_line(row['query'])}")
        if slow:
            return f"{self.name} has {len(slow)} slow {'query' if len(slow) == 1 else 'queries'}."
        return f"No query of {self.name} is slow; a trivial one takes {duration_text(latency)}."

    @tool(timeout=8)
    async def postgres_locks(self, arguments: NoArguments, report: Report) -> str:
        """Which queries of a database wait for a lock, and which process holds it.

        Answers "what blocks the query", "is anything locked in the database".
        """
        async with self._open() as server:
            rows = await self._rows(server, report, _ACTIVITY)
            prepared = await self._rows(server, report, _PREPARED)
        blocked = [row for row in rows if row["blockers"] and _over(row["query_age"], self.options.blocked_after)]
        report.fact("queries.blocked", f"blocked queries of {self.name}", len(blocked), "count")
        by_pid = {row["pid"]: row for row in rows}
        for row in blocked[:_SHOWN]:
            self._blocked(row, by_pid, report)
        self._sleepers(rows, report)
        self._prepared(prepared, report)
        if blocked:
            return f"{self.name} has {len(blocked)} blocked {'query' if len(blocked) == 1 else 'queries'}."
        return f"No query of {self.name} waits for a lock."

    @tool(permission="act", effect="_foresee_termination")
    async def terminate_query(self, arguments: Backend, report: Report) -> str:
        """Terminate one connection of a database by its process id, for example one that blocks others. Changes data:
        what its transaction did is rolled back."""
        async with self._open() as server:
            done = await self._value(server, report, "SELECT pg_terminate_backend($1)", arguments.pid)
        if not done:
            return f"Process {arguments.pid} of {self.name} had ended by itself."
        return f"Process {arguments.pid} of {self.name} is terminated."

    async def _foresee_termination(self, arguments: Backend) -> Effect:
        async with self._open() as server:
            rows = await self._rows(server, None, _ACTIVITY)
        row = next((row for row in rows if row["pid"] == arguments.pid), None)
        if row is None:
            raise Problem(f"{self.name} has no client process {arguments.pid} now; nothing to terminate.")
        waiting = [other["pid"] for other in rows if arguments.pid in other["blockers"]]
        since = moment_text(row["backend_start"].isoformat())
        does = (
            f"Ends process {arguments.pid} of {self.name} (user {row['usename']}, connected {since}); "
            "its open transaction is rolled back."
        )
        now = f"It is {row['state']} with: {_one_line(row['query'])}."
        return Effect(does, now + (f" It blocks {', '.join(map(str, waiting))}." if waiting else ""))

    # --- judging ---------------------------------------------------------------------------------------------------

    def _sleepers(self, rows: Sequence[asyncpg.Record], report: Report) -> None:
        idle = [
            row
            for row in rows
            if str(row["state"]).startswith("idle in transaction")
            and _over(row["state_age"], self.options.idle_in_transaction_after)
        ]
        for row in idle[:_SHOWN]:
            age = report.fact(f"idle.{row['pid']}.age", "time idle in a transaction", row["state_age"], "seconds")
            said = f"Process {row['pid']} of {row['usename']} sits idle in a transaction for {duration_text(row['state_age'])}"
            report.finding("idle_in_transaction", "warning", said, age, subject=str(row["pid"]))

    def _blocked(self, row: asyncpg.Record, by_pid: "dict[int, asyncpg.Record]", report: Report) -> None:
        age = report.fact(f"query.{row['pid']}.age", "waiting time of a query", row["query_age"], "seconds")
        holders = " and ".join(
            f"process {pid}" if pid else "a prepared transaction" for pid in dict.fromkeys(row["blockers"])
        )
        said = (
            f"A query of {row['usename']} (process {row['pid']}) has waited {duration_text(row['query_age'])} "
            f"for a lock held by {holders}"
        )
        report.finding("blocked_query", "critical", said, age, subject=str(row["pid"]))
        report.line(f"blocked, {row['pid']}: {_one_line(row['query'])}")
        for pid in row["blockers"]:
            holder = by_pid.get(pid)
            if holder is not None:
                report.line(f"held by {pid} ({holder['state']}): {_one_line(holder['query'])}")

    def _prepared(self, rows: Sequence[asyncpg.Record], report: Report) -> None:
        for row in rows:
            if _over(row["age"], self.options.idle_in_transaction_after):
                said = f"The prepared transaction '{row['gid']}' of {row['owner']} was never ended, for {duration_text(row['age'])}"
                report.finding("idle_in_transaction", "warning", said, subject=str(row["gid"]))


def open_connection(config: ConnectionConfig) -> PostgresConnection:
    """A connection of kind `postgres`."""
    return PostgresConnection(config)


def _over(age: float | None, limit: timedelta) -> bool:
    return age is not None and age > limit.total_seconds()


def _one_line(query: str | None) -> str:
    return " ".join((query or "").split())
