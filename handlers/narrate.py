"""Narrate a backtest: find the run, have its report written and checked, show it with its chart."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast, get_args

from bot.protocols import Attachment, Intent, Permission, Progress, Reply, Request
from handlers.published import Published
from handlers.ranking import ranked, wants_several
from handlers.reviews import Reviews
from handlers.runs import Meant, meant_by
from handlers.views import narrate as views
from handlers.views.text import context, escape, section
from tools.backtests.charts import Chart, ChartRenderer
from tools.backtests.model import BacktestRun, BacktestStore
from tools.backtests.readers.read import read_bytes
from tools.backtests.readers.together import together
from tools.errors import BadInput
from tools.narrative.draft import Detail
from tools.narrative.facts import Fact
from tools.narrative.questions import definition_of, how_it_went, origin_of
from tools.narrative.report import Report
from tools.narrative.service import ReportGenerationService
from tools.reports.charts import CHARTS, ChartName, charts_of
from tools.reports.files import Format, ReportFiles

_MOST_CHOICES = 20


@dataclass(frozen=True, slots=True)
class Narrate:
    """Serves `narrate`, and the buttons on its own answers."""

    store: BacktestStore
    reports: ReportGenerationService
    """By rules: for figures and charts. The text that is shown comes from `reviews`."""
    files: ReportFiles
    charts: ChartRenderer
    reviews: Reviews
    published: Published
    intent: Intent = "narrate"
    permission: Permission = "read_published"
    """Everybody may read what is published; `Published` sees to it that the rest is for who may ask for reports."""

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """The summary with its chart; sections, charts, a file or an answer where that was asked for."""
        if self.published.serves(request):
            return await self.published.answer(request)
        if wants_several(request):
            return await ranked(request, await self.store.list(), self.reports, progress)
        meant = await self._read_files(request, progress) if request.files else await meant_by(request, self.store)
        detail = _detail(request)
        if meant.run is None:
            question = "Which of these do you mean?"
            blocks = views.choice_blocks(question, meant.several, detail or "standard")
            return Reply(question, blocks, outcome="asked")
        await progress(f"reading {meant.run.name}")
        asked = _question(request)
        if asked is not None:
            whole = await self.reports.narrate(meant.run.id, detail="detailed")
            answer = asked([fact.plain() for fact in whole.facts])
            return Reply(answer, (section(escape(answer)),), subject={"backtest_id": whole.backtest_id})
        match _wanted(request):
            case "pdf" | "html" as form:
                await progress("setting the report")
                return await self._file(meant.run.id, detail or "detailed", form)
            case "charts":
                return await self._charts(meant.run.id, progress)
            case "sections":
                return await self._sections(
                    (await self.reviews.readable(request, meant.run.id, detail or "standard"))[0]
                )
            case _:
                readable = await self.reviews.readable(request, meant.run.id, detail or "standard")
                return await self._summary(*readable, progress)

    async def _summary(self, report: Report, held: str, progress: Progress) -> Reply:
        await progress("drawing the chart")
        charts = await self._drawn(report, ("equity",))
        return Reply(
            views.summary_text(report),
            (*views.summary_blocks(report, charts.get("equity")), *([context(f":eyes: {held}")] if held else [])),
            attachments=views.attachments(charts),
            more=(await self._sections(report),) if report.detail == "detailed" else (),
            subject={"backtest_id": report.backtest_id},
        )

    async def _sections(self, report: Report) -> Reply:
        charts = await self._drawn(report, ("monthly", "rolling"))
        return Reply(
            f"{views.run_name(report)}, in detail",
            views.section_blocks(report, charts),
            attachments=views.attachments(charts),
            subject={"backtest_id": report.backtest_id},
        )

    async def _charts(self, backtest_id: str, progress: Progress) -> Reply:
        report = await self.reports.narrate(backtest_id, detail="standard")
        await progress("drawing the charts")
        charts = await self._drawn(report, CHARTS)
        if not charts:
            raise BadInput(f"{views.run_name(report)} has no equity curve, so there is nothing to draw.")
        return Reply(
            f"{views.run_name(report)}: {', '.join(chart.title for chart in charts.values())}",
            views.chart_blocks(report, charts),
            attachments=views.attachments(charts),
            subject={"backtest_id": report.backtest_id},
        )

    async def _file(self, backtest_id: str, detail: Detail, form: Format) -> Reply:
        file = await self.files.get(backtest_id, detail=detail, form=form)
        said = views.file_text(file)
        return Reply(
            said,
            (section(escape(said)),),
            attachments=(Attachment(file.name, file.content, views.run_name(file.report)),),
            subject={"backtest_id": file.report.backtest_id},
        )

    async def _drawn(self, report: Report, names: Sequence[ChartName]) -> dict[ChartName, Chart]:
        run = await self.store.get(report.backtest_id)
        return await charts_of(run, report, self.charts, names) if run is not None else {}

    async def _read_files(self, request: Request, progress: Progress) -> Meant:
        """Keep what the files hold, each run once; a file that cannot be read stores nothing."""
        read: list[list[BacktestRun]] = []
        for file in request.files:
            await progress(f"reading {file.name}")
            read.append(await asyncio.to_thread(read_bytes, file.name, await file.fetch()))
        runs = [run for some in read for run in some]
        if all(len(some) == 1 for some in read):
            runs = together(runs)
        kept = {await self.store.add(run, by=request.person.id) for run in runs}
        found = tuple(run for run in await self.store.list() if run.id in kept)
        return Meant(found[0]) if len(found) == 1 else Meant(None, found[:_MOST_CHOICES])


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


def _wanted(request: Request) -> str:
    """What is wanted instead of the summary: "sections", "charts", "pdf" or "html"; empty for the summary."""
    if request.action is not None:
        verb = request.action.id.partition(".")[2]
        return verb if verb in ("sections", "charts", "pdf", "html") else ""
    form = request.routed.arguments.get("format")
    if form in ("pdf", "html"):
        return str(form)
    return "charts" if request.routed.arguments.get("question") == "chart" else ""


def _detail(request: Request) -> Detail | None:
    said = request.routed.arguments.get("detail")
    return cast("Detail", said) if said in get_args(Detail) else None
