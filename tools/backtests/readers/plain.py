"""Returns or equity without an engine: a column of dates and one or more of numbers, as CSV, Parquet or JSON.

Whether numbers are returns or an equity is asked, never guessed: such a file needs `engine="returns"` (fractions by
period, 0.01 is 1 %; 1 % may be written as "1%") or `engine="equity"` (values of the account, any currency, or growth of 1). Every
column of numbers is a run of its own; one whose name has "benchmark" in it is the benchmark of the others.
"""

from typing import Literal

from tools.backtests.model import BacktestRun, Curve, Days
from tools.backtests.readers.document import Document, Table, plain_name
from tools.backtests.readers.values import (
    by_day,
    dates,
    equity_of_returns,
    is_numeric,
    looks_like_date,
    numbers,
    series,
)
from tools.errors import BadInput

ENGINE = "returns"

Kind = Literal["returns", "equity"]
_MOST_RUNS = 50
_DATE_NAMES = ("date", "datetime", "timestamp", "time", "day", "index")
_MARKET = frozenset(("open", "high", "low", "close"))


def matches(document: Document) -> int:
    """Any table with dates and numbers, at the very last."""
    table = document.table
    return 1 if table is not None and _date_column(table) is not None and bool(_value_columns(table)) else 0


def read(document: Document) -> list[BacktestRun]:
    """The question; it is answered by naming the engine, `returns` or `equity`."""
    raise BadInput(
        f"{document.name} has dates and numbers, but does not say whether they are returns or an equity curve; "
        "give the engine as `returns` (fractions, 0.01 is 1 %) or as `equity`."
    )


def runs(document: Document, kind: Kind, engine: str) -> list[BacktestRun]:
    """One run a column. Raises BadInput where the numbers cannot be what they are said to be."""
    table = document.table
    place = _date_column(table) if table is not None else None
    columns = _value_columns(table) if table is not None else []
    if table is None or place is None or not columns:
        raise BadInput(
            f"{document.name} has no column of dates beside a column of numbers, so it cannot be read as {kind}."
        )
    if len(_MARKET & {plain_name(table.columns[column]) for column in columns}) >= 3:
        raise BadInput(
            f"{document.name} has prices of a market (open, high, low, close), not the {kind} of a strategy."
        )
    if len(columns) > _MOST_RUNS:
        raise BadInput(f"{document.name} has {len(columns)} columns of numbers; up to {_MOST_RUNS} are read.")
    when = by_day(dates(table.cells(place), table.columns[place] or "date"))
    benchmarks = [column for column in columns if "bench" in plain_name(table.columns[column])]
    own = [column for column in columns if column not in benchmarks[:1]] or columns
    made: list[BacktestRun] = []
    for column in own:
        curve, notes = _curve(table, column, when, kind, document.name)
        benchmark = (
            _curve(table, benchmarks[0], when, kind, document.name)[0]
            if benchmarks and len(own) < len(columns)
            else None
        )
        made.append(
            BacktestRun(
                name=_name(document.name, table.columns[column], len(own)),
                engine=engine,
                equity=curve,
                initial_capital=float(curve.values[0]),
                benchmark=benchmark,
                benchmark_name=table.columns[benchmarks[0]][:80] if benchmark is not None else None,
                notes=notes,
            )
        )
    return made


def _curve(table: Table, column: int, when: Days, kind: Kind, name: str) -> tuple[Curve, tuple[str, ...]]:
    values = numbers(table, column)
    found = series(when, values, "returns" if kind == "returns" else "equity curve")
    if kind == "returns":
        return equity_of_returns(found.curve), found.notes
    if float(found.curve.values[0]) <= 0 or float(found.curve.values.min()) < 0:
        raise BadInput(
            f"{name} cannot be an equity curve: it starts at zero or has negative values; "
            "if these are returns, give the engine as `returns`."
        )
    return found.curve, found.notes


def _date_column(table: Table) -> int | None:
    named = [index for index, name in enumerate(table.columns) if plain_name(name) in _DATE_NAMES]
    places: list[int] = [*named, *range(min(len(table.columns), 3))]
    for index in places:
        first = next((row[index] for row in table.rows if row[index]), "")
        if looks_like_date(first):
            return index
    return None


def _value_columns(table: Table) -> list[int]:
    place = _date_column(table)
    return [index for index in range(len(table.columns)) if index != place and is_numeric(table, index)]


def _name(stem: str, column: str, among: int) -> str:
    return column[:200] if among > 1 and column else stem
