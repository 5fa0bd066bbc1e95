"""What Slack sends, validated once at the edge and turned into an `Envelope`: the only form the rest sees.

Shapes: https://docs.slack.dev/reference/events and https://docs.slack.dev/reference/interaction-payloads.
"""

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.slack import modals
from bot.slack.dialogs import Opened
from bot.slack.inputs import value_of

Kind = Literal["message", "command", "action", "view", "home", "prompts", "announce", "update", "timer"]
"""The last three do not come from Slack: the bot puts them into the inbox itself."""

LINK_ACTION = "link."
"""Action ids of buttons that only open a URL start with this; Slack reports the press and nothing is due."""

_WRITTEN_BY_PEOPLE = {"", "file_share", "thread_broadcast", "me_message"}


class FileRef(BaseModel):
    """A file that came with a message; `url` needs the bot's token."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str = "file"
    size: int = 0
    url: str = ""


class Press(BaseModel):
    """A pressed button or a chosen option. `on_ephemeral`: the message it sat on exists for one person only."""

    model_config = ConfigDict(frozen=True)

    id: str
    value: str = ""
    message_ts: str = ""
    on_ephemeral: bool = False


class Envelope(BaseModel):
    """One thing that happened in Slack, as it is kept in the inbox.

    `key` is the same for every delivery of the same thing. `thread_ts` is the thread the answer belongs in, empty
    where it belongs in the channel itself. `text` is what the person wrote, without Slack's markup and the mention.
    `only_in_known_thread`: nobody mentioned the bot; it is for us only if the bot is part of the thread.
    `parcel` is the JSON of what the bot put there itself (`announce`, `update`, `timer`).
    """

    model_config = ConfigDict(frozen=True)

    key: str
    kind: Kind
    user: str
    team: str = ""
    channel: str = ""
    thread_ts: str = ""
    message_ts: str = ""
    is_direct: bool = False
    in_thread: bool = False
    only_in_known_thread: bool = False
    text: str = ""
    about: str = ""
    files: tuple[FileRef, ...] = ()
    press: Press | None = None
    response_url: str = ""
    parcel: str = ""


class Malformed(Exception):
    """A payload that is not what Slack documents; redelivery would not help, so it is acknowledged and logged."""


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: object) -> object:
        return {key: part for key, part in value.items() if part is not None} if isinstance(value, dict) else value


class _File(_Loose):
    id: str
    name: str | None = None
    size: int | None = None
    url_private_download: str | None = None
    url_private: str | None = None


class _Message(_Loose):
    type: Literal["message", "app_mention"]
    channel: str
    ts: str
    user: str | None = None
    text: str | None = None
    subtype: str | None = None
    thread_ts: str | None = None
    channel_type: str | None = None
    bot_id: str | None = None
    parent_user_id: str | None = None
    edited: dict[str, object] | None = None
    team: str | None = None
    files: list[_File] = Field(default_factory=list)


class _HomeOpened(_Loose):
    user: str
    channel: str = ""
    tab: str = "home"


class _Event(_Loose):
    event_id: str = ""
    team_id: str = ""


class _Ref(_Loose):
    id: str
    team_id: str | None = None


class _Command(_Loose):
    command: str
    text: str = ""
    user_id: str
    channel_id: str = ""
    team_id: str = ""
    trigger_id: str = ""
    response_url: str = ""


class _Action(_Loose):
    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)  # what was chosen has a name a kind

    action_id: str
    action_ts: str = ""

    @property
    def chosen(self) -> str:
        """A button's value, or what was chosen; a list as JSON."""
        found = value_of(self.model_extra or {})
        return found if isinstance(found, str) else "" if found is None else json.dumps(found)


class _PressedMessage(_Loose):
    ts: str = ""
    thread_ts: str | None = None


class _Container(_Loose):
    message_ts: str | None = None
    thread_ts: str | None = None
    channel_id: str | None = None
    view_id: str | None = None
    is_ephemeral: bool = False


