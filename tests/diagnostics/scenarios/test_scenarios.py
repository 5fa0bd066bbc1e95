"""Faults really injected into a desk of real servers, and the question somebody asks: is the cause found?

The quick part runs a selection; the nightly part every fault alone, and pairs of faults, and reports the share.
"""

import base64
import itertools
import random
import re
import statistics
import time
from datetime import UTC, datetime

import pytest
import scenario_night_faults
from scenario_faults import FAULTS, a_forgotten_lock, another_program_holds_the_lock, tables
from tool_fakes import FakeCaller, Kept, OnceLedger

from bot.routing.arguments import arguments_of
from tools.diagnostics import runbooks
from tools.diagnostics.actions import carry_out
from tools.diagnostics.diagnosis import Diagnostician, Question, given_by
from tools.diagnostics.executor import Call, Executor
from tools.diagnostics.registry import Registry

TEN_QUESTIONS = (
    "Is the cache healthy?",
    "How fresh is the data?",
    "Did the pipeline finish, and why not?",
    "What failed since yesterday?",
    "Is the database out of connections or slow?",
    "Is the market data service up, and how slow is it?",
    "What alerts fire?",
    "Is an external API down or out of quota?",
    "Any data-quality anomalies?",
    "How full are disk and queue?",
)
assert scenario_night_faults.Standby  # its faults are among them
ALONE = [fault for fault in FAULTS if not fault.monitored]


@pytest.fixture(autouse=True)
def blockbuster():
    """Off: the faults of this suite block on purpose; the tools' own tests watch the loop."""


async def ask(desk, question):
    """The diagnosis, as every way in makes it, and the seconds it took."""

    async def nothing(_):
        pass

    async with Registry.open(list(desk.configs.values()), [desk.bot.connection()]) as registry:
        diagnostician = Diagnostician(Executor(registry, Kept()), runbooks.load())
        started = time.perf_counter()
        given = given_by(arguments_of("diagnose", question, {}, datetime.now(UTC).date()))
        found = await diagnostician.diagnose(Question(question, given), FakeCaller(), nothing)
        return found, time.perf_counter() - started


async def inject(desk, *faults):
    await tables(desk)
    for fault in faults:
        await fault.inject(desk)


def causes(found):
    return [(story.cause.condition, story.cause.connection) for story in (*found.stories, *found.aside)]


def wrong(found, *faults, strict=False):
    """What is not right about a diagnosis, in words; empty where it is right.

    Of two faults one may be told as a likely effect of the other; `strict` wants both as causes.
    """
    told = causes(found)
    stories = (*found.stories, *found.aside)
    shown = {(finding.condition, finding.connection) for story in stories for finding in story.findings}
    found_in = set(told) if strict or len(faults) == 1 else shown
    problems = [f"missed {fault.name}" for fault in faults if not set(fault.causes) & found_in]
    allowed = {pair for fault in faults for pair in (*fault.causes, *fault.effects)}
    problems += [f"false alarm {condition}@{name}" for condition, name in told if (condition, name) not in allowed]
    if len(faults) == 1 and not problems and told[0] not in faults[0].causes:
        problems.append(f"named {told[0]} first")
    return "; ".join(problems)


@pytest.mark.parametrize("fault", [fault for fault in ALONE if fault.quick], ids=lambda fault: fault.name)
async def test_the_cause_of_a_fault_is_found(desk, fault):
    async with desk.stack:
        await inject(desk, fault)
        found, _ = await ask(desk, fault.question)
    assert not wrong(found, fault), [result.summary for result in found.results]
    assert found.verdict in ("broken", "degraded")
    assert "s3cret-word" not in str(found)
    assert "cache-pass-word" not in str(found)


async def test_a_healthy_desk_raises_no_alarm(desk):
    await inject(desk)
    for question in (*TEN_QUESTIONS[:2], TEN_QUESTIONS[3]):
        found, _ = await ask(desk, question)
        assert causes(found) == [], question
        assert found.verdict == "healthy"


async def test_hanging_systems_do_not_hold_the_rest(desk):
    faults = [fault for fault in ALONE if fault.name.endswith("that hangs")]
    assert len(faults) == 3
    async with desk.stack:
        await inject(desk, *faults)
        found, seconds = await ask(desk, "Is everything ok?")
    assert {pair for fault in faults for pair in fault.causes} <= set(causes(found))
    answered = {result.connection for result in found.results if result.status == "ok"}
    assert {"prices", "workflows", "quant", "box", "deskhand"} <= answered
    assert seconds < 5


