"""PostgreSQL: connections, slow and blocked queries, replication, how fresh and how bloated its tables are."""

import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import asyncpg
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tools.diagnostics.conditions import Severity
from tools.diagnostics.connections.base import Connection, ConnectionConfig, Duration, Options, read_options
from tools.diagnostics.connections.pg import connected
from tools.diagnostics.connections.places import password_of, without_password
from tools.diagnostics.tool import Arguments, Effect, NoArguments, NoData, Report, slug, tool
from tools.errors import Problem
from tools.market.calendar import TradingCalendar, check_name
from tools.narrative.text import bytes_text, duration_text, moment_text, percent_text, plural

_SHOWN: Final = 10

_ACTIVITY: Final = """
SELECT pid, usename, application_name, state, wait_event_type, backend_start, xact_start, query_start,
       extract(epoch FROM now() - query_start)::float8 AS query_age,
       extract(epoch FROM now() - state_change)::float8 AS state_age,
       left(query, 300) AS query, pg_blocking_pids(pid) AS blockers
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname = current_database()
ORDER BY query_start NULLS LAST LIMIT 500"""


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
    connections_critical: Annotated[float, Field(gt=0, le=1)] = 0.95
    slow_after: Duration = timedelta(seconds=30)
    blocked_after: Duration = timedelta(seconds=1)
    idle_in_transaction_after: Duration = timedelta(minutes=5)
    lag_seconds: Annotated[float, Field(gt=0)] = 60
    lag_bytes: Annotated[int, Field(gt=0)] = 256_000_000
    dead_share: Annotated[float, Field(gt=0, le=1)] = 0.3
    dead_rows: Annotated[int, Field(ge=1)] = 10_000
    size_warning: Annotated[int, Field(gt=0)] = 500_000_000_000
    """Bytes."""
    tables: tuple[FreshTable, ...] = ()
    calendar: str = "NYSE"

    @field_validator("calendar")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            return check_name(value)
        except Problem as problem:
            raise ValueError(str(problem)) from None


class Backend(Arguments):
    """One process of the server."""

    pid: Annotated[int, Field(gt=0, description="Process id, as postgres_locks lists it")]


