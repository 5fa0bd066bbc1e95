"""What passes between the transport, the handlers and the services: plain, frozen values and small protocols.

Handlers import this module and `tools`, nothing else of `bot`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, runtime_checkable

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
    is kept as what the thread is about. `replaces` updates the message of the pressed button instead of posting;
    together with `ephemeral` it does so only where that message, too, was for this person's eyes.
    `key` names what is shown: `Announcer.update(key, ...)` later re-renders this message and every other one under it.
    """

    text: str
    blocks: tuple[Block, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    more: tuple["Reply", ...] = ()
    ephemeral: bool = False
    subject: Mapping[str, Json] = field(default_factory=dict)
    replaces: bool = False
    key: str = ""
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


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an announcement goes: a channel's id, or, where there is none, the direct message with a person."""

    channel: str = ""
    user: str = ""
    thread_ts: str = ""


class Announcer(Protocol):
    """Posts what nobody is waiting for the answer of: publish, tell, remind, escalate, a digest.

    An announcement is committed before it is posted, survives a restart with its attachments, is tried again like
    every answer, and is posted once, however often and by however many replicas it is asked for under one `key`.

        await announcer.announce(f"published:{report.id}", Reply(...), Destination(channel="C024BE91L"), by=person.id)
        await announcer.announce(f"told:{draft.id}", Reply(...), Destination(user=requester))
        await announcer.announce(f"digest:{name}:{slot}", Reply(...), Destination(channel=...), due=slot)

    What is shown in several places and must change everywhere (buttons that vanish with a decision) carries
    `Reply.key` in each place, answers to requests included; then one call re-renders them all, also those that are
    still on their way:

        Reply(..., key=f"draft:{draft.id}")                       # as an answer, and in announcements
        await announcer.update(f"draft:{draft.id}", Reply(...))   # attachments included: it is the whole new content

    Keys have at most 200 characters. Whoever holds an open transaction of `bot.storage` uses `bot.slack.announcing.Announcements.announce_in` and
    `update_in`: what is announced and the state it describes are then committed together.
    """

    async def announce(
        self, key: str, reply: Reply, to: Destination, *, due: float | None = None, by: str = ""
    ) -> bool:
        """Post it once, at `due` (epoch seconds; None is now). False where the key was used before.

        `by` is the person told in a direct message when it cannot be delivered (the bot is not in that channel).
        """
        ...

    async def update(self, key: str, reply: Reply) -> None:
        """Show this instead wherever a reply with this `Reply.key` is or will be shown. The last call wins."""
        ...

    async def withdraw(self, key: str) -> bool:
        """Take back an announcement that has not been posted; False where it is too late."""
        ...


TimerFunction = Callable[[Mapping[str, Json]], Awaitable[None]]
"""Called with the payload of a timer that is due. At least once: it looks at the present state before it acts."""


class Timers(Protocol):
    """Calls a function at a time, once for all replicas, whatever was restarted meanwhile.

        timers.register("draft.remind", remind)                        # in the composition root, before the start
        await timers.set(f"draft.remind:{draft.id}", "draft.remind", {"id": draft.id}, due=time.time() + 3600)
        await timers.cancel(f"draft.remind:{draft.id}")

    A function that raises is tried again with growing delays, then parked and reported to operators. A key serves
    once: what repeats names its turn in the key. In an open transaction: `bot.slack.timing.InboxTimers.set_in`.
    """

    def register(self, name: str, function: TimerFunction) -> None:
        """What timers of this name call."""
        ...

    async def set(self, key: str, name: str, payload: Mapping[str, Json], *, due: float) -> bool:
        """Call at `due`, epoch seconds; a time in the past is now. False where the key was used before."""
        ...

    async def cancel(self, key: str) -> bool:
        """False where it has fired, is firing or was never set. A cancelled key may be set again."""
        ...


@dataclass(frozen=True, slots=True)
class Opening:
    """A press on a button that opens a modal. `value` is the button's."""

    person: Person
    place: Place
    value: str


@dataclass(frozen=True, slots=True)
class ModalView:
    """A modal to open: a title of at most 24 characters and Block Kit blocks, inputs with a `block_id` each."""

    title: str
    blocks: tuple[Block, ...]
    submit: str = "Submit"


@dataclass(frozen=True, slots=True)
class Modal:
    """What the buttons of one action id open, in place of becoming a request; see `OpensModals`.

    `view` has two seconds: read what is stored, make nothing. A `Problem` it raises is shown in the modal's place.
    `check` gets `block_id` to value (text, an option's value or an id; a list where several may be chosen; None where
    empty) and answers `block_id` to what is wrong with it; nothing is wrong where it is empty. Two seconds, too.
    """

    permission: Permission
    view: Callable[[Opening], Awaitable[ModalView]]
    check: Callable[[Mapping[str, Json]], Awaitable[Mapping[str, str]]] | None = None


@runtime_checkable
class OpensModals(Protocol):
    """A handler some of whose buttons open modals: give it this property, and no more is needed.

    A press on a button with such an id opens the modal at once. What `check` accepts comes to `handle` like any
    press: `request.action.id` is the button's id and `request.routed.arguments` (the JSON of `request.action.value`)
    is the button's own value with the inputs under `"fields"`: `{"draft_id": "d1", "fields": {"note": "wider stop"}}`.
    `Reply.replaces` then updates the message that the button was on.
    """

    @property
    def modals(self) -> Mapping[str, Modal]:
        """Action id to modal."""
        ...


ApprovalKind = Literal["narrative", "draft", "action", "prompt"]
ApprovalState = Literal["pending", "approved", "rejected", "sent_back", "superseded", "expired", "discarded"]
Verdict = Literal["approve", "reject", "send_back", "discard"]


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to be decided: what it is, exactly which content, and who asks.

    `hash` covers all that a decision is about (text, facts and charts; a specification and its preview; a tool and
    its arguments). `id` stays the same over versions: a new version in place of a pending one supersedes it.
    `details` is the kind's own: where it was asked, what to do once it is approved.
    """

    kind: ApprovalKind
    id: str
    version: int
    hash: str
    title: str
    requester: Person
    details: Mapping[str, Json] = field(default_factory=dict)
    required: int | None = None
    """How many must approve; None is `approvals.required` for narratives and drafts, 1 for actions and prompts."""
    deadline: float | None = None
    """Epoch seconds; None is `approvals.expire_hours` from now."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person said, at `at` (epoch seconds). `details` is the kind's own, such as the channel to publish in."""

    person: str
    name: str
    verdict: Verdict
    at: float
    note: str = ""
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Approval:
    """A subject and where it stands. `closed_at` is epoch seconds, None while it is pending."""

    id: str
    subject: Subject
    state: ApprovalState
    required: int
    created_at: float
    deadline: float
    votes: tuple[Vote, ...] = ()
    closed_at: float | None = None

    @property
    def approvals(self) -> int:
        """How many people approved so far."""
        return len({vote.person for vote in self.votes if vote.verdict == "approve"})

    @property
    def last_vote(self) -> Vote | None:
        """The vote that closed it, where one did."""
        return self.votes[-1] if self.votes else None


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a click. `words` is one or two sentences for the person who clicked.

    `decided`: it closed with this. `counted`: it counts, and more approvals are needed. Nothing changed: `own` (four
    eyes), `twice`, `closed` (somebody was faster, or it expired), `changed` (not what was looked at), `denied`.
    """

    approval: Approval
    result: Literal["decided", "counted", "own", "twice", "closed", "changed", "denied"]
    words: str

    @property
    def took_effect(self) -> bool:
        """Whether this click changed anything."""
        return self.result in ("decided", "counted")


class ApprovalFollower(Protocol):
    """What follows for one kind. Both are called after the commit, at least once, on some replica, also after a
    restart: so they announce under keys made of `approval.id`, and do nothing that must not be done twice."""

    async def changed(self, approval: Approval) -> None:
        """It was submitted, somebody voted, or it closed (`approval.state` and `approval.votes` say which)."""
        ...

    async def reminded(self, approval: Approval, turn: int) -> None:
        """It is still pending when a reminder is due; `turn` counts from 1."""
        ...


@runtime_checkable
class ShowsApprovals(Protocol):
    """A follower that can show what it is about once more, with its buttons, under the same `Reply.key`."""

    async def card(self, approval: Approval) -> Reply:
        """For who asked in words what is waiting and pressed "Show"."""
        ...


class Approvals(Protocol):
    """Everything that people decide. One transaction a step: state, vote, timers and audit row, or none of them.

        approvals.follow("draft", follower)                                      # in the composition root
        approval = await approvals.submit(Subject("draft", draft.id, draft.version, draft.hash, title, person))
        decided = await approvals.decide(approval_id, person, "approve", looked_at=button["hash"], now=draft.hash)
        return Reply(decided.words, ephemeral=True)         # what is shown changes everywhere through the follower

    Buttons carry `approval.id` and `approval.subject.hash`. The role is checked here, from the person's roles at the
    click; the requester may discard and nothing else; a person's approval counts once; of two clicks at once one
    takes effect and the other is told who was faster.
    """

    def follow(self, kind: ApprovalKind, follower: ApprovalFollower) -> None:
        """Who acts on changes of this kind."""
        ...

    async def submit(self, subject: Subject, *, correlation_id: str = "") -> Approval:
        """Ask for a decision. The same version again gives the approval there is; an older pending one is superseded.

        Raises `Problem` where this version was submitted with another content.
        """
        ...

    async def decide(
        self,
        approval_id: str,
        person: Person,
        verdict: Verdict,
        *,
        looked_at: str,
        now: str,
        note: str = "",
        details: Mapping[str, Json] | None = None,
        correlation_id: str = "",
    ) -> Decided:
        """`looked_at` is the hash on the button, `now` the hash of the content as it is at this moment.

        Raises `NotFound` for an unknown id.
        """
        ...

    async def get(self, approval_id: str) -> Approval | None:
        """By its id."""
        ...

    async def latest(self, kind: ApprovalKind, subject_id: str) -> Approval | None:
        """That of the newest version of a subject."""
        ...

    async def list(
        self,
        *,
        states: Sequence[ApprovalState] = ("pending",),
        kind: ApprovalKind | None = None,
        requester: str = "",
        limit: int = 50,
    ) -> list[Approval]:
        """Newest first."""
        ...

    async def card(self, approval: Approval) -> Reply | None:
        """What its follower shows of it; None where it is not one of `ShowsApprovals`."""
        ...

    def may_decide(self, person: Person, approval: Approval) -> bool:
        """Whether it waits for this person: pending, of a kind that their roles decide, not their own, not voted on."""
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


FigureTopic = Literal["usage", "quality", "approvals", "incidents", "cost", "governance"]
FigureUnit = Literal["count", "number", "share", "seconds", "hours", "money"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure about the bot itself. `value` is None where there is nothing to measure; a `share` is 0 to 1."""

    id: str
    topic: FigureTopic
    label: str
    value: float | None
    unit: FigureUnit
    means: str
    """How it is counted, in a sentence."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The figures of a period; `first` and `last` are its days (UTC), both included."""

    period: str
    first: str
    last: str
    figures: tuple[Figure, ...]

    def __getitem__(self, figure_id: str) -> Figure:
        return next(figure for figure in self.figures if figure.id == figure_id)


class UsageSource(Protocol):
    """How the bot is used and how good it is."""

    async def usage(self, period: str = "month") -> Usage:
        """`today`, `month`, `all`, or `YYYY-MM`. Raises `tools.errors.BadInput` for another."""
        ...

    async def knows(self, person: str) -> bool:
        """Whether the person ever asked for anything before."""
        ...


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a person thinks of an answer; `about` is the correlation id of the answer."""

    person: str
    verdict: Literal["good", "bad"]
    about: str
    intent: str = ""
    reason: str = ""
    place: Place = field(default_factory=Place)
    at: float = 0.0


class Feedback(Protocol):
    """Thumbs under answers."""

    async def keep(self, opinion: Opinion) -> None:
        """Keep it; a person's later opinion of the same answer replaces the earlier one."""
        ...

    async def complaints(self, limit: int = 10) -> Sequence[Opinion]:
        """The latest bad ones that say why, newest first."""
        ...


class Pins(Protocol):
    """Backtests that a person keeps at the top of their Home tab."""

    async def pinned(self, person: str) -> Sequence[str]:
        """Ids, the latest pin first."""
        ...

    async def pin(self, person: str, backtest_id: str) -> None:
        """Once is enough."""
        ...

    async def unpin(self, person: str, backtest_id: str) -> None:
        """Also where it is not pinned."""
        ...
