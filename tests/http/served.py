"""The API with its backtest endpoints, served for real over a database with one made-up run."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from runs import made_up

from bot.audit.log import ChainedAudit
from bot.http.app import create_app
from bot.http.routes import backtests, health
from bot.http.server import HttpServer
from bot.http.tokens import Gate
from bot.settings import HttpToken, RolesSettings
from bot.storage.backtests import SqlBacktestStore
from bot.storage.database import Database
from bot.storage.narratives import SqlNarrativeCache
from bot.storage.publications import SqlPublications
from tools.backtests.charts import ChartRenderer
from tools.narrative.service import ReportGenerationService
from tools.reports.files import ReportFiles

ANALYST, VIEWER = "analyst-" + "t" * 16, "viewer-" + "t" * 16
TOKENS = (
    HttpToken(name="ci", token=ANALYST, roles=["analyst"]),
    HttpToken(name="wall", token=VIEWER, roles=["viewer"]),
)


@dataclass
class Answer:
    """A response, read."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def error(self) -> str:
        return str(json.loads(self.content)["error"])


@dataclass
class Api:
    """A served API."""

    address: str
    backtest_id: str
    database: Database
    store: SqlBacktestStore
    reports: ReportGenerationService
    publications: SqlPublications
    call: Callable[..., Coroutine[None, None, Answer]]


@asynccontextmanager
async def served(sqlite_database: Database) -> AsyncIterator[Api]:
    audit = ChainedAudit(sqlite_database)
    store = SqlBacktestStore(sqlite_database)
    reports = ReportGenerationService(store=store, cache=SqlNarrativeCache(sqlite_database))
    gate = Gate(TOKENS, RolesSettings().groups)
    publications = SqlPublications(sqlite_database)
    services = backtests.BacktestServices(
        gate, audit, store, ReportFiles(store, reports, ChartRenderer()), publications
    )
    readiness = {"database": health.database_ready(sqlite_database)}
    server = HttpServer(create_app(health.routes(readiness), backtests.routes(services)), "127.0.0.1", 0)
    backtest_id = await store.add(await asyncio.to_thread(made_up, id=""), by="test")
    await server.start()
    async with aiohttp.ClientSession(server.address) as session:

        async def call(path: str, *, token: str = ANALYST, method: str = "GET", **more: object):
            headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
            async with session.request(method, path, headers=headers, **more) as response:
                return Answer(response.status, response.headers, await response.read())

        yield Api(server.address, backtest_id, sqlite_database, store, reports, publications, call)
    await server.stop()
    await audit.close()
