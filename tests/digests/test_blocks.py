"""What the blocks say of what they read, and how it stands against the last time."""

import json
import time
from dataclasses import replace

from bot.scheduler.sources import used
from bot.storage.database import Database
from bot.storage.tables import audit
from bot.usage.book import UsageBook
from tools.diagnostics.incidents import Figures, Incident
from tools.digests.blocks.approvals import Decided, Decision, Waiting
from tools.digests.blocks.health import Health, Measured
from tools.digests.blocks.incidents import Incidents
from tools.digests.blocks.usage import Usage, Used
from tools.digests.model import Window

NOW = 1_795_700_000.0
WINDOW = Window(NOW - 86400, NOW, "UTC")


def window(**before: float) -> Window:
    return Window(NOW - 86400, NOW, "UTC", ({name.replace("__", "."): value for name, value in before.items()},))


async def test_what_waits_and_what_was_decided_in_the_window():
    waiting = Decision("draft", "Buy the dip <now>", "pending", "Ana Silva", NOW - 60, NOW + 7200)
    closed = [
        Decision("narrative", "Golden cross", "approved", "Ana", NOW - 9e4, NOW, NOW - 100, "Paul Meyer"),
        Decision("draft", "Old one", "rejected", "Ana", NOW - 3e5, NOW, NOW - 2e5, "Paul Meyer"),
        Decision("draft", "Late one", "expired", "Ana", NOW - 3e5, NOW, NOW - 10),
    ]

    async def decisions(which):
        return [waiting] if which == "waiting" else closed

    found = await Waiting(decisions).read(WINDOW)
    assert found is not None
    assert found.lines[0].startswith("Draft “Buy the dip <now>”, asked by Ana Silva, until ")
    decided = await Decided(decisions).read(WINDOW)
    assert decided is not None
    assert decided.lines == ("Narrative “Golden cross” approved by Paul Meyer", "Draft “Late one” expired")

    async def none(which):
        return []

    assert await Waiting(none).read(WINDOW) is None
    assert await Decided(none).read(WINDOW) is None


async def test_health_is_news_when_it_is_bad_or_has_become_good():
    problems: tuple[tuple[str, str], ...] = (("market", "SPY is three days old"),)

    async def measure():
        return Measured(8, 1, problems)

    bad = await Health(measure).read(window(health__problems=3))
    assert bad is not None
    assert bad.lines[0] == "1 problem (3 the last time): 8 checks, 1 without an answer."
    assert bad.lines[1] == "market: SPY is three days old"
    assert bad.new
    problems = ()
    mended = await Health(measure).read(window(health__problems=1))
    assert mended is not None
    assert mended.new
    well = await Health(measure).read(window(health__problems=0))
    assert well is not None
    assert not well.new
    assert well.lines == ("All is well (as the last time): 8 checks, 1 without an answer.",)


async def test_health_tells_its_course_and_what_lasts():
    async def measure():
        return Measured(8, 0, (("market", "SPY is three days old"), ("quotes", "no answer")))

    counts: list[dict[str, float]] = [{"health.problems": count} for count in (0, 0, 4, 1)]
    editions = [*counts, {"health.problems": 1, "health.at.market": 1}, {"health.problems": 1, "health.at.market": 1}]
    found = await Health(measure).read(replace(WINDOW, history=editions))
    assert found is not None
    assert found.lines == (
        "2 problems (1 the last time): 8 checks.",
        "market: SPY is three days old (3rd digest in a row)",
        "quotes: no answer",
        "Problems over 7 digests: ▁▁█▃▃▃▅, 0 to 4, now 2.",
    )
    assert found.figures == {
        "health.problems": 2,
        "health.unchecked": 0,
        "health.at.market": 1,
        "health.at.quotes": 1,
    }


async def test_incidents_open_and_counted():
    class Store:
        async def unsolved(self):
            return [Incident(7, "C1", "1.1", "?", "Quotes are stale", "", "", "", "open", NOW - 50, "U1")]

        async def figures(self, since, until):
            return Figures(2, 1, 0, 1, 60.0, None, ())

    found = await Incidents(Store()).read(window(incidents__open=3))
    assert found is not None
    assert found.lines == (
        "1 open (3 the last time); 2 opened and 1 of them solved since.",
        "INC-7 (open): Quotes are stale",
    )


async def test_usage_is_counted_from_the_audit_as_everywhere(database: Database):
    now = time.time()
    rows = [
        ("U1", "request", "narrate", "allowed"),
        ("U2", "press", "narrate", "denied"),
        ("U2", "tool", "diagnose", "ok"),
    ]
    async with database.write() as connection:
        for seq, (actor, action, intent, decision) in enumerate(rows, 1):
            entry = json.dumps({"actor": actor, "action": action, "intent": intent, "decision": decision})
            values = {"actor": actor, "action": action, "correlation_id": "c", "previous_hash": "", "hash": ""}
            await connection.execute(audit.insert().values(seq=seq, at=now - 0.01 * seq, entry=entry, **values))
    counted = await used(database, UsageBook(database), now - 100, now)
    assert replace(counted, month={}) == Used(2, 2, 1, {"narrate": 2})
    assert counted.month["Requests answered"][1] == "count"

    async def count(since, until):
        return replace(counted, month={"Factual accuracy": (0.987, "share"), "People": (2.0, "count")})

    found = await Usage(count).read(window(usage__requests=5))
    assert found is not None
    assert found.lines == (
        "2 requests (5 the last time) by 2 people; most of all 2 narrate. 1 refused for lack of a role.",
        "This month so far: factual accuracy 99%, people 2.",
    )
    assert not found.new
