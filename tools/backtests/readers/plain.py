"""Returns or equity without an engine: a column of dates and one or more of numbers, as CSV, Parquet or JSON.

Whether numbers are returns or an equity is asked, never guessed: such a file needs `engine="returns"` (fractions by
period, 0.01 is 1 %; 1 % may be written as "1%") or `engine="equity"` (values of the account, any currency, or growth of 1).
Which columns then count is told by their names (`column_names`); each is a run of its own, one of a benchmark is the
benchmark of the others. A list of trades has dates and numbers as well, but is no curve, and is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tools.backtests.model import BacktestRun, Curve, Days
from tools.backtests.readers.column_names import Kind, chosen, is_benchmark, is_market, words
from tools.backtests.readers.curves import by_day, equity_of_returns, series
from tools.backtests.readers.dates import dates, looks_like_date, looks_like_year
from tools.backtests.readers.document import Document, Json, Table, obj, plain_name, table_of
from tools.backtests.readers.numbers import currency_of, is_numeric, numbers
from tools.errors import BadInput

ENGINE = "returns"

_MOST_RUNS = 50
_DATE_NAMES = ("date", "datetime", "timestamp", "time", "day", "index", "month", "year", "日期", "datum", "fecha")
_SIDES = frozenset(("buy", "sell", "long", "short", "b", "s", "bot", "sld", "cover", "sellshort"))


@dataclass(frozen=True, slots=True)
class _Layout:
    """A table whose dates and numbers were found; rows above the first date are gone."""

    table: Table
    place: int
    columns: tuple[int, ...]

    def name(self, column: int) -> str:
        return self.table.columns[column]


def matches(document: Document) -> int:
    """Any table with dates and numbers, at the very last."""
    return 1 if _layout(document) is not None else 0


def read(document: Document) -> list[BacktestRun]:
    """The question; it is answered by naming the engine, `returns` or `equity`."""
    layout = _layout(document)
    if layout is not None:
        _refuse_events(document.name, layout)
    shown = _shown(layout) if layout is not None and len(layout.columns) > 1 else ""
    raise BadInput(
        f"{document.name} has dates and numbers{shown}, but does not say whether they are returns or an equity curve; "
        "give the engine as `returns` (fractions, 0.01 is 1 %) or as `equity`."
    )


def runs(document: Document, kind: Kind, engine: str) -> list[BacktestRun]:
    """One run a column. Raises BadInput where the numbers cannot be what they are said to be."""
    layout = _layout(document)
    if layout is None:
        raise BadInput(
            f"{document.name} has no column of dates beside a column of numbers, so it cannot be read as {kind}."
        )
    _refuse_events(document.name, layout)
    names = {column: layout.name(column) for column in layout.columns}
    if is_market(names.values()):
        raise BadInput(
            f"{document.name} has prices of a market (open, high, low, close), not the {kind} of a strategy."
        )
    wanted = [column for column in names if names[column] in chosen(tuple(names.values()), kind)]
    if not wanted:
        raise BadInput(
            f"{document.name} has no column that is {kind} by its name{_shown(layout)}; call the one that is `{kind}`."
        )
    if len(wanted) > _MOST_RUNS:
        raise BadInput(f"{document.name} has {len(wanted)} columns of numbers; up to {_MOST_RUNS} are read.")
    return _runs(document.name, layout, wanted, kind, engine)


def _runs(stem: str, layout: _Layout, wanted: list[int], kind: Kind, engine: str) -> list[BacktestRun]:
    when = _when(layout)
    benchmarks = [column for column in wanted if is_benchmark(layout.name(column))]
    own = [column for column in wanted if column not in benchmarks[:1]] or wanted
    market = benchmarks[0] if benchmarks and len(own) < len(wanted) else None
    made: list[BacktestRun] = []
    for column in own:
        curve, notes = _curve(layout.table, column, when, kind, stem)
        benchmark = _curve(layout.table, market, when, kind, stem)[0] if market is not None else None
        made.append(
            BacktestRun(
                name=layout.name(column)[:200] if len(own) > 1 and layout.name(column) else stem,
                engine=engine,
                currency=currency_of(layout.table.cells(column)) if kind == "equity" else "",
                equity=curve,
                initial_capital=float(curve.values[0]),
                benchmark=benchmark,
                benchmark_name=layout.name(market)[:80] if market is not None else None,
                notes=notes,
            )
        )
    return made


def _curve(table: Table, column: int, when: Days, kind: Kind, name: str) -> tuple[Curve, tuple[str, ...]]:
    values = numbers(table, column)
    found = series(when, values, "series of returns" if kind == "returns" else "equity curve")
    if kind == "returns":
        return equity_of_returns(found.curve), found.notes
    if float(found.curve.values[0]) <= 0 or float(found.curve.values.min()) < 0:
        called = f", column {table.columns[column][:40]!r}," if table.columns[column] else ""
        raise BadInput(
            f"{name}{called} cannot be an equity curve: it starts at zero or has negative values; "
            "if these are returns, give the engine as `returns`."
        )
    return found.curve, found.notes


# --- where the dates and numbers are ---------------------------------------------------------------------------------


def _layout(document: Document) -> _Layout | None:
    for table in _tables(document):
        place = _date_column(table)
        if place is None:
            continue
        body = _from_first_date(table, place)
        columns = [index for index in range(len(body.columns)) if index != place and is_numeric(body, index)]
        if body.rows and columns:
            return _Layout(body, place, tuple(columns))
    return None


def _tables(document: Document) -> Iterator[Table]:
    """The document as a table; else what an object holds by names that speak of a curve, else all it holds."""
    if document.table is not None:
        yield document.table
    elif document.kind == "json":
        yield from _within(obj(document.json))


def _within(found: Mapping[str, Json]) -> Iterator[Table]:
    of_lists = table_of({name: value for name, value in found.items() if isinstance(value, list)})
    if of_lists is not None:
        yield of_lists
    inner = sorted(found.items(), key=lambda item: not {"equity", "curve", "nav", "returns"} & words(item[0]))
    for _, value in inner:
        table = table_of(value)
        if table is not None and len(table.rows) > 1:
            yield table


def _date_column(table: Table) -> int | None:
    named = [index for index, name in enumerate(table.columns) if plain_name(name) in _DATE_NAMES]
    called = [index for index, name in enumerate(table.columns) if words(name) & {"date", "time", "timestamp"}]
    places: list[int] = [*named, *range(min(len(table.columns), 3)), *called]
    for index in places:
        # Names of several levels (pandas) put rows without a date between the header and the first.
        filled = [cell for row in table.rows[:6] if (cell := row[index])]
        dated = [cell for cell in filled if looks_like_date(cell) or (index in named and looks_like_year(cell))]
        if dated and len(dated) >= len(filled) - 3 and filled[-1] == dated[-1]:
            return index
    return None


def _from_first_date(table: Table, place: int) -> Table:
    """Without the rows above the first date that are part of the header."""
    first = next(
        (
            row
            for row, cells in enumerate(table.rows)
            if looks_like_date(cells[place]) or looks_like_year(cells[place])
        ),
        0,
    )
    return Table(table.columns, table.rows[first:]) if first else table


def _when(layout: _Layout) -> Days:
    """The dates; with the time of day from a column beside them, where days alone would not tell rows apart."""
    cells, table = layout.table.cells(layout.place), layout.table
    clock = next((index for index, name in enumerate(table.columns) if plain_name(name) in ("time", "hour")), None)
    if clock is not None and clock != layout.place and len(set(cells)) < len(cells):
        cells = [f"{day} {time}" for day, time in zip(cells, table.cells(clock), strict=True)]
    return by_day(dates(cells, table.columns[layout.place] or "date"))


def _refuse_events(name: str, layout: _Layout) -> None:
    """Raises BadInput for a list of trades, orders or signals."""
    table = layout.table
    called = [words(column) for column in table.columns]
    pairs = any("entry" in own for own in called) and any("exit" in own for own in called)
    sides = any(_are_sides(table.cells(index)) for index in range(len(table.columns)))
    if pairs or sides:
        raise BadInput(
            f"{name} is a list of trades or orders{_shown(layout)}, not a curve; hand in the equity or the returns by date, "
            "or the engine's own result."
        )


def _are_sides(cells: list[str]) -> bool:
    seen = {plain_name(cell) for cell in cells[:200] if cell}
    return bool(seen) and seen <= _SIDES


def _shown(layout: _Layout) -> str:
    called = [layout.name(column)[:40] for column in layout.columns if layout.name(column)]
    more = ", ..." if len(called) > 8 else ""
    return f" ({', '.join(called[:8])}{more})" if called else ""
