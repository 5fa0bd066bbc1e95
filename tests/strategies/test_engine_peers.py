"""The engine against two others on real prices: backtesting.py at next-open fills, bt at close fills.

The signals of the templates are computed here a second time with pandas; the peers only trade them.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import slow_reference
import talib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_specs import specifications

from tools.errors import BadInput
from tools.market.prices import Prices
from tools.strategies.engine import Simulation, simulate
from tools.strategies.loading import load

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import backtesting
    import bt

backtesting.backtesting._tqdm = lambda steps, **_: steps  # no progress bars
pytestmark = pytest.mark.filterwarnings("ignore")  # the peers' own
COSTS = {"fee": 0.001, "slippage": 0.0005}


@dataclass
class Signals:
    """What a template reads at each close: the long side's entry and exit, and the short side's."""

    long_in: pd.Series
    long_out: pd.Series
    short_in: pd.Series
    short_out: pd.Series


def crossing(fast: pd.Series, slow: pd.Series) -> Signals:
    above, below = fast > slow, fast < slow
    known = (fast.notna() & slow.notna()).shift(1, fill_value=False)
    up = above & ~above.shift(1, fill_value=False) & known
    down = below & ~below.shift(1, fill_value=False) & known
    return Signals(up, down, down, up)


def template_signals(template: str, p: pd.DataFrame) -> Signals:
    close = p["Close"]
    nothing = pd.Series(False, index=p.index)
    match template:
        case "sma_crossover":
            return crossing(close.rolling(20).mean(), close.rolling(100).mean())
        case "rsi_mean_reversion":
            step = close.diff()
            up, down = step.clip(lower=0).to_numpy(), (-step).clip(lower=0).to_numpy()
            gain, loss = up[1:15].mean(), down[1:15].mean()
            rsi = np.full(len(close), np.nan)
            rsi[14] = 100 * gain / (gain + loss)
            for t in range(15, len(close)):
                gain, loss = (13 * gain + up[t]) / 14, (13 * loss + down[t]) / 14
                rsi[t] = 100 * gain / (gain + loss)
            low, high = pd.Series(rsi < 30, p.index), pd.Series(rsi > 70, p.index)
            return Signals(low, high, high, low)
        case "momentum":
            change = close.pct_change(252)
            return Signals(change > 0, change < 0, change < 0, change > 0)
        case "buy_and_hold":
            return Signals(~nothing, nothing, ~nothing, nothing)
        case "breakout":
            high, low = p["High"], p["Low"]
            return Signals(
                close > high.rolling(55).max().shift(1),
                close < low.rolling(20).min().shift(1),
                close < low.rolling(55).min().shift(1),
                close > high.rolling(20).max().shift(1),
            )
        case "bollinger_reversion":
            middle, deviation = close.rolling(20).mean(), close.rolling(20).std(ddof=0)
            return Signals(
                close < middle - 2 * deviation, close > middle, close > middle + 2 * deviation, close < middle
            )
        case "macd_trend":
            macd, signal, _ = talib.MACD(close.to_numpy(), 12, 26, 9)
            return crossing(pd.Series(macd, p.index), pd.Series(signal, p.index))
    raise AssertionError(template)


def frame(prices: Prices) -> pd.DataFrame:
    return pd.DataFrame(
        {"Open": prices.open, "High": prices.high, "Low": prices.low, "Close": prices.close, "Volume": prices.volume},
        index=pd.DatetimeIndex(prices.dates.astype("datetime64[ns]")),
    )


def backtesting_py(p: pd.DataFrame, signals: Signals, side: str, risk: dict[str, float]) -> pd.Series:
    """Its equity at each close, starting from 1. A first bar is put before the data: it never decides on bar 0."""
    before = p.iloc[[0]].set_axis(p.index[[0]] - pd.Timedelta(days=1))
    fed = pd.concat([before, p])
    opens = np.r_[fed["Open"].to_numpy()[1:], np.nan]
    columns = [
        np.r_[False, series.to_numpy()]
        for series in (signals.long_in, signals.long_out, signals.short_in, signals.short_out)
    ]
    long_in, long_out, short_in, short_out = columns
    up = long_in & ~long_out if side != "short" else np.zeros(len(fed), bool)
    down = short_in & ~short_out if side != "long" else np.zeros(len(fed), bool)

    class Follows(backtesting.Strategy):
        def init(self) -> None:
            self.closing = False

        def next(self) -> None:
            t = len(self.data) - 1
            left = [
                one for one in self.closed_trades if one.exit_bar == t and (one.entry_bar == t or not self.closing)
            ]
            stopped = int(np.sign(left[-1].size)) if left else 0
            held = int(np.sign(self.position.size))
            self.closing = bool((held > 0 and (long_out[t] or down[t])) or (held < 0 and (short_out[t] or up[t])))
            want = 1 if up[t] and held <= 0 and stopped != 1 else -1 if down[t] and held >= 0 and stopped != -1 else 0
            if self.closing:
                for trade in self.trades:  # it would let a stop of the day come before the fill at the open
                    trade.sl = trade.tp = None
                self.position.close()
            if not want or (held and not self.closing) or np.isnan(opens[t]):
                return
            sl, tp = (
                (opens[t] * (1 - want * risk["stop_loss"]), opens[t] * (1 + want * risk["take_profit"]))
                if risk
                else (None, None)
            )
            (self.buy if want > 0 else self.sell)(sl=sl, tp=tp)

    stats = backtesting.Backtest(
        fed,
        Follows,
        cash=1e12,
        commission=COSTS["fee"] + COSTS["slippage"],
        trade_on_close=False,
        finalize_trades=False,
    ).run()
    return stats["_equity_curve"]["Equity"].iloc[1:] / 1e12


def bt_at_close(p: pd.DataFrame, positions: np.ndarray, rate: float) -> pd.Series:
    """bt's equity at each close, starting from 1: all equity into each change of position, at that close."""
    weights = pd.DataFrame({"X": positions.astype(float)}, index=p.index)
    changed = weights.index[np.r_[positions[0] != 0, np.diff(positions.astype(int)) != 0]]
    strategy = bt.Strategy(
        "follows",
        [bt.algos.RunOnDate(*changed), bt.algos.SelectAll(), bt.algos.WeighTarget(weights), bt.algos.Rebalance()],
    )
    test = bt.Backtest(
        strategy,
        pd.DataFrame({"X": p["Close"]}),
        integer_positions=False,
        initial_capital=1e6,
        commissions=lambda quantity, price: abs(quantity) * price * rate,
        progress_bar=False,
    )
    bt.run(test)
    return test.strategy.values.reindex(p.index) / 1e6


