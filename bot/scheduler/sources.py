"""What the blocks of a digest read, out of this bot's own parts."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from sqlalchemy import select

from bot.core import Core
from bot.diagnostics import Diagnostics
from bot.protocols import Approval, Approvals, ApprovalState, Permission
from bot.scheduler.service import DECLARED
from bot.settings import DigestSettings, Settings
from bot.storage.database import Database
from bot.storage.tables import audit
from tools.diagnostics.diagnosis import Question
from tools.digests.blocks.approvals import Decided, Decision, Waiting
from tools.digests.blocks.backtests import Backtests
from tools.digests.blocks.health import Health, Measured
from tools.digests.blocks.incidents import Incidents
from tools.digests.blocks.usage import Usage, Used
from tools.digests.model import Digest, DigestBlock
from tools.digests.schedule import Schedule, parse_time

_STATES: Mapping[Literal["waiting", "closed"], Sequence[ApprovalState]] = {
    "waiting": ("pending",),
    "closed": ("approved", "rejected", "sent_back", "expired", "discarded"),
}


def blocks(core: Core, approvals: Approvals, diagnostics: Diagnostics) -> dict[str, DigestBlock]:
    """Every block there is a source for, in the order digests show them."""

    async def decisions(which: Literal["waiting", "closed"]) -> Sequence[Decision]:
        return [_decision(one) for one in await approvals.list(states=_STATES[which])]

    async def count(since: float, until: float) -> Used:
        return await used(core.database, since, until)

    async def measure() -> Measured:
        return await measured(diagnostics)

    made: tuple[DigestBlock, ...] = (
        Backtests(core.store, core.reports, core.charts),
        Waiting(decisions),
        Decided(decisions),
        Health(measure),
        Incidents(diagnostics.incidents),
        Usage(count),
    )
    return {block.id: block for block in made}


def declared(settings: Settings) -> list[Digest]:
    """The digests of the settings file."""
    return [_declared(one) for one in settings.digests]


def _declared(one: DigestSettings) -> Digest:
    id_ = DECLARED + hashlib.sha256(one.name.casefold().encode()).hexdigest()[:16]
    schedule = Schedule(one.days, parse_time(one.time), one.time_zone, one.first_of_month)
    return Digest(id_, one.name, one.channel, schedule, one.blocks, "settings", 0.0)


def _decision(approval: Approval) -> Decision:
    last, subject = approval.last_vote, approval.subject
    return Decision(
        kind=subject.kind,
        title=subject.title,
        state=approval.state,
        requester=subject.requester.name or subject.requester.id,
        asked_at=approval.created_at,
        deadline=approval.deadline,
        closed_at=approval.closed_at,
        by=(last.name or last.person) if last and approval.state != "expired" else "",
    )


async def used(database: Database, since: float, until: float) -> Used:
    """Requests and presses in the audit."""
    query = select(audit.c.actor, audit.c.entry).where(
        audit.c.at > since, audit.c.at <= until, audit.c.action.in_(("request", "press"))
    )
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
    entries = [json.loads(row.entry) for row in rows]
    return Used(
        requests=len(rows),
        people=len({row.actor for row in rows}),
        denied=sum(entry.get("decision") == "denied" for entry in entries),
        by_intent=Counter(str(entry.get("intent") or "unknown") for entry in entries),
    )


class _Itself:
    """Who asks the tools for a digest: only what reads is ever chosen for it."""

    id = "deskhand"

    async def allows(self, permission: Permission) -> bool:
        return permission in ("check_freshness", "diagnose")

    def denial(self, permission: Permission) -> str:
        return f"A digest may not {permission}."


async def measured(diagnostics: Diagnostics) -> Measured:
    """Every connection asked, as for "is everything ok?"."""

    async def quietly(_words: str) -> None:
        """Nobody watches."""

    found = await diagnostics.diagnostician.again((), Question("is everything ok?"), _Itself(), quietly)
    stories = (*found.stories, *found.aside)
    answered = [result for result in found.results if result.status == "ok"]
    problems = tuple(f"{story.cause.connection}: {story.cause.summary}" for story in stories)
    return Measured(len(answered), len(found.results) - len(answered) + len(found.unchecked), problems)
