"""The pieces that every view is made of."""

import re
from datetime import UTC, datetime

from bot.protocols import Block


def section(mrkdwn: str) -> Block:
    """A section of mrkdwn; `escape` what people or files wrote."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn}}


def context(mrkdwn: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": mrkdwn}]}


def header(text: str) -> Block:
    """A heading in plain text."""
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def button(action_id: str, text: str, value: str) -> Block:
    """A button; `value` is JSON."""
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, "value": value}


def confirm(title: str, text: str, yes: str) -> Block:
    """A question before a press counts; the value of a button's `confirm`."""
    return {
        "title": {"type": "plain_text", "text": title},
        "text": {"type": "plain_text", "text": text},
        "confirm": {"type": "plain_text", "text": yes},
        "deny": {"type": "plain_text", "text": "Cancel"},
    }


def actions(*buttons: Block) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def moment(at: float) -> str:
    """A moment in each reader's own time zone; `at` is epoch seconds."""
    plain = datetime.fromtimestamp(at, UTC)
    return f"<!date^{int(at)}^{{date_short_pretty}} at {{time}}|{plain:%d %b %Y, %H:%M} UTC>"


def person(person_id: str, name: str) -> str:
    """Somebody as readers know them: in Slack the name they go by there."""
    return f"<@{person_id}>" if re.fullmatch(r"[UW][A-Z0-9]{2,}", person_id) else escape(name or person_id)


def plain_input(block_id: str, label: str, hint: str, *, optional: bool = False) -> Block:
    """Several lines of text in a modal; what is entered comes as the field `block_id`."""
    return {
        "type": "input",
        "block_id": block_id,
        "optional": optional,
        "label": {"type": "plain_text", "text": label},
        "element": {
            "type": "plain_text_input",
            "action_id": "text",
            "multiline": True,
            "max_length": 2000,
            "placeholder": {"type": "plain_text", "text": hint},
        },
    }


def table(head: list[str], rows: list[list[str]]) -> Block:
    """A table whose first column is left-aligned, the others right-aligned."""
    return {
        "type": "table",
        "column_settings": [{"align": "left"}, *({"align": "right"} for _ in head[1:])],
        "rows": [[{"type": "raw_text", "text": cell or " "} for cell in row] for row in (head, *rows)],
    }


def escape(text: str) -> str:
    """Text of people or files, inert in mrkdwn."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
