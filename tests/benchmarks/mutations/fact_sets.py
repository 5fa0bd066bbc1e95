"""Fact sets that texts are checked against: a full run on real prices, and two written by hand."""

import csv
import gzip
import io
from functools import lru_cache
from importlib import resources

import numpy as np

from tools.backtests.model import BacktestRun, Curve, Stated, Trade
from tools.narrative.facts import Fact
from tools.narrative.service import prepare


def sp500() -> Curve:
    """Adjusted closes of the S&P 500, 1999 to 2018, as the project ships them."""
    packed = (resources.files("tools.market") / "data" / "sp500.csv.gz").read_bytes()
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(packed).decode())))
    days, closes = [], []
    for row in rows:
        day = row.get("Date") or row["date"]
        if "/" in day:
            month, number, year = day.split("/")
            day = f"{year}-{int(month):02d}-{int(number):02d}"
        days.append(day)
        closes.append(float(row.get("Adj Close") or row.get("adj_close") or row["close"]))
    return Curve(np.array(days, dtype="datetime64[s]"), np.array(closes))


def golden_cross(*, cost: float = 0.0006, fast: int = 50, slow: int = 200, trials: int | None = 12) -> BacktestRun:
    """Long above the crossing of two averages, decided at the close and held from the next one."""
    market = sp500()
    dates, close = market.dates, market.values
    above = _average(close, fast) > _average(close, slow)
    held = np.concatenate(([0.0, 0.0], above[:-2].astype(float)))[slow:]
    returns = (close[1:] / close[:-1] - 1)[slow - 1 :]
    paid = np.abs(np.diff(np.concatenate(([0.0], held)))) * cost
    equity = 100_000 * np.concatenate(([1.0], np.cumprod(1 + held * returns - paid)))
    return BacktestRun(
        name=f"Golden cross {fast}/{slow} on the S&P 500",
        engine="deskhand",
        id=f"golden-cross-{fast}-{slow}-1a2b",
        equity=Curve(dates[slow - 1 :], equity),
        strategy="sma_crossover",
        symbols=("SPY",),
        benchmark=Curve(dates[slow - 1 :], 100_000 * close[slow - 1 :] / close[slow - 1]),
        benchmark_name="S&P 500 buy and hold",
        exposure=Curve(dates[slow:], held),
        trades=_trades(dates[slow - 1 :], close[slow - 1 :], equity, held, cost),
        fee=cost * 5 / 6,
        slippage=cost / 6,
        trials=trials,
        stated=(Stated("sharpe", 0.5295, "ratio", 'statistics."Sharpe Ratio"', "CAGR over volatility"),),
    )


def _average(close: np.ndarray, size: int) -> np.ndarray:
    sums = np.cumsum(np.insert(close, 0, 0.0))
    return np.concatenate((np.full(size - 1, np.nan), (sums[size:] - sums[:-size]) / size))


def _trades(
    dates: np.ndarray, close: np.ndarray, equity: np.ndarray, held: np.ndarray, cost: float
) -> tuple[Trade, ...]:
    edges = np.diff(np.concatenate(([0.0], held, [0.0])))
    trades = []
    for begin, end in zip(np.nonzero(edges > 0)[0], np.nonzero(edges < 0)[0], strict=True):
        closed = end < len(held)
        quantity = float(equity[begin] / close[begin])
        pnl = float(equity[end] - equity[begin])
        trades.append(
            Trade(
                "SPY", "long", quantity, dates[begin], float(close[begin]),
                dates[end] if closed else None, float(close[end]) if closed else None,
                pnl if closed else None, pnl / float(equity[begin]) if closed else None, 2 * cost * float(equity[begin]),
            )
        )  # fmt: skip
    return tuple(trades)


@lru_cache(maxsize=1)
def golden_facts() -> tuple[Fact, ...]:
    """About 220 facts of the golden cross."""
    return tuple(prepare(golden_cross(), "standard").sheet)


def _facts(period: str, rows: str) -> tuple[Fact, ...]:
    """From lines `id | label | value | unit | period`; an empty period is the whole one for figures."""
    facts = []
    for row in rows.strip().splitlines():
        name, label, value, unit, when = (part.strip() for part in row.split("|"))
        shown: float | int | str = value
        if unit == "count":
            shown = int(value)
        elif unit not in ("text", "date"):
            shown = float(value)
        facts.append(Fact(name, label, shown, unit, when or (period if unit not in ("text", "date") else None)))
    return tuple(facts)


