"""Two processes decide on the same things at once: exactly one decision each, and everybody is told."""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

import pytest
from conftest_approvals import Desk, subject
from drafted import submit_drafts
from sqlalchemy import func, select

from bot.storage.tables import approval_votes

RACER = Path(__file__).with_name("racer.py")


async def race(database, url, count, what=""):
    desk = Desk(database)
    if what:
        await submit_drafts(desk, count)
    else:
        for number in range(count):
            await desk.approvals.submit(subject(number))
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            str(RACER),
            url,
            who,
            *filter(None, [what]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for who in ("paul", "mia")
    ]
    for process in processes:
        assert await process.stdout.readline() == b"ready\n"
    for process in processes:
        process.stdin.write(b"go\n")
    outputs = await asyncio.gather(*(process.communicate() for process in processes))
    assert [process.returncode for process in processes] == [0, 0]
    results = sum((Counter(json.loads(out)) for out, _ in outputs), Counter())
    assert results == {"decided": count, "closed": count}
    closed = await desk.approvals.list(states=["approved", "rejected", "sent_back"], limit=count + 1)
    assert len(closed) == count
    assert {len(approval.votes) for approval in closed} == {1}
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(approval_votes)) == count
    whats = Counter(entry["decision"] for entry in await desk.entries())
    assert whats == {"pending": count, "decided": count, "closed": count}
    assert (await desk.audit.verify()).ok


async def test_two_processes_decide_once_each(database, database_url):
    await race(database, database_url, 20)


async def test_two_processes_decide_once_on_each_draft(sqlite_database, sqlite_url):
    await race(sqlite_database, sqlite_url, 10, "drafts")


@pytest.mark.nightly
@pytest.mark.timeout(1800)
async def test_ten_thousand(database, database_url):
    await race(database, database_url, 10_000)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
async def test_ten_thousand_drafts(database, database_url):
    await race(database, database_url, 10_000, "drafts")
