"""Backtests in the database; implements `tools.backtests.model.BacktestStore`."""

import asyncio
import json
import re
import time
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.database import Database
from bot.storage.tables import backtests
from tools.backtests.codec import dumps, loads
from tools.backtests.model import BacktestRun, RunSummary, content_hash
from tools.errors import Problem

_HASH_LENGTHS = (4, 6, 8, 16)  # of the hash in an id: as short as is unique
_LONGEST_SLUG = 40
_KEPT = 32  # decoded runs in memory, about a quarter of a megabyte each for twenty years of days
_LISTED = [column for column in backtests.c if column.name != "payload"]


class SqlBacktestStore:
    """Runs by id such as `golden-cross-spy-3f9a`; the same content is kept once, under its first id."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: OrderedDict[str, BacktestRun] = OrderedDict()

    async def add(self, run: BacktestRun, *, by: str) -> str:
        """Keep a run and return its id. Raises `BadInput` for what cannot be kept, such as NaN in a curve."""
        text, payload = await asyncio.to_thread(_pack, run)
        digest = content_hash(text)
        row = {
            "name": _fit(run.name, 255),
            "engine": _fit(run.engine, 64),
            "strategy": _fit(run.strategy, 64) if run.strategy is not None else None,
            "symbols": json.dumps(list(run.symbols)),
            "start": _day(run.start),
            "end": _day(run.end),
            "content_hash": digest,
            "payload": payload,
            "created_at": time.time(),
            "created_by": _fit(by, 64),
        }
        dialect = sqlite if self._database.is_sqlite else postgresql
        async with self._database.write() as connection:
            for length in _HASH_LENGTHS:
                offered = {**row, "id": f"{_slug(run)}-{digest[:length]}"}
                await connection.execute(dialect.insert(backtests).values(offered).on_conflict_do_nothing())
                kept = await connection.scalar(select(backtests.c.id).where(backtests.c.content_hash == digest))
                if kept is not None:
                    return str(kept)
        raise Problem(f"No free id for the backtest {run.name!r}; give it another name.")

    async def get(self, run_id: str) -> BacktestRun | None:
        """The run with this id, or None. Raises `Problem` where its row was changed by something else."""
        kept = self._read.get(run_id)
        if kept is not None:  # a stored run never changes, and reading one costs tens of milliseconds
            self._read.move_to_end(run_id)
            return kept
        query = select(backtests.c.payload, backtests.c.content_hash).where(backtests.c.id == run_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        run = await asyncio.to_thread(_unpack, row.payload, row.content_hash)
        if run is None:
            raise Problem(
                f"The stored backtest {run_id} is damaged: its content does not fit its hash. Import it again."
            )
        self._read[run_id] = replace(run, id=run_id)
        if len(self._read) > _KEPT:
            self._read.popitem(last=False)
        return self._read[run_id]

    def missing(self) -> str:
        """Nothing is: every run is here."""
        return ""

    async def list(self) -> Sequence[RunSummary]:
        """All runs, newest first."""
        query = select(*_LISTED).order_by(backtests.c.created_at.desc(), backtests.c.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            RunSummary(
                id=row.id,
                name=row.name,
                engine=row.engine,
                start=row.start,
                end=row.end,
                symbols=tuple(json.loads(row.symbols)),
                strategy=row.strategy,
                created_at=datetime.fromtimestamp(row.created_at, UTC).isoformat(timespec="seconds"),
                content_hash=row.content_hash,
            )
            for row in rows
        ]


def _pack(run: BacktestRun) -> tuple[str, bytes]:
    text = dumps(run)
    loads(text)  # what would not be read back is refused now
    return text, zlib.compress(text.encode())


def _unpack(payload: bytes, digest: str) -> BacktestRun | None:
    try:
        text = zlib.decompress(payload).decode()
    except (zlib.error, UnicodeDecodeError):
        return None
    return loads(text) if content_hash(text) == digest else None


def _slug(run: BacktestRun) -> str:
    """The name in lower case with hyphens, and the symbol where there is one that the name does not say."""
    slug = _hyphenated(run.name)[:_LONGEST_SLUG].strip("-") or "backtest"
    symbol = _hyphenated(run.symbols[0])[:12] if len(run.symbols) == 1 else ""
    return f"{slug}-{symbol}" if symbol and symbol not in slug.split("-") else slug


def _hyphenated(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _day(date: object) -> str | None:
    return str(date)[:10] if date is not None else None


def _fit(text: str, longest: int) -> str:
    """What a column can hold; the payload has it whole."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:longest]
