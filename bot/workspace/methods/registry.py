"""How a method is registered and what it is given."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from bot.workspace import scopes
from bot.workspace.hub import Hub
from bot.workspace.interactions import Interactions
from bot.workspace.state import BOT_USER_ID, Channel, User
from bot.workspace.wire import Args, Obj, SlackError

Item = TypeVar("Item")


@dataclass(frozen=True)
class Context:
    """What a method works with. `method` is its own name."""

    method: str
    hub: Hub
    interactions: Interactions
    args: Args

    def channel(self, name: str = "channel", *, by_name: bool = False) -> Channel:
        """The conversation an argument names, visible to the app; `channel_not_found` otherwise."""
        key = self.args.required(name)
        state = self.hub.state
        found = state.channels.get(key)
        if found is None and by_name:
            if key in state.users and not state.users[key].is_bot:
                return state.open_direct(key)
            wanted = key.removeprefix("#")
            found = next((c for c in state.channels.values() if c.kind != "im" and c.name == wanted), None)
        if found is None or (found.kind == "group" and BOT_USER_ID not in found.members):
            raise SlackError("channel_not_found")
        return found

    def joined(self, name: str = "channel", *, by_name: bool = False) -> Channel:
        """The same, and the app is a member and may write there."""
        channel = self.channel(name, by_name=by_name)
        if channel.archived:
            raise SlackError("is_archived")
        if BOT_USER_ID not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def demand_scope(self, kind: str) -> None:
        """Refuse with `missing_scope` unless the scope for this kind of conversation is granted."""
        missing = self.hub.manifest.missing(self.method, [kind])
        if missing:
            raise missing_scope(self.hub, missing)

    def user(self, name: str = "user") -> User:
        """The person an argument names; `user_not_found` otherwise."""
        found = self.hub.state.users.get(self.args.required(name))
        if found is None:
            raise SlackError("user_not_found")
        return found

    def page(self, found: Sequence[Item], *, default: int, most: int = 1000) -> tuple[list[Item], Obj]:
        """One page by `limit` and `cursor`, and the `response_metadata` that leads to the next."""
        limit = self.args.number("limit", default, 0, most) or default
        start = _offset(self.args.text("cursor"))
        following = start + limit
        cursor = f"offset:{following}" if following < len(found) else ""
        return list(found[start:following]), {"response_metadata": {"next_cursor": cursor}}


Handler: TypeAlias = Callable[[Context], Awaitable[Obj]]

METHODS: dict[str, Handler] = {}


def method(name: str) -> Callable[[Handler], Handler]:
    """Register a method; its scopes and tier are in `scopes.METHODS`."""

    def register(handler: Handler) -> Handler:
        if name not in scopes.METHODS:
            raise KeyError(f"{name} has no entry in bot.workspace.scopes.METHODS")
        METHODS[name] = handler
        return handler

    return register


def missing_scope(hub: Hub, needed: Sequence[str]) -> SlackError:
    """The refusal for a scope that manifest.yml does not ask for."""
    provided = ",".join(hub.manifest.bot_scopes)
    return SlackError("missing_scope", extra={"needed": ",".join(needed), "provided": provided})


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    head, _, tail = cursor.partition(":")
    if head != "offset" or not tail.isdigit():
        raise SlackError("invalid_cursor")
    return int(tail)
