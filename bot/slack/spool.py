"""Where the receiving process commits what arrives when the database is SQLite: a file of its own beside it.

SQLite lets one writer in at a time, so an acknowledgement that waited for the database would wait for every answer
that is being written. Here the receiver writes alone. The bot moves the rows into the inbox and says so; then the
receiver forgets them. Whoever dies in between leaves rows that the next start moves, and the inbox knows each event.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Text, delete, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url

from bot.slack.commits import GroupCommit
from bot.slack.events import Envelope
from bot.slack.inbox import Inbox
from bot.slack.observing import Observer
from bot.storage.database import Database

log = structlog.get_logger(__name__)

_MOST_RECENT = 10_000
_arrivals = Table(
    "arrivals",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("payload", Text, nullable=False),
    sqlite_autoincrement=True,  # ids grow in the order of commits and are never used again
)


def spool_of(database: Database) -> str:
    """The file beside a database of SQLite; empty for other databases, which take many writers at once."""
    path = make_url(database.url).database
    return f"{path}-arrivals" if database.is_sqlite and path else ""


class Spool:
    """The receiver's side."""

    def __init__(self, path: str) -> None:
        self._database = _open(path)
        self._commits = GroupCommit(self._database)
        self._recent: dict[str, None] = {}
        self._forgotten = 0

    async def open(self) -> None:
        """Make the file where there is none."""
        await self._database.run(_arrivals.metadata.create_all)

    async def close(self) -> None:
        """Commits under way have ended."""
        await self._database.close()

    async def add(self, envelope: Envelope) -> bool | None:
        """Commit it; None where the inbox will tell whether it is new, False where it was here already."""
        if envelope.key in self._recent:
            return False
        await self._commits.run(_insert, envelope)
        self._recent[envelope.key] = None
        if len(self._recent) > _MOST_RECENT:
            del self._recent[next(iter(self._recent))]
        return None

    async def forget(self, up_to: int) -> None:
        """These are in the inbox."""
        if up_to > self._forgotten:
            await self._commits.run(_delete, up_to)
            self._forgotten = up_to


def _insert(connection: Connection, envelopes: Sequence[Envelope]) -> list[None]:
    rows = [{"key": each.key, "payload": each.model_dump_json()} for each in envelopes]
    connection.execute(sqlite.insert(_arrivals).on_conflict_do_nothing(), rows)
    return [None] * len(envelopes)


def _delete(connection: Connection, up_to: Sequence[int]) -> list[None]:
    connection.execute(delete(_arrivals).where(_arrivals.c.id <= max(up_to)))
    return [None] * len(up_to)


class Intake(Protocol):
    """The bot's side."""

    async def start(self) -> None:
        """Before the receiver begins."""
        ...

    async def take(self) -> int:
        """See that everything is in the inbox; returns the id in the spool up to which it is."""
        ...

    async def close(self) -> None:
        """Nothing is being taken any more."""
        ...


class FromInbox:
    """An `Intake` where the receiver writes into the inbox itself: workers only need to be woken."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def start(self) -> None:
        """As `Intake`."""

    async def take(self) -> int:
        """As `Intake`."""
        self._inbox.arrived.set()
        return 0

    async def close(self) -> None:
        """As `Intake`."""


class FromSpool:
    """An `Intake` that moves what the receiver has committed into the inbox, in order."""

    def __init__(self, path: str, inbox: Inbox, observer: Observer) -> None:
        self._database = _open(path)
        self._inbox = inbox
        self._observer = observer
        self._moved = 0
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Make the file where there is none, and move what a predecessor left."""
        await self._database.run(_arrivals.metadata.create_all)
        await self.take()

    async def take(self) -> int:
        """Returns the id up to which everything is in the inbox; 0 where nothing was ever moved."""
        async with self._turn:
            waiting = await self._waiting()
            await asyncio.gather(*(self._move(envelope) for _, envelope in waiting))
            self._moved = waiting[-1][0] if waiting else self._moved
            return self._moved

    async def _waiting(self) -> list[tuple[int, Envelope]]:
        new = select(_arrivals.c.id, _arrivals.c.payload).where(_arrivals.c.id > self._moved)
        async with self._database.read() as connection:
            rows = await connection.execute(new.order_by(_arrivals.c.id))
            return [(row.id, Envelope.model_validate_json(row.payload)) for row in rows]

    async def _move(self, envelope: Envelope) -> None:
        added = await self._inbox.add(envelope)
        self._observer.event(envelope.kind, "accepted" if added else "duplicate")

    async def close(self) -> None:
        """Nothing is being moved any more."""
        await self._database.close()


def _open(path: str) -> Database:
    return Database(f"sqlite+aiosqlite:///{path}")
