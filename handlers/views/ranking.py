"""The best or worst of the stored backtests: a row each with its report, and one button to publish them all."""

import json
from collections.abc import Sequence

from bot.protocols import Block, Reply
from handlers.views.compare import METRICS
from handlers.views.narrate import run_name
from handlers.views.text import actions, button, context, escape, section
from tools.narrative.compare import figure
from tools.narrative.report import Report
from tools.narrative.text import value_text


def ranking(chosen: Sequence[Report], metric: str, which: str, out_of: int) -> Reply:
    """`chosen` in order; `which` is "best", "worst" or "latest"."""
    by = f" by {METRICS[metric]}" if which != "latest" else ""
    lead = f"The {len(chosen)} {which} of {out_of} backtests{by}"
    rows = [_row(place, report, metric) for place, report in enumerate(chosen, 1)]
    ids = json.dumps({"backtest_ids": [report.backtest_id for report in chosen]})
    names = "; ".join(f"{run_name(report)}, {_cell(report, metric)}" for report in chosen)
    blocks: tuple[Block, ...] = (
        section(f"*{lead}*"),
        *rows,
        actions(button("approvals.ask", f"Publish these {len(chosen)}…", ids)),
        context("Past results of simulations; a high rank is no promise."),
    )
    return Reply(escape(f"{lead}: {names}."), blocks, subject={"backtest_ids": [each.backtest_id for each in chosen]})


def _row(place: int, report: Report, metric: str) -> Block:
    value = json.dumps({"backtest_id": report.backtest_id})
    return {
        **section(f"{place}. *{escape(run_name(report))}*\n{METRICS[metric].capitalize()} {_cell(report, metric)}"),
        "accessory": button(f"narrate.run.{place}", "Report", value),
    }


def _cell(report: Report, metric: str) -> str:
    fact = figure(report, metric)
    return value_text(fact) if fact is not None else "not known"
