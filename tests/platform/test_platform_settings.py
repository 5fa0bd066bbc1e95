"""`[platform]` in deskhand.toml, what `deskhand check` says of it, and the store that holds both."""

import asyncio
from pathlib import Path

import pytest
from served_platform import TOKEN, Platform, backtest, listening, serving

from bot.health.preflight import preflight
from bot.settings import load_settings, reference
from bot.storage.backtests import SqlBacktestStore
from bot.storage.database import Database
from bot.storage.platform import DeskStore
from tools.errors import BadInput, Unavailable


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for setting in reference():
        if setting.variable:
            monkeypatch.delenv(setting.variable, raising=False)
    monkeypatch.delenv("DESKHAND_CONFIG", raising=False)
    monkeypatch.setenv("DESKHAND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PLATFORM_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def write(text: str) -> None:
    Path("deskhand.toml").write_text(text)


async def said_of_the_platform() -> tuple[bool, str]:
    found = next(check for check in await preflight() if check.name == "platform")
    return found.ok, found.detail


def test_names_and_units_are_settings_and_mistakes_are_named(environment: pytest.MonkeyPatch) -> None:
    write(
        '[platform]\nurl = "https://p"\ntoken = "env:PLATFORM_TOKEN"\nfields = {symbols = "a.b"}\nunits = {returns = "percent"}\n'
    )
    platform = load_settings().platform
    assert platform is not None
    assert platform.token is not None
    assert platform.token.get_secret_value() == TOKEN
    assert (platform.fields.symbols, platform.fields.id, platform.units.returns) == ("a.b", "id", "percent")
    write('[platform]\nurl = "https://p"\nfields = {symbolz = "a.b"}\n')
    with pytest.raises(
        BadInput, match=r"platform\.fields\.symbolz in the settings file is not a setting; did you mean symbols"
    ):
        load_settings()
    write('[platform]\nurl = "nowhere"\n')
    with pytest.raises(BadInput, match=r"platform\.url"):
        load_settings()


async def test_check_says_what_it_found(environment: pytest.MonkeyPatch) -> None:
    assert await said_of_the_platform() == (True, "none is set; backtests come from files and from the embedded desk")
    platform = Platform({"bt-1": backtest(1)})
    async with listening(platform) as url:
        settings = f'[platform]\nurl = "{url}"\ntoken = "env:PLATFORM_TOKEN"\n'
        await asyncio.to_thread(write, settings)
        ok, detail = await said_of_the_platform()
        assert ok
        assert detail.endswith("answers; read 'Run 1' (bt-1) with a curve of 4 points that agrees with its figures")
        await asyncio.to_thread(write, settings + 'units = {returns = "percent"}\n')
        ok, detail = await said_of_the_platform()
        assert not ok
        assert "set platform.units.returns to 'fraction'" in detail
        environment.setenv("PLATFORM_TOKEN", "another")
        ok, detail = await said_of_the_platform()
        assert (ok, "does not accept the token" in detail) == (False, True)


async def test_a_run_is_read_once_kept_and_listed_again_when_it_changed(database: Database) -> None:
    platform = Platform({"bt-1": backtest(1, updated_at="2026-01-01"), "bt-2": backtest(2)})
    async with serving(platform) as source:
        store = DeskStore(SqlBacktestStore(database), source, database)
        assert {run.id for run in await store.list()} == {"bt-1", "bt-2"}
        run = await store.get("bt-1")
        assert run is not None
        assert run.id.startswith("run-1-aapl-")
        asked = len(platform.requests)
        assert await store.get(run.id) == run
        assert len(platform.requests) == asked
        assert {(row.id, row.also) for row in await store.list()} == {(run.id, "bt-1"), ("bt-2", "")}
        assert await store.get("bt-99") is None
        platform.runs["bt-1"] = backtest(1, updated_at="2026-02-01", name="Run 1 again")
        store._listed = (0.0, ())
        assert {row.id for row in await store.list()} == {run.id, "bt-1", "bt-2"}
        again = await store.get("bt-1")
        assert again is not None
        assert {(row.id, row.also) for row in await store.list()} >= {(again.id, "bt-1"), (run.id, "")}


async def test_while_it_is_away_what_is_stored_is_there_and_that_is_said(database: Database) -> None:
    platform = Platform({"bt-1": backtest(1)})
    async with serving(platform) as source:
        store = DeskStore(SqlBacktestStore(database), source, database)
        kept = await store.get("bt-1")
        assert kept is not None
        platform.failures += [503] * 40
        store._listed = (0.0, ())
        assert [row.id for row in await store.list()] == [kept.id]
        assert store.missing().startswith("The platform's backtests are not among them")
        with pytest.raises(Unavailable, match="platform did not answer"):
            await store.get("bt-2")
