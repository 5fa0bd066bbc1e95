"""Thumbs under answers: the thanks, and the question what was wrong."""

import json

from bot.protocols import Block
from handlers.views.text import button, section

FEEDBACK = "help.feedback"
REASON = "help.reason"
WHY = "why"
THANKS = "Thank you, noted. The admins of Deskhand see it."
SORRY = "Thank you, noted. What was wrong with it?"


def why_blocks(about: str, intent: str) -> tuple[Block, ...]:
    """The question, and the button that opens the form."""
    value = json.dumps({"verdict": "bad", "about": about, "intent": intent})
    return (section(SORRY), {"type": "actions", "elements": [button(REASON, "Tell us", value)]})


def modal_blocks() -> tuple[Block, ...]:
    """One field."""
    return (
        {
            "type": "input",
            "block_id": WHY,
            "label": {"type": "plain_text", "text": "What was wrong with the answer?"},
            "element": {
                "type": "plain_text_input",
                "action_id": "text",
                "multiline": True,
                "max_length": 1000,
                "placeholder": {"type": "plain_text", "text": "The wrong backtest, a figure I doubt, too long ..."},
            },
            "hint": {
                "type": "plain_text",
                "text": "Admins read this beside the question; leave out anything private.",
            },
        },
    )
