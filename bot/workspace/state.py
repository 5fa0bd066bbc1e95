"""The workspace in memory: team, people, channels, messages, user groups, files, views.

Ids look like Slack's. A `ts` is unique and rising over the whole workspace. Nothing is written to disk: a new
server is a new workspace.
"""

import itertools
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.workspace.wire import Obj

Kind = Literal["channel", "group", "im"]

TEAM_ID = "T0DESKHAND"
APP_ID = "A0DESKHAND"
BOT_USER_ID = "U0DESKHAND"
BOT_ID = "B0DESKHAND"
SLACKBOT_ID = "USLACKBOT"


@dataclass
class User:
    """A person, or the bot."""

    id: str
    name: str
    real_name: str
    title: str = ""
    roles_hint: str = ""
    """For the page: what playing this person is good for."""
    time_zone: str = "Europe/Lisbon"
    is_bot: bool = False
    is_restricted: bool = False

    def wire(self) -> Obj:
        """As `users.info` gives it."""
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "name": self.name,
            "deleted": False,
            "real_name": self.real_name,
            "tz": self.time_zone,
            "tz_label": self.time_zone,
            "tz_offset": 0,
            "profile": {
                "real_name": self.real_name,
                "display_name": self.name,
                "title": self.title,
                "team": TEAM_ID,
                **({"bot_id": BOT_ID, "api_app_id": APP_ID} if self.is_bot else {}),
            },
            "is_admin": False,
            "is_owner": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "updated": 0,
        }


@dataclass
class Group:
    """A user group ("subteam")."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    updated: int = 0
    disabled: bool = False

    def wire(self, *, users: bool, count: bool, created: int = 0) -> Obj:
        """As `usergroups.list` gives it."""
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "is_usergroup": True,
            "is_subteam": True,
            "name": self.name,
            "description": "",
            "handle": self.handle,
            "is_external": False,
            "date_create": created,
            "date_update": self.updated,
            "date_delete": self.updated if self.disabled else 0,
            "auto_type": None,
            "created_by": SLACKBOT_ID,
            "updated_by": SLACKBOT_ID,
            "deleted_by": None,
            "prefs": {"channels": [], "groups": []},
            **({"users": list(self.users)} if users else {}),
            **({"user_count": len(self.users)} if count else {}),
        }


@dataclass
class File:
    """An uploaded file. Until `completed` it belongs to nobody and cannot be shown."""

    id: str
    name: str
    title: str
    length: int
    user: str
    created: int
    alt_txt: str = ""
    mimetype: str = "application/octet-stream"
    content: bytes | None = None
    completed: bool = False
    channels: list[str] = field(default_factory=list)

    def wire(self, base: str) -> Obj:
        """As Slack's file object; `base` is the server's address."""
        url = f"{base}/files/{self.id}/{self.name}"
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": self.name.rsplit(".", 1)[-1] if "." in self.name else "binary",
            "user": self.user,
            "size": self.length,
            "mode": "hosted",
            "is_external": False,
            "is_public": True,
            "alt_txt": self.alt_txt,
            "url_private": url,
            "url_private_download": url,
            "permalink": url,
            "channels": list(self.channels),
        }


@dataclass
class Stream:
    """A message that is still being written. `parts` are its blocks in the order they came."""

    started: float
    open: bool = True
    parts: list[Obj] = field(default_factory=list)


@dataclass
class Message:
    """One message of a channel."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Obj] = field(default_factory=list)
    attachments: list[Obj] = field(default_factory=list)
    thread_ts: str = ""
    broadcast: bool = False
    from_bot: bool = False
    edited: str = ""
    """When it was last edited, as a ts."""
    metadata: Obj | None = None
    files: list[File] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    stream: Stream | None = None
    ephemeral_to: str = ""
    tombstone: bool = False
    client_msg_id: str = ""

    @property
    def is_reply(self) -> bool:
        """Whether it hangs below another message."""
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass
class Channel:
    """A channel or a direct message with the bot."""

    id: str
    name: str
    kind: Kind = "channel"
    topic: str = ""
    user: str = ""
    """The other side of a direct message."""
    members: list[str] = field(default_factory=list)
    archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[Message]] = field(default_factory=dict)
    ephemerals: dict[str, Message] = field(default_factory=dict)
    prompts: list[Obj] | None = None

    def thread(self, ts: str) -> list[Message]:
        """The replies below `ts`, oldest first."""
        return self.threads.get(ts, [])

    def top_level(self) -> Iterator[Message]:
        """What the channel itself shows, oldest first."""
        return (m for m in self.messages.values() if not m.is_reply or m.broadcast)

    def wire(self, bot_member: bool) -> Obj:
        """As `conversations.info` gives it."""
        if self.kind == "im":
            return {
                "id": self.id,
                "created": 0,
                "is_im": True,
                "user": self.user,
                "is_archived": False,
                "is_open": True,
            }
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": False,
            "is_mpim": False,
            "is_private": self.kind == "group",
            "is_archived": self.archived,
            "is_general": False,
            "is_member": bot_member,
            "is_shared": False,
            "created": 0,
            "creator": SLACKBOT_ID,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }


