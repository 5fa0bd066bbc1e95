"""Whether stored prices are sound: missing trading days, days stored twice, jumps, impossible prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tools.diagnostics.connections.duck import Store, quoted
from tools.diagnostics.tool import Report, slug
from tools.market.calendar import TradingCalendar
from tools.narrative.text import date_text, plural

_SHOWN: Final = 12
_FROZEN_SESSIONS: Final = 5
"""As many equal closes in a row as no traded price shows by chance."""


_KINDS: Final = (
    "missing trading day",
    "duplicate day",
    "price jump",
    "impossible price",
    "frozen price",
    "bar of a closed day",
    "symbol without volume",
    "pair of equal series",
)
_RARE: Final = 0.05
"""Share of bars on closed days above which the series simply trades on other days than the calendar."""
_VOLUME_SESSIONS: Final = 3
_TWIN_SESSIONS: Final = 10
_BEFORE: Final = timedelta(days=60)
"""What is judged by the last sessions is judged by as many as that takes, however short the time asked about."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The table (as SQL) and what its columns are called; `jump` is a fraction."""

    table: str
    symbol: str
    date: str
    close: str
    jump: float
    calendar: TradingCalendar


def examine(store: Store, report: Report, columns: Columns, symbols: Sequence[str], since: date) -> list[int]:
    """How many there are of each kind in `_KINDS`; findings go into the report."""
    checks = (_gaps, _duplicates, _jumps, _bad, _frozen, _closed, _without_volume, _twins)
    return [check(store, report, columns, symbols, since) for check in checks]


def in_words(name: str, since: date, counts: Sequence[int]) -> str:
    """The counts of `examine` as a sentence."""
    found = [plural(count, word) for count, word in zip(counts, _KINDS, strict=True) if count]
    period = f"since {date_text(since.isoformat())}"
    return f"{name} has {', '.join(found)} {period}." if found else f"Prices in {name} are sound {period}."


def _gaps(store: Store, report: Report, columns: Columns, symbols: Sequence[str], since: date) -> int:
    day, symbol = quoted(columns.date), quoted(columns.symbol)
    rows = store.all(
        f"""WITH held AS (SELECT {symbol} AS symbol, {day}::DATE AS day FROM {columns.table}
                          WHERE {symbol} IN (SELECT unnest($1)) AND {day} >= $2),
                 span AS (SELECT symbol, min(day) AS first, max(day) AS last FROM held WHERE day <= current_date GROUP BY 1)
            SELECT span.symbol, count(*), min(session), max(session)
            FROM span, (SELECT unnest($3::DATE[]) AS session)
            WHERE session BETWEEN first AND last
              AND NOT EXISTS (SELECT 1 FROM held WHERE held.symbol = span.symbol AND held.day = session)
            GROUP BY 1 ORDER BY 2 DESC""",
        report,
        [list(symbols), since, columns.calendar.sessions(since, datetime.now(UTC).date())],
    )
    for name, count, first, last in rows[:_SHOWN]:
        fact = report.fact(f"{slug(name)}.missing_days", f"trading days missing of {name}", count, "count")
        between = f"between {date_text(first.isoformat())} and {date_text(last.isoformat())}"
        said = f"{name} lacks {plural(count, 'trading day')} {between}"
        report.finding("gap", "critical" if count >= 3 else "warning", said, fact, subject=name)
    return sum(row[1] for row in rows)


def _duplicates(store: Store, report: Report, columns: Columns, symbols: Sequence[str], since: date) -> int:
    day, symbol = quoted(columns.date), quoted(columns.symbol)
    rows = store.all(
        f"""SELECT symbol, count(*), min(day) FROM (
                SELECT {symbol} AS symbol, {day}::DATE AS day, count(*) AS times FROM {columns.table}
                WHERE {symbol} IN (SELECT unnest($1)) AND {day} >= $2 GROUP BY 1, 2 HAVING count(*) > 1)
            GROUP BY 1 ORDER BY 2 DESC""",
        report,
        [list(symbols), since],
    )
    for name, count, first in rows[:_SHOWN]:
        fact = report.fact(f"{slug(name)}.duplicates", f"days stored twice of {name}", count, "count")
        said = f"{name} has {plural(count, 'day')} stored more than once, the first {date_text(first.isoformat())}"
        report.finding("duplicates", "warning", said, fact, subject=name)
    return sum(row[1] for row in rows)


