"""The audit: an append-only record in which any later change shows.

Each row holds one entry as canonical JSON, with its number and time inside, the hash of the row before it, and

    hash = SHA-256(previous_hash + "\\n" + entry)        or HMAC-SHA-256 of the same under `DESKHAND_AUDIT_KEY`

so a row that is changed, removed, inserted or moved breaks the chain at that row. The other columns repeat what the
entry says, for queries, and `verify` holds them to it. A chain alone cannot tell that its end was cut off. Three
things do:

* `audit_head` carries number and hash of the last row, written in the same transaction as the row;
* the witness, outside the database: after the commit a line `seq hash` goes to the append-only file
  `audit.anchor` under `DESKHAND_HOME`. It reveals rows cut off together with a head set back to match, and a
  history rewritten with fresh hashes, from the first rewritten row on. The same pair is logged every 100 rows and
  at shutdown as `audit.anchor`, for a log store that the database's administrator cannot write to;
* with the key set, nobody can compute hashes who has only the database. Set it before the first start: one log is
  under one key from its first row.

Rows are never deleted: there is no retention. A restored backup lacks the rows made after it, and `verify` says so;
having accepted that, move `audit.anchor` aside.
"""

import asyncio
import hashlib
import hmac
import json
import math
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.protocols import AuditEntry, Json
from bot.storage.database import Database
from bot.storage.tables import audit, audit_head
from tools.errors import Problem
from tools.redact import redact, redact_json

GENESIS: Final = "0" * 64
_LONGEST: Final = 4_000  # characters of one string in an entry; what is longer is cut, saying so
_COLUMN: Final = 64  # characters of a column; the entry holds the same
_LOG_EVERY: Final = 100
_WITNESS_LINE: Final = re.compile(r"([1-9][0-9]{0,17}) ([0-9a-f]{64})\n?")

# Built once: constructing them costs as much as running them.
_LOCK_HEAD: Final = select(audit_head.c.seq, audit_head.c.hash).where(audit_head.c.id == 1).with_for_update()
_MOVE_HEAD: Final = update(audit_head).where(audit_head.c.id == 1)
_INSERT: Final = insert(audit)

