"""What every entry point shares: storage brought to this version, the embedded desk, reports and charts.

The bot, the HTTP API and the command line all open the same core, so they can never disagree about what is stored.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.audit.log import ChainedAudit
from bot.audit.opened import audit_of
from bot.desk.embedded import ensure_desk
from bot.model.client import ModelClient, build_client
from bot.narrative_model import model_writers
from bot.prompts.book import PromptBook
from bot.settings import Settings
from bot.storage import migrate
from bot.storage.backtests import SqlBacktestStore
from bot.storage.database import Database
from bot.storage.narratives import SqlNarrativeCache
from bot.storage.platform import DeskStore
from bot.usage.reports import AuditedReports
from tools.backtests.charts import ChartRenderer
from tools.backtests.model import BacktestStore
from tools.narrative.service import ContextSource, ReportGenerationService
from tools.platform.backtests import PlatformBacktests
from tools.platform.client import PlatformClient
from tools.platform.context import PlatformContext
from tools.reports.files import ReportFiles


@dataclass(frozen=True, slots=True)
class Core:
    """Open while `open_core` is."""

    settings: Settings
    database: Database
    audit: ChainedAudit
    model: ModelClient | None
    """None where none is configured: rules do the work."""
    prompts: PromptBook
    store: BacktestStore
    reports: ReportGenerationService
    rules: ReportGenerationService
    """Writes without a model, whatever `reports` does: what may be handed on before a reviewer has seen it."""
    charts: ChartRenderer
    files: ReportFiles
    platform: PlatformClient | None = None
    """None where no platform is configured."""


@asynccontextmanager
async def open_core(settings: Settings) -> AsyncIterator[Core]:
    """Raises `Problem` where the home or the database cannot be used."""
    await asyncio.to_thread(settings.home.mkdir, parents=True, exist_ok=True)
    await migrate.upgrade(settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    audit = audit_of(settings, database)
    model: ModelClient | None = None
    platform: PlatformClient | None = None
    try:
        model = await asyncio.to_thread(build_client, settings, database, audit)  # the SDK takes a while to import
        prompts = PromptBook(settings.prompts, drafts=settings.is_demo)
        stored = SqlBacktestStore(database)
        await ensure_desk(settings.home, stored)
        store: BacktestStore = stored
        context: ContextSource | None = None
        if settings.platform is not None:
            platform = await asyncio.to_thread(PlatformClient, settings.platform)
            source = PlatformBacktests(platform)
            store, context = DeskStore(stored, source, database), PlatformContext(source)
        cache, watch = SqlNarrativeCache(database), AuditedReports(audit)
        rules = ReportGenerationService(store=store, cache=cache, watch=watch, context=context)
        writer = model_writers(model, prompts) if model is not None else None
        reports = rules
        if writer is not None:
            reports = ReportGenerationService(store=store, cache=cache, writer=writer, watch=watch, context=context)
        charts = ChartRenderer(settings.home / "charts")
        files = ReportFiles(store, rules, charts)
        yield Core(settings, database, audit, model, prompts, store, reports, rules, charts, files, platform)
    finally:
        if model is not None:
            await model.close()
        if platform is not None:
            await platform.close()
        await audit.close()
        await database.close()
