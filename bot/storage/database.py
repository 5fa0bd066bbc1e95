"""One database, reached in one way.

`read()` gives a connection, `write()` one inside a transaction. SQLite lets one writer in at a time and answers the
second with "database is locked"; so writers take turns inside this process, and wait `busy_timeout` for others.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from functools import cached_property
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Result = TypeVar("Result")

BUSY_SECONDS = 10
_BUSY_TIMEOUT = f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}"
_RETRY_SECONDS = 0.001


class _Cursor(Protocol):
    def execute(self, statement: str) -> object: ...
    def close(self) -> None: ...


class _Driver(Protocol):
    isolation_level: str | None

    def cursor(self) -> _Cursor: ...


class Database:
    """Owns the engine. Close it with `close()`; the URL is a SQLAlchemy async URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_immediate)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for queries; changes made on it are rolled back."""
        async with self.engine.connect() as connection:
            if self.is_sqlite:
                connection = await connection.execution_options(deskhand_read=True)
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Like `read`, but every query sees the same moment."""
        async with self.read() as connection:
            if not self.is_sqlite:  # SQLite's reading transaction is one already
                connection = await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection inside a transaction, committed on leaving, rolled back on an exception."""
        async with self._turn if self.is_sqlite else nullcontext(), self.engine.begin() as connection:
            yield connection

    async def run(self, work: Callable[[Connection], Result]) -> Result:
        """The result of `work`, done in one transaction and committed.

        For the few writes that must be quick: on SQLite all of it takes one trip to a thread, where the connections
        of `write()` take one a statement. `work` runs there, so it must touch nothing but the connection.
        """
        if not self.is_sqlite:
            async with self.engine.begin() as connection:
                return await connection.run_sync(work)
        async with self._turn:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work)

    def _transact(self, work: Callable[[Connection], Result]) -> Result:
        with self._direct.begin() as connection:
            return work(connection)

    @cached_property
    def _direct(self) -> Engine:
        engine = create_engine(self.engine.url.set(drivername="sqlite"))
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_soon)
        return engine

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()
        if "_direct" in self.__dict__:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._direct.dispose)
        self._thread.shutdown(wait=False)


def _prepare_sqlite(driver: _Driver, _record: object) -> None:
    driver.isolation_level = None  # SQLAlchemy's recipe: the driver must not begin on its own
    cursor = driver.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute(_BUSY_TIMEOUT)
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    reading = connection.get_execution_options().get("deskhand_read")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _begin_soon(connection: Connection) -> None:
    """Begin to write as soon as no other process does.

    SQLite's own wait sleeps longer and longer, up to 100 ms, so where two processes write all the time one starves.
    """
    until = time.monotonic() + BUSY_SECONDS
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(_RETRY_SECONDS)
    finally:
        connection.exec_driver_sql(_BUSY_TIMEOUT)
