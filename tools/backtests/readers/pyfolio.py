"""pyfolio's inputs: returns, positions and transactions, as CSV (also compressed).

Returns are fractions by day, not cumulative; they look like any series of numbers, so the engine must be named for them.
Positions are money by symbol and a column `cash`: their sum by day is the equity. Transactions have amount (shares, negative for a
sale), price and symbol (or sid); trades are matched first in, first out, and nothing is known of costs.
"""

import numpy as np

from tools.backtests.model import BacktestRun, Curve
from tools.backtests.readers import plain
from tools.backtests.readers.column_names import says, words
from tools.backtests.readers.curves import by_day, series
from tools.backtests.readers.dates import dates, looks_like_date
from tools.backtests.readers.document import Document, Table, wrong
from tools.backtests.readers.numbers import numbers
from tools.backtests.readers.round_trips import Fill, trades_of
from tools.errors import BadInput

ENGINE = "pyfolio"


def matches(document: Document) -> int:
    """Positions by their column of cash among symbols, transactions by their columns."""
    table = document.table
    if table is None:
        return 0
    return 90 if _is_transactions(table) else 80 if _is_positions(table) else 0


def _is_transactions(table: Table) -> bool:
    return table.has("amount", "price") and (table.has("symbol") or table.has("sid"))


def _is_positions(table: Table) -> bool:
    if table.column("cash") is None or len(table.columns) < 3 or not table.rows:
        return False
    # A column of the whole account beside its cash would be added to it.
    return looks_like_date(table.rows[0][0]) and not any(_speaks_of_all(name) for name in table.columns)


def _speaks_of_all(name: str) -> bool:
    whole = bool(words(name) & {"total", "value", "holdings", "price", "qty", "quantity", "commission", "drawdown"})
    return whole or says(name, "equity") or says(name, "returns")


def read(document: Document) -> list[BacktestRun]:
    """One run of what the file has."""
    table = document.table
    if table is None:
        raise wrong(document, ENGINE, "returns, positions or transactions")
    if _is_transactions(table):
        return [_of_transactions(document.name, table)]
    if _is_positions(table):
        return [_of_positions(document.name, table)]
    return plain.runs(document, "returns", ENGINE)


def _of_positions(name: str, table: Table) -> BacktestRun:
    cash = table.column("cash")
    when = by_day(dates(table.cells(0), table.columns[0] or "index"))
    held = {index: np.nan_to_num(numbers(table, index)) for index in range(1, len(table.columns))}
    total = np.sum(list(held.values()), axis=0)
    found = series(when, total, "sum of the positions")
    if float(found.curve.values[0]) <= 0:
        raise BadInput(
            f"{name} has positions and cash that add up to nothing on the first day, so there is no equity."
        )
    invested = total - held[cash if cash is not None else 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(total > 0, invested / total, 0.0)
    exposure = series(when, share, "exposure").curve
    return BacktestRun(
        name=name,
        engine=ENGINE,
        currency="",
        equity=found.curve,
        symbols=tuple(column[:40] for index, column in enumerate(table.columns) if index and index != cash)[:100],
        initial_capital=float(found.curve.values[0]),
        exposure=Curve(exposure.dates, exposure.values),
        notes=(
            *found.notes,
            "The equity is the sum of positions and cash; it starts with the first day held, not before it.",
        ),
    )


def _of_transactions(name: str, table: Table) -> BacktestRun:
    symbol = table.column("symbol", "sid") or 0
    amounts, prices = (numbers(table, table.column(key) or 0) for key in ("amount", "price"))
    stamps = table.column("dt", "date", "timestamp") or 0
    when = dates(table.cells(stamps), table.columns[stamps] or "index")
    if not (np.all(np.isfinite(amounts)) and np.all(np.isfinite(prices))):
        raise BadInput(f"{name} has a transaction without an amount or a price.")
    rows = zip(when, table.cells(symbol), amounts.tolist(), prices.tolist(), strict=True)
    trades = trades_of(Fill(stamp, code[:40], amount, price) for stamp, code, amount, price in rows if amount)
    return BacktestRun(
        name=name,
        engine=ENGINE,
        currency="",
        equity=None,
        symbols=tuple(dict.fromkeys(code[:40] for code in table.cells(symbol)))[:100],
        trades=trades,
        notes=(
            "Only transactions are in this file: trades are matched first in, first out, and there is no equity curve.",
        ),
    )
