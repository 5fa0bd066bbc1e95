"""Approvals on SQLite and on PostgreSQL: one decision, one audit row, one follow-up; restarts change nothing."""

import asyncio
import csv
import io
import json
import os
import sys
import time

import pytest
from conftest_approvals import Desk, person, subject
from sqlalchemy import select

from bot.storage.tables import approval_votes, approvals
from tools.errors import BadInput, NotFound


async def test_from_request_to_decision_with_its_record(desk):
    approval = await desk.approvals.submit(subject(), correlation_id="c1")
    assert await desk.approvals.submit(subject()) == approval
    assert [each.id for each in await desk.approvals.list(kind="draft", requester="ana")] == [approval.id]
    assert await desk.approvals.list(requester="paul") == []
    assert desk.approvals.may_decide(person("paul"), approval)
    assert not desk.approvals.may_decide(person("ana"), approval)
    assert not desk.approvals.may_decide(person("omar"), approval)
    decided = await desk.decide(approval, "paul", note="fine\x00", details={"channel": "C2"}, correlation_id="c2")
    assert (decided.result, decided.words, decided.took_effect) == ("decided", "Approved: Draft 1.", True)
    after = await desk.approvals.get(approval.id)
    assert after == decided.approval
    assert (after.state, after.last_vote.note, after.last_vote.details) == ("approved", "fine", {"channel": "C2"})
    again = await desk.decide(approval, "mia")
    assert again.result == "closed"
    assert again.words.startswith("Paul approved this already, at ")
    assert not desk.approvals.may_decide(person("mia"), after)
    entries = await desk.entries()
    assert [(e["actor"], e["arguments"]["what"], e["decision"]) for e in entries] == [
        ("ana", "submit", "pending"), ("paul", "approve", "decided"), ("mia", "approve", "closed"),
    ]  # fmt: skip
    assert {e["result_hash"] for e in entries} == {approval.subject.hash}
    assert (await desk.audit.verify()).ok
    await desk.fire()
    assert [(a.id, a.state) for a in desk.follower.seen] == [(approval.id, "approved")] * 2
    assert desk.follower.reminders == []


async def test_who_may_not_and_what_is_not_current_change_nothing(desk):
    approval = await desk.approvals.submit(subject())
    results = [
        await desk.decide(approval, "ana"),
        await desk.decide(approval, "omar"),
        await desk.decide(approval, "paul", looked_at="b"),
        await desk.decide(approval, "paul", now="b"),
    ]
    assert [each.result for each in results] == ["own", "denied", "changed", "changed"]
    assert "somebody else" in results[0].words
    assert "approver role" in results[1].words
    assert "look again" in results[2].words
    assert (await desk.approvals.get(approval.id)).votes == ()
    with pytest.raises(NotFound):
        await desk.approvals.decide("nothing", person("paul"), "approve", looked_at="", now="")
    action = await desk.approvals.submit(subject(kind="action", by="omar"))
    assert action.required == 1
    assert (await desk.decide(action, "paul")).result == "denied"
    assert (await desk.decide(action, "ada")).result == "decided"


async def test_a_quorum_counts_people(database):
    desk = Desk(database, required=2)
    approval = await desk.approvals.submit(subject())
    first = await desk.decide(approval, "paul")
    assert (first.result, first.words) == ("counted", "Your approval counts. One more person must approve Draft 1.")
    assert not desk.approvals.may_decide(person("paul"), first.approval)
    assert (await desk.decide(approval, "paul")).result == "twice"
    second = await Desk(database, required=2).decide(approval, "mia")  # after a restart
    assert (second.result, second.approval.approvals) == ("decided", 2)
    sent = await desk.approvals.submit(subject(2))
    await desk.decide(sent, "paul")
    assert (await desk.decide(sent, "paul", "send_back", note="wider stop")).approval.state == "sent_back"


async def test_a_newer_version_supersedes_and_one_version_has_one_content(desk):
    old = await desk.approvals.submit(subject())
    new = await desk.approvals.submit(subject(version=2, hash="e" * 64))
    assert (await desk.approvals.get(old.id)).state == "superseded"
    assert (await desk.approvals.latest("draft", "d1")).id == new.id
    assert "newer version" in (await desk.decide(old, "paul")).words
    with pytest.raises(BadInput, match="at the same moment"):
        await desk.approvals.submit(subject(version=2, hash="f" * 64))
    assert (await desk.decide(new, "ana", "discard")).approval.state == "discarded"


async def test_reminded_then_expired_unless_it_was_decided(desk):
    waiting = await desk.approvals.submit(subject())
    done = await desk.approvals.submit(subject(2))
    await desk.decide(done, "paul")
    await desk.fire(time.time() + 5 * 3600)
    assert desk.follower.reminders == [1]
    desk.follower.seen.clear()
    await desk.fire()
    await desk.fire()
    assert desk.follower.reminders == [1, 2]
    assert [(a.id, a.state) for a in desk.follower.seen] == [(waiting.id, "expired")]
    assert "expired" in (await desk.decide(waiting, "paul")).words
    assert (await desk.entries())[-2]["arguments"]["what"] == "expire"


async def test_a_click_after_the_deadline_that_no_timer_has_seen_yet(desk):
    approval = await desk.approvals.submit(subject(deadline=time.time() - 1))
    decided = await desk.decide(approval, "paul")
    assert (decided.result, decided.approval.state) == ("closed", "expired")


async def test_nothing_of_a_step_without_all_of_it(desk, monkeypatch):
    approval = await desk.approvals.submit(subject())

    async def broken(*_):
        raise OSError("no disk")

    monkeypatch.setattr(desk.audit, "append", broken)
    with pytest.raises(OSError, match="no disk"):
        await desk.decide(approval, "paul")
    async with desk.database.read() as connection:
        assert (await connection.execute(select(approval_votes.c.id))).all() == []
        assert (await connection.execute(select(approvals.c.state))).scalar_one() == "pending"


async def test_clicks_at_once_in_one_process(desk):
    made = [await desk.approvals.submit(subject(n)) for n in range(5)]
    results = await asyncio.gather(*(desk.decide(a, who) for a in made for who in ("paul", "mia")))
    assert [each.result for each in results].count("decided") == 5
    assert [each.result for each in results].count("closed") == 5


async def deskhand(database_url, home, *arguments):
    environment = {"DESKHAND_HOME": str(home), "DESKHAND_DATABASE_URL": database_url, "PATH": os.environ["PATH"]}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "approvals", *arguments, env=environment, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


async def test_export(sqlite_database, sqlite_url, tmp_path):
    desk = Desk(sqlite_database)
    approval = await desk.approvals.submit(subject(title='=cmd("x"), and "more"'))
    await desk.approvals.submit(subject(2))
    await desk.decide(approval, "paul", note="good\nenough")
    first, second = map(json.loads, (await deskhand(sqlite_url, tmp_path, "export")).splitlines())
    assert (first["state"], first["votes"][0]["name"], second["votes"]) == ("approved", "Paul", [])
    rows = list(csv.DictReader(io.StringIO(await deskhand(sqlite_url, tmp_path, "export", "--format", "csv"))))
    assert [(row["state"], row["name"], row["note"]) for row in rows] == [
        ("approved", "Paul", "good\nenough"), ("pending", "", ""),
    ]  # fmt: skip
    assert rows[0]["title"].startswith("'=cmd")
    assert rows[0]["voted_at"].endswith("+00:00")
