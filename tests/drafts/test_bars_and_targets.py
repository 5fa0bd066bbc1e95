"""Requests on weekly and monthly bars, and targets in ATR and in R: the numbers of the specification, and its changes."""

import pytest

from tools.strategies.drafting import Drafter
from tools.strategies.fidelity import unfaithful
from tools.strategies.spec import Specification


def drafted(drafter: Drafter, text: str) -> Specification:
    draft = drafter.draft(text)
    assert draft.status == "ok", draft.explanation(drafter.templates)
    assert draft.specification is not None
    return draft.specification


@pytest.mark.parametrize(
    ("text", "timeframe", "numbers"),
    [
        ("golden cross on weekly bars", "1w", [50, 200]),
        ("SPY weekly: buy when RSI(2) is below 10, sell when RSI(2) is above 60", "1w", [2, 10, 2, 60]),
        ("buy when the weekly close is above the 30-week average, sell when it is below", "1w", [30, 30]),
        ("on weekly bars buy a 1-year high, sell a 26-week low", "1w", [52, 26]),
        (
            "on the monthly chart: buy when the 1-year return is positive, sell when it is negative",
            "1mo",
            [12, 0, 12, 0],
        ),
        ("buy when the monthly close is above its 10-month average, sell when it is below", "1mo", [10, 10]),
        ("weekly MACD crossover on SPY", "1w", [12, 26, 9]),
        ("long above the 30-week average using weekly closes, sell below", "1w", [30, 30]),
        ("a weekly strategy: buy when RSI(5) is below 20, sell when it is above 60", "1w", [5, 20, 60]),
        ("buy when the close is above the 30-week average, sell when it is below", "1d", [150, 150]),
    ],
)
def test_lengths_are_counted_in_the_bars_that_are_named(
    drafter: Drafter, text: str, timeframe: str, numbers: list[float]
) -> None:
    specification = drafted(drafter, text)
    assert specification.timeframe == timeframe
    rules = drafter.templates.expand(specification)
    assert rules.long is not None
    said = f"{rules.long.entry!r} {rules.long.exit!r}"
    for number in numbers:
        assert f"={number}" in said or f": {number}" in said or f"={float(number)}" in said


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("buy a 20-day high, stop 3%, target 2R", {"stop_loss": 0.03, "r_target": 2.0}),
        ("buy a 20-day high, stop 3%, sell at 1.5R", {"stop_loss": 0.03, "r_target": 1.5}),
        ("buy a 20-day high with a 5% stop and a target of twice the risk", {"stop_loss": 0.05, "r_target": 2.0}),
        ("buy a 20-day high with a 5% stop, risk/reward 1:3", {"stop_loss": 0.05, "r_target": 3.0}),
        ("buy a 20-day high, take profit at 3 ATR(10)", {"atr_target": {"multiple": 3.0, "period": 10}}),
        ("buy a 20-day high, exit when up 4 ATR(20)", {"atr_target": {"multiple": 4.0, "period": 20}}),
    ],
)
def test_targets_in_atr_and_in_r(drafter: Drafter, text: str, risk: dict) -> None:
    specification = drafted(drafter, text)
    assert specification.risk.model_dump(exclude_none=True, exclude={"trigger"}) == risk
    assert unfaithful(drafter.reader.reading(text), specification, drafter.templates, "SPY") == ()


def test_bars_and_targets_change_in_words(drafter: Drafter) -> None:
    before = drafted(drafter, "golden cross with a 3% stop and a 10% target")
    weekly = drafter.revise(before, "use weekly bars").specification
    assert weekly is not None
    assert weekly.timeframe == "1w"
    in_r = drafter.revise(weekly, "make the target 2R").specification
    assert in_r is not None
    assert (in_r.timeframe, in_r.risk.r_target, in_r.risk.take_profit) == ("1w", 2.0, None)
    filtered = drafter.revise(in_r, "only above the 30-week average").specification
    assert filtered is not None
    assert "'timeperiod': 30" in str(filtered.to_json()["entry"])
