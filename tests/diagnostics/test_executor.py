import time

import pytest
from structlog.testing import capture_logs
from tool_fakes import FakeCaller, FakeConnection, Kept

from tools.diagnostics.executor import Call, Executor
from tools.diagnostics.registry import Registry, check_all


def executor(*connections):
    kept = Kept()
    return Executor(Registry(connections), kept), kept


async def test_each_connection_fails_alone_in_its_own_timeout():
    behaviours = ["fine", "hang", "stubborn", "refuse", "broken", "nothing"]
    runs, kept = executor(*(FakeConnection(f"c {b}", b) for b in behaviours))
    shown = []

    async def on_result(result):
        shown.append(result.connection)

    started = time.perf_counter()
    with capture_logs() as logged:
        results = await runs.run([Call("fake_health")], FakeCaller(), on_result=on_result)
    assert [entry["event"] for entry in logged] == ["diagnostics.tool_failed"]
    assert time.perf_counter() - started < 1.4  # one timeout and a grace, not the sum of them
    by_name = {result.connection.removeprefix("c "): result for result in results}
    assert [result.connection for result in results] == [f"c {b}" for b in behaviours]
    assert {name: result.status for name, result in by_name.items()} == {
        "fine": "ok",
        "hang": "error",
        "stubborn": "error",
        "refuse": "error",
        "broken": "error",
        "nothing": "no_data",
    }
    assert [f.condition for f in by_name["hang"].findings] == ["timeout"]
    assert [f.condition for f in by_name["refuse"].findings] == ["connection_refused"]
    assert by_name["hang"].facts, "what was measured before a timeout is kept"
    assert by_name["fine"].facts[0].id == "c-fine.jobs"
    assert by_name["fine"].findings[0].facts == ("c-fine.jobs",)
    assert "KeyError" not in by_name["broken"].summary
    assert shown[-1] in ("c hang", "c stubborn")
    assert len(kept.events) == len(behaviours)
    assert len({event.result_hash for event in kept.events}) == len(behaviours)


async def test_permission_is_asked_when_it_runs():
    runs, kept = executor(FakeConnection("jobs"))
    analyst = FakeCaller(frozenset({"check_freshness"}))
    assert [tool.name for tool in await runs.offered(analyst)] == ["fake_freshness"]
    calls = [Call("fake_health"), Call("fake_freshness", {"count": 3}), Call("fake_drop")]
    results = await runs.run(calls, analyst, correlation_id="c1")
    assert [result.status for result in results] == ["denied", "ok", "denied"]
    assert "ask @ops" in results[0].summary
    assert not results[0].facts
    assert sorted(event.status for event in kept.events) == ["denied", "denied", "ok"]
    assert {event.correlation_id for event in kept.events} == {"c1"}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (Call("nothing_such"), "There is no tool called 'nothing_such'; there are fake_drop, "),
        (Call("fake_health", connection="elsewhere"), "cannot be asked of 'elsewhere'; it can of jobs"),
        (Call("fake_freshness", {"count": "many"}), "count: input should be a valid integer"),
        (Call("fake_freshness", {"cuont": 1}), "it takes no argument 'cuont'"),
    ],
)
async def test_a_call_that_does_not_fit_is_an_error_in_words(call, says):
    runs, kept = executor(FakeConnection("jobs"))
    [result] = await runs.run([call], FakeCaller())
    assert result.status == "error"
    assert says in result.summary
    assert len(kept.events) == 1


async def test_output_is_bounded_and_redacted():
    runs, _ = executor(FakeConnection("jobs", "odd"))
    [result] = await runs.run([Call("fake_health")], FakeCaller())
    assert result.cut
    assert sum(len(line) + 1 for line in result.lines) <= 200
    assert "hunter2" not in str(result.as_json())
    assert "\x1b" not in result.lines[0]


async def test_a_health_check_a_connection():
    registry = Registry([FakeConnection("well"), FakeConnection("ill", "refuse")])
    assert await check_all(registry) == {"well": (True, "it answers"), "ill": (False, "it is not well")}


async def test_a_tool_tells_a_model_what_it_takes():
    registry = Registry([FakeConnection("a"), FakeConnection("b")])
    schema = registry.tool("fake_freshness").schema()
    assert schema["properties"]["connection"]["enum"] == ["a", "b"]
    assert schema["properties"]["count"]["type"] == "integer"
    assert registry.tool("fake_freshness").description == "How fresh the fake data is."
