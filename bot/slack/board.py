"""What is shown under a key, and what it should show by now: the tables `shown` and `renderings`.

A message is bound to its key before it is posted, and an update is kept before messages are changed; so whichever of
the two comes second sees the other, and a message posted late still ends up with the latest content.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.slack.inbox import insert_new
from bot.storage.database import Database
from bot.storage.tables import posts, renderings, shown


@dataclass(frozen=True, slots=True)
class Rendering:
    """The `version`th content of a key, as JSON of `bot.slack.parcels`."""

    version: int
    reply: str


@dataclass(frozen=True, slots=True)
class Place:
    """The messages of one event: part to `ts`, all in one channel."""

    event_id: str
    channel: str
    parts: dict[int, str]


class Board:
    """Keys are what handlers call them, as they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def bind(self, key: str, event_id: str) -> None:
        """What is posted for the event shows the key."""
        async with self._database.write() as connection:
            await connection.execute(insert_new(self._database, shown).values(key=key, event_id=event_id))

    async def renew(self, connection: AsyncConnection, key: str, reply: str) -> int:
        """Keep a new content; its version."""
        insert = (sqlite.insert if self._database.is_sqlite else postgresql.insert)(renderings)
        upsert = insert.values(key=key, version=1, reply=reply).on_conflict_do_update(
            index_elements=["key"], set_={"version": renderings.c.version + 1, "reply": insert.excluded.reply}
        )
        version: int = (await connection.execute(upsert.returning(renderings.c.version))).scalar_one()
        return version

    async def latest(self, key: str) -> Rendering | None:
        """The newest content; None where the key was never updated."""
        async with self._database.read() as connection:
            query = select(renderings.c.version, renderings.c.reply).where(renderings.c.key == key)
            row = (await connection.execute(query)).first()
        return Rendering(row.version, row.reply) if row else None

    async def places(self, key: str) -> list[Place]:
        """Where the key is shown, each message once: by the first event it was posted for."""
        query = (
            select(posts.c.event_id, posts.c.part, posts.c.channel, posts.c.ts)
            .join(shown, shown.c.event_id == posts.c.event_id)
            .where(shown.c.key == key, posts.c.part >= 0, posts.c.part < FILE_PARTS, posts.c.ts != "")
            .order_by(posts.c.id)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        found: dict[str, Place] = {}
        seen: set[tuple[str, str]] = set()
        for row in rows:
            if (row.channel, row.ts) in seen:
                continue
            seen.add((row.channel, row.ts))
            found.setdefault(row.event_id, Place(row.event_id, row.channel, {})).parts[row.part] = row.ts
        return list(found.values())


FILE_PARTS = 1000
"""Parts from here on are files, which an update leaves as they are."""
