"""The governance report against the audit rows of a month of generated activity."""

import csv
import io
import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.audit.log import ChainedAudit
from bot.prompts.book import FOLDER, read_lock
from bot.protocols import AuditEntry
from bot.storage.database import Database
from bot.storage.tables import audit
from bot.usage.governance import GovernanceReport, as_csv, as_markdown, governance_report
from tools.errors import BadInput

TODAY = time.strftime("%Y-%m-%d", time.gmtime())
STAGES = ("promises", "orders", "toxicity", "size", "budget")


def entry(action: str, actor: str, decision: str, **further: Any) -> AuditEntry:
    return AuditEntry(actor=actor, action=action, correlation_id="c", decision=decision, **further)


def a_month(seed: int) -> list[AuditEntry]:  # noqa: C901
    """What people, the model and approvers did, in any order."""
    draw = random.Random(seed)
    people = ("UANA", "UPAUL", "UOLGA")
    made: list[AuditEntry] = []
    for number in range(150):
        who = draw.choice(people)
        match draw.choice(
            ("ask", "model", "facts", "held", "submit", "decide", "action", "roles", "prompt", "digest")
        ):
            case "ask":
                made.append(entry("request", who, "allowed", intent="narrate"))
            case "model":
                stage = draw.choice((*STAGES, "none"))
                stages = {"schema": "passed", stage: "blocked" if stage != "none" else "passed"}
                made.append(
                    entry(
                        "model_call",
                        who,
                        "blocked" if stage != "none" else "answered",
                        model="m-1",
                        prompt_version=draw.choice(("narrate.v2", "route.v1")),
                        arguments={"stages": stages},
                    )
                )
            case "facts":
                made.append(entry("fact_check", who, draw.choice(("blocked", "passed"))))
            case "held":
                kinds = draw.choice((["unit"], ["cause", "unit"], []))
                made.append(entry("report", who, "held_back" if kinds else "checked", arguments={"findings": kinds}))
            case "submit" | "decide" as step:
                what = "submit" if step == "submit" else draw.choice(("approve", "reject", "send_back"))
                note = draw.choice(("", "=HYPERLINK(1)", "wider | stop\nplease"))
                made.append(
                    entry(
                        "decision",
                        who,
                        "pending" if what == "submit" else "decided",
                        arguments={
                            "kind": draw.choice(("draft", "narrative")),
                            "subject": f"s{number}",
                            "version": 1,
                            "what": what,
                            "note": note,
                        },
                    )
                )
            case "action":
                about = {"connection": "quotes", "approved_by": ["UPAUL"]}
                made.append(entry("action", who, "ok", tool="cache.clear", arguments={**about, "phase": "before"}))
                made.append(entry("action", who, "ok", tool="cache.clear", arguments={**about, "phase": "after"}))
            case "roles":
                made.append(
                    entry("role_change", "slack", "", arguments={"group": "quants", "added": [who], "removed": []})
                )
            case "digest":
                did = draw.choice(("posted", "skipped", "sent"))
                made.append(entry("digest", "deskhand", did, arguments={"digest": "Daily digest"}))
            case "prompt":
                made.append(entry("prompt", "cli:olga", "rolled_back", prompt_version="narrate.v2"))
    return made  # fmt: skip


async def reported(database: Database, first: str = TODAY, last: str = TODAY) -> GovernanceReport:
    return await governance_report(database, ChainedAudit(database), read_lock(FOLDER), first, last)


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Reading the lock is a small file."""


async def test_every_line_stands_for_an_audit_row_and_every_such_row_has_one(database: Database) -> None:
    log, made = ChainedAudit(database), a_month(7)
    async with database.write() as connection:
        await log.append(connection, *made)
    report = await reported(database)
    rows = [json.loads(line) async for line in log.export()]
    assert report.rows == len(rows) == len(made)
    assert report.verdict.ok

    listed = {line.row: line for line in report.lines if line.row is not None}
    expected = [
        row
        for row in rows
        if row["action"] in ("prompt", "decision", "role_change")
        or (row["action"] == "action" and row["arguments"]["phase"] == "after")
    ]
    assert sorted(listed) == [row["seq"] for row in expected]
    for row in expected:
        assert (listed[row["seq"]].who, listed[row["seq"]].result) == (row["actor"], row["decision"])
        assert listed[row["seq"]].at == row["at"]

    refused = Counter(
        f"guardrail {stage}"
        for row in rows
        if row["action"] == "model_call"
        for stage, did in row["arguments"]["stages"].items()
        if did == "blocked"
    )
    refused.update(
        f"report held back: {kind}"
        for row in rows
        if row["action"] == "report"
        for kind in row["arguments"]["findings"]
    )
    refused["narrative draft against the facts"] = sum(
        r["action"] == "fact_check" and r["decision"] == "blocked" for r in rows
    )
    assert {line.what: int(line.result) for line in report.lines if line.section == "refused"} == dict(refused)
    assert {line.what: int(line.result) for line in report.lines if line.section == "digests"} == Counter(
        f"{row['arguments']['digest']}: {row['decision']}" for row in rows if row["action"] == "digest"
    )
    used = Counter(row["prompt_version"] for row in rows if row["action"] == "model_call")
    assert {line.what: int(line.result) for line in report.lines if line.section == "prompts_used"} == {
        f"{version} with m-1": number for version, number in used.items()
    }

    read = list(csv.DictReader(io.StringIO(as_csv(report))))
    assert [row["section"] for row in read[:-1]] == [line.section for line in report.lines]
    assert (read[-1]["section"], read[-1]["result"]) == ("audit", "ok")
    assert not any(cell.startswith("=") for row in read for cell in row.values())

    text = as_markdown(report)
    assert f"{len(rows)} rows, all as they were written" in text
    assert "narrate.v2 | in force" in text
    tables = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    assert len(tables) == len(report.lines) + text.count("| --- |\n")


async def test_a_period_holds_its_days_and_no_others(sqlite_database: Database) -> None:
    log = ChainedAudit(sqlite_database)
    await log.write(
        entry("role_change", "slack", "", arguments={"group": "quants", "added": [], "removed": ["UANA"]})
    )
    assert (await reported(sqlite_database)).rows == 1
    assert (await reported(sqlite_database, "2024-01-01", "2024-01-31")).rows == 0
    assert "Nothing in this period." in as_markdown(await reported(sqlite_database, "2024-01-01", "2024-01-31"))
    with pytest.raises(BadInput, match="before"):
        await reported(sqlite_database, "2024-02-01", "2024-01-31")
    with pytest.raises(BadInput, match="--from takes a day"):
        await reported(sqlite_database, "last month")


async def test_a_broken_chain_is_said_first(sqlite_database: Database, tmp_path: Path) -> None:
    log = ChainedAudit(sqlite_database)
    await log.write(entry("prompt", "cli:olga", "approved", prompt_version="narrate.v2"))
    async with sqlite_database.write() as connection:
        await connection.execute(update(audit).values(entry=audit.c.entry + " "))
    report = await reported(sqlite_database)
    assert "**Broken at row 1**" in as_markdown(report)
    assert "broken at row 1" in as_csv(report)
