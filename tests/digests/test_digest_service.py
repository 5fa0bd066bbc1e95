"""Digests on both databases with a clock of our own: each slot once, over replicas, restarts and changes of the clocks."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.audit.log import ChainedAudit
from bot.scheduler.service import DigestService
from bot.scheduler.sources import declared
from bot.settings import Settings
from bot.slack.announcing import Announcements
from bot.slack.outbox import Outbox
from bot.storage.database import Database
from bot.storage.digests import SqlDigests
from bot.storage.tables import digest_slots, inbox
from handlers.views.digest import edition_reply
from tools.digests.model import Digest, Found, Window
from tools.digests.schedule import DAYS, Schedule
from tools.errors import BadInput

LONDON = Schedule(DAYS[:5], time(8), "Europe/London")


def at(text: str, zone: str = "Europe/London") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@dataclass
class Clock:
    now: float

    def __call__(self) -> float:
        return self.now


@dataclass
class Block:
    lines: Sequence[str] = ("something happened",)
    fails: bool = False
    windows: list[Window] = field(default_factory=list)
    id: str = "block"
    title: str = "Block"
    asked_as: str = "block"

    async def read(self, window: Window) -> Found | None:
        self.windows.append(window)
        if self.fails:
            raise RuntimeError("no")
        return Found(tuple(self.lines), figures={"block.count": len(self.windows)}) if self.lines else None


def service(database: Database, clock: Clock, block: Block | None = None) -> DigestService:
    block = block or Block()
    return DigestService(
        SqlDigests(database),
        Announcements(Outbox(database)),
        ChainedAudit(database),
        {block.id: block},
        edition_reply,
        clock,
    )


def digest(since: float, schedule: Schedule = LONDON, id_: str = "d1") -> Digest:
    return Digest(id_, "Daily digest", "C01DESK", schedule, ("block",), "U1", since)


async def posted(database: Database) -> list[str]:
    async with database.read() as connection:
        rows = await connection.execute(
            select(inbox.c.payload).where(inbox.c.kind == "announce").order_by(inbox.c.id)
        )
        return [row.payload for row in rows]


async def kept(database: Database) -> list[dict[str, Any]]:
    return [json.loads(line) async for line in ChainedAudit(database).export()]


async def slots(database: Database) -> list[tuple[float, str]]:
    async with database.read() as connection:
        rows = await connection.execute(
            select(digest_slots.c.slot, digest_slots.c.state).order_by(digest_slots.c.slot)
        )
        return [(float(row.slot), row.state) for row in rows]


@pytest.mark.parametrize(
    ("schedule", "begin", "days", "expected"),
    [
        (
            LONDON,
            at("2026-03-26 12:00"),
            6,
            ["2026-03-27 08:00", "2026-03-30 08:00", "2026-03-31 08:00", "2026-04-01 08:00"],
        ),
        (
            Schedule(DAYS, time(1, 30), "Europe/London"),
            at("2026-10-24 00:00"),
            3,
            ["2026-10-24 01:30", "2026-10-25 01:30", "2026-10-26 01:30"],
        ),
    ],
)
async def test_over_a_change_of_the_clocks_two_replicas_post_each_slot_once(
    database: Database, schedule: Schedule, begin: float, days: int, expected: list[str]
):
    clock = Clock(begin)
    other = Database(database.url)
    replicas = [service(database, clock), service(other, clock)]
    await replicas[0].store.add(digest(begin, schedule))
    for _ in range(days * 24):
        clock.now += 3600
        await asyncio.gather(*(replica.tick() for replica in replicas))
    await other.close()
    assert [moment for moment, _ in await slots(database)] == [at(one, schedule.zone) for one in expected]
    assert len(await posted(database)) == len(expected)
    assert [row["arguments"]["slot"] for row in await kept(database)] == [at(one, schedule.zone) for one in expected]


async def test_a_slot_is_taken_once_and_an_edition_goes_out_with_it_or_not_at_all(database: Database):
    """The row and the announcement are one transaction: who loses the row announces nothing, under whatever key."""
    clock = Clock(at("2026-11-26 08:00"))
    running = service(database, clock)
    await running.store.add(digest(at("2026-11-26 07:00")))
    async with database.write() as connection:
        assert await running.store.claim(connection, "d1", clock.now, "posted")
        assert not await running.store.claim(connection, "d1", clock.now, "posted")
    made = await running.preview(digest(at("2026-11-26 07:00")))
    await running._post(
        digest(at("2026-11-26 07:00")), clock.now, made
    )  # as a replica that looked before the row was there
    assert await posted(database) == []


async def test_a_restart_at_the_slot_posts_it_once(database: Database):
    clock = Clock(at("2026-11-26 07:59"))
    first = service(database, clock)
    await first.store.add(digest(clock.now))
    assert await first.tick() == at("2026-11-26 08:00")
    clock.now = at("2026-11-26 08:00")
    await first.tick()
    for _ in range(3):
        await service(database, clock).tick()
        clock.now += 20
    assert len(await posted(database)) == 1


async def test_a_late_slot_is_caught_up_and_older_ones_are_skipped_and_said(database: Database):
    clock = Clock(at("2026-11-23 12:00"))
    running = service(database, clock)
    await running.store.add(digest(clock.now))
    clock.now = at("2026-11-26 09:30")  # nothing ran since Monday; Thursday's is an hour and a half late
    await running.tick()
    assert [state for _, state in await slots(database)] == ["told", "told", "posted"]
    skipped, told = await kept(database)
    assert (skipped["decision"], skipped["arguments"]["number"]) == ("skipped", 2)
    assert (told["decision"], told["arguments"]["late_seconds"]) == ("posted", 5400)
    (said,) = await posted(database)
    assert "Skipped while I was not running: Tue 24 Nov 08:00 GMT, Wed 25 Nov 08:00 GMT." in said


async def test_a_slot_too_late_is_skipped_and_the_next_edition_says_so(database: Database):
    clock = Clock(at("2026-11-24 07:00"))
    running = service(database, clock)
    await running.store.add(digest(clock.now))
    clock.now = at("2026-11-24 10:30")
    await running.tick()
    assert await posted(database) == []
    clock.now = at("2026-11-25 08:00")
    await running.tick()
    (said,) = await posted(database)
    assert "Tue 24 Nov 08:00 GMT" in said
    clock.now = at("2026-11-26 08:00")
    await running.tick()
    assert "Skipped" not in (await posted(database))[-1]


async def test_paused_and_deleted_ones_are_silent_and_what_passed_is_not_made_up_for(sqlite_database: Database):
    database, clock = sqlite_database, Clock(at("2026-11-24 07:00"))
    running = service(database, clock)
    paused = replace(digest(clock.now), paused=True)
    await running.store.add(paused)
    clock.now = at("2026-11-24 08:01")
    assert await running.tick() is None
    await running.store.replace(replace(paused, paused=False, since=clock.now))
    await running.tick()
    assert await slots(database) == []
    clock.now = at("2026-11-25 08:00")
    await running.store.remove("d1")
    await running.tick()
    assert await posted(database) == []


async def test_the_window_runs_from_edition_to_edition_with_the_figures_of_the_last(sqlite_database: Database):
    database, clock, block = sqlite_database, Clock(at("2026-11-24 07:00")), Block()
    running = service(database, clock, block)
    await running.store.add(digest(clock.now))
    for day in (24, 25, 26):
        clock.now = at(f"2026-11-{day} 08:00")
        await running.tick()
    assert block.windows[0].before == {}
    assert block.windows[1].since == at("2026-11-24 08:00")
    assert block.windows[1].before == {"block.count": 1}
    assert block.windows[2].history == ({"block.count": 1}, {"block.count": 2}), "oldest first"


async def test_nothing_new_is_one_line_and_a_block_that_fails_says_so(sqlite_database: Database):
    clock = Clock(at("2026-11-24 07:00"))
    quiet = service(sqlite_database, clock, Block(lines=()))
    reply = edition_reply(await quiet.preview(digest(clock.now)))
    assert reply.text == "Daily digest: nothing new since Mon 23 Nov 07:00 GMT."
    assert len(reply.blocks) == 1
    broken = service(sqlite_database, clock, Block(fails=True))
    assert "Could not be read" in str(edition_reply(await broken.preview(digest(clock.now))).blocks)


async def test_sent_now_once_a_press_and_its_slot_still_comes(sqlite_database: Database):
    clock = Clock(at("2026-11-24 07:00"))
    running = service(sqlite_database, clock)
    await running.store.add(digest(clock.now))
    assert await running.send_now(digest(clock.now), "now:e1", "UANA")
    assert not await running.send_now(digest(clock.now), "now:e1", "UANA")
    clock.now = at("2026-11-24 08:00")
    await running.tick()
    assert len(await posted(sqlite_database)) == 2
    assert [(row["actor"], row["decision"]) for row in await kept(sqlite_database)] == [
        ("UANA", "sent"),
        ("deskhand", "posted"),
    ]


async def test_the_settings_file_declares_digests_and_takes_them_back(sqlite_database: Database):
    clock = Clock(at("2026-11-24 07:00"))
    running = service(sqlite_database, clock)
    written = Settings(digests=({"name": "Morning", "channel": "C0123456", "time_zone": "Europe/London"},))
    await running.declare(declared(written))
    (first,) = await running.store.all()
    assert first.schedule.words() == "every weekday at 08:00 London time"
    assert first.blocks == ("block",)
    await running.store.replace(replace(first, paused=True))
    clock.now += 60
    await running.declare(declared(written))
    assert await running.store.all() == [replace(first, paused=True)]
    later = Settings(digests=({"name": "Morning", "channel": "C0123456", "time": "09:00"},))
    await running.declare(declared(later))
    assert [one.schedule.words() for one in await running.store.all()] == ["every weekday at 09:00 UTC"]
    with pytest.raises(BadInput, match="weather"):
        await running.declare(
            declared(Settings(digests=({"name": "M", "channel": "C0123456", "blocks": ["weather"]},)))
        )
    await running.declare([])
    assert await running.store.all() == []
