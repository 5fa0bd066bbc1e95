"""What each method and event asks for, and what manifest.yml grants.

`METHODS` is the one table of methods: scopes of which any one is enough, the rate tier, the kind of token. Scopes of
methods on conversations depend on the kind of conversation (`channels:history`, `im:history`, ...): they are written
`*:history` here and resolved by `scopes_for`. Source: the method and event pages of docs.slack.dev, 2026.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.workspace.wire import Obj

MANIFEST = Path(__file__).resolve().parent.parent.parent / "manifest.yml"

KIND_SCOPE = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


@dataclass(frozen=True)
class Need:
    """What a method needs. `tier` is Slack's 1 to 4, 0 where Slack names a special limit or none; `bearer` the kind of token."""

    scopes: tuple[str, ...] = ()
    tier: int = 3
    bearer: str = "bot"


METHODS: dict[str, Need] = {
    "api.test": Need(tier=4, bearer="any"),
    "auth.test": Need(tier=0, bearer="any"),
    "apps.connections.open": Need(("connections:write",), 1, bearer="app"),
    "agents.sessions.rename": Need(("chat:write",), 3),
    "agents.sessions.setStatus": Need(("chat:write",), 3),
    "assistant.threads.setStatus": Need(("assistant:write", "chat:write"), 0),
    "assistant.threads.setSuggestedPrompts": Need(("assistant:write",), 0),
    "assistant.threads.setTitle": Need(("assistant:write",), 0),
    "blocks.validate": Need((), 4),
    "bots.info": Need(("users:read",), 3),
    "chat.appendStream": Need(("chat:write",), 4),
    "chat.delete": Need(("chat:write",), 3),
    "chat.getPermalink": Need((), 0),
    "chat.postEphemeral": Need(("chat:write",), 4),
    "chat.postMessage": Need(("chat:write",), 0),
    "chat.startStream": Need(("chat:write",), 2),
    "chat.stopStream": Need(("chat:write",), 2),
    "chat.update": Need(("chat:write",), 3),
    "conversations.history": Need(("*:history",), 3),
    "conversations.info": Need(("*:read",), 3),
    "conversations.join": Need(("channels:join",), 3),
    "conversations.list": Need(("*:read",), 2),
    "conversations.members": Need(("*:read",), 4),
    "conversations.open": Need(("*:write",), 3),
    "conversations.replies": Need(("*:history",), 3),
    "files.completeUploadExternal": Need(("files:write",), 4),
    "files.delete": Need(("files:write",), 3),
    "files.getUploadURLExternal": Need(("files:write",), 4),
    "files.info": Need(("files:read",), 4),
    "reactions.add": Need(("reactions:write",), 3),
    "reactions.get": Need(("reactions:read",), 3),
    "reactions.remove": Need(("reactions:write",), 2),
    "team.info": Need(("team:read",), 3),
    "usergroups.list": Need(("usergroups:read",), 2),
    "usergroups.users.list": Need(("usergroups:read",), 2),
    "users.conversations": Need(("*:read",), 3),
    "users.info": Need(("users:read",), 4),
    "users.list": Need(("users:read",), 2),
    "views.open": Need((), 4),
    "views.publish": Need((), 4),
    "views.push": Need((), 4),
    "views.update": Need((), 4),
}

EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "subteam_created": ("usergroups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
}


def scopes_for(method: str, kinds: Iterable[str] = ()) -> list[tuple[str, ...]]:
    """The alternatives that must each be met: one tuple a kind of conversation, any one scope of a tuple is enough.

    With no kinds, one tuple with every scope that can open the method at all.
    """
    need = METHODS[method].scopes
    if not need:
        return []
    if not need[0].startswith("*"):
        return [need]
    verb = need[0].removeprefix("*")
    prefixes = {kind: KIND_SCOPE[kind] + verb for kind in KIND_SCOPE}
    chosen = list(kinds)
    if not chosen:
        return [tuple(prefixes.values())]
    return [(prefixes[kind],) for kind in chosen]


@dataclass(frozen=True)
class Manifest:
    """What manifest.yml says, as far as it steers the server."""

    bot_scopes: tuple[str, ...] = ()
    bot_events: frozenset[str] = frozenset()
    commands: tuple[Obj, ...] = ()
    shortcuts: tuple[Obj, ...] = ()
    home_tab: bool = False
    messages_tab: bool = False
    agent_view: bool = False
    suggested_prompts: tuple[Obj, ...] = field(default=())

    def missing(self, method: str, kinds: Iterable[str] = ()) -> tuple[str, ...]:
        """The scopes of which one is needed and none granted; empty where all is well."""
        for alternatives in scopes_for(method, kinds):
            if not set(alternatives) & set(self.bot_scopes):
                return alternatives
        return ()


def load_manifest(path: Path = MANIFEST) -> Manifest:
    """Reads manifest.yml."""
    data: Obj = yaml.safe_load(path.read_text(encoding="utf-8"))
    features: Obj = data.get("features", {})
    settings: Obj = data.get("settings", {})
    home: Obj = features.get("app_home", {})
    return Manifest(
        bot_scopes=tuple(data.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
        bot_events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
        commands=tuple(features.get("slash_commands", [])),
        shortcuts=tuple(features.get("shortcuts", [])),
        home_tab=bool(home.get("home_tab_enabled")),
        messages_tab=bool(home.get("messages_tab_enabled")),
        agent_view="agent_view" in features,
        suggested_prompts=tuple(features.get("agent_view", {}).get("suggested_prompts", [])),
    )
