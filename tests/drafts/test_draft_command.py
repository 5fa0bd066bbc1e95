"""`deskhand draft`: JSON, exit codes, batches."""

import json
from pathlib import Path

import pytest

from bot.cli import main


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKHAND_HOME", str(tmp_path_factory.getbasetemp() / "drafts-home"))


def test_a_draft_is_json_that_preview_can_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draft", "golden cross on SPY with a 3% stop", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "ok"
    assert answer["spec"]["template"] == "sma_crossover"
    assert answer["spec"]["parameters"] == {"short_window": 50, "long_window": 200}
    assert answer["spec"]["risk"]["stop_loss"] == 0.03
    assert answer["questions"] == answer["errors"] == []


def test_questions_and_refusals_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draft", "buy when it is cheap", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["status"] == "clarify"
    assert main(["draft", "a strategy that is guaranteed to double my money"]) == 1
    assert capsys.readouterr().out.startswith("refused: No strategy can promise")


def test_a_batch_answers_every_line_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    requests = ["golden cross", "", "buy when RSI < 30, sell when RSI > 70", "martingale please", "💥" * 50]
    file = tmp_path / "requests.txt"
    file.write_text("\n".join(requests) + "\n", encoding="utf-8")
    assert main(["draft", "--batch", str(file)]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["status"] for answer in answers] == ["ok", "refused", "ok", "refused", "refused"]


def test_bad_use_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draft"]) == 2
    assert main(["draft", "--batch", "/nowhere"]) == 2
    assert "cannot be read" in capsys.readouterr().err
