"""Every reader's runs make reports that hold against their own facts, at every detail."""

from typing import get_args

import pytest

from tools.backtests.readers.read import read_bytes
from tools.narrative.draft import Detail
from tools.narrative.facts import Fact
from tools.narrative.service import compose, prepare
from tools.narrative.text import value_text, years_text
from tools.narrative.writer import write


@pytest.mark.parametrize("detail", get_args(Detail))
def test_reports_of_every_reader_pass_the_checker(files: dict[str, tuple[bytes, str | None]], detail: Detail) -> None:
    found = {}
    for name, (content, engine) in files.items():
        for run in read_bytes(name, content, engine):
            material = prepare(run, detail)
            checks = compose(run, material, write(material), "rules").checks
            found[f"{name}: {run.name}"] = [(finding.span, finding.reason) for finding in checks.findings]
    assert len(found) > 20
    assert {name: findings for name, findings in found.items() if findings} == {}


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0.0, "0 days"),
        (0.0003, "less than 1 minute"),
        (1.5 / 1440, "1.5 minutes"),
        (1 / 12, "2 hours"),
        (0.6, "14 hours"),
        (3.25, "3.2 days"),
        (12.6, "13 days"),
    ],
)
def test_a_length_is_said_in_units_of_its_size(days: float, said: str) -> None:
    assert value_text(Fact("trades.average_days", "Average holding period", days, "days")) == said
    assert years_text(days) == said
