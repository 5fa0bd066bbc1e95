"""Rule-based diagnosis: what is asked, how findings hang together, and what is said."""

import asyncio

import pytest
from desk_fakes import DISK_FULL, INGESTION_FAILED, STALE, Script, desk
from tool_fakes import FakeCaller, Kept

from tools.diagnostics.checking import bound, objections
from tools.diagnostics.diagnosis import Diagnostician, Question
from tools.diagnostics.executor import Executor
from tools.diagnostics.registry import Registry
from tools.diagnostics.runbooks import load
from tools.diagnostics.telling import details, tell
from tools.diagnostics.topics import topics_of

RUNBOOKS = load()


class Desk:
    def __init__(self, **scripts):
        self.registry = Registry(desk())
        self.steps = []
        by_tool = {name: next(iter(tool.targets)) for name, tool in self.registry.tools.items()}
        for name, script in scripts.items():
            self.registry.connections[by_tool[name]].scripts[name] = script
        self.kept = Kept()
        self.diagnostician = Diagnostician(Executor(self.registry, self.kept), RUNBOOKS)

    async def ask(self, text, caller=None, **more):
        async def progress(step):
            self.steps.append(step)

        return await self.diagnostician.diagnose(Question(text, **more), caller or FakeCaller(), progress)


QUESTIONS = (
    "why is the price data stale?",
    "is the cache healthy",
    "did the pipeline finish and if not why not",
    "what failed since yesterday",
    "is the database out of connections or slow",
    "is the quotes api up, how slow is it",
    "which alerts are firing",
    "is alpha vantage down or are we out of quota",
    "any data quality anomalies?",
    "how full are disk and queue?",
    "is everything ok",
)


@pytest.mark.parametrize("text", QUESTIONS)
async def test_a_healthy_desk_is_called_healthy(text):
    found = await Desk().ask(text)
    assert found.verdict == "healthy", found
    told = tell(found)
    assert "all is as it should be" in told.text
    assert told.opening in ("", "Yes", "No")
    assert not told.cause
    assert not told.escalate
    assert found.runbook is None


async def test_stale_data_failed_ingestion_and_full_disk_are_one_story():
    found = await Desk(data_freshness=STALE, ingestion_runs=INGESTION_FAILED, host_disk=DISK_FULL).ask(QUESTIONS[0])
    assert [finding.condition for finding in found.stories[0].findings] == ["disk_full", "ingestion_failed", "stale"]
    assert len(found.stories) == 1
    told = tell(found)
    assert told.headline == "SPY ends on 20 November 2026, 24 November 2026 was expected."
    assert told.cause == "Cause: The disk / of box is 99.6% full."
    assert "disk-filling" in told.runbook
    assert told.next_step == "Next: See what grew."
    assert "@trading-ops" in told.escalate
    assert any("host_disk on box," in line and "UTC" in line for line in told.evidence)


async def test_the_error_s_own_words_choose_between_two_possible_causes():
    quota = Script("quota", [("quota_exhausted", "critical", "quotes-api says the daily quota is used up")])
    failed = Script(
        "failed", [("ingestion_failed", "critical", "The last ingestion failed: HTTP 429 too many requests")]
    )
    desk = Desk(data_freshness=STALE, ingestion_runs=failed, host_disk=DISK_FULL, external_apis=quota)
    found = await desk.ask(QUESTIONS[0])
    assert found.cause.condition == "quota_exhausted"
    assert "stale" in [finding.condition for finding in found.stories[0].effects]
    assert "ingestion_failed" not in [finding.condition for story in found.stories[1:] for finding in story.findings]


async def test_two_faults_that_have_nothing_to_do_with_each_other_are_two_stories():
    evicting = Script("evicts", [("evictions", "warning", "quotes evicts keys")])
    found = await Desk(redis_health=evicting, data_freshness=STALE).ask("what is broken?")
    assert {story.cause.condition for story in found.stories} == {"evictions", "stale"}
    assert "Also wrong, on its own" in tell(found).cause


async def test_what_was_not_asked_about_is_only_noticed():
    found = await Desk(host_disk=DISK_FULL).ask("how fresh is the data?")
    assert found.verdict == "healthy"
    assert "99.6% full" in tell(found).aside[0]
    assert found.runbook is None


async def test_each_tool_fails_alone_and_the_answer_says_so():
    hang, refuse = Script(hang=True), Script("nothing listens at warehouse", fault="connection_refused")
    desk = Desk(redis_health=hang, postgres_connections=refuse, postgres_locks=refuse, data_freshness=STALE)
    found = await desk.ask("is everything ok?")
    said = tell(found).text
    assert "SPY ends on" in said
    assert "quotes gave no answer within 0.5 s" in said
    assert said.count("Also wrong, on its own: warehouse: nothing listens at warehouse") <= 1
    assert {"redis_health of quotes", "postgres_connections of warehouse"} <= {each.what for each in found.unchecked}