class _Actions(_Loose):
    user: _Ref
    team: _Ref | None = None
    channel: _Ref | None = None
    message: _PressedMessage | None = None
    container: _Container = Field(default_factory=_Container)
    actions: list[_Action] = Field(min_length=1)
    trigger_id: str = ""
    response_url: str = ""


class _State(_Loose):
    values: dict[str, object] = Field(default_factory=dict)


class _View(_Loose):
    id: str
    callback_id: str = ""
    private_metadata: str = ""
    state: _State = Field(default_factory=_State)


class _Submission(_Loose):
    user: _Ref
    team: _Ref | None = None
    view: _View


class EventReader:
    """Turns raw bodies into envelopes; knows who the bot is, so that it never answers itself."""

    def __init__(self, bot_user_id: str) -> None:
        self._bot = bot_user_id
        self._mention = re.compile(rf"[ \t]*<@{re.escape(bot_user_id)}(?:\|[^>]*)?>[ \t]*")

    def read(self, body: Mapping[str, object]) -> Envelope | None:
        """The envelope of a raw body, or None where nothing is due. Raises `Malformed`."""
        try:
            return self._read(body)
        except ValidationError as error:
            fields = ", ".join(sorted({".".join(map(str, e["loc"])) for e in error.errors()}))
            raise Malformed(f"unexpected shape of a {_type_of(body)} payload: {fields}") from error

    def _read(self, body: Mapping[str, object]) -> Envelope | None:
        match _type_of(body):
            case "message" | "app_mention":
                return self._message(body)
            case "app_home_opened":
                return _home_opened(body)
            case "slash_command":
                return _command(_Command.model_validate(body))
            case "block_actions":
                return _actions(_Actions.model_validate(body))
            case "view_submission":
                return _submission(_Submission.model_validate(body), body)
            case _:
                return None

    def _message(self, body: Mapping[str, object]) -> Envelope | None:
        outer = _Event.model_validate(body)
        event = body["event"]
        if not isinstance(event, Mapping) or not _by_a_person(event):
            return None
        message = _Message.model_validate(event)
        text = message.text or ""
        if message.edited or not message.user or message.user == self._bot:
            return None
        is_direct = message.channel_type == "im" or message.channel.startswith("D")
        mentioned = message.type == "app_mention" or bool(self._mention.search(text))
        in_thread = bool(message.thread_ts) and message.thread_ts != message.ts
        if not (is_direct or mentioned) and (not in_thread or _is_for_another(text)):
            return None
        return Envelope(
            # app_mention and message are two events with two ids for one message: the message is the key
            key=f"message:{message.channel}:{message.ts}",
            kind="message",
            user=message.user,
            team=outer.team_id or message.team or "",
            channel=message.channel,
            thread_ts=message.thread_ts or message.ts,
            message_ts=message.ts,
            is_direct=is_direct,
            in_thread=in_thread,
            only_in_known_thread=not (is_direct or mentioned or message.parent_user_id == self._bot),
            text=plain_text(self._mention.sub(" ", text)),
            files=tuple(_file(file) for file in message.files),
        )


def plain_text(text: str) -> str:
    """What a person sees of Slack's markup: links by their label, channels and groups by name, entities decoded."""
    return unescape(_MARKUP.sub(_shown, text)).replace("\xa0", " ").strip()


_MARKUP = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


def _shown(match: re.Match[str]) -> str:
    sigil, target, label = match.group(1), match.group(2), match.group(3) or ""
    match sigil:
        case "@":
            return f"@{label}" if label else match.group(0)
        case "#":
            return f"#{label or target}"
        case "!":
            return label or f"@{target.split('^')[0]}"
        case _:
            return label or target


def _is_for_another(text: str) -> bool:
    """A reply that opens with somebody's name is a conversation between people."""
    return bool(re.match(r"\s*<@[A-Z0-9]+", text))


