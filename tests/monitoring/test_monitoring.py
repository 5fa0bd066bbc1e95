"""Alert rules and dashboard against promtool and a real Prometheus that scrapes the real /metrics."""

import asyncio
import json
import re
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import metrics
from bot.audit.log import ChainedAudit
from bot.http.app import create_app
from bot.http.routes import health
from bot.http.server import HttpServer
from bot.protocols import AuditEntry
from bot.storage.database import Database
from bot.usage.book import UsageBook
from bot.usage.exposition import exposition

FOLDER = Path(__file__).parents[2] / "runbooks" / "monitoring"
needs_prometheus = pytest.mark.skipif(
    shutil.which("prometheus") is None or shutil.which("promtool") is None,
    reason="prometheus and promtool are not installed (Debian: apt install prometheus)",
)


def promtool(*arguments: str, given: str = "") -> str:
    done = subprocess.run(
        ["promtool", *arguments], cwd=FOLDER, input=given, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_prometheus
def test_rules_are_valid_fire_when_they_should_and_stay_silent_otherwise() -> None:
    promtool("check", "config", "prometheus.yml")
    promtool("test", "rules", "alerts_test.yml")


def test_every_alert_names_a_runbook_that_is_there() -> None:
    named = re.findall(r"runbook: (\S+)", (FOLDER / "alerts.yml").read_text())
    assert len(named) == 10
    for path in named:
        assert (FOLDER.parents[1] / path).is_file(), path


@pytest.fixture
async def scraped(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A Prometheus that has scraped a Deskhand with some activity in it."""
    audit = ChainedAudit(sqlite_database)
    said = {
        "kind": "draft",
        "what": "approve",
        "purpose": "narrate",
        "findings": ["unit"],
        "stages": {"size": "blocked"},
    }
    for action in ("request", "report", "decision", "model_call", "tool", "action", "fact_check"):
        decision = {"request": "allowed", "decision": "decided"}.get(action, "ok")
        await audit.write(AuditEntry("UANA", action, "c", intent="narrate", decision=decision, arguments=said))
    metrics.model_calls.labels("narrate", "answered").inc()
    metrics.model_tokens.labels("prompt").inc()
    metrics.guardrails.labels("size", "blocked").inc()
    metrics.events.labels("message", "accepted").inc()
    metrics.reply_seconds.labels("total").observe(0.2)
    book = UsageBook(sqlite_database)
    http = HttpServer(create_app(health.routes({}, lambda: exposition(book))), "127.0.0.1", 0)
    await http.start()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = (FOLDER / "prometheus.yml").read_text().replace("127.0.0.1:8080", http.address.removeprefix("http://"))
    config = config.replace("15s", "1s").replace("alerts.yml", str(FOLDER / "alerts.yml"))
    (tmp_path / "prometheus.yml").write_text(config)
    process = await asyncio.create_subprocess_exec(
        "prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=error", "--scrape.discovery-reload-interval=100ms", stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            async with asyncio.timeout(30):
                while not await asked(session, "last_over_time(deskhand_figure[1m])"):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)  # another program, which tells nobody
            yield session
    finally:
        process.kill()
        await process.wait()
        await http.stop()


async def asked(session: aiohttp.ClientSession, query: str) -> list[dict[str, Any]]:
    """What a query finds; nothing while Prometheus is on its way up."""
    try:
        async with session.get("/api/v1/query", params={"query": query}) as response:
            answer = await response.json()
    except (aiohttp.ClientError, OSError):
        return []
    assert answer.get("status") == "success", answer
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


@needs_prometheus
async def test_a_real_prometheus_reads_the_metrics_and_every_query_of_the_dashboard(
    scraped: aiohttp.ClientSession, sqlite_database: Database
) -> None:
    usage = await UsageBook(sqlite_database).usage()
    for figure in usage.figures:
        if figure.value is not None:
            # over a minute, since a scrape that is late on a busy machine makes the series stale
            query = f'last_over_time(deskhand_figure{{figure="{figure.id}",period="month"}}[1m])'
            [sample] = await asked(scraped, query)
            assert float(sample["value"][1]) == figure.value, figure.id
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    assert len(expressions) > 20
    for expression in expressions:
        await asked(scraped, expression.replace("$__rate_interval", "1m"))
    names = set(re.findall(r"deskhand_\w+", " ".join(expressions) + (FOLDER / "alerts.yml").read_text()))
    async with scraped.get("/api/v1/label/__name__/values") as response:
        there = set((await response.json())["data"])
    assert names - there <= {"deskhand_parked_total", "deskhand_incident_steps_total"}, (
        "every name is one that is exposed"
    )
    async with scraped.get("/api/v1/rules") as response:
        groups = (await response.json())["data"]["groups"]
    assert all(rule["health"] != "err" for group in groups for rule in group["rules"])


@needs_prometheus
async def test_the_exposition_passes_promtool(sqlite_database: Database) -> None:
    text = (await exposition(UsageBook(sqlite_database))).decode()
    await asyncio.to_thread(promtool, "check", "metrics", given=text)
