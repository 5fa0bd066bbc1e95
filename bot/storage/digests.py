"""Digests and their slots in the database."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Row, Table, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.tables import digest_slots, digests
from tools.digests.model import Digest
from tools.digests.schedule import Schedule, parse_time

_HISTORY: Final = 13
"""Editions before the present one that show a course."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a digest's slots so far. `last` is the latest that was posted or skipped, `posted` the latest
    posted, `history` the figures of the latest posted ones, oldest first; `untold` were skipped and nobody was told."""

    last: float | None
    posted: float | None
    history: tuple[Mapping[str, float], ...]
    untold: tuple[float, ...]


class SqlDigests:
    """The desk's digests. Methods with a connection work inside an open transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def add(self, digest: Digest) -> bool:
        """Keep a new one; False where its id is taken, so that a press on a button counts once."""
        insert = self._insert(digests).values(_row(digest)).returning(digests.c.id)
        async with self.database.write() as connection:
            return (await connection.execute(insert)).first() is not None

    async def replace(self, digest: Digest) -> bool:
        """Keep its new form; False where it is gone."""
        async with self.database.write() as connection:
            changed = await connection.execute(update(digests).where(digests.c.id == digest.id).values(_row(digest)))
        return changed.rowcount > 0

    async def remove(self, digest_id: str) -> bool:
        """Forget it, and its slots; False where it is gone already."""
        async with self.database.write() as connection:
            gone = await connection.execute(delete(digests).where(digests.c.id == digest_id))
            await connection.execute(delete(digest_slots).where(digest_slots.c.digest_id == digest_id))
        return gone.rowcount > 0

    async def get(self, digest_id: str) -> Digest | None:
        """The digest, or None."""
        async with self.database.read() as connection:
            return await self.get_in(connection, digest_id)

    async def get_in(self, connection: AsyncConnection, digest_id: str) -> Digest | None:
        """The same in an open transaction; on PostgreSQL nobody changes it until that ends."""
        query = select(digests).where(digests.c.id == digest_id)
        if not self.database.is_sqlite:
            query = query.with_for_update()
        row = (await connection.execute(query)).first()
        return _digest(row) if row else None

    async def all(self, channel: str = "") -> list[Digest]:
        """Those of a channel, or all, by name."""
        query = select(digests).order_by(digests.c.name, digests.c.id)
        if channel:
            query = query.where(digests.c.channel == channel)
        async with self.database.read() as connection:
            return [_digest(row) for row in await connection.execute(query)]

    async def handled(self, digest_id: str) -> Handled:
        """What became of its slots."""
        mine = digest_slots.c.digest_id == digest_id
        posted = (
            select(digest_slots).where(mine, digest_slots.c.state == "posted").order_by(digest_slots.c.slot.desc())
        )
        untold = (
            select(digest_slots.c.slot).where(mine, digest_slots.c.state == "skipped").order_by(digest_slots.c.slot)
        )
        async with self.database.read() as connection:
            last = (await connection.execute(select(func.max(digest_slots.c.slot)).where(mine))).scalar()
            latest = (await connection.execute(posted.limit(_HISTORY))).all()
            waiting = (await connection.execute(untold)).scalars().all()
        return Handled(
            float(last) if last is not None else None,
            float(latest[0].slot) if latest else None,
            tuple(json.loads(row.figures) for row in reversed(latest)),
            tuple(float(slot) for slot in waiting),
        )

    async def claim(
        self,
        connection: AsyncConnection,
        digest_id: str,
        slot: float,
        state: str,
        figures: Mapping[str, float] | None = None,
    ) -> bool:
        """Take a slot, posted or skipped; False where somebody has it."""
        row = {
            "digest_id": digest_id,
            "slot": int(slot),
            "state": state,
            "at": time.time(),
            "figures": json.dumps(figures or {}),
        }
        insert = self._insert(digest_slots).values(row).returning(digest_slots.c.slot)
        return (await connection.execute(insert)).first() is not None

    async def told(self, connection: AsyncConnection, digest_id: str, slots: Sequence[float]) -> None:
        """Note that people were told of skipped slots."""
        mine = (digest_slots.c.digest_id == digest_id) & digest_slots.c.slot.in_([int(slot) for slot in slots])
        await connection.execute(update(digest_slots).where(mine).values(state="told"))

    def _insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        insert = sqlite.insert(table) if self.database.is_sqlite else postgresql.insert(table)
        return insert.on_conflict_do_nothing()


def _row(digest: Digest) -> dict[str, str | int | float]:
    return {
        "id": digest.id,
        "name": digest.name,
        "channel": digest.channel,
        "days": ",".join(digest.schedule.days),
        "at": f"{digest.schedule.at:%H:%M}",
        "time_zone": digest.schedule.zone,
        "first_of_month": int(digest.schedule.first_of_month),
        "blocks": json.dumps(list(digest.blocks)),
        "created_by": digest.created_by,
        "since": digest.since,
        "paused": int(digest.paused),
    }


def _digest(row: Row[tuple[object, ...]]) -> Digest:
    schedule = Schedule(tuple(row.days.split(",")), parse_time(row.at), row.time_zone, bool(row.first_of_month))
    blocks = tuple(json.loads(row.blocks))
    return Digest(row.id, row.name, row.channel, schedule, blocks, row.created_by, row.since, bool(row.paused))
