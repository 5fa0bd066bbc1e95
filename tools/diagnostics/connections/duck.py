"""Reading DuckDB: an open store that notes what it is asked, and its errors as faults in words."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tools.diagnostics.tool import Fault, Report

if TYPE_CHECKING:
    import duckdb

_DAMAGE: Final = frozenset({"SerializationException", "InternalException", "FatalException"})
"""What DuckDB raises where the bytes of a file are not what they should be."""


class Store:
    """An open DuckDB; `report` is told of what is asked."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection") -> None:
        self._connection = connection

    def all(self, query: str, report: Report | None = None, given: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Every row."""
        if report is not None:
            report.asked(" ".join(query.split()))
        return self._connection.execute(query, list(given)).fetchall()

    def one(self, query: str, report: Report | None = None, given: Sequence[object] = ()) -> tuple[Any, ...]:
        """The first row."""
        return self.all(query, report, given)[0]

    def has(self, table: str) -> bool:
        """Whether there is such a table."""
        found = self.all("SELECT count(*) FROM information_schema.tables WHERE table_name = $1", given=[table])
        return bool(found[0][0])

    def columns(self, table: str) -> set[str]:
        """Names of a table's columns."""
        return {str(row[0]) for row in self.all(f"DESCRIBE SELECT * FROM {table}")}


def fault_of(error: "duckdb.Error", name: str) -> Fault:
    """What DuckDB's error means for who asked."""
    said = str(error).splitlines()[0]
    holder = re.search(r"lock is held in (\S+) \(PID (\d+)\)", said)
    if holder:
        program = Path(holder[1]).name
        return Fault("locked", f"{name} is locked for writing by {program}, process {holder[2]}; nobody can read it.")
    if "Permission denied" in said:
        return Fault("auth_failed", f"{name} may not be read by the user Deskhand runs as: {said}")
    if "different configuration" in said or "Could not set lock" in said:
        return Fault("locked", f"{name} is open for writing elsewhere; nobody can read it meanwhile.")
    if (
        type(error).__name__ in _DAMAGE
        or "not a valid DuckDB" in said
        or "Could not read enough" in said
        or "magic bytes" in said
        or "Parquet" in said
        or "corrupt" in said.lower()
        or "checksum" in said.lower()
    ):
        return Fault("corrupt", f"{name} is damaged or not a file of its kind: {said}")
    if "does not exist" in said or "No files found" in said or "not found" in said:
        return Fault("missing", f"{name} lacks what was asked for: {said}")
    return Fault("misconfigured", f"{name} cannot be asked: {said}")


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
