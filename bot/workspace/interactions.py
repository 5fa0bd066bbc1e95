"""What people do with messages and views, as payloads to the app: clicks, shortcuts, commands, modals; and the two
short-lived keys that come with them, `trigger_id` (three seconds, once) and `response_url` (five times, 30 minutes)."""

from collections.abc import MutableMapping
from dataclasses import dataclass

from bot.workspace import blocks as kit
from bot.workspace import messages
from bot.workspace.hub import Hub
from bot.workspace.messages import Content
from bot.workspace.sockets import Delivery
from bot.workspace.state import APP_ID, BOT_USER_ID, TEAM_ID, Channel, Message, User, View
from bot.workspace.wire import Args, Obj, SlackError

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5
VIEWS_DEEP = 3
VIEW_BYTES = 250_000


class Refused(Exception):
    """What a person sees when their click, command or submission comes to nothing, in Slack's words."""


@dataclass
class Trigger:
    """A trigger_id given out."""

    user: str
    at: float
    view: str = ""
    """The modal it came from, where it came from one."""
    used: bool = False


@dataclass
class Hook:
    """A response_url given out."""

    user: str
    channel: str
    at: float
    message_ts: str = ""
    thread_ts: str = ""
    uses: int = 0


class Interactions:
    """Sends what people do to the app, and lives up to the keys it gave out."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._triggers: dict[str, Trigger] = {}
        self._hooks: dict[str, Hook] = {}

    # --- keys ------------------------------------------------------------------------------------------------------

    def _trigger(self, user: User, view: str = "") -> str:
        state = self._hub.state
        _forget_old(self._triggers, self._hub.clock())
        trigger_id = f"{state.next_id('')}.{int(self._hub.clock())}.{state.secret()}"
        self._triggers[trigger_id] = Trigger(user.id, self._hub.clock(), view)
        return trigger_id

    def _hook(self, user: User, channel: Channel, message_ts: str = "", thread_ts: str = "") -> str:
        _forget_old(self._hooks, self._hub.clock())
        token = self._hub.state.secret()
        self._hooks[token] = Hook(user.id, channel.id, self._hub.clock(), message_ts, thread_ts)
        return f"{self._hub.base}/hooks/{token}"

    def take_trigger(self, trigger_id: str) -> Trigger:
        """Use a trigger_id up."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._hub.clock() - trigger.at > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def respond(self, token: str, args: Args) -> None:
        """A post to a response_url; SlackError `used_url` or `expired_url` when it is worn out."""
        hub = self._hub
        hook = self._hooks.get(token)
        if hook is None or hub.clock() - hook.at > RESPONSE_URL_SECONDS:
            raise SlackError("expired_url")
        if hook.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        channel = hub.state.channels[hook.channel]
        original = channel.ephemerals.get(hook.message_ts) or channel.messages.get(hook.message_ts)
        if args.flag("delete_original"):
            hook.uses += 1
            if original is not None:
                _take_away(hub, channel, original)
            return
        content = messages.read_content(hub, args)
        hook.uses += 1
        if args.flag("replace_original") and original is not None:
            _replace(hub, channel, original, content)
        else:
            self._answer(channel, hook.user, content, args.text("response_type"), args.text("thread_ts"))

    def _answer(self, channel: Channel, user: str, content: Content, response_type: str, thread_ts: str) -> None:
        message = messages.from_bot(self._hub, channel, content, thread_ts=thread_ts)
        if response_type == "in_channel":
            messages.post(self._hub, channel, message)
        else:
            message.ephemeral_to = user
            messages.whisper(self._hub, channel, message)

    # --- what people do --------------------------------------------------------------------------------------------

    async def press(
        self, user: User, channel: Channel, message: Message, action: Obj, state: Obj | None = None
    ) -> None:
        """A click or a choice on a message."""
        found = _find_action(message.blocks, action, user)
        container: Obj = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
        container["is_ephemeral"] = bool(message.ephemeral_to)
        if message.is_reply:
            container["thread_ts"] = message.thread_ts
        payload = self._payload("block_actions", user) | {
            "container": container,
            "trigger_id": self._trigger(user),
            "channel": _channel_stub(channel),
            "message": self._hub.state.message_wire(message, self._hub.base),
            "state": state or {"values": {}},
            "response_url": self._hook(user, channel, message.ts, message.thread_ts),
            "actions": [{**found, "action_ts": self._hub.state.next_ts()}],
        }
        await self._interactive(payload)

    async def press_in_view(self, user: User, view: View, action: Obj, state: Obj | None = None) -> None:
        """A click or a choice in a modal or on the Home tab."""
        found = _find_action(view.body["blocks"], action, user)
        view.state = state or view.state
        payload = self._payload("block_actions", user) | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self._trigger(user, view.id if view.body["type"] == "modal" else ""),
            "view": view.wire(),
            "state": view.state,
            "actions": [{**found, "action_ts": self._hub.state.next_ts()}],
        }
        await self._interactive(payload)

    async def shortcut(self, user: User, callback_id: str, channel: Channel | None, message: Message | None) -> None:
        """A global shortcut, or one on a message."""
        known = next((s for s in self._hub.manifest.shortcuts if s["callback_id"] == callback_id), None)
        if known is None:
            raise Refused(f"There is no shortcut {callback_id}.")
        on_message = known["type"] == "message"
        if on_message != (message is not None and channel is not None):
            raise Refused("This shortcut belongs to a message." if on_message else "This shortcut takes no message.")
        payload = self._payload("message_action" if on_message else "shortcut", user) | {
            "callback_id": callback_id,
            "trigger_id": self._trigger(user),
            "action_ts": self._hub.state.next_ts(),
        }
        if message is not None and channel is not None:
            payload |= {
                "message_ts": message.ts,
                "message": self._hub.state.message_wire(message, self._hub.base),
                "channel": _channel_stub(channel),
                "response_url": self._hook(user, channel, message.ts, message.thread_ts),
            }
        await self._interactive(payload)

    async def command(self, user: User, channel: Channel, command: str, text: str) -> None:
        """A slash command; the app's acknowledgement may carry the answer."""
        payload: Obj = {
            "token": "local-verification",
            "team_id": TEAM_ID,
            "team_domain": "local",
            "channel_id": channel.id,
            "channel_name": _channel_stub(channel)["name"],
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": self._hook(user, channel),
            "trigger_id": self._trigger(user),
        }
        delivery = await self._hub.sockets.deliver("slash_commands", payload, accepts=True)
        if not delivery.acknowledged:
            error = "dispatch_failed" if delivery.failure == "no_connection" else "operation_timeout"
            raise Refused(f'{command} failed with the error "{error}"')
        if delivery.payload:
            self._answer_command(channel, user, command, Args(delivery.payload))

    def _answer_command(self, channel: Channel, user: User, command: str, args: Args) -> None:
        if not any(name in args for name in ("text", "blocks", "attachments", "markdown_text")):
            return
        try:
            content = messages.read_content(self._hub, args)
        except SlackError:
            raise Refused(f'{command} failed with the error "dispatch_failed"') from None
        self._answer(channel, user.id, content, args.text("response_type"), "")

    async def submit(self, user: User, view: View, state: Obj) -> Obj:
        """The modal's submit button. Gives the app's acknowledgement as the page shows it."""
        missing = _missing_inputs(view, state)
        if missing:
            return {"response_action": "errors", "errors": missing}
        view.state = state
        payload = self._payload("view_submission", user) | {
            "trigger_id": self._trigger(user, view.id),
            "view": view.wire(),
            "response_urls": [],
        }
        delivery = await self._hub.sockets.deliver("interactive", payload, accepts=True)
        if not delivery.acknowledged:
            raise Refused("We had some trouble connecting. Try again?")
        return self._after_submission(user, view, delivery.payload or {})

    def _after_submission(self, user: User, view: View, answer: Obj) -> Obj:
        action = answer.get("response_action", "")
        try:
            if action == "errors":
                return _errors(view, answer)
            if action == "update":
                replaced = self.replace(view, _checked(self._hub, answer.get("view"), "modal"))
                return {"response_action": "update", "view": replaced.wire()}
            if action == "push":
                pushed = self.open(user.id, _checked(self._hub, answer.get("view"), "modal"), on=view)
                return {"response_action": "push", "view": pushed.wire()}
        except SlackError:
            raise Refused("We had some trouble connecting. Try again?") from None
        if action not in ("", "clear"):
            raise Refused("We had some trouble connecting. Try again?")
        self._close_views(user.id, view, everything=action == "clear")
        return {"response_action": action} if action else {}

    async def close(self, user: User, view: View) -> None:
        """The modal's cancel button or cross."""
        everything = bool(view.body.get("clear_on_close"))
        wire = view.wire()
        self._close_views(user.id, view, everything=everything)
        if view.body.get("notify_on_close"):
            await self._interactive(self._payload("view_closed", user) | {"view": wire, "is_cleared": everything})

    async def suggestions(self, user: User, view: View, block_id: str, action_id: str, value: str) -> Obj:
        """The options of an external select for what was typed so far."""
        payload = self._payload("block_suggestion", user) | {
            "container": {"type": "view", "view_id": view.id},
            "view": view.wire(),
            "block_id": block_id,
            "action_id": action_id,
            "value": value,
        }
        delivery = await self._hub.sockets.deliver("interactive", payload, accepts=True)
        return (delivery.payload or {}) if delivery.acknowledged else {"options": []}

    # --- views -----------------------------------------------------------------------------------------------------

    def open(self, user: str, body: Obj, *, on: View | None = None) -> View:
        """Put a modal on a person's screen, on top of `on` where given."""
        stack = self._hub.state.stacks.setdefault(user, [])
        if on is None:
            self._forget(stack)
        elif len(stack) >= VIEWS_DEEP:
            raise SlackError("push_limit_reached")
        view = self._make(user, body)
        view.root, view.previous = (on.root or on.id, on.id) if on else (view.id, "")
        self._hub.state.views[view.id] = view
        stack.append(view.id)
        self.show(view, "pushed" if on else "opened")
        return view

    def replace(self, view: View, body: Obj) -> View:
        """Give a view new content; what was typed is kept where block and action ids stay."""
        view.body = _with_block_ids(body)
        view.hash = self._new_hash()
        self.show(view, "updated")
        return view

    def publish(self, user: str, body: Obj) -> View:
        """Set a person's Home."""
        home = self._hub.state.homes.get(user)
        if home is None:
            home = self._make(user, body)
            self._hub.state.homes[user] = home
        home.body, home.hash = _with_block_ids(body), self._new_hash()
        self._hub.show({"type": "home", "view": home.wire()}, [user])
        return home

    def show(self, view: View, action: str) -> None:
        """Push a modal to the pages of its person."""
        self._hub.show({"type": "view", "action": action, "view": view.wire()}, [view.user])

    def _make(self, user: str, body: Obj) -> View:
        return View(self._hub.state.next_id("V"), user, _with_block_ids(body), self._new_hash())

    def _new_hash(self) -> str:
        return f"{int(self._hub.clock())}.{self._hub.state.secret(4)}"

    def _close_views(self, user: str, view: View, *, everything: bool) -> None:
        stack = self._hub.state.stacks.get(user, [])
        if everything:
            self._forget(stack)
        elif view.id in stack:
            stack.remove(view.id)
            self._hub.state.views.pop(view.id, None)
        self.show(view, "closed")

    def _forget(self, stack: list[str]) -> None:
        for view_id in stack:
            self._hub.state.views.pop(view_id, None)
        stack.clear()

    # --- sending ---------------------------------------------------------------------------------------------------

    def _payload(self, kind: str, user: User) -> Obj:
        return {
            "type": kind,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM_ID},
            "api_app_id": APP_ID,
            "token": "local-verification",
            "team": {"id": TEAM_ID, "domain": "local"},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    async def _interactive(self, payload: Obj) -> None:
        delivery: Delivery = await self._hub.sockets.deliver("interactive", payload)
        if delivery.failure == "no_connection":
            raise Refused("This app is not connected, so nothing happened. Try again in a moment.")
        if not delivery.acknowledged:
            raise Refused("This app did not respond in time, so it may not have noticed. Try again?")


