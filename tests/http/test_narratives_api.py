"""`/narratives`: what waits for reviewers is read, decided on and rated over HTTP as in Slack, by somebody else."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from runs import made_up
from sqlalchemy import select

from bot.approvals.service import SqlApprovals
from bot.audit.log import ChainedAudit
from bot.http.app import create_app
from bot.http.routes import health, narratives
from bot.http.server import HttpServer
from bot.http.tokens import Gate
from bot.protocols import Approval, Person, Place, Request, Routed
from bot.settings import ApprovalSettings, HttpToken, RolesSettings
from bot.slack.announcing import Announcements
from bot.slack.outbox import Outbox
from bot.slack.timing import InboxTimers
from bot.storage.backtests import SqlBacktestStore
from bot.storage.database import Database
from bot.storage.narratives import SqlNarrativeCache
from bot.storage.publications import SqlPublications
from bot.storage.tables import audit as audit_table
from handlers.contents import Contents
from handlers.reviews import Reviews
from tools.backtests.charts import ChartRenderer
from tools.narrative.service import ReportGenerationService

ANALYST, APPROVER = "analyst-" + "t" * 16, "approver-" + "t" * 16


@dataclass
class Desk:
    address: str
    reviews: Reviews
    backtest_id: str
    session: aiohttp.ClientSession

    async def __call__(self, method: str, path: str, body: object = None, token: str = APPROVER):
        headers = {"Authorization": f"Bearer {token}"}
        async with self.session.request(method, path, headers=headers, json=body) as response:
            return response.status, await response.json()

    async def asked(self, by: str = "ana") -> Approval:
        """A publication that somebody asked for in Slack, and that waits for a reviewer."""
        request = Request(
            Person(by, by, frozenset({"analyst", "approver"})), Place("T1", "C1", "1.0", "1.0", False), "publish", f"ev-{by}", "c",
            Routed("approvals", 1.0),
        )  # fmt: skip
        await self.reviews.ask(request, self.backtest_id, "standard", "C9", "")
        return (await self.reviews.approvals.list(kind="narrative"))[0]


@pytest.fixture
async def desk(sqlite_database: Database) -> AsyncIterator[Desk]:
    audit = ChainedAudit(sqlite_database)
    tokens = (
        HttpToken(name="ci", token=ANALYST, roles=["analyst"]),
        HttpToken(name="risk", token=APPROVER, roles=["approver"]),
    )
    gate = Gate(tokens, RolesSettings().groups)
    outbox = Outbox(sqlite_database)
    timers = InboxTimers(outbox)
    approvals = SqlApprovals(sqlite_database, audit, timers, gate.access, ApprovalSettings())
    store = SqlBacktestStore(sqlite_database)
    reports = ReportGenerationService(store=store, cache=SqlNarrativeCache(sqlite_database))
    contents = Contents(store, reports, reports, ChartRenderer())
    reviews = Reviews(
        approvals, Announcements(outbox), timers, SqlPublications(sqlite_database), contents, ("first",)
    )
    approvals.follow("narrative", reviews)
    backtest_id = await store.add(await asyncio.to_thread(made_up, id=""), by="test")
    app = create_app(
        health.routes({"database": health.database_ready(sqlite_database)}),
        narratives.routes(narratives.NarrativeServices(gate, audit, reviews)),
    )
    server = HttpServer(app, "127.0.0.1", 0)
    await server.start()
    async with aiohttp.ClientSession(server.address) as session:
        yield Desk(server.address, reviews, backtest_id, session)
    await server.stop()
    await audit.close()


async def test_a_reviewer_reads_approves_and_rates(desk: Desk, sqlite_database: Database) -> None:
    waiting = await desk.asked()
    _, queue = await desk("GET", "/narratives/reviews")
    [one] = queue["reviews"]
    assert (one["id"], one["requested_by"], one["reasons"]) == (waiting.id, "ana", ["first"])
    here = f"/narratives/reviews/{waiting.id}"
    _, look = await desk("GET", here)
    assert look["report"]["text"].startswith(look["report"]["title"])
    assert look["approval"]["hash"] == waiting.subject.hash

    vote = {"verdict": "approve", "hash": waiting.subject.hash, "channel": "C77"}
    assert (await desk("POST", f"{here}/decisions", vote, ANALYST))[0] == 403
    assert (await desk("POST", f"{here}/decisions", vote | {"hash": "0" * 64}))[1]["result"] == "changed"
    _, decided = await desk("POST", f"{here}/decisions", vote)
    assert (decided["result"], decided["approval"]["state"]) == ("decided", "approved")
    await desk.reviews.changed(await desk.reviews.approvals.get(waiting.id))
    [published] = await desk.reviews.store.published()
    assert (published.channel, published.approved_by, published.requested_by) == ("C77", "http:risk", "ana")

    assert await desk("PUT", f"{here}/rating", {"stars": 4}) == (200, {"stars": 4})
    for wrong in ({"stars": 6}, {"stars": 0}, {"stars": "5"}, {"stars": 4.5}, {}):
        assert (await desk("PUT", f"{here}/rating", wrong))[0] == 422
    async with sqlite_database.read() as connection:
        entries = [json.loads(row.entry) for row in await connection.execute(select(audit_table.c.entry))]
    told = {(entry["actor"], entry["decision"]) for entry in entries if entry["action"] == "request"}
    assert {("http:ci", "denied"), ("http:risk", "allowed"), ("http:risk", "problem")} <= told


async def test_sent_back_with_a_note_it_waits_again_as_another_version(desk: Desk) -> None:
    waiting = await desk.asked()
    here = f"/narratives/reviews/{waiting.id}"
    vote = {"verdict": "send_back", "hash": waiting.subject.hash}
    status, problem = await desk("POST", f"{here}/decisions", vote)
    assert status == 422
    assert "note that says what to change" in problem["error"]
    _, decided = await desk("POST", f"{here}/decisions", vote | {"note": "shorter, please"})
    assert decided["approval"]["state"] == "sent_back"
    await desk.reviews.changed(await desk.reviews.approvals.get(waiting.id))
    _, queue = await desk("GET", "/narratives/reviews")
    [again] = queue["reviews"]
    assert (again["version"], again["detail"]) == (2, "brief")
    last = {"verdict": "discard", "hash": again["approval"]["hash"]}
    _, decided = await desk("POST", f"/narratives/reviews/{again['id']}/decisions", last)
    assert decided["approval"]["state"] == "discarded"
    assert (await desk("GET", "/narratives/reviews"))[1]["reviews"] == []
    assert len((await desk("GET", "/narratives/reviews?state=discarded"))[1]["reviews"]) == 1


async def test_nobody_decides_on_their_own_or_rates_it(desk: Desk) -> None:
    waiting = await desk.asked(by="http:risk")
    here = f"/narratives/reviews/{waiting.id}"
    _, decided = await desk("POST", f"{here}/decisions", {"verdict": "approve", "hash": waiting.subject.hash})
    assert decided["result"] == "own"
    assert (await desk("PUT", f"{here}/rating", {"stars": 5}))[0] == 403


async def test_what_waits_is_not_for_everybody_and_what_does_not_is_said(desk: Desk) -> None:
    for path in ("/narratives/reviews", "/narratives/reviews/x"):
        assert (await desk("GET", path, token=ANALYST))[0] == 403
    assert (await desk("GET", "/narratives/reviews/nothing"))[0] == 404
    status, problem = await desk("POST", "/narratives/reviews/nothing/decisions", {"verdict": "reject", "hash": ""})
    assert status == 422
    assert "verdict" in problem["error"]
