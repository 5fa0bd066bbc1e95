"""Thumbs under every answer: what people think of it, in one click."""

import json
from dataclasses import replace

from bot.protocols import Block, Reply

ACTION = "help.feedback"


def with_thumbs(reply: Reply, correlation_id: str, intent: str) -> Reply:
    """The reply with feedback buttons at its end; questions back, whispers, updates and refusals go without."""
    if reply.outcome not in ("done", "problem") or reply.ephemeral or reply.replaces or not reply.text:
        return reply
    said: Block = {"type": "section", "text": {"type": "mrkdwn", "text": reply.text}}
    return replace(reply, blocks=(*(reply.blocks or (said,)), _thumbs(correlation_id, intent)))


def _thumbs(correlation_id: str, intent: str) -> Block:
    def button(verdict: str, label: str) -> Block:
        value = json.dumps({"verdict": verdict, "about": correlation_id, "intent": intent})
        return {"text": {"type": "plain_text", "text": label}, "accessibility_label": label, "value": value}

    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": ACTION,
                "positive_button": button("good", "Good answer"),
                "negative_button": button("bad", "Bad answer"),
            }
        ],
    }
