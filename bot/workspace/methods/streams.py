"""chat.startStream, appendStream, stopStream. A stream ends by itself after about five minutes, traffic or not."""

from bot.workspace import blocks as kit
from bot.workspace import messages
from bot.workspace.hub import Hub
from bot.workspace.methods.registry import Context, method
from bot.workspace.state import TEAM_ID, Channel, Message, Stream
from bot.workspace.wire import Obj, SlackError

STREAM_SECONDS = 300.0
TASK_CHARACTERS = 256
SESSION_STATUSES = ("active", "processing", "suspended", "closed")


def is_streaming(hub: Hub, message: Message) -> bool:
    """Whether a message is still being written."""
    end_if_over(hub, message)
    return message.stream is not None and message.stream.open


def end_if_over(hub: Hub, message: Message) -> None:
    """End a stream whose time is over."""
    stream = message.stream
    if stream is not None and stream.open and hub.clock() - stream.started >= STREAM_SECONDS:
        stream.open = False
        messages.show_changed(hub, hub.state.channels[message.channel], message)


@method("chat.startStream")
async def start(context: Context) -> Obj:
    """Begins a message in a thread that grows while people watch."""
    hub, args = context.hub, context.args
    channel = context.joined()
    thread_ts = messages.thread_of(channel, args.required("thread_ts"))
    if channel.kind != "im":
        _recipient(context, channel)
    if args.text("task_display_mode", "timeline") not in ("timeline", "plan", "dense"):
        raise SlackError(
            "invalid_arguments", messages=["[ERROR] must be a valid enum value [json-pointer:/task_display_mode]"]
        )
    parts = _read(context)
    _demand_room(None, parts)
    hub.limiter.post(channel.id)
    message = messages.from_bot(hub, channel, messages.Content(), thread_ts=thread_ts)
    message.stream = Stream(hub.clock())
    _grow(message, parts)
    messages.post(hub, channel, message)
    hub.later(STREAM_SECONDS, lambda: end_if_over(hub, message))
    return {"channel": channel.id, "ts": message.ts}


