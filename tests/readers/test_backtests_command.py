"""`deskhand backtests import | list`: what is stored, exit codes, one clear line for what cannot be used."""

import json
from pathlib import Path

import engine_files as made
import pytest

from bot.cli import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DESKHAND_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DESKHAND_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    assert main(["backtests", "list", "--json"]) == 0
    rows: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return rows


def test_import_list_and_import_again(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "two.json").write_bytes(made.as_json(made.freqtrade("Alpha", "Beta")))
    assert main(["backtests", "import", "two.json", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row.keys() for row in rows] == [{"id", "name", "engine", "start", "end"}] * 2
    assert [(row["name"], row["engine"], row["end"]) for row in rows] == [
        ("Alpha", "freqtrade", "2024-03-25"),
        ("Beta", "freqtrade", "2024-03-25"),
    ]
    before = listed(capsys)
    assert {row["id"] for row in rows} < {row["id"] for row in before}
    assert main(["backtests", "import", "two.json"]) == 0
    assert rows[0]["id"] in capsys.readouterr().out
    assert listed(capsys) == before


def test_bad_files_store_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = listed(capsys)
    (home / "returns.csv").write_text(made.returns().to_csv())
    (home / "bad.pickle").write_bytes(b"\x80\x04cposix\nsystem\n\x8c\x02ls\x85R.")
    for arguments in (
        ["returns.csv"],
        ["bad.pickle"],
        ["absent.json"],
        ["returns.csv", "--engine", "equity"],
        ["returns.csv", "--engine", "zip"],
    ):
        assert main(["backtests", "import", *arguments]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.count("\n") == 1
        assert told.err.startswith("deskhand backtests: ")
    assert listed(capsys) == before
    assert main(["backtests", "import", "returns.csv", "--engine", "returns", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_bad_use_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["import"], ["remove"]):
        with pytest.raises(SystemExit) as left:
            main(["backtests", *arguments])
        assert left.value.code == 2
    assert "Traceback" not in capsys.readouterr().err