@dataclass
class View:
    """A modal, or a person's Home."""

    id: str
    user: str
    body: Obj
    hash: str
    root: str = ""
    previous: str = ""
    state: Obj = field(default_factory=lambda: {"values": {}})

    def wire(self) -> Obj:
        """As `views.open` answers it."""
        body = self.body
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "type": body["type"],
            "blocks": body["blocks"],
            "private_metadata": body.get("private_metadata", ""),
            "callback_id": body.get("callback_id", ""),
            "external_id": body.get("external_id", ""),
            "state": self.state,
            "hash": self.hash,
            "title": body.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
            "clear_on_close": body.get("clear_on_close", False),
            "notify_on_close": body.get("notify_on_close", False),
            "close": body.get("close"),
            "submit": body.get("submit"),
            "previous_view_id": self.previous or None,
            "root_view_id": self.root or self.id,
            "app_id": APP_ID,
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
        }


@dataclass(frozen=True)
class World:
    """What a workspace starts with."""

    team: str
    people: tuple[User, ...]
    groups: tuple[Group, ...]
    channels: tuple[Channel, ...]


DEFAULT_CHANNELS = {
    "desk": "The trading desk",
    "research": "Backtests and strategies",
    "ops-alerts": "The platform's alarms",
}


def default_world(channels: Sequence[str] = ()) -> World:
    """The desk: four people, four user groups, and #desk, #research, #ops-alerts or the channels named."""
    people = (
        User("U0ANASILVA", "ana", "Ana Silva", "Quantitative analyst", "analyst: asks, compares, drafts"),
        User("U0PAULMEYER", "paul", "Paul Meyer", "Portfolio manager", "approver: also decides on drafts"),
        User("U0OLGANOVAK", "olga", "Olga Novak", "Trading operations", "operator: diagnoses and acts"),
        User("U0GINAROSSI", "gina", "Gina Rossi", "Guest", "no group: help only", is_restricted=True),
    )
    groups = (
        Group("S0QUANTS", "quant-analysts", "Quant analysts", ["U0ANASILVA", "U0PAULMEYER"]),
        Group("S0APPROVERS", "strategy-approvers", "Strategy approvers", ["U0PAULMEYER"]),
        Group("S0OPS", "trading-ops", "Trading operations", ["U0OLGANOVAK"]),
        Group("S0ADMINS", "deskhand-admins", "Deskhand admins", []),
    )
    topics = dict.fromkeys(channels, "") or DEFAULT_CHANNELS
    everyone = [person.id for person in people] + [BOT_USER_ID]
    made = tuple(
        Channel(f"C{number:04d}" + name.upper().replace("-", "")[:6], name, topic=topic, members=list(everyone))
        for number, (name, topic) in enumerate(topics.items(), start=1)
    )
    return World("Desk", people, groups, made)


