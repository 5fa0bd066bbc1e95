"""backtesting.py: the statistics it returns, with or without `_equity_curve` and `_trades`, or each of the three alone.

Keys with [%] are percent, `ReturnPct` and `DrawdownPct` fractions; `Max. Drawdown [%]` is negative as here. Statistics come
as JSON (of a pandas Series or a plain object) or as a CSV of names and values; the curve and the trades as JSON or CSV.

Its Sharpe is geometric: annualised compound return over a volatility of compound growth, so it differs from the
conventional figure on the same curve. Annualisation is 252, 365 where the data has weekends. `PnL` of a trade is net of
commission. `Avg. Trade [%]` is a geometric mean. `Equity` is valued at each bar's close and starts with the cash.
"""

from collections.abc import Mapping

import numpy as np

from tools.backtests.model import BacktestRun, Curve, Trade
from tools.backtests.readers.curves import by_day, series
from tools.backtests.readers.dates import dates, duration_days, looks_like_date, moment_of
from tools.backtests.readers.document import MAX_RUNS, Document, Json, Table, statistics, table_of, word, wrong
from tools.backtests.readers.numbers import number, numbers
from tools.backtests.readers.stated import Metric, contradictions, durations_as_written, scalars, state
from tools.errors import BadInput

ENGINE = "backtesting.py"

_PERCENT = 0.01
_METRICS = {
    "Exposure Time [%]": Metric(
        "exposure", "fraction", "bars with a position over all bars", "Exposure time", _PERCENT
    ),
    "Equity Final [$]": Metric("final_equity", "currency", "equity at the last bar", "Final equity"),
    "Equity Peak [$]": Metric("peak_equity", "currency", "highest equity", "Peak equity"),
    "Commissions [$]": Metric("fees", "currency", "commissions of all trades", "Commissions"),
    "Return [%]": Metric("total_return", "fraction", "final over first equity, less 1", "Return", _PERCENT),
    "Buy & Hold Return [%]": Metric(
        "benchmark_return",
        "fraction",
        "price change from the first bar that could trade",
        "Buy and hold return",
        _PERCENT,
    ),
    "Return (Ann.) [%]": Metric(
        "annual_return", "fraction", "compound return of 252 (365 with weekends) mean days", "Annual return", _PERCENT
    ),
    "Volatility (Ann.) [%]": Metric(
        "volatility",
        "fraction",
        "standard deviation of compound growth a year, not the usual root of time",
        "Volatility",
        _PERCENT,
    ),
    "CAGR [%]": Metric("cagr", "fraction", "final over first equity, a year of 365.25 days", "CAGR", _PERCENT),
    "Sharpe Ratio": Metric(
        "sharpe", "ratio", "geometric: annual compound return over the volatility of compound growth", "Sharpe ratio"
    ),
    "Sortino Ratio": Metric(
        "sortino", "ratio", "annual compound return over annualised downside deviation", "Sortino ratio"
    ),
    "Calmar Ratio": Metric("calmar", "ratio", "annual compound return over the maximum drawdown", "Calmar ratio"),
    "Alpha [%]": Metric(
        "alpha_total", "fraction", "return beyond beta times the buy and hold return, whole run", "Alpha", _PERCENT
    ),
    "Beta": Metric("beta", "ratio", "covariance of log returns with the market over its variance", "Beta"),
    "Max. Drawdown [%]": Metric(
        "max_drawdown", "fraction", "largest fall of the equity from its peak", "Maximum drawdown", _PERCENT
    ),
    "Avg. Drawdown [%]": Metric(
        "average_drawdown", "fraction", "mean depth of the drawdowns", "Average drawdown", _PERCENT
    ),
    "Max. Drawdown Duration": Metric(
        "max_drawdown_days", "days", "longest time from peak to recovery", "Longest drawdown", read=duration_days
    ),
    "Avg. Drawdown Duration": Metric(
        "average_drawdown_days",
        "days",
        "mean time from peak to recovery",
        "Average drawdown duration",
        read=duration_days,
    ),
    "# Trades": Metric("trades", "count", "closed trades", "Trades"),
    "Win Rate [%]": Metric("win_rate", "fraction", "trades with a profit over all trades", "Win rate", _PERCENT),
    "Best Trade [%]": Metric("best_trade", "fraction", "highest return of a trade", "Best trade", _PERCENT),
    "Worst Trade [%]": Metric("worst_trade", "fraction", "lowest return of a trade", "Worst trade", _PERCENT),
    "Avg. Trade [%]": Metric(
        "average_trade", "fraction", "geometric mean return of a trade", "Average trade", _PERCENT
    ),
    "Max. Trade Duration": Metric(
        "longest_trade", "days", "longest time in a trade", "Longest trade", read=duration_days
    ),
    "Avg. Trade Duration": Metric(
        "average_holding", "days", "mean time in a trade", "Average holding", read=duration_days
    ),
    "Profit Factor": Metric(
        "profit_factor", "ratio", "sum of positive over sum of negative trade returns", "Profit factor"
    ),
    "Expectancy [%]": Metric("expectancy", "fraction", "arithmetic mean return of a trade", "Expectancy", _PERCENT),
    "SQN": Metric(
        "sqn", "ratio", "root of the number of trades times their mean over their standard deviation", "SQN"
    ),
    "Kelly Criterion": Metric(
        "kelly", "fraction", "win rate less loss rate over the win-loss ratio", "Kelly criterion"
    ),
}
_TELLING = frozenset(("Return [%]", "Buy & Hold Return [%]", "Max. Drawdown [%]", "Equity Final [$]", "# Trades"))


