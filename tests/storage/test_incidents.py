"""Incidents: one a thread, changes compared and set, and the figures counted from them."""

import asyncio
from dataclasses import dataclass, replace

from sqlalchemy import insert

from bot.storage.action_plans import SqlActionPlans
from bot.storage.database import Database
from bot.storage.incidents import SqlIncidents
from bot.storage.tables import action_plans
from tools.diagnostics.incidents import Kept, NewIncident


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


NEW = NewIncident(
    "C1", "1.1", "why stale?", "Prices are stale", "disk_full", "disk-filling", "trading-ops", "U1", "d1"
)


async def test_a_thread_has_one_open_incident_that_learns(database: Database) -> None:
    store = SqlIncidents(database)
    first = await store.open(NEW)
    again = await store.open(replace(NEW, title="The disk is full", by="U2"))
    assert (again.id, again.title, again.opened_by) == (first.id, "The disk is full", "U1")
    other = await store.open(replace(NEW, thread_ts="2.2"))
    assert other.id != first.id
    assert await store.solve(first.id, "U1")
    assert (await store.open(NEW)).id not in (first.id, other.id)
    assert (await store.unsolved())[0] == other
    assert (await store.of_thread("C1", "2.2")) == other
    assert await store.of_thread("C1", "9.9") is None


async def test_of_two_at_once_one_makes_the_change(database: Database) -> None:
    store = SqlIncidents(database)
    incident = await store.open(NEW)
    assert sorted(await asyncio.gather(*(store.escalate(incident.id, f"U{n}") for n in range(4)))) == [False] * 3 + [
        True
    ]
    assert sorted(await asyncio.gather(*(store.acknowledge(incident.id, f"U{n}") for n in range(4)))) == [
        False
    ] * 3 + [True]
    assert not await store.escalate(incident.id, "U9")
    assert sorted(await asyncio.gather(*(store.solve(incident.id, f"U{n}") for n in range(4)))) == [False] * 3 + [
        True
    ]
    assert not await store.acknowledge(incident.id, "U9")


async def test_reminders_count_and_end_with_the_acknowledgement(database: Database) -> None:
    store = SqlIncidents(database)
    incident = await store.open(NEW)
    assert not await store.reminded(incident.id, 1)
    await store.escalate(incident.id, "U1")
    assert await store.reminded(incident.id, 1)
    assert not await store.reminded(incident.id, 1)
    await store.acknowledge(incident.id, "U2")
    assert not await store.reminded(incident.id, 2)


async def test_figures_are_counted(database: Database) -> None:
    clock = Clock()
    store = SqlIncidents(database, clock)
    woken, alone, waiting = [await store.open(replace(NEW, thread_ts=str(n))) for n in range(3)]
    clock.now = 1_060.0
    await store.escalate(woken.id, "U1")
    clock.now = 1_120.0
    await store.acknowledge(woken.id, "U2")
    clock.now = 1_300.0
    await store.solve(woken.id, "U2")
    await store.solve(alone.id, "U1")
    figures = await store.figures(1_000.0, 2_000.0)
    assert (figures.opened, figures.solved, figures.escalated, figures.avoided) == (3, 2, 1, 1)
    assert (figures.median_to_solve, figures.median_to_acknowledge) == (300.0, 60.0)
    assert figures.by_cause == (("disk_full", 3),)
    assert (await store.figures(1_001.0, 2_000.0)).median_to_solve is None
    assert waiting.name.startswith("INC-")


async def test_a_diagnosis_is_kept(database: Database) -> None:
    store = SqlIncidents(database)
    kept = Kept("d1", 1.5, "U1", "C1", "1.1", "why?", '{"verdict": "broken"}')
    await store.keep(kept)
    assert await store.kept("d1") == kept
    assert await store.kept("d2") is None


async def test_old_diagnoses_are_forgotten_but_those_of_open_incidents(database: Database) -> None:
    now = 1_000 * 86_400.0
    store, plans = SqlIncidents(database, lambda: now, keep_days=90), SqlActionPlans(database)
    ages = {"diag-old": 91, "diag-open": 91, "diag-solved": 91, "diag-new": 89}
    for name, age in ages.items():
        early = SqlIncidents(database, lambda age=age: now - age * 86_400.0)
        await early.keep(Kept(name, now - age * 86_400.0, "U1", "C1", name, "why?", "{}"))
    for name in ("diag-open", "diag-solved"):
        made = await store.open(replace(NEW, thread_ts=name, diagnosis_id=name))
        if name == "diag-solved":
            await store.solve(made.id, "U1")
    async with database.write() as connection:
        row = {"digest": "d", "plan": "{}", "requested_by": "U1", "requested_at": now - 91 * 86_400.0}
        await connection.execute(insert(action_plans).values(row))
    await store.keep(Kept("diag-now", now, "U1", "C1", "t", "why?", "{}"))
    left = [name for name in (*ages, "diag-now") if await store.kept(name)]
    assert left == ["diag-open", "diag-new", "diag-now"]
    assert await plans.get("d") is None
