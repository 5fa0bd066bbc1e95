"""Ingestion runs as a price store records them: whether they finish, how often, and why not."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tools.diagnostics.connections.duck import Store
from tools.diagnostics.tool import NoData, Report
from tools.narrative.text import duration_text, moment_text, plural

if TYPE_CHECKING:
    from tools.diagnostics.connections.duckdb import DuckDbConnection

_SHOWN = 10


def look(connection: "DuckDbConnection", store: Store, report: Report) -> str:
    """What the last runs say. Blocks."""
    table = connection.options.runs_table
    if connection.is_parquet or not store.has(table):
        raise NoData(f"{connection.name} keeps no record of ingestion runs.")
    rows = store.all(
        f"""SELECT id, source, started_at, finished_at, status, rows, error FROM "{table}"
            ORDER BY id DESC LIMIT {_SHOWN}""",
        report,
    )
    if not rows:
        raise NoData(f"No ingestion into {connection.name} was ever recorded.")
    for row in rows:
        report.line(_line(row))
    _judge_last(connection, rows[0], rows, report)
    _judge_rhythm(connection, rows, report)
    done = next((row for row in rows if row[4] == "completed"), None)
    if rows[0][4] == "failed":
        return f"The last ingestion into {connection.name} failed: {_reason(rows[0])}."
    if rows[0][4] == "running":
        return f"An ingestion into {connection.name} has been running for {duration_text(_age(rows[0][2]))}."
    if done is None:  # pragma: no cover - a status this does not know
        return f"The last ingestion into {connection.name} is {rows[0][4]}."
    return f"The last ingestion into {connection.name} finished, with {plural(done[5], 'row')}."


def _judge_last(
    connection: "DuckDbConnection", last: tuple[Any, ...], rows: list[tuple[Any, ...]], report: Report
) -> None:
    status = last[4]
    report.fact("ingestion.status", f"last ingestion into {connection.name}", status, "text")
    started = report.fact("ingestion.started_at", "start of the last ingestion", _iso(last[2]), "time")
    if status == "failed":
        failed = next((number for number, row in enumerate(rows) if row[4] != "failed"), len(rows))
        fact = report.fact("ingestion.failed_in_a_row", "ingestions failed in a row", failed, "count")
        said = f"The last ingestion into {connection.name} failed: {_reason(last)}"
        report.finding("ingestion_failed", "critical", said, started, fact, subject=connection.job or last[1])
    elif status == "running" and _age(last[2]) > connection.options.stuck_after.total_seconds():
        fact = report.fact("ingestion.running", "running time of the ingestion", _age(last[2]), "seconds")
        said = f"An ingestion has been running for {duration_text(_age(last[2]))} without an end"
        report.finding("ingestion_stuck", "critical", said, started, fact, subject=connection.job or last[1])
    elif status == "completed":
        rows_written = report.fact("ingestion.rows", "rows of the last ingestion", int(last[5]), "count")
        if not last[5]:
            said = f"The last ingestion into {connection.name} finished but wrote no rows"
            report.finding("ingestion_empty", "critical", said, rows_written, subject=connection.job or last[1])


def _judge_rhythm(connection: "DuckDbConnection", rows: list[tuple[Any, ...]], report: Report) -> None:
    finished = next((row[3] for row in rows if row[4] == "completed" and row[3] is not None), None)
    every = connection.options.ingest_every
    if finished is None:
        return
    age = _age(finished)
    fact = report.fact("ingestion.finished_at", "end of the last ingestion that finished", _iso(finished), "time")
    if every is not None and age > every.total_seconds() + _slack(every).total_seconds():
        old = report.fact("ingestion.age", "time since an ingestion finished", age, "seconds")
        said = (
            f"No ingestion into {connection.name} has finished for {duration_text(age)}; "
            f"one is expected every {duration_text(every.total_seconds())}"
        )
        report.finding("ingestion_overdue", "critical", said, fact, old, subject=connection.job)


def _slack(every: timedelta) -> timedelta:
    """Half a turn, so that a run that takes a while is not called late."""
    return every / 2


def _line(row: tuple[Any, ...]) -> str:
    ended = f", finished {moment_text(_iso(row[3]))}" if row[3] else ""
    error = f": {row[6]}" if row[6] else ""
    return f"run {row[0]} from {row[1]}, started {moment_text(_iso(row[2]))}{ended}: {row[4]}, {row[5]} rows{error}"


def _reason(row: tuple[Any, ...]) -> str:
    return str(row[6] or "no reason was recorded").splitlines()[0].rstrip(".")


def _age(moment: datetime) -> float:
    """Seconds since a moment; one without a zone is UTC."""
    at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((datetime.now(UTC) - at).total_seconds(), 0.0)


def _iso(moment: datetime) -> str:
    at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return at.isoformat(timespec="seconds")