@method("chat.appendStream")
async def append(context: Context) -> Obj:
    """Adds to a stream."""
    channel, message = _streaming(context)
    parts = _read(context)
    if not parts:
        raise SlackError("no_text")
    _demand_room(message, parts)
    _grow(message, parts)
    messages.show_changed(context.hub, channel, message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.stopStream")
async def stop(context: Context) -> Obj:
    """Ends a stream, with a last piece, blocks below it and metadata."""
    hub, args = context.hub, context.args
    channel, message = _streaming(context)
    status = args.text("session_status")
    if status and status not in SESSION_STATUSES:
        raise SlackError(
            "invalid_arguments", messages=["[ERROR] must be a valid enum value [json-pointer:/session_status]"]
        )
    parts = _read(context)
    _demand_room(message, parts)
    blocks = args.objects("blocks", "invalid_blocks_format")
    if blocks:
        kit.check_message(blocks, file_ids=messages.file_ids(hub))
    before = hub.state.message_wire(message, hub.base)
    message.metadata = messages.read_metadata(args) or message.metadata
    _grow(message, parts)
    message.blocks += kit.with_ids(blocks or [])
    if message.stream is not None:
        message.stream.open = False
    messages.change(hub, channel, message, before)
    return {"channel": channel.id, "ts": message.ts, "message": hub.state.message_wire(message, hub.base)}


def _recipient(context: Context, channel: Channel) -> None:
    args = context.args
    if "recipient_user_id" not in args:
        raise SlackError("missing_recipient_user_id")
    if "recipient_team_id" not in args:
        raise SlackError("missing_recipient_team_id")
    if args.text("recipient_team_id") != TEAM_ID:
        raise SlackError("team_not_found")
    if context.user("recipient_user_id").id not in channel.members:
        raise SlackError("user_not_in_channel")


def _streaming(context: Context) -> tuple[Channel, Message]:
    channel = context.joined()
    message = messages.find(channel, context.args.required("ts"))
    if not message.from_bot:
        raise SlackError("message_not_owned_by_app")
    if not is_streaming(context.hub, message):
        raise SlackError("message_not_in_streaming_state")
    return channel, message


def _read(context: Context) -> list[Obj]:
    """The pieces of one call, checked."""
    args = context.args
    markdown = args.text("markdown_text")
    chunks = args.objects("chunks", "invalid_chunks") or []
    pieces = ([{"type": "markdown_text", "text": markdown}] if markdown else []) + chunks
    for index, piece in enumerate(pieces):
        _check_piece(context.hub, piece, f"/chunks/{index}")
    written = sum(len(piece["text"]) for piece in pieces if piece["type"] == "markdown_text")
    if written > kit.MARKDOWN_CHARACTERS:
        raise SlackError("msg_too_long")
    return pieces


_URL_SOURCE = kit.shape({"type": kit.string(255), "url": kit.string(3000), "text": kit.string(3000)}, "url")
_CHUNKS = kit.one_of(
    {
        "markdown_text": kit.shape({"type": kit.string(255), "text": kit.string(10**9, 0)}, "text"),
        "plan_update": kit.shape({"type": kit.string(255), "title": kit.string(TASK_CHARACTERS)}, "title"),
        "task_update": kit.shape(
            {
                "type": kit.string(255),
                "id": kit.string(255),
                "title": kit.string(TASK_CHARACTERS),
                "status": kit.choice("pending", "in_progress", "complete", "error"),
                "details": kit.string(TASK_CHARACTERS, 0),
                "output": kit.string(TASK_CHARACTERS, 0),
                "sources": kit.items(_URL_SOURCE, 100, 0),
            },
            "id",
            "title",
            "status",
        ),
        "blocks": kit.shape({"type": kit.string(255), "blocks": kit.anything}, "blocks"),
    }
)


def _check_piece(hub: Hub, piece: Obj, pointer: str) -> None:
    findings = kit.Findings("message")
    _CHUNKS(piece, pointer, findings)
    if findings.lines:
        raise SlackError("invalid_chunks", messages=findings.lines)
    if piece["type"] == "blocks":
        kit.check_message(piece["blocks"], file_ids=messages.file_ids(hub))


def _grow(message: Message, pieces: list[Obj]) -> None:
    """Add pieces to a streamed message: text to the last text, a task in the place it already has."""
    if message.stream is None:
        return
    for piece in pieces:
        _add(message.stream.parts, piece)
        if piece["type"] == "markdown_text":
            message.text = (message.text + piece["text"])[: messages.TEXT_CHARACTERS]
    message.blocks = [part for part in message.stream.parts if part["type"] != "markdown" or part["text"]]


def _demand_room(message: Message | None, pieces: list[Obj]) -> None:
    """A stream takes at most 50 blocks of its own beside its text, tasks and plan."""
    written = ("markdown", "task_card", "plan")
    parts = message.stream.parts if message is not None and message.stream is not None else []
    have = sum(1 for part in parts if part["type"] not in written)
    if have + sum(len(piece["blocks"]) for piece in pieces if piece["type"] == "blocks") > kit.MESSAGE_BLOCKS:
        raise SlackError("invalid_blocks", messages=["[ERROR] no more than 50 items allowed [json-pointer:/chunks]"])


def _add(parts: list[Obj], piece: Obj) -> None:
    kind = piece["type"]
    if kind == "markdown_text":
        if parts and parts[-1]["type"] == "markdown":
            parts[-1] = {**parts[-1], "text": parts[-1]["text"] + piece["text"]}
        else:
            parts += kit.with_ids([{"type": "markdown", "text": piece["text"]}])
    elif kind == "task_update":
        _add_task(parts, piece)
    elif kind == "plan_update":
        at = next((index for index, part in enumerate(parts) if part["type"] == "plan"), None)
        if at is None:
            parts += kit.with_ids([{"type": "plan", "title": piece["title"], "tasks": []}])
        else:
            parts[at] = {**parts[at], "title": piece["title"]}
    else:
        parts += kit.with_ids(piece["blocks"])


def _add_task(parts: list[Obj], piece: Obj) -> None:
    card: Obj = {"type": "task_card", "task_id": piece["id"], "title": piece["title"], "status": piece["status"]}
    for name in ("details", "output"):
        if piece.get(name):
            section = {"type": "rich_text_section", "elements": [{"type": "text", "text": piece[name]}]}
            card[name] = {"type": "rich_text", "elements": [section]}
    if piece.get("sources"):
        card["sources"] = piece["sources"]
    at = next((i for i, p in enumerate(parts) if p["type"] == "task_card" and p["task_id"] == piece["id"]), None)
    if at is None:
        parts += kit.with_ids([card])
    else:
        parts[at] = {**parts[at], **card}
