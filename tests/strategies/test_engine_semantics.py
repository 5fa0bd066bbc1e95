"""The engine's conventions on bars small enough to follow by eye, and what it hands on."""

import json
import time

import numpy as np
import pytest

from tools.errors import BadInput, NotFound
from tools.market.prices import Prices
from tools.strategies.engine import simulate
from tools.strategies.loading import load
from tools.strategies.records import to_backtest_run
from tools.strategies.templates import builtin

FREE = {"fee": 0.0, "slippage": 0.0}


def bars(*rows: tuple[float, float, float, float], start: str = "2024-01-01", symbol: str = "T") -> Prices:
    """Bars of open, high, low, close on consecutive days."""
    table = np.array(rows, dtype=float).T
    days = np.arange(np.datetime64(start), np.datetime64(start) + len(rows))
    return Prices(symbol, days, table[0], table[1], table[2], table[3], table[3], np.full(len(rows), 100.0))


def closes(*values: float) -> Prices:
    """Bars that open where the last closed."""
    opens = (values[0], *values[:-1])
    return bars(*((o, max(o, c), min(o, c), c) for o, c in zip(opens, values, strict=True)))


def close_is(op: str, level: float) -> dict:
    return {"type": "comparison", "op": op, "left": {"type": "price"}, "right": level}


def test_decided_at_the_close_filled_at_the_next_open():
    prices = bars((10, 10, 10, 10), (10, 12, 10, 12), (13, 14, 13, 14), (14, 14, 9, 9), (8, 8, 8, 8))
    run = simulate(load({"entry": close_is(">", 11), "exit": close_is("<", 10), "costs": FREE}), prices, capital=1300)
    assert run.positions.tolist() == [0, 1, 1, 0, 0]
    assert run.equity.tolist() == [1300, 1300, 1400, 900, 800]
    (trade,) = run.trades
    assert (trade.entry_price, trade.exit_price, trade.quantity, trade.bars) == (13, 8, 100, 2)
    assert (trade.pnl, trade.return_fraction) == (-500, pytest.approx(-5 / 13))


def test_costs_are_paid_on_both_sides():
    prices = closes(10, 10, 20, 20, 20)
    spec = load({"entry": close_is("<", 15), "exit": close_is(">", 15), "costs": {"fee": 0.01, "slippage": 0.01}})
    run = simulate(spec, prices, capital=1020)
    (trade,) = run.trades
    assert trade.quantity == pytest.approx(100)
    assert trade.costs == pytest.approx(0.02 * 1000 + 0.02 * 2000)
    assert run.costs == pytest.approx(60)
    assert run.equity[-1] == pytest.approx(1020 + 1000 - 60)
    assert run.traded_value == pytest.approx(3000)


def test_exit_wins_over_entry():
    prices = closes(10, 12, 12, 12, 12)
    run = simulate(load({"entry": close_is(">", 11), "exit": close_is(">", 11)}), prices)
    assert not run.positions.any()


def test_hold_counts_bars_from_the_decision():
    run = simulate(load({"entry": close_is(">", 0), "risk": {"max_holding_bars": 3}}), closes(*[10] * 10))
    assert run.positions.tolist() == [1, 1, 1, 0, 1, 1, 1, 0, 1, 1]
    assert [trade.bars for trade in run.trades if trade.exit_date is not None] == [3, 3]


@pytest.mark.parametrize(
    ("bar", "price", "reason"),
    [
        ((10, 10.5, 9.4, 10), 9.5, "stop"),
        ((9, 9.2, 8.8, 9), 9, "stop"),
        ((10, 11.2, 9.9, 11), 11, "target"),
        ((12, 12, 11.5, 12), 12, "target"),
        ((10, 11.2, 9.4, 10), 9.5, "stop"),
        ((12, 12, 9, 9), 12, "target"),
    ],
)
def test_where_a_touched_stop_or_target_fills(bar, price, reason):
    prices = bars((10, 10, 10, 10), (10, 10, 10, 10), bar, (10, 10, 10, 10))
    spec = load({"entry": close_is("==", 10), "risk": {"stop_loss": 0.05, "take_profit": 0.1}, "costs": FREE})
    trade = simulate(spec, prices).trades[0]
    assert (trade.exit_price, trade.exit_reason, trade.bars) == (pytest.approx(price), reason, 1)


def test_a_stopped_side_waits_a_bar():
    prices = bars((10, 10, 10, 10), (10, 10, 9, 10), (10, 10, 10, 10), (10, 10, 10, 10))
    run = simulate(load({"entry": close_is("==", 10), "risk": {"stop_loss": 0.05}}), prices)
    assert run.positions.tolist() == [1, 0, 1, 1]


