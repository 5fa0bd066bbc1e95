"""The catalogue against the library it describes: defaults, outputs, ranges, warm-up, bounds, and that all of it can be read."""

import math

import numpy as np
import pytest
import talib

from tools.errors import BadInput
from tools.market.prices import Prices
from tools.strategies import indicators
from tools.strategies.catalogue.generate import LEFT_OUT, accepts, generate, text
from tools.strategies.catalogue.model import FILE, Item, catalogue
from tools.strategies.evaluate import Bars

CATALOGUE = catalogue()
COMPUTED = tuple(item for item in CATALOGUE.items if item.kind != "term")


def ids(item: Item) -> str:
    return item.id


def test_the_file_is_what_the_library_and_the_yaml_say():
    assert FILE.read_text(encoding="utf-8") == text(generate()), "run: python -m tools.strategies.catalogue.generate"


def test_every_function_that_means_something_is_in_it():
    assert {item.id for item in COMPUTED} == indicators.names() - LEFT_OUT
    assert len({item.id for item in CATALOGUE.items}) == len(CATALOGUE.items)


@pytest.mark.parametrize("item", COMPUTED, ids=ids)
def test_defaults_and_outputs_are_talibs_and_ranges_end_where_it_refuses(item: Item):
    info = talib.abstract.Function(item.id).info
    assert {one.name: one.default for one in item.parameters} == dict(info["parameters"])
    assert [one.name for one in item.outputs] == list(info["output_names"])
    for one in item.parameters:
        for edge, away in ((one.minimum, -1), (one.maximum, 1)):
            if edge is None:
                assert accepts(item.id, {one.name: away * 1e30})
                continue
            beyond = edge + away if one.type == "integer" else edge + away * max(1e-6, abs(edge) * 1e-6)
            assert accepts(item.id, {one.name: edge})
            assert not accepts(item.id, {one.name: beyond})
            with pytest.raises(BadInput):
                indicators.check(item.id, {one.name: beyond}, None, has_input=False)
        assert not one.choices or list(one.choices) == list(range(int(one.minimum or 0), int(one.maximum or 0) + 1))


@pytest.mark.parametrize("item", CATALOGUE.items, ids=ids)
def test_a_condition_can_read_it_and_its_warm_up_and_bounds_are_true(item: Item, sp500: Prices):
    bars = Bars(sp500)
    for output in item.outputs:
        values = bars.values(item.term(output=output.name if item.kind != "term" else None))
        finite = np.isfinite(values)
        if item.kind != "term":
            assert int(finite.argmax()) == item.warm_up
        assert finite.mean() > 0.9
        if output.range and item.kind != "pattern":
            low, high = output.range
            assert np.nanmin(values) >= low - 1e-9
            assert np.nanmax(values) <= high + 1e-9
    for value in item.thresholds.values():
        assert item.range is None or item.range[0] <= value <= item.range[1]


@pytest.fixture(scope="module")
def wild() -> Prices:
    """60,000 bars of candles of every shape, so that the rarest patterns occur."""
    random = np.random.default_rng(7)
    rows = 60_000
    step = random.normal(0, 0.01, rows) * random.choice([0.05, 0.3, 1, 3], rows)
    close = 100 * np.exp(np.cumsum(step - 0.002 * np.sign(np.cumsum(step))))
    gap = random.normal(0, 0.01, rows) * random.choice([0, 0, 0.1, 1], rows)
    opens = np.r_[100.0, close[:-1]] * np.exp(gap)
    wicks = np.abs(random.normal(0, 0.006, (2, rows))) * random.choice([0, 0, 0.2, 2], (2, rows))
    high, low = np.maximum(opens, close) * (1 + wicks[0]), np.minimum(opens, close) * (1 - wicks[1])
    days = np.datetime64("1850-01-01") + np.arange(rows)
    return Prices("WILD", days, opens, high, low, close, close, np.full(rows, 1e6))


@pytest.mark.parametrize("item", [one for one in COMPUTED if one.kind == "pattern"], ids=ids)
def test_patterns_show_the_signs_they_are_said_to(item: Item, wild: Prices):
    values = Bars(wild).values(item.term())
    signs = {int(math.copysign(1, value)) for value in np.unique(values[np.isfinite(values)]) if value}
    allowed = {"bullish": {1}, "bearish": {-1}}.get(item.bias, {1, -1})
    assert signs <= allowed
    if signs:
        assert Bars(wild).read(item.fires()).true.any()


def test_names_lead_to_items_and_ambiguous_ones_to_several():
    assert [item.id for item in CATALOGUE.called("RSI")] == ["RSI"]
    assert [item.id for item in CATALOGUE.called("Parabolic  SAR")] == ["SAR"]
    assert {item.id for item in CATALOGUE.called("hlc3")} == {"TYPPRICE", "typical"}
    assert CATALOGUE.called("nothing of the kind") == ()
    assert [(item.id, output.name) for item, output in CATALOGUE.outputs_called("upper band")] == [
        ("BBANDS", "upperband")
    ]
    rsi = CATALOGUE.get("RSI")
    assert rsi.parameter("Period") == rsi.parameter("timeperiod")
    assert rsi.parameter("colour") is None
    with pytest.raises(BadInput):
        rsi.term({"colour": 1})
    with pytest.raises(BadInput):
        rsi.term(output="signal")
    with pytest.raises(BadInput):
        CATALOGUE.get("FOO")


def test_terms_take_their_parameters():
    term = CATALOGUE.get("highest").term({"bars": 252})
    assert term.model_dump()["bars"] == 252
    assert CATALOGUE.get("return").term().model_dump()["bars"] == 1
