"""Whether stored prices are sound: missing trading days, days stored twice, jumps, impossible prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from tools.diagnostics.connections.duck import Store, quoted
from tools.diagnostics.tool import Report, slug
from tools.market.calendar import TradingCalendar
from tools.narrative.text import date_text, plural

_SHOWN: Final = 12


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
    """How many missing days, duplicate days, jumps and impossible rows there are; findings go into the report."""
    checks = (_gaps, _duplicates, _jumps, _bad)
    return [check(store, report, columns, symbols, since) for check in checks]


def in_words(name: str, since: date, counts: Sequence[int]) -> str:
    """The counts of `examine` as a sentence."""
    words = ("missing trading day", "duplicate day", "price jump", "impossible price")
    found = [plural(count, word) for count, word in zip(counts, words, strict=True) if count]
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


def _adjusted(store: Store, columns: Columns) -> str:
    """Splits are no jumps where the store has adjusted prices."""
    return "adjusted_close" if "adjusted_close" in store.columns(columns.table) else columns.close
