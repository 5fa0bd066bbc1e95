"""Parquet to a table of text cells, read by DuckDB from a temporary file, within bounds."""

import tempfile
from pathlib import Path

import duckdb

from tools.backtests.readers.document import MAX_CELLS, Table
from tools.errors import BadInput


def table_of_parquet(stem: str, data: bytes) -> Table:
    """The table; an index that pandas kept beside the columns comes first and has no name."""
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