async def test_what_a_service_says_of_a_system_is_held_against_what_was_measured(desk):
    async with desk.stack:
        await inject(desk)
        await another_program_holds_the_lock(desk)
        found, _ = await ask(desk, "Is everything ok?")
    story = next(story for story in found.stories if story.cause.condition == "locked")
    contradicted = {
        (each.connection, each.subject) for each in story.effects if each.condition == "claim_contradicted"
    }
    assert contradicted == {("market-data", "prices"), ("quant", "prices")}


# --- mending ------------------------------------------------------------------------------------------------------


class Operator:
    """Asks for actions and confirms them."""

    def __init__(self, desk):
        self.registry = Registry.open(list(desk.configs.values()))
        self.executor = Executor(self.registry, Kept())
        self.ledger = OnceLedger()

    async def ask(self, tool, connection, **arguments):
        [result] = await self.executor.run([Call(tool, arguments, connection)], FakeCaller())
        return result

    async def confirm(self, plan):
        return await carry_out(self.executor, plan, FakeCaller(), ledger=self.ledger, audit=Kept())


@pytest.fixture
async def operator(desk):
    await inject(desk)
    made = Operator(desk)
    yield made
    await made.registry.close()


async def test_a_blocking_process_is_ended_once(desk, operator):
    async with desk.stack:
        await a_forgotten_lock(desk)
        locks = await operator.ask("postgres_locks", "orders")
        blocked = next(finding for finding in locks.findings if finding.condition == "blocked_query")
        pid = int(re.search(r"held by process (\d+)", blocked.summary)[1])
        planned = await operator.ask("terminate_query", "orders", pid=pid)
        assert planned.status == "needs_approval"
        assert f"Ends process {pid} of orders" in planned.plan.effect
        assert f"It blocks {blocked.subject}" in planned.plan.now
        assert (await operator.confirm(planned.plan)).status == "ok"
        after = await operator.ask("postgres_locks", "orders")
        assert not [finding for finding in after.findings if finding.condition == "blocked_query"]
        again = await operator.confirm(planned.plan)
        assert "no client process" in again.summary
        assert (await operator.ask("terminate_query", "orders", pid=99_999_999)).status == "error"


async def test_a_namespace_is_forgotten_and_nothing_else(desk, operator):
    client = desk.servers.redis.client
    client.set("quotes*:trap", "x")
    planned = await operator.ask("invalidate_cache", "quotes", namespace="quotes")
    assert "50 keys" in planned.plan.now
    assert client.exists("quotes:1")
    done = await operator.confirm(planned.plan)
    assert "50 keys of quotes deleted" in done.summary
    assert sorted({key.decode().partition(":")[0] for key in client.scan_iter()}) == ["quotes*", "sessions"]
    assert (await operator.ask("invalidate_cache", "quotes", namespace="quotes")).status == "error"
    for hostile in ("*", "", "a b", "quotes\n", "\0", "x" * 200):
        assert (await operator.ask("invalidate_cache", "quotes", namespace=hostile)).status == "error"
    assert client.dbsize() == 21


async def test_jobs_of_airflow_are_run_paused_and_resumed(desk, operator):
    airflow = desk.servers.airflow
    airflow.posted.clear()
    planned = await operator.ask("rerun_ingestion", "workflows", job="prices_daily")
    assert (await operator.confirm(planned.plan)).status == "ok"
    assert "already" in (await operator.confirm(planned.plan)).summary
    [(dag, body)] = airflow.posted
    assert (dag, body["logical_date"]) == ("prices_daily", None)
    planned = await operator.ask("pause_job", "workflows", job="prices_daily")
    await operator.confirm(planned.plan)
    assert airflow.paused == {"prices_daily"}
    assert "paused already" in (await operator.ask("pause_job", "workflows", job="prices_daily")).summary
    planned = await operator.ask("resume_job", "workflows", job="prices_daily")
    await operator.confirm(planned.plan)
    assert airflow.paused == set()
    assert "knows no" in (await operator.ask("pause_job", "workflows", job="nothing_such")).summary
    assert "Which job" in (await operator.ask("pause_job", "workflows")).summary
    airflow.runs.insert(0, airflow.run("prices_daily", "running"))
    assert "running already" in (await operator.ask("rerun_ingestion", "workflows", job="prices_daily")).summary


