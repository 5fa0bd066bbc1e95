"""The page in Debian's chromium, on a real workspace, with the SDK's clients playing the bot.

One browser and one event loop serve all tests of the folder; every test has a workspace and a browser context of its
own.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace.limits import RateLimits
from bot.workspace.server import Workspace

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
TIMEOUT_MS = 30_000
expect.set_options(timeout=TIMEOUT_MS)


class Bot:
    """An app played by the test: what reached it, and what it acknowledges with."""

    def __init__(self, workspace: Workspace) -> None:
        self.web = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
        self.answers: dict[str, dict[str, Any] | None] = {}
        """The acknowledgement's payload by the kind of what is acknowledged, such as `view_submission`."""
        self._received: list[tuple[str, dict[str, Any]]] = []
        self._arrived = asyncio.Condition()
        self._sockets = SocketModeClient(app_token=workspace.app_token, web_client=self.web)
        self._sockets.socket_mode_request_listeners.append(self._take)

    async def connect(self) -> None:
        await self._sockets.connect()

    async def close(self) -> None:
        await self._sockets.disconnect()
        await self._sockets.close()

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        payload = request.payload.get("event", request.payload)
        kind = "command" if request.type == "slash_commands" else payload["type"]
        async with self._arrived:
            self._received.append((kind, payload))
            self._arrived.notify_all()
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, self.answers.get(kind)))

    def received(self, kind: str) -> list[dict[str, Any]]:
        """Everything of a kind so far."""
        return [payload for found, payload in self._received if found == kind]

    async def next(self, kind: str, count: int = 1) -> dict[str, Any]:
        """The `count`-th payload of a kind, waited for."""
        async with self._arrived, asyncio.timeout(TIMEOUT_MS / 1000):
            await self._arrived.wait_for(lambda: len(self.received(kind)) >= count)
        return self.received(kind)[count - 1]


@pytest.fixture(scope="session")
def chromium() -> Path:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    return CHROMIUM


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace(limits=RateLimits(enabled=False)) as workspace:
        yield workspace


@pytest_asyncio.fixture(loop_scope="session")
async def bot(workspace: Workspace) -> AsyncIterator[Bot]:
    bot = Bot(workspace)
    await bot.connect()
    yield bot
    await bot.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, workspace: Workspace) -> AsyncIterator[Callable[..., Any]]:
    """Opens the page as a person, at a place; fails the test if the page logged an error of its own."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    async def open_page(person: str = "ana", place: str = "", **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = await browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        page = await context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console", lambda message: faults.append(message.text) if is_fault(message.text, message.type) else None
        )
        await page.goto(f"{workspace.url}#{workspace.state.user(person).id}/{place}")
        await page.get_by_role("radio", checked=True).wait_for(state="attached")
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert faults == []


def is_fault(text: str, kind: str) -> bool:
    """The browser itself logs every refused request and lost socket; those are the server's business."""
    return kind == "error" and "Failed to load resource" not in text and "WebSocket connection" not in text