def matches(document: Document) -> int:
    """Statistics by their keys, the curve and the trades by their columns."""
    if _statistics(document, least=3):
        return 95
    table = document.table
    if table is None:
        return 0
    return 95 if _is_curve(table) or _is_trades(table) else 0


def _statistics(document: Document, least: int) -> dict[str, dict[str, Json]]:
    return statistics(document, _METRICS.__contains__, lambda names: len(_TELLING.intersection(names)) >= least)


def _is_curve(table: Table) -> bool:
    return table.has("Equity", "DrawdownPct")


def _is_trades(table: Table) -> bool:
    return table.has("Size", "EntryBar", "ExitBar", "EntryPrice", "ExitPrice")


def read(document: Document) -> list[BacktestRun]:
    """One run, of what the file has: statistics, curve, trades; or one for each of several statistics beside each other."""
    found = _statistics(document, least=2)
    if len(found) > MAX_RUNS:
        raise BadInput(f"{document.name} has {len(found)} runs; up to {MAX_RUNS} are read.")
    if found:
        return [_of_statistics(name or document.name, one) for name, one in found.items()]
    table = document.table
    if table is not None and _is_curve(table):
        equity, notes = _curve(table)
        capital = float(equity.values[0])
        return [BacktestRun(name=document.name, engine=ENGINE, equity=equity, initial_capital=capital, notes=notes)]
    if table is not None and _is_trades(table):
        note = "Only trades are in this file: there is no equity curve."
        return [BacktestRun(name=document.name, engine=ENGINE, equity=None, trades=_trades(table), notes=(note,))]
    raise wrong(document, ENGINE, "statistics, equity curve or trades")


def _of_statistics(name: str, found: Mapping[str, Json]) -> BacktestRun:
    stated, notes = state(durations_as_written(_METRICS, found), found)
    curve = table_of(found.get("_equity_curve", found.get("equity_curve")))
    trades = table_of(found.get("_trades", found.get("trades")))
    equity: Curve | None = None
    told: tuple[str, ...] = ("Only the engine's own figures are in this file: there is no equity curve.",)
    if curve is not None and _is_curve(curve):
        if curve.rows and not looks_like_date(curve.rows[0][0]):
            told = ("The equity curve has no dates, only bar numbers, so it is not used.",)
        else:
            equity, told = _curve(curve)
    dated = trades is not None and _is_trades(trades) and all(_entry(row, trades) is not None for row in trades.rows)
    strategy = word(found.get("_strategy")).strip()
    run = BacktestRun(
        name=strategy or name[:200],
        engine=ENGINE,
        equity=equity,
        strategy=strategy[:60] or None,
        initial_capital=float(equity.values[0]) if equity is not None else None,
        trades=_trades(trades) if trades is not None and dated else (),
        stated=tuple(stated),
        configuration={**scalars(found, ("Duration",)), **_period(found)},
        notes=(*notes, *told),
    )
    return contradictions(run)


def _entry(row: tuple[str, ...], table: Table) -> np.datetime64 | None:
    column = table.column("EntryTime")
    return moment_of(row[column]) if column is not None else None


def _period(found: Mapping[str, Json]) -> dict[str, str]:
    made: dict[str, str] = {}
    for key in ("Start", "End"):
        stamp = moment_of(found.get(key))
        if stamp is not None:
            made[key] = str(stamp)[:10]
    return made


def _curve(table: Table) -> tuple[Curve, tuple[str, ...]]:
    column = table.column("Equity")
    when = dates(table.cells(0), table.columns[0] or "index")
    found = series(by_day(when), numbers(table, column if column is not None else 1), "equity curve")
    return found.curve, found.notes


def _trades(table: Table) -> tuple[Trade, ...]:
    made: list[Trade] = []
    for row in table.rows:
        cell = {name: row[index] for index, name in enumerate(table.columns)}
        entry = moment_of(cell.get("EntryTime", ""))
        size, price = number(cell.get("Size")), number(cell.get("EntryPrice"))
        if entry is None or size is None or price is None:
            raise BadInput("A trade has no EntryTime that is a date, no Size or no EntryPrice.")
        bars = (number(cell.get("EntryBar")), number(cell.get("ExitBar")))
        made.append(
            Trade(
                symbol="",
                side="long" if size > 0 else "short",
                quantity=abs(size),
                entry_date=entry,
                entry_price=price,
                exit_date=moment_of(cell.get("ExitTime", "")),
                exit_price=number(cell.get("ExitPrice")),
                pnl=number(cell.get("PnL")),
                return_fraction=number(cell.get("ReturnPct")),
                costs=number(cell.get("Commission")),
                bars=int(bars[1] - bars[0]) if bars[0] is not None and bars[1] is not None else None,
                exit_reason=(cell.get("Tag") or "")[:60] or None,
            )
        )
    return tuple(made)
