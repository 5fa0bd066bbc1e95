"""A real workspace on a free port, the real SDK client on it, and real Bolt apps connected to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_rig import EVERY_SCOPE, client_of
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace.limits import RateLimits
from bot.workspace.server import Workspace


@pytest.fixture
async def start() -> AsyncIterator[Callable[..., Awaitable[Workspace]]]:
    """Starts workspaces; each is closed after the test. Without limits on rates unless asked."""
    started: list[Workspace] = []

    async def make(**options: Any) -> Workspace:
        options.setdefault("manifest", EVERY_SCOPE)
        options.setdefault("limits", RateLimits(enabled=False))
        workspace = Workspace(**options)
        await workspace.start()
        started.append(workspace)
        return workspace

    yield make
    for workspace in started:
        await workspace.close()


@pytest.fixture
async def workspace(start: Callable[..., Awaitable[Workspace]]) -> Workspace:
    return await start()


@pytest.fixture
async def client(workspace: Workspace) -> AsyncWebClient:
    return client_of(workspace)


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., Awaitable[AsyncSocketModeHandler]]]:
    """Connects Bolt apps over Socket Mode; each is disconnected after the test."""
    handlers: list[AsyncSocketModeHandler] = []

    async def make(workspace: Workspace, app: AsyncApp, ping_interval: float = 5) -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(app, workspace.app_token, ping_interval=ping_interval)
        handlers.append(handler)
        before = len(workspace.hub.sockets.connections)
        await handler.connect_async()
        await workspace.wait_for(lambda: len(workspace.hub.sockets.connections) > before)
        return handler

    yield make
    for handler in handlers:
        await handler.close_async()