REVERSAL = _facts(
    "2023-01-02 to 2025-01-01",
    """
    run.id | Backtest id | bt-2041 | text |
    run.name | Backtest | RSI Reversal | text |
    run.engine | Engine | freqtrade | text |
    run.currency | Currency | USDT | text |
    run.start | First date | 2023-01-02 | date |
    run.end | Last date | 2025-01-01 | date |
    run.length | Length of the test | 730 | days |
    run.initial_value | Starting capital | 10000 | currency |
    run.final_value | Final value | 11834 | currency |
    strategy.total_return | Total return | 0.1834 | fraction |
    strategy.cagr | CAGR | 0.0879 | fraction |
    strategy.volatility | Volatility | 0.2140 | fraction |
    strategy.sharpe | Sharpe ratio | 0.4931 | ratio |
    strategy.sortino | Sortino ratio | 0.7120 | ratio |
    strategy.max_drawdown | Maximum drawdown | -0.3105 | fraction |
    strategy.calmar | Calmar ratio | 0.2831 | ratio |
    strategy.win_rate | Win rate | 0.6250 | fraction |
    benchmark.name | Benchmark | Bitcoin buy and hold | text |
    benchmark.total_return | Benchmark total return | 0.2710 | fraction |
    benchmark.cagr | Benchmark CAGR | 0.1276 | fraction |
    benchmark.volatility | Benchmark volatility | 0.2890 | fraction |
    benchmark.sharpe | Benchmark Sharpe ratio | 0.6130 | ratio |
    benchmark.max_drawdown | Benchmark maximum drawdown | -0.4420 | fraction |
    stated.sharpe | Sharpe ratio as stated by freqtrade | 0.6921 | ratio |
    trades.count | Closed trades | 48 | count |
    trades.won | Winning trades | 30 | count |
    trades.lost | Losing trades | 18 | count |
    trades.profit_factor | Profit factor | 1.42 | ratio |
    trades.average_days | Average holding period | 5.4 | days |
    costs.total | Trading costs | 412.5 | currency |
    drawdown.1.depth | Drawdown 1 depth | -0.3105 | fraction | 2023-02-14 to 2023-06-10
    drawdown.1.start | Drawdown 1 start | 2023-02-14 | date |
    drawdown.1.trough | Drawdown 1 trough | 2023-06-10 | date |
    drawdown.1.recovery | Drawdown 1 recovery | not recovered | text |
    drawdown.1.length | Drawdown 1 length | 687 | days | 2023-02-14 to 2025-01-01
    year.2023.return | Return in 2023 | -0.1220 | fraction | 2023
    year.2024.return | Return in 2024 | 0.3478 | fraction | 2024
    benchmark.year.2023.return | Benchmark return in 2023 | 0.0510 | fraction | 2023
    benchmark.year.2024.return | Benchmark return in 2024 | 0.2093 | fraction | 2024
    recommendation | Recommendation | reject | text |
    """,
)

HOLDING = _facts(
    "1999-01-04 to 2018-12-31",
    """
    run.id | Backtest id | sp500-hold-77c1 | text |
    run.name | Backtest | Buy and hold, S&P 500 | text |
    run.currency | Currency | USD | text |
    run.start | First date | 1999-01-04 | date |
    run.end | Last date | 2018-12-31 | date |
    run.length | Length of the test | 7301 | days |
    run.observations | Number of returns | 5030 | count |
    strategy.total_return | Total return | 1.0412 | fraction |
    strategy.cagr | CAGR | 0.0364 | fraction |
    strategy.volatility | Volatility | 0.1913 | fraction |
    strategy.sharpe | Sharpe ratio | 0.2827 | ratio |
    strategy.sortino | Sortino ratio | 0.3986 | ratio |
    strategy.max_drawdown | Maximum drawdown | -0.5678 | fraction |
    strategy.calmar | Calmar ratio | 0.0641 | ratio |
    strategy.var_95 | Value at risk of one day, 95% | -0.0186 | fraction |
    strategy.cvar_95 | Expected shortfall of one day, 95% | -0.0286 | fraction |
    strategy.best_day | Best day | 0.1158 | fraction | 2008-10-13
    strategy.worst_day | Worst day | -0.0903 | fraction | 2008-10-15
    strategy.best_year | Best year | 0.2960 | fraction | 2013
    strategy.worst_year | Worst year | -0.3849 | fraction | 2008
    years.positive | Positive years | 13 | count |
    years.whole | Whole years | 20 | count |
    drawdown.1.depth | Drawdown 1 depth | -0.5678 | fraction | 2007-10-09 to 2009-03-09
    drawdown.1.start | Drawdown 1 start | 2007-10-09 | date |
    drawdown.1.trough | Drawdown 1 trough | 2009-03-09 | date |
    drawdown.1.recovery | Drawdown 1 recovery | 2013-03-28 | date |
    drawdown.1.length | Drawdown 1 length | 1997 | days | 2007-10-09 to 2013-03-28
    drawdown.2.depth | Drawdown 2 depth | -0.4915 | fraction | 2000-03-24 to 2002-10-09
    drawdown.2.start | Drawdown 2 start | 2000-03-24 | date |
    drawdown.2.trough | Drawdown 2 trough | 2002-10-09 | date |
    drawdown.2.recovery | Drawdown 2 recovery | 2007-05-30 | date |
    drawdown.2.length | Drawdown 2 length | 2623 | days | 2000-03-24 to 2007-05-30
    significance.psr | Probability that the true Sharpe ratio is above zero | 0.8968 | fraction |
    """,
)
