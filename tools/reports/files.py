"""Reports as files, made once for each content and kept at hand, since people ask again within minutes."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from tools.narrative.report import Report
from tools.narrative.service import ReportGenerationService
from tools.narrative.writer import Detail
from tools.reports.markdown import markdown

Format = Literal["json", "markdown"]
FORMATS: dict[Format, tuple[str, str]] = {
    "json": ("application/json", "json"),
    "markdown": ("text/markdown", "md"),
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

    def __init__(self, reports: ReportGenerationService) -> None:
        self._reports = reports
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
            task = asyncio.create_task(self._make(report, form))
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return await asyncio.shield(self._making[key])

    async def _make(self, report: Report, form: Format) -> ReportFile:
        content = await asyncio.to_thread(_WRITERS[form], report)
        made = ReportFile(report, content, form, hashlib.sha256(content).hexdigest()[:40], cached=report.cached)
        self._keep((report.content_hash, form), replace(made, cached=True))
        return made

    def _keep(self, key: tuple[str, Format], file: ReportFile) -> None:
        self._kept[key] = file
        while sum(len(kept.content) for kept in self._kept.values()) > _KEPT_BYTES and len(self._kept) > 1:
            self._kept.popitem(last=False)


def _json(report: Report) -> bytes:
    """Without `cached`, which says something of this answer and nothing of the report."""
    return report.model_dump_json(exclude={"cached"}).encode()


_WRITERS: dict[Format, Callable[[Report], bytes]] = {
    "json": _json,
    "markdown": lambda report: markdown(report).encode(),
}
