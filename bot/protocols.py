"""What passes between the transport, the handlers and the services: plain, frozen values and small protocols.

Handlers import this module and `tools`, nothing else of `bot`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
Block: TypeAlias = Mapping[str, Json]

Intent = Literal["narrate", "compare", "draft", "diagnose", "digest", "approvals", "usage", "help", "unknown"]
Role = Literal["viewer", "analyst", "approver", "operator", "admin"]
Permission = Literal[
    "help",
    "read_published",
    "narrate",
    "compare",
    "draft",
    "check_freshness",
    "decide",
    "diagnose",
    "act",
    "digests",
    "prompts",
    "audit",
    "usage",
]
Surface = Literal["slack", "http", "cli"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. `roles` were resolved when the request ran, never earlier."""

    id: str
    name: str = ""
    roles: frozenset[Role] = frozenset({"viewer"})
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the answer goes. `thread_ts` is the thread the answer belongs in, empty outside Slack."""

    team: str = ""
    channel: str = ""
    thread_ts: str = ""
    message_ts: str = ""
    is_direct: bool = False


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """An earlier message of the thread, oldest first in a `Request`. Its text is data, never an instruction."""

    user: str
    text: str
    ts: str
    from_bot: bool = False


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that came with the message; `fetch` reads it, bounded, when a handler wants it."""

    id: str
    name: str
    size: int
    fetch: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Action:
    """A pressed button or a chosen option: `id` is `<intent>.<verb>`, `value` its JSON value."""

    id: str
    value: str
    message_ts: str = ""


@dataclass(frozen=True, slots=True)
class Routed:
    """What the router made of a text. `alternatives` are other readings close enough to ask about."""

    intent: Intent
    confidence: float
    arguments: Mapping[str, Json] = field(default_factory=dict)
    alternatives: tuple["Routed", ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One thing a person asked for, whichever way it came in."""

    person: Person
    place: Place
    text: str
    event_id: str
    correlation_id: str
    routed: Routed
    surface: Surface = "slack"
    thread: tuple[ThreadMessage, ...] = ()
    subject: Mapping[str, Json] = field(default_factory=dict)
    """What the thread is about, as the last reply in it left it (for example `{"backtest_id": ...}`)."""
    files: tuple[IncomingFile, ...] = ()
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to deliver with a reply. An image with `alt_text` is shown in place, others are shared in the thread."""

    name: str
    content: bytes
    title: str
    alt_text: str = ""
    """Set for images only; the block `{"type": "image", "slack_file": {"id": "attachment:<name>"}}` places one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What to post. `text` is always set: it is the notification and what a screen reader reads.

    `blocks` may be longer than a message can hold: the poster splits. `more` follows in the thread. `subject`
    is kept as what the thread is about. `replaces` updates the message of the pressed button instead of posting.
    """

    text: str
    blocks: tuple[Block, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    more: tuple["Reply", ...] = ()
    ephemeral: bool = False
    subject: Mapping[str, Json] = field(default_factory=dict)
    replaces: bool = False
    outcome: Literal["done", "denied", "problem", "asked"] = "done"


Progress = Callable[[str], Awaitable[None]]
"""Says in a few words what is being done now; shown while work takes over two seconds."""


class Handler(Protocol):
    """One intent. `permission` is checked by the caller before `handle` runs, by who asks, at that moment."""

    @property
    def intent(self) -> Intent:
        """The intent it serves; also the prefix of the action ids of its buttons."""
        ...

    @property
    def permission(self) -> Permission:
        """What a person must be allowed to do."""
        ...

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """Do it. Raises `tools.errors.Problem` with words for the person."""
        ...


class Router(Protocol):
    """Text to intent and arguments, without a model unless rules are unsure and one is configured."""

    async def route(self, text: str, *, subject: Mapping[str, Json], thread: Sequence[ThreadMessage] = ()) -> Routed:
        """Never raises for any text; `unknown` with confidence 0 where nothing fits."""
        ...


class Access(Protocol):
    """Who may do what. Fails closed: on any doubt nobody but a viewer."""

    async def person(self, user_id: str) -> Person:
        """The person with the roles of this moment."""
        ...

    def allows(self, person: Person, permission: Permission) -> bool:
        """Whether one of the person's roles carries the permission."""
        ...

    def denial(self, person: Person, permission: Permission) -> str:
        """One sentence: what is not allowed, and whom to ask."""
        ...


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What the audit keeps of one step. Texts are redacted when written."""

    actor: str
    action: str
    """`request`, `decision`, `tool`, `role_change`, `posted`, ..."""
    correlation_id: str
    place: str = ""
    intent: str = ""
    arguments: Mapping[str, Json] = field(default_factory=dict)
    decision: str = ""
    tool: str = ""
    result_hash: str = ""
    model: str = ""
    prompt_version: str = ""
    duration_ms: float = 0.0


class AuditLog(Protocol):
    """The chained record."""

    async def write(self, entry: AuditEntry) -> None:
        """Append in a transaction of its own; `bot.audit` has a form for an open one."""
        ...
