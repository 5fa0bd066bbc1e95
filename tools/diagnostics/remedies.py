"""Which action may mend what was found, with its arguments: from the finding's own words, or from what a person says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from tools.diagnostics.conditions import Condition
from tools.diagnostics.executor import Call
from tools.diagnostics.registry import Registry
from tools.diagnostics.tool import Finding, Json, Tool


@dataclass(frozen=True, slots=True)
class Remedy:
    """`tools` is a pattern over names of actions; `argument` stands in the finding's words, found by `pattern`, or is
    its subject."""

    condition: Condition
    tools: str
    argument: str
    pattern: str = ""


REMEDIES: Final = (
    Remedy("blocked_query", r"terminate", "pid", r"held by process (\d+)"),
    Remedy("idle_in_transaction", r"terminate", "pid", r"process (\d+)"),
    Remedy("slow_query", r"terminate", "pid", r"process (\d+)"),
    Remedy("ingestion_failed", r"rerun", "job"),
    Remedy("ingestion_stuck", r"rerun", "job"),
    Remedy("ingestion_overdue", r"rerun", "job"),
    Remedy("ingestion_empty", r"rerun", "job"),
    Remedy("paused", r"resume", "job"),
    Remedy("stale", r"rerun", ""),
    Remedy("gap", r"rerun", ""),
    Remedy("empty", r"rerun", ""),
    Remedy("bad_prices", r"rerun", ""),
)
_VERBS: Final[Mapping[str, str]] = {
    "rerun": r"rerun|ingest|trigger|backfill",
    "invalidate": r"invalidate|flush|purge",
    "terminate": r"terminate|kill",
    "pause": r"pause(?!.*resume)",
    "resume": r"resume|unpause",
}
"""What the router calls an action, and the tools that do it."""


def remedies(findings: Iterable[Finding], registry: Registry) -> list[Call]:
    """Actions that can be offered for the findings, each with all its arguments, the first finding's first."""
    found: dict[tuple[str, str, str], Call] = {}
    for finding in findings:
        for remedy in REMEDIES:
            if remedy.condition != finding.condition:
                continue
            for tool in _actions(registry, remedy.tools):
                call = _call(tool, finding, _argument(remedy, finding))
                if call is not None:
                    found.setdefault((call.tool, call.connection, str(call.arguments)), call)
    return list(found.values())


def asked_for(verb: str, text: str, named: Iterable[str], registry: Registry) -> tuple[list[Call], list[Tool]]:
    """The actions that words ask for with their arguments; and those that need to be told more."""
    complete: list[Call] = []
    lacking: list[Tool] = []
    chosen = tuple(named)
    for tool in _actions(registry, _VERBS.get(verb, r"(?!)")):
        arguments = _said(tool, text)
        if not _valid(tool, arguments):
            lacking.append(tool)
            continue
        targets = [name for name in tool.targets if not chosen or name in chosen]
        complete += [Call(tool.name, arguments, name) for name in targets]
    return complete, lacking


def _actions(registry: Registry, pattern: str) -> list[Tool]:
    by_name = re.compile(pattern)
    return [tool for tool in registry.tools.values() if tool.kind == "action" and by_name.search(tool.name)]


def _call(tool: Tool, finding: Finding, arguments: Mapping[str, Json]) -> Call | None:
    fits = finding.connection in tool.targets and _valid(tool, arguments)
    return Call(tool.name, arguments, finding.connection) if fits else None


def _argument(remedy: Remedy, finding: Finding) -> dict[str, Json]:
    if not remedy.argument:
        return {}
    if not remedy.pattern:
        return {remedy.argument: finding.subject} if finding.subject else {}
    found = re.search(remedy.pattern, finding.summary)
    return {remedy.argument: int(found[1]) if found[1].isdigit() else found[1]} if found else {}


def _said(tool: Tool, text: str) -> dict[str, Json]:
    """Arguments by what stands behind their name ("namespace prices"), or the one number that was said."""
    given: dict[str, Json] = {}
    for name, field in tool.arguments.model_fields.items():
        words = name.replace("_", "[ _]")
        found = re.search(
            rf"\b{words}\b[ :=]+[\"'`]?([\w.@:-]+)|[\"'`]?\b([\w.@-]+)[\"'`]? {words}\b", text, re.IGNORECASE
        )
        value = next((group for group in found.groups() if group), "") if found else ""
        numbers = re.findall(r"(?<![\w.-])\d{1,10}(?![\w.-])", text)
        if field.annotation is int:
            given.update(
                {name: int(value)} if value.isdigit() else {name: int(numbers[0])} if len(numbers) == 1 else {}
            )
        elif value and value.lower() not in ("the", "a", "this", "that", "cache", "which"):
            given[name] = value
    return given


def _valid(tool: Tool, arguments: Mapping[str, Json]) -> bool:
    try:
        tool.arguments.model_validate(dict(arguments))
    except ValidationError:
        return False
    return True
