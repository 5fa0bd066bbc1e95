"""Many small writes, one transaction: each caller waits for the commit that holds its write.

A commit to disk costs the same for one row and for fifty, and so, nearly, does a statement. Under load writes of one
kind share a statement and all share a transaction; alone, each is immediate.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Connection

from bot.storage.database import Database

Item = TypeVar("Item")
Result = TypeVar("Result")
Writer = Callable[[Connection, Sequence[Item]], Sequence[Result]]
"""Writes items of one kind in a given transaction; as many results, in order. It runs as `Database.run` says."""

_MOST_AT_ONCE = 200


class _Pending(Generic[Item, Result]):
    def __init__(self, writer: Writer[Item, Result], item: Item) -> None:
        self.writer = writer
        self.item = item
        self.done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

    def settle(self, result: Result) -> None:
        if not self.done.done():
            self.done.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class GroupCommit:
    """Collects writes while a transaction is under way and runs them together in the next."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Pending[object, object]] = []
        self._running: asyncio.Task[None] | None = None

    async def run(self, writer: Writer[Item, Result], item: Item) -> Result:
        """Have `writer` write the item; its result once it is committed. Raises what the write or the commit raised."""
        pending = _Pending(writer, item)
        self._waiting.append(pending)  # type: ignore[arg-type]
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._flush(), name="group-commit")
        return await pending.done

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            if len(batch) == 1 or not await self._commit(batch):
                for pending in batch:  # alone, or because one bad write must not fail its neighbours
                    await self._commit_alone(pending)

    async def _commit_alone(self, pending: _Pending[object, object]) -> None:
        try:
            results = await self._database.run(lambda connection: pending.writer(connection, [pending.item]))
        except Exception as error:
            pending.fail(error)
        else:
            pending.settle(results[0])

    async def _commit(self, batch: Sequence[_Pending[object, object]]) -> bool:
        kinds: dict[Writer[object, object], list[_Pending[object, object]]] = {}
        for pending in batch:
            kinds.setdefault(pending.writer, []).append(pending)

        def write(connection: Connection) -> list[Sequence[object]]:
            return [writer(connection, [pending.item for pending in same]) for writer, same in kinds.items()]

        try:
            written = await self._database.run(write)
        except Exception:
            return False
        for same, results in zip(kinds.values(), written, strict=True):
            for pending, result in zip(same, results, strict=True):
                pending.settle(result)
        return True
