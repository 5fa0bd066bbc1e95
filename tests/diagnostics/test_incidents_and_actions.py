"""Actions confirmed by the right person, once; incidents that remind until somebody takes them."""

from dataclasses import dataclass, field

import pytest
from desk_fakes import desk
from tool_fakes import FakeCaller, Kept

from bot.protocols import Person
from bot.storage.action_plans import SqlActionPlans
from bot.storage.database import Database
from bot.storage.incidents import SqlIncidents
from handlers.escalation import MOST_REMINDERS, REMIND, Escalation
from tools.diagnostics.confirming import Confirming
from tools.diagnostics.executor import Call, Executor
from tools.diagnostics.followups import follow_up
from tools.diagnostics.incidents import NewIncident
from tools.diagnostics.registry import Registry
from tools.diagnostics.remedies import asked_for, remedies
from tools.diagnostics.tool import Finding
from tools.errors import BadInput, Denied, Problem


@dataclass
class Acting:
    confirming: Confirming
    kept: Kept
    done: list

    async def plan(self, caller: FakeCaller) -> str:
        call = Call("terminate_query", {"pid": 4711}, "warehouse")
        (result,) = await self.confirming.executor.run([call], caller)
        assert result.plan is not None
        await self.confirming.plans.keep(result.plan, caller.id)
        return result.plan.digest


def acting(database: Database, second_person: tuple[str, ...] = ()) -> Acting:
    registry, kept = Registry(desk()), Kept()
    executor = Executor(registry, kept)
    plans = SqlActionPlans(database)
    return Acting(Confirming(executor, plans, kept, second_person), kept, registry.connections["warehouse"].done)


async def test_a_plan_is_carried_out_once_with_its_exact_arguments(database: Database) -> None:
    here, olga = acting(database), FakeCaller(id="olga")
    digest = await here.plan(olga)
    assert here.done == []
    for _ in range(2):
        _, result = await here.confirming.confirm(digest, olga, "c1")
        assert result.status == "ok"
    assert here.done == [4711]
    phases = [(event.phase, event.status) for event in here.kept.events if event.approved_by]
    assert phases[:2] == [("before", "confirmed"), ("after", "ok")]


@pytest.mark.parametrize("setting", [("terminate_query",), ("*",)])
async def test_a_second_person_where_settings_say_so(sqlite_database: Database, setting: tuple[str, ...]) -> None:
    here, olga, pete = acting(sqlite_database, setting), FakeCaller(id="olga"), FakeCaller(id="pete")
    digest = await here.plan(olga)
    with pytest.raises(Denied, match="second person"):
        await here.confirming.confirm(digest, olga, "c1")
    assert here.done == []
    _, refused = await here.confirming.confirm(digest, FakeCaller(frozenset({"diagnose"}), "ana"), "c1")
    assert refused.status == "denied"
    await here.confirming.confirm(digest, pete, "c1")
    assert here.done == [4711]
    assert {event.approved_by for event in here.kept.events if event.status == "ok" and event.approved_by} == {
        ("olga", "pete")
    }


async def test_what_was_never_shown_cannot_be_confirmed(sqlite_database: Database) -> None:
    here = acting(sqlite_database)
    with pytest.raises(BadInput, match="not known"):
        await here.confirming.confirm("f" * 64, FakeCaller(), "c1")


def test_actions_come_with_arguments_from_what_was_found_or_said() -> None:
    registry = Registry(desk())
    blocked = Finding("blocked_query", "critical", "A query waits for a lock held by process 812", "warehouse", "900")
    assert [(call.tool, call.arguments) for call in remedies([blocked], registry)] == [
        ("terminate_query", {"pid": 812})
    ]
    calls, lacking = asked_for("terminate", "kill process 812 on the warehouse", ["warehouse"], registry)
    assert [call.arguments for call in calls] == [{"pid": 812}]
    calls, lacking = asked_for("terminate", "kill the blocked query", [], registry)
    assert (calls, [tool.name for tool in lacking]) == ([], ["terminate_query"])
    assert [call.tool for call in asked_for("invalidate", "flush the cache", [], registry)[0]] == ["invalidate_cache"]


@dataclass
class Office:
    """An announcer, timers and an audit that keep what they are told."""

    said: list = field(default_factory=list)
    updates: list = field(default_factory=list)
    timers: list = field(default_factory=list)
    audited: list = field(default_factory=list)

    async def announce(self, key, reply, to, *, due=None, by=""):
        self.said.append((key, reply, to))
        return True

    async def update(self, key, reply):
        self.updates.append((key, reply))

    async def withdraw(self, key):
        return True

    def register(self, name, function):
        pass

    async def set(self, key, name, payload, *, due):
        self.timers.append((key, name, payload, due))
        return True

    async def cancel(self, key):
        return True

    async def write(self, entry):
        self.audited.append(entry.decision)


