"""`/strategies`: a draft over HTTP waits for a second person like one in Slack, and is recorded when they approve."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import update

from bot.approvals.service import SqlApprovals
from bot.audit.log import ChainedAudit
from bot.desk.embedded import ensure_prices
from bot.http.app import create_app
from bot.http.routes import health, strategies
from bot.http.server import HttpServer
from bot.http.tokens import Gate
from bot.settings import ApprovalSettings, HttpToken, RolesSettings
from bot.slack.announcing import Announcements
from bot.slack.outbox import Outbox
from bot.slack.timing import InboxTimers
from bot.storage.backtests import SqlBacktestStore
from bot.storage.database import Database
from bot.storage.drafts import SqlDrafts
from bot.storage.narratives import SqlNarrativeCache
from bot.storage.tables import strategies as registry_table
from handlers.drafts import Drafts
from tools.backtests.charts import ChartRenderer
from tools.narrative.service import ReportGenerationService
from tools.strategies.drafting import open_drafter
from tools.strategies.proposing import ModelDrafter

ANALYST, APPROVER, VIEWER = ("analyst-" + "t" * 16, "approver-" + "t" * 16, "viewer-" + "t" * 16)


@pytest.fixture(scope="module")
def prices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_prices(tmp_path_factory.mktemp("desk"))


@pytest.fixture
async def api(sqlite_database: Database, prices: Path, tmp_path: Path) -> AsyncIterator:
    audit = ChainedAudit(sqlite_database)
    tokens = (
        HttpToken(name="ci", token=ANALYST, roles=["analyst"]),
        HttpToken(name="risk", token=APPROVER, roles=["approver"]),
        HttpToken(name="wall", token=VIEWER, roles=["viewer"]),
    )
    gate = Gate(tokens, RolesSettings().groups)
    outbox = Outbox(sqlite_database)
    approvals = SqlApprovals(sqlite_database, audit, InboxTimers(outbox), gate.access, ApprovalSettings())
    store = SqlBacktestStore(sqlite_database)
    drafter = await asyncio.to_thread(open_drafter, tmp_path, prices)
    reports = ReportGenerationService(store=store, cache=SqlNarrativeCache(sqlite_database))
    drafts = Drafts(
        drafter, SqlDrafts(sqlite_database, drafter.templates), approvals, Announcements(outbox), store, reports,
        ChartRenderer(), ModelDrafter(drafter),
    )  # fmt: skip
    services = strategies.StrategyServices(gate, audit, drafts, drafter.templates)
    readiness = {"database": health.database_ready(sqlite_database)}
    server = HttpServer(create_app(health.routes(readiness), strategies.routes(services)), "127.0.0.1", 0)
    await server.start()
    async with aiohttp.ClientSession(server.address) as session:

        async def call(method: str, path: str, body: object = None, token: str = ANALYST) -> tuple[int, dict]:
            headers = {"Authorization": f"Bearer {token}"}
            async with session.request(method, path, json=body, headers=headers) as response:
                return response.status, json.loads(await response.read())

        call.drafts = drafts  # type: ignore[attr-defined]
        yield call
    await server.stop()
    await audit.close()


async def test_from_words_to_the_registry(api, sqlite_database: Database) -> None:
    status, draft = await api("POST", "/strategies/generative-builder", {"request": "golden cross on SPY, 3% stop"})
    assert (status, draft["status"], draft["version"]) == (200, "ok", 1)
    assert draft["specification"]["template"] == "sma_crossover"
    assert "Buys SPY when the 50-day simple average crosses above" in draft["explanation"]
    assert draft["approval"]["state"] == "pending"
    assert draft["deployed"] is False
    assert draft["notice"].startswith("Nobody was told that this waits")

    here = f"/strategies/drafts/{draft['draft_id']}"
    _, revised = await api("POST", f"{here}/revisions", {"request": "make the stop 5 %"})
    assert revised["version"] == 2
    assert revised["changes"] == ["stop: 3 % → 5 %"]

    mine = {"verdict": "approve", "hash": revised["approval"]["hash"]}
    assert (await api("POST", f"{here}/decisions", mine))[0] == 403
    stale = {"verdict": "approve", "hash": draft["approval"]["hash"]}
    assert (await api("POST", f"{here}/decisions", stale, APPROVER))[1]["result"] == "changed"
    decided = (await api("POST", f"{here}/decisions", mine, APPROVER))[1]
    assert (decided["result"], decided["approval"]["state"]) == ("decided", "approved")
    assert (await api("POST", f"{here}/decisions", mine, APPROVER))[1]["result"] == "closed"

    await api.drafts.changed(await api.drafts.approvals.latest("draft", draft["draft_id"]))
    _, registry = await api("GET", "/strategies")
    [strategy] = registry["strategies"]
    assert (strategy["id"], strategy["version"], strategy["trials"]) == (draft["draft_id"], 2, 2)
    assert strategy["approved_by"] == ["http:risk"]
    one = f"/strategies/{strategy['id']}"
    assert (await api("GET", one))[1] == strategy
    async with sqlite_database.write() as connection:
        await connection.execute(update(registry_table).values(hash="0" * 64))
    status, problem = await api("GET", one)
    assert status == 422
    assert "not what was approved" in json.dumps(problem)
    _, drafts = await api("GET", "/strategies/drafts")
    assert [one["draft_id"] for one in drafts["drafts"]] == [draft["draft_id"]]


async def test_nobody_approves_their_own_whatever_their_roles(api) -> None:
    _, draft = await api("POST", "/strategies/generative-builder", {"request": "golden cross on SPY"}, APPROVER)
    vote = {"verdict": "approve", "hash": draft["approval"]["hash"]}
    _, decided = await api("POST", f"/strategies/drafts/{draft['draft_id']}/decisions", vote, APPROVER)
    assert decided["result"] == "own"


async def test_questions_refusals_and_who_may_not(api) -> None:
    _, asked = await api("POST", "/strategies/generative-builder", {"request": "buy when it is cheap"})
    assert asked["status"] == "clarify"
    assert asked["questions"]
    assert asked["approval"] is None
    _, refused = await api("POST", "/strategies/generative-builder", {"request": "martingale on SPY"})
    assert refused["status"] == "refused"
    assert refused["errors"]
    assert (await api("POST", "/strategies/generative-builder", {"request": "golden cross"}, VIEWER))[0] == 403
    assert (await api("GET", "/strategies/drafts/nothing"))[0] == 404
    assert (await api("GET", "/strategies/nothing"))[0] == 404
