"""What each thread is about, and that the bot is part of it: the table `threads`; and what it posted: `posts`."""

import json
import time
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.protocols import Json
from bot.slack.commits import GroupCommit
from bot.slack.inbox import insert_new
from bot.storage.database import Database
from bot.storage.tables import posts, threads

Subject = Mapping[str, Json]

PROGRESS_PART = -1
"""The `part` of the message that showed steps while the answer was being made."""


class Threads:
    """Reads and keeps thread subjects and the record of what was posted for an event."""

    def __init__(self, database: Database, commits: GroupCommit) -> None:
        self._database = database
        self._commits = commits

    async def subject(self, channel: str, thread_ts: str) -> Subject:
        """What the last reply in the thread left; empty where there is none."""
        async with self._database.read() as connection:
            found = await connection.execute(
                select(threads.c.subject).where(threads.c.channel == channel, threads.c.thread_ts == thread_ts)
            )
            text = found.scalar_one_or_none()
        return json.loads(text) if text else {}

    async def remember(self, channel: str, thread_ts: str, subject: Subject) -> None:
        """The bot is part of this thread; an empty subject keeps the one it has."""
        row = {"channel": channel, "thread_ts": thread_ts, "updated_at": time.time()}
        changed: dict[str, object] = {"updated_at": row["updated_at"]}
        if subject:
            changed["subject"] = row["subject"] = json.dumps(subject)
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert

        async def write(connection: AsyncConnection) -> None:
            statement = insert(threads).values(row)
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["channel", "thread_ts"], set_=changed)
            )

        await self._commits.run(write)

    async def record(self, event_id: str, part: int, channel: str, ts: str) -> None:
        """A message of ours is there."""
        row = {"event_id": event_id, "part": part, "channel": channel, "ts": ts, "posted_at": time.time()}

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(insert_new(self._database, posts, row))

        await self._commits.run(write)

    async def posted(self, event_id: str) -> dict[int, str]:
        """Part to `ts` of what was recorded for the event."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(posts.c.part, posts.c.ts).where(posts.c.event_id == event_id))
            return {row.part: row.ts for row in rows}
