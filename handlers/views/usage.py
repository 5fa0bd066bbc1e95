"""Figures about the bot itself, as a message: a table by topic, with what each one counts."""

from collections.abc import Sequence

from bot.protocols import Block, Figure, Opinion, Usage
from handlers.views.text import escape, header, section

TITLES = {
    "usage": "Use",
    "quality": "Quality",
    "approvals": "Approvals",
    "incidents": "Diagnostics and incidents",
    "cost": "Language model",
    "governance": "Governance",
}


def value_text(figure: Figure) -> str:
    """The value with its unit; a dash where there is nothing to measure."""
    value = figure.value
    if value is None:
        return "–"
    match figure.unit:
        case "count":
            return f"{value:,.0f}"
        case "share":
            return f"{value:.1%}"
        case "seconds":
            return f"{value:.2f} s"
        case "hours":
            return f"{value:.1f} h"
        case "money":
            return f"{value:,.4f}".rstrip("0").rstrip(".")
        case _:
            return f"{value:.1f}"


def when(usage: Usage) -> str:
    """The period in words."""
    match usage.period:
        case "today":
            return f"today, {usage.first} (UTC)"
        case "all":
            return "since the first day"
        case _:
            return f"{usage.first} to {usage.last} (UTC)"


def usage_blocks(usage: Usage, topics: Sequence[str], complaints: Sequence[Opinion]) -> tuple[Block, ...]:
    """One table, a line for each topic in it; a message holds one table only."""
    blocks: list[Block] = [header("How Deskhand is doing"), section(f"*{when(usage).capitalize()}*")]
    rows = [["", "Value", "What it counts"]]
    for topic in topics:
        rows.append([TITLES[topic].upper(), "", ""])
        rows += [[f.label, value_text(f), f.means] for f in usage.figures if f.topic == topic]
    blocks.append(_table(rows))
    if complaints:
        said = "\n".join(
            f"• <@{opinion.person}> on {opinion.intent}: {escape(opinion.reason)} (`{opinion.about}`)"
            for opinion in complaints
        )
        blocks.append(section(f"*What people did not like*\n{said}"))
    return tuple(blocks)


def _table(rows: Sequence[Sequence[str]]) -> Block:
    """Label, value, and beside them what it counts."""
    return {
        "type": "table",
        "column_settings": [{"align": "left"}, {"align": "right"}, {"align": "left", "is_wrapped": True}],
        "rows": [[{"type": "raw_text", "text": cell or " "} for cell in row] for row in rows],
    }


def usage_text(usage: Usage, topics: Sequence[str]) -> str:
    """The same for a notification and a screen reader."""
    said = [f"{figure.label}: {value_text(figure)}" for figure in usage.figures if figure.topic in topics]
    return f"How Deskhand is doing, {when(usage)}. " + ". ".join(said) + "."