def _jumps(store: Store, report: Report, columns: Columns, symbols: Sequence[str], since: date) -> int:
    day, symbol, close = (quoted(name) for name in (columns.date, columns.symbol, _adjusted(store, columns)))
    rows = store.all(
        f"""SELECT symbol, day, change, count(*) OVER () FROM (
                SELECT {symbol} AS symbol, {day}::DATE AS day,
                       {close} / nullif(lag({close}) OVER (PARTITION BY {symbol} ORDER BY {day}), 0) - 1 AS change
                FROM {columns.table} WHERE {symbol} IN (SELECT unnest($1)) AND {day} >= $2)
            WHERE abs(change) > $3 ORDER BY abs(change) DESC, day LIMIT {_SHOWN}""",
        report,
        [list(symbols), since, columns.jump],
    )
    for name, when, change, _ in rows:
        key = f"{slug(name)}.jump.{when.isoformat()}"
        fact = report.fact(key, f"change of {name}'s close", float(change), "fraction", period=when.isoformat())
        said = f"{name}'s close moved {change:+.0%} on {date_text(when.isoformat())}"
        report.finding("price_jump", "warning", said, fact, subject=name)
    return int(rows[0][3]) if rows else 0


def _bad(store: Store, report: Report, columns: Columns, symbols: Sequence[str], since: date) -> int:
    day, symbol, close = (quoted(n) for n in (columns.date, columns.symbol, columns.close))
    wrong = [f"{close} IS NULL", f"NOT isfinite({close}::DOUBLE)", f"{close} <= 0"]
    if {"high", "low"} <= store.columns(columns.table):
        wrong += ["high < low", f"{close} > high * 1.000001", f"{close} < low * 0.999999"]
    rows = store.all(
        f"""SELECT {symbol}, count(*), min({day})::DATE FROM {columns.table}
            WHERE {symbol} IN (SELECT unnest($1)) AND {day} >= $2 AND ({" OR ".join(wrong)})
            GROUP BY 1 ORDER BY 2 DESC""",
        report,
        [list(symbols), since],
    )
    for name, count, first in rows[:_SHOWN]:
        fact = report.fact(f"{slug(name)}.bad_rows", f"impossible prices of {name}", count, "count")
        said = (
            f"{name} has {plural(count, 'row')} with an impossible price, the first on {date_text(first.isoformat())}"
        )
        report.finding("bad_prices", "critical", said, fact, subject=name)
    return sum(row[1] for row in rows)


def _frozen(store: Store, report: Report, columns: Columns, symbols: Sequence[str], since: date) -> int:
    """Symbols whose last closes are the same to the cent, session after session: the feed repeats its last price."""
    day, symbol, close = (quoted(name) for name in (columns.date, columns.symbol, columns.close))
    rows = store.all(
        f"""WITH held AS (SELECT {symbol} AS symbol, {day}::DATE AS day, {close} AS close,
                                 row_number() OVER (PARTITION BY {symbol} ORDER BY {day} DESC) AS back
                          FROM {columns.table} WHERE {symbol} IN (SELECT unnest($1)) AND {day} >= $2),
                 last AS (SELECT symbol, close AS now FROM held WHERE back = 1),
                 moved AS (SELECT symbol, min(back) AS back FROM held JOIN last USING (symbol)
                           WHERE close IS DISTINCT FROM now GROUP BY 1)
            SELECT held.symbol, count(*), min(day) FROM held LEFT JOIN moved USING (symbol)
            WHERE held.back < coalesce(moved.back, 1000000000) GROUP BY 1 HAVING count(DISTINCT day) >= {_FROZEN_SESSIONS}
            ORDER BY 2 DESC""",
        report,
        [list(symbols), since - _BEFORE],
    )
    for name, count, first in rows[:_SHOWN]:
        fact = report.fact(f"{slug(name)}.frozen", f"last closes of {name} that are the same", count, "count")
        said = f"{name}'s close has not moved in {plural(count, 'session')}, since {date_text(first.isoformat())}: its feed may repeat an old price"
        report.finding("frozen", "warning", said, fact, subject=name)
    return len(rows)


