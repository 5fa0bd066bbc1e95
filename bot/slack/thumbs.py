"""Thumbs under every answer: what people think of it, in one click."""

import json
from dataclasses import replace

from bot.protocols import Block, Reply
from bot.slack.layout import MESSAGE_BLOCKS, Laid, lay_out

ACTION = "help.feedback"


def with_thumbs(reply: Reply, correlation_id: str, intent: str) -> Reply:
    """The reply with feedback buttons at its end. Of what only one person sees, a refusal has them too."""
    if not reply.text or (reply.ephemeral and reply.outcome != "denied"):
        return reply
    return replace(reply, blocks=(*(reply.blocks or (_said(reply.text),)), _thumbs(correlation_id, intent)))


def under(laid: Laid, reply: Reply, correlation_id: str) -> Laid:
    """The messages of an answer shown anew, with the buttons at the end of its first part where there is room."""
    last = len(lay_out(replace(reply, more=())).messages) - 1
    message = laid.messages[last]
    if len(message.blocks) >= MESSAGE_BLOCKS:
        return laid
    blocks = (*(message.blocks or (_said(message.text),)), _thumbs(correlation_id, ""))
    messages = (*laid.messages[:last], replace(message, blocks=blocks), *laid.messages[last + 1 :])
    return replace(laid, messages=messages)


def _said(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


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
