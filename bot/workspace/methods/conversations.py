"""conversations.*, users.*, usergroups.*."""

from bot.workspace import messages
from bot.workspace.methods.registry import Context, method
from bot.workspace.methods.streams import is_streaming
from bot.workspace.state import BOT_USER_ID, TEAM_ID, Channel, Message
from bot.workspace.wire import Obj, SlackError

TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


@method("conversations.list")
async def list_(context: Context) -> Obj:
    """The channels the app can see, by type."""
    found = _of_types(context)
    if context.args.flag("exclude_archived"):
        found = [channel for channel in found if not channel.archived]
    chosen, following = context.page(found, default=100)
    return {"channels": [_wire(channel) for channel in chosen], **following}


@method("users.conversations")
async def users_conversations(context: Context) -> Obj:
    """The channels somebody is in; the app itself by default."""
    user = context.args.text("user", BOT_USER_ID)
    if user not in context.hub.state.users:
        raise SlackError("user_not_found")
    found = [channel for channel in _of_types(context) if user in channel.members]
    chosen, following = context.page(found, default=100)
    return {"channels": [_wire(channel) for channel in chosen], **following}


@method("conversations.info")
async def info(context: Context) -> Obj:
    """One channel."""
    channel = context.channel()
    context.demand_scope(channel.kind)
    return {"channel": _wire(channel)}


@method("conversations.members")
async def members(context: Context) -> Obj:
    """Who is in a channel."""
    channel = context.channel()
    context.demand_scope(channel.kind)
    chosen, following = context.page(channel.members, default=100)
    return {"members": chosen, **following}


@method("conversations.join")
async def join(context: Context) -> Obj:
    """Joins a public channel."""
    channel = context.channel()
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    if BOT_USER_ID in channel.members:
        return {"channel": _wire(channel), "warning": "already_in_channel"}
    channel.members.append(BOT_USER_ID)
    joined = {"type": "member_joined_channel", "user": BOT_USER_ID, "channel": channel.id, "channel_type": "C"}
    context.hub.emit("member_joined_channel", {**joined, "team": TEAM_ID})
    return {"channel": _wire(channel)}


@method("conversations.open")
async def open_(context: Context) -> Obj:
    """The direct message with one person."""
    context.demand_scope("im")
    if "channel" in context.args:
        channel = context.channel()
        if channel.kind != "im":
            raise SlackError("method_not_supported_for_channel_type")
    else:
        users = context.args.names("users")
        if not users:
            raise SlackError("users_list_not_supplied")
        if len(users) > 1:
            context.demand_scope("mpim")
            raise SlackError("method_not_supported_for_channel_type")
        if users[0] not in context.hub.state.users or users[0] == BOT_USER_ID:
            raise SlackError("user_not_found")
        channel = context.hub.state.open_direct(users[0])
    wire = _wire(channel) if context.args.flag("return_im") else {"id": channel.id}
    return {"channel": wire, "no_op": True, "already_open": True}


@method("conversations.history")
async def history(context: Context) -> Obj:
    """A channel's messages without the replies in threads, newest first."""
    channel = context.channel()
    context.demand_scope(channel.kind)
    if BOT_USER_ID not in channel.members:
        raise SlackError("not_in_channel")
    found = [message for message in channel.top_level() if _in_range(context, message)]
    chosen, following = context.page(found[::-1], default=100, most=999)
    return _messages(context, chosen, following)


@method("conversations.replies")
async def replies(context: Context) -> Obj:
    """A thread, its first message included, oldest first."""
    channel = context.channel()
    context.demand_scope(channel.kind)
    if BOT_USER_ID not in channel.members:
        raise SlackError("not_in_channel")
    named = channel.messages.get(context.args.required("ts"))
    if named is None:
        raise SlackError("thread_not_found")
    parent = channel.messages[named.thread_ts] if named.is_reply else named
    found = [m for m in channel.thread(parent.ts) if _in_range(context, m)]
    chosen, following = context.page([parent, *found], default=1000)
    return _messages(context, chosen, following)


@method("users.info")
async def users_info(context: Context) -> Obj:
    """One person."""
    return {"user": context.user().wire()}


@method("users.list")
async def users_list(context: Context) -> Obj:
    """Everybody."""
    chosen, following = context.page(list(context.hub.state.users.values()), default=1000)
    return {"members": [user.wire() for user in chosen], "cache_ts": int(context.hub.clock()), **following}


@method("usergroups.list")
async def usergroups_list(context: Context) -> Obj:
    """The user groups; a plan without them says so."""
    _demand_plan(context)
    args, state = context.args, context.hub.state
    users, count = args.flag("include_users"), args.flag("include_count")
    shown = [group for group in state.groups.values() if not group.disabled or args.flag("include_disabled")]
    return {"usergroups": [group.wire(users=users, count=count, created=state.started) for group in shown]}


@method("usergroups.users.list")
async def usergroups_users_list(context: Context) -> Obj:
    """Who is in a user group."""
    _demand_plan(context)
    group = context.hub.state.groups.get(context.args.required("usergroup"))
    if group is None or (group.disabled and not context.args.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def _demand_plan(context: Context) -> None:
    if not context.hub.has_user_groups:
        raise SlackError("plan_upgrade_required")


def _of_types(context: Context) -> list[Channel]:
    types = context.args.names("types") or ["public_channel"]
    if not set(types) <= set(TYPES):
        raise SlackError("invalid_types")
    kinds = [TYPES[name] for name in types]
    for kind in kinds:
        context.demand_scope(kind)
    visible = context.hub.state.channels.values()
    return [c for c in visible if c.kind in kinds and (c.kind != "group" or BOT_USER_ID in c.members)]


def _wire(channel: Channel) -> Obj:
    return channel.wire(BOT_USER_ID in channel.members)


def _in_range(context: Context, message: Message) -> bool:
    args = context.args
    oldest, latest = _time(args.text("oldest", "0")), _time(args.text("latest", "99999999999"))
    at = float(message.ts)
    if args.flag("inclusive"):
        return oldest <= at <= latest
    return oldest < at < latest


def _time(ts: str) -> float:
    try:
        return float(ts)
    except ValueError:
        raise SlackError("invalid_arguments") from None


def _messages(context: Context, chosen: list[Message], following: Obj) -> Obj:
    for message in chosen:
        is_streaming(context.hub, message)
    metadata = context.args.flag("include_all_metadata")
    state, base = context.hub.state, context.hub.base
    wired = [state.message_wire(message, base, metadata=metadata) for message in chosen]
    more = bool(following["response_metadata"]["next_cursor"])
    return {"messages": wired, "has_more": more, "pin_count": 0, **(following if more else {})}


def find_message(context: Context) -> tuple[Channel, Message]:
    """The message that `channel` and `timestamp` name."""
    channel = context.channel()
    timestamp = context.args.text("timestamp")
    if not timestamp:
        raise SlackError("no_item_specified")
    return channel, messages.find(channel, timestamp)
