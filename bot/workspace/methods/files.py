"""files.*: the external upload in three steps, and what is done with files afterwards."""

import mimetypes

from bot.workspace import blocks as kit
from bot.workspace import messages
from bot.workspace.hub import Hub
from bot.workspace.methods.registry import Context, method
from bot.workspace.state import BOT_USER_ID, Channel, File
from bot.workspace.wire import Obj, SlackError

mimetypes.init()  # reads the system's tables once, here instead of in the middle of a request

FILE_BYTES = 1_000_000_000
"""Slack's own limit is 1 GB a file."""


@method("files.getUploadURLExternal")
async def get_upload_url(context: Context) -> Obj:
    """Step one: an id, and where to send the bytes."""
    name = context.args.required("filename")
    length = context.args.number("length", 0, 0, 10**15)
    if length <= 0:
        raise SlackError("missing_argument" if "length" not in context.args else "invalid_arguments")
    if length > FILE_BYTES:
        raise SlackError("file_upload_size_restricted")
    alt_txt = context.args.text("alt_txt")
    if len(alt_txt) > 1000:
        raise SlackError("alt_txt_too_large")
    file = new_file(context.hub, name, length, BOT_USER_ID, alt_txt)
    return {"upload_url": f"{context.hub.base}/upload/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal")
async def complete_upload(context: Context) -> Obj:
    """Step three: titles, and the channel or thread to show the files in."""
    hub, args = context.hub, context.args
    named = args.objects("files", "invalid_arguments")
    if not named:
        raise SlackError("invalid_arguments", messages=["[ERROR] missing required field: files"])
    files = [_uploaded(hub, item) for item in named]
    shares = [args.text("channel_id")] if "channel_id" in args else args.names("channels")
    if args.text("thread_ts") and len(shares) != 1:
        raise SlackError("invalid_arguments", messages=["[ERROR] thread_ts needs exactly one channel"])
    channels = [_share_target(context, channel_id) for channel_id in shares]
    thread_ts = messages.thread_of(channels[0], args.text("thread_ts")) if channels else ""
    blocks = args.objects("blocks", "invalid_blocks_format") or []
    if blocks:
        kit.check_message(blocks, file_ids=messages.file_ids(hub))
    for channel in channels:
        hub.limiter.post(channel.id)
    for file, item in zip(files, named, strict=True):
        file.title = str(item.get("title") or file.title)
        file.completed = True
    for channel in channels:
        _share(hub, channel, files, args.text("initial_comment"), blocks, thread_ts)
    return {"files": [file.wire(hub.base) for file in files]}


@method("files.info")
async def info(context: Context) -> Obj:
    """One file."""
    return {"file": _find(context).wire(context.hub.base), "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.delete")
async def delete(context: Context) -> Obj:
    """Deletes one of the app's own files; messages lose it."""
    hub = context.hub
    file = _find(context)
    if file.user != BOT_USER_ID:
        raise SlackError("cant_delete_file")
    del hub.state.files[file.id]
    for channel_id in file.channels:
        channel = hub.state.channels[channel_id]
        for message in channel.messages.values():
            if file in message.files:
                before = hub.state.message_wire(message, hub.base)
                message.files.remove(file)
                messages.change(hub, channel, message, before)
    return {}


def new_file(hub: Hub, name: str, length: int, user: str, alt_txt: str = "") -> File:
    """A file whose bytes are still to come."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = File(hub.state.next_id("F"), name, name, length, user, int(hub.clock()), alt_txt, kind)
    hub.state.files[file.id] = file
    return file


def _uploaded(hub: Hub, item: Obj) -> File:
    file = hub.state.files.get(str(item.get("id")))
    if file is None or file.completed:
        raise SlackError("file_not_found")
    if file.content is None:
        raise SlackError("file_update_failed")
    return file


def _share_target(context: Context, channel_id: str) -> Channel:
    channel = context.hub.state.channels.get(channel_id)
    if channel is None:
        raise SlackError("channel_not_found")
    if BOT_USER_ID not in channel.members:
        raise SlackError("channel_not_found" if channel.kind == "group" else "not_in_channel")
    return channel


def _share(hub: Hub, channel: Channel, files: list[File], comment: str, blocks: list[Obj], thread_ts: str) -> None:
    content = messages.Content(comment, kit.with_ids(blocks))
    message = messages.from_bot(hub, channel, content, thread_ts=thread_ts)
    message.files = list(files)
    for file in files:
        file.channels.append(channel.id)
    messages.post(hub, channel, message)


def _find(context: Context) -> File:
    file = context.hub.state.files.get(context.args.required("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    return file
