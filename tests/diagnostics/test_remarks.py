"""What a model may add: explanations of what was measured pass, relief, denials and other people's words do not."""

import asyncio

import pytest
from desk_fakes import DISK_FULL, INGESTION_FAILED, STALE, Script, desk
from tool_fakes import FakeCaller, Kept

from tools.diagnostics.diagnosis import Diagnostician, Question
from tools.diagnostics.executor import Executor
from tools.diagnostics.registry import Registry
from tools.diagnostics.remarks import sayable
from tools.diagnostics.runbooks import load

DESCRIBED = (
    "How full the cache is, its memory, evictions, hit rate, latency, clients, and whether it saves to disk.",
    "How many connections a database has, by state, and who sits idle in transactions.",
    "Which queries of a database run long, wait for a lock, and which process holds it.",
    "How fresh the stored prices are: rows and last date of each symbol, against the last trading day expected.",
    "Whether the ingestion of prices finished, when, and why not; what its last runs say.",
    "Whether a service is up and how slow it is: status, latency, certificate, external APIs, quota, requests.",
)


@pytest.fixture(scope="module")
def found():
    registry = Registry(desk())
    scripts = {
        "data_freshness": STALE,
        "ingestion_runs": INGESTION_FAILED,
        "host_disk": DISK_FULL,
        "redis_health": Script("evicts", [("evictions", "critical", "quotes evicted 512 keys since it started")]),
        "postgres_locks": Script(
            "blocked",
            [("blocked_query", "critical", "A query has waited 9 s for a lock held by process 4711", "4712")],
        ),
        "external_apis": Script(
            "quota", [("quota_exhausted", "critical", "quotes-api is out of quota", "alpha_vantage")]
        ),
    }
    for connection in registry.connections.values():
        connection.scripts.update(scripts)

    async def silent(_):
        return None

    diagnostician = Diagnostician(Executor(registry, Kept()), load())
    return asyncio.run(diagnostician.diagnose(Question("what is wrong?"), FakeCaller(), silent))


@pytest.mark.parametrize(
    "said",
    [
        "quotes is short of memory and evicts keys, so that readers wait.",
        "SPY is stale because the ingestion into market failed: the disk is full.",
        "The disk / of box is 99.6% full; the ingestion could not write, and so the prices got stale.",
        "A query of warehouse waits for a lock that another process holds.",
        "A query has waited 9 s for a lock held by process 4711 in warehouse.",
        "The most likely cause of the stale prices is the failed ingestion.",
        "The quota of quotes-api is exhausted, which may also slow the ingestion.",
        "The full disk of box explains why the last ingestion into market failed.",
    ],
)
def test_an_explanation_of_what_was_measured_is_said(found, said):
    assert sayable(said, found, DESCRIBED) == said


@pytest.mark.parametrize(
    "said",
    [
        "The evictions have stopped.",
        "The prices of market are not stale.",
        "There are no evictions in quotes any more.",
        "The disk of box was full yesterday, which is over.",
        "quotes is up again.",
        "It is the same as last time.",
        "The quotes cache never evicts.",
        "Die Daten von market sind stale, aber das ist egal.",
        "quotes evicts keys becau\u0455e of memory.",
        "quotes evicts keys\u200b.",
        "quotes evicts keys; restart it.",
        "quotes evicts keys, call 0800 quotes.",
        "quotes evicts keys because of Ana.",
        "quotes evicts keys because warehouse is blocked.",
        "quotes evicts keys since 03:00.",
        "The lock is held by process 4712.",
    ],
)
def test_relief_denials_orders_and_other_words_are_not(found, said):
    assert sayable(said, found, DESCRIBED) == ""
