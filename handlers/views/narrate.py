"""A report as messages: the summary first, the sections when asked for."""

import json
from collections.abc import Mapping, Sequence

from bot.protocols import Attachment, Block
from handlers.views.text import actions, button, context, escape, header, section, table
from tools.backtests.charts import Chart
from tools.backtests.model import RunSummary
from tools.narrative.report import FactModel, Report
from tools.narrative.text import date_text, value_text
from tools.narrative.writer import OWN_FIGURES
from tools.reports.charts import ChartName
from tools.reports.files import ReportFile

_AFTER: Mapping[str, ChartName] = {"Returns": "monthly", "Against the benchmark": "rolling"}
"""The chart that stands after a section."""
_FILE_ONLY = frozenset({"Calendar years", "Monthly returns", OWN_FIGURES, "Definitions"})
_KEY_FIGURES = (
    ("Return a year", "cagr"),
    ("Total return", "total_return"),
    ("Volatility a year", "volatility"),
    ("Sharpe ratio", "sharpe"),
    ("Sortino ratio", "sortino"),
    ("Maximum drawdown", "max_drawdown"),
)
HELD_BACK = (
    "The text of this report is held back: the check could not trace all of it to the run's figures. The figures below "
    "are the run's own."
)
_VERDICT_MARK = {"proceed": ":large_green_circle:", "optimise": ":large_yellow_circle:",
                 "research": ":large_yellow_circle:", "reject": ":red_circle:"}  # fmt: skip


def summary_blocks(report: Report, chart: Chart | None) -> tuple[Block, ...]:
    """Verdict, executive summary, key figures against the benchmark, chart, origin, what can be asked next."""
    blocks: list[Block] = [
        header(run_name(report)),
        verdict(report),
        {"type": "markdown", "text": _summary(report)},
    ]
    figures = key_figures(report)
    if figures is not None:
        blocks.append(figures)
    if chart is not None:
        blocks.append(_picture("equity", chart))
    blocks += [context(origin(report)), _next_steps(report)]
    return tuple(blocks)


def verdict(report: Report) -> Block:
    """The recommendation with its colour."""
    return section(f"{_VERDICT_MARK[report.recommendation]} *Recommendation: {report.recommendation}*")


def summary_text(report: Report) -> str:
    """The notification, and what a screen reader reads."""
    return f"{run_name(report)}. Recommendation: {report.recommendation}. {_plain(_summary(report))}"


def run_name(report: Report) -> str:
    """What the run is called, without the rest of the report's title."""
    named = next((fact.value for fact in report.facts if fact.id == "run.name"), report.title)
    return str(named)


def section_blocks(report: Report, charts: Mapping[ChartName, Chart]) -> tuple[Block, ...]:
    """Every section after the summary, as Markdown, with the charts where they belong; no text that failed its check.

    Long lists (a line a year, forty definitions) are left to the file, where the run has more to show than those.
    """
    if not report.checks.ok:
        return (section(HELD_BACK),)
    blocks: list[Block] = [section(f"*{escape(run_name(report))}*, in detail")]
    file_only = _FILE_ONLY if any(fact.id == "run.start" for fact in report.facts) else frozenset()
    for part in report.sections[1:]:
        if part.title not in file_only:
            blocks.append({"type": "markdown", "text": f"### {part.title}\n{part.text}"})
        name = _AFTER.get(part.title)
        if name is not None and name in charts:
            blocks.append(_picture(name, charts[name]))
    left_out = [part.title.lower() for part in report.sections[1:] if part.title in file_only]
    if left_out:
        blocks.append(context(f"In the file besides: {', '.join(left_out)}, and where every figure comes from."))
    blocks.append({"type": "actions", "elements": [_file_button(report)]})
    return tuple(blocks)


