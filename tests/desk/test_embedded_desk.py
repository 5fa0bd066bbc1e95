"""The embedded desk: made once in an empty home, finished after a kill, and made once by two at a time."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.desk.embedded import PRICES, ensure_desk
from bot.storage.backtests import SqlBacktestStore
from bot.storage.database import Database
from tools.market.store import PriceStore

TWO_AT_ONCE = """
import asyncio, sys
from pathlib import Path
from bot.desk.embedded import ensure_desk
from bot.storage.backtests import SqlBacktestStore
from bot.storage.database import Database

async def main() -> None:
    database = Database(sys.argv[2])
    await ensure_desk(Path(sys.argv[1]), SqlBacktestStore(database))
    await database.close()

asyncio.run(main())
"""


async def test_an_empty_home_becomes_a_desk(tmp_path: Path, sqlite_database: Database) -> None:
    store = SqlBacktestStore(sqlite_database)
    begun = time.perf_counter()
    await ensure_desk(tmp_path, store)
    first = time.perf_counter() - begun
    summaries = await store.list()
    names = [summary.name for summary in summaries]
    assert len(names) == len(set(names)) >= 8
    assert names[0] == "Golden cross 50/200 on the S&P 500 (SPY)"
    assert {summary.symbols for summary in summaries} == {("SPY",), ("^IXIC",)}
    assert {summary.end for summary in summaries} == {"2018-12-31"}
    run = await store.get(summaries[0].id)
    assert run is not None
    assert (run.fee, run.slippage, run.trials) == (0.001, 0.0005, len(names))
    assert any("not the fund's own prices" in note for note in run.notes)
    begun = time.perf_counter()
    await ensure_desk(tmp_path, store)
    again = time.perf_counter() - begun
    assert await store.list() == summaries
    assert first < 10
    assert again < 0.25


async def test_a_desk_left_half_made_is_finished(tmp_path: Path, sqlite_database: Database) -> None:
    """Killed while the prices were written, and killed between two runs."""
    (tmp_path / "market.99999.part").write_bytes(b"half a database")

    class KilledAfterThree(SqlBacktestStore):
        added = 0

        async def add(self, run, *, by):
            if self.added == 3:
                raise KeyboardInterrupt
            self.added += 1
            return await super().add(run, by=by)

    with pytest.raises(KeyboardInterrupt):
        await ensure_desk(tmp_path, KilledAfterThree(sqlite_database))
    store = SqlBacktestStore(sqlite_database)
    assert len(await store.list()) == 3
    await ensure_desk(tmp_path, store)
    assert len(await store.list()) >= 8
    assert not await asyncio.to_thread(lambda: list(tmp_path.glob("*.part*")))


async def test_lost_prices_come_back_and_runs_stay(tmp_path: Path, sqlite_database: Database) -> None:
    store = SqlBacktestStore(sqlite_database)
    await ensure_desk(tmp_path, store)
    before = await store.list()
    (tmp_path / PRICES).unlink()
    await ensure_desk(tmp_path, store)
    assert await store.list() == before
    assert await asyncio.to_thread(_symbols, tmp_path / PRICES) == ("SPY", "^GSPC", "^IXIC")


def _symbols(path: Path) -> tuple[str, ...]:
    with PriceStore(path) as prices:
        return prices.symbols()


def test_two_processes_at_once_make_one_desk(tmp_path: Path, sqlite_url: str) -> None:
    command = [sys.executable, "-c", TWO_AT_ONCE, str(tmp_path / "home"), sqlite_url]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said.decode()

    async def names() -> list[str]:
        database = Database(sqlite_url)
        try:
            return [summary.name for summary in await SqlBacktestStore(database).list()]
        finally:
            await database.close()

    stored = asyncio.run(names())
    assert len(stored) == len(set(stored)) >= 8


def test_a_finished_desk_needs_no_duckdb() -> None:
    check = "import sys, bot.desk.embedded; print([m for m in ('duckdb', 'talib') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", check], capture_output=True, check=True, text=True).stdout
    assert said.strip() == "[]"
