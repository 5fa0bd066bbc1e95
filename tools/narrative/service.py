"""From a run, or the id of a stored one, to a checked report; each distinct report is written once."""

import asyncio
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from tools.backtests.fingerprint import fingerprint
from tools.backtests.model import BacktestRun, BacktestStore
from tools.errors import BadInput, NotFound, Unavailable
from tools.narrative import checker
from tools.narrative.caveats import add_caveats
from tools.narrative.draft import Detail, DraftSection, Material, Writer
from tools.narrative.facts import Fact, FactSheet
from tools.narrative.gathering.gather import gather
from tools.narrative.notes import arranged, wishes_of
from tools.narrative.recommend import add_limits, judge
from tools.narrative.report import Checks, FactModel, FindingModel, Report, SectionModel
from tools.narrative.sentences import BadSentence, Renderer, raw_numbers
from tools.narrative.text import date_text
from tools.narrative.writer import OWN_FIGURES, write

LANGUAGE = "en"
RULES = "rules"
_REMEMBERED = 256
_IN_MEMORY = 64
"""Decoded reports at hand: reading one from JSON costs some 10 ms, and people ask again within minutes."""


class NarrativeCache(Protocol):
    """Where finished reports are kept, as JSON by cache key."""

    async def get(self, cache_key: str) -> str | None:
        """The payload, or None."""
        ...

    async def put(self, cache_key: str, *, backtest_id: str, detail: str, payload: str) -> None:
        """Keep it; a key that is there already stays as it is."""
        ...


class ReportWatch(Protocol):
    """Told what happens, to count and keep it."""

    async def drafted(self, writer: str, findings: Sequence[str]) -> None:
        """A model's draft was held against the facts; what was found, nothing where it passed."""
        ...

    async def written(self, report: Report, seconds: float) -> None:
        """A report was generated and checked."""
        ...


class ContextSource(Protocol):
    """What others say of a run's market at the moment: claims with their dates, never the basis of a figure."""

    async def facts(self, engine: str, symbols: Sequence[str]) -> tuple[Fact, ...]:
        """Facts `context.<n>.*`; none where there is nothing to say. Raises nothing."""
        ...


@dataclass(frozen=True, slots=True)
class _Known:
    """What is kept of a stored run: enough to find its report without reading it."""

    content: str
    engine: str
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Order:
    """What a report depends on."""

    content: str
    detail: Detail
    note: str
    context: tuple[Fact, ...]
    writer: Writer | None


