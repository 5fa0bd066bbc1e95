"""What the blocks of a digest read, out of this bot's own parts."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from sqlalchemy import select

from bot.core import Core
from bot.diagnostics import Diagnostics
from bot.protocols import Approval, Approvals, ApprovalState, Permission, UsageSource
from bot.scheduler.service import DECLARED
from bot.settings import DigestSettings, Settings
from bot.storage.database import Database
from bot.storage.tables import audit
from bot.usage.activity import Tally, take
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


_MONTH = ("answers", "people", "factual_accuracy", "approval_conversion", "satisfaction")
"""Figures of the month that a digest tells."""


def blocks(core: Core, approvals: Approvals, diagnostics: Diagnostics, book: UsageSource) -> dict[str, DigestBlock]:
    """Every block there is a source for, in the order digests show them."""

    async def decisions(which: Literal["waiting", "closed"]) -> Sequence[Decision]:
        return [_decision(one) for one in await approvals.list(states=_STATES[which])]

    async def count(since: float, until: float) -> Used:
        return await used(core.database, book, since, until)

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


async def used(database: Database, book: UsageSource, since: float, until: float) -> Used:
    """What people asked for in the window, counted as `deskhand usage` counts, and the figures of this month."""
    query = select(audit.c.entry).where(audit.c.at > since, audit.c.at <= until)
    async with database.read() as connection:
        rows = (await connection.execute(query.where(audit.c.action.in_(("request", "press"))))).all()
    tally = Tally()
    for row in rows:
        take(json.loads(row.entry), tally)
    by_intent: Counter[str] = Counter()
    for (_, intent, _), number in tally.events.items():
        by_intent[intent or "unknown"] += number
    month = await book.usage("month")
    return Used(
        requests=tally.count("answer"),
        people=len(tally.people),
        denied=sum(number for (_, _, decision), number in tally.events.items() if decision == "denied"),
        by_intent=by_intent,
        month={
            one.label: (one.value, one.unit) for one in month.figures if one.id in _MONTH and one.value is not None
        },
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
    problems = tuple((story.cause.connection, story.cause.summary) for story in stories)
    return Measured(len(answered), len(found.results) - len(answered) + len(found.unchecked), problems)
