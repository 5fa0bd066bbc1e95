"""A caller with given permissions, an audit that keeps what it is told, and a connection of any behaviour."""

import asyncio
from dataclasses import dataclass, field

from tools.diagnostics.connections.base import Connection, ConnectionConfig
from tools.diagnostics.executor import AuditEvent
from tools.diagnostics.tool import Arguments, Effect, Fault, NoArguments, NoData, Report, tool
from tools.errors import Problem

EVERYTHING = frozenset({"check_freshness", "diagnose", "act"})


@dataclass
class FakeCaller:
    permissions: frozenset = EVERYTHING
    id: str = "U1"

    async def allows(self, permission):
        return permission in self.permissions

    def denial(self, permission):
        return f"You may not {permission}; ask @ops."


@dataclass
class Kept:
    events: list[AuditEvent] = field(default_factory=list)

    async def __call__(self, event):
        self.events.append(event)


class OnceLedger:
    def __init__(self):
        self.seen = set()

    async def claim(self, digest):
        return digest not in self.seen and not self.seen.add(digest)


class Count(Arguments):
    count: int = 1


class FakeConnection(Connection):
    """`behaviour`: fine, hang, stubborn, refuse, broken, nothing, odd."""

    def __init__(self, name, behaviour="fine", secret="hunter2-secret"):
        super().__init__(ConnectionConfig(name, "fake"))
        self.behaviour = behaviour
        self.secret = secret
        self.jobs = 1
        self.done = []

    @property
    def secrets(self):
        return (self.secret,)

    @property
    def place(self):
        return "nowhere"

    async def check(self):
        if self.behaviour != "fine":
            raise Problem("it is not well")
        return "it answers"

    @tool(permission="diagnose", timeout=0.3, output=200)
    async def fake_health(self, arguments: NoArguments, report: Report) -> str:
        """How the fake system is."""
        report.asked("PING")
        fact = report.fact("jobs", "jobs waiting", self.jobs, "count")
        await getattr(self, f"_{self.behaviour}")(report)
        report.finding("queue_backlog", "warning", "Jobs wait", fact, subject="queue")
        return f"{self.jobs} job waits"

    async def _fine(self, report):
        report.claim("quotes", "up")

    async def _hang(self, report):
        await asyncio.Event().wait()

    async def _stubborn(self, report):
        for _ in range(50):
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                continue

    async def _refuse(self, report):
        raise Fault("connection_refused", f"nothing listens where {self.name} should")

    async def _broken(self, report):
        raise KeyError("a defect")

    async def _nothing(self, report):
        raise NoData("there are no jobs")

    async def _odd(self, report):
        report.line(f"password={self.secret} and {self.secret} \x07\x1b[31m")
        for number in range(500):
            report.line(f"row {number} " + "x" * 40)

    @tool(permission="check_freshness")
    async def fake_freshness(self, arguments: Count, report: Report) -> str:
        """How fresh the fake data is."""
        return f"{arguments.count} asked"

    @tool(permission="act", effect="_about_to_drop")
    async def fake_drop(self, arguments: Count, report: Report) -> str:
        """Drop waiting jobs."""
        self.done.append(arguments.count)
        self.jobs -= arguments.count
        return f"dropped {arguments.count}"

    async def _about_to_drop(self, arguments):
        if not self.jobs:
            raise Problem("No job waits; there is nothing to drop.")
        return Effect(f"Drops {arguments.count} of {self.jobs} jobs of {self.name}.", "The queue is calm.")