def test_a_stop_on_closes_ignores_the_day():
    prices = bars((10, 10, 10, 10), (10, 10, 9, 10), (10, 10, 9.4, 9.4), (9, 9, 9, 9), (9, 9, 9, 9))
    risk = {"stop_loss": 0.05, "trigger": "close"}
    run = simulate(load({"entry": close_is("==", 10), "risk": risk, "costs": FREE}), prices)
    assert run.positions.tolist() == [1, 1, 0, 0, 0]
    assert run.trades[0].exit_price == 9


def test_a_trailing_stop_follows_the_best_price():
    prices = bars((10, 10, 10, 10), (10, 12, 10, 12), (12, 20, 12, 20), (20, 20, 17.9, 18), (18, 18, 18, 18))
    run = simulate(load({"entry": close_is("==", 10), "risk": {"trailing_stop": 0.1}, "costs": FREE}), prices)
    assert run.trades[0].exit_price == pytest.approx(18)
    assert run.positions.tolist() == [1, 1, 1, 0, 0]


def test_risk_per_trade_sizes_by_the_stop():
    spec = load(
        {"entry": close_is("==", 10), "risk": {"stop_loss": 0.05}, "sizing": {"risk_per_trade": 0.01}, "costs": FREE}
    )
    run = simulate(spec, bars((10, 10, 10, 10), (10, 10, 9, 9), (9, 9, 9, 9)), capital=1000)
    assert run.trades[0].quantity == pytest.approx(20)
    assert run.equity[-1] == pytest.approx(990)


def test_long_short_reverses_at_one_fill():
    prices = closes(10, 12, 12, 8, 8, 12, 12)
    run = simulate(load({"side": "long_short", "entry": close_is(">", 10), "exit": close_is("<", 10)}), prices)
    assert run.positions.tolist() == [0, 1, 1, -1, -1, 1, 1]
    assert [trade.side for trade in run.trades] == ["long", "short", "long"]
    assert run.trades[0].exit_date == run.trades[1].entry_date


def test_leaving_a_tie_is_a_cross():
    over = {"type": "crosses_above", "left": {"type": "price"}, "right": 10}
    under = {"type": "crosses_below", "left": {"type": "price"}, "right": 10}
    run = simulate(load({"entry": over, "exit": under}), closes(9, 10, 11, 12, 10, 9, 9))
    assert run.positions.tolist() == [0, 0, 1, 1, 1, 0, 0]


def test_exposure_is_the_position_over_equity():
    prices = closes(10, 10, 20, 20)
    for side, expected in (("long", [0, 0.5, 2 / 3, 2 / 3]), ("short", [0, -0.5, -2, -2])):
        spec = load({"side": side, "entry": {"type": "always"}, "sizing": {"fraction": 0.5}, "costs": FREE})
        assert simulate(spec, prices).exposure.tolist() == pytest.approx(expected)


def test_an_unknown_condition_never_fires_nor_does_its_opposite():
    high = {"type": "comparison", "op": ">", "left": {"type": "price"}, "right": {"type": "indicator", "name": "SMA", "parameters": {"timeperiod": 4}}}  # fmt: skip
    run = simulate(load({"entry": {"type": "not", "condition": high}}), closes(9, 8, 7, 6, 5, 4, 3))
    assert run.first == 3
    assert run.positions.tolist() == [0, 0, 0, 1, 1, 1, 1]


def test_a_period_keeps_earlier_bars_for_the_indicators(sp500: Prices):
    spec = {"template": "sma_crossover", "parameters": {"short_window": 50, "long_window": 200}}
    run = simulate(load({**spec, "period": {"start": "2008-01-01", "end": "2009-12-31"}}), sp500)
    assert str(run.curve.dates[0])[:10] == "2008-01-02"
    assert str(run.curve.dates[-1])[:10] == "2009-12-31"
    assert run.curve.values[0] == 100_000
    assert len(run.positions) == len(sp500)
    assert not run.positions[sp500.dates > np.datetime64("2009-12-31")].any()
    with pytest.raises(BadInput, match="1999-01-04 to 2018-12-31"):
        simulate(load({**spec, "period": {"start": "2020-01-01"}}), sp500)


