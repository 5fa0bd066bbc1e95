"""Several stored backtests at once: "the top 5", "the worst three by drawdown", "the last 4"."""

import asyncio
from collections.abc import Sequence

from bot.protocols import Progress, Reply, Request
from handlers.views import ranking as views
from handlers.views.compare import METRICS
from tools.backtests.model import RunSummary
from tools.errors import NotFound
from tools.narrative.compare import figure
from tools.narrative.report import Report
from tools.narrative.service import ReportGenerationService

_MOST = 10
_MOST_RANKED = 60
"""The newest so many are ranked: each one is read and measured."""
_LOW_IS_GOOD = frozenset({"volatility"})


def wants_several(request: Request) -> bool:
    """Whether the text is about a choice of more than one backtest."""
    arguments = request.routed.arguments
    count = arguments.get("count")
    return (
        request.action is None
        and not request.files
        and arguments.get("pick") in ("best", "worst", "latest")
        and isinstance(count, int)
        and count > 1
    )


async def ranked(
    request: Request, runs: Sequence[RunSummary], reports: ReportGenerationService, progress: Progress
) -> Reply:
    """The backtests chosen, best or worst first. Raises `NotFound` where none is stored."""
    arguments = request.routed.arguments
    symbols = arguments.get("symbols")
    wanted = set(map(str, symbols)) if isinstance(symbols, list) else set()
    fitting = [run for run in runs if not wanted or wanted & set(run.symbols)][:_MOST_RANKED]
    if not fitting:
        raise NotFound("No backtest like that is stored yet. Drop an engine's file here with a mention.")
    count = min(_MOST, int(str(arguments["count"])))
    which = str(arguments["pick"])
    metric = str(arguments.get("metric") or "sharpe")
    metric = metric if metric in METRICS else "sharpe"
    chosen = fitting[:count] if which == "latest" else fitting
    await progress(f"measuring {len(chosen)} backtests")
    written = await asyncio.gather(*(reports.narrate(run.id, detail="brief") for run in chosen))
    if which != "latest":
        written = sorted(written, key=lambda report: _value(report, metric, worst=which == "worst"))[:count]
    return views.ranking(written, metric, which, len(fitting))


def _value(report: Report, metric: str, *, worst: bool) -> tuple[bool, float]:
    """What to sort by; those without the figure come last either way."""
    fact = figure(report, metric)
    if fact is None or isinstance(fact.value, str):
        return (True, 0.0)
    ascending = worst != (metric in _LOW_IS_GOOD)
    return (False, float(fact.value) if ascending else -float(fact.value))