class ReportGenerationService:
    """`narrate` is safe to call from many tasks: those that ask for the same report wait for one generation.

    `writer`, where given, is asked for each report who proposes its sentences; the writer by rules takes over when that
    draft does not pass.
    """

    def __init__(
        self,
        *,
        store: BacktestStore | None = None,
        cache: NarrativeCache | None = None,
        writer: Callable[[], Writer] | None = None,
        watch: ReportWatch | None = None,
        context: ContextSource | None = None,
    ) -> None:
        self._store = store
        self._cache = cache
        self._writer = writer
        self._watch = watch
        self._context = context
        self._running: dict[str, asyncio.Task[Report]] = {}
        self._fingerprints: OrderedDict[str, _Known] = OrderedDict()
        self._reports: OrderedDict[str, Report] = OrderedDict()
        self._code = ""

    async def narrate(self, run: BacktestRun | str, *, detail: Detail = "standard", note: str = "") -> Report:
        """The report on a run or on a stored id. `note` is what a reviewer asks of the writer.

        Raises `NotFound` for an unknown id and `BadInput` for a run with nothing to report.
        """
        loaded = None if isinstance(run, str) else run
        known = self._fingerprints.get(run) if isinstance(run, str) else None
        if known is None:
            loaded = await self._load(run) if isinstance(run, str) else run
            known = _Known(await asyncio.to_thread(fingerprint, loaded), loaded.engine, loaded.symbols)
            self._remember(loaded.id, run, known)
        context = await self._context.facts(known.engine, known.symbols) if self._context is not None else ()
        self._code = self._code or await asyncio.to_thread(code_version)
        writer = await asyncio.to_thread(self._writer) if self._writer is not None else None
        order = _Order(known.content, detail, note, context, writer)
        key = self._key(order)
        # once more at the end: it may have been finished while the cache was asked
        kept = self._reports.get(key) or await self._from_cache(key) or self._reports.get(key)
        if kept is not None:
            self._keep(key, kept)
            return kept
        if key not in self._running:
            task = asyncio.create_task(self._generate(order, loaded if loaded is not None else run))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(self._running[key])

    async def _from_cache(self, key: str) -> Report | None:
        payload = await self._cache.get(key) if self._cache is not None else None
        if payload is None:
            return None
        report = await asyncio.to_thread(Report.model_validate_json, payload)
        return report.model_copy(update={"cached": True})

    def _keep(self, key: str, report: Report) -> None:
        self._reports[key] = report
        self._reports.move_to_end(key)
        if len(self._reports) > _IN_MEMORY:
            self._reports.popitem(last=False)

    def _remember(self, stored_id: str, run: BacktestRun | str, known: _Known) -> None:
        """A stored run never changes under its id, so its hash is worth keeping. Other ids may mean another tomorrow."""
        if run == stored_id:
            self._fingerprints[stored_id] = known
            if len(self._fingerprints) > _REMEMBERED:
                self._fingerprints.popitem(last=False)

    def _key(self, order: _Order) -> str:
        """Covers content of the run, model and prompt version (the writer's name), language, detail, note and code."""
        by = order.writer.name if order.writer is not None else RULES
        said = repr(order.context) if order.context else ""
        parts = (order.content, said, by, LANGUAGE, order.detail, order.note, self._code)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    async def _load(self, run_id: str) -> BacktestRun:
        run = await self._store.get(run_id) if self._store is not None else None
        if run is None:
            raise NotFound(
                f"There is no stored backtest '{run_id[:80]}'. `deskhand backtests list` shows what there is."
            )
        return run

    async def _generate(self, order: _Order, run: BacktestRun | str) -> Report:
        started = time.perf_counter()
        loaded = await self._load(run) if isinstance(run, str) else run
        material = await asyncio.to_thread(prepare, loaded, order.detail, order.note, order.context)
        report: Report | None = None
        if order.writer is not None:
            try:
                report = await self._by_model(order.writer, loaded, material)
            except Unavailable:  # the rules write today; the model is asked again the next time
                order = replace(order, writer=None)
        if report is None:
            report = await asyncio.to_thread(by_rules, loaded, material)
        if self._watch is not None:
            await self._watch.written(report, time.perf_counter() - started)
        if self._cache is not None and report.checks.ok:
            key = self._key(order)
            self._keep(key, report.model_copy(update={"cached": True}))
            await self._cache.put(key, backtest_id=loaded.id, detail=order.detail, payload=report.model_dump_json())
        return report

    async def _by_model(self, writer: Writer, run: BacktestRun, material: Material) -> Report | None:
        """The model's report, repaired once with the findings; None where no draft passes. Raises `Unavailable`."""
        findings: Sequence[str] = ()
        for _ in range(2):
            draft = await writer.write(material, findings)
            report, findings = await asyncio.to_thread(_judged, draft, run, material, writer.name)
            if self._watch is not None:
                await self._watch.drafted(writer.name, findings)
            if report is not None:
                return report
        return None


def _judged(
    draft: Sequence[DraftSection], run: BacktestRun, material: Material, writer: str
) -> tuple[Report | None, Sequence[str]]:
    """The report of a draft that passes, else what is wrong with it."""
    findings = objections(draft, material)
    if findings:
        return None, findings
    report = compose(run, material, draft, writer)
    if report.checks.ok:
        return report, ()
    return None, [f"{finding.span}: {finding.reason}" for finding in report.checks.findings]


def prepare(run: BacktestRun, detail: Detail, note: str = "", context: Sequence[Fact] = ()) -> Material:
    """Facts, rules and recommendation of a run. Raises `BadInput` where there is nothing to report."""
    sheet = gather(run, months=detail == "detailed")
    if "strategy.total_return" not in sheet and not sheet.under("stated.") and "trades.count" not in sheet:
        raise BadInput(
            f"'{sheet.text('run.name')}' has no equity curve, no figures and no closed trades, so there is nothing to report."
        )
    sheet.include(context)
    _call_by_words(sheet)
    add_limits(sheet)
    recommendation, rules = judge(sheet)
    sheet.add("recommendation", "Recommendation", recommendation, "text", source="rules")
    add_caveats(sheet)
    return Material(sheet, recommendation, rules, detail, note)


