"""What each thread is about, and that the bot is part of it: the table `threads`; and what it posted: `posts`."""

import json
import time
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

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
        if subject:
            await self._commits.run(self._set, (channel, thread_ts, json.dumps(subject)))
        else:
            await self._commits.run(self._join, (channel, thread_ts))

    def _join(self, connection: Connection, places: Sequence[tuple[str, str]]) -> list[None]:
        rows = [{"channel": channel, "thread_ts": ts, "updated_at": time.time()} for channel, ts in places]
        connection.execute(insert_new(self._database, threads), rows)
        return [None] * len(places)

    def _set(self, connection: Connection, subjects: Sequence[tuple[str, str, str]]) -> list[None]:
        insert = (sqlite.insert if self._database.is_sqlite else postgresql.insert)(threads)
        upsert = insert.on_conflict_do_update(
            index_elements=["channel", "thread_ts"],
            set_={"subject": insert.excluded.subject, "updated_at": insert.excluded.updated_at},
        )
        for channel, thread_ts, subject in subjects:
            row = {"channel": channel, "thread_ts": thread_ts, "subject": subject, "updated_at": time.time()}
            connection.execute(upsert, row)
        return [None] * len(subjects)

    async def about_to_post(self, event_id: str, part: int, channel: str) -> None:
        """Committed before the call, so that a successor knows which messages may be there without a record."""
        await self._commits.run(self._record, (event_id, part, channel, ""))

    async def record(self, event_id: str, part: int, channel: str, ts: str) -> None:
        """A message of ours is there."""
        await self._commits.run(self._record, (event_id, part, channel, ts))

    def _record(self, connection: Connection, made: Sequence[tuple[str, int, str, str]]) -> list[None]:
        rows = {
            (event_id, part): {
                "event_id": event_id,
                "part": part,
                "channel": channel,
                "ts": ts,
                "posted_at": time.time(),
            }
            for event_id, part, channel, ts in made
        }
        insert = (sqlite.insert if self._database.is_sqlite else postgresql.insert)(posts)
        upsert = insert.on_conflict_do_update(
            index_elements=["event_id", "part"],
            set_={
                "ts": insert.excluded.ts,
                "channel": insert.excluded.channel,
                "posted_at": insert.excluded.posted_at,
            },
        )
        connection.execute(upsert, list(rows.values()))
        return [None] * len(made)

    async def forget(self, event_id: str, part: int) -> None:
        """A message of ours was taken away."""
        gone = (posts.c.event_id == event_id) & (posts.c.part == part)
        async with self._database.write() as connection:
            await connection.execute(delete(posts).where(gone))

    async def posted(self, event_id: str) -> dict[int, str]:
        """Part to `ts` of what was posted for the event; an empty `ts` where that may or may not have happened."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(posts.c.part, posts.c.ts).where(posts.c.event_id == event_id))
            return {row.part: row.ts for row in rows}
