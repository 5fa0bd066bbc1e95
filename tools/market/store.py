"""The desk's price store: one DuckDB file with daily bars, what each series is, and how it was filled.

Every call blocks; async callers go through `asyncio.to_thread`. A DuckDB file opened for writing is locked against
other processes, so a store is opened read-only wherever it can be.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from tools.errors import NotFound, Problem, Unavailable
from tools.market.prices import Prices

if TYPE_CHECKING:
    import duckdb

_SCHEMA = """
CREATE TABLE IF NOT EXISTS daily_prices (
    symbol VARCHAR NOT NULL, date DATE NOT NULL, open DOUBLE NOT NULL, high DOUBLE NOT NULL, low DOUBLE NOT NULL,
    close DOUBLE NOT NULL, adjusted_close DOUBLE NOT NULL, volume BIGINT NOT NULL,
    dividend_amount DOUBLE NOT NULL DEFAULT 0, split_coefficient DOUBLE NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL, PRIMARY KEY (symbol, date));
CREATE TABLE IF NOT EXISTS series (
    symbol VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, note VARCHAR NOT NULL, expected_last_date DATE);
CREATE TABLE IF NOT EXISTS symbol_aliases (
    alias VARCHAR PRIMARY KEY, symbol VARCHAR NOT NULL, note VARCHAR NOT NULL);
CREATE SEQUENCE IF NOT EXISTS ingestion_run_ids;
CREATE TABLE IF NOT EXISTS ingestion_runs (
    id BIGINT PRIMARY KEY DEFAULT nextval('ingestion_run_ids'), source VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP, status VARCHAR NOT NULL, rows BIGINT NOT NULL DEFAULT 0,
    symbols VARCHAR NOT NULL DEFAULT '', error VARCHAR NOT NULL DEFAULT '');
