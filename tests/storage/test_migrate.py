import asyncio
import subprocess
import sys
import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from bot.storage.database import Database
from bot.storage.migrate import MIGRATIONS, current, head, upgrade
from bot.storage.tables import metadata
from tools.errors import BadInput, Problem, Unavailable


def test_migrations_make_exactly_the_tables_of_the_code(database_url):
    """Where this fails after a change of tables.py, write the next file of migrations/versions: the diff is below."""

    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    async def look():
        await upgrade(database_url)
        database = Database(database_url)
        async with database.read() as connection:
            found = await connection.run_sync(differences)
        assert await current(database) == head()
        await database.close()
        return found

    assert asyncio.run(look()) == []


def test_the_head_by_file_names_is_alembic_s():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == head()


def test_a_current_database_costs_next_to_nothing_and_no_alembic(sqlite_url):
    code = (
        "import asyncio, sys; from bot.storage.migrate import upgrade;"
        f"assert asyncio.run(upgrade({sqlite_url!r})) is False; assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    took = []
    for _ in range(5):
        started = time.perf_counter()
        asyncio.run(upgrade(sqlite_url))
        took.append(time.perf_counter() - started)
    assert min(took) < 0.05


async def test_an_upgrade_says_whether_it_did_anything_and_makes_the_folder(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path}/new/folder/x.db"
    assert await upgrade(url) is True
    assert await upgrade(url) is False


async def test_replicas_that_start_together_upgrade_once(new_postgres_database):
    url = await asyncio.to_thread(new_postgres_database)
    assert sorted(await asyncio.gather(*(upgrade(url) for _ in range(3)))) == [False, False, True]


async def test_a_newer_database_is_not_touched(sqlite_database):
    async with sqlite_database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Problem, match="made by a newer Deskhand"):
        await upgrade(sqlite_database.url)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("postgresql+asyncpg://desk:hunter2@127.0.0.1:9/desk", Unavailable),
        ("sqlite+aiosqlite:////proc/nowhere/x.db", Problem),
        ("not a url", BadInput),
    ],
)
async def test_what_cannot_be_reached_is_said_without_the_password(url, kind):
    with pytest.raises(kind) as caught:
        await upgrade(url)
    assert "hunter2" not in str(caught.value)
    assert "DESKHAND" in str(caught.value)


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.write_text("no database" * 99)])
async def test_a_file_that_is_no_database_is_said(tmp_path, make):
    await asyncio.to_thread(make, tmp_path / "x.db")
    with pytest.raises(Problem, match="cannot be used"):
        await upgrade(f"sqlite+aiosqlite:///{tmp_path}/x.db")


async def test_reading_does_not_write_and_a_failed_write_leaves_nothing(database):
    async with database.read() as connection:
        await connection.execute(text("DELETE FROM audit_head"))
        await connection.execute(text("INSERT INTO audit_head (id, seq, hash) VALUES (1, 1, 'x')"))

    async def fail():
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO audit_head (id, seq, hash) VALUES (2, 1, 'x')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.snapshot() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM audit_head")) == 0


async def test_a_snapshot_stays_at_its_moment(database):
    async with database.snapshot() as connection:
        count = text("SELECT count(*) FROM audit_head")
        assert await connection.scalar(count) == 0
        async with database.write() as other:
            await other.execute(text("INSERT INTO audit_head (id, seq, hash) VALUES (1, 1, 'x')"))
        assert await connection.scalar(count) == 0


async def test_writers_take_turns_instead_of_failing(database):
    other = Database(database.url)

    async def add(number, where):
        async with where.write() as connection:
            await connection.execute(text(f"INSERT INTO audit_head (id, seq, hash) VALUES ({number}, 1, 'x')"))

    await asyncio.gather(*(add(n, (database, other)[n % 2]) for n in range(30)))
    async with database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM audit_head")) == 30
    await other.close()
