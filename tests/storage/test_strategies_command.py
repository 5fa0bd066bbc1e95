"""`deskhand strategies`: the registry on the command line."""

import asyncio
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from sqlalchemy import update
from test_draft_store import VERSION

from bot.cli import main
from bot.storage.database import Database
from bot.storage.drafts import SqlDrafts
from bot.storage.tables import strategies
from tools.strategies.drafts import Strategy
from tools.strategies.templates import builtin

RULES = VERSION.specification.model_copy(update={"risk": VERSION.specification.risk.model_copy(update={"max_holding_bars": 5})})  # fmt: skip


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    monkeypatch.setenv("DESKHAND_HOME", str(tmp_path))
    url = f"sqlite+aiosqlite:///{tmp_path / 'd.db'}"
    monkeypatch.setenv("DESKHAND_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    yield url
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


def on(url: str, *steps) -> None:
    async def work() -> None:
        database = Database(url)
        for step in steps:
            await step(database)
        await database.close()

    asyncio.run(work())


async def fill(database: Database) -> None:
    store = SqlDrafts(database, builtin())
    for version, fits in ((VERSION, "st-1"), (replace(VERSION, draft_id="d2", specification=RULES), "")):
        await store.keep(version)
        strategy = Strategy(
            version.draft_id,
            1,
            "RSI on SPY",
            version.specification,
            version.hash,
            "U1",
            ("U2",),
            "a1",
            "b1",
            1,
            3000.0,
        )
        await store.register(strategy)
        if fits:
            await store.sent(strategy, fits)


async def tamper(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(update(strategies).values(specification=RULES.model_dump_json()))


def test_listed_shown_and_exported_and_only_as_approved(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["strategies", "list"]) == 1
    assert "no strategy is approved yet" in capsys.readouterr().err
    on(url, fill)

    assert main(["strategies", "list"]) == 0
    first, second = sorted(capsys.readouterr().out.splitlines())
    assert first.split()[:2] == ["d1", "v1"]
    assert "platform st-1" in first
    assert "platform" not in second

    assert main(["strategies", "show", "d1"]) == 0
    shown = capsys.readouterr().out
    assert "Buys SPY when RSI(14) is below 25" in shown
    assert "approved by U2 at 1970-01-01 00:50 UTC" in shown

    assert main(["strategies", "export", "d1"]) == 0
    assert json.loads(capsys.readouterr().out)["platform_id"] == "st-1"
    assert main(["strategies", "export", "d1", "--platform"]) == 0
    assert json.loads(capsys.readouterr().out)["config"]["oversold_threshold"] == 25
    assert main(["strategies", "export", "d2", "--platform"]) == 1
    assert "fits none" in capsys.readouterr().err

    assert main(["strategies", "show", "d9"]) == 2
    assert "there is no approved strategy d9" in capsys.readouterr().err
    on(url, tamper)
    assert main(["strategies", "export", "d1", "--platform"]) == 2
    assert "not what was approved" in capsys.readouterr().err
