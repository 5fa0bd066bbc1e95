"""From bytes to documents: what kind of file it is, found by its content, within stated bounds.

Nothing in a file is run and nothing is written but a Parquet file's own bytes, to a temporary file that DuckDB reads.
Every way in which a file can be wrong ends in `BadInput` with one sentence.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from tools.backtests.readers.document import Document, Json, Table
from tools.errors import BadInput

MAX_BYTES = 64 * 2**20
"""Largest file, as it lies on the disk and unpacked."""
MAX_CELLS = 4_000_000
"""Most values in one file, whatever its size: what bounds the memory a file can take."""
MAX_DEPTH = 100
MAX_MEMBERS = 1_000
_MOST_COLUMNS = 2_000
_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_PACKED: dict[bytes, Callable[[IO[bytes]], gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


_SUFFIXES = (".gz", ".bz2", ".xz", ".json", ".csv", ".tsv", ".txt", ".parquet", ".pickle", ".pkl", ".zip", ".pq")


def load(name: str, data: bytes) -> list[Document]:
    """The documents in a file: one, or those of the readable members of a zip. `name` is only shown."""
    stem = stem_of(name)
    if not data.strip(b"\x00\t\r\n "):
        raise BadInput(f"{stem} is empty.")
    if len(data) > MAX_BYTES:
        raise too_large(stem, len(data))
    if data.startswith(b"PK\x03\x04"):
        return _archive(stem, data)
    if data.startswith(b"PK\x05\x06"):
        raise BadInput(f"{stem} is an empty zip archive.")
    return [_document(stem, _unpacked(stem, data))]


def too_large(name: str, size: int) -> BadInput:
    """The sentence for a file over the bound."""
    return BadInput(
        f"{name} has {size / 2**20:.0f} MB; files of up to {MAX_BYTES // 2**20} MB can be read. "
        "Export less, for example daily values."
    )


def stem_of(name: str) -> str:
    """A file's name without folders and endings, for display."""
    last = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(character for character in last if character.isprintable()).strip()
    while shown.lower().endswith(_SUFFIXES):
        shown = shown[: shown.rindex(".")]
    return shown[:120] or "file"


# --- packed files ----------------------------------------------------------------------------------------------------


def _unpacked(stem: str, data: bytes) -> bytes:
    for magic, opened in _PACKED.items():
        if data.startswith(magic):
            try:
                with opened(io.BytesIO(data)) as file:
                    return _bounded(stem, file)
            except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
                raise BadInput(f"{stem} is a damaged or cut off compressed file.") from error
    return data


def _bounded(stem: str, file: _Source) -> bytes:
    """All that is in it, read in pieces and given up as soon as it is more than may be."""
    pieces: list[bytes] = []
    size = 0
    while piece := file.read(2**20):
        size += len(piece)
        if size > MAX_BYTES:
            raise BadInput(f"{stem} unpacks to more than {MAX_BYTES // 2**20} MB, which is more than is read.")
        pieces.append(piece)
    return b"".join(pieces)


