"""Conditions written by hand: all of them are read, the same rule is the same however it is written, and what is unclear is refused."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
import slow_reference
from handwritten import SPECIFICATIONS
from hypothesis import HealthCheck, given, settings
from random_specs import random_walk, specifications

from bot.cli import main
from tools.errors import BadInput
from tools.strategies.loading import load
from tools.strategies.spellings import canonical


@pytest.mark.parametrize("number", range(len(SPECIFICATIONS)))
def test_what_people_write_by_hand_is_read(number: int):
    load(SPECIFICATIONS[number])


RSI = {"type": "indicator", "name": "RSI", "parameters": {"timeperiod": 14}}
SMA = {"type": "indicator", "name": "SMA", "parameters": {"timeperiod": 200}}
CLOSE = {"type": "price", "field": "close"}
OVERSOLD = {"type": "comparison", "op": "<", "left": RSI, "right": 30}
ABOVE = {"type": "comparison", "op": ">", "left": CLOSE, "right": SMA}


@pytest.mark.parametrize(
    ("meant", "written"),
    [
        (OVERSOLD, "RSI(14) < 30"),
        (OVERSOLD, {"<": ["rsi(14)", 30]}),
        (OVERSOLD, ["RSI_14", "<", 30]),
        (OVERSOLD, {"comparison": [{"rsi": 14}, "<", 30]}),
        (OVERSOLD, {"type": "lt", "lhs": {"indicator": "RSI", "length": 14}, "rhs": {"constant": 30}}),
        (OVERSOLD, {"indicator": {"name": "rsi", "timeperiod": 14}, "op": "below", "value": 30}),
        (OVERSOLD, {"op": "<", "left": {"type": "indicator", "indicator": "RSI", "params": {"period": 14}}, "right": "30"}),
        ({"type": "all", "conditions": [OVERSOLD, ABOVE]}, "RSI(14) < 30 and close > SMA(200)"),
        ({"type": "all", "conditions": [OVERSOLD, ABOVE]}, {"and": [OVERSOLD, {"gt": ["close", "sma(close, 200)"]}]}),
        ({"type": "all", "conditions": [OVERSOLD, ABOVE]}, {"conditions": [OVERSOLD, "close > SMA(200)"], "logic": "and"}),
        ({"type": "any", "conditions": [OVERSOLD, {"type": "not", "condition": ABOVE}]}, "RSI(14) < 30 or not close > SMA(200)"),
        ({"type": "crosses_above", "left": CLOSE, "right": SMA}, "close crosses above SMA(200)"),
        ({"type": "crosses_above", "left": CLOSE, "right": SMA}, {"crossover": ["close", {"sma": 200}]}),
        ({"type": "crosses_below", "left": RSI, "right": -1.5}, {"crosses_below": {"series": "RSI(14)", "level": -1.5}}),
        ({"type": "rising", "of": CLOSE, "bars": 3}, "rising(close, 3)"),
        ({"type": "rising", "of": SMA, "bars": 5}, {"rising": {"of": "SMA(200)", "periods": 5}}),
        ({"type": "falling", "of": SMA, "bars": 5}, {"type": "falling", "indicator": "SMA", "period": 200, "bars": 5}),
        ({"type": "for_bars", "condition": ABOVE, "bars": 2}, {"for_bars": ["close > SMA(200)", 2]}),
        ({"type": "comparison", "op": ">", "left": CLOSE, "right": {**CLOSE, "offset": 5}}, "close > close[5]"),
        ({"type": "comparison", "op": ">=", "left": CLOSE, "right": {"type": "highest", "of": {"type": "price", "field": "high"}, "bars": 20}}, "close >= highest(high, 20)"),
        ({"type": "comparison", "op": ">", "left": {"type": "return", "bars": 63}, "right": 0}, "return(63) > 0"),
        (
            {"type": "comparison", "op": "<", "left": CLOSE, "right": {"type": "indicator", "name": "BBANDS", "output": "lowerband", "parameters": {"timeperiod": 20, "nbdevup": 2, "nbdevdn": 2}}},
            {"op": "<", "left": "close", "right": {"indicator": "BBANDS", "period": 20, "std": 2, "output": "lower"}},
        ),
        (
            {"type": "comparison", "op": ">", "left": {"type": "price", "field": "volume"}, "right": {"type": "arithmetic", "op": "*", "left": 1.5, "right": {"type": "indicator", "name": "SMA", "parameters": {"timeperiod": 20}, "input": {"type": "price", "field": "volume"}}}},
            "volume > 1.5 * SMA(volume, 20)",
        ),
        ({"type": "always"}, "always"),
    ],
)  # fmt: skip
def test_the_same_rule_is_the_same_however_it_is_written(meant: dict, written: object):
    assert load({"entry": written}) == load({"entry": meant})


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(spec=specifications())
def test_what_is_in_the_one_form_stays_as_it_is(spec):
    assert canonical(spec) == spec


def test_a_part_that_is_null_is_absent_and_one_symbol_needs_no_list():
    written = {"template": "sma_crossover", "symbols": "spy", "timeframe": "weekly", "entry": None, "risk": None}
    assert load(written) == load({"template": "sma_crossover", "symbols": ["SPY"], "timeframe": "1w"})


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("close > FOO(3)", "There is no indicator FOO in TA-Lib"),
        ("close >", "entry is 'close >', which is not a condition"),
        ({"op": "=<", "left": "close", "right": 3}, "entry.op is '=<'"),
        ({"op": ">", "left": "close"}, "entry.right is missing"),
        ("close > SMA(200, 3)", "entry.right.parameters is"),
        ("close > close[-1] and [", "which is not a condition"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(entry: object, said: str):
    with pytest.raises(BadInput, match=re.escape(said)):
        load({"entry": entry})


def test_an_exit_that_is_a_list_must_say_whether_all_or_any_of_it_counts():
    with pytest.raises(BadInput, match="exit is a list; say whether all or any of it must hold"):
        load({"entry": "RSI(14) < 30", "exit": ["RSI(14) > 70", "close < SMA(200)"]})


def test_a_handwritten_file_runs_as_a_slow_reference_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DESKHAND_HOME", str(tmp_path / "home"))
    prices = random_walk(7, rows=300)
    file = tmp_path / "p.csv"
    rows = zip(
        prices.dates.astype(str), prices.open, prices.high, prices.low, prices.close, prices.volume, strict=True
    )
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([("date", "open", "high", "low", "close", "volume"), *rows])
    spec = tmp_path / "s.json"
    spec.write_text(json.dumps({"entry": "RSI(5) < 35 and close > SMA(20) * 0.98", "exit": {"any": ["RSI(5) > 60", {"falling": ["close", 3]}]}, "risk": {"stop_loss": 0.0313, "r_target": 2}}))  # fmt: skip
    positions = tmp_path / "o.csv"
    assert main(["preview", str(spec), "--prices", str(file), "--positions", str(positions), "--json"]) == 0
    capsys.readouterr()
    written = canonical(json.loads(spec.read_text()))
    expected = slow_reference.run(written, prices).positions
    assert np.loadtxt(positions, delimiter=",", skiprows=1, usecols=1).astype(int).tolist() == expected
    assert set(expected) == {0, 1}
