"""Files with less than a curve, and with more words of their own: what a report makes of them."""

from dataclasses import replace

import pytest
from runs import made_up, stated

from tools.backtests.model import BacktestRun, Stated
from tools.narrative.report import Report
from tools.narrative.service import by_rules, prepare
from tools.narrative.text import money_text
from tools.narrative.writer import Detail


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
