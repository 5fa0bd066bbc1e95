"""Reports by id, from the cache, once for many, and by a writer that proposes sentences."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from runs import made_up

from tools.backtests.model import BacktestRun, RunSummary
from tools.errors import NotFound
from tools.narrative.draft import DraftSection, Material
from tools.narrative.service import ReportGenerationService


@dataclass
class Shelf:
    """A store of one run, which counts how often it is read."""

    run: BacktestRun
    reads: int = 0

    async def add(self, run: BacktestRun, *, by: str) -> str:
        raise AssertionError("a report stores no run")

    async def get(self, run_id: str) -> BacktestRun | None:
        self.reads += 1
        await asyncio.sleep(0)
        return self.run if run_id == self.run.id else None

    async def list(self) -> Sequence[RunSummary]:
        return ()


@dataclass
class Drawer:
    """A cache in memory."""

    kept: dict[str, str] = field(default_factory=dict)
    puts: int = 0

    async def get(self, cache_key: str) -> str | None:
        return self.kept.get(cache_key)

    async def put(self, cache_key: str, *, backtest_id: str, detail: str, payload: str) -> None:
        self.puts += 1
        self.kept[cache_key] = payload


async def test_many_who_ask_at_once_cause_one_generation() -> None:
    drawer = Drawer()
    service = ReportGenerationService(store=Shelf(made_up()), cache=drawer)
    reports = await asyncio.gather(*(service.narrate("walk-1", detail="brief") for _ in range(12)))
    assert drawer.puts == 1
    assert len({report.text for report in reports}) == 1


async def test_a_repeated_request_comes_from_the_cache_without_reading_the_run() -> None:
    shelf, drawer = Shelf(made_up()), Drawer()
    service = ReportGenerationService(store=shelf, cache=drawer)
    first = await service.narrate("walk-1")
    reads = shelf.reads
    again = await service.narrate("walk-1")
    assert (first.cached, again.cached) == (False, True)
    assert again.text == first.text
    assert shelf.reads == reads


async def test_detail_and_content_are_told_apart() -> None:
    drawer = Drawer()
    service = ReportGenerationService(cache=drawer)
    await service.narrate(made_up(), detail="brief")
    await service.narrate(made_up(), detail="standard")
    await service.narrate(made_up(fee=0.002), detail="brief")
    assert drawer.puts == 3


async def test_an_unknown_id_is_named() -> None:
    with pytest.raises(NotFound, match="no-such-run"):
        await ReportGenerationService(store=Shelf(made_up())).narrate("no-such-run")


@dataclass
class Scripted:
    """A writer that gives the drafts it was told, and keeps the findings it was sent."""

    drafts: list[str]
    name: str = "scripted"
    findings: list[Sequence[str]] = field(default_factory=list)

    async def write(self, material: Material, findings: Sequence[str] = ()) -> tuple[DraftSection, ...]:
        self.findings.append(findings)
        caveats = " ".join(f"{{{fact.id}}}" for fact in material.sheet.under("caveat."))
        return (DraftSection("Summary", (self.drafts.pop(0), caveats)),)


GOOD = "The strategy returned {strategy.cagr} a year with a Sharpe ratio of {strategy.sharpe}."


async def test_a_good_draft_is_used() -> None:
    report = await ReportGenerationService(writer=lambda: Scripted([GOOD])).narrate(made_up())
    assert report.writer == "scripted"
    assert report.checks.ok


@pytest.mark.parametrize(
    "bad",
    [
        "The strategy returned 14% a year.",
        "The strategy returned {strategy.sharpe} a year.",
        "The strategy's volatility was {strategy.cagr}.",
        "The benchmark returned {strategy.cagr} a year.",
        "The strategy lagged the benchmark. It returned {strategy.cagr} a year.",
        "It returned {strategy.cagr} a year because of falling interest rates.",
        "It returned {strategy.magic} a year.",
    ],
)
async def test_a_bad_draft_is_repaired_once_with_the_findings(bad: str) -> None:
    writer = Scripted([bad, GOOD])
    report = await ReportGenerationService(writer=lambda: writer).narrate(made_up())
    assert report.writer == "scripted"
    assert writer.findings[0] == ()
    assert writer.findings[1]


async def test_after_two_bad_drafts_the_rules_write() -> None:
    report = await ReportGenerationService(writer=lambda: Scripted(["It made 5%.", "It made 6%."])).narrate(made_up())
    assert report.writer == "rules"
    assert report.checks.ok
