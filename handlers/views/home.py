"""The Home tab: what waits, how things are, what is new, my backtests, what I may ask for."""

import json
from collections.abc import Sequence

from bot.protocols import Block, Json, Usage
from handlers.capabilities import Capability
from handlers.views.examples import capability_blocks
from handlers.views.text import button, context, escape, header, section
from handlers.views.usage import value_text
from tools.backtests.model import RunSummary

PIN, UNPIN = "help.pin", "help.unpin"
DIVIDER: Block = {"type": "divider"}
MONTH = ("answers", "people", "factual_accuracy", "narrative_seconds", "approval_conversion", "satisfaction", "cost")


def heading(role: str) -> list[Block]:
    """Who I am here."""
    return [
        header("Deskhand"),
        section(f"You are here as *{role}*. Ask me in a channel, in a thread or in our messages."),
    ]


def health(lines: Sequence[str]) -> list[Block]:
    """How the bot is."""
    return [section("*Health at a glance*\n" + "\n".join(lines))] if lines else []


def month(usage: Usage) -> list[Block]:
    """The figures of the month; their definitions come with the answer to the button."""
    figures = [usage[figure_id] for figure_id in MONTH]
    said = " · ".join(f"{figure.label}: *{value_text(figure)}*" for figure in figures)
    value = json.dumps({"text": "how are we doing this month?"})
    return [{**section(f"*This month*\n{said}"), "accessory": button("ask.try.month", "All figures", value)}]


def news(lines: Sequence[str]) -> list[Block]:
    """What happened lately."""
    return [section("*What is new*\n" + "\n".join(f"• {line}" for line in lines))] if lines else []


def backtests(title: str, runs: Sequence[RunSummary], pinned: frozenset[str]) -> list[Block]:
    """A line each, with its report and its pin."""
    blocks: list[Block] = [section(f"*{title}*")]
    for run in runs:
        value = json.dumps({"backtest_id": run.id})
        when = f"{run.start} to {run.end} · " if run.start and run.end else ""
        pin = button(UNPIN, "Unpin", value) if run.id in pinned else button(PIN, "Pin", value)
        blocks.append(section(f"{escape(run.name)}\n{when}{escape(run.engine)}"))
        blocks.append({"type": "actions", "elements": [button("narrate.run", "Report", value), pin]})
    return blocks


def abilities(can: Sequence[Capability], cannot: Sequence[Capability]) -> list[Block]:
    """What may be asked for, and what not."""
    blocks: list[Block] = [section("*What you may ask for*"), *capability_blocks(can)]
    if cannot:
        blocks.append(context(f"Not with your role: {', '.join(each.title.lower() for each in cannot)}."))
    return blocks


def view(*parts: Sequence[Block]) -> dict[str, Json]:
    """The parts that hold anything, with a line between them; Slack shows 100 blocks."""
    blocks: list[Block] = []
    for part in parts:
        if part:
            blocks += [*([DIVIDER] if blocks else []), *part]
    return {"type": "home", "blocks": blocks[:100]}