def _archive(stem: str, data: bytes) -> list[Document]:
    """The members that are JSON or CSV, read from memory; names are never used as paths."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return list(_members(stem, archive))
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        zlib.error,
        lzma.LZMAError,
        ValueError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise BadInput(f"{stem} is a zip archive that is damaged, cut off or encrypted.") from error


def _members(stem: str, archive: zipfile.ZipFile) -> Iterator[Document]:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise BadInput(f"{stem} is a zip archive of {len(members)} files; up to {MAX_MEMBERS} are read.")
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise BadInput(f"{stem} is a zip archive that unpacks to more than {MAX_BYTES // 2**20} MB.")
    left = MAX_BYTES
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in member.filename:
            raise BadInput(f"{stem} is a zip archive with a path that leads out of it, so nothing of it was read.")
        if path.suffix.lower() not in (".json", ".csv", ".gz") or path.name.startswith("."):
            continue
        with archive.open(member) as file:
            content = _bounded(stem, file)
        left -= len(content)
        if left < 0:
            raise BadInput(f"{stem} is a zip archive that unpacks to more than {MAX_BYTES // 2**20} MB.")
        if content.strip():
            yield _document(stem_of(path.name), _unpacked(stem, content))


# --- one file --------------------------------------------------------------------------------------------------------


def _document(stem: str, data: bytes) -> Document:
    if data.startswith(b"PAR1"):
        return Document(stem, "table", given_table=_parquet(stem, data))
    if _is_pickle(data):
        from tools.backtests.readers.perf_pickle import frame_of

        return Document(stem, "frame", frame=frame_of(stem, data))
    content = _decoded(stem, data)
    start = content.lstrip()
    if start[:1] in ("{", "["):
        return Document(stem, "json", json=_json(stem, start))
    return Document(stem, "table", given_table=_csv(stem, content))


def _is_pickle(data: bytes) -> bool:
    return (data[:1] == b"\x80" and 2 <= data[1] <= 5) if len(data) > 1 else False


def _decoded(stem: str, data: bytes) -> str:
    encoding = "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\x00" in data[:4096]:
        encoding = _utf16_without_mark(stem, data)
    try:
        content = data.decode(encoding)
    except UnicodeDecodeError:
        # Spreadsheets of western Europe still write this; digits and separators are the same in all of them.
        content = data.decode("cp1252", errors="replace")
    strange = sum(not (character.isprintable() or character in "\r\n\t\ufeff") for character in content[:4096])
    if "\x00" in content or strange > 8:
        raise _not_text(stem)
    return content.lstrip("\ufeff")


def _utf16_without_mark(stem: str, data: bytes) -> str:
    zeros = [data[:4096:2].count(0), data[1:4096:2].count(0)]
    if min(zeros) > 0 or max(zeros) < 0.3 * len(data[:4096:2]):
        raise _not_text(stem)
    return "utf-16-be" if zeros[0] else "utf-16-le"


def _not_text(stem: str) -> BadInput:
    return BadInput(
        f"{stem} is neither text nor a kind of file that can be read: JSON, CSV, Parquet, perf pickle, zip or gzip."
    )


# --- JSON ------------------------------------------------------------------------------------------------------------


def _json(stem: str, content: str) -> Json:
    if content.count(",") + content.count("[") + content.count("{") > MAX_CELLS:
        raise BadInput(f"{stem} holds more than {MAX_CELLS:,} values, which is more than is read.")
    if _depth(content) > MAX_DEPTH:
        raise BadInput(f"{stem} is nested more than {MAX_DEPTH} levels deep, which no result is.")
    try:
        value: Json = json.loads(content, object_pairs_hook=_once)
    except _Twice as twice:
        raise BadInput(
            f"{stem} has the key {twice.key!r} twice in one object, so it is unclear which counts."
        ) from None
    except json.JSONDecodeError as error:
        cut = error.pos >= len(content.rstrip()) - 1
        raise BadInput(
            f"{stem} is cut off: the JSON ends in the middle."
            if cut
            else f"{stem} is not valid JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}."
        ) from None
    except (RecursionError, ValueError):
        raise BadInput(
            f"{stem} is not JSON that can be read: a number or a nesting in it is beyond all bounds."
        ) from None
    return value


class _Twice(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key[:60]


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Twice(key)
            seen.add(key)
    return made


def _depth(content: str) -> int:
    """Deepest nesting of brackets outside strings; stops counting past the bound."""
    depth = deepest = 0
    for match in _STRUCTURE.finditer(content):
        mark = match[0]
        if mark in ("[", "{"):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        elif mark in ("]", "}"):
            depth -= 1
    return deepest


# --- CSV -------------------------------------------------------------------------------------------------------------


def _csv(stem: str, content: str) -> Table:
    head = [line for line in islice(io.StringIO(content, newline=None), 200) if line.strip()][:30]
    delimiter = _delimiter(head)
    if delimiter is None:
        raise BadInput(
            f"{stem} is not a table: its lines have no columns separated by a comma, semicolon, tab or bar."
        )
    rows = _rows(stem, io.StringIO(content, newline=None), delimiter)
    if not rows:
        raise BadInput(f"{stem} has no rows.")
    width = max(len(row) for row in rows[:30])
    first = rows[0]
    # R writes one name fewer than columns: the index has none.
    header = ["", *first] if len(first) == width - 1 and len(rows) > 1 else first
    body = rows[1:]
    if _looks_like_data(first):
        header, body = [""] * width, rows
    body = [row for row in body if any(cell for cell in row)]
    ragged = next((number for number, row in enumerate(body, start=2) if len(row) != width), None)
    if ragged is not None or len(header) != width:
        raise BadInput(f"{stem} is not a table: row {ragged or 1} has another number of columns than the others.")
    return Table(tuple(header), tuple(tuple(row) for row in body))


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
            if not row:
                continue
            cells += len(row)
            if len(row) > _MOST_COLUMNS or cells > MAX_CELLS:
                raise BadInput(f"{stem} holds more than {MAX_CELLS:,} cells, which is more than is read.")
            rows.append([cell.strip() for cell in row])
    except csv.Error as error:
        raise BadInput(f"{stem} is not a table that can be read: {error}.") from None
    return rows


def _looks_like_data(row: list[str]) -> bool:
    """Whether a first row is already data: it starts with a date or number and all the rest are numbers."""
    from tools.backtests.readers.values import looks_like_date, number

    if not looks_like_date(row[0]):
        return False
    return any(row[1:]) and all(number(cell) is not None for cell in row[1:] if cell)


# --- Parquet ---------------------------------------------------------------------------------------------------------


def _parquet(stem: str, data: bytes) -> Table:
    import duckdb

    with tempfile.TemporaryDirectory(prefix="deskhand-") as folder:
        path = Path(folder, "file.parquet")
        path.write_bytes(data)
        try:
            with duckdb.connect(config={"threads": 1, "memory_limit": "512MB"}) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                relation = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
                names = [str(column[0]) for column in relation.description or ()]
                limit = MAX_CELLS // max(1, len(names))
                rows = relation.fetchmany(limit + 1)
        except duckdb.Error as error:
            raise BadInput(f"{stem} is a damaged or cut off Parquet file.") from error
    if len(rows) > limit:
        raise BadInput(f"{stem} holds more than {MAX_CELLS:,} cells, which is more than is read.")
    ordered = sorted(range(len(names)), key=lambda index: not names[index].startswith("__index_level_"))
    header = tuple("" if names[index].startswith("__index_level_") else names[index] for index in ordered)
    return Table(header, tuple(tuple(_cell(row[index]) for index in ordered) for row in rows))


def _cell(value: object) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)
