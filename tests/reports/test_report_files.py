"""Report files: complete, self-contained, names as data, every figure in a table one of the report's facts."""

import asyncio
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from runs import made_up

from tools.backtests.charts import Chart, ChartRenderer
from tools.backtests.model import BacktestRun
from tools.narrative import checker
from tools.narrative.report import Checks, FindingModel, Report
from tools.narrative.service import compose, prepare
from tools.narrative.text import value_text, years_text
from tools.narrative.writer import write
from tools.reports.charts import ChartName, charts_of
from tools.reports.document import Picture, build
from tools.reports.files import write_file
from tools.reports.html import html
from tools.reports.pdf import pdf
from tools.reports.tables import NONE, Table

HOSTILE = "<script>alert(1)</script> {{7*7}} <b>&amp;</b> 日本 \u202e"


def report_of(run: BacktestRun, detail: str = "detailed") -> Report:
    material = prepare(run, detail)  # type: ignore[arg-type]
    return compose(run, material, write(material), "rules")


def charts_for(run: BacktestRun, report: Report) -> Mapping[ChartName, Chart]:
    return asyncio.run(charts_of(run, report, ChartRenderer()))


@pytest.fixture(scope="module")
def run() -> BacktestRun:
    return made_up(days=1500)


@pytest.fixture(scope="module")
def report(run: BacktestRun) -> Report:
    return report_of(run)


@pytest.fixture(scope="module")
def charts(run: BacktestRun, report: Report) -> Mapping[ChartName, Chart]:
    return charts_for(run, report)


