"""Weekly and monthly bars: which days close them, when an order fills, and what goes on day by day."""

import numpy as np
import pytest

from tools.errors import BadInput
from tools.market.prices import Prices
from tools.strategies.engine import simulate
from tools.strategies.english import describe
from tools.strategies.loading import load
from tools.strategies.timeframes import framed

FREE = {"fee": 0.0, "slippage": 0.0}
UP = {"type": "rising", "of": {"type": "price"}}


def weekdays(start: str, count: int, close: object = None) -> Prices:
    """So many weekdays; the close counts up from 100 unless given, and a bar opens where the last closed."""
    days = np.busday_offset(start, np.arange(count), roll="forward")
    closes = 100.0 + np.arange(count) if close is None else np.asarray(close, dtype=float)
    opens = np.r_[closes[0], closes[:-1]]
    return Prices(
        "T", days, opens, np.maximum(opens, closes), np.minimum(opens, closes), closes, closes, np.full(count, 10.0)
    )


def test_a_week_opens_on_its_first_day_and_closes_on_its_last():
    frame = framed(weekdays("2024-01-03", 13), "1w")  # a Wednesday to a Friday
    assert [str(day) for day in frame.bars.dates] == ["2024-01-05", "2024-01-12", "2024-01-19"]
    assert frame.bars.open.tolist() == [100, 102, 107]
    assert frame.bars.close.tolist() == [102, 107, 112]
    assert frame.bars.high.tolist() == [102, 107, 112]
    assert frame.bars.low.tolist() == [100, 102, 107]
    assert frame.bars.volume.tolist() == [30, 50, 50]


@pytest.mark.parametrize(
    ("last", "timeframe", "bars"),
    [("2024-01-18", "1w", 2), ("2024-01-19", "1w", 3), ("2024-01-30", "1mo", 0), ("2024-01-31", "1mo", 1)],
)
def test_the_last_bar_counts_once_no_weekday_is_left_in_it(last: str, timeframe: str, bars: int):
    days = int(np.busday_count("2024-01-03", np.datetime64(last) + 1))
    prices = weekdays("2024-01-03", days)
    if bars:
        assert len(framed(prices, timeframe).bars) == bars
    else:
        with pytest.raises(BadInput, match="no whole month"):
            framed(prices, timeframe)


def test_decided_on_the_last_day_of_the_week_filled_on_the_next_open():
    prices = weekdays("2024-01-01", 15, [100] * 5 + [101] * 5 + [101, 90, 101, 101, 100])
    run = simulate(load({"timeframe": "1w", "entry": UP, "costs": FREE}), prices)
    assert run.positions.tolist() == [0] * 9 + [1] * 6
    (trade,) = run.trades
    assert str(trade.entry_date) == "2024-01-15"
    assert run.equity[11] == pytest.approx(100_000 * 90 / 101), "equity is that of every day"


def test_stops_are_checked_every_day_and_holding_counts_weeks():
    closes = [100] * 5 + [101] * 5 + [101, 90] + [102] * 8 + [103] * 20
    stopped = simulate(
        load({"timeframe": "1w", "entry": UP, "risk": {"stop_loss": 0.05}, "costs": FREE}), weekdays("2024-01-01", 40, closes)
    )  # fmt: skip
    assert (str(stopped.trades[0].exit_date), stopped.trades[0].exit_reason) == ("2024-01-16", "stop")
    held = simulate(
        load({"timeframe": "1w", "entry": {"type": "always"}, "risk": {"max_holding_bars": 2}, "costs": FREE}),
        weekdays("2024-01-01", 40),
    )
    assert [trade.bars for trade in held.trades if trade.exit_date is not None] == [10, 10]


@pytest.mark.parametrize(
    "risk", [{"atr_target": {"multiple": 2.0, "period": 3}}, {"stop_loss": 0.02, "r_target": 1.5}]
)
def test_targets_in_atr_and_in_multiples_of_the_risk(risk: dict):
    prices = weekdays("2024-01-01", 30)  # every true range but the first is 1
    run = simulate(load({"entry": UP, "risk": risk, "costs": FREE}), prices)
    first = run.trades[0]
    distance = 2.0 if "atr_target" in risk else 1.5 * 0.02 * first.entry_price
    assert first.exit_reason == "target"
    assert first.exit_price == pytest.approx(first.entry_price + distance)


def test_nothing_is_entered_before_its_stop_can_be_measured():
    run = simulate(
        load({"entry": UP, "risk": {"atr_stop": {"multiple": 2.0, "period": 14}}}), weekdays("2024-01-01", 30)
    )
    assert run.positions.tolist().index(1) == 14


def test_a_multiple_of_the_risk_needs_a_stop_and_days_of_the_week_need_daily_bars():
    with pytest.raises(BadInput, match="r_target is a multiple of the distance to the stop"):
        load({"entry": UP, "risk": {"r_target": 2.0}})
    monday = {"type": "comparison", "op": "==", "left": {"type": "calendar", "field": "day_of_week"}, "right": 1}
    with pytest.raises(BadInput, match="day_of_week needs daily bars, and timeframe is 1w"):
        load({"timeframe": "1w", "entry": monday})


def test_it_is_read_back_in_weeks():
    above = {"type": "indicator", "name": "SMA", "parameters": {"timeperiod": 30}}
    spec = load(
        {
            "timeframe": "1w",
            "symbols": ["SPY"],
            "entry": {"type": "comparison", "op": ">", "left": {"type": "price"}, "right": above},
            "risk": {"stop_loss": 0.05, "r_target": 2.0, "max_holding_bars": 12},
        }
    )
    said = describe(spec)
    assert "Buys SPY on weekly bars when the close is above the 30-week simple average." in said
    assert "a target 2 times the distance to the stop above the entry (2R)" in said
    assert "Out after 12 weeks at the latest." in said
    assert "Decided at the close of the week's last trading day, filled at the next open" in said