"""


@dataclass(frozen=True, slots=True)
class Series:
    """One series a source delivers: a CSV file with Date, Open, High, Low, Close, Adj Close, Volume, gzipped or not.

    `aliases` are other symbols under which the series is found, each with a note that says it is a stand-in.
    `expected_last_date` is the last day the series is meant to have; None means it should be up to date.
    """

    symbol: str
    name: str
    note: str
    path: Path
    date_format: str
    expected_last_date: date | None
    aliases: tuple[tuple[str, str], ...] = ()


class Source(Protocol):
    """Where prices come from."""

    @property
    def name(self) -> str:
        """How ingestion runs call it."""
        ...

    def series(self) -> tuple[Series, ...]:
        """What it delivers; raises `Problem` where it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far a series goes, against what is expected of it. `note` says what the series is and is not."""

    symbol: str
    name: str
    rows: int
    first_date: date
    last_date: date
    expected_last_date: date | None
    ingested_at: datetime
    note: str

    def is_current(self, today: date) -> bool:
        """Whether the last day is the one expected; without a declared one, the last weekday before `today`."""
        expected = self.expected_last_date or np.busday_offset(today, -1, roll="forward").astype(object)
        return self.last_date >= expected


@dataclass(frozen=True, slots=True)
class IngestionRun:
    """One filling of the store. Times are UTC; `symbols` are those written; `error` is empty unless it failed."""

    id: int
    source: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    rows: int
    symbols: tuple[str, ...]
    error: str


class PriceStore:
    """A DuckDB file of daily prices. `read_only=False` creates the file and its tables where they are missing."""

    def __init__(self, path: Path, *, read_only: bool = True) -> None:
        self.path = path
        self._connection = _connect(path, read_only)
        if not read_only:
            self._connection.execute(_SCHEMA)

    def __enter__(self) -> "PriceStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def symbols(self) -> tuple[str, ...]:
        """Every symbol `prices` answers to, stand-ins included, in alphabetical order."""
        rows = self._connection.execute(
            "SELECT symbol FROM series UNION SELECT alias FROM symbol_aliases ORDER BY 1"
        ).fetchall()
        return tuple(str(row[0]) for row in rows)

    def stands_for(self, symbol: str) -> str:
        """The series that `symbol` is only another name of; empty where it is none."""
        row = self._connection.execute(
            "SELECT symbol FROM symbol_aliases WHERE alias = upper(?)", [symbol.strip()]
        ).fetchone()
        return str(row[0]) if row else ""

    def prices(self, symbol: str, start: date | None = None, end: date | None = None) -> Prices:
        """The bars of `symbol` from `start` to `end`, both included. Raises `NotFound` naming what exists."""
        stored, name, note = self._series(symbol)
        columns = self._connection.execute(
            """SELECT date, open, high, low, close, adjusted_close, volume::DOUBLE AS volume FROM daily_prices
               WHERE symbol = ? AND date BETWEEN coalesce(?, '0001-01-01'::DATE) AND coalesce(?, '9999-12-31'::DATE)
               ORDER BY date""",
            [stored, start, end],
        ).fetchnumpy()
        if not len(columns["date"]):
            have = self.freshness(symbol)
            raise NotFound(f"{symbol} has no prices in that period; it has {have.first_date} to {have.last_date}.")
        values = {key: np.asarray(column, dtype=np.float64) for key, column in columns.items() if key != "date"}
        note = note if stored != symbol.strip().upper() else ""
        days = np.asarray(columns["date"]).astype("datetime64[D]")
        return Prices(symbol.upper(), days, **values, name=name, note=note)

    def freshness(self, symbol: str) -> Freshness:
        """How far the series goes and how far it should. Raises `NotFound` naming what exists."""
        stored, name, note = self._series(symbol)
        row = self._connection.execute(
            """SELECT count(*), min(date), max(date), max(created_at),
                      (SELECT expected_last_date FROM series WHERE symbol = $1)
               FROM daily_prices WHERE symbol = $1""",
            [stored],
        ).fetchone()
        if row is None or not row[0]:
            raise NotFound(f"{symbol} is declared in {self.path.name} but has no prices; ingest them first.")
        return Freshness(symbol.upper(), name, row[0], row[1], row[2], row[4], _utc(row[3]), note)

    def ingestion_runs(self) -> tuple[IngestionRun, ...]:
        """How the store was filled, newest first."""
        rows = self._connection.execute("SELECT * FROM ingestion_runs ORDER BY id DESC").fetchall()
        return tuple(
            IngestionRun(
                row[0], row[1], row[2], row[3], row[4], row[5], tuple(filter(None, row[6].split(","))), row[7]
            )
            for row in rows
        )

    def delete_last_days(self, days: int) -> int:
        """Delete the bars of the last `days` calendar days of every series; returns how many. An ingestion restores them."""
        row = self._connection.execute(
            """DELETE FROM daily_prices WHERE date > (
                   SELECT max(other.date) - to_days(?) FROM daily_prices AS other WHERE other.symbol = daily_prices.symbol)""",
            [days],
        ).fetchone()
        return int(row[0]) if row else 0

    def ingest(self, source: Source) -> IngestionRun:
        """Take over everything a source delivers: all of it, or nothing and a run marked failed, whose error is raised.

        Bars that are there already are replaced, so that ingesting twice changes nothing but the record of runs.
        """
        started = _now()
        run = self._begin_run(source.name, started)
        try:
            with self._transaction():
                series = source.series()
                rows = sum(self._take(one, started) for one in series)
        except Exception as error:
            self._finish(run, "failed", 0, (), str(error))
            raise
        self._finish(run, "completed", rows, tuple(one.symbol for one in series), "")
        return self.ingestion_runs()[0]

    def _begin_run(self, source: str, at: datetime) -> int:
        return int(
            self._connection.execute(
                "INSERT INTO ingestion_runs (source, started_at, status) VALUES (?, ?, 'running') RETURNING id",
                [source, at],
            ).fetchall()[0][0]
        )

    def _take(self, series: Series, at: datetime) -> int:
        import duckdb

        self._connection.execute(
            "INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?)",
            [series.symbol, series.name, series.note, series.expected_last_date],
        )
        for alias, note in series.aliases:
            self._connection.execute(
                "INSERT OR REPLACE INTO symbol_aliases VALUES (?, ?, ?)", [alias, series.symbol, note]
            )
        try:
            row = self._connection.execute(
                """INSERT OR REPLACE INTO daily_prices
                       (symbol, date, open, high, low, close, adjusted_close, volume, created_at)
                   SELECT ?, "Date", "Open", "High", "Low", "Close", "Adj Close", "Volume", ?
                   FROM read_csv(?, header = true, dateformat = ?, columns = {'Date': 'DATE', 'Open': 'DOUBLE',
                       'High': 'DOUBLE', 'Low': 'DOUBLE', 'Close': 'DOUBLE', 'Adj Close': 'DOUBLE', 'Volume': 'BIGINT'})""",
                [series.symbol, at, str(series.path), series.date_format],
            ).fetchone()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise Problem(f"The prices of {series.symbol} in {series.path.name} cannot be read: {reason}") from error
        return int(row[0]) if row else 0

    def _finish(self, run: int, status: str, rows: int, symbols: tuple[str, ...], error: str) -> None:
        self._connection.execute(
            "UPDATE ingestion_runs SET finished_at = ?, status = ?, rows = ?, symbols = ?, error = ? WHERE id = ?",
            [_now(), status, rows, ",".join(symbols), error, run],
        )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _series(self, symbol: str) -> tuple[str, str, str]:
        """The symbol the bars are stored under, the name for readers, and the note."""
        row = self._connection.execute(
            """SELECT series.symbol, series.name, coalesce(symbol_aliases.note, series.note)
               FROM series LEFT JOIN symbol_aliases ON symbol_aliases.symbol = series.symbol AND alias = upper($1)
               WHERE series.symbol = upper($1) OR alias = upper($1)""",
            [symbol.strip()],
        ).fetchone()
        if row is None:
            raise NotFound(f"No prices of {symbol!r} here; there are {', '.join(self.symbols()) or 'none at all'}.")
        return str(row[0]), str(row[1]), str(row[2])


def _connect(path: Path, read_only: bool) -> "duckdb.DuckDBPyConnection":
    import duckdb

    if read_only and not path.exists():
        raise NotFound(f"There is no price store at {path}; any Deskhand command creates one under DESKHAND_HOME.")
    try:
        return duckdb.connect(str(path), read_only=read_only)
    except duckdb.Error as error:
        raise Unavailable(f"The price store {path} cannot be opened: {str(error).splitlines()[0]}") from error


def _now() -> datetime:
    """UTC without a zone, as DuckDB's TIMESTAMP keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def _utc(stored: datetime) -> datetime:
    return stored.replace(tzinfo=UTC)