class State:
    """The model everything else reads and changes."""

    def __init__(self, world: World, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.started = int(clock())
        self.team = world.team
        self.users: dict[str, User] = {person.id: person for person in world.people}
        self.users[BOT_USER_ID] = User(BOT_USER_ID, "deskhand", "Deskhand", is_bot=True)
        self.groups: dict[str, Group] = {group.id: group for group in world.groups}
        for group in self.groups.values():
            group.updated = group.updated or self.started
        self.channels: dict[str, Channel] = {channel.id: channel for channel in world.channels}
        for person in world.people:
            self.open_direct(person.id)
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        """Person to the ids of the modals open on their screen, bottom first."""
        self.statuses: dict[tuple[str, str], Obj] = {}
        self.sessions: dict[tuple[str, str], Obj] = {}
        self.thread_prompts: dict[tuple[str, str], list[Obj]] = {}
        self._last_micros = 0
        self._numbers = itertools.count(1)

    @property
    def people(self) -> list[User]:
        """The people, without the bot."""
        return [user for user in self.users.values() if not user.is_bot]

    def next_ts(self) -> str:
        """A new message timestamp, later than every one before."""
        self._last_micros = max(int(self.clock() * 1_000_000), self._last_micros + 1)
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def next_id(self, prefix: str) -> str:
        """A new id such as `F0000000012`."""
        return f"{prefix}{next(self._numbers):010d}"

    @staticmethod
    def secret(length: int = 16) -> str:
        """An unguessable string for tickets, hooks and hashes."""
        return secrets.token_hex(length)

    def user(self, key: str) -> User:
        """A person or the bot by id or name; KeyError where there is none."""
        key = key.removeprefix("@")
        if key in self.users:
            return self.users[key]
        return next(user for user in self.users.values() if user.name == key.lower())

    def channel(self, key: str) -> Channel:
        """A channel by id or name; KeyError where there is none."""
        if key in self.channels:
            return self.channels[key]
        name = key.removeprefix("#")
        found = next((c for c in self.channels.values() if c.kind != "im" and c.name == name), None)
        if found is None:
            raise KeyError(key)
        return found

    def group(self, key: str) -> Group:
        """A user group by id or handle; KeyError where there is none."""
        if key in self.groups:
            return self.groups[key]
        found = next((g for g in self.groups.values() if g.handle == key.removeprefix("@")), None)
        if found is None:
            raise KeyError(key)
        return found

    def direct(self, user: str) -> Channel:
        """The direct message between a person (id or name) and the bot."""
        return self.open_direct(self.user(user).id)

    def open_direct(self, user_id: str) -> Channel:
        """The direct message with a person, made where there is none yet."""
        for channel in self.channels.values():
            if channel.kind == "im" and channel.user == user_id:
                return channel
        channel = Channel("D" + user_id[1:], "", "im", user=user_id, members=[user_id, BOT_USER_ID])
        self.channels[channel.id] = channel
        return channel

    def message_wire(self, message: Message, base: str, *, metadata: bool = True) -> Obj:
        """A message as Slack gives it, with its thread's counts."""
        wire: Obj = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text, "team": TEAM_ID}
        if message.from_bot:
            wire |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": bot_profile()}
        if message.client_msg_id:
            wire["client_msg_id"] = message.client_msg_id
        wire |= {key: value for key, value in _optional(message, base, metadata).items() if value}
        replies = self.channels[message.channel].thread(message.ts)
        if message.is_reply:
            parent = self.channels[message.channel].messages.get(message.thread_ts)
            wire["parent_user_id"] = parent.user if parent else message.user
        elif replies:
            writers = list(dict.fromkeys(reply.user for reply in replies))
            wire |= {
                "thread_ts": message.ts,
                "reply_count": len(replies),
                "reply_users_count": len(writers),
                "reply_users": writers[:5],
                "latest_reply": replies[-1].ts,
                "is_locked": False,
                "subscribed": False,
            }
        return wire


def bot_profile() -> Obj:
    """The bot as messages carry it."""
    return {"id": BOT_ID, "app_id": APP_ID, "name": "Deskhand", "deleted": False, "team_id": TEAM_ID, "icons": {}}


def _optional(message: Message, base: str, metadata: bool) -> Obj:
    subtype = ""
    if message.tombstone:
        subtype = "tombstone"
    elif message.files:
        subtype = "file_share"
    elif message.broadcast:
        subtype = "thread_broadcast"
    return {
        "subtype": subtype,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "thread_ts": message.thread_ts,
        "edited": {"user": message.user, "ts": message.edited} if message.edited else None,
        "reactions": [{"name": n, "users": list(u), "count": len(u)} for n, u in message.reactions.items()],
        "files": [file.wire(base) for file in message.files],
        "metadata": message.metadata if metadata else None,
        "ephemeral": bool(message.ephemeral_to),
        "is_ephemeral": bool(message.ephemeral_to),
        "streaming": bool(message.stream and message.stream.open),
        "hidden": message.tombstone,
    }
