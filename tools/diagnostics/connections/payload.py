"""Reads what a service says of itself: claims, each judged by its words, with the time it gives for them.

Understood without configuration: a top-level `status`, and under `services`, `cache`, `databases`, `external_apis`,
`dependencies`, `components` or `checks` whatever says how a part is doing; Alpha Vantage's notes on its quota.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from tools.diagnostics.connections.web import moment
from tools.diagnostics.tool import Json, Report
from tools.narrative.text import duration_text

Verdict = Literal["good", "bad", "quota", "unknown"]

_GROUPS: Final = ("services", "cache", "databases", "external_apis", "dependencies", "components", "checks")
_EXTERNAL: Final = ("external_apis", "dependencies")
_TIMES: Final = ("last_checked", "checked_at", "timestamp", "time")
_GOOD: Final = re.compile(
    r"(?i)^(ok|okay|up|healthy|connected|available|pass(ed|ing)?|ready|running|alive|online|operational|true|good)$"
)
_QUOTA: Final = re.compile(
    r"(?i)quota|rate.?limit|too many requests|call frequency|requests per (day|minute)|limit (reached|exceeded)|throttl"
)
_BAD: Final = re.compile(
    r"(?i)\b(down|error|err|unhealthy|disconnected|unavailable|fail(ed|ing|ure)?|degraded|refused|timeout|timed out|"
    r"critical|offline|dead|stopped|false|not (connected|ready|available|ok)|unreachable|expired)\b"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One part of a health payload: where it stands, what it says, what that means."""

    path: str
    says: str
    verdict: Verdict
    external: bool


def read(document: Json) -> list[Said]:
    """Every part that says how it is doing, the whole first; at most 50."""
    if not isinstance(document, dict):
        return []
    found = [_said(key, document[key], False) for key in ("status", "health") if _is_word(document.get(key))]
    for group in _GROUPS:
        external = group in _EXTERNAL
        found += [_said(path, value, external) for path, value in _leaves(document.get(group), group)]
    for key in ("Note", "Information", "Error Message"):  # Alpha Vantage answers so, with status 200
        if isinstance(document.get(key), str):
            found.append(_said(key, document[key], True))
    return found[:50]


def report_claims(document: Json, report: Report, *, oldest: timedelta) -> list[Said]:
    """Keep a payload's parts as claims and what is wrong with them as findings."""
    said = read(document)
    at = said_at(document)
    for each in said:
        report.claim(each.path, each.says, said_at=at)
        _judge(each, report)
    if said and at is not None:
        age = (datetime.now(UTC) - at).total_seconds()
        fact = report.fact("claim.age", f"age of what {report.connection} says of itself", max(age, 0.0), "seconds")
        if age > oldest.total_seconds():
            said_so = f"What {report.connection} says of itself is {duration_text(age)} old"
            report.finding("claim_outdated", "warning", said_so, fact)
    return said


def said_at(document: Json) -> datetime | None:
    """When the payload says it was made."""
    if not isinstance(document, dict):
        return None
    return next((found for key in _TIMES if (found := moment(document.get(key))) is not None), None)


def _judge(said: Said, report: Report) -> None:
    part = said.path.rpartition(".")[2]
    if said.verdict == "quota":
        report.finding(
            "quota_exhausted", "critical", f"{report.connection} says of {part}: {said.says}", subject=part
        )
    elif said.verdict == "bad" and said.external:
        report.finding(
            "dependency_down", "critical", f"{report.connection} says of {part}: {said.says}", subject=part
        )
    elif said.verdict == "bad":
        worst = said.path in ("status", "health")
        report.finding(
            "assertion_failed",
            "critical" if not worst else "warning",
            f"{report.connection} says of {'itself' if worst else part}: {said.says}",
            subject="" if worst else part,
        )


def _said(path: str, value: Json, external: bool) -> Said:
    says = str(value).lower() if isinstance(value, bool) else str(value)
    return Said(path, says, verdict_of(says), external)


def verdict_of(says: str) -> Verdict:
    """What the words of a claim mean."""
    if _GOOD.match(says.strip()):
        return "good"
    if _QUOTA.search(says):
        return "quota"
    return "bad" if _BAD.search(says) else "unknown"


def _leaves(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    """Words and flags below a group; a list's parts by their name."""
    if isinstance(value, dict):
        if _is_word(value.get("status")):
            yield path, value["status"]
            value = {key: inner for key, inner in value.items() if key in ("error", "message")}
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if key not in ("connected", "status") else path)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            name = inner.get("name", number) if isinstance(inner, dict) else number
            yield from _leaves(inner, f"{path}.{name}")
    elif _is_word(value):
        yield path, value


def _is_word(value: Json) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and bool(value.strip()) and moment(value) is None)
