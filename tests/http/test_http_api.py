import asyncio
import io
import json
import logging
import socket

import aiohttp
import pytest
import structlog
from fastapi import Depends

from bot.http.app import create_app
from bot.http.errors import ERRORS
from bot.http.routes import health
from bot.http.server import HttpServer
from bot.http.tokens import Gate
from bot.logs import configure_logging
from bot.protocols import Person
from bot.settings import HttpToken, RolesSettings
from bot.storage.database import Database
from tools.errors import BadInput, Denied, NotFound, Problem, Unavailable

ANALYST, ADMIN = "analyst-" + "t" * 16, "admin-" + "t" * 16


@pytest.fixture
def state():
    return {"sockets": ""}


@pytest.fixture
async def get(sqlite_database, state):
    async def sockets():
        return state["sockets"]

    tokens = (
        HttpToken(name="ci", token=ANALYST, roles=["analyst"]),
        HttpToken(name="ops", token=ADMIN, roles=["admin"]),
    )
    gate = Gate(tokens, RolesSettings().groups)
    app = create_app(health.routes({"database": health.database_ready(sqlite_database), "sockets": sockets}))
    errors = {"notfound": NotFound, "bad": BadInput, "denied": Denied, "away": Unavailable, "problem": Problem}

    @app.get("/raise/{kind}", responses=ERRORS)
    async def fail(kind: str) -> None:
        raise errors.get(kind, ZeroDivisionError)("A sentence.")

    @app.get("/number")
    async def number(n: int) -> int:
        return n

    needs_audit = Depends(gate.needs("audit"))

    @app.get("/audit")
    async def audit(person: Person = needs_audit) -> str:
        return person.id

    server = HttpServer(app, "127.0.0.1", 0)
    await server.start()
    async with aiohttp.ClientSession(server.address) as session:

        async def call(path, **kwargs):
            async with session.request(kwargs.pop("method", "GET"), path, **kwargs) as response:
                is_json = response.content_type == "application/json"
                return response, await (response.json() if is_json else response.text())

        yield call
    await server.stop()


async def test_health(get):
    response, body = await get("/healthz")
    assert (response.status, body) == (200, {"status": "ok"})


async def test_ready_with_reasons(get, state, sqlite_database):
    response, body = await get("/readyz")
    assert (response.status, body) == (200, {"ready": True, "parts": {"database": "ok", "sockets": "ok"}})
    state["sockets"] = "no connection to Slack is open"
    response, body = await get("/readyz")
    assert response.status == 503
    assert body == {"ready": False, "parts": {"database": "ok", "sockets": "no connection to Slack is open"}}


async def test_a_database_that_is_away_is_not_ready():
    database = Database("postgresql+asyncpg://desk@127.0.0.1:9/desk")
    assert "does not answer" in await health.database_ready(database)()
    await database.close()


async def test_metrics_in_prometheus_text(get):
    response, body = await get("/metrics")
    assert response.content_type == "text/plain"
    assert "python_info" in body


@pytest.mark.parametrize(
    ("kind", "status"), [("notfound", 404), ("bad", 422), ("denied", 403), ("away", 503), ("problem", 400)]
)
async def test_a_problem_is_a_sentence_and_an_id(get, kind, status):
    response, body = await get(f"/raise/{kind}", headers={"X-Correlation-Id": "mine-1"})
    assert (response.status, body) == (status, {"error": "A sentence.", "correlation_id": "mine-1"})


async def test_a_defect_is_an_id_and_no_trace_and_the_log_has_it(get):
    stream, before = io.StringIO(), logging.getLogger().handlers[:]
    configure_logging("info", stream)
    response, body = await get("/raise/defect")
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()
    line = json.loads(stream.getvalue())
    assert line["correlation_id"] == body["correlation_id"]
    assert "ZeroDivisionError" in line["exception"]
    assert response.status == 500
    assert "ZeroDivision" not in str(body)
    assert body["correlation_id"] == response.headers["X-Correlation-Id"]


async def test_the_framework_s_own_errors_have_the_same_form(get):
    response, body = await get("/nowhere")
    assert (response.status, body["error"]) == (404, "There is nothing at /nowhere.")
    response, body = await get("/healthz", method="POST")
    assert (response.status, response.headers["Allow"]) == (405, "GET")
    assert body["error"] == "POST is not possible at /healthz."
    response, body = await get("/number?n=x")
    assert response.status == 422
    assert "query.n" in body["error"]


async def test_an_id_that_is_not_plain_is_not_taken_over(get):
    response, _ = await get("/healthz", headers={"X-Correlation-Id": "x" * 65})
    assert len(response.headers["X-Correlation-Id"]) == 32


@pytest.mark.parametrize("header", [None, "Bearer wrong-token-wrong-token", "Bearer ", f"Basic {ADMIN}", ADMIN])
async def test_without_a_known_token_401(get, header):
    response, body = await get("/audit", headers={"Authorization": header} if header else {})
    assert response.status == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "[[http.tokens]]" in body["error"]


async def test_a_token_has_its_roles_and_no_more(get):
    response, body = await get("/audit", headers={"Authorization": f"Bearer {ANALYST}"})
    assert response.status == 403
    assert "admin role" in body["error"]
    response, body = await get("/audit", headers={"Authorization": f"Bearer {ADMIN}"})
    assert (response.status, body) == (200, "http:ops")


async def test_a_taken_port_is_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=f"Cannot listen on 127.0.0.1:{port}: address already in use"):
            await HttpServer(create_app(), "127.0.0.1", port).start()
    with pytest.raises(Problem, match="Cannot listen on"):
        await HttpServer(create_app(), "no such host", 0).start()


async def test_signals_stay_as_they_were():
    import signal

    before = signal.getsignal(signal.SIGTERM)
    server = HttpServer(create_app(), "127.0.0.1", 0)
    await server.start()
    assert signal.getsignal(signal.SIGTERM) is before
    await asyncio.wait_for(server.stop(), 5)


async def test_metrics_of_the_process_are_served_when_the_database_is_away():
    async def away():
        raise OSError("gone")

    server = HttpServer(create_app(health.routes({}, away)), "127.0.0.1", 0)
    await server.start()
    async with aiohttp.ClientSession(server.address) as session, session.get("/metrics") as response:
        assert response.status == 200
        assert "python_info" in await response.text()
    await server.stop()
