"""Reads what a service says of itself: claims, each judged by its words, with the time it gives for them.

Understood without configuration: what the whole says (`status`, `ok`, `healthy` and the like, with the error beside it), and
whatever under `services`, `databases`, `external_apis`, `components`, `checks` and the like says how a part is doing;
Alpha Vantage's notes on its quota; and of an answer that is not JSON, a page's title or a short text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from tools.diagnostics.conditions import Severity
from tools.diagnostics.connections.web import moment, words
from tools.diagnostics.tool import Json, Report
from tools.narrative.text import duration_text

Verdict = Literal["good", "bad", "quota", "unknown"]

_GROUPS: Final = (
    "services",
    "cache",
    "databases",
    "external_apis",
    "dependencies",
    "components",
    "checks",
    "entries",
    "details",
)
_EXTERNAL: Final = ("external_apis", "dependencies")
_TIMES: Final = ("last_checked", "checked_at", "timestamp", "time")
_STATES: Final = (
    "status",
    "state",
    "health",
    "healthy",
    "connected",
    "available",
    "ok",
    "up",
    "alive",
    "ready",
    "success",
)
"""Keys under which a part says how it is: a word, or a flag that says it of the key."""
_WRAPPERS: Final = ("data", "result", "response", "payload")
_REASONS: Final = ("error", "errors", "reason", "message", "output", "description", "detail", "details")
_AHEAD: Final = timedelta(minutes=1)
_GOOD: Final = re.compile(
    r"(?i)^(ok|okay|up|healthy|connected|available|pass(ed|ing)?|ready|running|alive|online|operational|true|good|green|serving|active"
    r"|success(ful)?|reachable|normal)$"
)
_QUOTA: Final = re.compile(
    r"(?i)quota|rate.?limit|too many requests|call frequency|requests per (day|minute)|limit (reached|exceeded)|throttl"
)
_BAD: Final = re.compile(
    r"(?i)\b(down|error|err|unhealthy|disconnected|unavailable|fail(s|ed|ing|ure)?|degraded|refused|timeout|timed out|warn(ing)?|partial|"
    r"critical|offline|dead|stopped|false|unreachable|expired|"
    r"not (connected|ready|available|ok|healthy|up|alive|success|reachable|responding|running|working))\b"
)
_MILD: Final = re.compile(r"(?i)^(degraded|warn(ing)?|partial\w*)\b")
_TROUBLE_PAGE: Final = re.compile(
    r"(?i)maintenance|be (?:right )?back|bad gateway|gateway time|not found|internal server"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One part of a health payload: where it stands, what it says, what that means."""

    path: str
    says: str
    verdict: Verdict
    external: bool

    @property
    def whole(self) -> bool:
        """Whether the service says it of itself, not of a part."""
        return self.path in (*_STATES, "error")


def read(document: Json) -> list[Said]:
    """Every part that says how it is doing, the whole first; at most 50."""
    if not isinstance(document, dict):
        return []
    whole = next((state for part in _envelopes(document) if (state := _state(part))[0]), ("", ""))
    found = [_said(*whole, False)] if whole[0] else []
    for group in _GROUPS:
        external = group in _EXTERNAL
        parts = document.get(group)
        if group == "details" and isinstance(parts, dict):  # parts, or words about the whole
            parts = {name: part for name, part in parts.items() if isinstance(part, dict)}
        found += [_said(path, says, external) for path, says in _parts(parts, group)]
    for key in ("Note", "Information", "Error Message"):  # Alpha Vantage answers so, with status 200
        if isinstance(document.get(key), str):
            found.append(_said(key, str(document[key]), True))
    return found[:50]


def of_page(body: bytes) -> str:
    """What a body that is not JSON says is wrong: a page by its title, a short text by its words; else empty."""
    text = body[:4_000].decode("utf-8", errors="replace").strip()
    title = re.search(r"(?is)<(title|h1)[^>]*>(.{1,200}?)</\1>", text)
    shown = " ".join((title[2] if title else text if len(text) <= 200 and "<" not in text else "").split())
    return shown if verdict_of(shown) in ("bad", "quota") or _TROUBLE_PAGE.search(shown) else ""


