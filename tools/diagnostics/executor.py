"""Runs tools for a person: may they, then all at once, each failing alone, what comes back bounded and redacted.

The permission is asked for here, at the moment of running, whatever was offered before. A tool that hangs costs its
own timeout and nothing else. An action never runs from here: it comes back as a plan to be confirmed (`actions.py`).
"""

import asyncio
import contextlib
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, Protocol, TypeVar

import structlog
from pydantic import ValidationError

from tools.diagnostics.registry import Registry
from tools.diagnostics.tool import (
    Arguments,
    Claim,
    Fault,
    Finding,
    Json,
    NoData,
    Permission,
    Report,
    Result,
    Target,
    Tool,
)
from tools.errors import BadInput, NotFound, Problem
from tools.narrative.facts import Fact
from tools.redact import redact

_SUMMARY: Final = 400
_TEXT: Final = 500
_GRACE: Final = 0.2  # seconds a cancelled tool has to let go
_MOST_CALLS: Final = 200

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class Caller(Protocol):
    """Who asks, as the executor needs to know them."""

    @property
    def id(self) -> str:
        """For the audit."""
        ...

    async def allows(self, permission: Permission) -> bool:
        """Whether they may, at this moment."""
        ...

    def denial(self, permission: Permission) -> str:
        """One sentence: what is not allowed and whom to ask."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """A tool to run. Without `connection` it is asked of every connection that has it."""

    tool: str
    arguments: Mapping[str, Json] = field(default_factory=dict)
    connection: str = ""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One run for the audit. Reads are told once, `after`; an action also `before` it runs."""

    actor: str
    tool: str
    connection: str
    arguments: Mapping[str, Json]
    phase: Literal["before", "after"]
    status: str
    result_hash: str = ""
    duration_ms: float = 0.0
    correlation_id: str = ""
    approved_by: tuple[str, ...] = ()


AuditHook = Callable[[AuditEvent], Awaitable[None]]
OnResult = Callable[[Result], Awaitable[None]]


class Executor:
    """Runs calls against a registry. `audit` is told of every run, refused ones included."""

    def __init__(self, registry: Registry, audit: AuditHook) -> None:
        self.registry = registry
        self._audit = audit

    async def offered(self, caller: Caller) -> tuple[Tool, ...]:
        """The tools this person may use, by name; actions too, which come back as plans."""
        allowed = {tool.permission for tool in self.registry.tools.values()}
        may = {permission for permission in allowed if await caller.allows(permission)}
        return tuple(tool for name, tool in sorted(self.registry.tools.items()) if tool.permission in may)

    async def run(
        self,
        calls: Sequence[Call],
        caller: Caller,
        *,
        correlation_id: str = "",
        on_result: OnResult | None = None,
    ) -> list[Result]:
        """Every call on each of its connections, concurrently; results in the order of the calls.

        Never raises for what a tool does; a fault of the audit is raised, for what is not recorded is not shown.
        """
        single = [each for call in calls[:_MOST_CALLS] for each in self._expanded(call)]

        async def one(call: Call) -> Result:
            result = await self._one(call, caller, correlation_id)
            if on_result is not None:
                await on_result(result)
            return result

        return list(await asyncio.gather(*(one(call) for call in single[:_MOST_CALLS])))

    def _expanded(self, call: Call) -> list[Call]:
        tool = self.registry.tools.get(call.tool)
        if tool is None or call.connection:
            return [call]
        return [replace(call, connection=name) for name in tool.targets]

    async def _one(self, call: Call, caller: Caller, correlation_id: str) -> Result:
        started = time.perf_counter()
        try:
            tool, arguments, target = self.resolve(call)
        except Problem as problem:
            result = self.clean(Result(call.tool, call.connection, "error", str(problem)))
        else:
            result = await self._permitted(tool, arguments, target, call, caller)
        result = replace(result, duration=time.perf_counter() - started)
        await self._audit(
            AuditEvent(
                caller.id,
                result.tool,
                result.connection,
                call.arguments,
                "after",
                result.status,
                result_hash(result),
                result.duration * 1000,
                correlation_id,
            )
        )
        return result

    async def _permitted(
        self, tool: Tool, arguments: Arguments, target: Target, call: Call, caller: Caller
    ) -> Result:
        if not await caller.allows(tool.permission):
            return Result(tool.name, call.connection, "denied", caller.denial(tool.permission))
        if tool.kind == "action":
            from tools.diagnostics.actions import planned

            return self.clean(await planned(tool, arguments, target, call.connection))
        return await self.measure(tool, arguments, target, call.connection)

    def resolve(self, call: Call) -> tuple[Tool, Arguments, Target]:
        """Raises `Problem` in words where there is no such tool or connection, or the arguments do not fit."""
        tool = self.registry.tool(call.tool)
        if call.connection not in tool.targets:
            names = ", ".join(tool.targets)
            raise NotFound(f"{tool.name} cannot be asked of '{call.connection}'; it can of {names}.")
        given = {key: value for key, value in call.arguments.items() if key != "connection"}
        try:
            return tool, tool.arguments.model_validate(given), tool.targets[call.connection]
        except ValidationError as error:
            raise BadInput(f"{tool.name}: {_worded(error)}.") from None

    async def measure(self, tool: Tool, arguments: Arguments, target: Target, connection: str) -> Result:
        """Run it, whoever asks: within its timeout, what it found so far kept, cleaned."""
        report = Report(tool.name, connection)
        started = time.perf_counter()
        try:
            summary = await within(target.run(arguments, report), tool.timeout)
            result = report.result("ok", summary)
        except NoData as problem:
            result = report.result("no_data", str(problem))
        except Fault as fault:
            report.finding(fault.condition, "critical", str(fault))
            result = report.result("error", str(fault))
        except Problem as problem:
            result = report.result("error", str(problem))
        except TimeoutError:
            said = f"{connection} gave no answer within {tool.timeout:g} s"
            report.finding("timeout", "critical", said)
            result = report.result("error", said + ".")
        except Exception:
            _log.exception("diagnostics.tool_failed", tool=tool.name, connection=connection)
            result = report.result("error", f"{tool.name} failed on {connection}; the log says why.")
        return self.clean(replace(result, duration=time.perf_counter() - started), tool.output)

    def clean(self, result: Result, most: int = 4_000) -> Result:
        """Secrets taken out, texts bounded. Says in `cut` whether anything was left out."""
        secrets = self.registry.secrets()

        def text(value: str, longest: int = _TEXT) -> str:
            # Cut generously first, so that redaction is bounded, and to length after it, so that it sees whole secrets.
            return _shortened(cleaned(value[: longest * 8], secrets), longest)

        lines, cut = _bounded([text(line) for line in result.lines[:1_000]], most)
        return replace(
            result,
            summary=text(result.summary, _SUMMARY),
            facts=tuple(_clean_fact(fact, text) for fact in result.facts),
            findings=tuple(_clean_finding(finding, text) for finding in result.findings),
            claims=tuple(_clean_claim(claim, text) for claim in result.claims),
            lines=lines,
            evidence=tuple(
                replace(each, query=text(each.query), source=text(each.source)) for each in result.evidence[:50]
            ),
            cut=result.cut or cut or len(result.lines) > 1_000,
        )


