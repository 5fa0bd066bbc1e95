"""New backtests with their one-line narratives, the best of all stored ones, and a chart of the best new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tools.backtests.charts.model import Chart
from tools.backtests.charts.renderer import ChartRenderer
from tools.backtests.model import BacktestStore, RunSummary
from tools.digests.model import Found, Window
from tools.errors import Problem
from tools.narrative.report import Report
from tools.narrative.service import ReportGenerationService, checked
from tools.narrative.text import value_text
from tools.reports.charts import charts_of

_MOST_NEW = 5
_MOST_RANKED = 40
_TOP = 3
_SHARPE = "strategy.sharpe"
_LINE = ("strategy.cagr", _SHARPE, "strategy.max_drawdown")


@dataclass(frozen=True, slots=True)
class Backtests:
    """Reads the store; every sentence and figure is one that the checker passed."""

    store: BacktestStore
    reports: ReportGenerationService
    charts: ChartRenderer
    id: str = "backtests"
    title: str = "Backtests"
    asked_as: str = r"\bback-?tests?\b|\bruns?\b|\bresults\b|\bstrateg(?:y|ies)\b|\bperformance\b"

    async def read(self, window: Window) -> Found | None:
        """What came in during the window, and the best so far."""
        stored = await self.store.list()
        new = [run for run in stored if window.since < _stamp(run) <= window.until]
        lines = [f"{len(new)} new since the last time." if len(new) > _MOST_NEW else ""]
        lines += [await self._line(run) for run in new[:_MOST_NEW]]
        top = await self._top(stored[:_MOST_RANKED])
        if not new and not top:
            return None
        if top:
            lines.append("Best Sharpe ratios so far: " + "; ".join(top) + ".")
        chart = await self._chart(new[0]) if new else None
        return Found(tuple(line for line in lines if line), bool(new), {"backtests.stored": len(stored)}, chart)

    async def _line(self, run: RunSummary) -> str:
        report = await self._report(run)
        return f"{run.name}. {_sentence(report)}" if report else f"{run.name}: no report could be made of it."

    async def _top(self, runs: Sequence[RunSummary]) -> list[str]:
        """The best by Sharpe ratio, each with the figure as its report writes it."""
        ranked: list[tuple[float, str]] = []
        for run in runs:
            report = await self._report(run)
            fact = next((one for one in report.facts if one.id == _SHARPE), None) if report else None
            if report and fact and isinstance(fact.value, int | float):
                ranked.append((float(fact.value), f"{run.name}, {value_text(fact.plain())}"))
        return [text for _, text in sorted(ranked, reverse=True)[:_TOP]]

    async def _chart(self, run: RunSummary) -> Chart | None:
        whole, report = await self.store.get(run.id), await self._report(run)
        if whole is None or report is None:
            return None
        return (await charts_of(whole, report, self.charts, ("equity",))).get("equity")

    async def _report(self, run: RunSummary) -> Report | None:
        try:
            report = await self.reports.narrate(run.id, detail="brief")
        except Problem:
            return None
        return report if report.checks.ok else None


def _sentence(report: Report) -> str:
    """What it came to in one sentence of checked figures; what to make of it where there are too few."""
    facts = {one.id: one.plain() for one in report.facts}
    recommended = report.recommendation
    if not all(id_ in facts for id_ in _LINE):
        return f"Recommendation: {recommended}."
    grown, sharpe, fall = (value_text(facts[id_], magnitude=id_ == _LINE[2]) for id_ in _LINE)
    sentence = (
        f"The strategy returned {grown} a year with a Sharpe ratio of {sharpe} and a maximum drawdown of {fall}."
    )
    ok = checked(sentence, list(facts.values())).ok
    return f"{sentence} Recommendation: {recommended}." if ok else f"Recommendation: {recommended}."


def _stamp(run: RunSummary) -> float:
    try:
        return datetime.fromisoformat(run.created_at).timestamp()
    except ValueError:
        return 0.0
