"""Changes said in words: what they change, and nothing else."""

import pytest

from tools.strategies.differences import differences
from tools.strategies.drafting import Drafter

RULES = "buy SPY when RSI is under 30 and the close is above the 200-day average, sell when RSI is over 55, 2% stop"


@pytest.mark.parametrize(
    ("request_", "change", "lines"),
    [
        (RULES, "make the stop 3 %", ["stop: 2 % → 3 %"]),
        (RULES, "use a 14-day ATR stop instead", ["stop: 2 % → none", "ATR stop: none → 2 times ATR(14)"]),
        (RULES, "remove the stop", ["stop: 2 % → none"]),
        (RULES, "let's use the nasdaq instead", ["trades: SPY → ^IXIC"]),
        (RULES, "exit when RSI is above 60", ["exit: RSI(14) is above 55 → RSI(14) is above 60"]),
        (RULES, "can you change the exit to RSI above 60", ["exit: RSI(14) is above 55 → RSI(14) is above 60"]),
        (RULES, "hold it for 15 days rather than 10", ["longest holding: none → 15 days"]),
        (RULES, "test it from 2005 to 2010", ["period: none → start 2005-01-01, end 2010-12-31"]),
        ("golden cross on SPY", "slow it down: 100/300", None),
        ("golden cross on SPY", "only above the 200-day average", None),
        ("golden cross on SPY", "only trade when the 200-day average is rising", None),
        ("rsi 30/70 on SPY", "make the RSI period 7", None),
    ],
)
def test_a_change_changes_what_it_says(drafter: Drafter, request_: str, change: str, lines: list[str] | None) -> None:
    before = drafter.draft(request_).specification
    assert before is not None
    after = drafter.revise(before, change)
    assert after.status == "ok", after.read
    found = differences(before, after.specification, drafter.templates)
    assert found
    if lines is not None:
        assert list(found) == lines


@pytest.mark.parametrize("change", ["make it better", "only above the 200-day average", "deploy it now", "asdf qwer"])
def test_what_changes_nothing_or_cannot_be_placed_is_not_a_new_version(drafter: Drafter, change: str) -> None:
    before = drafter.draft(RULES).specification
    assert before is not None
    assert drafter.revise(before, change).status in {"clarify", "refused"}