def report_claims(document: Json, report: Report, *, oldest: timedelta) -> list[Said]:
    """Keep a payload's parts as claims and what is wrong with them as findings."""
    said = read(document)
    at = said_at(document)
    for each in said:
        report.claim(each.path, each.says, said_at=at)
    parts = [each for each in said if not each.whole]
    for each in parts:
        _judge(each, report)
    if not any(each.verdict in ("bad", "quota") for each in parts):  # the whole is bad because of a part, if one is
        _judge_whole(said, report)
    if said and at is not None:
        age = (datetime.now(UTC) - at).total_seconds()
        fact = report.fact("claim.age", f"age of what {report.connection} says of itself", max(age, 0.0), "seconds")
        if age < -_AHEAD.total_seconds():
            ahead = (
                f"What {report.connection} says of itself is dated {duration_text(-age)} from now: a clock is wrong"
            )
            report.finding("clock_skew", "warning", ahead)
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
    told = f"{report.connection} says of {part}: {said.says}"
    if said.verdict == "quota":
        report.finding("quota_exhausted", "critical", told, subject=part)
    elif said.verdict == "bad":
        severity: Severity = "warning" if _MILD.match(said.says) else "critical"
        report.finding("dependency_down" if said.external else "assertion_failed", severity, told, subject=part)


def _judge_whole(said: list[Said], report: Report) -> None:
    for each in said:
        if each.whole and each.verdict == "bad":
            severity: Severity = "warning" if _MILD.match(each.says) else "critical"
            report.finding("assertion_failed", severity, f"{report.connection} says of itself: {each.says}")
        elif each.whole and each.verdict == "quota":
            report.finding("quota_exhausted", "critical", f"{report.connection} says of itself: {each.says}")


def _said(path: str, says: str, external: bool) -> Said:
    return Said(path, says, verdict_of(says), external)


def verdict_of(says: str) -> Verdict:
    """What the words of a claim mean."""
    if _GOOD.match(says.strip()):
        return "good"
    if _QUOTA.search(says):
        return "quota"
    return "bad" if _BAD.search(says) else "unknown"


def _parts(value: Json, path: str) -> Iterator[tuple[str, str]]:
    """What says how it is, below a group; the parts of a list by their name."""
    if isinstance(value, dict):
        key, says = _state(value)
        if key:
            yield path, says
        for name, inner in value.items():
            if name.startswith("last_"):
                continue  # what was once, not what is
            if not key or (name in _GROUPS and name != "details"):
                yield from _parts(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            own = words(inner.get("name")) if isinstance(inner, dict) else ""
            place = own or ("" if len(value) == 1 else str(number))
            yield from _parts(inner, f"{path}.{place}" if place else path)
    elif isinstance(value, bool):
        yield path, str(value).lower()
    elif _is_word(value):
        yield path, str(value)


def _state(part: Mapping[str, Json]) -> tuple[str, str]:
    """The key under which a part says how it is and what it says, with its reason; both empty where it does not."""
    for key in _STATES:
        value = part.get(key)
        if isinstance(value, bool):
            says = key if value else f"not {key}"
        elif _is_word(value):
            says = str(value)
        else:
            continue
        why = _reason(part, ("error",) if verdict_of(says) == "good" else _REASONS)
        return key, f"{says}: {why}" if why else says
    why = _reason(part, ("error", "errors"))
    return ("error", f"error: {why}") if why else ("", "")


def _envelopes(document: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    """The document, and what it only wraps."""
    yield document
    yield from (inner for key in _WRAPPERS if isinstance(inner := document.get(key), dict))


def _reason(part: Mapping[str, Json], keys: Sequence[str]) -> str:
    for key in keys:
        value = part.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("error") or value.get("message")
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:200]
    return ""


def _is_word(value: Json) -> bool:
    return isinstance(value, str) and bool(value.strip()) and moment(value) is None
