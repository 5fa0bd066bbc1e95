"""The approvals of a database: every step is one transaction that holds the row, its vote, timers and audit row.

What follows from a step (cards re-rendered, something published, people told) is a timer for now, set in the same
transaction: it runs after the commit, on whichever replica takes it, and again until it succeeds.
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.approvals import wording
from bot.approvals.rows import entry_of, read, row_of, vote_row
from bot.approvals.rules import DECIDES, Click, Judgement, judge
from bot.audit.log import ChainedAudit
from bot.protocols import (
    Access,
    Approval,
    ApprovalFollower,
    ApprovalKind,
    ApprovalState,
    Decided,
    Json,
    Person,
    Reply,
    ShowsApprovals,
    Subject,
    Verdict,
    Vote,
)
from bot.settings import ApprovalSettings
from bot.slack.inbox import insert_new
from bot.slack.timing import InboxTimers
from bot.storage.database import Database
from bot.storage.tables import approval_votes, approvals
from tools.errors import BadInput, NotFound

CHANGED: Final = "approvals.changed"
REMIND: Final = "approvals.remind"
EXPIRE: Final = "approvals.expire"
_LONGEST_NOTE: Final = 3_000


class SqlApprovals:
    """Implements `bot.protocols.Approvals`; one instance a process, made before the transport starts."""

    def __init__(
        self,
        database: Database,
        audit: ChainedAudit,
        timers: InboxTimers,
        access: Access,
        settings: ApprovalSettings,
    ) -> None:
        self._database = database
        self._audit = audit
        self._timers = timers
        self._access = access
        self._settings = settings
        self._followers: dict[ApprovalKind, ApprovalFollower] = {}
        timers.register(CHANGED, self._follow_up)
        timers.register(REMIND, self._remind)
        timers.register(EXPIRE, self._expire)

    def follow(self, kind: ApprovalKind, follower: ApprovalFollower) -> None:
        """Who acts on changes of this kind."""
        self._followers[kind] = follower

    def may_decide(self, person: Person, approval: Approval) -> bool:
        """Whether it waits for this person: pending, of a kind that their roles decide, not their own, not voted on."""
        return (
            approval.state == "pending"
            and approval.subject.requester.id != person.id
            and self._access.allows(person, DECIDES[approval.subject.kind])
            and not any(vote.person == person.id and vote.verdict == "approve" for vote in approval.votes)
        )

    async def submit(self, subject: Subject, *, correlation_id: str = "") -> Approval:
        """Ask for a decision; see `bot.protocols.Approvals.submit`."""
        now = time.time()
        required, deadline = self._required(subject), subject.deadline or now + self._settings.expire_hours * 3600
        asker = Person(subject.requester.id, subject.requester.name)  # roles are of the moment and are not kept
        subject = replace(subject, requester=asker, required=required, deadline=deadline)
        approval = Approval(secrets.token_hex(6), subject, "pending", required, now, deadline)
        async with self._database.write() as connection:
            insert = insert_new(self._database, approvals).values(row_of(approval)).returning(approvals.c.id)
            if (await connection.execute(insert)).first() is None:
                return await self._existing(connection, subject)
            for older in await self._pending_before(connection, approval):
                await self._close(connection, older, "superseded")
            await self._schedule(connection, approval)
            await self._audit.append(connection, entry_of(subject.requester.id, "submit", approval, correlation_id))
        self._timers.wake()
        return approval

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
        """A click; see `bot.protocols.Approvals.decide`."""
        at = time.time()
        vote = Vote(person.id, person.name, verdict, at, note.replace("\x00", "")[:_LONGEST_NOTE], details or {})
        async with self._database.write() as connection:
            approval = await self._locked(connection, approval_id)
            if approval is None:
                raise NotFound("I know nothing about this any more; please ask for it again.")
            may = self._access.allows(person, DECIDES[approval.subject.kind])
            judgement = judge(approval, Click(person.id, verdict, may, looked_at, now, at))
            after = await self._carry_out(connection, approval, vote, judgement)
            words = self._words(after, person, verdict, judgement)
            entry = entry_of(person.id, verdict, after, correlation_id, vote=vote, result=judgement.result)
            await self._audit.append(connection, entry)
        self._timers.wake()
        return Decided(after, judgement.result, words)

    async def get(self, approval_id: str) -> Approval | None:
        """By its id."""
        async with self._database.read() as connection:
            return next(iter(await read(connection, select(approvals).where(approvals.c.id == approval_id))), None)

    async def latest(self, kind: ApprovalKind, subject_id: str) -> Approval | None:
        """That of the newest version of a subject."""
        query = (
            select(approvals)
            .where(approvals.c.kind == kind, approvals.c.subject_id == subject_id)
            .order_by(approvals.c.version.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            return next(iter(await read(connection, query)), None)

    async def list(
        self,
        *,
        states: Sequence[ApprovalState] = ("pending",),
        kind: ApprovalKind | None = None,
        requester: str = "",
        limit: int = 50,
    ) -> list[Approval]:
        """Newest first."""
        query = select(approvals).where(approvals.c.state.in_(states))
        if kind is not None:
            query = query.where(approvals.c.kind == kind)
        if requester:
            query = query.where(approvals.c.requester == requester)
        async with self._database.read() as connection:
            return await read(connection, query.order_by(approvals.c.created_at.desc()).limit(limit))

    async def card(self, approval: Approval) -> Reply | None:
        """What its follower shows of it; None where it is not one of `ShowsApprovals`."""
        follower: object = self._followers.get(approval.subject.kind)
        return await follower.card(approval) if isinstance(follower, ShowsApprovals) else None

    # --- steps inside a transaction ----------------------------------------------------------------------------------

    async def _carry_out(
        self, connection: AsyncConnection, approval: Approval, vote: Vote, judgement: Judgement
    ) -> Approval:
        """The approval after the judgement."""
        if judgement.result in ("decided", "counted"):
            await connection.execute(approval_votes.insert().values(vote_row(approval.id, vote)))
            approval = replace(approval, votes=(*approval.votes, vote))
        if judgement.state != approval.state:
            return await self._close(connection, approval, judgement.state)
        if judgement.result == "counted":
            await self._changed(connection, approval)
        return approval

    async def _close(self, connection: AsyncConnection, approval: Approval, state: ApprovalState) -> Approval:
        """From pending to another state, exactly once: whoever comes second finds no pending row."""
        closed = replace(approval, state=state, closed_at=time.time())
        pending = (approvals.c.id == approval.id) & (approvals.c.state == "pending")
        values = {"state": state, "closed_at": closed.closed_at}
        written = await connection.execute(update(approvals).where(pending).values(values))
        if written.rowcount != 1:
            raise RuntimeError(f"approval {approval.id} was not pending any more")
        await self._timers.cancel_in(connection, f"{EXPIRE}:{approval.id}")
        for turn in range(1, len(self._settings.remind_hours) + 1):
            await self._timers.cancel_in(connection, f"{REMIND}:{approval.id}:{turn}")
        await self._changed(connection, closed)
        return closed

    async def _changed(self, connection: AsyncConnection, approval: Approval) -> None:
        """Have the follower told, once for each change."""
        counted = (
            update(approvals)
            .where(approvals.c.id == approval.id)
            .values(revision=approvals.c.revision + 1)
            .returning(approvals.c.revision)
        )
        revision = (await connection.execute(counted)).scalar_one()
        await self._timers.set_in(
            connection, f"{CHANGED}:{approval.id}:{revision}", CHANGED, {"id": approval.id}, due=time.time()
        )

    async def _schedule(self, connection: AsyncConnection, approval: Approval) -> None:
        await self._changed(connection, approval)
        for turn, hours in enumerate(self._settings.remind_hours, 1):
            due = approval.created_at + hours * 3600
            if due < approval.deadline:
                payload: dict[str, Json] = {"id": approval.id, "turn": turn}
                await self._timers.set_in(connection, f"{REMIND}:{approval.id}:{turn}", REMIND, payload, due=due)
        await self._timers.set_in(
            connection, f"{EXPIRE}:{approval.id}", EXPIRE, {"id": approval.id}, due=approval.deadline
        )

    async def _existing(self, connection: AsyncConnection, subject: Subject) -> Approval:
        """The approval of this very version, which a retry or another replica submitted."""
        query = select(approvals).where(
            approvals.c.kind == subject.kind,
            approvals.c.subject_id == subject.id,
            approvals.c.version == subject.version,
        )
        [existing] = await read(connection, query)
        if existing.subject.hash != subject.hash:
            raise BadInput("Somebody submitted another version of this at the same moment. Please look at that one.")
        return existing

    async def _pending_before(self, connection: AsyncConnection, approval: Approval) -> Sequence[Approval]:
        query = (
            select(approvals)
            .where(
                approvals.c.kind == approval.subject.kind,
                approvals.c.subject_id == approval.subject.id,
                approvals.c.state == "pending",
                approvals.c.id != approval.id,
            )
            .order_by(approvals.c.id)
            .with_for_update()
        )
        return await read(connection, query)

    async def _locked(self, connection: AsyncConnection, approval_id: str) -> Approval | None:
        """The approval, its row held until the transaction ends (on SQLite the whole database is)."""
        query = select(approvals).where(approvals.c.id == approval_id).with_for_update()
        return next(iter(await read(connection, query)), None)

    # --- timers ------------------------------------------------------------------------------------------------------

    async def _follow_up(self, payload: Mapping[str, Json]) -> None:
        approval = await self.get(str(payload["id"]))
        follower = self._followers.get(approval.subject.kind) if approval else None
        if approval is not None and follower is not None:
            await follower.changed(approval)

    async def _remind(self, payload: Mapping[str, Json]) -> None:
        approval = await self.get(str(payload["id"]))
        follower = self._followers.get(approval.subject.kind) if approval else None
        if approval is not None and approval.state == "pending" and follower is not None:
            await follower.reminded(approval, int(str(payload["turn"])))

    async def _expire(self, payload: Mapping[str, Json]) -> None:
        async with self._database.write() as connection:
            approval = await self._locked(connection, str(payload["id"]))
            if approval is None or approval.state != "pending":
                return
            expired = await self._close(connection, approval, "expired")
            await self._audit.append(connection, entry_of("deskhand", "expire", expired, ""))
        self._timers.wake()

    def _required(self, subject: Subject) -> int:
        if subject.required is not None:
            return subject.required
        return self._settings.required if subject.kind in ("narrative", "draft") else 1

    def _words(self, approval: Approval, person: Person, verdict: Verdict, judgement: Judgement) -> str:
        match judgement.result:
            case "decided":
                return wording.decided(approval, verdict)
            case "denied":
                return self._access.denial(person, DECIDES[approval.subject.kind])
            case "counted" | "own" | "twice" | "closed" | "changed" as result:
                words: str = getattr(wording, result)(approval)
                return words
