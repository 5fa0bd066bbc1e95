"""Timers: inbox rows of kind `timer` that are claimed when they are due and call a registered function."""

import json
from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.protocols import Json, TimerFunction
from bot.slack.events import Envelope
from bot.slack.inbox import Job
from bot.slack.outbox import Outbox, row_key


class InboxTimers:
    """Implements `bot.protocols.Timers`; `set_in` and `cancel_in` are the same inside an open transaction."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._functions: dict[str, TimerFunction] = {}

    def register(self, name: str, function: TimerFunction) -> None:
        """What timers of this name call."""
        if name in self._functions:
            raise ValueError(f"two timers are called {name}")
        self._functions[name] = function

    async def set(self, key: str, name: str, payload: Mapping[str, Json], *, due: float) -> bool:
        """Call at `due`, epoch seconds; a time in the past is now. False where the key was used before."""
        async with self._outbox.database.write() as connection:
            new = await self.set_in(connection, key, name, payload, due=due)
        self._outbox.wake()
        return new

    async def set_in(
        self, connection: AsyncConnection, key: str, name: str, payload: Mapping[str, Json], *, due: float
    ) -> bool:
        """In a transaction of `Database.write()`; the timer is there if and when that commits."""
        parcel = json.dumps({"name": name, "payload": payload})
        return await self._outbox.put(
            connection, Envelope(key=row_key("timer", key), kind="timer", user="", parcel=parcel), due
        )

    async def cancel(self, key: str) -> bool:
        """False where it has fired, is firing or was never set. A cancelled key may be set again."""
        async with self._outbox.database.write() as connection:
            return await self.cancel_in(connection, key)

    async def cancel_in(self, connection: AsyncConnection, key: str) -> bool:
        """The same in an open transaction."""
        return await self._outbox.take_back(connection, row_key("timer", key))

    async def fire(self, job: Job) -> None:
        """Call the function of a claimed timer. Raises what it raises; `LookupError` for a name nobody registered."""
        parcel = json.loads(job.envelope.parcel)
        function = self._functions.get(parcel["name"])
        if function is None:
            raise LookupError(f"no timer is called {parcel['name']}")
        await function(parcel["payload"])

    def wake(self) -> None:
        """After a commit that set a timer for now: have it fire at once instead of at the next poll."""
        self._outbox.wake()