async def mention(handle: str) -> str:
    return f"<!subteam^S1|{handle}>"


NEW = NewIncident("C1", "1.1", "why?", "Prices <are> stale", "stale", "stale-data", "trading-ops", "U1")
OLGA = Person("U2", "olga")


async def test_an_escalation_reminds_until_somebody_takes_it(sqlite_database: Database) -> None:
    office, store = Office(), SqlIncidents(sqlite_database)
    escalation = Escalation(store, office, office, office, mention, {"trading-ops": "C9"}, clock=lambda: 1000.0)
    incident = await store.open(NEW)
    reply = await escalation.escalate(incident, OLGA, ["SPY ends on <Monday>"])
    assert "INC-" in reply.text
    _, message, to = office.said[0]
    assert to.channel == "C9"
    assert message.key == f"incident:{incident.id}"
    assert "<!subteam^S1|trading-ops>" in str(message.blocks)
    assert "&lt;are&gt;" in str(message.blocks)
    assert "&lt;Monday&gt;" in str(message.blocks)
    await escalation.escalate(incident, OLGA, [])
    assert len(office.said) == 1
    for number in range(1, MOST_REMINDERS + 1):
        _, name, payload, due = office.timers[-1]
        assert (name, payload["number"], due) == (REMIND, number, 1900.0)
        await escalation.remind(payload)
        await escalation.remind(payload)  # a timer fires at least once
    assert len(office.said) == 1 + MOST_REMINDERS
    assert len(office.timers) == MOST_REMINDERS
    await escalation.acknowledge(incident.id, Person("U3", "pete"))
    assert office.said[-1][2].thread_ts == "1.1"
    assert office.updates[-1][0] == f"incident:{incident.id}"
    await escalation.solve(incident.id, Person("U3", "pete"))
    await escalation.solve(incident.id, OLGA)
    assert office.audited[-2:] == ["acknowledged", "solved"]
    assert (await store.figures(0, 2e10)).avoided == 0


async def test_solved_alone_is_an_escalation_avoided(sqlite_database: Database) -> None:
    office, store = Office(), SqlIncidents(sqlite_database)
    escalation = Escalation(store, office, office, office, mention, {}, "C8")
    incident = await store.open(NEW)
    reply = await escalation.solve(incident.id, OLGA)
    assert "nobody had to be woken" in reply.text
    assert office.said == []
    assert (await store.figures(0, 2e10)).avoided == 1


async def test_nobody_is_woken_silently_where_no_channel_is_set(sqlite_database: Database) -> None:
    office, store = Office(), SqlIncidents(sqlite_database)
    incident = await store.open(NEW)
    with pytest.raises(Problem, match="No channel is set for @trading-ops"):
        await Escalation(store, office, office, office, mention).escalate(incident, OLGA, [])
    assert (await store.get(incident.id)).state == "open"


async def test_open_incidents_and_whom_to_wake_are_told(sqlite_database: Database) -> None:
    office, store = Office(), SqlIncidents(sqlite_database)
    escalation = Escalation(store, office, office, office, mention, {"trading-ops": "C9"})
    assert (await escalation.open_incidents()).text == "No incident is open."
    await store.open(NEW)
    assert "INC-1: Prices &lt;are&gt; stale (open)" in (await escalation.open_incidents()).text
    assert "wake them in <#C9>" in (await escalation.whom("trading-ops")).text


@pytest.mark.parametrize(
    ("text", "in_thread", "kind"),
    [
        ("who's on call?", False, "oncall"),
        ("who do I call about this", True, "oncall"),
        ("are there any open incidents", False, "incidents"),
        ("how many incidents last month?", False, None),
        ("which runbook covers stale data", False, "runbook"),
        ("show me all runbooks", False, "runbooks"),
        ("why?", False, None),
        ("why?", True, "why"),
        ("Done, step 2", True, "next"),
        ("what should I do?", True, "next"),
        ("how do I fix it?", True, "next"),
        ("since when?", True, "since"),
        ("how long has it been down?", True, "since"),
        ("what did you not check?", True, "unchecked"),
        ("check again please", True, "again"),
        ("still down?", True, "again"),
        ("show me the evidence", True, "details"),
        ("and the cache?", True, None),
        ("is the database slow?", True, None),
    ],
)
def test_what_is_asked_in_a_thread_is_told_apart(text: str, in_thread: bool, kind: str | None) -> None:
    assert follow_up(text, in_thread=in_thread) == kind
