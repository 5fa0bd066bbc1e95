"""Randomly generated specifications of rules, as JSON, and prices to run them on."""

import numpy as np
from hypothesis import strategies as st

from tools.market.prices import Prices

PRICE = st.sampled_from(["open", "high", "low", "close", "volume"]).map(lambda f: {"type": "price", "field": f})
CLOSE = {"type": "price", "field": "close", "offset": 0}
PERIOD = st.integers(2, 30)
OFFSET = st.integers(0, 3)


def indicator(name, **parameters):
    return st.fixed_dictionaries(
        {
            "type": st.just("indicator"),
            "name": st.just(name),
            "parameters": st.fixed_dictionaries(parameters),
            "offset": OFFSET,
        }
    )


AVERAGES = indicator("SMA", timeperiod=PERIOD) | indicator("EMA", timeperiod=PERIOD)
NESTED = st.builds(lambda outer, inner: {**outer, "input": inner}, AVERAGES, indicator("RSI", timeperiod=PERIOD))
BANDS = st.builds(
    lambda band, output: {**band, "output": output},
    indicator("BBANDS", timeperiod=PERIOD, nbdevup=st.just(2.0), nbdevdn=st.just(2.0)),
    st.sampled_from(["upperband", "middleband", "lowerband"]),
)
EXTREMES = st.fixed_dictionaries(
    {"type": st.sampled_from(["highest", "lowest"]), "bars": st.integers(1, 25), "offset": OFFSET}
)
LEVELS = PRICE.filter(lambda p: p["field"] != "volume") | AVERAGES | BANDS | EXTREMES
SCALED = st.builds(
    lambda op, left, by: {"type": "arithmetic", "op": op, "left": left, "right": by},
    st.sampled_from(["*", "/"]), LEVELS, st.sampled_from([0.97, 1.01, 1.03]),
)  # fmt: skip
OSCILLATORS = st.tuples(indicator("RSI", timeperiod=PERIOD) | NESTED, st.sampled_from([30, 45, 50, 55, 70]))
RETURNS = st.tuples(
    st.fixed_dictionaries({"type": st.just("return"), "bars": st.integers(1, 40), "offset": OFFSET}),
    st.sampled_from([-0.03, 0, 0.02]),
)
CALENDAR = st.tuples(st.just({"type": "calendar", "field": "day_of_week"}), st.integers(1, 5))
PAIRS = st.tuples(LEVELS | SCALED, LEVELS | SCALED) | OSCILLATORS | RETURNS | CALENDAR
MACD = st.just(
    (
        {"type": "indicator", "name": "MACD"},
        {"type": "indicator", "name": "MACD", "output": "macdsignal", "parameters": {}},
    )
)
COMPARISONS = st.builds(
    lambda pair, op: {"type": "comparison", "op": op, "left": pair[0], "right": pair[1]},
    PAIRS | MACD, st.sampled_from([">", ">=", "<", "<=", "=="]),
)  # fmt: skip
CROSSES = st.builds(
    lambda pair, kind: {"type": kind, "left": pair[0], "right": pair[1]},
    st.tuples(LEVELS, LEVELS) | OSCILLATORS | MACD, st.sampled_from(["crosses_above", "crosses_below"]),
)  # fmt: skip
TRENDS = st.builds(
    lambda kind, of, bars: {"type": kind, "of": of, "bars": bars},
    st.sampled_from(["rising", "falling"]), LEVELS, st.integers(1, 4),
)  # fmt: skip
CONDITIONS = st.recursive(
    COMPARISONS | CROSSES | TRENDS,
    lambda inner: st.builds(lambda k, c: {"type": k, "conditions": c}, st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3))
    | st.builds(lambda c: {"type": "not", "condition": c}, inner)
    | st.builds(lambda k, c, n: {"type": k, "condition": c, "bars": n}, st.sampled_from(["for_bars", "within_bars"]), inner, st.integers(1, 4)),
    max_leaves=4,
)  # fmt: skip
SHARES = st.sampled_from(
    [0.0043, 0.0107, 0.0313, 0.0821]
)  # never a tie with the walk, whose steps are whole percents
RISK = st.fixed_dictionaries(
    {},
    optional={
        "stop_loss": SHARES,
        "take_profit": SHARES,
        "trailing_stop": SHARES,
        "max_holding_bars": st.integers(1, 15),
        "atr_target": st.fixed_dictionaries({"multiple": st.sampled_from([1.0, 3.0]), "period": st.integers(2, 10)}),
        "r_target": st.sampled_from([0.7, 2.0]),
        "atr_stop": st.fixed_dictionaries(
            {"multiple": st.sampled_from([0.5, 2.0]), "period": st.integers(2, 10), "trailing": st.booleans()}
        ),
        "trigger": st.sampled_from(["intraday", "close"]),
    },
)


@st.composite
def specifications(draw):
    side = draw(st.sampled_from(["long", "short", "long_short"]))
    spec = {
        "name": "random",
        "side": side,
        "entry": draw(CONDITIONS),
        "risk": draw(st.just({}) | RISK),
        "fill": draw(st.sampled_from(["next_open", "close"])),
        "costs": draw(st.sampled_from([{}, {"fee": 0.0, "slippage": 0.0}])),
    }
    if not {"stop_loss", "trailing_stop", "atr_stop"} & spec["risk"].keys():
        spec["risk"].pop("r_target", None)
    if side == "long_short" or draw(st.booleans()):
        spec["exit"] = draw(CONDITIONS)
    if side == "long_short" and draw(st.booleans()):
        spec["short_entry"] = draw(CONDITIONS)
        if draw(st.booleans()):
            spec["short_exit"] = draw(CONDITIONS)
    if draw(st.booleans()):
        spec["sizing"] = draw(st.sampled_from([{"fraction": 0.5}, {}]))
        if {"stop_loss", "trailing_stop", "atr_stop"} & spec["risk"].keys():
            spec["sizing"] = {"risk_per_trade": 0.01}
    return spec


def random_walk(seed: int, rows: int = 160, volatility: float = 0.02) -> Prices:
    """Bars with gaps, flat stretches and repeated prices, so that ties and equalities happen."""
    random = np.random.default_rng(seed)
    steps = np.round(random.normal(0, volatility, rows), 2) * (random.random(rows) > 0.1)
    close = 100 * np.cumprod(1 + np.clip(steps, -0.4, 0.9))
    open_ = np.r_[100, close[:-1]] * (1 + np.round(random.normal(0, volatility / 3, rows), 2))
    high = np.maximum(open_, close) * (1 + np.abs(random.normal(0, volatility / 2, rows)))
    low = np.minimum(open_, close) * (1 - np.abs(random.normal(0, volatility / 2, rows)))
    days = np.arange(np.datetime64("2020-01-01"), np.datetime64("2020-01-01") + rows)
    return Prices("RND", days, open_, high, low, close, close, random.integers(1, 1000, rows).astype(float))
