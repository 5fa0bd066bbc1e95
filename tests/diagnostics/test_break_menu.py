"""Every fault of the demo's `break` menu: really made over the page's API, found by asking, and mended."""

import asyncio
import shutil
from types import SimpleNamespace

import aiohttp
import pytest
from tool_fakes import FakeCaller, Kept

from bot.desk.demo import DemoDesk
from bot.desk.embedded import PRICES, ensure_prices
from bot.diagnostics import own
from bot.settings import Settings
from bot.workspace.server import Workspace
from tools.diagnostics import runbooks
from tools.diagnostics.diagnosis import Diagnostician, Question
from tools.diagnostics.executor import Executor
from tools.diagnostics.registry import Registry

ASKED = {
    "ingestion": ("Did the ingestion finish?", "paused", "market"),
    "prices": ("Why is the price data stale?", "stale", "market"),
    "lock": ("Is the price store locked?", "locked", "market"),
    "service": ("Is the market-data service up?", "connection_refused", "market-data"),
    "quota": ("Is Alpha Vantage out of quota?", "quota_exhausted", "market-data"),
    "queue": ("Are backtests stuck in the queue?", "queue_backlog", "platform"),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return ensure_prices(tmp_path_factory.mktemp("demo"))


@pytest.fixture
async def rig(filled, tmp_path):
    await asyncio.to_thread(shutil.copyfile, filled, tmp_path / PRICES)
    async with (
        Workspace() as workspace,
        DemoDesk(tmp_path) as desk,
        aiohttp.ClientSession(workspace.hub.base) as page,
    ):
        workspace.hub.menu = desk
        connections = await asyncio.to_thread(lambda: [*own(Settings(home=tmp_path)), *desk.connections()])
        async with Registry(connections) as registry:
            diagnostician = Diagnostician(Executor(registry, Kept()), await asyncio.to_thread(runbooks.load))
            yield SimpleNamespace(page=page, me=workspace.state.people[0].id, diagnostician=diagnostician)


async def faults(rig):
    async with rig.page.get("/page/faults", params={"as": rig.me}) as answer:
        return {each["id"]: each for each in (await answer.json())["faults"]}


async def turn(rig, fault_id, broken):
    async with rig.page.post("/page/faults", json={"as": rig.me, "id": fault_id, "broken": broken}) as answer:
        return answer.status, await answer.json()


async def ask(rig, question):
    async def nothing(_):
        pass

    found = await rig.diagnostician.diagnose(Question(question), FakeCaller(), nothing)
    return [(story.cause.condition, story.cause.connection) for story in found.stories]


async def test_each_fault_is_made_found_and_mended(rig):
    assert set(await faults(rig)) == set(ASKED)
    for fault_id, (question, condition, connection) in ASKED.items():
        assert await ask(rig, question) == [], fault_id
        status, answer = await turn(rig, fault_id, True)
        assert status == 200, answer
        assert [each["id"] for each in answer["faults"] if each["broken"]] == [fault_id]
        assert (condition, connection) in await ask(rig, question), fault_id
        status, answer = await turn(rig, fault_id, False)
        assert not any(each["broken"] for each in answer["faults"]), fault_id
        assert await ask(rig, question) == [], fault_id


async def test_what_cannot_be_done_now_is_said(rig):
    assert (await turn(rig, "nonsense", True))[0] == 422
    await turn(rig, "lock", True)
    status, answer = await turn(rig, "prices", True)
    assert status == 422
    assert "cannot be opened" in answer["error"]


async def test_a_workspace_without_faults_has_no_menu():
    async with Workspace() as workspace, aiohttp.ClientSession(workspace.hub.base) as page:
        me = workspace.state.people[0].id
        async with page.get("/page/state") as answer:
            assert (await answer.json())["faults"] is False
        async with page.post("/page/faults", json={"as": me, "id": "lock", "broken": True}) as answer:
            assert answer.status == 422
