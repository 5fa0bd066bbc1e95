"""Brings a database to the schema of this version.

The question "is it current?" is answered with one query and the names of the files in `migrations/versions`, so that
starting on a current database costs a few milliseconds; Alembic is imported only where there is something to do.
There is no way down: to return to an older version, restore the backup made before the upgrade.
"""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from tools.errors import BadInput, Problem, Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x6465736B  # any constant: replicas that start together upgrade one after the other


def head() -> str:
    """The revision this version of Deskhand needs: the highest number among the files of `migrations/versions`."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


async def current(database: Database) -> str | None:
    """The revision a database is at; None where it is empty. Raises `Unavailable` where it cannot be reached."""
    try:
        async with database.read() as connection:
            return await _revision(connection)
    except (OSError, DBAPIError, TimeoutError) as error:
        raise Unavailable(_unreachable(database, error)) from error


async def upgrade(database_url: str) -> bool:
    """Make the schema that of this version; True where something changed.

    Safe to call on every start and from several replicas at once. Creates the folder of a SQLite file. Raises
    `Problem` where the database cannot be reached, the URL is malformed or a newer Deskhand made the database.
    """
    return await asyncio.to_thread(_upgrade_in_a_loop_of_its_own, database_url)


def _upgrade_in_a_loop_of_its_own(database_url: str) -> bool:
    """Alembic reads files and works synchronously; here it holds up nobody else's event loop."""
    make_place(database_url)
    return asyncio.run(_upgrade(database_url, head()))


async def _upgrade(database_url: str, needed: str) -> bool:
    database = Database(database_url)
    try:
        found = await current(database)
        if found == needed:
            return False
        if found is not None and found > needed:
            raise Problem(
                f"The database is at revision {found}, made by a newer Deskhand; this one knows {needed}. "
                "Install the newer version, or restore the backup made before the upgrade."
            )
        async with database.write() as connection:
            if not database.is_sqlite:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            if await _revision(connection) == needed:  # another one was faster
                return False
            await connection.run_sync(_run_alembic)
        return True
    finally:
        await database.close()


async def _revision(connection: AsyncConnection) -> str | None:
    if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
        return None
    revision: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def make_place(database_url: str) -> None:
    """Make the folder of a SQLite file and see that the file can be used. Raises `Problem` saying why it cannot.

    Blocks; and comes before any `Database`, whose driver leaves a thread with a trace behind a file it cannot open.
    """
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise BadInput(
            "DESKHAND_DATABASE_URL is not a database URL; it looks like "
            "sqlite+aiosqlite:////var/lib/deskhand/deskhand.db or postgresql+asyncpg://user:password@host/deskhand."
        ) from None
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return
    path = Path(url.database)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=10)) as connection:
            connection.execute("PRAGMA schema_version")
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Problem(
            f"The database {path} cannot be used: {reason}. Set DESKHAND_HOME to a folder of yours."
        ) from None


def _run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _unreachable(database: Database, error: Exception) -> str:
    where = make_url(database.url).render_as_string(hide_password=True)
    reason = getattr(error, "orig", None) or error
    return f"The database {where} does not answer: {reason}. See DESKHAND_DATABASE_URL."
