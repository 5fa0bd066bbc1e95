"""The pieces that every view is made of."""

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
