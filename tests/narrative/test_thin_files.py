"""Files with less than a curve, and with more words of their own: what a report makes of them."""

from dataclasses import replace

import numpy as np
import pytest
from runs import made_up, stated

from tools.backtests.model import BacktestRun, Curve, Stated
from tools.narrative.draft import Detail
from tools.narrative.report import Report
from tools.narrative.service import by_rules, prepare
from tools.narrative.text import money_text


def report(run: BacktestRun, detail: Detail = "standard") -> Report:
    made = by_rules(run, prepare(run, detail))
    assert [(f.kind, f.span, f.reason) for f in made.checks.findings] == []
    return made


@pytest.mark.parametrize("detail", ["brief", "standard", "detailed"])
def test_trades_alone_are_reported_as_trades(detail: Detail) -> None:
    made = report(BacktestRun("Fills", "pyfolio", None, trades=made_up().trades), detail)
    assert made.recommendation == "research"
    assert "The file holds trades from 3 January 2011" in made.text
    assert "what capital stood behind them is not" in made.text
    assert "equity curve, and no return or risk could be computed" in made.text
    assert "gaps" not in made.text


def test_the_engines_figures_come_in_order_of_weight_and_all_of_them_further_down() -> None:
    figures = tuple(stated(name, 0.1) for name in ("omega", "ulcer", "sortino", "cagr", "sharpe", "total_return"))
    made = report(BacktestRun("Bare", "bt", None, stated=figures))
    summary = made.sections[0].text
    assert (
        summary.index("Total return as stated") < summary.index("CAGR as stated") < summary.index("Sharpe ratio as")
    )
    assert "Omega" not in summary
    assert "Omega as stated by bt: 10.0%" in made.text


def test_an_engines_words_that_read_as_a_claim_are_left_out_and_the_rest_stays() -> None:
    odd = Stated("long_short_ratio", 1.0, "fraction", "x", "", "Long/Short Ratio")
    made = report(BacktestRun("Odd", "lean", None, stated=(stated("sharpe", 1.2), odd)))
    assert "Sharpe ratio as stated by lean: 1.20" in made.text


def test_what_the_engine_says_of_the_market_stands_where_there_is_no_benchmark() -> None:
    market = Stated("market_change", 1.22, "fraction", "x", "", "Market change")
    made = report(made_up(benchmark=None, benchmark_name=None, stated=(market,)))
    assert "Market change as stated by deskhand: 122.0%" in made.sections[0].text
    assert "the strategy's own volatility known the day before" in made.text
    assert "the benchmark's volatility known the day before" in report(made_up()).text


def test_notes_are_whole_and_end_once() -> None:
    long = "A note that goes on " * 12 + "until it ends."
    made = report(made_up(notes=(long, "No stop at the end")), "detailed")
    assert "- Note from the file: No stop at the end." in made.text
    assert "until it ends." in made.text
    assert ".." not in made.text


def test_costs_of_zero_throughout_are_costs_that_are_not_recorded() -> None:
    free = tuple(replace(trade, costs=0.0) for trade in made_up().trades)
    made = report(replace(made_up(fee=None), trades=free))
    assert "No trading costs are recorded" in made.text


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(0.0, "0.00 BTC"), (0.0010419, "0.0010 BTC"), (-0.000045, "-0.000045 BTC"), (0.0999, "0.10 BTC"),
     (12.345, "12.35 BTC"), (1234.5, "1,234 BTC"), (1e-9, "0.00 BTC")],
)  # fmt: skip
def test_small_money_keeps_two_figures(amount: float, shown: str) -> None:
    assert money_text(amount, "BTC") == shown


@pytest.mark.parametrize("name", ["1", "2024", "50/200", "+10", "12.5", "-3%", "S&P 500 120/20"])
def test_a_run_may_be_called_by_a_figure(name: str) -> None:
    made = report(made_up(name=name))
    assert made.title.split(" | ")[0] != "A run whose name is a figure"
    assert report(made_up(name="Momentum 20%")).title.startswith("Momentum 20%")


def test_money_of_an_unknown_currency_has_no_mark() -> None:
    made = report(made_up(currency=""))
    assert "from a starting capital of 1" in made.text
    assert "$" not in made.text
    assert "run.currency" not in {fact.id for fact in made.facts}


def test_a_gain_of_hours_is_not_compounded_beyond_all_bounds() -> None:
    stamps = np.array(["2025-10-16T11:07:59", "2025-10-16T11:09:08", "2025-10-16T11:10:17"], dtype="datetime64[s]")
    made = report(BacktestRun("Minutes", "equity", Curve(stamps, np.array([11.0, 31.0, 332.0]))))
    assert "a year" not in made.sections[0].text.split("Recommendation")[1].split(".")[0]


def test_months_all_alike_have_no_best() -> None:
    months = np.arange("2015-01", "2020-01", dtype="datetime64[M]").astype("datetime64[s]")
    made = report(BacktestRun("Flat", "equity", Curve(months, np.full(len(months), 100.0))))
    assert "the best 0.0%" not in made.text


def test_a_run_that_never_moved_tested_nothing() -> None:
    days = np.arange("2010-01-04", "2014-01-01", dtype="datetime64[D]").astype("datetime64[s]")
    made = report(BacktestRun("Never", "equity", Curve(days, np.full(len(days), 10_000.0))))
    assert made.recommendation == "research"
    assert "Its value never moved, so nothing was tested." in made.text
    assert "too short" not in made.text


def test_a_drawdown_in_money_differs_from_one_in_percent_for_that_reason() -> None:
    theirs = Stated(
        "max_drawdown", -0.01, "fraction", "x", "largest fall in money of the balance", "Maximum drawdown"
    )
    assert "takes the fall that is largest in money" in report(made_up(stated=(theirs,))).text


def test_a_short_run_is_not_said_to_be_annualised() -> None:
    curve = made_up().equity
    assert curve is not None
    made = report(BacktestRun("Short", "equity", Curve(curve.dates[:40], curve.values[:40])), "detailed")
    assert "The equity curve has 39 returns" in made.text
    assert "annualised with" not in made.text