def _forget_old(kept: MutableMapping[str, Trigger] | MutableMapping[str, Hook], now: float) -> None:
    """Drop from the front, where the oldest are, what nobody can use any more."""
    while kept:
        first = next(iter(kept))
        if now - kept[first].at <= 2 * RESPONSE_URL_SECONDS:
            return
        del kept[first]


def read_view(hub: Hub, args: Args, kind: str) -> Obj:
    """The `view` argument of a views.* method, checked."""
    view = args.mapping("view", "invalid_arguments")
    if view is None:
        raise SlackError("invalid_arguments", messages=["[ERROR] missing required field: view"])
    return _checked(hub, view, kind)


def _checked(hub: Hub, view: object, kind: str) -> Obj:
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", messages=["[ERROR] must be an object [json-pointer:/view]"])
    if len(str(view)) > VIEW_BYTES:
        raise SlackError("view_too_large")
    kit.check_view(view, "home" if kind == "home" else "modal", file_ids=messages.file_ids(hub))
    return view


def _with_block_ids(body: Obj) -> Obj:
    return {**body, "blocks": kit.with_ids(body["blocks"])}


def _channel_stub(channel: Channel) -> Obj:
    return {"id": channel.id, "name": "directmessage" if channel.kind == "im" else channel.name}


_CHOSEN = (
    "selected_option",
    "selected_options",
    "selected_date",
    "selected_time",
    "selected_date_time",
    "selected_user",
    "selected_users",
    "selected_channel",
    "selected_channels",
    "selected_conversation",
    "selected_conversations",
)


