"""Examples that work when they are clicked."""

import json
from collections.abc import Sequence

from bot.protocols import Block
from handlers.capabilities import Capability
from handlers.views.text import button, section

TRY = "ask.try"
_LABEL = 75


def capability_blocks(capabilities: Sequence[Capability]) -> list[Block]:
    """What each is, and its examples as buttons."""
    blocks: list[Block] = []
    for capability in capabilities:
        blocks.append(section(f"*{capability.title}*: {capability.what}"))
        blocks.append(example_buttons(capability.examples, capability.intent))
    return blocks


def example_buttons(examples: Sequence[str], prefix: str) -> Block:
    """A button an example; the action ids of a message must differ."""
    return {
        "type": "actions",
        "elements": [
            button(f"{TRY}.{prefix}.{number}", _short(example), json.dumps({"text": example}))
            for number, example in enumerate(examples)
        ],
    }


def _short(example: str) -> str:
    return example if len(example) <= _LABEL else f"{example[: _LABEL - 1]}…"
