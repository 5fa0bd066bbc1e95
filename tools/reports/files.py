"""Reports as files, made once for each content and kept at hand, since people ask again within minutes."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from tools.backtests.charts import Chart, ChartRenderer
from tools.backtests.model import BacktestRun, BacktestStore
from tools.narrative.draft import Detail
from tools.narrative.publishing import Content
from tools.narrative.report import Report
from tools.narrative.service import ReportGenerationService
from tools.reports.charts import CHARTS, ChartName, charts_of
from tools.reports.document import build
from tools.reports.markdown import markdown

Charts: TypeAlias = Mapping[ChartName, Chart]

Format = Literal["json", "markdown", "html", "pdf"]
FORMATS: dict[Format, tuple[str, str]] = {
    "json": ("application/json", "json"),
    "markdown": ("text/markdown", "md"),
    "html": ("text/html", "html"),
    "pdf": ("application/pdf", "pdf"),
}
"""Media type and suffix of each format."""
_KEPT_BYTES = 32 * 2**20


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One report in one format. `tag` is a hash of `content`; `cached` says that nothing had to be made for it."""

    report: Report
    content: bytes
    format: Format
    tag: str
    cached: bool

    @property
    def media_type(self) -> str:
        """With its character set, where it is text."""
        kind = FORMATS[self.format][0]
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

    @property
    def name(self) -> str:
        """A file name: the backtest's id and the format's suffix."""
        stem = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in self.report.backtest_id)
        return f"{stem.strip('-.')[:80] or 'report'}.{FORMATS[self.format][1]}"


class ReportFiles:
    """Makes files of reports; several who ask for the same at once wait for one making."""

    def __init__(self, store: BacktestStore, reports: ReportGenerationService, charts: ChartRenderer) -> None:
        self._store = store
        self._reports = reports
        self._charts = charts
        self._kept: OrderedDict[tuple[str, Format], ReportFile] = OrderedDict()
        self._making: dict[tuple[str, Format], asyncio.Task[ReportFile]] = {}

    async def get(self, backtest_id: str, *, detail: Detail, form: Format) -> ReportFile:
        """The file. Raises `NotFound` for an unknown id."""
        report = await self._reports.narrate(backtest_id, detail=detail)
        key = (report.content_hash, form)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        if key not in self._making:
            task = asyncio.create_task(self._make(report, form, None))
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return await asyncio.shield(self._making[key])

    async def of_run(self, run: BacktestRun, *, detail: Detail, form: Format) -> ReportFile:
        """The file of a run that need not be stored."""
        return await self._make(await self._reports.narrate(run, detail=detail), form, run)

    async def of_content(self, content: Content, form: Format) -> ReportFile:
        """The file of a published narrative, with the chart that was approved with it and no other."""
        chart = content.chart
        charts: Charts = {"equity": Chart(chart.png, chart.alt_text, chart.title)} if chart is not None else {}
        return await self._write(content.report, form, charts)

    async def _make(self, report: Report, form: Format, run: BacktestRun | None) -> ReportFile:
        charts = await self._drawn(report, run) if form in _ILLUSTRATED else {}
        made = await self._write(report, form, charts)
        self._keep((report.content_hash, form), replace(made, cached=True))
        return made

    async def _write(self, report: Report, form: Format, charts: Charts) -> ReportFile:
        content = await asyncio.to_thread(write_file, report, form, charts)
        return ReportFile(report, content, form, hashlib.sha256(content).hexdigest()[:40], cached=False)

    async def _drawn(self, report: Report, run: BacktestRun | None) -> Charts:
        run = run or await self._store.get(report.backtest_id)
        names: tuple[ChartName, ...] = ("equity",) if report.detail == "brief" else CHARTS
        return await charts_of(run, report, self._charts, names) if run is not None else {}

    def _keep(self, key: tuple[str, Format], file: ReportFile) -> None:
        self._kept[key] = file
        while sum(len(kept.content) for kept in self._kept.values()) > _KEPT_BYTES and len(self._kept) > 1:
            self._kept.popitem(last=False)


def write_file(report: Report, form: Format, charts: Charts) -> bytes:
    """The bytes of a report in a format; JSON and Markdown have no charts."""
    return _WRITERS[form](report, charts)


def _json(report: Report, _charts: Charts) -> bytes:
    """Without `cached`, which says something of this answer and nothing of the report."""
    return report.model_dump_json(exclude={"cached"}).encode()


def _markdown(report: Report, _charts: Charts) -> bytes:
    return markdown(report).encode()


def _html(report: Report, charts: Charts) -> bytes:
    from tools.reports.html import html

    return html(build(report, charts))


def _pdf(report: Report, charts: Charts) -> bytes:
    from tools.reports.pdf import pdf

    return pdf(build(report, charts))


_ILLUSTRATED: frozenset[Format] = frozenset({"html", "pdf"})
_WRITERS: dict[Format, Callable[[Report, Charts], bytes]] = {
    "json": _json,
    "markdown": _markdown,
    "html": _html,
    "pdf": _pdf,
}
