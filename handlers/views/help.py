"""What a person may ask for, as a message."""

from collections.abc import Sequence

from bot.protocols import Block
from handlers.capabilities import Capability
from handlers.views.text import context, section


def help_blocks(can: Sequence[Capability], cannot: Sequence[Capability], lead: str) -> tuple[Block, ...]:
    """A lead sentence, what is allowed with examples, and what another role would add."""
    blocks: list[Block] = [section(lead)]
    for capability in can:
        examples = "\n".join(f"• _{example}_" for example in capability.examples)
        blocks.append(section(f"*{capability.title}*: {capability.what}\n{examples}"))
    if cannot:
        titles = ", ".join(capability.title.lower() for capability in cannot)
        blocks.append(context(f"Not with your role: {titles}."))
    return tuple(blocks)


def help_text(can: Sequence[Capability], lead: str) -> str:
    """The same for a notification and a screen reader."""
    return f"{lead} " + " ".join(f"{c.title}, for example: {c.examples[0]}." for c in can)
