"""What can be wrong, as words a rule can relate: each finding of a tool names exactly one of these."""

from typing import Final, Literal, get_args

Severity = Literal["info", "warning", "critical"]

Condition = Literal[
    # a system that does not answer as it should
    "connection_refused",
    "unreachable",
    "timeout",
    "auth_failed",
    "tls_error",
    "misconfigured",
    "slow",
    # data
    "stale",
    "empty",
    "missing",
    "gap",
    "duplicates",
    "price_jump",
    "bad_prices",
    "frozen",
    "future_dates",
    "locked",
    "corrupt",
    # pipelines
    "ingestion_failed",
    "ingestion_stuck",
    "ingestion_overdue",
    "ingestion_empty",
    "paused",
    "scheduler_down",
    # databases and caches
    "connections_exhausted",
    "connections_high",
    "slow_query",
    "blocked_query",
    "idle_in_transaction",
    "replication_lag",
    "bloat",
    "size_high",
    "ids_running_out",
    "memory_high",
    "evictions",
    "low_hit_rate",
    "persistence_failed",
    "clients_high",
    "writes_refused",
    # services and what they depend on
    "service_down",
    "unexpected_status",
    "assertion_failed",
    "certificate_expiring",
    "certificate_expired",
    "dependency_down",
    "quota_exhausted",
    "claim_contradicted",
    "claim_outdated",
    "clock_skew",
    # monitoring
    "alert_firing",
    "target_down",
    "threshold_crossed",
    # the machine
    "disk_full",
    "disk_high",
    "memory_low",
    "load_high",
    # Deskhand itself
    "queue_backlog",
    "jobs_given_up",
    "slack_disconnected",
    "model_down",
    # a desk's own program
    "command_failed",
]
CONDITIONS: Final[tuple[Condition, ...]] = get_args(Condition)

NOT_ANSWERING: Final[frozenset[Condition]] = frozenset(
    {"connection_refused", "unreachable", "timeout", "auth_failed", "tls_error", "misconfigured"}
)
"""The system could not be asked: nothing is known of what it holds."""
