"""Posting, changing and removing messages, with the events, pushes and thread state that follow from each."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.workspace import blocks as kit
from bot.workspace.hub import Hub
from bot.workspace.state import BOT_USER_ID, Channel, File, Message
from bot.workspace.wire import Args, Obj, SlackError

TEXT_CHARACTERS = 40_000
UPDATE_CHARACTERS = 4_000
METADATA_BYTES = 32_000


@dataclass
class Content:
    """What an app says: text, blocks, attachments and metadata, already checked. None of blocks means: not given."""

    text: str = ""
    blocks: list[Obj] | None = None
    attachments: list[Obj] | None = None
    metadata: Obj | None = None
    given: frozenset[str] = field(default_factory=frozenset)


def file_ids(hub: Hub) -> frozenset[str]:
    """The files that an image block may show."""
    return frozenset(file.id for file in hub.state.files.values() if file.completed)


def read_content(hub: Hub, args: Args, *, updating: bool = False) -> Content:
    """The content of a post, whose text is cut at 40,000, or of an update, refused above 4,000."""
    blocks = args.objects("blocks", "invalid_blocks_format")
    attachments = args.objects("attachments", "invalid_attachments")
    text, markdown = args.text("text"), args.text("markdown_text")
    given = frozenset(name for name in ("text", "blocks", "attachments", "markdown_text") if name in args)
    if markdown:
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        if len(markdown) > kit.MARKDOWN_CHARACTERS:
            raise SlackError("msg_too_long")
        text, blocks = markdown, [{"type": "markdown", "text": markdown}]
    if not updating and not (text.strip() or blocks or attachments):
        raise SlackError("no_text")
    if updating and not markdown and len(text) > UPDATE_CHARACTERS:
        raise SlackError("msg_too_long")
    if blocks:
        kit.check_message(blocks, file_ids=file_ids(hub))
        blocks = kit.with_ids(blocks)
    _check_attachments(attachments, hub)
    return Content(text[:TEXT_CHARACTERS], blocks, attachments, read_metadata(args), given)


def _check_attachments(attachments: list[Obj] | None, hub: Hub) -> None:
    if attachments is None:
        return
    if len(attachments) > 100:
        raise SlackError("too_many_attachments")
    for attachment in attachments:
        inner = attachment.get("blocks")
        if isinstance(inner, list):
            kit.check_message(inner, file_ids=file_ids(hub))
            attachment["blocks"] = kit.with_ids(inner)


def read_metadata(args: Args) -> Obj | None:
    """Message metadata: an event type and a flat enough payload."""
    metadata = args.mapping("metadata", "invalid_metadata_format")
    if metadata is None or not metadata:
        return None
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if len(str(metadata)) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def find(channel: Channel, ts: str) -> Message:
    """A message by its ts; `message_not_found` where there is none."""
    message = channel.messages.get(ts)
    if message is None or message.tombstone:
        raise SlackError("message_not_found")
    return message


def thread_of(channel: Channel, thread_ts: str) -> str:
    """The thread to post in; refuses one that does not exist and one that is itself a reply."""
    if not thread_ts:
        return ""
    parent = channel.messages.get(thread_ts)
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.is_reply:
        raise SlackError("cannot_reply_to_message")
    return thread_ts


def post(hub: Hub, channel: Channel, message: Message) -> Message:
    """Put a message into its channel, and tell the app and the pages."""
    parent = channel.messages.get(message.thread_ts) if message.is_reply else None
    channel.messages[message.ts] = message
    if parent is not None:
        channel.threads.setdefault(parent.ts, []).append(message)
        parent.thread_ts = parent.ts
    if message.from_bot:
        clear_status(hub, channel, message.thread_ts or message.ts)
    announce(hub, channel, message)
    wire = hub.state.message_wire(message, hub.base)
    hub.show({"type": "message", "channel": channel.id, "message": wire}, hub.audience(channel))
    if parent is not None:
        show_changed(hub, channel, parent)
    return message


def announce(hub: Hub, channel: Channel, message: Message) -> None:
    """The events of a new message: `message.*`, and `app_mention` where it names the bot."""
    if BOT_USER_ID not in channel.members:
        return
    wire = hub.state.message_wire(message, hub.base, metadata=True)
    for private in ("ephemeral", "streaming", "is_ephemeral", "reply_count"):
        wire.pop(private, None)
    if not message.from_bot and message.text:
        wire["blocks"] = [_rich_text(message.text)]
    event = {**wire, "channel": channel.id, "channel_type": channel.kind, "event_ts": message.ts}
    hub.emit(subscription(channel), event)
    if channel.kind != "im" and not message.from_bot and f"<@{BOT_USER_ID}>" in message.text:
        mention = {**wire, "type": "app_mention", "channel": channel.id, "event_ts": message.ts}
        mention.pop("subtype", None)
        hub.emit("app_mention", mention)


def subscription(channel: Channel) -> str:
    """The event subscription that covers messages of a channel."""
    return {"channel": "message.channels", "group": "message.groups", "im": "message.im"}[channel.kind]


def change(hub: Hub, channel: Channel, message: Message, before: Obj) -> None:
    """Tell of a message that was changed; `before` is how it was."""
    after = hub.state.message_wire(message, hub.base)
    _hidden_event(hub, channel, "message_changed", {"message": after, "previous_message": before})
    show_changed(hub, channel, message)


def show_changed(hub: Hub, channel: Channel, message: Message) -> None:
    """Push a message's new look to the pages, without an event."""
    wire = hub.state.message_wire(message, hub.base)
    hub.show({"type": "message_changed", "channel": channel.id, "message": wire}, hub.audience(channel))


