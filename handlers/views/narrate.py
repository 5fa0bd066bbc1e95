"""A report as messages: the summary first, the sections when asked for."""

import json
from collections.abc import Mapping, Sequence

from bot.protocols import Block
from tools.backtests.model import RunSummary
from tools.narrative.report import FactModel, Report
from tools.narrative.text import value_text

CHART = "equity.png"

_KEY_FIGURES = (
    ("Return a year", "cagr"),
    ("Total return", "total_return"),
    ("Volatility a year", "volatility"),
    ("Sharpe ratio", "sharpe"),
    ("Sortino ratio", "sortino"),
    ("Maximum drawdown", "max_drawdown"),
)
_VERDICT_MARK = {"proceed": ":large_green_circle:", "optimise": ":large_yellow_circle:",
                 "research": ":large_yellow_circle:", "reject": ":red_circle:"}  # fmt: skip


def summary_blocks(report: Report, chart_alt: str | None) -> tuple[Block, ...]:
    """Verdict, executive summary, key figures against the benchmark, chart, origin, what can be asked next."""
    blocks: list[Block] = [
        {"type": "header", "text": {"type": "plain_text", "text": report.title}},
        _section(f"{_VERDICT_MARK[report.recommendation]} *Recommendation: {report.recommendation}*"),
        {"type": "markdown", "text": _summary(report)},
    ]
    table = key_figures(report)
    if table is not None:
        blocks.append(table)
    if chart_alt is not None:
        blocks.append({"type": "image", "slack_file": {"id": f"attachment:{CHART}"}, "alt_text": chart_alt})
    blocks += [_origin(report), _next_steps(report)]
    return tuple(blocks)


def summary_text(report: Report) -> str:
    """The notification, and what a screen reader reads."""
    return f"{report.title}. {_plain(_summary(report))}"


def section_blocks(report: Report) -> tuple[Block, ...]:
    """Every section after the summary, as Markdown."""
    sections: list[Block] = [
        {"type": "markdown", "text": f"### {section.title}\n{section.text}"} for section in report.sections[1:]
    ]
    return (_section(f"*{report.title}*, in detail"), *sections)


def key_figures(report: Report) -> Block | None:
    """A table of the strategy beside its benchmark; None where there is nothing to put in it."""
    facts = {fact.id: fact for fact in report.facts}
    currency = str(facts["run.currency"].value) if "run.currency" in facts else "USD"
    rows: list[list[str]] = []
    for label, name in _KEY_FIGURES:
        strategy, benchmark = facts.get(f"strategy.{name}"), facts.get(f"benchmark.{name}")
        if strategy is not None:
            rows.append([label, _shown(strategy, currency), _shown(benchmark, currency) if benchmark else "–"])
    if not rows:
        return None
    head = ["", "Strategy", "Benchmark"]
    return {
        "type": "table",
        "column_settings": [{"align": "left"}, {"align": "right"}, {"align": "right"}],
        "rows": [[{"type": "raw_text", "text": cell or " "} for cell in row] for row in (head, *rows)],
    }


def choice_blocks(question: str, runs: Sequence[RunSummary], detail: str) -> tuple[Block, ...]:
    """Which of these runs is meant: a button each."""
    buttons: list[Block] = [
        {
            "type": "button",
            "action_id": f"narrate.run.{number}",
            "text": {"type": "plain_text", "text": run.name},
            "value": json.dumps({"backtest_id": run.id, "detail": detail}),
        }
        for number, run in enumerate(runs)
    ]
    return (_section(question), {"type": "actions", "elements": buttons})


def chart_callouts(facts: Mapping[str, FactModel]) -> tuple[str, ...]:
    """The three figures that stand over the chart."""
    wanted = (
        ("strategy.cagr", "{} a year"),
        ("strategy.sharpe", "Sharpe {}"),
        ("strategy.max_drawdown", "drawdown {}"),
    )
    return tuple(form.format(_shown(facts[name], "USD")) for name, form in wanted if name in facts)


def _summary(report: Report) -> str:
    """The first section without the verdict, which stands above it."""
    text = report.sections[0].text
    return text.removeprefix(f"Recommendation: {report.recommendation}. ")


def _plain(text: str) -> str:
    return " ".join(text.split())


def _shown(fact: FactModel, currency: str) -> str:
    return value_text(fact.plain(), currency)


def _origin(report: Report) -> Block:
    checked = "every figure checked" if report.checks.ok else "some figures could not be checked"
    by = "rules" if report.writer == "rules" else report.writer
    return {
        "type": "context",
        "elements": [
            {
                "type": "mrkdwn",
                "text": f"`{report.backtest_id}` · engine {report.engine} · {len(report.facts)} facts, {checked} · written by {by}",
            }
        ],
    }


def _next_steps(report: Report) -> Block:
    return {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "narrate.sections",
                "text": {"type": "plain_text", "text": "Full report"},
                "value": json.dumps({"backtest_id": report.backtest_id, "detail": "detailed"}),
            }
        ],
    }


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
