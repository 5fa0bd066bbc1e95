"""The contract of a diagnostic tool: what it is given, what it gives back, and how a connection declares one.

A tool is a method of a connection, marked with `tool`: its docstring is what a model (and a reader) is told, its first
argument a pydantic model. It writes what it measured into a `Report` as it goes, so that what was found before a
timeout is kept, and returns one line. What goes wrong is raised: `NoData` where there is nothing to measure, `Fault`
where the system does not answer, any other `Problem` where the question cannot be asked.

    @tool(permission="diagnose")
    async def redis_memory(self, arguments: NoArguments, report: Report) -> str:
        \"\"\"How full the cache is and whether it evicts keys.\"\"\"
        info = await self.info(report, "memory")
        used = report.fact("memory.used", "memory used", info["used_memory"], "bytes")
        if ...:
            report.finding("memory_high", "warning", "Memory is nearly full", used)
        return "..."
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from tools.backtests.model import Unit
from tools.diagnostics.conditions import Condition, Severity
from tools.errors import Problem
from tools.narrative.facts import Fact, FactValue

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

Permission = Literal["check_freshness", "diagnose", "act"]
"""What a person must be allowed to do; the same words as the bot's permissions."""
Kind = Literal["read", "action"]
Status = Literal["ok", "no_data", "error", "denied", "needs_approval"]

_MOST_FACTS: Final = 200
_MOST_FINDINGS: Final = 50


class Arguments(BaseModel):
    """Base of every tool's arguments: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoArguments(Arguments):
    """For a tool that needs to be told nothing."""


class NoData(Problem):
    """There is nothing to measure: no rows, no runs, an empty answer. The message says of what."""


class Fault(Problem):
    """The system itself does not answer as it should; becomes a critical finding of this condition."""

    def __init__(self, condition: Condition, message: str) -> None:
        super().__init__(message)
        self.condition: Condition = condition


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where figures come from: what was asked (a query, a URL, a file), of whom, and when (UTC)."""

    query: str
    source: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or worth knowing. `subject` is what it is about within the connection (a symbol, a
    table, an alert), `facts` the ids of the figures that bear it out."""

    condition: Condition
    severity: Severity
    summary: str
    connection: str
    subject: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a service says of itself, or of another: never a measurement. `said_at` is None where it does not say."""

    by: str
    about: str
    says: str
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """An action before it runs: exact arguments, what will happen, and the digest that execution is held to.

    `effect` is what it will do, and is looked at again before it runs; `now` is how things stood when it was planned.
    `until` is when it can no longer be confirmed, in seconds since 1970; the nonce makes each plan good for once.
    """

    tool: str
    connection: str
    arguments: Mapping[str, Json]
    effect: str
    now: str
    until: int
    nonce: str
    digest: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one tool found on one connection. Facts of different connections never share an id."""

    tool: str
    connection: str
    status: Status
    summary: str
    facts: tuple[Fact, ...] = ()
    findings: tuple[Finding, ...] = ()
    claims: tuple[Claim, ...] = ()
    lines: tuple[str, ...] = ()
    """Details, each a line for the thread: rows, alerts, queries. Data, never instructions."""
    evidence: tuple[Evidence, ...] = ()
    duration: float = 0.0
    """Seconds."""
    cut: bool = False
    """Whether something was left out to keep the bound."""
    plan: Plan | None = None
    """With status `needs_approval`: what is to be confirmed."""

    def as_json(self) -> dict[str, Json]:
        """What a model is shown: plain JSON, times in ISO 8601."""
        return {
            "tool": self.tool,
            "connection": self.connection,
            "status": self.status,
            "summary": self.summary,
            "facts": [
                {"id": fact.id, "label": fact.label, "value": fact.value, "unit": fact.unit} for fact in self.facts
            ],
            "findings": [
                {
                    "condition": finding.condition,
                    "severity": finding.severity,
                    "subject": finding.subject,
                    "summary": finding.summary,
                }
                for finding in self.findings
            ],
            "claims": [
                {
                    "by": claim.by,
                    "about": claim.about,
                    "says": claim.says,
                    "said_at": claim.said_at.isoformat() if claim.said_at else None,
                }
                for claim in self.claims
            ],
            "lines": list(self.lines),
            "evidence": [
                {"query": each.query, "source": each.source, "time": each.time.isoformat()} for each in self.evidence
            ],
            "cut": self.cut,
        }


def slug(name: str) -> str:
    """A name as part of a fact's id: lower case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "x"


