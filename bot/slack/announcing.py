"""Announcements and updates, as everybody but the transport sees them: rows in the inbox, and the board."""

import json

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.protocols import Destination, Reply
from bot.slack import parcels
from bot.slack.board import Board
from bot.slack.events import Envelope
from bot.slack.outbox import Outbox, row_key


class Announcements:
    """Implements `bot.protocols.Announcer`; the forms with `_in` do the same inside an open transaction."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.board = Board(outbox.database)

    async def announce(
        self, key: str, reply: Reply, to: Destination, *, due: float | None = None, by: str = ""
    ) -> bool:
        """Post it once, at `due` (epoch seconds; None is now). False where the key was used before."""
        async with self.outbox.database.write() as connection:
            new = await self.announce_in(connection, key, reply, to, due=due, by=by)
        self.outbox.wake()
        return new

    async def announce_in(
        self,
        connection: AsyncConnection,
        key: str,
        reply: Reply,
        to: Destination,
        *,
        due: float | None = None,
        by: str = "",
    ) -> bool:
        """In a transaction of `Database.write()`: announced if and when that commits."""
        if not (to.channel or to.user):
            raise ValueError(f"the announcement {key} goes nowhere")
        envelope = Envelope(
            key=row_key("announce", key),
            kind="announce",
            user=to.user,
            channel=to.channel,
            thread_ts=to.thread_ts,
            parcel=json.dumps({"reply": parcels.dumps(reply), "by": by}),
        )
        return await self.outbox.put(connection, envelope, due)

    async def update(self, key: str, reply: Reply) -> None:
        """Show this instead wherever a reply with this `Reply.key` is or will be shown. The last call wins."""
        async with self.outbox.database.write() as connection:
            await self.update_in(connection, key, reply)
        self.outbox.wake()

    async def update_in(self, connection: AsyncConnection, key: str, reply: Reply) -> None:
        """In a transaction of `Database.write()`."""
        version = await self.board.renew(connection, key, parcels.dumps(reply))
        parcel = json.dumps({"key": key})
        await self.outbox.put(
            connection, Envelope(key=row_key("update", f"{version}:{key}"), kind="update", user="", parcel=parcel)
        )

    async def withdraw(self, key: str) -> bool:
        """Take back an announcement that has not been posted; False where it is too late."""
        async with self.outbox.database.write() as connection:
            return await self.outbox.take_back(connection, row_key("announce", key))
