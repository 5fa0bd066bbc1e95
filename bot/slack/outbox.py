"""What the bot puts into the inbox itself: rows that the workers claim like any event, now or at a later time.

Durability, retries, leases and being done by one replica only come from the inbox. A row can be put there in the
transaction of the state that it follows from.
"""

import hashlib
import time
from collections.abc import Callable

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.slack.events import Envelope
from bot.slack.inbox import insert_new, row_of
from bot.storage.database import Database
from bot.storage.tables import inbox

_LONGEST_KEY = 255


def _nobody_waits() -> None:
    """Rows wait for whoever polls."""


class Outbox:
    """Puts rows and takes them back. `wake` tells this process's workers that one is due; the transport sets it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.wake: Callable[[], None] = _nobody_waits

    async def put(self, connection: AsyncConnection, envelope: Envelope, due: float | None = None) -> bool:
        """One row, to be done at `due` (epoch seconds, None is now); False where its key was used before."""
        row = {**row_of(envelope), "available_at": time.time() if due is None else due}
        insert = insert_new(self.database, inbox).values(row).returning(inbox.c.id)
        return (await connection.execute(insert)).first() is not None

    async def take_back(self, connection: AsyncConnection, key: str) -> bool:
        """Remove a row that nobody has begun; its key is free again."""
        waiting = (inbox.c.event_id == key) & (inbox.c.state == "new") & (inbox.c.attempts == 0)
        removed = await connection.execute(delete(inbox).where(waiting))
        return removed.rowcount > 0


def row_key(kind: str, key: str) -> str:
    """The inbox key of what somebody named `key`; what is too long for the column keeps its beginning and its hash."""
    whole = f"{kind}:{key}"
    if len(whole) <= _LONGEST_KEY:
        return whole
    return f"{whole[: _LONGEST_KEY - 65]}:{hashlib.sha256(whole.encode()).hexdigest()}"
