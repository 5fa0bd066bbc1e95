"""Too close to call: buttons with the readings of a text, and the way back from a pressed one to its reading."""

import json
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.protocols import Block, Intent, Json, Reply, Routed
from bot.slack.layout import BUTTON_VALUE
from bot.slack.text import escape, shorten, size

PREFIX = "ask"
TRY = "ask.try"
"""Action ids of examples: pressing one asks it; its value is `{"text": ...}`."""

_MOST_READINGS = 4
_WORDS: Mapping[Intent, str] = {
    "narrate": "Report on a backtest",
    "compare": "Compare backtests",
    "draft": "Draft a strategy",
    "diagnose": "Look into the platform",
    "digest": "Digests",
    "approvals": "Approvals",
    "usage": "Usage",
    "help": "Help",
    "unknown": "None of these",
}


class Choice(BaseModel):
    """The value of a button. `text` is what was asked, or, where that is too long for a value, `asked` names its event."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    intent: Intent
    arguments: dict[str, object] = {}
    text: str = ""
    asked: str = ""


def question(text: str, routed: Routed, event_id: str) -> Reply:
    """Asks which of the readings was meant."""
    readings = [routed, *routed.alternatives][:_MOST_READINGS]
    words = "I can read that in more than one way. Which one do you mean?"
    quoted = escape(shorten(" ".join(text.split()), 300))
    blocks: list[Block] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"{words}\n> {quoted}"}},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": f"{PREFIX}.choose.{number}",
                    "text": {"type": "plain_text", "text": label},
                    "value": _value(text, reading, event_id),
                }
                for number, (label, reading) in enumerate(zip(_labels(readings), readings, strict=True))
            ],
        },
    ]
    return Reply(text=words, blocks=tuple(blocks), outcome="asked")


def chosen(value: str) -> Choice | None:
    """What a pressed button stands for; None where its value is not one of ours."""
    try:
        return Choice.model_validate_json(value)
    except ValidationError:
        return None


def tried(action_id: str, value: str) -> str:
    """The example that was pressed; empty where the button is another."""
    if action_id != TRY and not action_id.startswith(f"{TRY}."):
        return ""
    try:
        read = json.loads(value)
    except ValueError:
        return ""
    text = read.get("text") if isinstance(read, dict) else None
    return text if isinstance(text, str) else ""


def _value(text: str, reading: Routed, event_id: str) -> str:
    whole = json.dumps({"intent": reading.intent, "arguments": reading.arguments, "text": text}, ensure_ascii=False)
    return whole if size(whole) <= BUTTON_VALUE else json.dumps({"intent": reading.intent, "asked": event_id})


def _labels(readings: Sequence[Routed]) -> list[str]:
    """By intent; readings of one intent are told apart by their arguments."""
    intents = [reading.intent for reading in readings]
    return [
        _WORDS[reading.intent]
        if intents.count(reading.intent) == 1
        else f"{_WORDS[reading.intent]}: {_told_apart(reading)}"
        for reading in readings
    ]


def _told_apart(reading: Routed) -> str:
    def word(value: Json) -> str:
        if isinstance(value, Sequence) and not isinstance(value, str):
            return ", ".join(map(word, value))
        return str(value)

    return shorten("; ".join(map(word, reading.arguments.values())), 50) or "as it stands"