def chart_blocks(report: Report, charts: Mapping[ChartName, Chart]) -> tuple[Block, ...]:
    """The charts, one under the other."""
    return (section(f"*{escape(run_name(report))}*"), *(_picture(name, chart) for name, chart in charts.items()))


def attachments(charts: Mapping[ChartName, Chart]) -> tuple[Attachment, ...]:
    """The charts as files for a reply's image blocks."""
    return tuple(Attachment(f"{name}.png", chart.png, chart.title, chart.alt_text) for name, chart in charts.items())


def file_text(file: ReportFile) -> str:
    """What is said with a file."""
    said = {"pdf": "as a PDF", "html": "as one HTML file that needs no network"}.get(file.format, file.format)
    passed = "every figure in its text is checked" if file.report.checks.ok else "its text is held back"
    return (
        f"{run_name(file.report)}: the report {said}, with tables, charts and the origin of every figure; {passed}."
    )


def key_figures(report: Report) -> Block | None:
    """A table of the strategy beside its benchmark; None where there is nothing to put in it."""
    facts = {fact.id: fact for fact in report.facts}
    currency = str(facts["run.currency"].value) if "run.currency" in facts else ""
    rows: list[list[str]] = []
    for label, name in _KEY_FIGURES:
        strategy, benchmark = facts.get(f"strategy.{name}"), facts.get(f"benchmark.{name}")
        if strategy is not None:
            rows.append([label, _shown(strategy, currency), _shown(benchmark, currency) if benchmark else "–"])
    if not rows:
        return None
    return table(["", "Strategy", "Benchmark"], rows)


def choice_blocks(question: str, runs: Sequence[RunSummary], detail: str) -> tuple[Block, ...]:
    """Which of these runs is meant: a button each."""
    buttons = [
        button(f"narrate.run.{number}", run.name, json.dumps({"backtest_id": run.id, "detail": detail}))
        for number, run in enumerate(runs)
    ]
    return (section(question), {"type": "actions", "elements": buttons})


def _summary(report: Report) -> str:
    """The first section without the verdict, which stands above it; nothing that the checker objects to."""
    return summary_as_written(report) if report.checks.ok else HELD_BACK


def summary_as_written(report: Report) -> str:
    """The same without asking the checker: for those who decide on it."""
    text = report.sections[0].text
    return text.removeprefix(f"Recommendation: {report.recommendation}. ")


def _plain(text: str) -> str:
    return " ".join(text.split())


def _shown(fact: FactModel, currency: str) -> str:
    return value_text(fact.plain(), currency)


def origin(report: Report) -> str:
    """Period, engine, facts, check, writer and id, for small print."""
    facts = {fact.id: fact for fact in report.facts}
    ends = [date_text(str(facts[name].value)) for name in ("run.start", "run.end") if name in facts]
    parts = [
        " to ".join(ends),
        f"engine {report.engine}",
        f"{len(report.facts)} facts, " + ("every figure checked" if report.checks.ok else "check not passed"),
        "written by rules" if report.writer == "rules" else f"written by {report.writer}",
        f"`{report.backtest_id}`",
    ]
    return " · ".join(part for part in parts if part)


def _picture(name: ChartName, chart: Chart) -> Block:
    return {"type": "image", "slack_file": {"id": f"attachment:{name}.png"}, "alt_text": chart.alt_text}


def _next_steps(report: Report) -> Block:
    value = json.dumps({"backtest_id": report.backtest_id, "detail": "detailed"})
    buttons = [button("narrate.sections", "Full report", value)]
    if any(fact.id == "run.start" for fact in report.facts):
        buttons.append(button("narrate.charts", "Charts", value))
    publish = json.dumps({"backtest_id": report.backtest_id, "detail": report.detail})
    return actions(*buttons, _file_button(report), button("approvals.ask", "Publish…", publish))


def _file_button(report: Report) -> Block:
    value = json.dumps({"backtest_id": report.backtest_id, "detail": "detailed"})
    return button("narrate.pdf", "PDF", value)
