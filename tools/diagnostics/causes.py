"""What explains what: a small graph over conditions that turns findings into stories, each with one cause.

The graph is data (`RULES`): a condition, where its effects may be, and which conditions it explains. Two findings are
related where a rule says so and the places fit; a finding that nothing else explains is a cause. Nothing here knows a tool.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from tools.diagnostics.conditions import NOT_ANSWERING, Condition, Severity
from tools.diagnostics.tool import Finding

Where = Literal["same", "anywhere", "named"]
"""Effects are in the same connection, anywhere, or where the effect's words name the cause (its system, or its error)."""

_SEVERITY: Final[Mapping[Severity, int]] = {"critical": 0, "warning": 1, "info": 2}

_DATA: Final[tuple[Condition, ...]] = ("stale", "missing", "gap", "empty")
_FAILED_RUN: Final[tuple[Condition, ...]] = (
    "ingestion_failed",
    "ingestion_stuck",
    "ingestion_overdue",
    "ingestion_empty",
)
_SERVICE: Final[tuple[Condition, ...]] = (
    "service_down",
    "unexpected_status",
    "assertion_failed",
    "dependency_down",
    "slow",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """`cause` explains each of `effects`, where they are `where`."""

    cause: Condition
    where: Where
    effects: tuple[Condition, ...]


def _rules() -> tuple[Rule, ...]:
    rules = [
        # the machine: everything on it suffers, whatever it is called
        Rule(
            "disk_full",
            "anywhere",
            (
                *_DATA,
                *_FAILED_RUN,
                *_SERVICE,
                "persistence_failed",
                "writes_refused",
                "queue_backlog",
                "connection_refused",
            ),
        ),
        Rule("disk_high", "named", ("ingestion_failed", "persistence_failed", "writes_refused")),
        Rule("memory_low", "anywhere", ("load_high", "queue_backlog", "slow", "persistence_failed")),
        Rule("load_high", "anywhere", ("slow", "slow_query", "queue_backlog")),
        # data comes from pipelines
        Rule("ingestion_failed", "anywhere", (*_DATA, "ingestion_overdue")),
        Rule("ingestion_stuck", "anywhere", (*_DATA, "ingestion_overdue")),
        Rule("ingestion_empty", "anywhere", _DATA),
        Rule("ingestion_overdue", "anywhere", _DATA),
        Rule("paused", "anywhere", (*_DATA, "ingestion_overdue", "queue_backlog")),
        Rule("scheduler_down", "anywhere", (*_DATA, "ingestion_overdue", "ingestion_stuck", "queue_backlog")),
        Rule("locked", "same", ("ingestion_failed", "ingestion_stuck", "ingestion_overdue", "stale", "slow")),
        Rule("locked", "named", ("ingestion_failed", "ingestion_stuck", "claim_contradicted")),
        Rule("corrupt", "named", ("claim_contradicted",)),
        Rule("missing", "named", ("claim_contradicted",)),
        Rule("connections_exhausted", "named", ("claim_contradicted",)),
        Rule("corrupt", "same", ("ingestion_failed", "stale", "empty", "missing")),
        Rule("gap", "same", ("missing",)),
        Rule("empty", "same", ("missing",)),
        Rule("missing", "same", ("gap",)),
        # pipelines depend on vendors
        Rule("quota_exhausted", "anywhere", (*_DATA, "ingestion_failed", "ingestion_empty", "dependency_down")),
        Rule("dependency_down", "anywhere", ("ingestion_failed", "ingestion_empty", "stale")),
        Rule("quota_exhausted", "same", ("assertion_failed",)),
        Rule("dependency_down", "same", ("unexpected_status", "assertion_failed", "claim_contradicted")),
        # databases
        Rule(
            "idle_in_transaction",
            "same",
            ("blocked_query", "slow_query", "connections_exhausted", "connections_high", "bloat", "timeout"),
        ),
        Rule("blocked_query", "same", ("slow_query", "connections_exhausted", "connections_high", "slow", "timeout")),
        Rule("blocked_query", "anywhere", ("ingestion_stuck",)),
        Rule("connections_exhausted", "same", ("connections_high", "connection_refused", "slow", "auth_failed")),
        Rule("connections_exhausted", "anywhere", ("service_down", "unexpected_status", "dependency_down")),
        Rule("slow_query", "same", ("slow", "connections_high")),
        Rule("bloat", "same", ("size_high",)),
        Rule("replication_lag", "same", ("stale",)),
        # caches
        Rule("memory_high", "same", ("evictions", "writes_refused", "low_hit_rate", "slow")),
        Rule("evictions", "same", ("low_hit_rate", "slow")),
        Rule("persistence_failed", "same", ("writes_refused",)),
        Rule("clients_high", "same", ("slow", "connection_refused")),
        # services
        Rule("certificate_expired", "same", ("tls_error", "service_down")),
        Rule("service_down", "same", ("unexpected_status", "assertion_failed", "slow", "target_down")),
        Rule("unexpected_status", "same", ("assertion_failed",)),
        Rule("target_down", "named", ("alert_firing",)),
        Rule("target_down", "same", ("missing",)),
        Rule("slack_disconnected", "anywhere", ("jobs_given_up",)),
    ]
    # what does not answer explains what says it needs it
    named: tuple[Condition, ...] = (
        "ingestion_failed",
        "dependency_down",
        "unexpected_status",
        "assertion_failed",
        "service_down",
        "target_down",
        "claim_contradicted",
    )
    rules += [Rule(condition, "named", named) for condition in NOT_ANSWERING]
    rules += [
        Rule(condition, "same", ("service_down", "dependency_down", "slow", "claim_contradicted", "target_down"))
        for condition in NOT_ANSWERING
    ]
    return tuple(rules)


RULES: Final[tuple[Rule, ...]] = _rules()

WORDS: Final[Mapping[Condition, str]] = {
    "disk_full": r"no space|disk|enospc|filesystem|volume",
    "disk_high": r"no space|disk|enospc|filesystem|volume",
    "memory_low": r"memory|oom|swap",
    "memory_high": r"memory|oom|maxmemory",
    "evictions": r"evict|cache",
    "low_hit_rate": r"hit ?rate|cache",
    "load_high": r"\bload\b|cpu",
    "locked": r"\block(?:ed)?\b",
    "quota_exhausted": r"quota|rate.?limit|\b429\b|call frequency|premium|too many requests",
    "connections_exhausted": r"too many (?:connections|clients)|connection(?:s| slots)",
    "connections_high": r"connections",
    "stale": r"stale|fresh|old|out.?dated|last.?date|\bage\b",
    "ingestion_failed": r"ingest|pipeline|etl|load|\bdag\b",
    "ingestion_stuck": r"ingest|pipeline|etl|load|\bdag\b",
    "ingestion_overdue": r"ingest|pipeline|etl|load|\bdag\b",
    "queue_backlog": r"queue|backlog|pending",
    "slow": r"slow|latency",
    "slow_query": r"slow|quer",
    "blocked_query": r"block|lock|quer",
    "replication_lag": r"replica|replication|\blag\b",
    "service_down": r"\bdown\b|unavailable|instance",
    "connection_refused": r"refused|\bdown\b|unreachable|instance",
    "unreachable": r"unreachable|no route|resolve|\bdown\b|instance",
    "timeout": r"time[d ]*out|\bdown\b|instance",
    "certificate_expired": r"certificate|tls|ssl",
    "certificate_expiring": r"certificate|tls|ssl",
    "dependency_down": r"vendor|upstream|api|dependen",
}
"""How a system's own words (an error, an alert's name) speak of a condition."""


@dataclass(frozen=True, slots=True)
class Story:
    """One cause and everything it explains, nearest first. `shown` where a system's own words say so or both are in one
    system, else likely."""

    cause: Finding
    effects: tuple[Finding, ...] = ()
    shown: bool = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The cause and its effects."""
        return (self.cause, *self.effects)

    @property
    def severity(self) -> Severity:
        """The severest of its findings."""
        return min((finding.severity for finding in self.findings), key=_SEVERITY.__getitem__)


@dataclass(slots=True)
class _Node:
    finding: Finding
    effects: list[int] = field(default_factory=list)
    shown: bool = False
    explained: bool = False


def stories(findings: Iterable[Finding], focus: Iterable[Finding] = ()) -> tuple[Story, ...]:
    """Findings related: those that touch `focus` first, then the severest. What is only worth knowing is no story."""
    wrong = list(dict.fromkeys(finding for finding in findings if finding.severity != "info"))
    nodes = [_Node(finding) for finding in wrong]
    _relate(nodes)
    asked = set(focus)
    told = [
        Story(node.finding, tuple(wrong[other] for other in _reached(nodes, position)), node.shown)
        for position, node in enumerate(nodes)
        if not node.explained
    ]
    return tuple(sorted(told, key=lambda story: _order(story, asked)))


def explains(cause: Finding, effect: Finding) -> bool:
    """Whether the graph says that one explains the other."""
    return any(
        rule.cause == cause.condition and effect.condition in rule.effects and _fits(rule.where, cause, effect)
        for rule in RULES
    ) or (effect.condition == "alert_firing" and cause.condition != "alert_firing" and says(effect, cause))


def says(effect: Finding, cause: Finding) -> bool:
    """Whether the effect's own words speak of the cause: of its system by name, or of its condition."""
    text = f"{effect.subject} {effect.summary}".lower()
    if effect.connection != cause.connection and _named(cause.connection, text):
        return True
    pattern = WORDS.get(cause.condition)
    return pattern is not None and re.search(pattern, text) is not None


def _relate(nodes: Sequence[_Node]) -> None:
    """Draw the edges. An effect whose own words name a cause has that one and no other; nothing goes in a circle."""
    for effect, candidate in enumerate(nodes):
        causes = [
            (cause, says(candidate.finding, node.finding))
            for cause, node in enumerate(nodes)
            if cause != effect and explains(node.finding, candidate.finding)
        ]
        for cause, named in _nearest([pair for pair in causes if pair[1]] or causes, nodes):
            if cause not in _reached(nodes, effect):
                nodes[cause].effects.append(effect)
                same = nodes[cause].finding.connection == candidate.finding.connection
                nodes[cause].shown = nodes[cause].shown or named or same
                candidate.explained = True


def _nearest(causes: Sequence[tuple[int, bool]], nodes: Sequence[_Node]) -> list[tuple[int, bool]]:
    """Without those that act through another one of them."""
    return [
        (cause, named)
        for cause, named in causes
        if not any(
            other != cause
            and explains(nodes[cause].finding, nodes[other].finding)
            and not explains(nodes[other].finding, nodes[cause].finding)
            for other, _ in causes
        )
    ]


def _reached(nodes: Sequence[_Node], start: int) -> list[int]:
    """Everything behind a node, nearest first."""
    seen: list[int] = []
    waiting = list(nodes[start].effects)
    while waiting:
        position = waiting.pop(0)
        if position not in seen and position != start:
            seen.append(position)
            waiting += nodes[position].effects
    return seen


def _fits(where: Where, cause: Finding, effect: Finding) -> bool:
    if where == "anywhere":  # what is only a warning explains nothing worse, unless that says so
        return _SEVERITY[cause.severity] <= _SEVERITY[effect.severity] or says(effect, cause)
    if where == "same":
        return cause.connection == effect.connection
    return says(effect, cause)


def _named(name: str, text: str) -> bool:
    plain = re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()
    return len(plain) > 2 and f" {plain} " in f" {re.sub(r'[^a-z0-9]+', ' ', text)} "


def _order(story: Story, asked: set[Finding]) -> tuple[bool, int, int]:
    return (not asked & set(story.findings), _SEVERITY[story.severity], -len(story.effects))
