"""`deskhand route` as scripts use it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import main


def test_json_for_one_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["route", "--json", "how did the golden cross on the nasdaq do in 2008?"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["text", "intent", "confidence", "arguments"]
    assert answer["intent"] == "narrate"
    assert answer["arguments"]["symbols"] == ["^IXIC"]


def test_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["route", "approve draft 12"]) == 0
    assert capsys.readouterr().out.startswith("approvals (")


def test_a_batch_answers_every_line_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = ["hi", "", "why is the price data stale", "  ", "caf\u00e9 \u2028 pizza 🍕", '{"a": 1}']
    path = tmp_path / "texts.txt"
    path.write_bytes("\r\n".join(texts).encode())
    assert main(["route", "--batch", str(path)]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.split("\n")[:-1]]
    assert [row["text"] for row in rows] == texts
    assert [row["intent"] for row in rows[:4]] == ["help", "unknown", "diagnose", "unknown"]
    assert rows[1]["confidence"] == 0.0


def test_a_trailing_newline_is_no_further_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("hi\n\n")
    assert main(["route", "--batch", str(path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00broken\x80"])
def test_a_bad_file_is_one_line_and_exit_2(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "texts.txt"
    if content is not None:
        path.write_bytes(content)
    assert main(["route", "--batch", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["hi", "--batch", "x"]])
def test_bad_use_is_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["route", *arguments]) == 2
    assert "--batch" in capsys.readouterr().err


def test_nothing_heavy_is_imported() -> None:
    script = (
        "import sys; from bot.cli import main; main(['route', 'narrate the lastest bakctest']);"
        "heavy = {'numpy', 'pydantic', 'openai', 'yaml', 'sqlalchemy'} & set(sys.modules); print(heavy, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=Path.cwd())
    assert done.stderr == "set()\n"
