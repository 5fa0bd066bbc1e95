"""A diagnosis: which tools were asked, what they found, how it hangs together, and what was not checked and why.

`diagnose` needs no model: the question selects tools (`topics`), they run at once and each fails alone (`executor`), rules
relate what they found (`causes`), and the runbook of the cause says what to do next.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Literal

from tools.diagnostics.causes import Story, stories
from tools.diagnostics.claims import contradictions
from tools.diagnostics.conditions import NOT_ANSWERING, Condition
from tools.diagnostics.executor import Caller, Executor
from tools.diagnostics.question_forms import complains
from tools.diagnostics.runbooks import Runbook, Runbooks, Step, index_of
from tools.diagnostics.tool import Finding, Json, Result
from tools.diagnostics.topics import Selection, about, select

Verdict = Literal["healthy", "degraded", "broken", "unknown", "denied"]
Progress = Callable[[str], Awaitable[None]]

_RUNBOOK_OF: Final[Mapping[Condition, str]] = {
    "stale": "stale-data",
    "empty": "stale-data",
    "missing": "data-quality",
    "gap": "data-quality",
    "duplicates": "data-quality",
    "price_jump": "data-quality",
    "bad_prices": "data-quality",
    "frozen": "data-quality",
    "future_dates": "data-quality",
    "locked": "database-down",
    "corrupt": "database-down",
    "ingestion_failed": "stuck-pipeline",
    "ingestion_stuck": "stuck-pipeline",
    "ingestion_overdue": "stuck-pipeline",
    "ingestion_empty": "stuck-pipeline",
    "paused": "stuck-pipeline",
    "scheduler_down": "stuck-pipeline",
    "connections_exhausted": "connection-exhaustion",
    "connections_high": "connection-exhaustion",
    "idle_in_transaction": "slow-queries",
    "blocked_query": "slow-queries",
    "slow_query": "slow-queries",
    "bloat": "slow-queries",
    "replication_lag": "replica-behind",
    "size_high": "disk-filling",
    "ids_running_out": "database-refuses-writes",
    "memory_high": "cache-eviction-storm",
    "evictions": "cache-eviction-storm",
    "low_hit_rate": "cache-eviction-storm",
    "persistence_failed": "cache-refuses-writes",
    "writes_refused": "cache-refuses-writes",
    "clients_high": "cache-down",
    "service_down": "service-down",
    "unexpected_status": "service-down",
    "assertion_failed": "service-down",
    "slow": "service-down",
    "certificate_expiring": "certificate-expiry",
    "certificate_expired": "certificate-expiry",
    "tls_error": "certificate-expiry",
    "dependency_down": "external-api-quota",
    "quota_exhausted": "external-api-quota",
    "claim_contradicted": "service-down",
    "claim_outdated": "service-down",
    "clock_skew": "wrong-clock",
    "target_down": "monitoring-blind",
    "alert_firing": "alert-flood",
    "threshold_crossed": "alert-flood",
    "disk_full": "disk-filling",
    "disk_high": "disk-filling",
    "memory_low": "host-overload",
    "load_high": "host-overload",
    "queue_backlog": "backtest-queue-backlog",
    "jobs_given_up": "slack-outage",
    "slack_disconnected": "slack-outage",
    "model_down": "model-outage",
}
_NOT_ANSWERING_BY_KIND: Final[Mapping[str, str]] = {
    "redis": "cache-down",
    "postgres": "database-down",
    "duckdb": "database-down",
    "prometheus": "monitoring-blind",
    "airflow": "stuck-pipeline",
}
_BY_KIND: Final[Mapping[tuple[Condition, str], str]] = {
    ("slow", "redis"): "cache-slow",
    ("slow", "postgres"): "slow-queries",
    ("empty", "redis"): "cache-down",
    ("empty", "prometheus"): "monitoring-blind",
    ("writes_refused", "postgres"): "database-refuses-writes",
    ("empty", "platform"): "service-down",
    ("missing", "duckdb"): "stale-data",
    ("missing", "host"): "disk-filling",
    ("missing", "prometheus"): "monitoring-blind",
    ("missing", "postgres"): "database-down",
    ("dependency_down", "airflow"): "stuck-pipeline",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `given` are arguments that the text carries; `before` are the topics its thread was about."""

    text: str
    given: Mapping[str, Json] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """What was not checked, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything known. `stories` touch what was asked, `aside` do not; results are in the order of the calls."""

    id: str
    question: str
    at: datetime
    verdict: Verdict
    selection: Selection
    results: tuple[Result, ...]
    stories: tuple[Story, ...] = ()
    aside: tuple[Story, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    denied: tuple[str, ...] = ()
    """Names of tools the asker may not use."""
    refusal: str = ""
    """The sentence that says so."""
    runbook: Runbook | None = None
    next_step: Step | None = None
    connected: tuple[str, ...] = ()
    """Names of everything that could be asked."""
    remark: str = ""
    """A model's words about it, where there are some that may be said."""

    @property
    def escalate_to(self) -> str:
        """The group to wake, empty where nothing is wrong."""
        return self.runbook.escalate_to if self.runbook else ""

    @property
    def cause(self) -> Finding | None:
        """The first story's cause."""
        return self.stories[0].cause if self.stories else None


def given_by(arguments: Mapping[str, object]) -> dict[str, Json]:
    """What the router found in a text, as tools take it: `symbols`, and the start of a period as `since`."""
    given: dict[str, Json] = {}
    symbols = arguments.get("symbols")
    if isinstance(symbols, Sequence) and symbols:
        given["symbols"] = [str(symbol) for symbol in symbols]
    period = arguments.get("period")
    if isinstance(period, Mapping) and period.get("start"):
        given["since"] = str(period["start"])
    return given


class Diagnostician:
    """Answers questions with an executor's tools and these runbooks."""

    def __init__(self, executor: Executor, runbooks: Runbooks) -> None:
        self.executor = executor
        self.runbooks = runbooks
        self._index = index_of(runbooks)

    async def diagnose(self, question: Question, caller: Caller, progress: Progress) -> Diagnosis:
        """Ask and relate. Never raises for what a tool does."""
        registry = self.executor.registry
        selection = await asyncio.to_thread(select, question.text, registry, question.given, question.before)
        found = await self.run(selection, question, caller, progress)
        return await self._look_round(found, question, caller, progress) if found.verdict == "healthy" else found

    async def _look_round(
        self, found: Diagnosis, question: Question, caller: Caller, progress: Progress
    ) -> Diagnosis:
        """Where what was asked about is well: look at everything else, as a colleague would before going back to bed."""
        rest = found.selection.rest(await self.executor.offered(caller))
        if not rest:
            return found
        await progress(f"that is well; looking round with {_number(len(rest), 'tool')}")
        more = await self.executor.run(rest, caller, correlation_id=question.correlation_id)
        return await asyncio.to_thread(self.conclude, found.selection, question, [*found.results, *more])

    async def again(self, topics: Sequence[str], question: Question, caller: Caller, progress: Progress) -> Diagnosis:
        """The same once more: about these topics, everything where there are none."""
        selection = await asyncio.to_thread(about, topics, self.executor.registry)
        return await self.run(selection, question, caller, progress)

    async def run(self, selection: Selection, question: Question, caller: Caller, progress: Progress) -> Diagnosis:
        """The same for tools that are chosen already."""
        await progress(f"asking {_number(len(selection.calls), 'tool')}")

        async def told(result: Result) -> None:
            await progress(f"{result.connection or result.tool}: {result.summary}")

        results = await self.executor.run(
            selection.calls, caller, correlation_id=question.correlation_id, on_result=told
        )
        return await asyncio.to_thread(self.conclude, selection, question, results)

    def conclude(self, selection: Selection, question: Question, results: Sequence[Result]) -> Diagnosis:
        """What results mean together. Blocks for some milliseconds."""
        asked_of = {(call.tool, call.connection) for call in selection.asked}
        asked = [
            finding
            for result in results
            if (result.tool, result.connection) in asked_of
            for finding in result.findings
        ]
        kinds = {name: each.kind for name, each in self.executor.registry.connections.items()}
        measured = [finding for result in results for finding in result.findings]
        every = _once([*measured, *contradictions(results, kinds)])
        focus = [finding for finding in every if any(_same(finding, other) for other in asked)]
        told = stories(every, focus)
        touching = tuple(story for story in told if set(story.findings) & set(focus))
        if not touching and not selection.sure:
            touching = told  # nobody knows what was meant, and this is what is wrong
        elif not touching and complains(question.text):
            touching = tuple(story for story in told if story.severity == "critical")
        denied = tuple(dict.fromkeys(result.tool for result in results if result.status == "denied"))
        found = Diagnosis(
            id=f"diag-{secrets.token_hex(6)}",
            question=question.text,
            at=datetime.now(UTC),
            verdict=_verdict(touching, [r for r in results if (r.tool, r.connection) in asked_of]),
            selection=selection,
            results=tuple(results),
            stories=touching,
            aside=tuple(story for story in told if story not in touching),
            unchecked=_unchecked(results, selection),
            denied=denied,
            connected=tuple(self.executor.registry.connections),
            refusal=next((result.summary for result in results if result.status == "denied"), ""),
        )
        runbook = self._runbook(found)
        ran = {result.tool for result in results if result.status in ("ok", "no_data", "error")}
        step = self._next_step(found, runbook, ran) if runbook is not None else None
        return replace(found, runbook=runbook, next_step=step)

    def _next_step(self, found: Diagnosis, runbook: Runbook, ran: set[str]) -> Step | None:
        """The step that answers this cause, else the first that changes something, else the first not done yet."""
        tools = self.executor.registry.tools
        left = [step for step in runbook.steps if step.tool not in ran and (not step.tool or step.tool in tools)]
        answers = [step for step in left if found.cause and found.cause.condition in step.conditions]
        acts = [step for step in left if not step.tool or tools[step.tool].kind == "action"]
        return next(iter([*answers, *acts, *left]), None)

    def _runbook(self, found: Diagnosis) -> Runbook | None:
        if found.cause is None:
            return None
        connection = self.executor.registry.connections.get(found.cause.connection)
        kind = connection.kind if connection is not None else ""
        return self.runbooks.find(runbook_for(found.cause, kind)) or self._by_symptom(found.cause)

    def _by_symptom(self, cause: Finding) -> Runbook | None:
        """For causes that no runbook is written for: the one whose symptoms sound like it, where one clearly does."""
        hit = self._index.search(f"{cause.summary} {cause.subject}", limit=2)
        return self.runbooks.find(hit.best) if hit.sure else None


def runbook_for(cause: Finding, kind: str) -> str:
    """The id of the runbook for a cause in a system of that kind; empty where there is none of ours."""
    if cause.condition == "auth_failed":
        return "credentials-refused"
    if cause.condition in NOT_ANSWERING and cause.condition != "tls_error":
        return _NOT_ANSWERING_BY_KIND.get(kind, "service-down")
    return _BY_KIND.get((cause.condition, kind)) or _RUNBOOK_OF.get(cause.condition, "")


def _verdict(touching: Sequence[Story], asked: Sequence[Result]) -> Verdict:
    if any(story.severity == "critical" for story in touching):
        return "broken"
    if touching:
        return "degraded"
    if any(result.status == "ok" for result in asked):
        return "healthy"
    return "denied" if asked and all(result.status == "denied" for result in asked) else "unknown"


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once; of a system that does not answer, one for all its tools."""
    kept: list[Finding] = []
    for finding in findings:
        if not any(_same(finding, other) for other in kept):
            kept.append(finding)
    return kept


def _same(one: Finding, other: Finding) -> bool:
    if one.connection != other.connection or one.condition != other.condition:
        return False
    return one.condition in NOT_ANSWERING or (one.subject == other.subject and one.summary == other.summary)


def _unchecked(results: Sequence[Result], selection: Selection) -> tuple[Unchecked, ...]:
    """What is refused, what nothing is connected for, what did not answer; and what had nothing to measure, if asked."""
    chosen = {(call.tool, call.connection) for call in selection.calls}
    asked = {(call.tool, call.connection) for call in selection.asked}
    found = [
        Unchecked(topic.title, f"nothing is connected for it; it needs {topic.needs}") for topic in selection.missing
    ]
    for result in results:
        if (result.tool, result.connection) not in chosen and selection.calls:
            continue
        if result.status == "denied":
            found.append(Unchecked(result.tool, "your role does not allow it"))
        elif result.status == "error" or (result.status == "no_data" and _belongs(result, asked, results)):
            found.append(Unchecked(_of(result), result.summary.rstrip(".")))
    return tuple(dict.fromkeys(found))


def _belongs(result: Result, asked: set[tuple[str, str]], results: Sequence[Result]) -> bool:
    """Nothing to measure is worth saying where it was asked about and nothing else there could be measured."""
    others = (other for other in results if other.connection == result.connection and other.status == "ok")
    return (result.tool, result.connection) in asked and not any(others)


def _of(result: Result) -> str:
    return f"{result.tool} of {result.connection}" if result.connection else result.tool


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