_log = structlog.get_logger("deskhand.audit")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found. `first_broken` is the number of the first row that is not as it was written.

    `rows` is how many are in order, `witnessed` the last row the witness knows of: 0 without a witness, in which case
    rows cut off at the end together with their head row do not show.
    """

    ok: bool
    rows: int
    witnessed: int = 0
    first_broken: int | None = None
    reason: str = ""


class ChainedAudit:
    """Appends and verifies; implements `bot.protocols.AuditLog`. One instance a process."""

    def __init__(self, database: Database, *, anchor: Path | None = None, key: bytes | None = None) -> None:
        """`anchor` is the witness file, None for none; `key` turns hashes into HMACs."""
        self._database = database
        self._anchor = anchor
        self._key = key
        self._appended = False
        self._turn = asyncio.Lock()
        self._writing: asyncio.Task[None] | None = None  # kept, since the loop holds tasks weakly
        self._waiting: list[tuple[AuditEntry, asyncio.Future[None]]] = []

    async def write(self, entry: AuditEntry) -> None:
        """Append in a transaction of its own; calls that come while one is being written share the next."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, written))
        try:
            async with self._turn:
                if not written.done():
                    # Others' entries are in it too: whoever is cancelled here does not take them along.
                    self._writing = asyncio.create_task(self._write_all(self._waiting.copy()))
                    await asyncio.shield(self._writing)
        except asyncio.CancelledError:
            self._waiting = [waiting for waiting in self._waiting if waiting[1] is not written]
            raise
        await written

    async def append(self, connection: AsyncConnection, *entries: AuditEntry) -> list[tuple[int, str]]:
        """Append inside an open transaction of `Database.write()`; returns each row's number and hash.

        On PostgreSQL this locks the head row until the transaction ends, so make it the last statement.
        The witness learns of the rows with the next `write`, `anchor` or `close`.
        """
        return await connection.run_sync(self._append, entries)

    def _append(self, connection: Connection, entries: Sequence[AuditEntry]) -> list[tuple[int, str]]:
        seq, previous = _lock_head(connection)
        rows: list[dict[str, Json]] = []
        for entry in entries:
            seq += 1
            values = _entry_values(seq, time.time(), entry)
            body = canonical(values)
            digest = self._digest(previous, body)
            rows.append({"entry": body, "previous_hash": previous, "hash": digest, **_columns(values)})
            previous = digest
        connection.execute(_INSERT, rows)
        connection.execute(_MOVE_HEAD, {"seq": seq, "hash": previous})
        self._appended = True
        return [(seq - len(rows) + place, str(row["hash"])) for place, row in enumerate(rows, 1)]

    async def _write_all(self, batch: list[tuple[AuditEntry, asyncio.Future[None]]]) -> None:
        del self._waiting[: len(batch)]
        try:
            entries = [entry for entry, _ in batch]
            rows = await self._database.run(lambda connection: self._append(connection, entries))
            await self._witness(rows)
        except Exception as error:
            for _, written in batch:
                if not written.done():
                    written.set_exception(error)
            return
        for _, written in batch:
            if not written.done():
                written.set_result(None)

    async def anchor(self) -> None:
        """Tell the witness and the log the last committed row."""
        async with self._database.read() as connection:
            head = (await connection.execute(select(audit_head.c.seq, audit_head.c.hash))).first()
        if head is not None and head.seq:
            await self._witness([(head.seq, head.hash)])
            _log.info("audit.anchor", seq=head.seq, hash=head.hash)

    async def close(self) -> None:
        """Anchor what this process appended. The database stays open."""
        if self._appended:
            await self.anchor()

    async def verify(self) -> Verdict:
        """Walk the chain from the first row and name the first broken one. Reads one consistent snapshot."""
        # The witness first: it is written after the commit, so all it says must be in the snapshot.
        witness = await asyncio.to_thread(_read_witness, self._anchor)
        check = _Check(self._digest, witness)
        async with self._database.snapshot() as connection:
            head = (await connection.execute(select(audit_head.c.seq, audit_head.c.hash))).first()
            async for row in _rows(connection):
                if (broken := check.row(row)) is not None:
                    return broken
        return check.end((head.seq, head.hash) if head is not None else None)

    async def export(self) -> AsyncIterator[str]:
        """Every row as one line of JSON: the entry's keys, with `previous_hash` and `hash`."""
        async with self._database.snapshot() as connection:
            async for row in _rows(connection):
                yield canonical({**_readable(row), "previous_hash": row.previous_hash, "hash": row.hash})

    def _digest(self, previous: str, body: str) -> str:
        message = f"{previous}\n{body}".encode()
        if self._key is not None:
            return hmac.new(self._key, message, hashlib.sha256).hexdigest()
        return hashlib.sha256(message).hexdigest()

    async def _witness(self, rows: Sequence[tuple[int, str]]) -> None:
        for seq, digest in rows:
            if seq % _LOG_EVERY == 0:
                _log.info("audit.anchor", seq=seq, hash=digest)
        if self._anchor is None:
            return
        lines = "".join(f"{seq} {digest}\n" for seq, digest in rows)
        try:
            await asyncio.to_thread(_append_text, self._anchor, lines)
        except OSError as error:
            _log.error("audit.witness_not_written", file=str(self._anchor), reason=error.strerror, seq=rows[-1][0])


def canonical(value: Json) -> str:
    """JSON in one form only: sorted keys, no spaces, ASCII, no NaN. Equal values give equal texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _lock_head(connection: Connection) -> tuple[int, str]:
    """The last row's number and hash; nobody else appends until this transaction ends."""
    head = (connection.execute(_LOCK_HEAD)).first()
    if head is None:
        first = {"id": 1, "seq": 0, "hash": GENESIS}
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        made = connection.execute(dialect.insert(audit_head).values(first).on_conflict_do_nothing())
        if made.rowcount and connection.scalar(select(func.max(audit.c.seq))) is not None:
            raise Problem("The audit has rows but its head row is gone; run `deskhand audit verify` before going on.")
        head = (connection.execute(_LOCK_HEAD)).one()
    return head.seq, head.hash


async def _rows(connection: AsyncConnection) -> AsyncIterator[Row[tuple[object, ...]]]:
    async with connection.stream(select(audit).order_by(audit.c.seq)) as result:
        async for row in result:
            yield row