def remove(hub: Hub, channel: Channel, message: Message) -> None:
    """Delete a message; one with replies leaves a tombstone."""
    before = hub.state.message_wire(message, hub.base)
    if channel.thread(message.ts):
        message.tombstone = True
        message.text, message.blocks, message.attachments = "This message was deleted.", [], []
        message.files, message.metadata = [], None
        change(hub, channel, message, before)
        return
    del channel.messages[message.ts]
    if message.is_reply:
        channel.threads[message.thread_ts].remove(message)
    _hidden_event(hub, channel, "message_deleted", {"deleted_ts": message.ts, "previous_message": before})
    hub.show({"type": "message_deleted", "channel": channel.id, "ts": message.ts}, hub.audience(channel))
    parent = channel.messages.get(message.thread_ts)
    if parent is not None:
        show_changed(hub, channel, parent)


def whisper(hub: Hub, channel: Channel, message: Message) -> None:
    """Show an ephemeral message to its one reader."""
    channel.ephemerals[message.ts] = message
    wire = hub.state.message_wire(message, hub.base)
    hub.show({"type": "ephemeral", "channel": channel.id, "message": wire}, [message.ephemeral_to])


def from_bot(
    hub: Hub, channel: Channel, content: Content, *, thread_ts: str = "", broadcast: bool = False
) -> Message:
    """A message of the app, not yet posted."""
    return Message(
        hub.state.next_ts(),
        channel.id,
        BOT_USER_ID,
        content.text,
        blocks=content.blocks or [],
        attachments=content.attachments or [],
        thread_ts=thread_ts,
        broadcast=broadcast,
        from_bot=True,
        metadata=content.metadata,
    )


def from_person(
    hub: Hub, channel: Channel, user: str, text: str, *, thread_ts: str = "", files: Sequence[File] = ()
) -> Message:
    """A person's message with what they typed turned into Slack's markup, not yet posted."""
    return Message(
        hub.state.next_ts(),
        channel.id,
        user,
        marked_up(hub, text),
        thread_ts=thread_ts,
        files=list(files),
        client_msg_id=str(uuid.uuid4()),
    )


_ANGLES = re.compile(r"<(?:[@#!][^<>\s]+|https?://[^<>]+|mailto:[^<>]+)>")
_TYPED = re.compile(
    r"(?<![\w@#/])(?:@(?P<who>[\w.-]*\w)|#(?P<channel>[\w-]+)|(?P<url>https?://[^\s<>|]*[^\s<>|.,;:!?)\]]))"
)


def marked_up(hub: Hub, text: str) -> str:
    """What a client sends for typed text: & < > escaped, mentions, channels and links in angle brackets."""
    out, end = [], 0
    for match in _ANGLES.finditer(text):
        out += [_typed(hub, text[end : match.start()]), match.group()]
        end = match.end()
    return "".join([*out, _typed(hub, text[end:])])


def _typed(hub: Hub, text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _TYPED.sub(lambda match: _reference(hub, match), escaped)


def _reference(hub: Hub, match: re.Match[str]) -> str:
    if match["url"]:
        return f"<{match['url']}>"
    if match["channel"]:
        found = next(
            (c for c in hub.state.channels.values() if c.kind == "channel" and c.name == match["channel"]), None
        )
        return f"<#{found.id}|{found.name}>" if found else match.group()
    name = match["who"].lower()
    user = next((u for u in hub.state.users.values() if name in {u.name, u.id.lower()}), None)
    if user is not None:
        return f"<@{user.id}>"
    group = next((g for g in hub.state.groups.values() if g.handle == name), None)
    return f"<!subteam^{group.id}|@{group.handle}>" if group else match.group()


_MARKUP = re.compile(
    r"<@(?P<user>\w+)>|<#(?P<channel>\w+)(?:\|[^>]*)?>|<(?P<url>https?://[^>|]+)(?:\|(?P<label>[^>]*))?>"
)


def _rich_text(text: str) -> Obj:
    """The rich_text block that Slack's clients send beside the text."""
    parts: list[Obj] = []
    end = 0
    for match in _MARKUP.finditer(text):
        parts += _plain(text[end : match.start()])
        if match["user"]:
            parts.append({"type": "user", "user_id": match["user"]})
        elif match["channel"]:
            parts.append({"type": "channel", "channel_id": match["channel"]})
        else:
            parts.append(
                {"type": "link", "url": match["url"], **({"text": match["label"]} if match["label"] else {})}
            )
        end = match.end()
    parts += _plain(text[end:])
    section = {"type": "rich_text_section", "elements": parts}
    return {"type": "rich_text", "block_id": uuid.uuid4().hex[:5], "elements": [section]}


def _plain(text: str) -> list[Obj]:
    shown = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return [{"type": "text", "text": shown}] if shown else []


def clear_status(hub: Hub, channel: Channel, thread_ts: str) -> None:
    """A status goes away when the app speaks in the thread."""
    if hub.state.statuses.pop((channel.id, thread_ts), None) is not None:
        show_status(hub, channel, thread_ts)


def show_status(hub: Hub, channel: Channel, thread_ts: str) -> None:
    """Push a thread's status to the pages."""
    status = hub.state.statuses.get((channel.id, thread_ts), {"status": "", "loading_messages": []})
    push = {"type": "status", "channel": channel.id, "thread_ts": thread_ts}
    hub.show(
        {**push, "status": status["status"], "loading_messages": status["loading_messages"]}, hub.audience(channel)
    )


def _hidden_event(hub: Hub, channel: Channel, subtype: str, fields: Obj) -> None:
    if BOT_USER_ID not in channel.members:
        return
    ts = hub.state.next_ts()
    event: Obj = {"type": "message", "subtype": subtype, "channel": channel.id, "channel_type": channel.kind}
    hub.emit(subscription(channel), {**event, **fields, "hidden": True, "ts": ts, "event_ts": ts})
