"""The stored backtests together with those of the trading platform; implements `BacktestStore`.

A backtest of the platform is listed under the platform's id until somebody wants it: then it is read, checked against
its curve, and kept like any other, so that its report stays what it was when the platform changes the run. A changed run
is listed again.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.backtests import SqlBacktestStore
from bot.storage.database import Database
from bot.storage.tables import platform_imports
from tools.backtests.model import BacktestRun, RunSummary
from tools.errors import NotFound, Problem
from tools.platform.backtests import PlatformBacktests

BY = "platform"
_FRESH_SECONDS = 15.0
_LONGEST_ID, _LONGEST_VERSION = 128, 64

log = structlog.get_logger(__name__)


class DeskStore:
    """Asks the platform for its list at most every 15 seconds. Without its answer what is stored is still there."""

    def __init__(self, stored: SqlBacktestStore, platform: PlatformBacktests, database: Database) -> None:
        self._stored = stored
        self._platform = platform
        self._database = database
        self._turn = asyncio.Lock()
        self._listed: tuple[float, Sequence[RunSummary]] = (0.0, ())
        self._missing = ""

    async def add(self, run: BacktestRun, *, by: str) -> str:
        """Keep a run; see `SqlBacktestStore.add`."""
        return await self._stored.add(run, by=by)

    async def get(self, run_id: str) -> BacktestRun | None:
        """The run with this id. One of the platform's is read and kept, and comes with the id it is kept under.

        Raises `Problem` in words where the platform does not answer or contradicts its settings.
        """
        found = await self._stored.get(run_id)
        if found is not None or not 0 < len(run_id) <= _LONGEST_ID:
            return found
        return await self._read(run_id)

    async def list(self) -> Sequence[RunSummary]:
        """All runs, newest first: what is stored, then what only the platform has."""
        stored, remote, kept = await asyncio.gather(self._stored.list(), self._remote(), self._imports())
        origin = {backtest_id: platform_id for platform_id, (_, backtest_id) in kept.items()}
        here = [replace(run, also=origin.get(run.id, "")) for run in stored]
        return [*here, *(run for run in remote if run.id not in kept or kept[run.id][0] != _version(run))]

    def missing(self) -> str:
        """A sentence where the platform could not be asked the last time, empty otherwise."""
        return self._missing

    async def _remote(self) -> Sequence[RunSummary]:
        async with self._turn:
            until, runs = self._listed
            if time.monotonic() < until:
                return runs
            try:
                runs, self._missing = await self._platform.list(), ""
            except Problem as problem:
                log.warning("platform_not_listed", problem=str(problem))
                runs, self._missing = (), f"The platform's backtests are not among them: {problem}"
            self._listed = (time.monotonic() + _FRESH_SECONDS, runs)
            return runs

    async def _read(self, platform_id: str) -> BacktestRun | None:
        summary = next((run for run in await self._remote() if run.id == platform_id), None)
        try:
            run = await self._platform.get(platform_id)
        except NotFound:
            return None
        kept = await self._stored.add(replace(run, id=""), by=BY)
        row = {"platform_id": platform_id, "version": _version(summary), "backtest_id": kept}
        dialect = sqlite if self._database.is_sqlite else postgresql
        statement = dialect.insert(platform_imports).values(row)
        changed = {name: statement.excluded[name] for name in ("version", "backtest_id")}
        async with self._database.write() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["platform_id"], set_=changed))
        return await self._stored.get(kept)

    async def _imports(self) -> Mapping[str, tuple[str, str]]:
        """Platform's id to version and stored id."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(platform_imports))).all()
        return {row.platform_id: (row.version, row.backtest_id) for row in rows}


def _version(run: RunSummary | None) -> str:
    return run.created_at[:_LONGEST_VERSION] if run is not None else ""