def _find_action(blocks: list[Obj], action: Obj, user: User) -> Obj:
    """The element that was used, as the app wrote it, with what the person chose."""
    for block in _flat(blocks):
        if action.get("block_id") and block.get("block_id") != action["block_id"]:
            continue
        for element in kit.elements_of(block):
            if element.get("action_id") != action.get("action_id"):
                continue
            if element.get("visible_to_user_ids") and user.id not in element["visible_to_user_ids"]:
                raise Refused("This button is not shown to you.")
            return _used(element, block, action)
    raise Refused(f"There is no element {action.get('action_id')} here any more.")


def _used(element: Obj, block: Obj, action: Obj) -> Obj:
    kept = ("type", "action_id", "text", "value", "style", "confirm", "placeholder", "initial_option")
    used: Obj = {name: element[name] for name in kept if name in element}
    used["block_id"] = block["block_id"]
    used |= {name: action[name] for name in _CHOSEN if name in action}
    if element["type"] in {"feedback_buttons", *kit.INPUTS} and "value" in action:
        used["value"] = action["value"]
    chosen = action.get("selected_option")
    offered = list(element.get("options", []))
    for group in element.get("option_groups", []):
        offered += group.get("options", [])
    if chosen and offered:
        full = next((option for option in offered if option["value"] == chosen.get("value")), None)
        if full is None:
            raise Refused("That option is not offered.")
        used["selected_option"] = full
    return used