def compare(mine: Simulation, theirs: pd.Series) -> None:
    curve = mine.equity / mine.capital
    np.testing.assert_allclose(curve, theirs.to_numpy(), rtol=1e-6)
    assert len(mine.trades) > 0


TEMPLATES = [
    "sma_crossover",
    "rsi_mean_reversion",
    "momentum",
    "buy_and_hold",
    "breakout",
    "bollinger_reversion",
    "macd_trend",
]
TRADED = [
    (template, side)
    for template in TEMPLATES
    for side in ("long", "short", "long_short")
    if (template, side) != ("buy_and_hold", "long_short")
]


@pytest.mark.parametrize(("template", "side"), TRADED)
def test_every_template_agrees_with_backtesting_py(template: str, side: str, sp500: Prices) -> None:
    prices = sp500.slice(0, 2500)
    signals = template_signals(template, frame(prices))
    mine = simulate(load({"template": template, "side": side, "costs": COSTS}), prices)
    compare(mine, backtesting_py(frame(prices), signals, side, {}))


@pytest.mark.parametrize(("template", "side"), TRADED)
def test_stops_and_targets_agree_with_backtesting_py(template: str, side: str, sp500: Prices) -> None:
    prices = sp500.slice(0, 2500)
    risk = {"stop_loss": 0.021, "take_profit": 0.043}
    signals = template_signals(template, frame(prices))
    mine = simulate(load({"template": template, "side": side, "costs": COSTS, "risk": risk}), prices)
    compare(mine, backtesting_py(frame(prices), signals, side, risk))
    reasons = {trade.exit_reason for trade in mine.trades}
    assert {"stop", "target"} <= reasons or template in {"momentum", "buy_and_hold"}


@pytest.mark.parametrize(("template", "side"), TRADED)
def test_every_template_agrees_with_bt(template: str, side: str, sp500: Prices) -> None:
    """bt sizes a short so that its costs come on top, the engine so that they fit in: shorts are compared without."""
    prices = sp500.slice(0, 2500)
    costs = COSTS if side == "long" else {"fee": 0.0, "slippage": 0.0}
    mine = simulate(load({"template": template, "side": side, "fill": "close", "costs": costs}), prices)
    compare(mine, bt_at_close(frame(prices), mine.positions, sum(costs.values())))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(spec=specifications(), start=st.integers(0, 4500), stops=st.booleans())
def test_random_specifications_agree_with_both(spec: dict, start: int, stops: bool, sp500: Prices) -> None:
    prices = sp500.slice(start, start + 250)
    risk = {"stop_loss": 0.0307, "take_profit": 0.0411} if stops else {}
    spec = {**spec, "risk": risk, "sizing": {}, "costs": COSTS, "fill": "next_open"}
    reader = slow_reference.Reader(prices)
    signals = Signals(*(pd.Series(flags) for flags in slow_reference.signals(spec, reader)))
    try:
        mine = simulate(load(spec), prices)
    except BadInput:
        return
    theirs = backtesting_py(frame(prices), signals, spec["side"], risk).to_numpy()
    np.testing.assert_allclose(mine.equity / mine.capital, theirs, rtol=1e-6)
    if not stops:
        free = {**spec, "fill": "close", "costs": {"fee": 0.0, "slippage": 0.0}}
        at_close = simulate(load(free), prices)
        others = bt_at_close(frame(prices), at_close.positions, 0.0).to_numpy()
        np.testing.assert_allclose(at_close.equity / at_close.capital, others, rtol=1e-6)
