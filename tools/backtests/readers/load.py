"""From bytes to documents: what kind of file it is, found by its content, within stated bounds.

Nothing in a file is run and nothing is written but a Parquet file's own bytes, to a temporary file that DuckDB reads.
Every way in which a file can be wrong ends in `BadInput` with one sentence.
"""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO, Protocol
from unicodedata import category

from tools.backtests.readers.document import Document
from tools.backtests.readers.json_text import parsed
from tools.backtests.readers.strangers import by_first_bytes, by_members
from tools.backtests.readers.text_table import table_of_text
from tools.errors import BadInput

MAX_BYTES = 64 * 2**20
"""Largest file, as it lies on the disk and unpacked."""
MAX_MEMBERS = 1_000
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
    stranger = by_members({member.filename for member in members[:MAX_MEMBERS]})
    if stranger is not None:
        raise BadInput(f"{stem} {stranger}")
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
        from tools.backtests.readers.parquet_file import table_of_parquet  # DuckDB is only loaded where it is needed

        return Document(stem, "table", given_table=table_of_parquet(stem, data))
    if _is_pickle(data):
        from tools.backtests.readers.perf_pickle import frame_of

        return Document(stem, "frame", frame=frame_of(stem, data))
    stranger = by_first_bytes(data)
    if stranger is not None:
        raise BadInput(f"{stem} {stranger}")
    content = _decoded(stem, data)
    start = content.lstrip()
    if start[:1] in ("{", "["):
        return Document(stem, "json", json=parsed(stem, start))
    return Document(stem, "table", given_table=table_of_text(stem, content))


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
    strange = sum(not (c.isprintable() or c in "\r\n\t\ufeff" or category(c) == "Zs") for c in content[:4096])
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
