"""A report laid out for paper and screen: what stands where, before anything is HTML or PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from tools.backtests.charts import Chart
from tools.narrative.facts import FactSheet
from tools.narrative.report import Report, SectionModel
from tools.narrative.writer import OWN_FIGURES
from tools.reports import tables
from tools.reports.charts import ChartName
from tools.reports.markdown import HELD_BACK
from tools.reports.tables import Builder, Table


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notes:
    """What must be kept in mind, in a box."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart; its alt text is also its caption."""

    chart: Chart


PartBlock = Paragraph | Items | Notes | Table | Picture


@dataclass(frozen=True, slots=True)
class Part:
    """A titled part."""

    title: str
    blocks: tuple[PartBlock, ...]


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """`verdict` is why the recommendation is what it is. `appendix` is for who checks, `about` for who traces."""

    title: str
    subtitle: str
    recommendation: str
    verdict: str
    parts: tuple[Part, ...]
    appendix: tuple[Part, ...]
    about: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """What stands with a section: tables, a chart, and whether the tables say all that its list says."""

    builders: tuple[Builder, ...] = ()
    chart: ChartName | None = None
    instead_of_list: bool = False


_PLACES: Mapping[str, _Place] = {
    "Executive summary": _Place((tables.key_figures,), "equity"),
    "Returns": _Place((tables.returns,), "monthly"),
    "Risk": _Place((tables.risk,)),
    "Drawdowns": _Place((tables.drawdowns,), instead_of_list=True),
    "Against the benchmark": _Place((tables.benchmark, tables.rolling), "rolling"),
    "Trades and costs": _Place((tables.trades, tables.costs)),
    "Statistical evidence": _Place((tables.significance,)),
    "Market regimes": _Place((tables.regimes,), instead_of_list=True),
    "Market crises": _Place((tables.stress,), instead_of_list=True),
    OWN_FIGURES: _Place((tables.engine,), instead_of_list=True),
    "Calendar years": _Place((tables.years,), instead_of_list=True),
    "Monthly returns": _Place((tables.months,), instead_of_list=True),
    "Definitions": _Place((tables.definitions,), instead_of_list=True),
}
_APPENDIX = (OWN_FIGURES, "Calendar years", "Monthly returns", "Data", "Definitions")


def build(report: Report, charts: Mapping[ChartName, Chart]) -> ReportDocument:
    """The document. Text that the checker objects to is left out, and that is said."""
    sheet = FactSheet(fact.plain() for fact in report.facts)
    sections = (
        report.sections
        if report.checks.ok
        else (SectionModel(title="Held back", text=f"{HELD_BACK} The tables below hold the run's own figures."),)
    )
    verdict, sections = _without_verdict(report, sections)
    caveats = tuple(str(fact.value) for fact in sheet.under("caveat."))
    parts = [_part(section, sheet, charts, caveats if section is sections[0] else ()) for section in sections]
    if not report.checks.ok:
        parts += [_part(SectionModel(title=title, text=""), sheet, charts, ()) for title in _PLACES]
    homeless = [chart for name, chart in charts.items() if name not in _homes(parts)]
    parts += [Part("Charts", tuple(Picture(chart) for chart in homeless))] if homeless else []
    origins = tables.origins(sheet)
    trail = [Part("Origin of every figure", (origins,))] if origins is not None else []
    return ReportDocument(
        title=sheet.text("run.name") or report.title,
        subtitle=report.title.partition(" | ")[2],
        recommendation=report.recommendation,
        verdict=verdict,
        parts=tuple(part for part in parts if part.blocks and part.title not in _APPENDIX),
        appendix=(*(part for part in parts if part.blocks and part.title in _APPENDIX), *trail),
        about=_about(report, sheet),
    )


def _homes(parts: Sequence[Part]) -> set[ChartName | None]:
    """The charts that have a place among these parts."""
    return {_PLACES[part.title].chart for part in parts if part.title in _PLACES}


def _without_verdict(report: Report, sections: tuple[SectionModel, ...]) -> tuple[str, tuple[SectionModel, ...]]:
    """The first paragraph where it is the recommendation, and the sections without it."""
    opening = f"Recommendation: {report.recommendation}. "
    first, _, rest = sections[0].text.partition("\n")
    if not first.startswith(opening):
        return "", sections
    return first.removeprefix(opening), (SectionModel(title=sections[0].title, text=rest), *sections[1:])


def _part(
    section: SectionModel, sheet: FactSheet, charts: Mapping[ChartName, Chart], caveats: tuple[str, ...]
) -> Part:
    place = _PLACES.get(section.title, _Place())
    made = [table for builder in place.builders if (table := builder(sheet)) is not None]
    text = section.text
    for caveat in caveats:  # they stand in a box of their own
        text = text.replace(caveat, "")
    blocks = _text_blocks(text, keep_lists=not (place.instead_of_list and made))
    chart = charts.get(place.chart) if place.chart is not None else None
    blocks += [Notes(caveats)] if caveats else []
    return Part(section.title, (*blocks, *made, *((Picture(chart),) if chart is not None else ())))


def _text_blocks(text: str, *, keep_lists: bool) -> list[PartBlock]:
    blocks: list[PartBlock] = []
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.startswith("- "):
            lines += [line[2:]] if keep_lists else []
            continue
        if lines:
            blocks.append(Items(tuple(lines)))
            lines = []
        if line.strip():
            blocks.append(Paragraph(" ".join(line.split())))
    return blocks


def _about(report: Report, sheet: FactSheet) -> tuple[tuple[str, str], ...]:
    checks = "passed: every figure, date and comparison in the text was traced to a fact"
    if not report.checks.ok:
        checks = f"not passed: {len(report.checks.findings)} findings; the text is held back"
    rows = (
        ("Backtest", report.backtest_id),
        ("Engine", " ".join(part for part in (report.engine, sheet.text("run.engine_version")) if part)),
        ("Detail", report.detail),
        ("Written", "by rules, without a model" if report.writer == "rules" else f"by {report.writer}"),
        ("Facts", str(len(report.facts))),
        ("Check", checks),
        ("Content hash", report.content_hash),
        ("Deskhand", version("deskhand")),
    )
    return tuple(row for row in rows if row[1])