def _by_a_person(event: Mapping[str, object]) -> bool:
    # judged before validation: a deletion or a channel event has another shape than a message somebody wrote
    return (event.get("subtype") or "") in _WRITTEN_BY_PEOPLE and not event.get("bot_id") and not event.get("hidden")


def _type_of(body: Mapping[str, object]) -> str:
    event = body.get("event")
    if isinstance(event, Mapping):
        return str(event.get("type", ""))
    return "slash_command" if "command" in body else str(body.get("type", ""))


def _file(file: _File) -> FileRef:
    url = file.url_private_download or file.url_private or ""
    return FileRef(id=file.id, name=file.name or "file", size=file.size or 0, url=url)


def _home_opened(body: Mapping[str, object]) -> Envelope:
    outer, event = _Event.model_validate(body), _HomeOpened.model_validate(body["event"])
    return Envelope(
        key=f"event:{outer.event_id}",
        kind="home" if event.tab == "home" else "prompts",
        user=event.user,
        team=outer.team_id,
        channel=event.channel,
    )


def _command(body: _Command) -> Envelope:
    return Envelope(
        key=f"command:{body.trigger_id}",
        kind="command",
        user=body.user_id,
        team=body.team_id,
        channel=body.channel_id,
        is_direct=body.channel_id.startswith("D"),
        text=plain_text(body.text),
        response_url=body.response_url,
    )


def _actions(body: _Actions) -> Envelope | None:
    action = body.actions[0]
    if action.action_id.startswith(LINK_ACTION):
        return None
    container = body.container
    pressed = body.message or _PressedMessage()
    message_ts = pressed.ts or container.message_ts or ""
    channel = (body.channel.id if body.channel else container.channel_id) or ""
    once = action.action_ts or body.trigger_id
    return Envelope(
        key=f"action:{channel or container.view_id}:{message_ts}:{action.action_id}:{body.user.id}:{once}",
        kind="action",
        user=body.user.id,
        team=(body.team.id if body.team else body.user.team_id) or "",
        channel=channel,
        thread_ts=pressed.thread_ts or container.thread_ts or message_ts,
        message_ts=message_ts,
        is_direct=channel.startswith("D"),
        in_thread=bool(message_ts),
        press=Press(
            id=action.action_id, value=action.chosen, message_ts=message_ts, on_ephemeral=container.is_ephemeral
        ),
        response_url=body.response_url,
    )


def _submission(body: _Submission, raw: Mapping[str, object]) -> Envelope | None:
    if body.view.callback_id != modals.ASK_CALLBACK:
        return _submitted_press(body)
    asked = modals.AskedAbout.model_validate_json(body.view.private_metadata or "{}")
    return Envelope(
        key=f"view:{body.view.id}",
        kind="view",
        user=body.user.id,
        team=(body.team.id if body.team else body.user.team_id) or "",
        channel=asked.channel,
        thread_ts=asked.thread_ts,
        message_ts=asked.message_ts,
        is_direct=asked.channel.startswith("D"),
        in_thread=True,
        text=modals.question_of(raw),
        about=plain_text(asked.text),
        response_url=asked.response_url,
    )


def _submitted_press(body: _Submission) -> Envelope | None:
    """A modal of `bot.slack.dialogs`: a press of its button, with what was entered."""
    opened = Opened.read(body.view.private_metadata)
    if opened is None:
        return None
    return Envelope(
        key=f"view:{body.view.id}",
        kind="view",
        user=body.user.id,
        team=(body.team.id if body.team else body.user.team_id) or "",
        channel=opened.channel,
        thread_ts=opened.thread_ts,
        message_ts=opened.message_ts,
        is_direct=opened.channel.startswith("D"),
        in_thread=bool(opened.message_ts),
        press=Press(
            id=body.view.callback_id,
            value=opened.submitted(body.view.state.values),
            message_ts=opened.message_ts,
            on_ephemeral=opened.on_ephemeral,
        ),
        response_url=opened.response_url,
    )
