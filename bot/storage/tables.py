"""Every table. Times are UTC epoch seconds (float); JSON is text, so that both databases hash and compare alike."""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("event_id", String(255), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),  # event, command, action, view, shortcut
    Column("channel", String(64), nullable=False, default=""),
    Column("thread_ts", String(32), nullable=False, default=""),
    Column("user", String(64), nullable=False, default=""),
    Column("payload", Text, nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("state", String(16), nullable=False, default="new"),  # new, claimed, done, parked
    Column("attempts", Integer, nullable=False, default=0),
    Column("available_at", Float, nullable=False),
    Column("claimed_by", String(64), nullable=False, default=""),
    Column("claimed_until", Float, nullable=False, default=0.0),
    Column("received_at", Float, nullable=False),
    Column("finished_at", Float, nullable=True),
    Column("error", Text, nullable=False, default=""),
    Index("ix_inbox_state_available_at", "state", "available_at"),
)

posts = Table(
    "posts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("event_id", String(255), nullable=False),
    Column("part", Integer, nullable=False),
    Column("channel", String(64), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("posted_at", Float, nullable=False),
    UniqueConstraint("event_id", "part"),
)

shown = Table(  # under which key the messages of an event are shown; see bot/slack/board.py
    "shown",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("event_id", String(255), primary_key=True),
)

renderings = Table(  # what a key shows since its last update
    "renderings",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("reply", Text, nullable=False),
)

threads = Table(
    "threads",
    metadata,
    Column("channel", String(64), primary_key=True),
    Column("thread_ts", String(32), primary_key=True),
    Column("subject", Text, nullable=False, default="{}"),
    Column("updated_at", Float, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("subject_id", String(128), nullable=False),
    Column("version", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("requester", String(64), nullable=False),
    Column("requester_name", Text, nullable=False, default=""),
    Column("details", Text, nullable=False, default="{}"),
    Column("required", Integer, nullable=False),
    Column("state", String(16), nullable=False, default="pending"),
    Column("revision", Integer, nullable=False, default=0),  # counts changes
    Column("created_at", Float, nullable=False),
    Column("deadline", Float, nullable=False),
    Column("closed_at", Float, nullable=True),
    UniqueConstraint("kind", "subject_id", "version"),
    Index("ix_approvals_state_created_at", "state", "created_at"),
)

approval_votes = Table(
    "approval_votes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("approval_id", String(32), nullable=False),
    Column("person", String(64), nullable=False),
    Column("name", Text, nullable=False, default=""),
    Column("verdict", String(16), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("details", Text, nullable=False, default="{}"),
    Column("at", Float, nullable=False),
    UniqueConstraint("approval_id", "person", "verdict"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("correlation_id", String(64), nullable=False, index=True),
    Column("entry", Text, nullable=False),  # the whole entry as canonical JSON; what the hash covers
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

groups = Table(
    "groups",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("handle", String(255), nullable=False),
    Column("users", Text, nullable=False),  # JSON list of user ids
    Column("date_update", BigInteger, nullable=False, default=0),  # epoch seconds, as Slack says
    Column("fetched_at", Float, nullable=False),
)

backtests = Table(
    "backtests",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("engine", String(64), nullable=False),
    Column("strategy", String(64), nullable=True),
    Column("symbols", Text, nullable=False),  # JSON list
    Column("start", String(32), nullable=True),
    Column("end", String(32), nullable=True),
    Column("content_hash", String(64), nullable=False, unique=True),
    Column("payload", LargeBinary, nullable=False),  # the run as zlib-compressed canonical JSON
    Column("created_at", Float, nullable=False),
    Column("created_by", String(64), nullable=False),
)

platform_imports = Table(
    "platform_imports",
    metadata,
    Column("platform_id", String(128), primary_key=True),
    Column("version", String(64), nullable=False),  # when the platform changed it last, as it says
    Column("backtest_id", String(64), nullable=False),
)

narratives = Table(
    "narratives",
    metadata,
    Column("cache_key", String(64), primary_key=True),
    Column("backtest_id", String(64), nullable=False, index=True),
    Column("detail", String(16), nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", Float, nullable=False),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("channel", String(64), nullable=False, default=""),
    Column("thread_ts", String(64), nullable=False, default=""),
    Column("question", Text, nullable=False, default=""),
    Column("title", Text, nullable=False),
    Column("cause", String(64), nullable=False, default=""),
    Column("runbook", String(128), nullable=False, default=""),
    Column("escalate_to", String(128), nullable=False, default=""),
    Column("diagnosis_id", String(64), nullable=False, default=""),
    Column("state", String(16), nullable=False, default="open"),  # open, escalated, acknowledged, solved
    Column("opened_at", Float, nullable=False),
    Column("opened_by", String(64), nullable=False),
    Column("escalated_at", Float, nullable=True),
    Column("escalated_by", String(64), nullable=False, default=""),
    Column("acknowledged_at", Float, nullable=True),
    Column("acknowledged_by", String(64), nullable=False, default=""),
    Column("solved_at", Float, nullable=True),
    Column("solved_by", String(64), nullable=False, default=""),
    Column("reminders", Integer, nullable=False, default=0),
    Index("ix_incidents_channel_thread_ts", "channel", "thread_ts"),
    Index("ix_incidents_opened_at", "opened_at"),
)

diagnoses = Table(
    "diagnoses",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("at", Float, nullable=False),
    Column("by", String(64), nullable=False),
    Column("channel", String(64), nullable=False, default=""),
    Column("thread_ts", String(64), nullable=False, default=""),
    Column("question", Text, nullable=False, default=""),
    Column("payload", Text, nullable=False),  # JSON of what was found and told
)

narrative_contents = Table(  # what people are asked to decide on, exactly as they see it
    "narrative_contents",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("report", Text, nullable=False),  # JSON of tools.narrative.report.Report
    Column("chart", LargeBinary, nullable=True),  # PNG
    Column("chart_alt", Text, nullable=False, default=""),
    Column("chart_title", Text, nullable=False, default=""),
    Column("kept_at", Float, nullable=False),
)

publications = Table(
    "publications",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("report_hash", String(64), nullable=False),  # Report.content_hash
    Column("backtest_id", String(64), nullable=False),
    Column("strategy", String(255), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("requested_by", String(64), nullable=False),
    Column("approved_by", String(64), nullable=False, default=""),
    Column("at", Float, nullable=False),
    Index("ix_publications_backtest_id", "backtest_id"),
    Index("ix_publications_strategy", "strategy"),
)

narrative_ratings = Table(  # 1 to 5 by reviewers; joined to reports through narrative_contents
    "narrative_ratings",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("stars", Integer, nullable=False),
    Column("rated_at", Float, nullable=False),
)

model_spend = Table(
    "model_spend",
    metadata,
    Column("day", String(10), primary_key=True),  # UTC
    Column("person", String(64), primary_key=True),
    Column("calls", Integer, nullable=False, default=0),
    Column("tokens", Integer, nullable=False, default=0),
    Column("cost", Float, nullable=False, default=0.0),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False, index=True),
    Column("person", String(64), nullable=False),
    Column("verdict", String(8), nullable=False),  # good, bad
    Column("reason", Text, nullable=False, default=""),
    Column("intent", String(32), nullable=False, default=""),
    Column("correlation_id", String(64), nullable=False),  # of the answer it is about
    Column("channel", String(64), nullable=False, default=""),
    Column("message_ts", String(32), nullable=False, default=""),
    UniqueConstraint("correlation_id", "person"),
)

action_plans = Table(
    "action_plans",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("plan", Text, nullable=False),  # JSON that its digest was made of
    Column("requested_by", String(64), nullable=False),
    Column("requested_at", Float, nullable=False),
    Column("carried_out_at", Float, nullable=True),
)

digests = Table(
    "digests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("days", String(64), nullable=False),  # mon,tue,...
    Column("at", String(5), nullable=False),  # 08:00, by the clocks of the time zone
    Column("time_zone", String(64), nullable=False),
    Column("first_of_month", Integer, nullable=False, default=0),
    Column("blocks", Text, nullable=False),  # JSON list of ids
    Column("created_by", String(64), nullable=False),
    Column("since", Float, nullable=False),  # slots count from here
    Column("paused", Integer, nullable=False, default=0),
)

digest_slots = Table(  # a row is the right to post that slot; there can be only one
    "digest_slots",
    metadata,
    Column("digest_id", String(32), primary_key=True),
    Column("slot", BigInteger, primary_key=True, autoincrement=False),  # whole epoch seconds
    Column("state", String(16), nullable=False),  # posted, skipped, told (skipped, and the next edition said so)
    Column("at", Float, nullable=False),
    Column("figures", Text, nullable=False, default="{}"),
)

draft_versions = Table(
    "draft_versions",
    metadata,
    Column("draft_id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("payload", Text, nullable=False),  # all of it as JSON
    Column("drafted_by", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Index("ix_draft_versions_at", "at"),
)

strategies = Table(  # the registry of what was approved
    "strategies",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("specification", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("requested_by", String(64), nullable=False),
    Column("approved_by", Text, nullable=False, default="[]"),  # JSON list of user ids
    Column("approval_id", String(32), nullable=False),
    Column("backtest_id", String(64), nullable=False, default=""),
    Column("trials", Integer, nullable=False, default=1),
    Column("platform_id", String(128), nullable=False, default=""),
    Column("at", Float, nullable=False),
    Index("ix_strategies_at", "at"),
)

pins = Table(  # what people keep at the top of their Home tab
    "pins",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("backtest_id", String(64), primary_key=True),
    Column("at", Float, nullable=False),
)
