"""What a PostgreSQL database keeps: replicas, how fresh and how bloated its tables are, whether it takes writes."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg

from tools.diagnostics.conditions import Severity
from tools.diagnostics.connections.postgres_server import FreshTable, PostgresServer
from tools.diagnostics.tool import NoArguments, NoData, Report, slug, tool
from tools.errors import Problem
from tools.market.calendar import TradingCalendar
from tools.narrative.text import bytes_text, duration_text, percent_text, plural

_SHOWN: Final = 10
_CLOCK_OFF: Final = 60.0  # seconds
_NEARLY_OUT: Final = 0.9
_OUT: Final = 0.99

_STANDBY: Final = """
SELECT coalesce(pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn(), false) AS caught_up, pg_is_wal_replay_paused() AS paused,
       EXISTS (SELECT FROM pg_stat_wal_receiver) AS receives,
       extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float8 AS lag"""
_WRITES: Final = """
SELECT pg_is_in_recovery() AS standby, extract(epoch FROM clock_timestamp())::float8 AS clock,
       (SELECT setting = 'on' AND source NOT IN ('user', 'database user', 'client', 'session') FROM pg_settings
        WHERE name = 'default_transaction_read_only') AS read_only,
       (SELECT max(age(datfrozenxid)) / 2147483647.0 FROM pg_database)::float8 AS xid_share"""
"""Read-only for everybody: a user who may only look has that as a setting of its own."""
_SEQUENCES: Final = """
SELECT schemaname || '.' || sequencename AS name, (last_value / max_value::numeric)::float8 AS share FROM pg_sequences
WHERE NOT cycle AND increment_by > 0 AND max_value > 1000 AND last_value / max_value::numeric > 0.9 ORDER BY 2 DESC LIMIT 10"""


class PostgresUpkeep(PostgresServer):
    """The tools that look at what is kept."""

    @tool(timeout=8)
    async def postgres_replication(self, arguments: NoArguments, report: Report) -> str:
        """How far replicas of a database lag, whether a replica still follows its primary, and whether a replication
        slot keeps data for a replica that is gone."""
        async with self._open() as server:
            if await self._value(server, report, "SELECT pg_is_in_recovery()"):
                [row] = await self._rows(server, report, _STANDBY)
                return self._standby(row, report)
            replicas = await self._rows(
                server,
                report,
                """SELECT application_name AS name, state,
                          pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 AS bytes,
                          extract(epoch FROM replay_lag)::float8 AS seconds FROM pg_stat_replication
                   WHERE state <> 'backup'""",
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

    @tool(timeout=8)
    async def postgres_writes(self, arguments: NoArguments, report: Report) -> str:
        """Whether a database takes writes: read-only or not, numbers for new rows and transactions running out, its clock.

        Answers "why can nothing be written to the database", "does an insert fail", "is the database read-only".
        """
        async with self._open() as server:
            [row] = await self._rows(server, report, _WRITES)
            off = time.time() - row["clock"]
            sequences = await self._rows(server, report, _SEQUENCES)
        if row["read_only"] and not row["standby"]:
            said = f"{self.name} takes no writes: its transactions are set to be read-only"
            report.finding("writes_refused", "critical", said)
        if abs(off) > _CLOCK_OFF:
            way = "behind" if off > 0 else "ahead of"
            said = f"The clock of {self.name} is {duration_text(abs(off))} {way} ours"
            report.finding("clock_skew", "warning", said)
        self._running_out("transactions", "transaction ids until a vacuum", row["xid_share"], report)
        for each in sequences:
            self._running_out(each["name"], f"numbers of sequence {each['name']}", each["share"], report)
        if report.worst() is not None:
            return f"{report.findings[0].summary}."
        if row["standby"]:
            return f"{self.name} is a replica, so it takes no writes."
        return f"{self.name} takes writes; no sequence is near its end."

    def _running_out(self, key: str, what: str, share: float, report: Report) -> None:
        if share < _NEARLY_OUT:
            return
        fact = report.fact(f"{slug(key)}.used", f"share of {what} that is used", share, "fraction")
        said = f"{self.name} has used {percent_text(share)} of the {what}; at the end every insert fails"
        report.finding("ids_running_out", "critical" if share > _OUT else "warning", said, fact, subject=key)

    # --- judging ---------------------------------------------------------------------------------------------------

    def _standby(self, row: asyncpg.Record, report: Report) -> str:
        """A replica that has replayed all it received is not behind, however long ago the primary last wrote; one that
        has replayed nothing since its start does not know how far it is."""
        lag = 0.0 if row["caught_up"] and row["receives"] else row["lag"]
        behind = f"{duration_text(lag)} behind" if lag is not None else "nobody knows how far behind"
        facts = () if lag is None else (report.fact("replication.lag", f"lag of {self.name}", lag, "seconds"),)
        late = lag is None or lag > self.options.lag_seconds
        said = f"{self.name} is a replica, {behind} its primary"
        if not row["receives"]:
            said = f"{self.name} is a replica that gets nothing from its primary, {behind}"
            report.finding("replication_lag", "critical" if late else "warning", said, *facts)
        elif row["paused"]:
            said = f"{self.name} is a replica whose replay is paused, {behind}"
            report.finding("replication_lag", "critical", said, *facts)
        elif lag is not None and late:
            report.finding("replication_lag", "critical", said, *facts)
        return said + "."

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


def _moment(value: object) -> datetime:
    """A timestamp or a day (its end) as a moment in UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=UTC) + timedelta(days=1) - timedelta(seconds=1)
    except ValueError:
        raise Problem(f"The column watched for freshness holds '{value}', not a time.") from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _dotted(name: str) -> str:
    return ".".join(_quoted(part) for part in name.split("."))
