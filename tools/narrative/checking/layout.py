"""Lines as they are meant: wrapped ones joined, cells of a table with the words of their row and column."""

import re
from collections.abc import Iterator

_LIST = re.compile(r"\s*(?:[-*•·|#>]|\d+[.)]\s)")
_WRAPPED = 45


def lines_of(text: str) -> list[str]:
    """Lines to be read one by one; an empty one ends a paragraph."""
    found: list[str] = []
    table: list[list[str]] = []
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped.startswith("|") and stripped.count("|") > 2:
            table.append([cell.strip() for cell in stripped.strip("|").split("|")])
            continue
        found += _cells(table)
        table = []
        if found and stripped and _continues(found[-1], line):
            found[-1] += " " + stripped
        else:
            found.append(stripped)
    return found + list(_cells(table))


def _continues(last: str, line: str) -> bool:
    """Whether a line was wrapped: the last one is long and does not end a sentence, and this one opens no list."""
    return len(last) >= _WRAPPED and last[-1] not in ".!?:;|" and _LIST.match(line) is None


def _cells(table: list[list[str]]) -> Iterator[str]:
    """Each cell of a table as a line of its own: "- <column> <row>: <cell>"."""
    if not table:
        return
    header, *rows = table
    yield ""
    for row in rows:
        if all(set(cell) <= set("-: ") for cell in row):
            continue
        for column, cell in zip(header[1:], row[1:], strict=False):
            if cell:
                head = f"{header[0]} {row[0]}" if row[0].isdigit() else row[0]
                yield f"- {column} {head}: {cell}"
    yield ""
