"""The templates that ship, a desk's own, and what is said of a file that cannot be used."""

from pathlib import Path

import pytest

from tools.errors import BadInput
from tools.market.prices import Prices
from tools.strategies.engine import simulate
from tools.strategies.loading import load
from tools.strategies.templates import FOLDER, builtin, read_folders

SEVEN = {
    "sma_crossover",
    "rsi_mean_reversion",
    "momentum",
    "buy_and_hold",
    "breakout",
    "bollinger_reversion",
    "macd_trend",
}
GOOD = """
name: dip_buyer
title: Dip buyer
description: In after falling closes.
category: mean_reversion
parameters:
  days: {type: integer, minimum: 1, maximum: 10, default: 3, description: Falling closes in a row}
  hold: {type: integer, minimum: 1, maximum: 10, default: 5, description: Bars of the average}
long:
  entry: {type: falling, of: {type: price}, bars: {param: days}}
  exit: {type: comparison, op: ">", left: {type: price}, right: {type: indicator, name: SMA, parameters: {timeperiod: {param: hold}}}}
constraints:
  - {left: days, op: "<", right: hold, message: fewer days than the average has}
"""


def test_the_seven_are_there():
    assert set(builtin().by_name) == SEVEN
    for template in builtin().by_name.values():
        assert template.examples
        assert template.aliases
        assert load({"template": template.name}).template == template.name


def test_a_golden_cross_is_fifty_over_two_hundred():
    aliases = {alias.phrase: alias.parameters for alias in builtin().get("sma_crossover").aliases}
    assert aliases["golden cross"] == {"short_window": 50, "long_window": 200}


def test_the_platforms_four_are_mapped():
    mapped = {
        template.platform.strategy_type: set(template.platform.config)
        for template in builtin().by_name.values()
        if template.platform
    }
    assert mapped == {
        "sma_crossover": {"short_window", "long_window"},
        "rsi_mean_reversion": {"rsi_period", "oversold_threshold", "overbought_threshold"},
        "momentum": {"momentum_period", "buy_threshold", "sell_threshold"},
        "buy_and_hold": set(),
    }


def test_written_conditions_replace_those_of_the_template(sp500: Prices):
    never = {"type": "comparison", "op": ">", "left": 0, "right": 1}
    plain = simulate(load({"template": "breakout"}), sp500)
    no_exit = simulate(load({"template": "breakout", "exit": never}), sp500)
    no_entry = simulate(load({"template": "breakout", "entry": never}), sp500)
    assert len(plain.trades) > 1
    assert len(no_exit.trades) == 1
    assert not no_entry.trades


def test_a_template_means_the_conditions_it_stands_for(sp500: Prices):
    def average(bars: int) -> dict:
        return {"type": "indicator", "name": "SMA", "parameters": {"timeperiod": bars}}

    rules = {
        "side": "long_short",
        "entry": {"type": "crosses_above", "left": average(50), "right": average(200)},
        "exit": {"type": "crosses_below", "left": average(50), "right": average(200)},
    }
    named = {
        "template": "sma_crossover",
        "side": "long_short",
        "parameters": {"short_window": 50, "long_window": 200},
    }
    assert simulate(load(rules), sp500).equity.tolist() == simulate(load(named), sp500).equity.tolist()


def test_a_desk_adds_its_own(tmp_path: Path, sp500: Prices):
    (tmp_path / "dip.yaml").write_text(GOOD)
    templates = read_folders(FOLDER, tmp_path)
    assert set(templates.by_name) == SEVEN | {"dip_buyer"}
    spec = load({"template": "dip_buyer", "parameters": {"days": 2}}, templates)
    assert simulate(spec, sp500, templates=templates).trades
    with pytest.raises(BadInput, match="fewer days than the average has"):
        load({"template": "dip_buyer", "parameters": {"days": 9}}, templates)
    with pytest.raises(BadInput, match="only goes long"):
        load({"template": "dip_buyer", "side": "short"}, templates)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("name: dip_buyer", "name: Dip Buyer"), "name is 'Dip Buyer'"),
        (("name: dip_buyer", "name: breakout"), "the name breakout is taken by breakout.yaml"),
        (("name: dip_buyer", "name: rules"), "the name rules is taken"),
        (("title: Dip buyer\n", ""), "title is missing"),
        (("category: mean_reversion", "category: magic"), "category is 'magic'"),
        (("default: 3", "default: 30"), "parameters.days: the default 30 is not between 1 and 10"),
        (("bars: {param: days}", "bars: {param: weeks}"), "long.entry names the parameter weeks"),
        (("bars: {param: days}", "bars: 0"), "long.entry: bars is 0; it must be 1 or more"),
        (("left: days", "left: weeks"), "constraints names weeks"),
        (("default: 3", "default: 6"), "the defaults do not fit each other"),
        (("name: SMA", "name: SMAX"), "no indicator SMAX"),
        (("type: falling", "type: dropping"), "long.entry: it has the type 'dropping'"),
        ((GOOD, "name: [unclosed"), "not plain YAML"),
        ((GOOD, "just words"), "must be an object"),
        ((GOOD, "name: 2020-01-01"), "not plain YAML"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_field(tmp_path: Path, change: tuple[str, str], said: str):
    (tmp_path / "dip.yaml").write_text(GOOD.replace(*change))
    with pytest.raises(BadInput) as raised:
        read_folders(FOLDER, tmp_path)
    assert str(raised.value).startswith("Template dip.yaml")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
