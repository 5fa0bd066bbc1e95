"""What a reader is given: the content of a file, taken apart but not yet understood.

A document is JSON, a table of text cells, or the perf frame of a pickle. Numbers and dates stay text in a table until a
reader says which column is what.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol, TypeAlias

from tools.backtests.model import BacktestRun, Days, Values
from tools.errors import BadInput

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Row: TypeAlias = "tuple[str, ...]"
MAX_RUNS = 500
MAX_CELLS = 4_000_000
"""Most values in one file, whatever its size: what bounds the memory a file can take."""


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text, `rows` all as long as `columns`. A file without a header has empty column names."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, *names: str) -> int | None:
        """Position of the first of `names` there is, whatever its case and punctuation; None without one."""
        plain = [plain_name(column) for column in self.columns]
        return next((plain.index(plain_name(name)) for name in names if plain_name(name) in plain), None)

    def has(self, *names: str) -> bool:
        """Whether all these columns exist."""
        return all(self.column(name) is not None for name in names)

    def cells(self, index: int) -> list[str]:
        """One column from top to bottom."""
        return [row[index] for row in self.rows]

    def pairs(self) -> dict[str, str]:
        """First column to second, where a table is a list of names and values."""
        return {row[0]: row[1] for row in self.rows} if len(self.columns) == 2 else {}


@dataclass(frozen=True, slots=True)
class Frame:
    """A DataFrame's index and numeric columns. `names` are all its columns; `counts` sizes of lists in a cell."""

    index: Days
    numbers: Mapping[str, Values]
    names: tuple[str, ...]
    cells: Mapping[str, Sequence[object]]


@dataclass(frozen=True)
class Document:
    """One file's content. `name` is the file's stem: data, for display only."""

    name: str
    kind: Literal["json", "table", "frame"]
    json: Json = None
    given_table: Table | None = None
    frame: Frame | None = None

    @cached_property
    def table(self) -> Table | None:
        """The content as a table: as it is, or from the ways pandas writes a frame as JSON; None where it is neither."""
        return self.given_table if self.kind == "table" else table_of(self.json)

    @cached_property
    def values(self) -> dict[str, Json]:
        """The content as names with scalar or nested values: a JSON object or a table of two columns."""
        if isinstance(self.json, dict):
            return self.json
        if self.kind == "table" and self.given_table is not None:
            columns = self.given_table.columns
            first: dict[str, Json] = {columns[0]: columns[1]} if len(columns) == 2 and columns[0] else {}
            return {**first, **self.given_table.pairs()}
        return {}


class Reader(Protocol):
    """One engine's reader, a module: see `tools.backtests.readers.read` for the table of them."""

    ENGINE: str

    def matches(self, document: Document) -> int:
        """0 not this engine's; else how sure, up to 100."""
        ...

    def read(self, document: Document) -> list[BacktestRun]:
        """The runs in it; raises BadInput with one sentence."""
        ...


def statistics(
    document: Document, is_figure: Callable[[str], bool], known: Callable[[Collection[str]], bool]
) -> dict[str, dict[str, Json]]:
    """Figures by the name of their run, where `known` finds names of figures; empty where it does not.

    They stand alone (an object, or a table of names and values), one run a row, or one a column. A run that is alone and
    has no name has an empty one.
    """
    if known(document.values.keys()):
        table = document.given_table
        return {
            _called(table.columns[1]) if table is not None and not table.columns[0] else "": dict(document.values)
        }
    table = document.table
    if table is None or not table.rows:
        return {}
    if known(table.columns):
        return _by_row(document.name, table, is_figure)
    keys = table.cells(0)
    if not known(keys):
        return {}
    return {
        _called(name): {key: row[index] for key, row in zip(keys, table.rows, strict=True) if key}
        for index, name in enumerate(table.columns)
        if index
    }


def _called(name: str) -> str:
    """A column's name, unless it is the one that pandas gives to what has none."""
    return "" if name == "0" else name


_PERIOD = frozenset(("Start", "End", "Duration", "Period", "start", "end"))