class Page(HTMLParser):
    """What a browser would show and fetch."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.references: list[str] = []
        self.headings: list[str] = []
        self.alts: list[str] = []
        self.text = ""
        self._in = ""
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in = tag
        self.references += [value or "" for name, value in attrs if name in ("src", "href")]
        self.alts += [value or "" for name, value in attrs if name == "alt"]

    def handle_data(self, data: str) -> None:
        if self._in not in ("style", "script"):
            self.text += data
        if self._in in ("h1", "h2") and data.strip():
            self.headings.append(data.strip())


def test_html_holds_everything_and_asks_for_nothing(report: Report, charts: Mapping[ChartName, Chart]) -> None:
    content = write_file(report, "html", charts)
    page = Page(content)
    assert all(reference.startswith(("data:image/png;base64,", "#")) for reference in page.references)
    assert not {"script", "link", "iframe"} & set(page.tags)
    assert b"url(" not in content
    assert page.headings[0] == "Walk"
    assert set(page.headings) >= {
        "Executive summary", "Returns", "Risk", "Drawdowns", "Against the benchmark", "Trades and costs",
        "Statistical evidence", "Rules behind the recommendation", "Definitions", "Origin of every figure",
        "About this report",
    }  # fmt: skip
    assert page.alts == [chart.alt_text for chart in (charts["equity"], charts["monthly"], charts["rolling"])]
    assert report.content_hash in page.text
    assert f"Recommendation: {report.recommendation}" in page.text
    for fact in report.facts:
        if fact.id.startswith("caveat."):
            assert page.text.count(str(fact.value)) == 1
        elif not fact.id.startswith(("month.", "run.note.")):
            assert fact.id in page.text


def test_every_figure_in_a_table_is_a_fact(report: Report) -> None:
    facts = [fact.plain() for fact in report.facts]
    currency = next(str(fact.value) for fact in facts if fact.id == "run.currency")
    known = {value_text(fact, currency) for fact in facts} | {
        years_text(float(fact.value)) for fact in facts if fact.unit == "days" and not isinstance(fact.value, str)
    }
    document = build(report, {})
    checked = 0
    for part in (*document.parts, *document.appendix):
        for table in (block for block in part.blocks if isinstance(block, Table)):
            if part.title in ("Definitions", "Origin of every figure"):
                continue
            when = [column for column, head in enumerate(table.head) if head in ("Period", "When (strategy)")]
            for row in table.rows:
                for column, cell in enumerate(row):
                    if column >= table.figures_from and column not in when and cell not in (NONE, ""):
                        assert cell in known, (part.title, row[0], cell)
                        checked += 1
    assert checked > 150


@pytest.mark.parametrize(("seed", "detail"), [(3, "brief"), (8, "standard")])
def test_alt_texts_pass_the_check_and_name_what_is_seen(detail: str, seed: int) -> None:
    run = made_up(seed=seed, drift=-0.0002 if seed == 8 else 0.0006)
    report = report_of(run, detail)
    for name, chart in charts_for(run, report).items():
        assert checker.check(chart.alt_text, [fact.plain() for fact in report.facts]) == ()
        if name != "monthly":
            assert re.search(r"\d", chart.alt_text)


async def test_charts_of_a_report_that_was_drawn_cost_no_drawing(
    run: BacktestRun, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    renderer = ChartRenderer()
    first = await charts_of(run, report, renderer, ("equity",))

    async def fail(*_: object) -> Chart:
        raise AssertionError("drawn again")

    monkeypatch.setattr(renderer, "render", fail)
    assert await charts_of(run, report, renderer, ("equity",)) == first


def test_names_from_outside_are_data_in_every_format() -> None:
    run = made_up(
        name=HOSTILE, benchmark_name=HOSTILE, symbols=(HOSTILE,), notes=("<img src=x onerror=y>",), days=300
    )
    report, charts = report_of(run), {}
    page = write_file(report, "html", charts).decode()
    assert "<script" not in page
    assert "<img src=x" not in page
    raw = replace(
        build(report, charts), title="<script>x</script> R&D {{7*7}}", subtitle="<img src=x>", verdict="a < b & c"
    )
    escaped = html(raw).decode()
    assert "<h1>&lt;script&gt;x&lt;/script&gt; R&amp;D {{7*7}}</h1>" in escaped
    assert "<img src=x>" not in escaped
    assert pdf(raw).startswith(b"%PDF-")
    assert write_file(report, "pdf", charts).startswith(b"%PDF-")
    assert "<script>" not in write_file(report, "markdown", charts).decode()


def test_a_text_that_failed_its_check_is_held_back(report: Report, charts: Mapping[ChartName, Chart]) -> None:
    finding = FindingModel(kind="number", span="5%", reason="no fact")
    bad = report.model_copy(update={"checks": Checks(ok=False, findings=(finding,))})
    page = Page(write_file(bad, "html", charts))
    assert "held back" in page.text
    assert report.sections[1].text.split("\n")[0] not in page.text
    assert "Maximum drawdown" in page.text
    plain = write_file(bad, "markdown", {}).decode()
    assert "held back" in plain
    assert "Returns" not in plain


def test_the_same_report_gives_the_same_bytes(
    run: BacktestRun, report: Report, charts: Mapping[ChartName, Chart]
) -> None:
    brief = report_of(run, "brief")
    assert write_file(brief, "pdf", charts) == write_file(brief, "pdf", charts)
    assert write_file(report, "html", charts) == write_file(report, "html", charts)


def test_pdf_has_title_outline_and_the_text(
    report: Report, charts: Mapping[ChartName, Chart], tmp_path: Path
) -> None:
    content = write_file(report, "pdf", charts)
    assert b"/Outlines" in content
    assert b"/Lang (en)" in content
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    (tmp_path / "report.pdf").write_bytes(content)
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "report.pdf", "-"], capture_output=True, check=True)
    told = " ".join(text.stdout.decode().split())
    for wanted in (f"Recommendation: {report.recommendation}", "Origin of every figure", report.content_hash):
        assert wanted in told


def test_a_short_run_and_a_run_of_figures_alone_have_files_too() -> None:
    from runs import stated

    short = made_up(days=40, trades=0)
    bare = BacktestRun(name="Bare", engine="lean", equity=None, stated=(stated("sharpe", 1.2), stated("cagr", 0.1)))
    for run in (short, bare):
        report = report_of(run)
        charts = charts_for(run, report)
        assert b"Origin of every figure" in write_file(report, "html", charts)
        assert write_file(report, "pdf", charts).startswith(b"%PDF-")
    assert not any(isinstance(block, Picture) for part in build(report, charts).parts for block in part.blocks)
