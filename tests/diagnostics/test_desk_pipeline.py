import os
import shutil
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from pydantic import SecretStr
from tool_fakes import FakeCaller, Kept, OnceLedger

from bot.desk.embedded import PRICES, ensure_prices
from bot.desk.ingestion import DeskIngestion
from tools.diagnostics.actions import carry_out
from tools.diagnostics.connections.base import ConnectionConfig
from tools.diagnostics.connections.desk import DeskStore
from tools.diagnostics.executor import Call, Executor
from tools.diagnostics.registry import Registry
from tools.diagnostics.remedies import remedies
from tools.errors import Problem
from tools.market.embedded import EmbeddedSource
from tools.market.store import PriceStore


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return ensure_prices(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def ingestion(filled, tmp_path):
    shutil.copyfile(filled, tmp_path / PRICES)
    return DeskIngestion(tmp_path)


@pytest.fixture
def rig(ingestion, tmp_path):
    store = DeskStore(ConnectionConfig("market", "duckdb", SecretStr(str(tmp_path / PRICES))), ingestion)
    return Rig(Executor(Registry([store]), Kept()), tmp_path / PRICES)


class Rig:
    def __init__(self, executor, prices):
        self.executor = executor
        self.prices = prices
        self.ledger = OnceLedger()

    async def ask(self, tool, **arguments):
        [result] = await self.executor.run([Call(tool, arguments)], FakeCaller())
        return result

    async def do(self, tool, **arguments):
        planned = await self.ask(tool, **arguments)
        assert planned.status == "needs_approval", planned.summary
        return await carry_out(self.executor, planned.plan, FakeCaller(), ledger=self.ledger, audit=Kept())


class BrokenSource:
    name = "vendor"

    def series(self):
        return tuple(replace(one, path=Path("/nonexistent/file.csv")) for one in EmbeddedSource().series())


def lose_a_week(prices):
    with duckdb.connect(str(prices)) as store:
        store.execute("DELETE FROM daily_prices WHERE date > '2018-12-21'")


async def test_what_was_lost_is_found_offered_and_mended(rig):
    assert (await rig.ask("data_freshness")).findings == ()
    lose_a_week(rig.prices)
    stale = await rig.ask("data_freshness")
    assert {finding.condition for finding in stale.findings} == {"stale"}
    behind = next(fact for fact in stale.facts if fact.id == "market.gspc.behind")
    assert behind.value == 5
    [call] = [call for call in remedies(stale.findings, rig.executor.registry) if call.tool == "rerun_ingestion"][:1]
    done = await rig.do(call.tool, **call.arguments)
    assert done.status == "ok"
    assert "10,062 rows" in done.summary
    assert (await rig.ask("data_freshness")).findings == ()


async def test_a_paused_ingestion_is_told_and_resumed(rig):
    assert "paused" in (await rig.do("pause_job", job="prices")).summary
    told = await rig.ask("ingestion_runs")
    assert [(f.condition, f.subject) for f in told.findings] == [("paused", "prices")]
    assert "already" in (await rig.ask("pause_job")).summary
    [call] = remedies(told.findings, rig.executor.registry)
    assert (call.tool, call.arguments) == ("resume_job", {"job": "prices"})
    await rig.do(call.tool, **call.arguments)
    assert (await rig.ask("ingestion_runs")).findings == ()
    assert "not paused" in (await rig.ask("resume_job")).summary
    assert "has no job 'orders'" in (await rig.ask("pause_job", job="orders")).summary


async def test_a_failing_ingestion_is_recorded_and_told(rig, ingestion):
    ingestion.source = BrokenSource()
    done = await rig.do("rerun_ingestion")
    assert done.status == "error"
    told = await rig.ask("ingestion_runs")
    assert [(f.condition, f.subject) for f in told.findings] == [("ingestion_failed", "prices")]
    assert "cannot be read" in told.summary
    assert (await rig.ask("data_freshness")).findings == (), "nothing stored was lost"


def test_it_is_due_once_a_day(ingestion, tmp_path):
    assert not ingestion.is_due()
    yesterday = time.time() - 25 * 3600
    os.utime(tmp_path / PRICES, (yesterday, yesterday))
    assert ingestion.is_due()
    ingestion.pause()
    assert not ingestion.is_due()
    ingestion.resume()
    ingestion.run()
    assert not ingestion.is_due()


def test_a_locked_store_is_left_alone(ingestion, tmp_path):
    with PriceStore(tmp_path / PRICES, read_only=False), pytest.raises(Problem, match="cannot be opened"):
        ingestion.run()
    assert list(tmp_path.glob("*.part*")) == []


def test_the_declared_last_day_is_what_is_expected(filled):
    with PriceStore(filled) as store:
        assert store.freshness("SPY").is_current(date(2018, 12, 31) + timedelta(days=3000))