def _flat(blocks: list[Obj]) -> list[Obj]:
    flat: list[Obj] = []
    for block in blocks:
        flat.append(block)
        flat += _flat(block.get("child_blocks", []))
    return flat


def _missing_inputs(view: View, state: Obj) -> dict[str, str]:
    """What Slack's own client demands before it sends: required inputs that are empty."""
    values: Obj = state.get("values", {})
    missing: dict[str, str] = {}
    for block in view.body["blocks"]:
        if block["type"] != "input" or block.get("optional"):
            continue
        given: Obj = values.get(block["block_id"], {}).get(block["element"]["action_id"], {})
        if not any(given.get(name) for name in ("value", "rich_text_value", "files", *_CHOSEN)):
            missing[block["block_id"]] = "Please complete this required field."
    return missing


def _errors(view: View, answer: Obj) -> Obj:
    errors = answer.get("errors")
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackError("invalid_arguments")
    return {"response_action": "errors", "errors": errors}


def _take_away(hub: Hub, channel: Channel, original: Message) -> None:
    if original.ephemeral_to:
        del channel.ephemerals[original.ts]
        push = {"type": "message_deleted", "channel": channel.id, "ts": original.ts}
        hub.show(push, [original.ephemeral_to])
    else:
        messages.remove(hub, channel, original)


def _replace(hub: Hub, channel: Channel, original: Message, content: Content) -> None:
    before = hub.state.message_wire(original, hub.base)
    original.text, original.blocks = content.text, content.blocks or []
    original.attachments = content.attachments or []
    if original.ephemeral_to:
        wire = hub.state.message_wire(original, hub.base)
        hub.show({"type": "message_changed", "channel": channel.id, "message": wire}, [original.ephemeral_to])
    elif original.user == BOT_USER_ID:
        messages.change(hub, channel, original, before)
