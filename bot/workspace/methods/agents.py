"""assistant.threads.* and agents.sessions.*: status, prompts, titles."""

from bot.workspace import messages
from bot.workspace.hub import Hub
from bot.workspace.methods.registry import Context, method
from bot.workspace.methods.streams import SESSION_STATUSES
from bot.workspace.state import Channel
from bot.workspace.wire import Obj, SlackError

STATUS_SECONDS = 120.0
LOADING_MESSAGES = 10
PROMPTS = 4
TITLE_CHARACTERS = 200


@method("assistant.threads.setStatus")
async def set_status(context: Context) -> Obj:
    """Shows "is thinking..." in a thread; empty takes it away; it goes by itself after two minutes."""
    hub, args = context.hub, context.args
    channel, thread_ts = _thread(context)
    if "status" not in args:
        raise SlackError("invalid_arguments", messages=["[ERROR] missing required field: status"])
    loading = args.names("loading_messages")
    if len(loading) > LOADING_MESSAGES:
        raise SlackError(
            "invalid_arguments",
            messages=[f"[ERROR] no more than {LOADING_MESSAGES} items allowed [json-pointer:/loading_messages]"],
        )
    key = (channel.id, thread_ts)
    if args.text("status"):
        shown: Obj = {"status": args.text("status"), "loading_messages": loading, "at": hub.clock()}
        hub.state.statuses[key] = shown
        hub.later(STATUS_SECONDS, lambda: _end_status(hub, channel, thread_ts, shown))
    else:
        hub.state.statuses.pop(key, None)
    messages.show_status(hub, channel, thread_ts)
    return {}


@method("assistant.threads.setSuggestedPrompts")
async def set_suggested_prompts(context: Context) -> Obj:
    """Offers up to four prompts. In an agent's app `thread_ts` makes it do nothing, and it says ok all the same."""
    hub, args = context.hub, context.args
    channel = context.channel("channel_id")
    prompts = args.objects("prompts", "invalid_arguments")
    if not prompts or len(prompts) > PROMPTS:
        raise SlackError(
            "invalid_arguments", messages=[f"[ERROR] between 1 and {PROMPTS} items allowed [json-pointer:/prompts]"]
        )
    for index, prompt in enumerate(prompts):
        for name in ("title", "message"):
            if not isinstance(prompt.get(name), str) or not prompt[name]:
                pointer = f"[json-pointer:/prompts/{index}]"
                raise SlackError("invalid_arguments", messages=[f"[ERROR] missing required field: {name} {pointer}"])
    offered = [{"title": prompt["title"], "message": prompt["message"]} for prompt in prompts]
    thread_ts = args.text("thread_ts")
    if thread_ts and hub.manifest.agent_view:
        return {}
    if thread_ts:
        hub.state.thread_prompts[channel.id, thread_ts] = offered
    else:
        channel.prompts = offered
    push = {"type": "prompts", "channel": channel.id, "thread_ts": thread_ts, "prompts": offered}
    hub.show(push, hub.audience(channel))
    return {}


@method("assistant.threads.setTitle")
async def set_title(context: Context) -> Obj:
    """Names a thread in the person's history."""
    channel, thread_ts = _thread(context)
    session = context.hub.state.sessions.setdefault((channel.id, thread_ts), {})
    session["title"] = context.args.required("title")
    return {}


@method("agents.sessions.setStatus")
async def set_session_status(context: Context) -> Obj:
    """Where an agent's session stands, made where there is none."""
    args = context.args
    status = args.required("status")
    if status not in SESSION_STATUSES:
        raise SlackError("invalid_arguments", messages=["[ERROR] must be a valid enum value [json-pointer:/status]"])
    channel, thread_ts = _thread(context)
    sessions = context.hub.state.sessions
    session = sessions.setdefault((channel.id, thread_ts), {"title": args.text("title")[:TITLE_CHARACTERS]})
    session["status"] = status
    context.hub.changed()
    return {"status": status, "agent_status": status, "title": session.get("title", "")}


@method("agents.sessions.rename")
async def rename_session(context: Context) -> Obj:
    """Renames a session."""
    channel, thread_ts = _thread(context)
    session = context.hub.state.sessions.get((channel.id, thread_ts))
    if session is None:
        raise SlackError("session_not_found")
    title = context.args.required("title")
    if len(title) > TITLE_CHARACTERS:
        raise SlackError(
            "invalid_arguments", messages=["[ERROR] must be less than 201 characters [json-pointer:/title]"]
        )
    session["title"] = title
    return {"title": title}


def status_of(hub: Hub, channel: Channel, thread_ts: str) -> Obj | None:
    """The status a thread shows now; one older than two minutes is gone."""
    status = hub.state.statuses.get((channel.id, thread_ts))
    if status is None or hub.clock() - status["at"] > STATUS_SECONDS:
        return None
    return {"status": status["status"], "loading_messages": status["loading_messages"]}


def _end_status(hub: Hub, channel: Channel, thread_ts: str, shown: Obj) -> None:
    if hub.state.statuses.get((channel.id, thread_ts)) is shown:
        messages.clear_status(hub, channel, thread_ts)


def _thread(context: Context) -> tuple[Channel, str]:
    channel = context.joined("channel_id")
    thread_ts = context.args.required("thread_ts")
    if thread_ts not in channel.messages:
        raise SlackError("thread_not_found")
    return channel, thread_ts
