"""A desk of connections that say what a test tells them to: one of each kind, each tool with a script."""

import asyncio
from dataclasses import dataclass, field

from tools.diagnostics.connections.base import Connection, ConnectionConfig
from tools.diagnostics.tool import Arguments, Effect, Fault, NoArguments, NoData, Report, tool
from tools.errors import Problem


@dataclass
class Script:
    """What a tool does: findings as (condition, severity, summary, subject), facts as (measure, label, value, unit)."""

    summary: str = "all is as it should be"
    findings: list = field(default_factory=list)
    facts: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    claims: list = field(default_factory=list)
    fault: str = ""
    no_data: str = ""
    hang: bool = False


class Scripted(Connection):
    def __init__(self, name, kind):
        super().__init__(ConnectionConfig(name, kind))
        self.scripts = {}
        self.done = []

    @property
    def place(self):
        return "nowhere"

    @property
    def secrets(self):
        return ("s3cret-" + self.name,)

    async def check(self):
        return "it answers"

    async def play(self, report: Report) -> str:
        report.asked(f"ASK {report.tool}")
        script = self.scripts.get(report.tool, Script())
        ids = [report.fact(*fact) for fact in script.facts]
        for condition, severity, summary, *subject in script.findings:
            report.finding(condition, severity, summary, *ids, subject=subject[0] if subject else "")
        for line in script.lines:
            report.line(line)
        for about, says in script.claims:
            report.claim(about, says)
        if script.hang:
            await asyncio.Event().wait()
        if script.fault:
            raise Fault(script.fault, script.summary)
        if script.no_data:
            raise NoData(script.no_data)
        return script.summary


class Symbols(Arguments):
    symbols: tuple[str, ...] = ()


class Pid(Arguments):
    pid: int


class Store(Scripted):
    @tool(permission="check_freshness", timeout=0.5)
    async def data_freshness(self, arguments: Symbols, report: Report) -> str:
        """How fresh the stored prices are: last date of each symbol."""
        return await self.play(report)

    @tool(permission="check_freshness", timeout=0.5)
    async def ingestion_runs(self, arguments: NoArguments, report: Report) -> str:
        """Whether the ingestion finished and why not."""
        return await self.play(report)

    @tool(timeout=0.5)
    async def duckdb_file(self, arguments: NoArguments, report: Report) -> str:
        """The price store as a file."""
        return await self.play(report)

    @tool(permission="check_freshness", timeout=0.5)
    async def data_quality(self, arguments: Symbols, report: Report) -> str:
        """Whether stored prices are sound."""
        return await self.play(report)


class Cache(Scripted):
    @tool(timeout=0.5)
    async def redis_health(self, arguments: NoArguments, report: Report) -> str:
        """How full the cache is and whether it evicts keys."""
        return await self.play(report)

    @tool(permission="act", effect="_about_to_flush")
    async def invalidate_cache(self, arguments: NoArguments, report: Report) -> str:
        """Delete the keys of a namespace."""
        self.done.append("flush")
        return "done"

    async def _about_to_flush(self, arguments):
        return Effect(f"Deletes keys of {self.name}.")


class Database(Scripted):
    @tool(timeout=0.5)
    async def postgres_connections(self, arguments: NoArguments, report: Report) -> str:
        """Connections in use."""
        return await self.play(report)

    @tool(timeout=0.5)
    async def postgres_locks(self, arguments: NoArguments, report: Report) -> str:
        """Slow and blocked queries."""
        return await self.play(report)

    @tool(permission="act", effect="_about_to_terminate")
    async def terminate_query(self, arguments: Pid, report: Report) -> str:
        """End a session."""
        self.done.append(arguments.pid)
        return f"ended {arguments.pid}"

    async def _about_to_terminate(self, arguments):
        if not arguments.pid:
            raise Problem("There is no such session.")
        return Effect(f"Ends session {arguments.pid} of {self.name}.", "It is idle.")


class Service(Scripted):
    @tool(timeout=0.5)
    async def http_health(self, arguments: NoArguments, report: Report) -> str:
        """Whether the service is up and how slow."""
        return await self.play(report)

    @tool(timeout=0.5)
    async def external_apis(self, arguments: NoArguments, report: Report) -> str:
        """Whether external APIs are up or out of quota."""
        return await self.play(report)


class Monitoring(Scripted):
    @tool(timeout=0.5)
    async def prometheus_alerts(self, arguments: NoArguments, report: Report) -> str:
        """Which alerts fire."""
        return await self.play(report)


class Host(Scripted):
    @tool(timeout=0.5)
    async def host_disk(self, arguments: NoArguments, report: Report) -> str:
        """How full the disks are."""
        return await self.play(report)

    @tool(timeout=0.5)
    async def host_load(self, arguments: NoArguments, report: Report) -> str:
        """Load and memory."""
        return await self.play(report)


def desk():
    """One of each: market, quotes, warehouse, quotes-api, monitoring, box."""
    return [
        Store("market", "duckdb"),
        Cache("quotes", "redis"),
        Database("warehouse", "postgres"),
        Service("quotes-api", "http"),
        Monitoring("monitoring", "prometheus"),
        Host("box", "host"),
    ]


DISK_FULL = Script(
    "the disk is full",
    [("disk_full", "critical", "The disk / of box is 99.6% full", "/")],
    [("disk.root.used", "share of / in use", 0.996, "fraction")],
)
INGESTION_FAILED = Script(
    "The last ingestion into market failed: No space left on device.",
    [("ingestion_failed", "critical", "The last ingestion into market failed: No space left on device", "vendor")],
    [("ingestion.failed_in_a_row", "ingestions failed in a row", 3, "count")],
)
STALE = Script(
    "1 of 2 symbols in market behind.",
    [("stale", "critical", "SPY ends on 20 November 2026, 24 November 2026 was expected", "SPY")],
    [("spy.last_date", "last date of SPY", "2026-11-20", "date")],
)
