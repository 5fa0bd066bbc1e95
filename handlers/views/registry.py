"""The registry of approved strategies as a message."""

from collections.abc import Sequence

from bot.protocols import Block, Reply
from handlers.views.draft import NEVER_DEPLOYED
from handlers.views.text import context, escape, moment, person, section
from tools.strategies.drafts import Strategy


def listed(strategies: Sequence[Strategy], most: int) -> Reply:
    """Newest first, at most so many: what, who approved it and when, where it is."""
    if not strategies:
        words = "No strategy is approved yet. Ask me to draft one; somebody else approves it."
        return Reply(words, (section(words),))
    shown = strategies[:most]
    lead = f"The {len(shown)} latest approved strategies" if len(strategies) > most else _counted(len(shown))
    blocks: list[Block] = [section(f"*{lead}*"), *(section(_line(each)) for each in shown)]
    blocks.append(context(f"All of them: `deskhand strategies list`. {NEVER_DEPLOYED}"))
    return Reply(escape(f"{lead}: {'; '.join(each.name for each in shown)}"), tuple(blocks))


def _counted(count: int) -> str:
    return "1 approved strategy" if count == 1 else f"{count} approved strategies"


def _line(strategy: Strategy) -> str:
    by = ", ".join(person(each, "") for each in strategy.approved_by)
    there = f"on the platform as `{escape(strategy.platform_id)}`" if strategy.platform_id else "kept here"
    return (
        f"*{escape(strategy.name)}*\n`{strategy.id}` version {strategy.version}, approved by {by} {moment(strategy.at)}, "
        f"{f'backtest `{strategy.backtest_id}`' if strategy.backtest_id else 'never tested'}, {there}"
    )