def test_another_symbol_is_matched_by_date():
    own = closes(10, 10, 10, 10, 10, 10)
    other = bars((1, 1, 1, 1), (5, 5, 5, 5), start="2024-01-02", symbol="VIX")
    over = {"type": "comparison", "op": ">", "left": {"type": "price", "symbol": "VIX"}, "right": 3}
    spec = load({"entry": over})
    assert simulate(spec, own, others={"VIX": other}).positions.tolist() == [0, 0, 1, 1, 1, 1]
    with pytest.raises(NotFound, match="reads VIX"):
        simulate(spec, own)


def test_calendar_terms(sp500: Prices):
    def entries(field: str, value: int) -> np.ndarray:
        is_it = {"type": "comparison", "op": "==", "left": {"type": "calendar", "field": field}, "right": value}
        decided = simulate(load({"entry": is_it, "risk": {"max_holding_bars": 1}}), sp500).positions == 1
        return sp500.dates[decided].astype(object)

    assert {day.isoweekday() for day in entries("day_of_week", 5)} == {5}
    assert {day.month for day in entries("month", 12)} == {12}
    assert {day.day for day in entries("day_of_month", 15)} == {15}
    firsts = entries("trading_day_of_month", 1)
    lasts = entries("trading_days_left_in_month", 0)
    assert len(firsts) == 240  # each month of twenty years
    assert len(lasts) == 240
    assert max(day.day for day in firsts) <= 4
    assert min(day.day for day in lasts) >= 26


def test_what_is_not_known_yet_changes_nothing(sp500: Prices):
    """Cutting the future off leaves every decision before it as it was."""
    for template in builtin().by_name:
        spec = load({"template": template, "risk": {"stop_loss": 0.05, "trailing_stop": 0.04}})
        whole = simulate(spec, sp500)
        for end in (700, 1999, 3333):
            assert simulate(spec, sp500.slice(0, end)).positions.tolist() == whole.positions[:end].tolist()


def test_the_same_run_twice_is_the_same(sp500: Prices):
    spec = load({"template": "macd_trend", "risk": {"atr_stop": {"multiple": 2.0}}})
    one, two = (to_backtest_run(simulate(spec, sp500), spec, sp500) for _ in range(2))
    assert np.array_equal(one.equity.values, two.equity.values)
    assert one.trades == two.trades
    assert one.configuration == two.configuration


def test_too_few_bars_says_how_many_are_needed():
    with pytest.raises(BadInput, match="5 bars are too few: the indicators need more than 5 bars before"):
        simulate(load({"template": "sma_crossover"}), closes(1, 2, 3, 4, 5))


def test_a_run_as_the_rest_of_deskhand_sees_it(sp500: Prices):
    spec = load(
        {"name": "Golden", "template": "sma_crossover", "parameters": {"short_window": 50, "long_window": 200}}
    )
    simulation = simulate(spec, sp500)
    run = to_backtest_run(simulation, spec, sp500, notes=("as told",))
    assert (run.engine, run.strategy, run.symbols, run.trials) == ("deskhand", "sma_crossover", ("SPY",), 1)
    assert run.equity is not None
    assert run.benchmark is not None
    assert run.exposure is not None
    assert run.equity.dates.dtype == "datetime64[s]"
    assert np.array_equal(run.equity.dates, run.benchmark.dates)
    assert np.array_equal(run.equity.dates, run.exposure.dates)
    assert run.equity.values[0] == run.benchmark.values[0] == run.initial_capital == 100_000
    assert run.benchmark.values[-1] / 100_000 == pytest.approx(sp500.close[-1] / sp500.close[simulation.first])
    assert (run.configuration["short_window"], run.configuration["fill"]) == (50, "next_open")
    assert load(str(run.configuration["specification"])) == spec
    assert json.loads(str(run.configuration["specification"])) == spec.to_json()
    assert run.notes[-1] == "as told"
    closed = sum(trade.pnl for trade in run.trades if trade.pnl is not None)
    held = [trade for trade in run.trades if trade.exit_date is None]
    open_pnl = sum(trade.quantity * (sp500.close[-1] - trade.entry_price) - trade.costs for trade in held)
    assert run.equity.values[-1] == pytest.approx(100_000 + closed + open_pnl)
    assert simulation.costs == pytest.approx(sum(trade.costs for trade in run.trades))


def test_twenty_years_are_quick(sp500: Prices):
    """Processor time of the best of several warm runs; the bound leaves room for a busy machine."""
    for template in builtin().by_name:
        spec = load({"template": template})
        best = min(_seconds(spec, sp500) for _ in range(7))
        assert best < 0.015, f"{template}: {best * 1000:.1f} ms"


def _seconds(spec, prices: Prices) -> float:
    begun = time.process_time()
    simulate(spec, prices)
    return time.process_time() - begun
