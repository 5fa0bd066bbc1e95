"""Prometheus metrics of the process. Labels take few, fixed values: never a person, a channel or a text."""

from prometheus_client import Counter, Gauge, Histogram

_FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)
_SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)

events = Counter("deskhand_events", "Events received, by kind and what became of them", ["kind", "outcome"])
"""`outcome`: accepted, duplicate, ignored, malformed, failed."""

ack_seconds = Histogram("deskhand_ack_seconds", "From receipt to acknowledgement", buckets=_FAST)
reply_seconds = Histogram(
    "deskhand_reply_seconds", "Where the time of an answer goes, by stage", ["stage"], buckets=_SLOW
)
"""`stage`: waiting (in the inbox), working (the handler), posting, total."""

replies = Counter("deskhand_replies", "Answers given, by intent and outcome", ["intent", "outcome"])
retries = Counter("deskhand_retries", "Jobs put back after a failure, by reason", ["reason"])
"""`reason`: transient, defect."""

parked = Counter("deskhand_parked", "Jobs given up after their last attempt")
rate_limited = Counter("deskhand_rate_limited", "Calls Slack answered with 429")
reconnects = Counter("deskhand_socket_reconnects", "Socket Mode connections replaced by the watchdog", ["reason"])
"""`reason`: closed, silent, no_hello, dead_task, deaf."""

open_sockets = Gauge("deskhand_open_sockets", "Socket Mode connections that have said hello")
inbox_depth = Gauge("deskhand_inbox_depth", "Rows waiting or being worked on")
inbox_parked = Gauge("deskhand_inbox_parked", "Rows given up and not yet looked after")
last_event_timestamp = Gauge("deskhand_last_event_timestamp_seconds", "When the last payload arrived, epoch seconds")

model_calls = Counter("deskhand_model_calls", "Calls of the model, by purpose and outcome", ["purpose", "outcome"])
"""`outcome`: answered, blocked (by a guardrail), refused, invalid, unavailable."""

model_tokens = Counter("deskhand_model_tokens", "Tokens of the model; `cached` are part of `prompt`", ["kind"])
model_cost = Counter("deskhand_model_cost", "What those tokens cost at the prices of the settings, in their currency")
model_seconds = Histogram("deskhand_model_seconds", "Duration of calls of the model", ["purpose"], buckets=_SLOW)
guardrails = Counter("deskhand_guardrails", "Stages of the guardrails, by what they did", ["stage", "outcome"])
"""`outcome`: passed, changed, flagged, blocked."""

findings = Counter("deskhand_findings", "What the checker found in generated reports, by kind of error", ["kind"])
narrative_seconds = Histogram(
    "deskhand_narrative_seconds", "From facts to a checked report, where it was not there already", buckets=_SLOW
)
