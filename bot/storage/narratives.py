"""Finished reports by cache key; implements `tools.narrative.service.NarrativeCache`."""

import time

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.database import Database
from bot.storage.tables import narratives


class SqlNarrativeCache:
    """The key covers all that a report depends on, so an entry is never stale and never replaced."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, cache_key: str) -> str | None:
        """The report as JSON text, or None."""
        async with self._database.read() as connection:
            query = select(narratives.c.payload).where(narratives.c.cache_key == cache_key)
            payload: str | None = await connection.scalar(query)
            return payload

    async def put(self, cache_key: str, *, backtest_id: str, detail: str, payload: str) -> None:
        """Keep it; a key that is there already stays as it is."""
        row = {
            "cache_key": cache_key,
            "backtest_id": backtest_id[:64],
            "detail": detail[:16],
            "payload": payload,
            "created_at": time.time(),
        }
        dialect = sqlite if self._database.is_sqlite else postgresql
        insert = dialect.insert(narratives).values(row).on_conflict_do_nothing()
        await self._database.run(lambda connection: connection.execute(insert).close())