def _by_row(stem: str, table: Table, is_figure: Callable[[str], bool]) -> dict[str, dict[str, Json]]:
    """One run a row, called by the words before its first figure."""
    first = next((index for index, name in enumerate(table.columns) if is_figure(name)), 0)
    made: dict[str, dict[str, Json]] = {}
    for place, row in enumerate(table.rows[: MAX_RUNS + 1], 1):
        leading = [pair for pair in zip(table.columns[:first], row[:first], strict=True) if pair[0] not in _PERIOD]
        words = [cell for _, cell in leading if cell and not cell.isdigit()]
        spoken = " ".join(words) or " ".join(f"{column} {cell}" for column, cell in leading if column)
        name = spoken if spoken and spoken not in made else f"{spoken or stem} {place}"
        made[name] = dict(zip(table.columns, row, strict=True))
    return made


def plain_name(name: str) -> str:
    """Lower case letters, digits and percent signs of a column's name."""
    return "".join(character for character in name.lower() if character.isalnum() or character in "%#")


def table_of(value: Json) -> Table | None:
    """A table from pandas' orients: columns, lists, split, records, a series by index, or a list of pairs."""
    if isinstance(value, dict):
        return _of_split(value) or _of_columns(value) or _of_lists(value) or _of_series(value)
    if isinstance(value, list) and value:
        return _of_records(value)
    return None


def _of_split(value: dict[str, Json]) -> Table | None:
    columns, index, data = value.get("columns"), value.get("index"), value.get("data")
    if not isinstance(data, list) or not isinstance(index, list) or len(index) != len(data):
        return None
    if not isinstance(columns, list):
        columns, data = [value.get("name") or "0"], [[cell] for cell in data]
    if not all(isinstance(row, list) and len(row) == len(columns) for row in data):
        return None
    rows = [
        (text(place), *(text(cell) for cell in row))
        for place, row in zip(index, data, strict=True)
        if isinstance(row, list)
    ]
    return Table(("", *(text(column) for column in columns)), tuple(rows))


def _of_columns(value: dict[str, Json]) -> Table | None:
    columns = {name: column for name, column in value.items() if isinstance(column, dict)}
    if not columns or len(columns) != len(value):
        return None
    first = next(iter(columns.values()))
    if not first or any(column.keys() != first.keys() for column in columns.values()):
        return None
    if any(isinstance(cell, dict | list) for column in columns.values() for cell in column.values()):
        return None
    rows = [(place, *(text(column[place]) for column in columns.values())) for place in first]
    return Table(("", *columns), tuple(rows))


def _of_lists(value: dict[str, Json]) -> Table | None:
    columns = [column for column in value.values() if isinstance(column, list)]
    if len(columns) < 2 or len(columns) != len(value) or len({len(column) for column in columns}) != 1:
        return None
    if any(isinstance(cell, dict | list) for column in columns for cell in column):
        return None
    return Table(tuple(value), tuple(tuple(text(cell) for cell in row) for row in zip(*columns, strict=True)))


def _of_series(value: dict[str, Json]) -> Table | None:
    if not value or any(isinstance(cell, dict | list) for cell in value.values()):
        return None
    return Table(("", "0"), tuple((place, text(cell)) for place, cell in value.items()))


def _of_records(value: list[Json]) -> Table | None:
    first = value[0]
    if isinstance(first, dict):
        names = tuple(first)
        if not names or not all(isinstance(row, dict) and row.keys() == first.keys() for row in value):
            return None
        return Table(names, tuple(tuple(text(row[name]) for name in names) for row in value if isinstance(row, dict)))
    if isinstance(first, list) and first:
        width = len(first)
        if not all(isinstance(row, list) and len(row) == width for row in value):
            return None
        return Table(
            ("",) * width, tuple(tuple(text(cell) for cell in row) for row in value if isinstance(row, list))
        )
    return None


def text(value: Json) -> str:
    """A scalar as a cell; nested values as an empty one."""
    if value is None or isinstance(value, dict | list):
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def obj(value: Json) -> dict[str, Json]:
    """The object, or an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def items(value: Json) -> list[Json]:
    """The list, or an empty one where it is none."""
    return value if isinstance(value, list) else []


def word(value: Json, most: int = 200) -> str:
    """Text of a scalar, cut to `most` characters."""
    return text(value)[:most]


def wrong(document: Document, engine: str, wanted: str) -> BadInput:
    """The sentence for a file that is not what its engine writes."""
    return BadInput(f"{document.name} is not a result of {engine} that can be read: it has no {wanted}.")
