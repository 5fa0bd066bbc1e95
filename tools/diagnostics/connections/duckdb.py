"""DuckDB files and Parquet: how fresh and how sound the stored prices are, and the file itself.

`url` is a path: a DuckDB file, a Parquet file, or a pattern such as `/data/daily/*.parquet`. Opened read-only for each
question and closed again, so that asking never stands in the way of who writes.
"""

import datetime as dt
import glob
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, field_validator

from tools.diagnostics.conditions import Condition
from tools.diagnostics.connections import ingestion, price_quality
from tools.diagnostics.connections.base import Connection, ConnectionConfig, Duration, Options, read_options
from tools.diagnostics.connections.duck import Store, fault_of, quoted
from tools.diagnostics.threads import in_thread
from tools.diagnostics.tool import Arguments, Fault, NoArguments, NoData, Report, slug, tool
from tools.market.calendar import TradingCalendar, check_name
from tools.narrative.text import bytes_text, date_text, plural

_T = TypeVar("_T")
_SHOWN = 12
_WHOLE_HISTORY = 500_000
"""Rows up to which quality is looked at over the whole history; beyond, over `look_back`."""


class DuckDbOptions(Options):
    """Where the prices are, what the columns are called, and what is expected of them."""

    table: str = "daily_prices"
    """The table of prices."""
    symbol: str = "symbol"
    """Its column of symbols."""
    date: str = "date"
    """Its column of days."""
    close: str = "close"
    """Its column of closes."""
    calendar: str = "NYSE"
    """The exchange whose trading days are expected."""
    max_age: Annotated[int, Field(ge=0, le=1000)] = Field(0, examples=["max_age = 1"])
    """Sessions the last date may be behind the last one that is over."""
    expected_last_date: dt.date | None = Field(None, examples=["expected_last_date = 2018-12-31"])
    """For an archive: the day it is meant to end."""
    ignore: tuple[str, ...] = Field((), examples=['ignore = ["OLD"]'])
    """Symbols nobody expects to go on."""
    jump: Annotated[float, Field(gt=0, le=100)] = 0.25
    """A change of the close from one session to the next, as a fraction, beyond which it is looked at."""
    look_back: Duration = timedelta(days=1830)
    """How far back a large store's quality is looked at."""
    size_warning: Annotated[int, Field(gt=0)] = 50_000_000_000
    """Bytes from which it counts as large."""
    runs_table: str = "ingestion_runs"
    """The table of ingestion runs."""
    ingest_every: Duration | None = Field(None, examples=['ingest_every = "1d"'])
    """How often the ingestion is expected to finish; unset, only failed and stuck runs are found."""
    stuck_after: Duration = timedelta(hours=2)
    """How long an ingestion may take."""

    @field_validator("calendar")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            return check_name(value)
        except Exception as error:
            raise ValueError(str(error)) from None


class Symbols(Arguments):
    """Which symbols; all where none are named."""

    symbols: Annotated[tuple[str, ...], Field(max_length=50, description="Symbols such as SPY; all when empty")] = ()


class QualityArguments(Symbols):
    """Which symbols, and from which day."""

    since: Annotated[date | None, Field(description="First day to look at, ISO; the stored history when empty")] = (
        None
    )


@dataclass(frozen=True, slots=True)
class Held:
    """What is stored of one symbol. `expected` is the last day it is meant to have."""

    symbol: str
    rows: int
    first: date
    last: date
    expected: date


