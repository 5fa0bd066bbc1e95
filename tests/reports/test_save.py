"""`deskhand narrate --save FILE`."""

import json
from pathlib import Path

import pytest
from runs import made_up

from bot.cli import main
from tools.backtests.codec import dumps


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKHAND_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DESKHAND_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_ending_tells_the_format(capsys: pytest.CaptureFixture[str]) -> None:
    Path("walk.json").write_text(dumps(made_up(days=300)))
    for name, start in (("r.html", b"<!doctype html>"), ("r.pdf", b"%PDF-"), ("r.md", b"# Walk")):
        assert main(["narrate", "walk.json", "--detail", "brief", "--save", name]) == 0
        assert Path(name).read_bytes().startswith(start)
    assert b"Line chart of the growth" in Path("r.html").read_bytes()
    assert main(["narrate", "walk.json", "--json", "--save", "r.json"]) == 0
    told, saved = json.loads(capsys.readouterr().out.splitlines()[-1]), json.loads(Path("r.json").read_text())
    assert told["text"] == saved["text"]


def test_what_cannot_be_written_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("walk.json").write_text(dumps(made_up(days=300)))
    for name in ("r.docx", "nowhere/r.md"):
        with pytest.raises(SystemExit) if name == "r.docx" else pytest.MonkeyPatch.context():
            assert main(["narrate", "walk.json", "--save", name]) == 2
        assert name in capsys.readouterr().err
