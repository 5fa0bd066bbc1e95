"""Figures from audit rows and tables, on both databases."""

import asyncio
import contextlib
import time
from typing import Any

import pytest

from bot.audit.log import ChainedAudit
from bot.protocols import AuditEntry, Opinion, Usage
from bot.storage.database import Database
from bot.storage.tables import incidents, narrative_ratings
from bot.usage.book import UsageBook, bounds
from bot.usage.feedback import SqlFeedback
from tools.errors import BadInput


def entry(action: str, decision: str = "", actor: str = "UANA", **further: Any) -> AuditEntry:
    return AuditEntry(actor=actor, action=action, correlation_id="c", decision=decision, **further)


def decided(kind: str, what: str, result: str) -> AuditEntry:
    return entry("decision", result, arguments={"kind": kind, "what": what})


async def measured(database: Database, *entries: AuditEntry) -> Usage:
    audit = ChainedAudit(database)
    for each in entries:
        await audit.write(each)
    return await UsageBook(database).usage()


async def test_requests_people_and_refusals(database: Database) -> None:
    usage = await measured(
        database,
        entry("request", "allowed", intent="narrate", duration_ms=1500),
        entry("press", "allowed", intent="narrate", duration_ms=500),
        entry("request", "denied", actor="UGINA", intent="narrate"),
        entry("press", "allowed", intent="help", arguments={"action": "help.feedback"}),
        entry("request", "allowed", actor="http:ci", intent="narrate", duration_ms=1000),
    )
    assert (usage["answers"].value, usage["people"].value, usage["daily_people"].value) == (4, 3, 3)
    assert (usage["narrations"].value, usage["refused"].value) == (3, 1)
    assert usage["narrative_seconds"].value == pytest.approx(1.0)


async def test_approvals_count_decisions_not_clicks(database: Database) -> None:
    usage = await measured(
        database,
        decided("draft", "submit", "pending"),
        decided("draft", "approve", "counted"),
        decided("draft", "approve", "own"),
        decided("draft", "approve", "decided"),
        decided("narrative", "submit", "pending"),
        decided("narrative", "send_back", "decided"),
        decided("narrative", "expire", "expired"),
        decided("prompt", "approve", "decided"),
    )
    values = [usage[name].value for name in ("submitted", "approved", "sent_back", "approval_conversion")]
    assert values == [2, 1, 1, 0.5]
    assert usage["revision_cycles"].value == 1


async def test_models_guardrails_reports_and_tools(database: Database) -> None:
    spent = {"prompt_tokens": 100, "cached_tokens": 40, "completion_tokens": 20, "cost": 0.25, "purpose": "narrate"}
    usage = await measured(
        database,
        entry("model_call", "answered", arguments={**spent, "stages": {"size": "passed", "injection": "flagged"}}),
        entry("model_call", "blocked", arguments={**spent, "stages": {"promises": "blocked"}}),
        entry("fact_check", "blocked", arguments={"findings": ["x"]}),
        entry("report", "checked", prompt_version="narrate.v2", arguments={"findings": []}),
        entry("report", "held_back", arguments={"findings": ["unit", "cause"]}),
        entry("tool", "ok", tool="redis.info", arguments={"phase": "after"}),
        entry("tool", "error", tool="redis.info", arguments={"phase": "after"}),
        entry("action", "ok", tool="cache.clear", arguments={"phase": "before"}),
        entry("action", "ok", tool="cache.clear", arguments={"phase": "after"}),
        entry("prompt", "rolled_back"),
    )
    assert (usage["model_calls"].value, usage["model_failures"].value, usage["guardrails"].value) == (2, 1, 1)
    assert (usage["tokens"].value, usage["cached_share"].value, usage["cost"].value) == (240, 0.4, 0.5)
    assert (usage["reports"].value, usage["factual_accuracy"].value, usage["findings"].value) == (2, 0.5, 2)
    assert (usage["drafts_refused"].value, usage["prompt_decisions"].value) == (1, 1)
    assert (usage["tools"].value, usage["tools_failed"].value, usage["actions"].value) == (2, 1, 1)


async def test_incidents_and_opinions_come_from_their_tables(database: Database) -> None:
    now = time.time()
    common = {"title": "stale", "opened_by": "UANA"}
    async with database.write() as connection:
        await connection.execute(
            incidents.insert(),
            [
                {**common, "opened_at": now - 7200, "solved_at": now, "escalated_at": None},
                {**common, "opened_at": now - 14400, "solved_at": now, "escalated_at": now - 60},
                {**common, "opened_at": now, "solved_at": None, "escalated_at": None},
            ],
        )
        await connection.execute(
            narrative_ratings.insert(),
            [{"hash": "h", "person": name, "stars": stars, "rated_at": now} for name, stars in (("A", 4), ("B", 5))],
        )
    feedback = SqlFeedback(database, ChainedAudit(database))
    await feedback.keep(Opinion("UANA", "good", "c1", "narrate"))
    await feedback.keep(Opinion("UANA", "bad", "c1", "narrate", "wrong run, password=hunter22"))
    await feedback.keep(Opinion("UPAUL", "good", "c1"))
    await ChainedAudit(database).write(AuditEntry("UANA", "request", "c2", intent="draft"))
    await feedback.keep(Opinion("UGINA", "bad", "c2", reason="too long"))
    assert (await feedback.complaints())[0].intent == "draft", "a card shown anew does not say what was asked"
    await feedback.keep(Opinion("UGINA", "good", "c2"))
    usage = await UsageBook(database).usage("all")
    assert (usage["incidents"].value, usage["escalations"].value, usage["escalations_avoided"].value) == (3, 1, 1)
    assert usage["hours_to_resolution"].value == pytest.approx(3.0)
    assert (usage["good"].value, usage["bad"].value) == (2, 1), "a later opinion replaces the earlier one"
    assert usage["reviewer_rating"].value == 4.5
    [complaint] = await feedback.complaints()
    assert (complaint.person, complaint.about, "hunter22" in complaint.reason) == ("UANA", "c1", False)


async def test_nothing_kept_measures_nothing(sqlite_database: Database) -> None:
    usage = await UsageBook(sqlite_database).usage("today")
    assert usage["answers"].value == 0
    assert [usage[name].value for name in ("factual_accuracy", "approval_conversion", "hours_to_resolution")] == [
        None
    ] * 3


async def test_a_book_reads_on_from_where_it_was(sqlite_database: Database) -> None:
    audit, book = ChainedAudit(sqlite_database), UsageBook(sqlite_database)
    for number in range(1, 4):
        await audit.write(entry("request", "allowed", intent="help"))
        assert (await book.usage())["answers"].value == number


@pytest.mark.parametrize(
    ("period", "first", "last"), [("2024-02", "2024-02-01", "2024-02-29"), ("2026-11", "2026-11-01", "2026-11-30")]
)
def test_a_month_by_name(period: str, first: str, last: str) -> None:
    assert bounds(period) == (first, last)


@pytest.mark.parametrize("period", ["", "2026-13", "yesterday", "2026-1"])
def test_another_period_is_one_sentence(period: str) -> None:
    with pytest.raises(BadInput, match="is not a period"):
        bounds(period)


async def test_whoever_gives_up_waiting_makes_nothing_count_twice(sqlite_database: Database) -> None:
    audit, book = ChainedAudit(sqlite_database), UsageBook(sqlite_database)
    async with sqlite_database.write() as connection:
        await audit.append(connection, *(entry("request", "allowed", intent="help") for _ in range(3000)))
    for delay in (0, 0.001, 0.005, 0.02):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await book.usage()
    assert (await book.usage())["answers"].value == 3000
