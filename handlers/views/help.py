"""What a person may ask for, as a message; and the two lines for who is new."""

from collections.abc import Sequence

from bot.protocols import Block
from handlers.capabilities import Capability
from handlers.views.examples import capability_blocks, example_buttons
from handlers.views.text import context, section

EVERYTHING = "what am I allowed to run?"


def help_blocks(can: Sequence[Capability], cannot: Sequence[Capability], lead: str) -> tuple[Block, ...]:
    """A lead sentence, what is allowed with examples to click, and what another role would add."""
    blocks: list[Block] = [section(lead), *capability_blocks(can)]
    if cannot:
        titles = ", ".join(capability.title.lower() for capability in cannot)
        blocks.append(context(f"Not with your role: {titles}."))
    return tuple(blocks)


def topic_blocks(about: Sequence[tuple[Capability, str]]) -> tuple[Block, ...]:
    """How to go about one thing, with examples to click, or the sentence that denies it; and the way to all the rest."""
    blocks: list[Block] = []
    for capability, denied in about:
        blocks.append(section(f"*{capability.title}*: {capability.what}.\n{capability.how}"))
        blocks.append(context(denied) if denied else example_buttons(capability.examples, capability.intent))
    return (*blocks, example_buttons((EVERYTHING,), "all"))


def topic_text(about: Sequence[tuple[Capability, str]]) -> str:
    """The same for a notification and a screen reader."""
    return " ".join(f"{one.title}: {one.what}. {one.how} {denied}".strip() for one, denied in about)


def help_text(can: Sequence[Capability], lead: str) -> str:
    """The same for a notification and a screen reader."""
    return f"{lead} " + " ".join(f"{c.title}, for example: {c.examples[0]}." for c in can)


def welcome_text(role: str) -> str:
    """Two lines for a first meeting."""
    return (
        "Hello, I am Deskhand: I narrate backtests, draft strategies and find out what is wrong with the data.\n"
        f"You are here as {role}. Ask in your own words, or try one of these:"
    )


def welcome_blocks(can: Sequence[Capability], role: str) -> tuple[Block, ...]:
    """The two lines, an example of two things, and the way to all of them."""
    examples = [capability.examples[0] for capability in can if capability.intent != "help"][:2]
    return (section(welcome_text(role)), example_buttons([*examples, EVERYTHING], "first"))
