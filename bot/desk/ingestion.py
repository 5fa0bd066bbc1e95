"""The embedded desk's ingestion: a pipeline that runs once a day, can be paused, and is recorded in the store."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from bot.desk.embedded import PRICES
from tools.errors import Problem
from tools.market.embedded import EmbeddedSource
from tools.market.store import IngestionRun, PriceStore, Source

EVERY: Final = timedelta(days=1)
_LOOK: Final = 600.0  # seconds between two looks at whether it is time
_log = structlog.get_logger(__name__)


class DeskIngestion:
    """Fills the price store under `home`. That it is paused is a file there, which every process sees."""

    name = "prices"

    def __init__(self, home: Path, source: Source | None = None) -> None:
        self.path = home / PRICES
        self._mark = home / "ingestion.paused"
        self.source: Source = source or EmbeddedSource()

    def paused_since(self) -> datetime | None:
        """When it was paused; None where it runs on its schedule."""
        try:
            return datetime.fromtimestamp(self._mark.stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    def pause(self) -> None:
        """No new runs until it is resumed; nothing where it is paused already."""
        if self.paused_since() is None:
            self._mark.touch()

    def resume(self) -> None:
        """Runs on its schedule again."""
        self._mark.unlink(missing_ok=True)

    def run(self) -> IngestionRun:
        """Take over what the source delivers. A failure is recorded."""
        return self.take(self.source)

    def take(self, source: Source) -> IngestionRun:
        """Fill a copy of the store from any source and put it in place, so that readers are never shut out."""
        with PriceStore(self.path):
            pass  # refuses what is locked or no store
        partial = self.path.with_suffix(f".{os.getpid()}.part")
        shutil.copyfile(self.path, partial)
        try:
            with PriceStore(partial, read_only=False) as store:
                return store.ingest(source)
        finally:
            partial.replace(self.path)

    def is_due(self) -> bool:
        """Whether it is not paused and no run was begun within a day.

        Each run puts a new file in place, so its age tells, and an idle bot need not load a database for it.
        """
        if self.paused_since() is not None:
            return False
        changed = datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        return datetime.now(UTC) - changed > EVERY

    @asynccontextmanager
    async def scheduled(self) -> AsyncIterator[None]:
        """Runs it when it is due, while the block runs."""
        task = asyncio.create_task(self._run_when_due())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run_when_due(self) -> None:
        while True:
            try:
                if await asyncio.to_thread(self.is_due):
                    await asyncio.to_thread(self.run)
            except Problem as problem:
                _log.warning("ingestion.failed", reason=str(problem))
            except Exception:
                _log.exception("ingestion.failed")
            await asyncio.sleep(_LOOK)