def _closed(store: Store, report: Report, columns: Columns, symbols: Sequence[str], since: date) -> int:
    """Bars of days on which the exchange was closed."""
    day, symbol = quoted(columns.date), quoted(columns.symbol)
    rows = store.all(
        f"""WITH bars AS (SELECT {symbol} AS symbol, {day}::DATE AS day, {day}::DATE IN (SELECT unnest($3::DATE[])) AS open
                          FROM {columns.table} WHERE {symbol} IN (SELECT unnest($1)) AND {day} >= $2 AND {day} <= current_date)
            SELECT symbol, count(*) FILTER (NOT open), max(day) FILTER (NOT open) FROM bars GROUP BY 1
            HAVING count(*) FILTER (NOT open) BETWEEN 1 AND greatest(1, count(*) * {_RARE}) ORDER BY 2 DESC""",
        report,
        [list(symbols), since, columns.calendar.sessions(since, datetime.now(UTC).date())],
    )
    for name, count, last in rows[:_SHOWN]:
        fact = report.fact(f"{slug(name)}.closed_days", f"bars of {name} on closed days", count, "count")
        said = f"{name} has {plural(count, 'bar')} of days without trading, the last {date_text(last.isoformat())}"
        report.finding("bad_prices", "warning", said, fact, subject=name)
    return sum(row[1] for row in rows)


def _without_volume(store: Store, report: Report, columns: Columns, symbols: Sequence[str], since: date) -> int:
    """Symbols that had volume and have none in their last sessions."""
    if "volume" not in store.columns(columns.table):
        return 0
    day, symbol = quoted(columns.date), quoted(columns.symbol)
    rows = store.all(
        f"""WITH bars AS (SELECT {symbol} AS symbol, {day}::DATE AS day, coalesce(volume, 0) AS volume
                          FROM {columns.table} WHERE {symbol} IN (SELECT unnest($1)) AND {day} >= $2),
                 traded AS (SELECT symbol, max(day) FILTER (volume > 0) AS last, avg((volume > 0)::INT) AS share
                            FROM bars GROUP BY 1)
            SELECT symbol, count(*), min(day) FROM bars JOIN traded USING (symbol)
            WHERE day > last AND share > 0.5 GROUP BY 1 HAVING count(*) >= {_VOLUME_SESSIONS} ORDER BY 2 DESC""",
        report,
        [list(symbols), since - _BEFORE],
    )
    for name, count, first in rows[:_SHOWN]:
        fact = report.fact(f"{slug(name)}.no_volume", f"last sessions of {name} without volume", count, "count")
        said = f"{name} has no volume in its last {plural(count, 'session')}, since {date_text(first.isoformat())}"
        report.finding("bad_prices", "warning", said, fact, subject=name)
    return len(rows)


def _twins(store: Store, report: Report, columns: Columns, symbols: Sequence[str], since: date) -> int:
    """Symbols with the same last closes, to the last digit: one is stored under the name of the other."""
    day, symbol, close = (quoted(name) for name in (columns.date, columns.symbol, columns.close))
    rows = store.all(
        f"""WITH bars AS (SELECT {symbol} AS symbol, {close} AS close,
                                 row_number() OVER (PARTITION BY {symbol} ORDER BY {day} DESC) AS back
                          FROM {columns.table} WHERE {symbol} IN (SELECT unnest($1)) AND {day} >= $2),
                 ends AS (SELECT symbol, list(close ORDER BY back) AS closes FROM bars WHERE back <= {_TWIN_SESSIONS}
                          GROUP BY 1 HAVING count(*) = {_TWIN_SESSIONS} AND count(DISTINCT close) > 2)
            SELECT min(symbol), max(symbol) FROM ends GROUP BY closes HAVING count(*) > 1 ORDER BY 1""",
        report,
        [list(symbols), since - _BEFORE],
    )
    for one, other in rows[:_SHOWN]:
        said = f"{one} and {other} have the same closes: one is stored under the name of the other"
        report.finding("duplicates", "warning", said, subject=f"{one}, {other}")
    return len(rows)


def _adjusted(store: Store, columns: Columns) -> str:
    """Splits are no jumps where the store has adjusted prices."""
    return "adjusted_close" if "adjusted_close" in store.columns(columns.table) else columns.close
