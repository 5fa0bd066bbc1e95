"""TA-Lib behind plain arrays: no function sees ahead, gaps are where they must be, and settling is long enough."""

import numpy as np
import pytest
import talib

from tools.errors import BadInput
from tools.market.prices import Prices
from tools.strategies import indicators


def inputs(name: str, prices: Prices, since: int = 0, until: int | None = None) -> list[np.ndarray]:
    return [getattr(prices, field)[since:until] for field in indicators.function(name).fields]


def test_all_of_talib_but_what_cannot_work():
    left_out = set(talib.get_functions()) - indicators.names()
    assert left_out == set(
        "MAVP MAXINDEX MININDEX MINMAXINDEX BETA CORREL ADD SUB MULT DIV ACOS ASIN COSH EXP SINH".split()
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(indicators.names()))
def test_no_function_sees_ahead(name: str, sp500: Prices):
    """The values of the first bars are the same whether or not later bars exist; and they begin after the lookback."""
    whole = indicators.compute(name, {}, inputs(name, sp500, 0, 1200))
    for until in (400, 813):
        cut = indicators.compute(name, {}, inputs(name, sp500, 0, until))
        for output, values in cut.items():
            np.testing.assert_array_equal(values, whole[output][:until])
    for values in whole.values():
        finite = np.isfinite(values)
        assert (
            finite[int(finite.argmax()) :].all()
            or not finite.any()
            or name in {"ACOS", "ASIN", "EXP", "COSH", "SINH"}
        )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(name for name in indicators.names() if not name.startswith("CDL")))
def test_settling_is_long_enough(name: str, sp500: Prices):
    """Started 1,000 bars later, values agree to a thousandth of their spread once settled, or never will."""
    cumulative = {"OBV", "AD", "NVI", "PVI", "PVT", "VWAP", "WAD", "CUMSUM"}
    early = indicators.compute(name, {}, inputs(name, sp500, 0, 3000))
    late = indicators.compute(name, {}, inputs(name, sp500, 1000, 3000))
    for output, values in late.items():
        reference = early[output][1000:]
        begin = int(np.isfinite(values).argmax()) + indicators.settling_bars(name, {})
        gap = np.abs(values - reference)[begin:]
        close_enough = np.nanmax(gap) <= 1e-3 * np.nanstd(reference) + 1e-12
        assert close_enough or name in cumulative


def test_values_are_talibs(sp500: Prices):
    rsi = indicators.compute("RSI", {"timeperiod": 14}, [sp500.close])["real"]
    np.testing.assert_array_equal(rsi, talib.RSI(sp500.close, 14))
    macd = indicators.compute("MACD", {}, [sp500.close])
    np.testing.assert_array_equal(macd["macdsignal"], talib.MACD(sp500.close)[1])


def test_a_channel_is_that_of_the_bars_before(sp500: Prices):
    upper = indicators.compute("DONCHIAN", {"timeperiod": 20}, [sp500.high, sp500.low])["upperband"]
    assert np.isnan(upper[:20]).all()
    for bar in (20, 21, 500, 5030):
        assert upper[bar] == sp500.high[bar - 20 : bar].max()
    assert (sp500.close[20:] > upper[20:]).any()


def test_patterns_have_no_value_before_their_lookback(sp500: Prices):
    engulfing = indicators.compute("CDLENGULFING", {}, inputs("CDLENGULFING", sp500))["integer"]
    assert np.isnan(engulfing[:2]).all()
    assert set(np.unique(engulfing[2:])) <= {-100.0, -80.0, 0.0, 80.0, 100.0}


def test_a_leading_gap_moves_the_start_and_a_hole_keeps_the_value_before():
    values = np.array([np.nan, np.nan, 1, 2, 3, np.nan, 5, np.inf, 7], dtype=float)
    average = indicators.compute("SMA", {"timeperiod": 2}, [values])["real"]
    assert np.isnan(average[:3]).all()
    assert average[3:].tolist() == [1.5, 2.5, 3.0, 4.0, 5.0, 6.0]
    assert np.isnan(indicators.compute("SMA", {"timeperiod": 2}, [np.full(5, np.nan)])["real"]).all()


def test_more_bars_than_there_are_have_no_value():
    assert np.isnan(indicators.compute("SMA", {"timeperiod": 50}, [np.ones(10)])["real"]).all()
    assert np.isnan(indicators.compute("MAX", {"timeperiod": 10}, [np.ones(10)])["real"]).all()


def test_a_parameter_outside_talibs_range_is_refused():
    with pytest.raises(BadInput, match="timeperiod 0"):
        indicators.compute("SMA", {"timeperiod": 0}, [np.ones(10)])
