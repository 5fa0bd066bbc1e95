"""`deskhand diagnose`: its JSON, its exit codes, and systems that are not there."""

import json
from pathlib import Path

import pytest

from bot.cli import main


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def ask(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DESKHAND_HOME", str(home))
    monkeypatch.delenv("DESKHAND_CONFIG", raising=False)

    def run(*arguments: str) -> tuple[int, dict, str]:
        code = main(["diagnose", *arguments, "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out else {}, err

    return run


def test_the_embedded_desk_is_fresh_and_says_how_far_it_goes(ask) -> None:
    code, found, _ = ask("how fresh is the price data?", "--roles", "analyst")
    assert (code, found["verdict"]) == (0, "healthy")
    assert {"answer", "tools", "denied", "runbook", "escalate_to"} <= set(found)
    assert "31 December 2018" in found["answer"]
    assert {"name": "data_freshness", "status": "ok", "connection": "market"} in found["tools"]
    assert "host_disk" in found["denied"]
    assert found["runbook"] is None


def test_who_may_not_is_refused(ask) -> None:
    code, found, _ = ask("is the data stale?", "--roles", "viewer")
    assert (code, found["verdict"]) == (1, "denied")
    assert "data_freshness" in found["denied"]
    assert "needs the analyst role" in found["answer"]
    assert all(tool["status"] == "denied" for tool in found["tools"])


def test_a_system_that_is_not_there_is_named_and_holds_nothing_else(ask, tmp_path: Path) -> None:
    config = tmp_path / "desk.toml"
    config.write_text(
        '[[connections]]\nname = "quotes"\nkind = "redis"\nurl = "redis://127.0.0.1:9"\n'
        '[[connections]]\nname = "box"\nkind = "host"\n'
    )
    code, found, _ = ask("is the cache ok?", "--config", str(config))
    assert (code, found["verdict"]) == (1, "broken")
    assert found["answer"].startswith("No. quotes: Nothing answers at redis://127.0.0.1:9")
    assert found["runbook"] == "cache-down"
    assert found["escalate_to"] == "trading-ops"
    code, found, _ = ask("how full is the disk?", "--config", str(config))
    assert "full" in found["answer"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("status", "--roles", "king"), "no role 'king'"),
        (("status", "--roles", ","), "no role"),
        (("status", "--config", "/nowhere.toml"), "does not exist"),
    ],
)
def test_bad_use_is_one_line(ask, arguments: tuple[str, ...], said: str) -> None:
    code, found, err = ask(*arguments)
    assert (code, found, len(err.splitlines())) == (2, {}, 1)
    assert said in err
