"""A symbol's daily bars as numpy arrays, and how they are read from a CSV file."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.errors import BadInput

Days = NDArray[np.datetime64]
Values = NDArray[np.float64]

COLUMNS = ("date", "open", "high", "low", "close", "volume")
_MOST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Daily bars, oldest first. `dates` are datetime64[D], strictly increasing; the rest float64 of that length.

    Prices are positive and finite, in the instrument's currency (index points for an index); volume is in shares.
    """

    symbol: str
    dates: Days
    open: Values
    high: Values
    low: Values
    close: Values
    adjusted_close: Values
    volume: Values
    name: str = ""
    note: str = ""
    """What is to be said of a series that stands in for another, such as "stands for the index, not the fund"."""

    def __post_init__(self) -> None:
        problem = _what_is_wrong(self)
        if problem:
            raise BadInput(f"The prices of {self.symbol or 'this file'} cannot be used: {problem}.")

    def __len__(self) -> int:
        return len(self.dates)

    def adjusted(self) -> "Prices":
        """The same bars with open, high, low and close scaled so that close is the adjusted close."""
        if np.array_equal(self.close, self.adjusted_close):
            return self
        factor = self.adjusted_close / self.close
        return Prices(
            self.symbol,
            self.dates,
            self.open * factor,
            self.high * factor,
            self.low * factor,
            self.adjusted_close,
            self.adjusted_close,
            self.volume,
            self.name,
            self.note,
        )

    def since(self, first: int) -> "Prices":
        """The bars from index `first` on."""
        return self.slice(first, len(self))

    def slice(self, first: int, end: int) -> "Prices":
        """The bars of the half-open index range."""
        part = slice(first, end)
        return Prices(
            self.symbol,
            self.dates[part],
            self.open[part],
            self.high[part],
            self.low[part],
            self.close[part],
            self.adjusted_close[part],
            self.volume[part],
            self.name,
            self.note,
        )


def _what_is_wrong(prices: Prices) -> str:
    """The first thing that makes bars unusable, with its date; empty where there is none."""
    columns = {
        "open": prices.open,
        "high": prices.high,
        "low": prices.low,
        "close": prices.close,
        "adjusted close": prices.adjusted_close,
        "volume": prices.volume,
    }
    rows = len(prices.dates)
    for name, values in columns.items():
        if len(values) != rows:
            return f"{rows} dates but {len(values)} values of {name}"
        bad = ~np.isfinite(values) | ((values < 0) if name == "volume" else (values <= 0))
        if bad.any():
            at = int(np.argmax(bad))
            return f"{name} is {values[at]:g} on {prices.dates[at]}"
    steps = np.diff(prices.dates).astype(np.int64)
    if (steps <= 0).any():
        at = int(np.argmax(steps <= 0)) + 1
        what = "appears twice" if steps[at - 1] == 0 else f"comes after {prices.dates[at - 1]}"
        return f"{prices.dates[at]} {what}; dates must be in increasing order"
    upside_down = prices.high < prices.low
    if upside_down.any():
        at = int(np.argmax(upside_down))
        return f"high {prices.high[at]:g} is below low {prices.low[at]:g} on {prices.dates[at]}"
    return ""


def read_csv(path: Path, symbol: str = "") -> Prices:
    """Bars from a CSV file with the columns date, open, high, low, close, volume (any case, others ignored).

    Dates are ISO days; a column `adjusted_close` (or `Adj Close`) is used where there is one. Raises `BadInput` with
    one sentence that names the line or the column.
    """
    rows = _read_rows(path)
    header = [_canonical(cell) for cell in next(rows, [])]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise BadInput(
            f"{path.name} has no column {', '.join(missing)}; its first line must name {', '.join(COLUMNS)}."
        )
    wanted = [*COLUMNS, "adjusted_close"] if "adjusted_close" in header else list(COLUMNS)
    places = [header.index(name) for name in wanted]
    days: list[np.datetime64] = []
    numbers: list[list[float]] = []
    for line, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= max(places):
            raise BadInput(f"{path.name}, line {line}: {len(row)} values where the first line names {len(header)}.")
        days.append(_day(row[places[0]], path, line))
        numbers.append([_number(row[at], name, path, line) for at, name in zip(places[1:], wanted[1:], strict=True)])
    if len(days) < 2:
        raise BadInput(
            f"{path.name} has {len(days)} row{'' if len(days) == 1 else 's'} of prices; at least 2 are needed."
        )
    table = np.array(numbers, dtype=np.float64).T
    close = table[3]
    return Prices(
        symbol or path.stem,
        np.array(days, dtype="datetime64[D]"),
        table[0],
        table[1],
        table[2],
        close,
        table[5] if len(table) > 5 else close,
        table[4],
    )


def _read_rows(path: Path) -> Iterator[list[str]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadInput(f"{path.name} is larger than {_MOST_BYTES // 1_000_000} MB; cut it to the days needed.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"Cannot read {path}: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path.name} is not a text file in UTF-8; export it as CSV.") from None
    try:
        yield from csv.reader(text.splitlines())
    except csv.Error as error:
        raise BadInput(f"{path.name} is not a CSV file: {error}.") from None


def _canonical(cell: str) -> str:
    name = cell.strip().lower().replace(" ", "_")
    return "adjusted_close" if name in {"adj_close", "adjclose", "adjusted"} else name


def _day(cell: str, path: Path, line: int) -> np.datetime64:
    day = cell.strip()
    if len(day) > 10 and day[10] in " T" and day[11:].rstrip("Z0:+.") == "":
        day = day[:10]
    try:
        if len(day) != 10:
            raise ValueError
        return np.datetime64(day, "D")
    except ValueError:
        raise BadInput(f"{path.name}, line {line}: {cell.strip()!r} is not a day written like 2018-12-31.") from None


def _number(cell: str, name: str, path: Path, line: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        said = repr(cell.strip()) if cell.strip() else "empty"
        raise BadInput(f"{path.name}, line {line}: {name} is {said}, not a number.") from None
    if not math.isfinite(value) or value < 0 or (value == 0 and name != "volume"):
        wanted = "0 or more" if name == "volume" else "above 0"
        raise BadInput(f"{path.name}, line {line}: {name} is {cell.strip()}; it must be {wanted}.")
    return value