async def test_airflow_2_is_asked_by_name_and_password(desk):
    routes = desk.servers.service.routes
    failed = desk.servers.airflow.run("prices_daily", "failed")

    def guarded(content):
        def answer(request, _):
            known = (
                request.headers.get("Authorization") == "Basic " + base64.b64encode(b"deskhand:pass-word").decode()
            )
            return (200, content) if known else (401, {"detail": "Unauthorized"})

        return answer

    beat = failed["start_date"]
    routes["/api/v1/health"] = guarded({"scheduler": {"status": "unhealthy", "latest_scheduler_heartbeat": beat}})
    routes["/api/v1/dags"] = guarded({"dags": [{"dag_id": "prices_daily", "is_paused": False}]})
    routes["/api/v1/dags/~/dagRuns"] = guarded({"dag_runs": [failed]})
    desk.connect("old", "airflow", desk.servers.service.url, username="deskhand", password="pass-word")
    operator = Operator(desk)
    result = await operator.ask("pipeline_runs", "old")
    assert {finding.condition for finding in result.findings} == {"scheduler_down", "ingestion_failed"}
    assert operator.registry.connections["old"]._version == "v1"
    await operator.registry.close()


# --- the long matrix ----------------------------------------------------------------------------------------------


@pytest.mark.nightly
@pytest.mark.timeout(900)
async def test_every_fault_alone(desk_maker, monitored, capsys):
    results, times = [], []
    for fault in FAULTS:
        desk = desk_maker()
        async with desk.stack:
            await inject(desk, fault)
            found, seconds = await ask(desk, fault.question)
        times.append(seconds)
        results.append((fault.name, fault.question, wrong(found, fault), causes(found)))
    report(capsys, "alone", results, times)
    assert share(results) >= 0.95
    assert statistics.median(times) < 1.0


@pytest.mark.nightly
@pytest.mark.timeout(1800)
async def test_two_faults_at_once(desk_maker, servers, capsys):
    strictly = 0
    pairs = [pair for pair in itertools.combinations(ALONE, 2) if independent(*pair)]
    results, times = [], []
    for pair in random.Random(20261126).sample(pairs, 80):
        desk = desk_maker()
        async with desk.stack:
            await inject(desk, *pair)
            found, seconds = await ask(desk, "What is wrong?")
        times.append(seconds)
        results.append((" + ".join(fault.name for fault in pair), "", wrong(found, *pair), causes(found)))
        strictly += not wrong(found, *pair, strict=True)
    report(capsys, f"two at once (both as causes of their own: {strictly})", results, times)
    assert share(results) >= 0.9


@pytest.mark.nightly
async def test_a_replica_of_an_idle_primary_is_not_behind(desk):
    async with desk.stack:
        await inject(desk)
        await scenario_night_faults.with_standby(desk)
        found, _ = await ask(desk, "are the replicas behind?")
    assert found.verdict == "healthy", [result.summary for result in found.results]
    assert causes(found) == []
    assert any("orders-copy is a replica, 0.0 ms behind" in result.summary for result in found.results)


@pytest.mark.nightly
async def test_ten_questions_on_a_healthy_desk(desk_maker, monitored):
    desk = desk_maker()
    await inject(desk)
    for question in TEN_QUESTIONS:
        found, _ = await ask(desk, question)
        assert causes(found) == [], question
        assert found.verdict == "healthy", question


def independent(one, other):
    """Whether neither hides the other: they are in different systems."""
    systems = [{name for _, name in fault.causes} for fault in (one, other)]
    return not systems[0] & systems[1] and not ({"market-data"} & systems[0] and {"vendor"} & systems[1])


def share(results):
    return sum(1 for _, _, problem, _ in results if not problem) / len(results)


def report(capsys, what, results, times):
    with capsys.disabled():
        print(f"\n{what}: {share(results):.1%} of {len(results)}; median {statistics.median(times):.2f} s")
        for name, question, problem, told in results:
            if problem:
                print(f"  {name} [{question}]: {problem}; told {told}")
