import json
from dataclasses import replace

import pytest
from tool_fakes import FakeCaller, FakeConnection, Kept, OnceLedger

from tools.diagnostics.actions import carry_out, digest_of, plan_from_json, plan_json
from tools.diagnostics.executor import Call, Executor
from tools.diagnostics.registry import Registry
from tools.errors import BadInput


class Rig:
    def __init__(self):
        self.jobs = FakeConnection("jobs")
        self.jobs.jobs = 5
        self.kept = Kept()
        self.executor = Executor(Registry([self.jobs]), self.kept)
        self.ledger = OnceLedger()

    async def plan(self, count=2):
        [result] = await self.executor.run([Call("fake_drop", {"count": count})], FakeCaller())
        assert result.status == "needs_approval"
        return result.plan

    async def carry_out(self, plan, caller=None):
        return await carry_out(
            self.executor,
            plan,
            caller or FakeCaller(),
            ledger=self.ledger,
            audit=self.kept,
            approved_by=["U2"],
            correlation_id="c",
        )


async def test_an_action_is_shown_first_and_runs_once_when_confirmed():
    rig = Rig()
    plan = await rig.plan()
    assert plan.effect == "Drops 2 of 5 jobs of jobs."
    assert rig.jobs.done == []
    kept = plan_from_json(plan_json(plan))
    assert kept == plan
    first = await rig.carry_out(kept)
    assert (first.status, first.summary) == ("ok", "dropped 2")
    rig.jobs.jobs = 5  # as it was shown: only the ledger can tell
    again = await rig.carry_out(kept)
    assert "already" in again.summary
    assert rig.jobs.done == [2]
    phases = [(event.phase, event.status) for event in rig.kept.events]
    assert phases == [
        ("after", "needs_approval"),
        ("before", "confirmed"),
        ("after", "ok"),
        ("before", "confirmed"),
        ("after", "ok"),
    ]
    assert rig.kept.events[1].approved_by == ("U2",)


async def test_changed_arguments_are_refused():
    rig = Rig()
    plan = await rig.plan()
    changed = json.loads(plan_json(plan))
    changed["plan"]["arguments"]["count"] = 5
    with pytest.raises(BadInput, match="not those that were shown"):
        plan_from_json(json.dumps(changed))
    result = await rig.carry_out(replace(plan, arguments={"count": 5}))
    assert result.status == "error"
    assert rig.jobs.done == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"plan": 1, "digest": ""}', "null"])
def test_what_is_no_plan_is_refused(text):
    with pytest.raises(BadInput):
        plan_from_json(text)


async def test_things_that_changed_meanwhile_are_shown_again():
    rig = Rig()
    plan = await rig.plan()
    rig.jobs.jobs = 4
    result = await rig.carry_out(plan)
    assert result.status == "error"
    assert "Drops 2 of 4 jobs" in result.summary
    rig.jobs.jobs = 0
    assert "nothing to drop" in (await rig.carry_out(plan)).summary
    assert rig.jobs.done == []


async def test_too_late_and_not_allowed():
    rig = Rig()
    plan = await rig.plan()
    late = replace(plan, until=1)
    late = replace(late, digest=digest_of(late))
    assert "within 15 minutes" in (await rig.carry_out(late)).summary
    denied = await rig.carry_out(plan, FakeCaller(frozenset({"diagnose"})))
    assert denied.status == "denied"
    assert rig.jobs.done == []
    assert [event.status for event in rig.kept.events[1:]] == ["error", "denied"]


async def test_an_action_that_cannot_be_done_is_not_offered_for_confirmation():
    rig = Rig()
    rig.jobs.jobs = 0
    [result] = await rig.executor.run([Call("fake_drop")], FakeCaller())
    assert result.status == "error"
    assert result.plan is None
