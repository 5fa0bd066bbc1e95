"""Parts of one run in several files become one run where they fit, and stay apart where they do not."""

import json
from dataclasses import replace

import engine_files as made
import numpy as np
import pytest

from tools.backtests.model import BacktestRun, Curve, Stated, Trade
from tools.backtests.readers.read import read_bytes
from tools.backtests.readers.together import together

DATES = np.array(np.arange("2020-01-01", "2020-04-10", dtype="datetime64[D]"), dtype="datetime64[s]")
CURVE = BacktestRun(
    "walk_equity", "backtesting.py", Curve(DATES, np.linspace(100, 110, len(DATES))), notes=("A note.",)
)
FIGURES = BacktestRun(
    "walk_stats", "backtesting.py", None, stated=(Stated("total_return", 0.1, "fraction", "p", "d"),)
)
TRADES = BacktestRun("walk_trades", "backtesting.py", None, symbols=("ABC",),
                     trades=(Trade("ABC", "long", 1.0, DATES[3], 10.0, DATES[9], 11.0, 1.0, 0.1),))  # fmt: skip


def test_curve_figures_and_trades_are_one_run() -> None:
    (run,) = together([TRADES, CURVE, FIGURES])
    assert (run.name, run.symbols, len(run.trades), len(run.stated)) == ("walk", ("ABC",), 1, 1)
    assert run.notes == ("A note.", "Put together from walk_trades, walk_equity, walk_stats.")
    assert together([CURVE, FIGURES], "archive")[0].name == "archive"


LATE = replace(TRADES, trades=(replace(TRADES.trades[0], exit_date=np.datetime64("2021-01-01", "s")),))
OTHER_FIGURES = replace(FIGURES, stated=(replace(FIGURES.stated[0], value=0.4),))
NO_RETURN = replace(FIGURES, stated=(replace(FIGURES.stated[0], name="sharpe"),))


@pytest.mark.parametrize(
    "runs",
    [
        [CURVE],
        [FIGURES, TRADES],
        [CURVE, replace(CURVE, name="second")],
        [CURVE, replace(FIGURES, engine="vectorbt")],
        [CURVE, OTHER_FIGURES],
        [CURVE, NO_RETURN],
        [CURVE, LATE],
        [CURVE, TRADES, replace(TRADES, name="more")],
        [CURVE, FIGURES, TRADES, OTHER_FIGURES],
    ],
)
def test_what_does_not_fit_stays_apart(runs: list[BacktestRun]) -> None:
    assert together(runs) == runs


def test_an_archive_of_parts_is_one_run_and_one_of_strategies_is_not() -> None:
    curve = "Date,Equity,DrawdownPct,DrawdownDuration\n" + "".join(
        f"{day},{100 + number},0.0,\n" for number, day in enumerate(DATES.astype("datetime64[D]"))
    )
    figures = {"Return [%]": 99.0, "Buy & Hold Return [%]": 20.0, "Max. Drawdown [%]": 0.0, "Equity Final [$]": 199.0,
               "# Trades": 3, "Sharpe Ratio": 1.0}  # fmt: skip
    packed = made.zipped({"a/equity.csv": curve.encode(), "a/stats.json": json.dumps(figures).encode()})
    (run,) = read_bytes("my run.zip", packed)
    assert (run.name, run.engine) == ("my run", "backtesting.py")
    assert run.equity is not None
    assert {figure.name for figure in run.stated} >= {"total_return", "sharpe"}
    assert len(read_bytes("two.json", made.as_json(made.freqtrade("Alpha", "Beta")))) == 2
