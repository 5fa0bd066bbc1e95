"""Figures about the bot itself, as a message: a table by topic, with what each one counts."""

from collections.abc import Sequence

from bot.protocols import Block, Figure, Opinion, Usage
from handlers.views.text import context, escape, header, section

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
    """One table, since a message holds one; what has nothing to show yet is named below it."""
    blocks: list[Block] = [header("How Deskhand is doing"), section(f"*{_first_upper(when(usage))}*")]
    rows, empty = [["Figure, and what it counts", "Value"]], []
    for topic in topics:
        figures = [figure for figure in usage.figures if figure.topic == topic]
        shown = [figure for figure in figures if figure.value]
        empty += [figure.label.lower() for figure in figures if not figure.value]
        rows += [[TITLES[topic].upper(), ""]] if shown else []
        rows += [[f"{figure.label}. {figure.means}", value_text(figure)] for figure in shown]
    if len(rows) > 1:
        blocks.append(_table(rows))
    if empty:
        blocks.append(context(f"Nothing yet: {', '.join(empty)}."))
    if complaints:
        said = "\n".join(
            f"• <@{opinion.person}> on {opinion.intent}: {escape(opinion.reason)} (`{opinion.about}`)"
            for opinion in complaints
        )
        blocks.append(section(f"*What people did not like*\n{said}"))
    return tuple(blocks)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _table(rows: Sequence[Sequence[str]]) -> Block:
    """The words wrap, the value keeps to the right."""
    return {
        "type": "table",
        "column_settings": [{"align": "left", "is_wrapped": True}, {"align": "right"}],
        "rows": [[{"type": "raw_text", "text": cell or " "} for cell in row] for row in rows],
    }


def usage_text(usage: Usage, topics: Sequence[str]) -> str:
    """The same for a notification and a screen reader."""
    said = [f"{figure.label}: {value_text(figure)}" for figure in usage.figures if figure.topic in topics]
    return f"How Deskhand is doing, {when(usage)}. " + ". ".join(said) + "."
