"""Reports, lists and imports over HTTP: formats, entity tags, roles, the audit, and one generation for many."""

import asyncio
import io
import json
import sys
from pathlib import Path

import pytest
from served import ANALYST, VIEWER, Api

from bot.http.negotiation import matches, preferred
from tools.backtests.codec import dumps
from tools.narrative.publishing import Content, Picture, Publication
from tools.narrative.report import Report

PNG = b"\x89PNG\r\n\x1a\n not looked into"


async def audited(api: Api) -> list[dict[str, object]]:
    from sqlalchemy import select

    from bot.storage.tables import audit

    async with api.database.read() as connection:
        rows = (await connection.execute(select(audit.c.entry).order_by(audit.c.seq))).scalars().all()
    return [json.loads(row) for row in rows]


async def test_a_report_as_json_with_a_tag_that_saves_sending_it_again(api: Api) -> None:
    path = f"/backtests/{api.backtest_id}/report"
    first = await api.call(path)
    report = Report.model_validate_json(first.content)
    assert (first.status, first.headers["Content-Type"]) == (200, "application/json")
    assert (report.backtest_id, report.detail, report.checks.ok) == (api.backtest_id, "standard", True)
    again = await api.call(path, headers={"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
    assert (again.status, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    whole = await api.call(path, headers={"If-None-Match": '"other"'})
    assert whole.content == first.content
    assert (first.headers["X-Cache"], whole.headers["X-Cache"]) == ("miss", "hit")


async def test_the_format_by_word_or_by_accept_and_each_has_its_own_tag(api: Api) -> None:
    path = f"/backtests/{api.backtest_id}/report"
    asked = {
        "markdown": await api.call(f"{path}?format=markdown"),
        "accepted": await api.call(path, headers={"Accept": "image/png, text/*;q=0.8, application/json;q=0.1"}),
        "json": await api.call(path, headers={"Accept": "application/json"}),
        "brief": await api.call(f"{path}?detail=brief&format=markdown"),
    }
    assert asked["markdown"].text.startswith("# Walk \\| ABC")
    assert asked["markdown"].headers["ETag"] == asked["accepted"].headers["ETag"]
    assert len({response.headers["ETag"] for response in asked.values()}) == 3
    refused = await api.call(path, headers={"Accept": "image/png"})
    assert refused.status == 406
    assert "text/markdown" in refused.error


async def test_two_who_ask_at_once_cause_one_generation(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from tools.narrative import service

    made = 0
    gather = service.gather

    def counted(*arguments: object, **more: object):
        nonlocal made
        made += 1
        return gather(*arguments, **more)

    monkeypatch.setattr(service, "gather", counted)
    answers = await asyncio.gather(*(api.call(f"/backtests/{api.backtest_id}/report") for _ in range(5)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.headers["ETag"] for answer in answers}) == 1
    assert made == 1


async def test_a_viewer_reads_what_was_published_as_it_was_approved_and_nothing_else(api: Api) -> None:
    path = f"/backtests/{api.backtest_id}/report"
    refused = await api.call(path, token=VIEWER)
    assert refused.status == 403
    assert "is published" in refused.error
    assert "analyst role" in refused.error
    report = await api.reports.narrate(api.backtest_id, detail="brief")
    approved = report.model_copy(update={"writer": "somebody else"})
    content = Content(approved, Picture(PNG, "What was approved.", "Approved"))
    await api.publications.keep(content)
    await api.publications.publish(
        Publication("p1", content.hash, api.backtest_id, "Walk", "C1", "ana", "paul", at=1.0)
    )
    seen = Report.model_validate_json((await api.call(path, token=VIEWER)).content)
    assert (seen.detail, seen.writer, seen.text) == ("brief", "somebody else", report.text)
    page = await api.call(f"{path}?format=html", token=VIEWER)
    assert page.text.count("<img") == 1
    assert "What was approved." in page.text
    assert (await api.call(path, token=VIEWER, headers={"If-None-Match": "*"})).status == 304
    assert (await api.call("/backtests", token=VIEWER)).status == 403


async def test_every_access_of_a_known_caller_is_in_the_audit(api: Api) -> None:
    path = f"/backtests/{api.backtest_id}/report"
    report = await api.call(f"{path}?detail=brief")
    await api.call("/backtests", token=VIEWER)
    await api.call("/backtests/nothing-like-it/report")
    await api.call("/backtests?limit=x")
    await api.call("/backtests?limit=x", token="a-token-that-nobody-has")
    await api.call("/backtests", token="a-token-that-nobody-has")
    rows = await audited(api)
    told = [(row["actor"], row["action"], row["intent"], row["decision"]) for row in rows]
    assert told == [
        ("http:ci", "request", "narrate", "allowed"),
        ("http:wall", "request", "narrate", "denied"),
        ("http:ci", "request", "narrate", "problem"),
        ("http:ci", "request", "narrate", "problem"),
    ]
    assert rows[0]["arguments"] == {"id": api.backtest_id, "detail": "brief"}
    assert rows[0]["result_hash"] == report.headers["ETag"].strip('"')
    assert rows[0]["correlation_id"] == report.headers["X-Correlation-Id"]


async def test_what_is_stored_comes_in_pages(api: Api) -> None:
    run = await api.store.get(api.backtest_id)
    assert run is not None
    from dataclasses import replace

    for number in range(4):
        await api.store.add(replace(run, name=f"Walk {number}"), by="test")
    pages = [json.loads((await api.call(f"/backtests?limit=2&offset={offset}")).content) for offset in (0, 2, 4, 6)]
    assert [len(page["backtests"]) for page in pages] == [2, 2, 1, 0]
    assert {page["total"] for page in pages} == {5}
    assert len({one["id"] for page in pages for one in page["backtests"]}) == 5
    assert (await api.call("/backtests?limit=0")).status == 422


async def test_a_file_is_imported_once_and_can_be_reported(api: Api) -> None:
    run = await api.store.get(api.backtest_id)
    assert run is not None
    from dataclasses import replace

    document = dumps(replace(run, name="Imported walk"))
    first = await api.call("/backtests/import?name=walk.json", method="POST", data=document)
    again = await api.call("/backtests/import", method="POST", data=document)
    body = json.loads(first.content)
    assert (first.status, again.status) == (201, 201)
    assert body == json.loads(again.content)
    assert body["backtests"][0]["name"] == "Imported walk"
    report = await api.call(f"/backtests/{body['backtests'][0]['id']}/report?format=markdown")
    assert "Imported walk" in report.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\x80\x04cposix\nsystem\n\x8c\x02ls\x85R.", "upload"),
        (b"[" * 5000, "upload"),
        (b'{"a": NaN}', "upload"),
    ],
)
async def test_a_file_that_cannot_be_used_is_one_sentence_and_stores_nothing(
    api: Api, data: bytes, said: str
) -> None:
    refused = await api.call("/backtests/import", method="POST", data=data)
    error = refused.error
    assert refused.status == 422
    assert said in error
    assert "\n" not in error
    assert len(await api.store.list()) == 1


async def test_an_upload_over_the_bound_is_given_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.http.routes.backtests.MAX_BYTES", 1000)
    refused = await api.call("/backtests/import", method="POST", data=b"x" * 5000)
    assert refused.status == 413
    form = await api.call("/backtests/import", method="POST", data={"file": io.BytesIO(b"x")})
    assert form.status == 422


@pytest.mark.parametrize(
    "how", ["--phases=fuzzing --max-examples=8", pytest.param("--max-examples=40", marks=pytest.mark.nightly)]
)
async def test_schemathesis_finds_nothing(api: Api, tmp_path: Path, how: str) -> None:
    """As a caller would run it. A file of random bytes fits the schema and is still no backtest, hence the 422."""
    settings = tmp_path / "schemathesis.toml"
    import_only = '[[operations]]\ninclude-name = "POST /backtests/import"\n'
    expected = 'checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "413", "422"]\n'
    await asyncio.to_thread(settings.write_text, import_only + expected)
    asked = [
        "run",
        f"{api.address}/openapi.json",
        "--no-color",
        "--seed=7",
        f"--header=Authorization: Bearer {ANALYST}",
    ]
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"),
        *(f"--config-file={settings}", *asked, *how.split()),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()


def test_accept_by_quality_and_specificity() -> None:
    offered = ["application/json", "text/markdown", "text/html"]
    assert preferred("", offered) == "application/json"
    assert preferred("*/*", offered) == "application/json"
    assert preferred("text/html,application/xhtml+xml,*/*;q=0.8", offered) == "text/html"
    assert preferred("text/*;q=0.9, text/html;q=0, application/json;q=0.1", offered) == "text/markdown"
    assert preferred("image/png", offered) is None
    assert preferred("application/json;q=oops", offered) == "application/json"


def test_tags_are_compared_weakly() -> None:
    assert matches('"a", W/"b"', "b")
    assert matches("*", "b")
    assert not matches('"a"', "b")
