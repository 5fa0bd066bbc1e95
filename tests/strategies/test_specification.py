"""The specification: its JSON goes round, and what is wrong is said in words that help."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_specs import specifications

from tools.errors import BadInput
from tools.strategies.loading import BadSpecification, load
from tools.strategies.spec import Specification

RSI = {"type": "indicator", "name": "RSI", "parameters": {"timeperiod": 14}}
OVERSOLD = {"type": "comparison", "op": "<", "left": RSI, "right": 30}


def wrong(data) -> BadSpecification:
    with pytest.raises(BadSpecification) as raised:
        load(data)
    assert "\n" not in str(raised.value)
    assert str(raised.value).endswith(".")
    return raised.value


def test_the_form_in_the_design():
    spec = load(
        {
            "name": "Golden cross",
            "template": "sma_crossover",
            "symbols": ["spy"],
            "timeframe": "1d",
            "side": "long",
            "parameters": {"short_window": 50, "long_window": 200},
            "risk": {"stop_loss": 0.03, "take_profit": 0.15, "trailing_stop": 0.08, "max_holding_bars": 20},
            "sizing": {},
            "costs": {"fee": 0.001, "slippage": 0.0005},
        }
    )
    assert spec.to_json() == {
        "name": "Golden cross",
        "template": "sma_crossover",
        "symbols": ["SPY"],
        "timeframe": "1d",
        "side": "long",
        "parameters": {"short_window": 50, "long_window": 200},
        "risk": {
            "stop_loss": 0.03,
            "take_profit": 0.15,
            "trailing_stop": 0.08,
            "max_holding_bars": 20,
            "trigger": "intraday",
        },
        "costs": {"fee": 0.001, "slippage": 0.0005},
        "fill": "next_open",
    }


@pytest.mark.parametrize(
    ("template", "written", "own"),
    [
        ("sma_crossover", {"fast": 10, "slow": 30}, {"short_window": 10, "long_window": 30}),
        ("rsi_mean_reversion", {"period": 2, "oversold": 10}, {"rsi_period": 2, "oversold_threshold": 10}),
        ("bollinger_reversion", {"period": 15, "std": 1.5}, {"window": 15, "deviations": 1.5}),
        (
            "macd_trend",
            {"fast": 5, "slow": 20, "signal": 4},
            {"fast_period": 5, "slow_period": 20, "signal_period": 4},
        ),
    ],
)
def test_parameters_may_be_called_as_people_call_them(template, written, own):
    assert load({"template": template, "parameters": written}) == load({"template": template, "parameters": own})


def test_defaults_of_a_template_are_written_out():
    assert load({"template": "rsi_mean_reversion", "parameters": {"rsi_period": 2.0}}).parameters == {
        "rsi_period": 2,
        "oversold_threshold": 30,
        "overbought_threshold": 70,
    }


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(specifications())
def test_json_goes_round(spec):
    loaded = load(spec)
    written = loaded.to_json()
    assert load(json.dumps(written)) == loaded
    assert load(written).to_json() == written


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "entry is missing"),
        ({"entry": {"type": "sometimes"}}, "entry has the type 'sometimes'; it can be 'all', 'any', 'not'"),
        ({"entry": {"these": [], "those": []}}, "entry needs a type"),
        ({"entry": False}, "entry"),
        ({"entry": {"type": "all", "conditions": []}}, "entry.conditions needs at least 1"),
        ({"entry": {"type": "comparison", "op": "<", "left": RSI}}, "entry.right is missing"),
        ({"entry": {**OVERSOLD, "op": "=<"}}, "entry.op is '=<'; it can be '>', '>=', '<', '<=' or '=='"),
        ({"entry": {**OVERSOLD, "right": "thirty"}}, "entry.right is 'thirty'"),
        ({"entry": {**OVERSOLD, "right": True}}, "entry.right is true; it must be a number"),
        ({"entry": {**OVERSOLD, "left": {**RSI, "offset": -1}}}, "entry.left.offset is -1; it must be 0 or more: the bars ahead"),
        ({"entry": {**OVERSOLD, "left": {**RSI, "name": "RSII"}}}, "no indicator RSII in TA-Lib. Near it are RSI"),
        ({"entry": {**OVERSOLD, "left": {**RSI, "parameters": {"span": 14}}}}, "RSI has no parameter span; it has timeperiod"),
        ({"entry": {**OVERSOLD, "left": {**RSI, "parameters": {"timeperiod": 1}}}}, "RSI does not work with timeperiod 1"),
        ({"entry": {**OVERSOLD, "left": {**RSI, "parameters": {"timeperiod": 14.5}}}}, "a whole number for timeperiod, not 14.5"),
        ({"entry": {**OVERSOLD, "left": {**RSI, "parameters": {"timeperiod": "14"}}}}, "entry.left.parameters.timeperiod is '14'"),
        ({"entry": {**OVERSOLD, "left": {**RSI, "output": "signal"}}}, "RSI has no output signal; it has real"),
        ({"entry": {**OVERSOLD, "left": {"type": "indicator", "name": "ATR", "input": RSI}}}, "ATR reads high, low, close"),
        ({"entry": {**OVERSOLD, "left": {"type": "indicator", "name": "MAVP"}}}, "MAVP cannot be used"),
        ({"entry": OVERSOLD, "risk": {"stop_loss": 2}}, "risk.stop_loss is 2; it must be below 1. It is a fraction of 1, so 2 is 200 %; 2 % is 0.02"),
        ({"entry": OVERSOLD, "risk": {"stop_loss": 0}}, "risk.stop_loss is 0; it must be above 0"),
        ({"entry": OVERSOLD, "risk": {"stoploss": 0.02}}, "risk.stoploss is not a field that is known; did you mean stop_loss?"),
        ({"entry": OVERSOLD, "risk": {"max_holding_bars": 2.5}}, "risk.max_holding_bars is 2.5; it must be a whole number"),
        ({"entry": OVERSOLD, "costs": {"fee": 0.15}}, "costs.fee is 0.15; it must be below 0.1"),
        ({"entry": OVERSOLD, "side": "both"}, "side is 'both'; it can be 'long', 'short' or 'long_short'"),
        ({"entry": OVERSOLD, "timeframe": "1h"}, "timeframe is '1h'; it can be '1d'"),
        ({"entry": OVERSOLD, "symbols": ["not a symbol"]}, "symbols[0] is 'not a symbol'"),
        ({"entry": OVERSOLD, "symbols": 500}, "symbols is 500; it must be a list"),
        ({"entry": OVERSOLD, "side": "long_short"}, "says when it goes short"),
        ({"entry": OVERSOLD, "short_entry": OVERSOLD}, "belong to side long_short"),
        ({"entry": OVERSOLD, "sizing": {"risk_per_trade": 0.01}}, "risk_per_trade needs a stop"),
        ({"entry": OVERSOLD, "period": {"start": "2020-01-01", "end": "2019-01-01"}}, "ends on 2019-01-01, before"),
        ({"entry": OVERSOLD, "period": {"start": "next year"}}, "period.start is 'next year'; write a day like 2018-12-31"),
        ({"entry": OVERSOLD, "parameters": {"period": 3}}, "parameters belong to a template"),
        ({"template": "magic"}, "no template magic; there are bollinger_reversion"),
        ({"template": "sma_crossover", "parameters": {"quick": 10}}, "no parameter quick; it has short_window, long_window"),
        ({"template": "sma_crossover", "parameters": {"short_window": 10.5}}, "short_window is 10.5; it must be a whole number"),
        ({"template": "sma_crossover", "parameters": {"short_window": 200, "long_window": 50}}, "must be shorter than the long one"),
        ({"template": "sma_crossover", "parameters": {"long_window": 5000}}, "long_window is 5000; it must be between 3 and 500"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(data, said):
    assert said in str(wrong(data))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ('{"entry": ', "not JSON: Expecting value in line 1, column 11"),
        ("[]", "not a JSON object"),
        ("3", "not a JSON object"),
        (b"\xff\xfe", "UTF-8"),
        ('{"name": NaN}', "NaN is not a number"),
        ('{"risk": {"stop_loss": Infinity}}', "Infinity is not a number"),
        ("[" * 100_000, "nested too deeply"),
        (json.dumps({"name": "x" * 1_000_001}), "longer than 1,000,000"),
    ],
)
def test_text_that_is_no_specification(text, said):
    assert said in str(wrong(text))


def test_deep_nesting_is_refused_in_words():
    condition: dict = OVERSOLD
    for _ in range(150):
        condition = {"type": "not", "condition": condition}
    for _ in range(3):
        condition = {"type": "all", "conditions": [condition] * 5}
    wrong({"entry": condition})
    for _ in range(5_000):
        condition = {"type": "not", "condition": condition}
    wrong({"entry": condition})


def test_every_reason_is_given():
    problem = wrong({"entry": OVERSOLD, "side": "both", "fill": "later", "risk": {"stop_loss": 3}, "nonsense": 1})
    assert len(problem.reasons) == 4
    assert "(and 1 more)" in str(problem)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from([*Specification.model_fields, "type", "conditions", "left", "x"]), inner, max_size=5
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_ends_in_a_trace(data):
    text = json.dumps(data)
    try:
        load(text)
    except BadInput as problem:
        said = str(problem)
    else:
        said = "fine."
    assert said.endswith(".")


def test_the_schema_can_be_made_strict_for_a_model():
    """Only recursion, unions and closed objects: what a strict JSON schema may hold once `oneOf` reads `anyOf`."""
    schema = Specification.model_json_schema()
    for name, definition in [*schema["$defs"].items(), ("Specification", schema)]:
        assert definition["additionalProperties"] is False, name
        for field, value in definition["properties"].items():
            is_open = value.get("type") == "object" and "additionalProperties" in value
            assert not is_open or field == "parameters", (name, field)
