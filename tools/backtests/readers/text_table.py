"""Text to a table: what programs and spreadsheets write as CSV, and figures as they are printed, a name and a value a line."""

import csv
import io
import re
from collections.abc import Iterable
from itertools import islice

from tools.backtests.readers.dates import looks_like_date
from tools.backtests.readers.document import MAX_CELLS, Table
from tools.backtests.readers.numbers import number
from tools.errors import BadInput

_MOST_COLUMNS = 2_000
_MOST_TITLES = 20
_NAME_AND_VALUE = re.compile(r"(\S+(?: \S+)*)(?: {2,}|\t+)(\S+(?: \S+)*)")
_LEAST_PRINTED = 4


def table_of_text(stem: str, content: str) -> Table:
    """The table in a text. Titles above its header are left out.

    Raises BadInput where there is none, or where a row between others has another number of columns.
    """
    head = [line for line in islice(io.StringIO(content, newline=None), 200) if line.strip()][:60]
    delimiter = _delimiter(head)
    if delimiter is None:
        printed = _printed(content)
        if printed is not None:
            return printed
        raise BadInput(
            f"{stem} is text, not a result that can be read: its lines have no columns separated by a comma, semicolon, "
            "tab or bar."
        )
    rows = _rows(stem, io.StringIO(content, newline=None), delimiter)
    if not rows:
        raise BadInput(f"{stem} has no rows.")
    width = _width(rows)
    return _table(stem, _without_titles(rows, width), width)


def _delimiter(head: list[str]) -> str | None:
    """The separator that splits the first lines into the most columns of the same number."""
    best: tuple[float, int, str] | None = None
    for delimiter in (",", ";", "\t", "|"):
        try:
            widths = [len(row) for row in csv.reader(head, delimiter=delimiter)]
        except csv.Error:
            continue
        if not widths or max(widths) < 2:
            continue
        usual = max(set(widths), key=widths.count)
        # A decimal comma splits rows as well, and a date in words too: all rows alike count more than many columns.
        score = (widths.count(usual) / len(widths), 1 if delimiter != "," else 0, delimiter)
        if usual > 1 and (best is None or score[:2] > best[:2]):
            best = score
    return best[2] if best else None


def _rows(stem: str, lines: Iterable[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            if not row or not any(row):
                continue
            cells += len(row)
            if len(row) > _MOST_COLUMNS or cells > MAX_CELLS:
                raise BadInput(f"{stem} holds more than {MAX_CELLS:,} cells, which is more than is read.")
            rows.append([cell.strip() for cell in row])
    except csv.Error as error:
        raise BadInput(f"{stem} is not a table that can be read: {error}.") from None
    return rows


def _width(rows: list[list[str]]) -> int:
    """The number of columns that most of the first rows have."""
    widths = [len(row) for row in rows[:60]]
    return max(set(widths), key=lambda width: (widths.count(width), width))


def _without_titles(rows: list[list[str]], width: int) -> list[list[str]]:
    """The rows without titles and remarks above the header. One cut off row at the end stays, to be refused."""
    first = 0
    while width > 1 and first < min(len(rows) - 1, _MOST_TITLES) and _is_title(rows[first]):
        first += 1
    return rows[first:]


def _is_title(row: list[str]) -> bool:
    alone = bool(row[0]) and not any(row[1:]) and len(row) != 2
    return row[0].startswith("#") or (alone and not looks_like_date(row[0]))


def _table(stem: str, rows: list[list[str]], width: int) -> Table:
    first = rows[0]
    # R writes one name fewer than columns: the index has none.
    header = ["", *first] if len(first) == width - 1 and len(rows) > 1 else first
    body = rows[1:]
    if _looks_like_data(first):
        header, body = [""] * width, rows
    ragged = next((number for number, row in enumerate(body, start=2) if len(row) != width), None)
    if ragged is not None or len(header) != width:
        raise BadInput(f"{stem} is not a table: row {ragged or 1} has another number of columns than the others.")
    return Table(tuple(header), tuple(tuple(row) for row in body))


def _looks_like_data(row: list[str]) -> bool:
    """Whether a first row is already data: it starts with a date or number and all the rest are numbers."""
    if not looks_like_date(row[0]):
        return False
    return any(row[1:]) and all(number(cell) is not None for cell in row[1:] if cell)


def _printed(content: str) -> Table | None:
    """Names and values apart by spaces, as statistics are printed; None where most lines are not that."""
    lines = [line.strip() for line in content.splitlines() if line.strip()]
    pairs = [match for line in lines if (match := _NAME_AND_VALUE.fullmatch(line))]
    if len(pairs) < _LEAST_PRINTED or len(pairs) < len(lines) / 2:
        return None
    return Table(("", ""), tuple((match[1], match[2]) for match in pairs))
