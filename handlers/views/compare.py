"""A comparison as a message: the ranking as a table, and what cannot be compared."""

from bot.protocols import Block
from handlers.views.text import context, header, section, table
from tools.narrative.compare import Comparison, figure, text_of
from tools.narrative.report import Report
from tools.narrative.text import value_text

CHART = "comparison.png"
METRICS = {
    "sharpe": "Sharpe ratio",
    "cagr": "return a year",
    "total_return": "total return",
    "max_drawdown": "maximum drawdown",
    "volatility": "volatility",
    "sortino": "Sortino ratio",
    "calmar": "Calmar ratio",
}
_COLUMNS = (
    ("Return a year", "cagr"),
    ("Sharpe", "sharpe"),
    ("Max drawdown", "max_drawdown"),
    ("Volatility", "volatility"),
)


def compare_blocks(comparison: Comparison, chart_alt: str | None) -> tuple[Block, ...]:
    """Lead, table, chart, cautions."""
    reports = (*comparison.ranked, *comparison.unranked)
    columns = _COLUMNS if comparison.metric in dict(_COLUMNS).values() else (*_COLUMNS, _column(comparison.metric))
    rows = [[str(place), _name(report), *(_cell(report, name) for _, name in columns)]
            for place, report in enumerate(reports, start=1)]  # fmt: skip
    blocks: list[Block] = [
        header(f"{len(reports)} backtests by {METRICS[comparison.metric]}"),
        section(compare_text(comparison)),
        table(["#", "Backtest", *(label for label, _ in columns)], rows),
    ]
    if chart_alt is not None:
        blocks.append({"type": "image", "slack_file": {"id": f"attachment:{CHART}"}, "alt_text": chart_alt})
    if comparison.cautions:
        blocks.append(context(" ".join(comparison.cautions)))
    return tuple(blocks)


def compare_text(comparison: Comparison) -> str:
    """The ranking in a sentence; names are plain text."""
    if not comparison.ranked:
        return "None of these can be ranked: the figure is missing from all of them."
    best = comparison.ranked[0]
    shown = _cell(best, comparison.metric)
    return f"By {METRICS[comparison.metric]}, {_name(best)} comes first with {shown}."


def _column(metric: str) -> tuple[str, str]:
    return METRICS[metric].capitalize(), metric


def _name(report: Report) -> str:
    return text_of(report, "run.name")


def _cell(report: Report, metric: str) -> str:
    fact = figure(report, metric)
    return value_text(fact) if fact is not None else "–"
