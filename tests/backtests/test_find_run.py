"""Runs are found by what people call them."""

import pytest

from tools.backtests.find import find_run
from tools.backtests.model import RunSummary

RUNS = [
    RunSummary(
        "golden-cross-1a2b",
        "Golden cross 50/200 on the S&P 500 (SPY)",
        "deskhand",
        None,
        None,
        ("SPY",),
        "sma_crossover",
    ),
    RunSummary(
        "golden-cross-3c4d",
        "Golden cross 50/200 on the Nasdaq Composite (^IXIC)",
        "deskhand",
        None,
        None,
        ("^IXIC",),
        "sma_crossover",
    ),
    RunSummary(
        "rsi-2-spy-5e6f",
        "RSI(2) mean reversion on the S&P 500 (SPY)",
        "deskhand",
        None,
        None,
        ("SPY",),
        "rsi_mean_reversion",
    ),
    RunSummary(
        "breakout-7a8b", "Donchian breakout 55/20 on the S&P 500 (SPY)", "deskhand", None, None, ("SPY",), "breakout"
    ),
    RunSummary("buy-hold-9c0d", "Buy and hold the S&P 500 (SPY)", "deskhand", None, None, ("SPY",), "buy_and_hold"),
]


@pytest.mark.parametrize(
    ("said", "symbols", "expected"),
    [
        ("golden-cross-3c4d", (), "golden-cross-3c4d"),
        ("golden cross on the S&P 500", ("SPY",), "golden-cross-1a2b"),
        ("the golden cross on the nasdaq", ("^IXIC",), "golden-cross-3c4d"),
        ("rsi mean reversion", (), "rsi-2-spy-5e6f"),
        ("donchain brekout", (), "breakout-7a8b"),
        ("how did buy and hold do", (), "buy-hold-9c0d"),
    ],
)
def test_the_run_meant(said: str, symbols: tuple[str, ...], expected: str) -> None:
    found = find_run(said, RUNS, symbols=symbols)
    assert found.best is not None
    assert found.best.id == expected


def test_two_equally_good_are_both_returned() -> None:
    found = find_run("golden cross", RUNS)
    assert found.best is None
    assert {run.id for run in found.others} == {"golden-cross-1a2b", "golden-cross-3c4d"}


def test_nothing_fits() -> None:
    assert find_run("pairs trading of oil futures", RUNS).best is None
