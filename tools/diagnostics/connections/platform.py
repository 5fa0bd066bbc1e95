"""The desk's platform: what it says of itself beside what was measured, and how its backtests get on."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from tools.diagnostics.connections import payload
from tools.diagnostics.connections.base import ConnectionConfig, Duration, read_options
from tools.diagnostics.connections.web import Answer, WebConnection, WebOptions, at, judge, moment
from tools.diagnostics.tool import Fault, Json, NoArguments, NoData, Report, slug, tool
from tools.narrative.text import duration_text, plural

_SHOWN: Final = 10


class PlatformPaths(BaseModel):
    """Where the platform answers, below its address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    health: str = "/api/v1/backtests/health"
    backtests: str = "/api/v1/backtests/"


class PlatformOptions(WebOptions):
    """What is expected of the platform."""

    paths: PlatformPaths = Field(default_factory=PlatformPaths, examples=['paths = {health = "/health"}'])
    """Where the platform answers, below its address: `health`, `backtests`."""
    slow_after: Annotated[float, Field(gt=0)] = 2.0
    """Seconds an answer may take."""
    claims_max_age: Duration = timedelta(minutes=15)
    """How old what it says of itself may be."""
    queue_warning: Annotated[int, Field(ge=1)] = 20
    """Backtests that may wait."""
    waiting_warning: Duration = timedelta(minutes=30)
    """How long the oldest may wait."""
    failed_within: Duration = timedelta(days=1)
    """How far back failed backtests count."""


class PlatformConnection(WebConnection):
    """The platform's REST API."""

    options_type = PlatformOptions

    def __init__(self, config: ConnectionConfig) -> None:
        self.options = read_options(config, PlatformOptions)
        super().__init__(config, self.options)

    async def check(self) -> str:
        """Asks its health."""
        answer = await self.web.ask(None, self.options.paths.health)
        judge(self.name, answer.status)
        return f"answers in {duration_text(answer.latency)}"

    @tool(timeout=10)
    async def platform_health(self, arguments: NoArguments, report: Report) -> str:
        """How the platform is: what it says of its services, databases and external APIs, beside what was measured.

        Answers "is the platform up", "is the market data service healthy".
        """
        health, listing = await asyncio.gather(
            self.web.ask(report, self.options.paths.health),
            self.web.ask(report, self.options.paths.backtests, parameters={"skip": 0, "limit": 1}),
        )
        document = health.json()
        said = payload.report_claims(document, report, oldest=self.options.claims_max_age)
        self._measured("health", health, report)
        self._measured("backtests", listing, report)
        self._counted(document, report)
        if listing.status >= 500 and any(each.verdict == "good" for each in said):
            told = f"{self.name} says it is well, but cannot list its backtests (status {listing.status})"
            report.finding("claim_contradicted", "warning", told)
        if report.worst() in (None, "info"):
            return f"{self.name} answers in {duration_text(health.latency)} and says all is well."
        return f"{self.name}: {report.findings[0].summary}."

    @tool(timeout=10)
    async def external_apis(self, arguments: NoArguments, report: Report) -> str:
        """What the platform says of the external APIs it depends on, such as Alpha Vantage."""
        answer = await self.web.ask(report, self.options.paths.health)
        judge(self.name, answer.status)
        external = [
            each
            for each in payload.report_claims(answer.json(), report, oldest=self.options.claims_max_age)
            if each.external
        ]
        if not external:
            raise NoData(f"{self.name} says nothing of external APIs.")
        return (
            f"{self.name} says: "
            + "; ".join(f"{each.path.rpartition('.')[2]} {each.says}" for each in external)
            + "."
        )

    @tool(timeout=10)
    async def queue_depth(self, arguments: NoArguments, report: Report) -> str:
        """How many backtests of the platform wait, run or failed lately, and how long the oldest waits.

        Answers "how full is the backtest queue", "are backtests stuck", "which backtests failed".
        """
        document = await self.web.fetch(report, self.options.paths.backtests, {"skip": 0, "limit": 200})
        runs = at(document, "backtests")
        if not isinstance(runs, list):
            raise Fault("misconfigured", f"{self.name} gave no list of backtests; check its url and paths")
        counts = Counter(str(at(run, "status")) for run in runs)
        waiting = [run for run in runs if at(run, "status") == "pending"]
        for status, count in counts.items():
            report.fact(f"backtests.{slug(status)}", f"{status} backtests of {self.name}", count, "count")
        self._waiting(waiting, report)
        self._failed([run for run in runs if at(run, "status") == "failed"], report)
        told = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        return f"Of the last {plural(len(runs), 'backtest')} of {self.name}: {told or 'none'}."

    def _measured(self, what: str, answer: Answer, report: Report) -> None:
        latency = report.fact(f"{what}.latency", f"time {self.name} took for its {what}", answer.latency, "seconds")
        report.fact(f"{what}.status", f"status of {self.name}'s {what}", str(answer.status), "text")
        if answer.latency > self.options.slow_after:
            said = f"{self.name} took {duration_text(answer.latency)} for its {what}"
            report.finding("slow", "warning", said, latency)
        if answer.status >= 300:
            try:
                judge(self.name, answer.status)
            except Fault as fault:
                report.finding(fault.condition, "critical", f"{fault}, asked for its {what}")

    def _counted(self, document: Json, report: Report) -> None:
        """Counts the platform states; a store that says connected and holds nothing is worth a word."""
        databases = at(document, "databases")
        if not isinstance(databases, Mapping):
            return
        for name, stated in databases.items():
            for key, value in stated.items() if isinstance(stated, dict) else ():
                if isinstance(value, int) and not isinstance(value, bool):
                    report.claim(f"databases.{name}.{key}", str(value), said_at=payload.said_at(document))
                    if value == 0 and key == "symbols_count":
                        said = f"{self.name} says its {name} holds no symbols"
                        report.finding("empty", "critical", said, subject=name)

    def _waiting(self, waiting: list[Json], report: Report) -> None:
        made = [found for run in waiting if (found := moment(at(run, "created_at")))]
        oldest = max(((datetime.now(UTC) - each).total_seconds() for each in made), default=0.0)
        number = report.fact("backtests.waiting", f"backtests of {self.name} that wait", len(waiting), "count")
        age = report.fact("backtests.oldest", "time the oldest backtest waits", max(oldest, 0.0), "seconds")
        if len(waiting) > self.options.queue_warning or oldest > self.options.waiting_warning.total_seconds():
            said = (
                f"{plural(len(waiting), 'backtest')} of {self.name} waiting, the oldest for {duration_text(oldest)}"
            )
            report.finding("queue_backlog", "critical", said, number, age, subject="backtests")

    def _failed(self, failed: list[Json], report: Report) -> None:
        since = datetime.now(UTC) - self.options.failed_within
        recent = [
            run for run in failed if (moment(at(run, "end_time")) or moment(at(run, "updated_at")) or since) > since
        ]
        fact = report.fact(
            "backtests.failed_lately", f"backtests of {self.name} that failed lately", len(recent), "count"
        )
        for run in recent[:_SHOWN]:
            report.line(f"failed: {at(run, 'name')} ({at(run, 'id')})")
        if recent:
            said = f"{plural(len(recent), 'backtest')} of {self.name} failed lately"
            report.finding("jobs_given_up", "warning", said, fact, subject="backtests")


def open_connection(config: ConnectionConfig) -> PlatformConnection:
    """A connection of kind `platform`."""
    return PlatformConnection(config)
