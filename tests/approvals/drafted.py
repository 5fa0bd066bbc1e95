"""Drafts over made-up prices, the same in every process, on the approvals of a `Desk`: cheap enough for ten thousand."""

import asyncio
from pathlib import Path

import numpy as np
from conftest_approvals import person

from bot.protocols import Announcer
from bot.slack.announcing import Announcements
from bot.slack.outbox import Outbox
from bot.storage.backtests import SqlBacktestStore
from bot.storage.drafts import SqlDrafts
from bot.storage.narratives import SqlNarrativeCache
from handlers.drafts import Asked, Drafts
from tools.backtests.charts import ChartRenderer
from tools.market.prices import Prices
from tools.narrative.service import ReportGenerationService
from tools.strategies.drafting import Drafter, Market
from tools.strategies.language.draft import Read
from tools.strategies.loading import load
from tools.strategies.proposing import ModelDrafter

_BARS = 300
SPECIFICATION = {
    "name": "RSI on SPY",
    "template": "rsi_mean_reversion",
    "symbols": ["SPY"],
    "parameters": {"rsi_period": 5, "oversold_threshold": 35, "overbought_threshold": 65},
}


class Waves(Market):
    """Three hundred bars that rise and fall."""

    def prices(self, symbol: str) -> Prices:
        bars = np.arange(_BARS)
        close = 100.0 + 10.0 * np.sin(bars / 7.0) + bars / 20.0
        days = np.datetime64("2020-01-01") + bars
        return Prices(symbol, days, close, close + 1, close - 1, close, close, np.full(_BARS, 1e6))


def drafts_on(desk) -> Drafts:
    """The service behind drafts, on this desk's approvals and database."""
    drafter = Drafter(Waves(Path("none")))
    store = SqlBacktestStore(desk.database)
    reports = ReportGenerationService(store=store, cache=SqlNarrativeCache(desk.database))
    announcer: Announcer = Announcements(Outbox(desk.database))
    return Drafts(
        drafter, SqlDrafts(desk.database, drafter.templates), desk.approvals, announcer, store, reports,
        ChartRenderer(), ModelDrafter(drafter),
    )  # fmt: skip


async def submit_drafts(desk, count: int) -> None:
    """So many drafts of ana's that wait, each with an id of its own."""
    drafts = await asyncio.to_thread(drafts_on, desk)
    read = Read("ok", "rsi 35/65", await asyncio.to_thread(load, SPECIFICATION))
    draft = await asyncio.to_thread(drafts.drafter.tried, read)
    ids: set[str] = set()
    while len(ids) < count:
        ids.add((await drafts.submit(draft, Asked(person("ana")))).version.draft_id)
