"""Narrate a backtest: find the run, have its report written and checked, show it with its chart."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, cast, get_args

from bot.protocols import Attachment, Intent, Permission, Progress, Reply, Request
from handlers.runs import Meant, meant_by
from handlers.views import narrate as views
from handlers.views.text import escape, section
from tools.backtests.charts import Chart, ChartRenderer, Labels, equity_chart
from tools.backtests.model import BacktestRun, BacktestStore
from tools.backtests.readers.read import read_bytes
from tools.narrative.facts import Fact
from tools.narrative.questions import definition_of, how_it_went, origin_of
from tools.narrative.report import Report
from tools.narrative.service import ReportGenerationService

_MOST_CHOICES = 20

Detail = Literal["brief", "standard", "detailed"]


@dataclass(frozen=True, slots=True)
class Narrate:
    """Serves `narrate`, and the buttons on its own answers."""

    store: BacktestStore
    reports: ReportGenerationService
    charts: ChartRenderer
    intent: Intent = "narrate"
    permission: Permission = "narrate"

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """The summary with its chart; the sections where they were asked for."""
        detail = _detail(request)
        meant = await self._read_files(request, progress) if request.files else await meant_by(request, self.store)
        if meant.run is None:
            question = "Which of these do you mean?"
            blocks = views.choice_blocks(question, meant.several, detail)
            return Reply(question, blocks, outcome="asked")
        await progress(f"reading {meant.run.name}")
        asked = _question(request)
        if asked is not None:
            whole = await self.reports.narrate(meant.run.id, detail="detailed")
            answer = asked([fact.plain() for fact in whole.facts])
            return Reply(answer, (section(escape(answer)),), subject={"backtest_id": whole.backtest_id})
        report = await self.reports.narrate(meant.run.id, detail=detail)
        subject = {"backtest_id": report.backtest_id}
        sections = Reply(f"{views.run_name(report)}, in detail", views.section_blocks(report), subject=subject)
        if request.action is not None and request.action.id == "narrate.sections":
            return sections
        await progress("drawing the chart")
        chart = await self._chart(report)
        return Reply(
            views.summary_text(report),
            views.summary_blocks(report, chart.alt_text if chart else None),
            attachments=(Attachment(views.CHART, chart.png, chart.title, chart.alt_text),) if chart else (),
            more=(sections,) if detail == "detailed" else (),
            subject=subject,
        )

    async def _read_files(self, request: Request, progress: Progress) -> Meant:
        """Keep what the files hold, each run once; a file that cannot be read stores nothing."""
        runs: list[BacktestRun] = []
        for file in request.files:
            await progress(f"reading {file.name}")
            runs += await asyncio.to_thread(read_bytes, file.name, await file.fetch())
        kept = {await self.store.add(run, by=request.person.id) for run in runs}
        found = tuple(run for run in await self.store.list() if run.id in kept)
        return Meant(found[0]) if len(found) == 1 else Meant(None, found[:_MOST_CHOICES])

    async def _chart(self, report: Report) -> Chart | None:
        run = await self.store.get(report.backtest_id)
        if run is None or run.equity is None:
            return None
        facts = {fact.id: fact for fact in report.facts}
        labels = Labels(callouts=views.chart_callouts(facts), benchmark="Benchmark")
        return await self.charts.render(equity_chart, run, labels=labels)


def _question(request: Request) -> Callable[[Sequence[Fact]], str] | None:
    """How to answer a question about a report from its facts; None where a report is wanted."""
    arguments = request.routed.arguments
    number, metric, period = arguments.get("number"), arguments.get("metric"), arguments.get("period")
    match arguments.get("question"):
        case "origin" if isinstance(number, str):
            return partial(origin_of, said=number)
        case "definition" if isinstance(metric, str):
            return partial(definition_of, said=metric)
        case "why" if isinstance(period, Mapping) and isinstance(start := period.get("start"), str):
            return partial(how_it_went, year=start[:4])
    return None


def _detail(request: Request) -> Detail:
    said = request.routed.arguments.get("detail")
    return cast("Detail", said) if said in get_args(Detail) else "standard"