class DuckDbConnection(Connection):
    """A store of daily prices."""

    options_type = DuckDbOptions

    def __init__(self, config: ConnectionConfig) -> None:
        super().__init__(config)
        self.options = read_options(config, DuckDbOptions)
        self.job = ""
        """Name of the job that fills it, where this connection knows one."""
        self.calendar = TradingCalendar(self.options.calendar)
        self.is_parquet = self.url.endswith((".parquet", ".pq")) or any(c in self.url for c in "*?[")

    @property
    def place(self) -> str:
        """The path."""
        return self.url

    async def check(self) -> str:
        """Opens the file and looks for the table."""
        rows = await self._open(lambda store: store.one(f"SELECT count(*) FROM {self._table}"))
        return f"{plural(rows[0], 'row')} in {self.options.table if not self.is_parquet else self.url}"

    async def check_open(self) -> None:
        """Raises `Fault` where the file cannot be read now."""
        await self._open(lambda store: store.one("SELECT 1"))

    # --- tools -----------------------------------------------------------------------------------------------------

    @tool(permission="check_freshness", timeout=8)
    async def data_freshness(self, arguments: Symbols, report: Report) -> str:
        """How fresh the stored prices are: rows and last date of each symbol, against the last trading day expected.

        Answers "how fresh is the data", "why is the price data stale", "what is the last date of SPY".
        """
        held, absent = await self._open(
            lambda store: (self._held(store, report, arguments.symbols), self._without_prices(store))
        )
        await in_thread(lambda: [self._behind(each) for each in held])  # a calendar's first use reads files
        if not held:
            named = f" of {', '.join(arguments.symbols)}" if arguments.symbols else " at all"
            condition: Condition = "missing" if arguments.symbols else "empty"
            report.finding(condition, "critical", f"{self.name} holds no prices{named}")
            raise NoData(f"{self.name} holds no prices{named}.")
        self._name_missing(arguments.symbols, held, report)
        if absent and not arguments.symbols:
            said = f"{self.name} is meant to hold {', '.join(absent[:_SHOWN])}, and has no prices of {'it' if len(absent) == 1 else 'them'}"
            report.finding("missing", "critical", said, subject=absent[0])
        late = [each for each in held if self._behind(each) > 0]
        self._describe(held, late, report)
        today = _today()
        for each in held:
            if each.last > today:
                said = f"{each.symbol} has prices dated in the future, up to {date_text(each.last.isoformat())}"
                report.finding("future_dates", "warning", said, subject=each.symbol)
        if late:
            worst = max(late, key=self._behind)
            return (
                f"{len(late)} of {plural(len(held), 'symbol')} in {self.name} behind: {worst.symbol} ends on "
                f"{date_text(worst.last.isoformat())}, {date_text(worst.expected.isoformat())} was expected."
            )
        newest = max(each.last for each in held)
        return f"Prices in {self.name} are as fresh as expected: up to {date_text(newest.isoformat())}."

    @tool(permission="check_freshness", timeout=15)
    async def data_quality(self, arguments: QualityArguments, report: Report) -> str:
        """Whether stored prices are sound: missing trading days, duplicates, price jumps, impossible prices.

        Answers "are there gaps or anomalies in the prices", "any data-quality problems".
        """

        def look(store: Store) -> str:
            held = self._held(store, report, arguments.symbols)
            if not held:
                raise NoData(f"{self.name} holds no prices at all.")
            since = arguments.since or self._since(held)
            wanted = [each.symbol for each in held]
            names = self.options
            columns = price_quality.Columns(
                self._table, names.symbol, names.date, names.close, names.jump, self.calendar
            )
            counts = price_quality.examine(store, report, columns, wanted, since)
            return price_quality.in_words(self.name, since, counts)

        return await self._open(look)

    @tool(timeout=8)
    async def duckdb_file(self, arguments: NoArguments, report: Report) -> str:
        """The price store as a file: size, when it was last written, and whether something has it locked.

        Answers "is the price database locked", "how large is it".
        """
        size = await in_thread(lambda: self._look_at_files(report))
        rows = await self._open(lambda store: store.one(f"SELECT count(*) FROM {self._table}", report))
        report.fact("rows", f"rows in {self.name}", int(rows[0]), "count")
        if size > self.options.size_warning:
            said = (
                f"{self.name} is {bytes_text(size)} large, more than the {bytes_text(self.options.size_warning)} set"
            )
            report.finding("size_high", "warning", said, f"{slug(self.name)}.size")
        return f"{self.name} can be read: {plural(rows[0], 'row')}, {bytes_text(size)}."

    @tool(permission="check_freshness", timeout=8)
    async def ingestion_runs(self, arguments: NoArguments, report: Report) -> str:
        """Whether the ingestion of prices finished, when, and why not: its last runs as the store records them.

        Answers "did the pipeline finish", "why did the ingestion fail", "what failed since yesterday".
        """
        return await self._open(lambda store: ingestion.look(self, store, report))

    # --- freshness -------------------------------------------------------------------------------------------------

    def _held(self, store: Store, report: Report, symbols: Sequence[str]) -> list[Held]:
        day, symbol = quoted(self.options.date), quoted(self.options.symbol)
        rows = store.all(
            f"""SELECT {symbol}, count(*), min({day})::DATE, max({day})::DATE FROM {self._table}
                WHERE len($1) = 0 OR upper({symbol}) IN (SELECT upper(unnest($1))) GROUP BY 1 ORDER BY 1""",
            report,
            [list(self._aliased(store, symbols))],
        )
        declared = self._declared(store)
        usual = self._expected()
        return [
            Held(str(row[0]), row[1], row[2], row[3], declared.get(str(row[0]), usual))
            for row in rows
            if row[0] not in self.options.ignore and row[2] is not None
        ]

    def _aliased(self, store: Store, symbols: Sequence[str]) -> list[str]:
        """Other names of a series, where the store declares them."""
        if not symbols or not store.has("symbol_aliases"):
            return list(symbols)
        known = {row[0].upper(): row[1] for row in store.all("SELECT alias, symbol FROM symbol_aliases")}
        return [known.get(symbol.upper(), symbol) for symbol in symbols]

    def _declared(self, store: Store) -> dict[str, date]:
        """Last days that the store itself declares for a series that is complete."""
        if not _declares(store):
            return {}
        rows = store.all("SELECT symbol, expected_last_date FROM series WHERE expected_last_date IS NOT NULL")
        return {str(symbol): day for symbol, day in rows}

    def _without_prices(self, store: Store) -> list[str]:
        """Series that the store declares and holds nothing of."""
        if not _declares(store):
            return []
        held = f"SELECT {quoted(self.options.symbol)} FROM {self._table}"
        rows = store.all(f"SELECT symbol FROM series WHERE symbol NOT IN ({held}) ORDER BY 1")
        return [str(row[0]) for row in rows if row[0] not in self.options.ignore]

    def _expected(self) -> date:
        expected = self.options.expected_last_date or self.calendar.last_before(_today())
        if self.options.expected_last_date is None:
            for _ in range(self.options.max_age):
                expected = self.calendar.last_before(expected)
        return expected

    def _behind(self, held: Held) -> int:
        return self.calendar.between(held.last, held.expected)

    def _name_missing(self, symbols: Sequence[str], held: Sequence[Held], report: Report) -> None:
        there = {each.symbol.upper() for each in held}
        absent = [symbol for symbol in symbols if symbol.upper() not in there]
        if len(held) < len(symbols) and absent:  # one may be stored under another name
            report.finding("missing", "warning", f"{self.name} holds no prices of {', '.join(absent)}")

    def _describe(self, held: Sequence[Held], late: Sequence[Held], report: Report) -> None:
        report.fact("symbols", f"symbols in {self.name}", len(held), "count")
        report.fact("symbols.stale", f"symbols of {self.name} that are behind", len(late), "count")
        report.fact("rows", f"rows in {self.name}", sum(each.rows for each in held), "count")
        for each in sorted(held, key=self._behind, reverse=True)[:_SHOWN]:
            key = slug(each.symbol)
            last = report.fact(f"{key}.last_date", f"last date of {each.symbol}", each.last.isoformat(), "date")
            report.fact(f"{key}.rows", f"rows of {each.symbol}", each.rows, "count")
            wanted = report.fact(
                f"{key}.expected_last_date", f"expected last date of {each.symbol}", each.expected.isoformat(), "date"
            )
            behind = self._behind(each)
            days = report.fact(f"{key}.behind", f"trading days {each.symbol} is behind", behind, "bars")
            report.line(
                f"{each.symbol}: {each.rows} rows, {each.first} to {each.last}"
                + (f", {behind} trading days behind {each.expected}" if behind else "")
            )
            if behind:
                said = f"{each.symbol} ends on {date_text(each.last.isoformat())}, {plural(behind, 'trading day')} behind"
                report.finding("stale", "critical", said, last, wanted, days, subject=each.symbol)

    def _since(self, held: Sequence[Held]) -> date:
        """Where to begin: the whole history of a store of moderate size, else its last years."""
        if sum(each.rows for each in held) <= _WHOLE_HISTORY:
            return min(each.first for each in held)
        return max(each.last for each in held) - self.options.look_back

    # --- the file --------------------------------------------------------------------------------------------------

    def _look_at_files(self, report: Report) -> int:
        paths = glob.glob(self.url) if self.is_parquet else [self.url]
        if not paths or not os.path.exists(paths[0]):
            raise Fault(
                "missing", f"There is no file at {self.url}; check the path, and whether it was ever written."
            )
        stats = [os.stat(path) for path in paths]
        report.asked("stat", self.url)
        size = sum(stat.st_size for stat in stats)
        report.fact("size", f"size of {self.name}", size, "bytes")
        written = datetime.fromtimestamp(max(stat.st_mtime for stat in stats), UTC)
        report.fact("written_at", f"last writing to {self.name}", written.isoformat(timespec="seconds"), "time")
        return size

    @property
    def _table(self) -> str:
        if self.is_parquet:
            return f"read_parquet('{self.url.replace(chr(39), chr(39) * 2)}')"
        return ".".join(quoted(part) for part in self.options.table.split("."))

    async def _open(self, work: Callable[[Store], _T]) -> _T:
        """`work` on the store, in a thread. Raises `Fault` where the file cannot be read as what it is."""
        import duckdb

        def run() -> _T:
            if not self.is_parquet and not Path(self.url).exists():
                raise Fault(
                    "missing", f"There is no file at {self.url}; check the path, and whether it was ever written."
                )
            try:
                with duckdb.connect(":memory:" if self.is_parquet else self.url, read_only=not self.is_parquet) as c:
                    return work(Store(c))
            except duckdb.Error as error:
                raise fault_of(error, self.name) from error

        return await in_thread(run)


def open_connection(config: ConnectionConfig) -> DuckDbConnection:
    """A connection of kind `duckdb`."""
    return DuckDbConnection(config)


def _declares(store: Store) -> bool:
    """Whether the store says which series it is meant to hold; other tables may be called "series" too."""
    return store.has("series") and {"symbol", "expected_last_date"} <= store.columns("series")


def _today() -> date:
    return datetime.now(UTC).date()