async def within(work: Awaitable[_T], seconds: float) -> _T:
    """The outcome of `work`, or `TimeoutError` after `seconds` even if it does not heed being cancelled."""
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if done:
        return task.result()
    task.cancel()
    await asyncio.wait({task}, timeout=_GRACE)
    task.add_done_callback(_forget)
    raise TimeoutError


def _forget(task: "asyncio.Future[_T]") -> None:
    with contextlib.suppress(asyncio.CancelledError, Exception):
        task.result()


def result_hash(result: Result) -> str:
    """SHA-256 of what a tool gave back, for the audit."""
    shown = {key: value for key, value in result.as_json().items() if key != "evidence"}
    return hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).hexdigest()


def _worded(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"it takes no argument '{place}'"
    said = first["msg"].removeprefix("Value error, ")
    return f"{place}: {said[0].lower()}{said[1:]}" if place else said


def cleaned(text: str, secrets: Sequence[str]) -> str:
    """The text without these secrets, and without whatever looks like one."""
    for secret in secrets:
        text = text.replace(secret, "[redacted]")
    return redact(text)


def _shortened(text: str, longest: int) -> str:
    """Without control characters but line breaks, and no longer than that."""
    plain = "".join(c if c.isprintable() or c == "\n" else " " for c in text)
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def _bounded(lines: Sequence[str], most: int) -> tuple[tuple[str, ...], bool]:
    kept: list[str] = []
    left = most
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            return tuple(kept), True
        kept.append(line)
    return tuple(kept), False


def _clean_fact(fact: Fact, text: Callable[[str], str]) -> Fact:
    value = text(fact.value) if isinstance(fact.value, str) else fact.value
    return replace(fact, value=value, label=text(fact.label), source=text(fact.source))


def _clean_finding(finding: Finding, text: Callable[[str], str]) -> Finding:
    return replace(finding, summary=text(finding.summary), subject=text(finding.subject))


def _clean_claim(claim: Claim, text: Callable[[str], str]) -> Claim:
    return replace(claim, about=text(claim.about), says=text(claim.says))