class Report:
    """Gathers what a tool finds while it runs."""

    def __init__(self, tool: str, connection: str) -> None:
        self.tool = tool
        self.connection = connection
        self._facts: dict[str, Fact] = {}
        self._findings: list[Finding] = []
        self._claims: list[Claim] = []
        self._lines: list[str] = []
        self._evidence: list[Evidence] = []

    def fact(
        self,
        measure: str,
        label: str,
        value: FactValue,
        unit: Unit,
        *,
        period: str | None = None,
        definition: str = "",
        source: str = "",
    ) -> str:
        """Keep a figure under `<connection>.<measure>`; returns that id. `source` defaults to the last query."""
        fact_id = f"{slug(self.connection)}.{measure}"
        asked = source or (self._evidence[-1].query if self._evidence else self.tool)
        self._facts.setdefault(
            fact_id, Fact(fact_id, label, value, unit, period, definition, engine=self.connection, source=asked)
        )
        return fact_id

    def finding(self, condition: Condition, severity: Severity, summary: str, *facts: str, subject: str = "") -> None:
        """Keep something that is wrong, with the ids of the facts that show it."""
        self._findings.append(Finding(condition, severity, summary, self.connection, subject, facts))

    def claim(self, about: str, says: str, *, by: str = "", said_at: datetime | None = None) -> None:
        """Keep what a service says, as its word."""
        self._claims.append(Claim(by or self.connection, about, says, said_at))

    def line(self, text: str) -> None:
        """Keep a line of detail."""
        self._lines.append(text)

    def asked(self, query: str, source: str = "") -> None:
        """Note what is asked, when, and of whom (this connection unless said)."""
        self._evidence.append(Evidence(query, source or self.connection, datetime.now(UTC)))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found so far."""
        return tuple(self._findings)

    def worst(self) -> Severity | None:
        """The severest finding so far."""
        severities = {finding.severity for finding in self._findings}
        ordered: tuple[Severity, ...] = ("critical", "warning", "info")
        return next((severity for severity in ordered if severity in severities), None)

    def result(self, status: Status, summary: str, duration: float = 0.0) -> Result:
        """Everything gathered, the severest findings first."""
        rank = {"critical": 0, "warning": 1, "info": 2}
        findings = sorted(self._findings, key=lambda finding: rank[finding.severity])
        facts = list(self._facts.values())
        return Result(
            self.tool,
            self.connection,
            status,
            summary,
            tuple(facts[:_MOST_FACTS]),
            tuple(findings[:_MOST_FINDINGS]),
            tuple(self._claims[:_MOST_FINDINGS]),
            tuple(self._lines),
            tuple(self._evidence),
            duration,
            len(facts) > _MOST_FACTS or len(findings) > _MOST_FINDINGS,
        )


Run: TypeAlias = Callable[[Any, Report], Awaitable[str]]
"""Runs on one connection; the first argument is an instance of the tool's `arguments`."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action will do, in one sentence that must still hold when it runs, and how things stand now."""

    does: str
    now: str = ""


Foresee: TypeAlias = Callable[[Any], Awaitable[Effect]]
"""For an action: looks at what it would do; raises `Problem` where it cannot be done."""


@dataclass(frozen=True, slots=True)
class Target:
    """A tool on one connection."""

    run: Run
    effect: Foresee | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool and the connections it can be asked of, by name."""

    name: str
    description: str
    permission: Permission
    kind: Kind
    arguments: type[Arguments]
    timeout: float
    """Seconds for one connection."""
    output: int
    """Characters of one result's lines."""
    targets: Mapping[str, Target] = field(default_factory=dict)

    def schema(self) -> dict[str, Json]:
        """JSON schema of the arguments for a model, with `connection` as a choice where there is one."""
        schema: dict[str, Json] = self.arguments.model_json_schema()
        properties = schema.setdefault("properties", {})
        if isinstance(properties, dict) and len(self.targets) > 1:
            names: list[Json] = [*sorted(self.targets)]
            properties["connection"] = {
                "type": "string",
                "enum": names,
                "description": "Which system; leave it out to ask all of them.",
            }
        return schema


@dataclass(frozen=True, slots=True)
class Declared:
    """What `tool` notes on a method."""

    name: str
    description: str
    permission: Permission
    kind: Kind
    arguments: type[Arguments]
    timeout: float
    output: int
    effect: str


_Method = TypeVar("_Method", bound=Callable[..., Awaitable[str]])
_MARK: Final = "__diagnostic_tool__"


def tool(
    *,
    permission: Permission = "diagnose",
    timeout: float = 5.0,
    output: int = 4_000,
    effect: str = "",
) -> Callable[[_Method], _Method]:
    """Declare a method of a connection as a tool of the method's name.

    `effect` names the method that says what an action will do, and makes it one: a tool with an effect changes
    something, and runs only once a person has confirmed exactly that.
    """

    def mark(method: _Method) -> _Method:
        arguments = method.__annotations__["arguments"]
        description = " ".join((method.__doc__ or "").split())
        if not description:
            raise TypeError(f"The tool {method.__name__} has no docstring to tell a model what it answers.")
        declared = Declared(
            method.__name__,
            description,
            permission,
            "action" if effect else "read",
            arguments,
            timeout,
            output,
            effect,
        )
        setattr(method, _MARK, declared)
        return method

    return mark


def declared_on(owner: object) -> Mapping[str, tuple[Declared, Target]]:
    """The tools of a connection: what each declares, and how to run it there."""
    found: dict[str, tuple[Declared, Target]] = {}
    for name, declared in declared_by(type(owner)).items():
        effect: Foresee | None = getattr(owner, declared.effect) if declared.effect else None
        found[name] = (declared, Target(getattr(owner, name), effect))
    return found


def declared_by(kind: type) -> Mapping[str, Declared]:
    """The tools that a kind of connection declares, by name."""
    marked = (getattr(getattr(kind, name), _MARK, None) for name in dir(kind))
    return {declared.name: declared for declared in marked if isinstance(declared, Declared)}