def _call_by_words(sheet: FactSheet) -> None:
    """A run may be called "2024" or "-3%". In a report's title that would be a figure, so it is called something else."""
    name, facts = sheet.text("run.name"), tuple(sheet)
    called = (name, f"run {name}", f"run_{re.sub(r'[^0-9A-Za-z]+', '_', name).strip('_')}")
    chosen = next((said for said in called if not checker.check(said, facts)), "A run whose name is a figure")
    if chosen != name:
        sheet.rename("run.name", chosen)


def by_rules(run: BacktestRun, material: Material) -> Report:
    """The report by rules, arranged as a reviewer's note asks.

    Figures that an engine calls by words which read as a claim are left out of its list.
    """
    draft = arranged(write(material), wishes_of(material.note))
    report = compose(run, material, draft, RULES)
    if report.checks.ok:
        return report
    renderer = Renderer(material.sheet)
    spans = [finding.span for finding in report.checks.findings]
    kept = tuple(
        replace(part, paragraphs=tuple(p for p in part.paragraphs if not any(s in renderer.render(p) for s in spans)))
        if part.title == OWN_FIGURES
        else part
        for part in draft
    )
    return compose(run, material, tuple(part for part in kept if part.paragraphs), RULES)


def objections(draft: Sequence[DraftSection], material: Material) -> list[str]:
    """What is wrong with a draft before it is rendered: figures outside slots, slots that cannot be filled.

    Sections taken over from the rules as they are need no second look.
    """
    renderer, own = Renderer(material.sheet), write(material)
    found: list[str] = []
    for section in draft:
        for sentence in () if section in own else (section.title, *section.paragraphs):
            stray = raw_numbers(sentence)
            if stray:
                found.append(f"{sentence}: '{stray[0]}' is a figure outside a slot")
            try:
                renderer.render(sentence)
            except BadSentence as error:
                found.append(f"{sentence}: {error}")
    return found


def compose(run: BacktestRun, material: Material, draft: Sequence[DraftSection], writer: str) -> Report:
    """Render a draft and check the result. Raises `BadSentence` for a draft with objections."""
    renderer = Renderer(material.sheet)
    sections = tuple(
        SectionModel(title=section.title, text="\n".join(renderer.render(line) for line in section.paragraphs))
        for section in draft
    )
    title = title_of(material.sheet)
    text = "\n\n".join([title, *(f"{section.title}\n{section.text}" for section in sections)]) + "\n"
    facts = tuple(material.sheet)
    return Report(
        backtest_id=run.id,
        engine=run.engine,
        title=title,
        detail=material.detail,
        facts=tuple(FactModel.of(fact) for fact in facts),
        sections=sections,
        text=text,
        recommendation=material.recommendation,
        checks=checked(text, facts),
        writer=writer,
        needs_review=writer != RULES,
    )


def checked(text: str, facts: Sequence[Fact]) -> Checks:
    """Hold any text a reader will see (message, title, alt text, fallback) against the facts."""
    findings = checker.check(text, facts)
    return Checks(
        ok=not findings,
        findings=tuple(FindingModel(kind=item.kind, span=item.span, reason=item.reason) for item in findings),
    )


def title_of(sheet: FactSheet) -> str:
    """One line: what was tested, on what, when, by which engine, and the id where there is one."""
    parts = [sheet.text("run.name")]
    symbols = sheet.text("run.symbols")
    if symbols:
        parts.append(symbols)
    if "run.start" in sheet:
        parts.append(f"{date_text(sheet.text('run.start'))} to {date_text(sheet.text('run.end'))}")
    parts.append(f"engine {sheet.text('run.engine')}")
    if "run.id" in sheet:
        parts.append(f"backtest {sheet.text('run.id')}")
    return " | ".join(part for part in parts if part)


@lru_cache(maxsize=1)
def code_version() -> str:
    """A hash over the code that makes figures and sentences, so that a change of either misses the cache."""
    digest = hashlib.sha256()
    here = Path(__file__).resolve().parent
    for folder in (here, here.parent / "backtests"):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
