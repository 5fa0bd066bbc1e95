"""The engine against a slow second writing of its semantics, on randomly generated specifications and prices."""

import json

import numpy as np
import pytest
import slow_reference
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_specs import random_walk, specifications

from tools.errors import BadInput
from tools.market.prices import Prices
from tools.strategies.engine import simulate
from tools.strategies.loading import load


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(spec=specifications(), seed=st.integers(0, 2**32 - 1), volatility=st.sampled_from([0.01, 0.02, 0.1]))
def test_random_specifications_agree_with_the_slow_reference(spec, seed, volatility):
    agree(spec, random_walk(seed, volatility=volatility))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(spec=specifications(), seed=st.integers(0, 2**32 - 1), timeframe=st.sampled_from(["1w", "1mo"]))
def test_weekly_and_monthly_bars_agree_with_the_slow_reference(spec, seed, timeframe):
    monthly = json.loads(json.dumps(spec).replace("day_of_week", "month"))
    agree({**monthly, "timeframe": timeframe}, random_walk(seed, rows=700))


def agree(spec, prices) -> None:
    slow = slow_reference.run(spec, prices)
    if slow.ready > len(prices) - (1 if spec.get("fill") == "close" else 2):
        with pytest.raises(BadInput, match="too few"):
            simulate(load(spec), prices)
        return
    fast = simulate(load(spec), prices)
    assert fast.positions.tolist() == slow.positions
    np.testing.assert_allclose(fast.equity, slow.equity, rtol=1e-9, atol=1e-6)
    closed = [
        (1 if trade.side == "long" else -1, trade.bars, trade.entry_price, trade.exit_price, trade.exit_reason)
        for trade in fast.trades
        if trade.exit_date is not None
    ]
    assert len(closed) == len(slow.trades)
    for mine, theirs in zip(closed, slow.trades, strict=True):
        assert mine[:2] == theirs[:2]
        assert mine[2:4] == pytest.approx(theirs[2:4], rel=1e-12)
        assert mine[4] == theirs[4]


def test_a_short_that_loses_everything_ends_there():
    prices = random_walk(3)
    up = Prices("UP", prices.dates, *(prices.open * 0 + 10 * 1.05 ** np.arange(160) for _ in range(5)), prices.volume)
    spec = {"side": "short", "entry": {"type": "always"}}
    agree(spec, up)
    run = simulate(load(spec), up)
    assert run.ruined
    assert run.equity[-1] == 0
    assert [trade.exit_reason for trade in run.trades] == ["ruin"]
    assert run.positions[-1] == 0
