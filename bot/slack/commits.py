"""Many small writes, one transaction: each caller waits for the commit that holds its write.

A commit to disk costs the same for one row and for fifty; under load they share it, alone it is immediate.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database

T = TypeVar("T")
_MOST_AT_ONCE = 100


class _Pending(Generic[T]):
    def __init__(self, write: Callable[[AsyncConnection], Awaitable[T]]) -> None:
        self.write = write
        self.done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.result: T | None = None

    async def apply(self, connection: AsyncConnection) -> Callable[[], None]:
        result = await self.write(connection)

        def settle() -> None:
            if not self.done.done():
                self.done.set_result(result)

        return settle


class GroupCommit:
    """Collects writes while a transaction is under way and runs them together in the next."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Pending[object]] = []
        self._running: asyncio.Task[None] | None = None

    async def run(self, write: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run `write` on a connection; returns its result once it is committed, raises what it or the commit raised."""
        pending = _Pending(write)
        self._waiting.append(pending)  # type: ignore[arg-type]
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._flush(), name="group-commit")
        return await pending.done

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            try:
                await self._commit(batch)
            except Exception as error:
                if len(batch) == 1:
                    _fail(batch[0], error)
                else:  # one bad write must not fail its neighbours
                    for pending in batch:
                        await self._commit_alone(pending)

    async def _commit_alone(self, pending: _Pending[object]) -> None:
        try:
            await self._commit([pending])
        except Exception as error:
            _fail(pending, error)

    async def _commit(self, batch: list[_Pending[object]]) -> None:
        async with self._database.write() as connection:
            settles = [await pending.apply(connection) for pending in batch]
        for settle in settles:
            settle()


def _fail(pending: _Pending[object], error: Exception) -> None:
    if not pending.done.done():
        pending.done.set_exception(error)