class PostgresConnection(Connection):
    """A PostgreSQL database. Each question opens a connection of its own and closes it."""

    def __init__(self, config: ConnectionConfig) -> None:
        super().__init__(config)
        self.options = read_options(config, PostgresOptions)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password in the URL."""
        return password_of(self.url)

    @property
    def place(self) -> str:
        """The URL without its password."""
        return without_password(self.url)

    async def check(self) -> str:
        """Connects and asks for the version."""
        async with self._open() as server:
            version = await server.fetchval("SHOW server_version")
        return f"answers, PostgreSQL {str(version).split()[0]}"

    # --- tools -----------------------------------------------------------------------------------------------------

    @tool(timeout=8)
    async def postgres_connections(self, arguments: NoArguments, report: Report) -> str:
        """How many connections a database has against how many it takes, by state, and who sits idle in transactions.

        Answers "is the database out of connections", "how full is the connection pool".
        """
        async with self._open() as server:
            limit = await self._value(
                server,
                report,
                "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int",
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
        blocked = [row for row in rows if row["blockers"] and _over(row["query_age"], self.options.blocked_after)]
        report.fact("queries.blocked", f"blocked queries of {self.name}", len(blocked), "count")
        by_pid = {row["pid"]: row for row in rows}
        for row in blocked[:_SHOWN]:
            self._blocked(row, by_pid, report)
        self._sleepers(rows, report)
        if blocked:
            return f"{self.name} has {len(blocked)} blocked {'query' if len(blocked) == 1 else 'queries'}."
        return f"No query of {self.name} waits for a lock."

    @tool(timeout=8)
    async def postgres_replication(self, arguments: NoArguments, report: Report) -> str:
        """How far replicas of a database lag, and whether a replication slot keeps data for a replica that is gone."""
        async with self._open() as server:
            if await self._value(server, report, "SELECT pg_is_in_recovery()"):
                lag = await self._value(
                    server,
                    report,
                    "SELECT extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float8",
                )
                return self._own_lag(lag, report)
            replicas = await self._rows(
                server,
                report,
                """SELECT application_name AS name, state,
                          pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 AS bytes,
                          extract(epoch FROM replay_lag)::float8 AS seconds FROM pg_stat_replication""",
            )
            slots = await self._rows(
                server,
                report,
                """SELECT slot_name AS name, active, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8 AS bytes
                   FROM pg_replication_slots""",
            )
        if not replicas and not slots:
            raise NoData(f"{self.name} has no replicas.")
        report.fact("replicas", f"replicas of {self.name}", len(replicas), "count")
        for row in replicas:
            self._replica(row, report)
        for row in slots:
            self._slot(row, report)
        return f"{self.name} has {plural(len(replicas), 'replica')} connected and {plural(len(slots), 'slot')}."

    @tool(permission="check_freshness", timeout=10)
    async def postgres_freshness(self, arguments: NoArguments, report: Report) -> str:
        """How fresh the tables of a database are: the newest row of each, against what is expected of it."""
        if not self.options.tables:
            raise NoData(f"No tables of {self.name} are set to be watched (tables = [...] in its connection).")
        newest: list[str] = []
        async with self._open() as server:
            for each in self.options.tables:
                query = f"SELECT max({_quoted(each.column)}) FROM {_dotted(each.table)}"
                last = await self._value(server, report, query)
                newest.append(self._judge_table(each, last, report))
        return f"{self.name}: " + "; ".join(newest) + "."

    @tool(timeout=10)
    async def postgres_size(self, arguments: NoArguments, report: Report) -> str:
        """How large a database and its tables are, and which tables are bloated by dead rows.

        Answers "how large is the database", "which tables need a vacuum".
        """
        async with self._open() as server:
            size = await self._value(server, report, "SELECT pg_database_size(current_database())")
            rows = await self._rows(
                server,
                report,
                """SELECT schemaname || '.' || relname AS name, pg_total_relation_size(relid) AS bytes, n_live_tup AS live,
                          n_dead_tup AS dead, greatest(last_vacuum, last_autovacuum) AS vacuumed
                   FROM pg_stat_user_tables ORDER BY 2 DESC LIMIT 200""",
            )
        fact = report.fact("size", f"size of {self.name}", int(size), "bytes")
        if size > self.options.size_warning:
            report.finding("size_high", "warning", f"{self.name} is {bytes_text(size)} large", fact)
        for row in rows[:_SHOWN]:
            report.line(f"{row['name']}: {bytes_text(row['bytes'])}, {row['live']} rows, {row['dead']} dead")
        for row in rows:
            self._bloat(row, report)
        return f"{self.name} is {bytes_text(size)} large, with {plural(len(rows), 'table')}."

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
        holders = ", ".join(str(pid) for pid in row["blockers"])
        said = (
            f"A query of {row['usename']} (process {row['pid']}) has waited {duration_text(row['query_age'])} "
            f"for a lock held by process {holders}"
        )
        report.finding("blocked_query", "critical", said, age, subject=str(row["pid"]))
        report.line(f"blocked, {row['pid']}: {_one_line(row['query'])}")
        for pid in row["blockers"]:
            holder = by_pid.get(pid)
            if holder is not None:
                report.line(f"held by {pid} ({holder['state']}): {_one_line(holder['query'])}")

    def _own_lag(self, lag: float | None, report: Report) -> str:
        if lag is None:
            raise NoData(f"{self.name} is a replica that has replayed nothing yet.")
        fact = report.fact("replication.lag", f"lag of {self.name}", lag, "seconds")
        if lag > self.options.lag_seconds:
            said = f"{self.name} is a replica, {duration_text(lag)} behind"
            report.finding("replication_lag", "critical", said, fact)
        return f"{self.name} is a replica, {duration_text(lag)} behind its primary."

    def _replica(self, row: asyncpg.Record, report: Report) -> None:
        name = row["name"] or "a replica"
        size = report.fact(f"replica.{slug(name)}.bytes", f"data {name} is behind", row["bytes"] or 0.0, "bytes")
        seconds = row["seconds"] or 0.0
        lag = report.fact(f"replica.{slug(name)}.lag", f"time {name} is behind", seconds, "seconds")
        if seconds > self.options.lag_seconds or (row["bytes"] or 0) > self.options.lag_bytes:
            said = f"Replica {name} is {bytes_text(row['bytes'] or 0)} behind"
            report.finding("replication_lag", "critical", said, size, lag, subject=name)

    def _slot(self, row: asyncpg.Record, report: Report) -> None:
        name, kept = row["name"], row["bytes"] or 0.0
        size = report.fact(f"slot.{slug(name)}.bytes", f"data kept for slot {name}", kept, "bytes")
        if not row["active"]:
            said = f"Nobody reads replication slot {name}; {bytes_text(kept)} are kept for it"
            severity: Severity = "critical" if kept > self.options.lag_bytes else "warning"
            report.finding("replication_lag", severity, said, size, subject=name)

    def _judge_table(self, each: FreshTable, last: object, report: Report) -> str:
        if last is None:
            report.finding("empty", "critical", f"{each.table} has no rows", subject=each.table)
            return f"{each.table} has no rows"
        at = _moment(last)
        key = slug(each.table)
        newest = report.fact(f"{key}.newest", f"newest row of {each.table}", at.isoformat(timespec="seconds"), "time")
        age = (datetime.now(UTC) - at).total_seconds()
        old = report.fact(f"{key}.age", f"age of the newest row of {each.table}", max(age, 0.0), "seconds")
        late = each.max_age is not None and age > each.max_age.total_seconds()
        if each.sessions is not None:
            calendar = TradingCalendar(self.options.calendar)
            behind = calendar.between(at.date(), calendar.last_before(datetime.now(UTC).date()))
            report.fact(f"{key}.behind", f"trading days {each.table} is behind", behind, "bars")
            late = late or behind > each.sessions
        said = f"the newest row of {each.table} is {duration_text(max(age, 0.0))} old"
        if late:
            report.finding("stale", "critical", said[0].upper() + said[1:], newest, old, subject=each.table)
        return said

    def _bloat(self, row: asyncpg.Record, report: Report) -> None:
        total = row["live"] + row["dead"]
        if row["dead"] < self.options.dead_rows or row["dead"] / max(total, 1) < self.options.dead_share:
            return
        share = row["dead"] / total
        fact = report.fact(
            f"{slug(row['name'])}.dead_share", f"share of dead rows in {row['name']}", share, "fraction"
        )
        said = f"{percent_text(share)} of the rows of {row['name']} are dead; it was not vacuumed in time"
        report.finding("bloat", "warning", said, fact, subject=row["name"])

    # --- asking ----------------------------------------------------------------------------------------------------

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


def open_connection(config: ConnectionConfig) -> PostgresConnection:
    """A connection of kind `postgres`."""
    return PostgresConnection(config)


def _over(age: float | None, limit: timedelta) -> bool:
    return age is not None and age > limit.total_seconds()


def _moment(value: object) -> datetime:
    """A timestamp or a day (its end) as a moment in UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=UTC) + timedelta(days=1) - timedelta(seconds=1)
    except ValueError:
        raise Problem(f"The column watched for freshness holds '{value}', not a time.") from None


def _one_line(query: str | None) -> str:
    return " ".join((query or "").split())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _dotted(name: str) -> str:
    return ".".join(_quoted(part) for part in name.split("."))
