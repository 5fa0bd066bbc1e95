"""What every entry point shares: storage brought to this version, the embedded desk, reports and charts.

The bot, the HTTP API and the command line all open the same core, so they can never disagree about what is stored.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.desk import ensure_desk
from bot.settings import Settings
from bot.storage import migrate
from bot.storage.backtests import SqlBacktestStore
from bot.storage.database import Database
from bot.storage.narratives import SqlNarrativeCache
from tools.backtests.charts import ChartRenderer
from tools.narrative.service import ReportGenerationService
from tools.reports.files import ReportFiles


@dataclass(frozen=True, slots=True)
class Core:
    """Open while `open_core` is."""

    settings: Settings
    database: Database
    store: SqlBacktestStore
    reports: ReportGenerationService
    charts: ChartRenderer
    files: ReportFiles


@asynccontextmanager
async def open_core(settings: Settings) -> AsyncIterator[Core]:
    """Raises `Problem` where the home or the database cannot be used."""
    await asyncio.to_thread(settings.home.mkdir, parents=True, exist_ok=True)
    await migrate.upgrade(settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    try:
        store = SqlBacktestStore(database)
        await ensure_desk(settings.home, store)
        reports = ReportGenerationService(store=store, cache=SqlNarrativeCache(database))
        charts = ChartRenderer(settings.home / "charts")
        yield Core(settings, database, store, reports, charts, ReportFiles(store, reports, charts))
    finally:
        await database.close()
