"""The real SDK client and real Bolt apps against a workspace, and what a refusal must look like."""

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace.scopes import Manifest, load_manifest
from bot.workspace.server import Workspace

EVERY_SCOPE = Manifest(
    bot_scopes=(
        *load_manifest().bot_scopes,
        *("channels:read", "groups:read", "im:read", "im:write", "channels:join", "team:read"),
        *("reactions:read", "reactions:write"),
    ),
    bot_events=load_manifest().bot_events
    | {"reaction_added", "reaction_removed", "member_joined_channel", "subteam_updated"},
    commands=load_manifest().commands,
    shortcuts=(*load_manifest().shortcuts, {"callback_id": "ask", "name": "Ask", "type": "global"}),
    home_tab=True,
    messages_tab=True,
    agent_view=True,
)


def client_of(workspace: Workspace, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token or workspace.bot_token, base_url=workspace.api_url)


def app_of(workspace: Workspace) -> AsyncApp:
    """A Bolt app that acknowledges every event and keeps its body in `app.seen`."""
    app = AsyncApp(client=client_of(workspace))
    app.seen = []  # type: ignore[attr-defined]

    async def keep(body: dict[str, Any]) -> None:
        app.seen.append(body)  # type: ignore[attr-defined]
        workspace.hub.changed()

    for kind in ("app_mention", "message", "app_home_opened", "reaction_added", "member_joined_channel"):
        app.event(kind)(keep)
    for kind in ("subteam_updated", "subteam_members_changed"):
        app.event(kind)(keep)
    return app


async def refusal(call: Awaitable[object]) -> dict[str, Any]:
    """The body of the refusal that a call must meet with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    body = caught.value.response.data
    assert isinstance(body, dict)
    return body


async def error_of(call: Awaitable[object]) -> str:
    """The error code that a call must meet with."""
    return str((await refusal(call))["error"])