def _entry_values(seq: int, at: float, entry: AuditEntry) -> dict[str, Json]:
    columns = {"actor": entry.actor, "action": entry.action, "correlation_id": entry.correlation_id}
    texts = {
        "place": entry.place,
        "intent": entry.intent,
        "decision": entry.decision,
        "tool": entry.tool,
        "result_hash": entry.result_hash,
        "model": entry.model,
        "prompt_version": entry.prompt_version,
    }
    return {
        **{name: _clean(text)[:_COLUMN] for name, text in columns.items()},
        **{name: _bounded(_clean(text)) for name, text in texts.items()},
        "seq": seq,
        "at": at,
        "arguments": _bounded(redact_json(entry.arguments)),
        "duration_ms": _bounded(entry.duration_ms),
    }


def _clean(text: str) -> str:
    """Redacted, and without what PostgreSQL's text or UTF-8 cannot hold."""
    return redact(text).replace("\x00", "").encode("utf-8", "replace").decode()


def _bounded(value: Json) -> Json:
    """What canonical JSON can hold: long strings cut, NaN and infinities as text."""
    if isinstance(value, str):
        return (
            value if len(value) <= _LONGEST else f"{value[:_LONGEST]} (and {len(value) - _LONGEST} more characters)"
        )
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _bounded(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_bounded(inner) for inner in value]
    return value


def _columns(values: Mapping[str, Json]) -> dict[str, Json]:
    return {name: values[name] for name in ("seq", "at", "actor", "action", "correlation_id")}


class _Check:
    """Walks rows in order; holds what the next one must be."""

    def __init__(self, digest: Callable[[str, str], str], witness: Mapping[int, str]) -> None:
        self._digest = digest
        self._witness = witness
        self._last = 0
        self._previous = GENESIS

    def row(self, row: Row[tuple[object, ...]]) -> Verdict | None:
        """A verdict where this row is the first broken one, else None."""
        expected = self._last + 1
        if row.seq > expected:
            return self._broken(expected, "it is missing")
        if row.seq < expected:
            return self._broken(row.seq, "it was inserted")
        if row.previous_hash != self._previous:
            return self._broken(row.seq, "it does not name the hash of the row before it")
        if row.hash != self._digest(self._previous, row.entry):
            hint = "; is DESKHAND_AUDIT_KEY the key the log was begun with?" if row.seq == 1 else ""
            return self._broken(row.seq, f"its content does not fit its hash{hint}")
        if not _agree(row):
            return self._broken(row.seq, "a column differs from its entry")
        if self._witness.get(row.seq, row.hash) != row.hash:
            return self._broken(row.seq, "it was rewritten: audit.anchor holds another hash")
        self._last, self._previous = row.seq, row.hash
        return None

    def end(self, head: tuple[int, str] | None) -> Verdict:
        """The verdict after the last row, from the head and the witness."""
        last = self._last
        if head is None and last:
            return self._broken(last + 1, "the head row is gone, so rows may have been cut off here")
        seq, digest = head or (0, GENESIS)
        if seq > last:
            return self._broken(last + 1, f"it is missing; the head row says there are {seq}")
        if seq < last:
            return self._broken(seq + 1, f"it was inserted; the head row says there are {seq}")
        if digest != self._previous:
            return self._broken(max(last, 1), "the head row holds another hash")
        witnessed = max(self._witness, default=0)
        if witnessed > last:
            return self._broken(last + 1, f"it is missing; audit.anchor recorded rows up to {witnessed}")
        return Verdict(True, last, witnessed)

    def _broken(self, seq: int, reason: str) -> Verdict:
        return Verdict(False, self._last, max(self._witness, default=0), seq, reason)


def _readable(row: Row[tuple[object, ...]]) -> Mapping[str, Json]:
    """The entry; where it was tampered with, what is left of it as text."""
    try:
        entry = json.loads(row.entry)
    except ValueError:
        entry = None
    return entry if isinstance(entry, dict) else {"seq": row.seq, "unreadable": row.entry}


def _agree(row: Row[tuple[object, ...]]) -> bool:
    try:
        columns = _columns(json.loads(row.entry))
    except (ValueError, TypeError, KeyError):
        return False
    return all(getattr(row, name) == value for name, value in columns.items())


def _append_text(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(text)


def _read_witness(path: Path | None) -> dict[int, str]:
    """What the witness says of each row; a line torn by a crash says nothing."""
    if path is None or not path.exists():
        return {}
    with path.open(encoding="ascii", errors="replace") as file:
        return {int(found[1]): found[2] for line in file if (found := _WITNESS_LINE.fullmatch(line))}