async def test_an_analyst_gets_freshness_and_is_told_what_was_denied():
    desk = Desk(data_freshness=STALE, ingestion_runs=INGESTION_FAILED, host_disk=DISK_FULL)
    found = await desk.ask(QUESTIONS[0], FakeCaller(frozenset({"check_freshness"})))
    assert found.cause.condition == "ingestion_failed"
    assert {"host_disk", "duckdb_file"} <= set(found.denied)
    assert "host_disk (your role does not allow it)" in tell(found).text
    assert {event.status for event in desk.kept.events if event.tool == "host_disk"} == {"denied"}


async def test_who_may_nothing_learns_nothing():
    found = await Desk(redis_health=Script("secret")).ask("is the cache healthy", FakeCaller(frozenset()))
    assert found.verdict == "denied"
    assert tell(found).headline == "You may not diagnose; ask @ops."
    assert "secret" not in tell(found).text


async def test_what_is_not_connected_is_not_called_healthy():
    only_a_box = Desk()
    only_a_box.registry.tools = {"host_disk": only_a_box.registry.tools["host_disk"]}
    only_a_box.registry.connections = {"box": only_a_box.registry.connections["box"]}
    found = await only_a_box.ask("is the cache healthy?")
    assert found.verdict == "unknown"
    assert "kind redis" in tell(found).text


async def test_a_system_is_called_by_its_name():
    found = await Desk().ask("how is the warehouse?")
    assert found.selection.connections == ("warehouse",)
    assert {call.connection for call in found.selection.asked} == {"warehouse"}


async def test_the_checker_lets_through_what_tools_said_and_nothing_else():
    found = await Desk(data_freshness=STALE, host_disk=DISK_FULL).ask(QUESTIONS[0])
    facts = bound(found)
    assert not objections(tell(found).text, facts)
    for wrong in (
        "SPY ends on 21 November 2026.",
        "The share of / in use is 12.0%.",
        "SPY is stale because of a flood in Taiwan.",
        "It took 7 restarts.",
    ):
        assert objections(wrong, facts), wrong


async def test_details_hold_claims_as_claims_and_what_was_asked():
    script = Script("up", claims=[("alpha_vantage", "connected")], facts=[("latency", "latency", 0.042, "seconds")])
    found = await Desk(http_health=script).ask("is the api up?")
    shown = "\n".join(details(found))
    assert "quotes-api says of alpha_vantage: connected (it does not say when)" in shown
    assert "latency: 42 ms" in shown
    assert "asked: ASK http_health" in shown


async def test_steps_are_told_while_tools_run():
    desk = Desk()
    await desk.ask("is the cache healthy")
    assert desk.steps[0].startswith("asking")
    assert any(step.startswith("quotes:") for step in desk.steps)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("databse slow agian", ("database",)),
        ("why is alpha vantage returning 429s", ("external",)),
        ("how many evictions", ("cache",)),
        ("my backtests have been pending for an hour", ("queue",)),
        ("Quotes are stale and I have a page for disk", ("freshness", "disk")),
        ("status", ()),
        ("what broke overnight?", ()),
    ],
)
def test_words_choose_topics(text, topics):
    assert topics_of(text) == topics


async def test_a_cause_without_a_runbook_of_ours_takes_the_desk_s_own_by_its_symptoms(tmp_path):
    ours = (RUNBOOKS.get("disk-filling").path).read_text()
    own = ours.replace("A disk is filling up", "The replay of fills is behind").replace(
        "  - the disk is full\n", "  - fill replay lags behind the broker\n"
    )
    (tmp_path / "fill-replay.md").write_text(own)
    failed = Script("failed", [("command_failed", "critical", "fill replay lags behind the broker by 40 fills")])
    desk = Desk(host_load=failed)
    desk.diagnostician = Diagnostician(desk.diagnostician.executor, await asyncio.to_thread(load, [tmp_path]))
    found = await desk.ask("is the machine ok?")
    assert found.runbook.id == "fill-replay"


async def test_a_service_that_is_up_without_its_vendor_is_neither_up_nor_down():
    quota = Script("quota", [("quota_exhausted", "critical", "quotes-api says of alpha_vantage: quota exceeded")])
    found = await Desk(external_apis=quota).ask("is the quotes api up?")
    assert tell(found).opening == "Not quite"
    refused = Script("nothing listens at quotes-api", fault="connection_refused")
    found = await Desk(http_health=refused).ask("is the quotes api up?")
    assert tell(found).opening == "No"


async def test_where_what_was_asked_is_well_the_rest_is_looked_at():
    refused = Script("nothing listens at warehouse", fault="connection_refused")
    found = await Desk(postgres_connections=refused, postgres_locks=refused).ask("is the cache healthy?")
    told = tell(found)
    assert (found.verdict, told.opening) == ("healthy", "Yes")
    assert "nothing listens at warehouse" in told.aside[0]
    complaint = await Desk(postgres_connections=refused, postgres_locks=refused).ask("the cache loses everything")
    assert complaint.verdict == "broken"
    assert complaint.cause.connection == "warehouse"


async def test_looking_round_uses_no_tool_that_the_asker_may_not_use():
    desk = Desk()
    await desk.ask("how fresh is the data?", FakeCaller(frozenset({"check_freshness"})))
    asked = {event.tool for event in desk.kept.events if event.status != "denied"}
    assert asked <= {"data_freshness", "data_quality", "ingestion_runs"}
