"""A rig: the local Slack, the transport on a real database, and handlers simple enough to see through."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
import structlog

from bot.logs import configure_logging
from bot.protocols import (
    AuditEntry,
    Intent,
    Json,
    Modal,
    Permission,
    Person,
    Progress,
    Reply,
    Request,
    Routed,
    ThreadMessage,
)
from bot.slack.announcing import Announcements
from bot.slack.answering import Prompt, Services
from bot.slack.outbox import Outbox
from bot.slack.service import SlackSettings, SlackTransport
from bot.slack.timing import InboxTimers
from bot.storage.database import Database
from bot.workspace.limits import RateLimits
from bot.workspace.scopes import Manifest, load_manifest
from bot.workspace.server import Workspace


class OpenAccess:
    """Everybody is an analyst but Gina, who is a guest."""

    async def person(self, user_id: str) -> Person:
        roles = frozenset({"viewer"}) if user_id in self.guests else frozenset({"viewer", "analyst"})
        return Person(id=user_id, name=user_id, roles=roles)

    def __init__(self) -> None:
        self.guests: set[str] = set()

    def allows(self, person: Person, permission: Permission) -> bool:
        return permission == "help" or "analyst" in person.roles

    def denial(self, person: Person, permission: Permission) -> str:
        return f"You may not {permission}; ask an admin."


class ListAudit:
    """Keeps entries in memory."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []

    async def write(self, entry: AuditEntry) -> None:
        self.entries.append(entry)


class FirstWordRouter:
    """The first word is the intent; "either" is too close to call."""

    async def route(self, text: str, *, subject: Mapping[str, Json], thread: Sequence[ThreadMessage] = ()) -> Routed:
        word = text.split()[0] if text.split() else "unknown"
        if word == "either":
            return Routed("narrate", 0.5, {"name": "golden cross"}, (Routed("draft", 0.48, {"template": "macd"}),))
        if word in ("narrate", "draft", "help", "approvals", "diagnose"):
            return Routed(word, 1.0, {"rest": text.partition(" ")[2]})
        return Routed("unknown", 0.0)


@dataclass
class Echo:
    """Says back what it was asked, or does what `work` says; keeps every request it saw."""

    intent: Intent
    permission: Permission
    work: Callable[[Request, Progress], "object"] | None = None
    seen: list[Request] = field(default_factory=list)
    modals: dict[str, Modal] = field(default_factory=dict)

    async def handle(self, request: Request, progress: Progress) -> Reply:
        self.seen.append(request)
        if self.work is not None:
            return await self.work(request, progress)
        return Reply(text=f"{self.intent}: {request.text}")


@dataclass
class Rig:
    """Everything a test of the transport needs."""

    workspace: Workspace
    transport: SlackTransport
    database: Database
    handlers: dict[str, Echo]
    audit: ListAudit
    access: OpenAccess
    group_events: list[Mapping[str, object]]
    build: Callable[[], SlackTransport]
    announcements: Announcements
    timers: InboxTimers

    def answers(self, channel: str = "#desk") -> list:
        return [m for m in self.workspace.messages(channel) if m.user == self.transport.bot_user_id]

    async def answer(self, channel: str = "#desk", count: int = 1, within: float = 10.0) -> list:
        await self.workspace.wait_for(lambda: len(self.answers(channel)) >= count, within)
        return self.answers(channel)

    async def settled(self, within: float = 10.0) -> None:
        """Nothing is on its way to the bot, and its inbox holds nothing any more."""
        await self.workspace.wait_for(lambda: self.workspace.hub.sockets.in_flight == 0, within)
        async with asyncio.timeout(within):
            while (await self.transport.health()).inbox_depth:  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.02)

    def calls(self, method: str) -> list:
        return [call for call in self.workspace.hub.calls if call.method == method]


HOME = {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Welcome"}}]}


@pytest.fixture
def limits() -> RateLimits:
    return RateLimits()


@pytest.fixture
def log_lines() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """What was logged, as an operator reads it."""
    before, handlers, level = structlog.get_config(), logging.getLogger().handlers[:], logging.getLogger().level
    stream = io.StringIO()
    configure_logging(stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.configure(**before)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    return load_manifest()


@pytest.fixture
async def workspace(limits: RateLimits, manifest: Manifest) -> AsyncIterator[Workspace]:
    async with Workspace(
        limits=limits, manifest=manifest, retry_after=(0.0, 0.5, 1.0), acknowledge_within=1.0
    ) as server:
        yield server


@pytest.fixture
def apart() -> bool:
    """Whether to receive in a process of its own, as `deskhand run` does."""
    return False


@pytest.fixture
def signing_secret() -> str:
    """Where set, events come over HTTP, signed with it."""
    return ""


@pytest.fixture
async def rig(
    workspace: Workspace, sqlite_database: Database, log_lines: object, apart: bool, signing_secret: str
) -> AsyncIterator[Rig]:
    handlers = {
        "help": Echo("help", "help"),
        "narrate": Echo("narrate", "narrate"),
        "draft": Echo("draft", "draft"),
        "approvals": Echo("approvals", "decide"),
        "diagnose": Echo("diagnose", "diagnose"),
    }
    audit, access = ListAudit(), OpenAccess()
    group_events: list[Mapping[str, object]] = []

    async def home(person: Person) -> Mapping[str, Json]:
        return HOME

    async def on_group(event: Mapping[str, object]) -> None:
        group_events.append(event)

    outbox = Outbox(sqlite_database)
    announcements, timers = Announcements(outbox), InboxTimers(outbox)

    def build() -> SlackTransport:
        return SlackTransport(
            SlackSettings(
                workspace.bot_token,
                "" if signing_secret else workspace.app_token,
                workspace.api_url,
                signing_secret=signing_secret,
                drain_seconds=3,
                apart=apart,
            ),
            sqlite_database,
            Services(
                access, audit, FirstWordRouter(), handlers, home, [Prompt("Narrate", "narrate the golden cross")]
            ),
            group_event=on_group,
            announcements=announcements,
            timers=timers,
        )

    transport = build()
    await transport.start()
    made = Rig(
        workspace, transport, sqlite_database, handlers, audit, access, group_events, build, announcements, timers
    )
    yield made
    await made.transport.stop()
