"""What a model may propose can say what the grammar can: every part of a specification, in the one form."""

import pytest

from bot.model.schema import strict_schema
from tools.strategies.drafting import Drafter
from tools.strategies.fidelity import unfaithful
from tools.strategies.loading import load
from tools.strategies.proposals import ProposedStrategy, to_json

CLOSE = {"kind": "price", "field": "close"}


def series(name: str, **parameters: float) -> dict:
    return {
        "kind": "indicator",
        "name": name,
        "parameters": [{"name": key, "value": value} for key, value in parameters.items()],
    }


def compared(left: dict, op: str, right: dict | float, **more: object) -> dict:
    return {"kind": op, "left": left, "right": right if isinstance(right, dict) else {"kind": "number", "value": right}, **more}  # fmt: skip


ATR_TWICE = {**series("ATR", timeperiod=14), "times": 2.0}
RSI = compared(series("RSI", timeperiod=14), "<", 30)


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        (
            "on weekly bars buy when RSI(14) is below 30, exit after 8 weeks, stop 2 ATR, target 3 ATR(10)",
            {"timeframe": "1w", "entry": [[RSI]], "max_holding_bars": 8, "atr_stop": {"multiple": 2}, "atr_target": {"multiple": 3, "period": 10}},
        ),
        (
            "buy QQQ and IWM when RSI(14) is below 30, with a 5% trailing stop, risk 1% per trade",
            {"symbols": ["QQQ", "IWM"], "entry": [[RSI]], "trailing_stop_percent": 5, "risk_per_trade_percent": 1},
        ),
        ("buy when RSI(14) is below 30, 3% stop, target 2R", {"entry": [[RSI]], "stop_loss_percent": 3, "r_target": 2}),
        (
            "buy on Monday when RSI(14) was below 30 on one of the last 5 days, sell after 3 days, use half of the account",
            {
                "entry": [[compared({"kind": "calendar", "calendar": "day_of_week"}, "==", 1), {**RSI, "within_bars": 5}]],
                "max_holding_bars": 3,
                "position_percent": 50,
            },
        ),
        (
            "buy SPY when the VIX is above 30, sell when the VIX is below 20, from 2003 to 2010, fill at the close",
            {
                "symbols": ["SPY"],
                "entry": [[compared({**CLOSE, "symbol": "^VIX"}, ">", 30)]],
                "exit": [[compared({**CLOSE, "symbol": "^VIX"}, "<", 20)]],
                "start": "2003-01-01",
                "end": "2010-12-31",
                "fill": "close",
            },
        ),
        (
            "buy when the close is above the 20-day average plus 2 ATR(14), sell when the volume is not above 1.5 times its 50-day average",
            {
                "entry": [[compared(CLOSE, ">", {**series("SMA", timeperiod=20), "plus": [ATR_TWICE]})]],
                "exit": [[compared(
                    {"kind": "price", "field": "volume"}, ">",
                    {**series("SMA", timeperiod=50), "of": {"kind": "price", "field": "volume"}, "times": 1.5}, negated=True,
                )]],
            },
        ),
        (
            "go long when RSI(14) is below 30, go short when it is above 70",
            {"side": "long_short", "entry": [[RSI]], "short_entry": [[compared(series("RSI", timeperiod=14), ">", 70)]]},
        ),
    ],
)  # fmt: skip
def test_a_faithful_proposal_is_valid_and_faithful(drafter: Drafter, text: str, proposal: dict) -> None:
    specification = load(to_json(ProposedStrategy.model_validate(proposal), "SPY"), drafter.templates)
    assert unfaithful(drafter.reader.reading(text), specification, drafter.templates, "SPY") == ()


@pytest.mark.parametrize(
    ("invented", "finding"),
    [
        ({"timeframe": "1w"}, "The timeframe is 1w, and 1d was said"),
        ({"symbols": ["SPY", "QQQ"]}, "QQQ is used and was not said"),
        ({"position_percent": 25}, "A size of the position is there"),
        ({"fee_percent": 0.2}, "A cost is there"),
        ({"start": "2003-01-01"}, "A period is there"),
        ({"fill": "close"}, "A fill at the close is there"),
        ({"atr_target": {"multiple": 3}}, "There is an ATR target that was not said"),
        ({"stop_loss_percent": 3, "r_target": 2}, "There is a target in R that was not said"),
        (
            {"entry": [[RSI, compared({"kind": "calendar", "calendar": "day_of_week"}, "==", 1)]]},
            "A day or month is used",
        ),
    ],
)
def test_what_is_not_said_is_found(drafter: Drafter, invented: dict, finding: str) -> None:
    proposal = {"entry": [[RSI]], "exit": [[compared(series("RSI", timeperiod=14), ">", 70)]], **invented}
    specification = load(to_json(ProposedStrategy.model_validate(proposal), "SPY"), drafter.templates)
    reading = drafter.reader.reading("buy SPY when RSI(14) is below 30, sell when it is above 70")
    assert finding in " ".join(unfaithful(reading, specification, drafter.templates, "SPY"))


def test_sums_ratios_and_turned_round_conditions_become_the_one_form() -> None:
    ratio = {**series("ATR", timeperiod=10), "over": series("ATR", timeperiod=50)}
    proposal = ProposedStrategy.model_validate(
        {"entry": [[compared(ratio, "<", 0.8, negated=True, for_bars=3)]], "exit": [[{"kind": "always"}]]}
    )
    written = to_json(proposal, "SPY")
    assert written["entry"] == {
        "type": "for_bars",
        "bars": 3,
        "condition": {
            "type": "not",
            "condition": {
                "type": "comparison",
                "op": "<",
                "left": {
                    "type": "arithmetic",
                    "op": "/",
                    "left": {"type": "indicator", "name": "ATR", "parameters": {"timeperiod": 10}, "offset": 0},
                    "right": {"type": "indicator", "name": "ATR", "parameters": {"timeperiod": 50}, "offset": 0},
                },
                "right": 0.8,
            },
        },
    }


def test_the_schema_is_strict_and_never_nested_in_itself() -> None:
    schema = strict_schema(ProposedStrategy)
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    for name, definition in definitions.items():
        assert f"#/$defs/{name}'" not in str(definition)
