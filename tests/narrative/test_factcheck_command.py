"""`deskhand factcheck`: one report, many in a file, and what is no report."""

import json
from pathlib import Path

import pytest

from bot.cli import main

FACTS = [{"id": "strategy.cagr", "label": "CAGR", "value": 0.0364, "unit": "fraction", "period": None}]
TRUE = {"text": "The strategy returned 3.6 % a year.", "facts": FACTS}
FALSE = {"text": "The strategy returned 4.6 % a year.", "facts": FACTS}


def test_a_true_and_a_false_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(TRUE))
    assert main(["factcheck", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "findings": []}
    path.write_text(json.dumps(FALSE))
    assert main(["factcheck", str(path), "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert set(finding) == {"class", "span", "reason"}
    assert finding["span"] == "4.6 %"


def test_a_batch_answers_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "reports.jsonl"
    path.write_text("\n".join(json.dumps(report) for report in (TRUE, FALSE, TRUE)) + "\n")
    assert main(["factcheck", "--batch", str(path)]) == 1
    assert [json.loads(line)["ok"] for line in capsys.readouterr().out.splitlines()] == [True, False, True]


@pytest.mark.parametrize("content", ["", "[]", '{"text": "x"}', '{"text": 3, "facts": []}', "not json"])
def test_what_is_no_report_is_said_in_one_line(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.json"
    path.write_text(content)
    assert main(["factcheck", str(path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_facts_may_be_written_in_other_ways(tmp_path: Path) -> None:
    facts = [
        {"id": "strategy.cagr", "value": 3.64, "unit": "percent", "period": {"start": "1999-01-04", "end": "2018-12-31"}},
        {"id": "strategy.sharpe", "value": "0.2827", "unit": "ratio"},
        {"id": "strategy.alpha", "value": None, "unit": "ratio"},
    ]  # fmt: skip
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"text": "It returned 3.6% a year with a Sharpe ratio of 0.28.", "facts": facts}))
    assert main(["factcheck", str(path)]) == 0
