"""What connections make of their settings, of payloads, of days without trading; secrets stay where they are."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from tool_fakes import FakeCaller, Kept

from tools.diagnostics.connections import payload
from tools.diagnostics.connections.base import ConnectionConfig
from tools.diagnostics.connections.duckdb import DuckDbConnection
from tools.diagnostics.connections.http import _differs
from tools.diagnostics.connections.places import password_of, without_password
from tools.diagnostics.connections.web import at, moment
from tools.diagnostics.executor import Call, Executor
from tools.diagnostics.registry import KINDS, Registry
from tools.diagnostics.tool import Report
from tools.errors import BadInput
from tools.market.calendar import TradingCalendar
from tools.narrative.facts import Fact
from tools.narrative.text import value_text

URLS = {
    "duckdb": "/data/prices.duckdb",
    "postgres": "postgresql://reader:pass-word-1@127.0.0.1:1/db",
    "redis": "redis://:pass-word-1@127.0.0.1:1/0",
    "http": "http://127.0.0.1:1/health",
    "prometheus": "http://127.0.0.1:1",
    "airflow": "http://127.0.0.1:1",
    "platform": "http://127.0.0.1:1",
    "host": None,
}


def config(kind, name="it", url=None, **options):
    url = url or URLS[kind]
    return ConnectionConfig(name, kind, SecretStr(url) if url else None, options)


def test_every_kind_opens_and_its_tools_can_be_told_to_a_model():
    registry = Registry.open([config(kind, kind) for kind in KINDS])
    assert set(registry.connections) == set(URLS)
    for name, tool in registry.tools.items():
        assert tool.schema()["type"] == "object"
        assert len(name) <= 64
        assert len(tool.description) >= 20
        assert tool.permission in ("check_freshness", "diagnose", "act")
        assert (tool.kind == "action") == (tool.permission == "act")
        assert tool.timeout <= 60


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("redis", {"memory_waning": 0.5}, "has a key memory_waning that a redis connection does not know"),
        ("redis", {"memory_warning": 5}, "memory_warning is not right"),
        ("duckdb", {"calendar": "MARS"}, "no trading calendar called 'MARS'"),
        ("duckdb", {"ingest_every": "soon"}, "must be a length of time such as 15m"),
        ("postgres", {"tables": [{"column": "x"}]}, "tables.0.table"),
        ("http", {"expect": {"status": [99]}}, "expect.status.0"),
        ("http", {"ca_file": "/nonexistent.pem"}, "no certificate file at /nonexistent.pem"),
        ("prometheus", {"queries": {"x": {}}}, "queries.x.query"),
        ("host", {"disk_warning": "full"}, "disk_warning"),
    ],
)
def test_a_key_that_is_not_right_is_named(kind, options, says):
    with pytest.raises(BadInput) as caught:
        Registry.open([config(kind, **options)])
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_no_secret_comes_back():
    secrets = {"headers": {"X-Key": "header-secret-2"}, "token": "token-secret-3"}
    airflow = {"username": "u", "password": "pass-word-4"}
    configs = [
        config("postgres", "pg"),
        config("redis", "cache"),
        config("http", "svc", url="http://u:url-secret-5@127.0.0.1:1/health?key=query-secret", **secrets),
        config("airflow", "flows", **airflow),
    ]
    async with Registry.open(configs) as registry:
        executor = Executor(registry, Kept())
        calls = [Call(name) for name, tool in registry.tools.items() if tool.kind == "read"]
        results = await executor.run(calls, FakeCaller())
        assert {finding.condition for result in results for finding in result.findings} == {"connection_refused"}
        told = str(results) + str([connection.place for connection in registry.connections.values()]) + str(configs)
    for secret in ("pass-word-1", "header-secret-2", "token-secret-3", "pass-word-4", "url-secret-5", "query-secret"):
        assert secret not in told


def test_addresses_without_their_password():
    url = "redis://user:p%40ss@host.example:6379/0"
    assert password_of(url) == ("p%40ss", "p@ss")
    assert without_password(url) == "redis://host.example:6379/0"
    assert "cannot be read" in without_password("http://[::1")


# --- payloads -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "conditions"),
    [
        ({"status": "healthy", "services": {"a": "up", "b": True}, "external_apis": {"av": "available"}}, []),
        ({"status": "ok", "databases": {"duckdb": {"connected": True, "symbols_count": 0}}}, []),
        ({"status": "degraded"}, ["assertion_failed"]),
        ({"services": {"pricing": {"status": "down", "error": "boom"}}}, ["assertion_failed"]),
        ({"services": {"pricing": False}}, ["assertion_failed"]),
        ({"external_apis": {"alpha_vantage": "timeout"}}, ["dependency_down"]),
        ({"dependencies": [{"name": "vendor", "status": "unavailable"}]}, ["dependency_down"]),
        ({"external_apis": {"alpha_vantage": {"status": "error", "message": "quota exceeded"}}}, None),
        ({"Note": "Our standard API call frequency is 5 calls per minute."}, ["quota_exhausted"]),
        ({"Information": "We have detected your API key and our standard rate limit is 25 requests per day"}, None),
        ({"checks": [{"name": "db", "status": "pass"}]}, []),
        ({"services": {"a": "not connected"}}, ["assertion_failed"]),
        ([1, 2], []),
        (None, []),
        ("up", []),
    ],
)
def test_what_a_service_says_of_itself_is_read(document, conditions):
    report = Report("http_health", "svc")
    payload.report_claims(document, report, oldest=timedelta(minutes=15))
    found = [finding.condition for finding in report.findings]
    assert found == conditions if conditions is not None else "quota_exhausted" in found


def test_claims_have_their_age():
    report = Report("http_health", "svc")
    then = datetime.now(UTC) - timedelta(hours=3)
    payload.report_claims({"status": "ok", "last_checked": then.isoformat()}, report, oldest=timedelta(minutes=15))
    result = report.result("ok", "")
    assert [finding.condition for finding in result.findings] == ["claim_outdated"]
    assert result.claims[0].said_at == then
    assert abs(result.facts[0].value - 3 * 3600) < 60


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["status", "services", "external_apis", "name", "error", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(json_values)
def test_no_payload_is_too_odd(document):
    report = Report("http_health", "svc")
    payload.report_claims(document, report, oldest=timedelta(minutes=15))
    assert len(payload.read(document)) <= 50
    at(document, "services.x.0.y")
    moment(document)


@pytest.mark.parametrize(
    ("found", "wanted", "differs"),
    [
        ("ok", "ok", False),
        (None, "ok", True),
        (5, {"max": 10}, False),
        (50, {"max": 10}, True),
        (5, {"min": 10}, True),
        ("5", {"min": 1}, True),
        (True, {"min": 0}, True),
        ("a", {"one_of": ["a", "b"]}, False),
        ("c", {"one_of": ["a", "b"]}, True),
        ({"a": 1}, {"a": 1}, False),
    ],
)
def test_expectations(found, wanted, differs):
    assert bool(_differs(found, wanted)) == differs


# --- trading days -------------------------------------------------------------------------------------------------


def test_weekends_and_holidays_make_nothing_stale():
    nyse = TradingCalendar("NYSE")
    assert nyse.last_before(date(2026, 11, 30)) == date(2026, 11, 27)  # Monday: the Friday before
    assert nyse.last_before(date(2026, 11, 27)) == date(2026, 11, 25)  # the day after Thanksgiving
    assert nyse.between(date(2026, 11, 25), date(2026, 11, 26)) == 0
    assert nyse.between(date(2026, 11, 20), date(2026, 11, 25)) == 3
    assert nyse.between(date(2026, 11, 25), date(2026, 11, 20)) == 0
    assert nyse.sessions(date(2018, 12, 3), date(2018, 12, 7)) == [date(2018, 12, day) for day in (3, 4, 6, 7)]
    assert TradingCalendar("XLON").is_session(date(2026, 11, 26))
    assert TradingCalendar("24/7").last_before(date(2026, 11, 30)) == date(2026, 11, 29)
    assert TradingCalendar("weekdays").last_before(date(2026, 11, 27)) == date(2026, 11, 26)
    assert not TradingCalendar("GB").is_session(date(2026, 12, 25))
    assert not TradingCalendar("XSAU").is_session(date(2026, 11, 27))  # a Friday in Riyadh


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0042, "seconds", "4.2 ms"),
        (0.25, "seconds", "250 ms"),
        (1.5, "seconds", "1.5 s"),
        (42.2, "seconds", "42 s"),
        (600, "seconds", "10 minutes"),
        (12_600, "seconds", "3.5 hours"),
        (600_000, "seconds", "6.9 days"),
        (512, "bytes", "512 bytes"),
        (999_600, "bytes", "1.0 MB"),
        (1_260_000_000, "bytes", "1.3 GB"),
        (80_000_000_000, "bytes", "80 GB"),
        ("2026-11-24T03:12:09+00:00", "time", "24 November 2026, 03:12 UTC"),
    ],
)
def test_measured_figures_in_words(value, unit, text):
    assert value_text(Fact("x.y", "figure", value, unit)) == text


async def test_another_table_called_series_is_no_declaration(tmp_path):
    path = tmp_path / "foreign.duckdb"

    def make():
        with duckdb.connect(str(path)) as store:
            store.execute("CREATE TABLE series (id INT); INSERT INTO series VALUES (1)")
            store.execute(
                "CREATE TABLE daily_prices AS SELECT 'SPY' AS symbol, DATE '2026-11-20' AS date, 1.5 AS close"
            )

    await asyncio.to_thread(make)
    config = ConnectionConfig("prices", "duckdb", SecretStr(str(path)), {"expected_last_date": "2026-11-20"})
    registry = await asyncio.to_thread(lambda: Registry([DuckDbConnection(config)]))
    [result] = await Executor(registry, Kept()).run([Call("data_freshness", {}, "prices")], FakeCaller())
    assert (result.status, result.findings) == ("ok", ()), result.summary
