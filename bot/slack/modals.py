"""The message shortcut "Ask Deskhand about this": the modal it opens, and what comes back from it."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from bot.protocols import Json

ASK_SHORTCUT = "ask_about_message"
ASK_CALLBACK = "deskhand.ask"
QUESTION_BLOCK = "question"
_QUESTION_INPUT = "text"
_MOST_QUOTED = 1500  # private_metadata holds 3,000 characters, and JSON may double some of them


class AskedAbout(BaseModel):
    """The message a question is about, carried through the modal in `private_metadata` (at most 3,000 characters)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    channel: str = ""
    message_ts: str = ""
    thread_ts: str = ""
    text: str = ""
    response_url: str = ""


class _Ref(BaseModel):
    id: str


class _Message(BaseModel):
    ts: str
    thread_ts: str | None = None
    text: str | None = None


class MessageShortcut(BaseModel):
    """A `message_action` payload; `trigger_id` opens one modal within 3 seconds."""

    model_config = ConfigDict(extra="ignore")

    callback_id: str
    trigger_id: str
    user: _Ref
    channel: _Ref
    message: _Message
    response_url: str = ""


def ask_view(shortcut: MessageShortcut) -> dict[str, Json]:
    """The modal that asks for the question."""
    message = shortcut.message
    about = AskedAbout(
        channel=shortcut.channel.id,
        message_ts=message.ts,
        thread_ts=message.thread_ts or message.ts,
        text=(message.text or "")[:_MOST_QUOTED],
        response_url=shortcut.response_url,
    )
    metadata = about.model_dump_json()
    if len(metadata) > 3000:
        metadata = about.model_copy(update={"text": ""}).model_dump_json()
    return {
        "type": "modal",
        "callback_id": ASK_CALLBACK,
        "private_metadata": metadata,
        "title": _plain("Ask Deskhand"),
        "submit": _plain("Ask"),
        "close": _plain("Cancel"),
        "blocks": [
            {
                "type": "input",
                "block_id": QUESTION_BLOCK,
                "label": _plain("What would you like to know about this message?"),
                "element": {
                    "type": "plain_text_input",
                    "action_id": _QUESTION_INPUT,
                    "multiline": True,
                    "max_length": 3000,
                    "placeholder": _plain("Narrate the backtest it names"),
                },
            },
            {"type": "context", "elements": [_plain("The answer goes into the thread of the message.")]},
        ],
    }


def question_of(body: Mapping[str, object]) -> str:
    """The question of a `view_submission` body, stripped; empty where there is none."""
    value: object = body
    for key in ("view", "state", "values", QUESTION_BLOCK, _QUESTION_INPUT, "value"):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value.strip() if isinstance(value, str) else ""


def _plain(text: str) -> dict[str, Json]:
    return {"type": "plain_text", "text": text}
