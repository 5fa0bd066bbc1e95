"""The Home tab: what this person may do, and the backtests there are."""

import json
from collections.abc import Mapping, Sequence

from bot.protocols import Access, Block, Json, Person
from handlers.capabilities import allowed
from handlers.views.text import button, escape, header, section
from tools.backtests.model import RunSummary

_SHOWN = 10


def home_view(
    person: Person, access: Access, runs: Sequence[RunSummary], waiting: Sequence[Block] = ()
) -> Mapping[str, Json]:
    """The view for `views.publish`. `waiting` is what waits for this person, shown first."""
    roles = ", ".join(sorted(person.roles - {"viewer"})) or "viewer"
    blocks: list[Block] = [
        header("Deskhand"),
        section(f"You are here as *{roles}*. Ask me in a channel, in a thread or in our messages."),
    ]
    blocks += [*waiting, *([{"type": "divider"}] if waiting else [])]
    for capability in allowed(person, access):
        examples = "\n".join(f"• _{example}_" for example in capability.examples)
        blocks.append(section(f"*{capability.title}*: {capability.what}\n{examples}"))
    if access.allows(person, "narrate"):
        blocks += [{"type": "divider"}, section(f"*Backtests* ({len(runs)})"), *map(_row, runs[:_SHOWN])]
    return {"type": "home", "blocks": blocks}


def _row(run: RunSummary) -> Block:
    when = f"\n{run.start} to {run.end}" if run.start and run.end else ""
    return {
        **section(f"{escape(run.name)}{when} · {escape(run.engine)}"),
        "accessory": button("narrate.run", "Report", json.dumps({"backtest_id": run.id})),
    }
