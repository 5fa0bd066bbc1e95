"""reactions.*, and what a person's reaction does too."""

import re

from bot.workspace import messages
from bot.workspace.hub import Hub
from bot.workspace.methods.conversations import find_message
from bot.workspace.methods.registry import Context, method
from bot.workspace.state import BOT_USER_ID, Channel, Message
from bot.workspace.wire import Obj, SlackError

REACTIONS_A_MESSAGE = 23
_NAME = re.compile(r"[a-z0-9_+'\-]+(::skin-tone-[2-6])?")


@method("reactions.add")
async def add(context: Context) -> Obj:
    """Adds the app's reaction."""
    channel, message = find_message(context)
    react(context.hub, channel, message, BOT_USER_ID, context.args.required("name"), remove=False)
    return {}


@method("reactions.remove")
async def remove(context: Context) -> Obj:
    """Takes the app's reaction back."""
    channel, message = find_message(context)
    react(context.hub, channel, message, BOT_USER_ID, context.args.required("name"), remove=True)
    return {}


@method("reactions.get")
async def get(context: Context) -> Obj:
    """A message with its reactions."""
    channel, message = find_message(context)
    wire = context.hub.state.message_wire(message, context.hub.base)
    return {"type": "message", "channel": channel.id, "message": wire}


def react(hub: Hub, channel: Channel, message: Message, user: str, name: str, *, remove: bool) -> None:
    """Add or remove somebody's reaction, with its event."""
    name = name.strip(":")
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name")
    users = message.reactions.get(name, [])
    if remove:
        if user not in users:
            raise SlackError("no_reaction")
        users.remove(user)
        if not users:
            del message.reactions[name]
    else:
        if user in users:
            raise SlackError("already_reacted")
        if not users and len(message.reactions) >= REACTIONS_A_MESSAGE:
            raise SlackError("too_many_emoji")
        message.reactions.setdefault(name, []).append(user)
    _tell(hub, channel, message, user, name, "reaction_removed" if remove else "reaction_added")


def _tell(hub: Hub, channel: Channel, message: Message, user: str, name: str, kind: str) -> None:
    item = {"type": "message", "channel": channel.id, "ts": message.ts}
    if BOT_USER_ID in channel.members:
        hub.emit(kind, {"type": kind, "user": user, "reaction": name, "item": item, "item_user": message.user})
    reactions = hub.state.message_wire(message, hub.base).get("reactions", [])
    push = {"type": "reaction", "channel": channel.id, "ts": message.ts, "reactions": reactions}
    hub.show(push, hub.audience(channel))
    messages.show_changed(hub, channel, message)
