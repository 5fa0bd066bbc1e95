"""Narrate a backtest: find the run, have its report written and checked, show it with its chart."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast, get_args

from bot.protocols import Access, Attachment, Intent, Permission, Progress, Reply, Request
from handlers.ranking import ranked, wants_several
from handlers.reviews import Reviews
from handlers.runs import Meant, meant_by
from handlers.views import narrate as views
from handlers.views.text import context, escape, section
from tools.backtests.charts import Chart, ChartRenderer
from tools.backtests.find import find_run
from tools.backtests.model import BacktestRun, BacktestStore
from tools.backtests.readers.read import read_bytes
from tools.backtests.readers.together import together
from tools.errors import BadInput, Denied, NotFound
from tools.narrative.facts import Fact
from tools.narrative.questions import definition_of, how_it_went, origin_of
from tools.narrative.report import Report
from tools.narrative.service import ReportGenerationService
from tools.narrative.writer import Detail
from tools.reports.charts import CHARTS, ChartName, charts_of
from tools.reports.files import Format, ReportFiles

_MOST_CHOICES = 20
_PUBLISHED = re.compile(r"\bpublished\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Narrate:
    """Serves `narrate`, and the buttons on its own answers."""

    store: BacktestStore
    reports: ReportGenerationService
    """By rules: for figures and charts. The text that is shown comes from `reviews`."""
    files: ReportFiles
    charts: ChartRenderer
    access: Access
    reviews: Reviews
    intent: Intent = "narrate"
    permission: Permission = "read_published"
    """Everybody may read what is published; for the rest `handle` asks for `narrate`."""

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """The summary with its chart; sections, charts, a file or an answer where that was asked for."""
        if request.action is not None and request.action.id == "narrate.published":
            return await self.reviews.read_all(str(request.routed.arguments.get("publication_id")))
        if not self.access.allows(request.person, "narrate") or _wants_published(request):
            return await self._published(request)
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

    async def _published(self, request: Request) -> Reply:
        """The newest published narrative of what is meant; nothing else is named to who may not ask for reports."""
        published = await self.reviews.store.published()
        runs = [run for run in await self.store.list() if run.id in {each.backtest_id for each in published}]
        symbols = request.routed.arguments.get("symbols")
        found = find_run(
            _PUBLISHED.sub(" ", request.text),
            runs,
            symbols=[str(each) for each in symbols] if isinstance(symbols, list) else (),
        )
        best = found.best or next((run for run in runs if run.id == request.subject.get("backtest_id")), None)
        if best is not None:
            return await self.reviews.read(next(each for each in published if each.backtest_id == best.id))
        there = "; ".join(run.name for run in runs[:8])
        offer = f" Published and open to everybody: {there}." if there else " Nothing is published yet."
        if self.access.allows(request.person, "narrate"):
            raise NotFound(f"No published report fits that.{offer}")
        raise Denied(f"{self.access.denial(request.person, 'narrate')}{offer}")

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


def _wants_published(request: Request) -> bool:
    return request.action is None and not request.files and bool(_PUBLISHED.search(request.text))


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
