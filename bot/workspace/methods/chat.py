"""chat.*, without streams."""

from bot.workspace import messages
from bot.workspace.hub import Hub
from bot.workspace.methods.registry import Context, method
from bot.workspace.methods.streams import is_streaming
from bot.workspace.state import Message
from bot.workspace.wire import Obj, SlackError


@method("chat.postMessage")
async def post_message(context: Context) -> Obj:
    """Posts to a channel, a thread, or a person's direct message by their id."""
    hub, args = context.hub, context.args
    channel = context.joined(by_name=True)
    content = messages.read_content(hub, args)
    thread_ts = messages.thread_of(channel, args.text("thread_ts"))
    hub.limiter.post(channel.id)
    broadcast = bool(thread_ts) and args.flag("reply_broadcast")
    message = messages.from_bot(hub, channel, content, thread_ts=thread_ts, broadcast=broadcast)
    messages.post(hub, channel, message)
    answer: Obj = {"channel": channel.id, "ts": message.ts, "message": wire(hub, message)}
    if len(args.text("text")) > messages.TEXT_CHARACTERS:
        answer["warning"] = "message_truncated"
        answer["response_metadata"] = {"warnings": ["message_truncated"]}
    return answer


@method("chat.postEphemeral")
async def post_ephemeral(context: Context) -> Obj:
    """Shows a message to one member of a channel."""
    hub, args = context.hub, context.args
    channel = context.joined()
    reader = context.user()
    if reader.id not in channel.members:
        raise SlackError("user_not_in_channel")
    content = messages.read_content(hub, args)
    thread_ts = messages.thread_of(channel, args.text("thread_ts"))
    message = messages.from_bot(hub, channel, content, thread_ts=thread_ts)
    message.ephemeral_to = reader.id
    messages.whisper(hub, channel, message)
    return {"message_ts": message.ts}


@method("chat.update")
async def update(context: Context) -> Obj:
    """Changes one of the app's own messages; blocks that are not given stay."""
    hub, args = context.hub, context.args
    channel = context.joined()
    message = messages.find(channel, args.required("ts"))
    if not message.from_bot:
        raise SlackError("cant_update_message")
    if is_streaming(hub, message):
        raise SlackError("streaming_state_conflict")
    content = messages.read_content(hub, args, updating=True)
    text = content.text if "text" in args or "markdown_text" in args else message.text
    blocks = message.blocks if content.blocks is None else content.blocks
    attachments = message.attachments if content.attachments is None else content.attachments
    if not content.given or not (text.strip() or blocks or attachments or message.files):
        raise SlackError("no_text")
    before = hub.state.message_wire(message, hub.base)
    if "blocks" not in args and text != message.text:
        message.edited = hub.state.next_ts()
    message.text, message.blocks, message.attachments = text, blocks, attachments
    if "metadata" in args:
        message.metadata = content.metadata
    messages.change(hub, channel, message, before)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": wire(hub, message)}


@method("chat.delete")
async def delete(context: Context) -> Obj:
    """Deletes one of the app's own messages."""
    channel = context.channel()
    message = messages.find(channel, context.args.required("ts"))
    if not message.from_bot or is_streaming(context.hub, message):
        raise SlackError("cant_delete_message")
    messages.remove(context.hub, channel, message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink")
async def get_permalink(context: Context) -> Obj:
    """A link to a message."""
    channel = context.channel()
    message = messages.find(channel, context.args.required("message_ts"))
    link = f"{context.hub.base}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def wire(hub: Hub, message: Message) -> Obj:
    """A message as the answer to its own posting shows it."""
    return hub.state.message_wire(message, hub.base)
