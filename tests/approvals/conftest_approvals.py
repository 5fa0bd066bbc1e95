from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import delete, select

from bot.access.permissions import StaticAccess
from bot.approvals.service import SqlApprovals
from bot.audit.log import ChainedAudit
from bot.protocols import Approval, Person, Subject
from bot.settings import ApprovalSettings
from bot.slack.events import Envelope
from bot.slack.inbox import Job
from bot.slack.outbox import Outbox
from bot.slack.timing import InboxTimers
from bot.storage.tables import inbox

ROLES = {"ana": ["analyst"], "paul": ["approver"], "mia": ["approver"], "omar": ["operator"], "ada": ["admin"]}


def person(name):
    roles = frozenset({"viewer", *ROLES.get(name, [])})
    return Person(name, name.capitalize(), roles)


def subject(number=1, by="ana", **more):
    made = Subject("draft", f"d{number}", 1, "h" * 64, f"Draft {number}", person(by), {"channel": "C1"})
    return replace(made, **more)


@dataclass
class Follower:
    seen: list[Approval] = field(default_factory=list)
    reminders: list[int] = field(default_factory=list)

    async def changed(self, approval):
        self.seen.append(approval)

    async def reminded(self, approval, turn):
        self.reminders.append(turn)


class Desk:
    """The service on a database, with its timers fired by hand."""

    def __init__(self, database, **settings):
        self.database = database
        self.audit = ChainedAudit(database)
        self.timers = InboxTimers(Outbox(database))
        self.follower = Follower()
        access = StaticAccess(ROLES, {"strategy-approvers": "approver"})
        self.approvals = SqlApprovals(database, self.audit, self.timers, access, ApprovalSettings(**settings))
        for kind in ("draft", "narrative", "action", "prompt"):
            self.approvals.follow(kind, self.follower)

    async def decide(self, approval, who, verdict="approve", **more):
        seen = {"looked_at": approval.subject.hash, "now": approval.subject.hash, **more}
        return await self.approvals.decide(approval.id, person(who), verdict, **seen)

    async def fire(self, until=float("inf")):
        """Every timer that is due by then, as a worker would; a fired one is gone."""
        async with self.database.write() as connection:
            due = select(inbox).where(inbox.c.available_at <= until).order_by(inbox.c.available_at, inbox.c.id)
            rows = (await connection.execute(due)).all()
            await connection.execute(delete(inbox).where(inbox.c.id.in_([row.id for row in rows])))
        for row in rows:
            await self.timers.fire(Job(row.id, Envelope.model_validate_json(row.payload), "c", 1, 0.0))

    async def entries(self):
        import json

        return [json.loads(line) async for line in self.audit.export()]


@pytest.fixture
def desk(database):
    return Desk(database)
