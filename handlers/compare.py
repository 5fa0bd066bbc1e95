"""Compare backtests: find the runs meant, rank them by one figure, show them together."""

import asyncio
from dataclasses import dataclass

from bot.protocols import Attachment, Intent, Permission, Progress, Reply, Request
from handlers.runs import several_meant_by
from handlers.views import compare as views
from tools.backtests.charts import ChartRenderer, Labels, comparison_chart
from tools.backtests.model import BacktestStore
from tools.narrative.compare import compare
from tools.narrative.service import ReportGenerationService


@dataclass(frozen=True, slots=True)
class Compare:
    """Serves `compare`."""

    store: BacktestStore
    reports: ReportGenerationService
    charts: ChartRenderer
    intent: Intent = "compare"
    permission: Permission = "compare"

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """The ranking, its chart and what cannot be compared."""
        runs = await several_meant_by(request, self.store)
        await progress(f"reading {len(runs)} backtests")
        reports = await asyncio.gather(*(self.reports.narrate(run.id, detail="brief") for run in runs))
        metric = str(request.routed.arguments.get("metric") or "sharpe")
        comparison = compare(reports, metric if metric in views.METRICS else "sharpe")
        order = [report.backtest_id for report in (*comparison.ranked, *comparison.unranked)]
        await progress("drawing the chart")
        stored = await asyncio.gather(*(self.store.get(run_id) for run_id in order))
        drawn = [run for run in stored if run is not None and run.equity is not None]
        chart = None
        if len(drawn) > 1:
            labels = Labels(title="Growth of the compared backtests")
            chart = await self.charts.render(
                comparison_chart, drawn, names=[run.name for run in drawn], labels=labels
            )
        return Reply(
            views.compare_text(comparison),
            views.compare_blocks(comparison, chart.alt_text if chart else None),
            attachments=(Attachment(views.CHART, chart.png, chart.title, chart.alt_text),) if chart else (),
            subject={"backtest_ids": order},
        )
