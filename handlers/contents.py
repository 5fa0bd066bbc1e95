"""A narrative with its chart, made again from what it was asked with: the same question gives the same content."""

from dataclasses import dataclass

from tools.backtests.charts import ChartRenderer
from tools.backtests.model import BacktestStore
from tools.narrative.draft import Detail
from tools.narrative.publishing import Content, Picture
from tools.narrative.report import Report
from tools.narrative.service import ReportGenerationService
from tools.reports.charts import charts_of


@dataclass(frozen=True, slots=True)
class Contents:
    """`reports` writes with the model where one is configured, `rules` never does."""

    store: BacktestStore
    reports: ReportGenerationService
    rules: ReportGenerationService
    charts: ChartRenderer

    async def of(self, backtest_id: str, detail: Detail, note: str = "", *, by_rules: bool = False) -> Content:
        """Raises `NotFound` for a backtest that is not stored (any more)."""
        writer = self.rules if by_rules else self.reports
        return await self.with_chart(await writer.narrate(backtest_id, detail=detail, note=note))

    async def with_chart(self, report: Report) -> Content:
        """The report and the chart that goes with it, where there is a curve to draw."""
        run = await self.store.get(report.backtest_id)
        drawn = await charts_of(run, report, self.charts, ("equity",)) if run is not None else {}
        chart = drawn.get("equity")
        return Content(report, Picture(chart.png, chart.alt_text, chart.title) if chart else None)
