"""Prices that a person brings: one instrument from a CSV file, checked bar by bar before anything is kept."""

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.market.prices import Prices, read_csv
from tools.market.store import Series

_COLUMNS = ("Date", "Open", "High", "Low", "Close", "Adj Close", "Volume")


@dataclass(frozen=True, slots=True)
class ImportedSource:
    """`tools.market.store.Source` of one file. The bars are history: the last of them is the last that is expected."""

    name: str
    one: Series

    def series(self) -> tuple[Series, ...]:
        """The instrument of the file."""
        return (self.one,)


@contextmanager
def from_csv(path: Path, symbol: str, name: str = "") -> Iterator[ImportedSource]:
    """The file as a source, for as long as the block runs. Raises `BadInput` with the line or column at fault."""
    prices = read_csv(path, symbol)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "prices.csv"
        _write(prices, plain)
        last = prices.dates[-1].astype(object)
        yield ImportedSource(
            path.name, Series(symbol, name or symbol, f"imported from {path.name}", plain, "%Y-%m-%d", last)
        )


def _write(prices: Prices, path: Path) -> None:
    numbers = (prices.open, prices.high, prices.low, prices.close, prices.adjusted_close)
    columns = [prices.dates.astype(str).tolist(), *(values.tolist() for values in numbers)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(zip(*columns, prices.volume.astype("int64").tolist(), strict=True))
