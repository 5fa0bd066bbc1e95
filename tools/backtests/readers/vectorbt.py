"""vectorbt: `Portfolio.stats()`, `returns_stats()` and readable trades; and, if asked for, `Portfolio.value()`.

Keys with [%] are percent; `Max Drawdown [%]` is positive there and negative here. Statistics come as JSON (numbers, or text
of numbers), as a CSV of names and values, or as a table with one row a portfolio. A CSV of values says by nothing in it that
it is vectorbt's, or whether it is equity: name the engine.

Ratios are annualised with `year_freq`, 365 days by default, also for data of business days: its Sharpe is then
conventional but for that factor. `Period` counts bars, not calendar days. Max drawdown durations are in bars times the frequency.
"""

from collections.abc import Collection, Mapping

from tools.backtests.model import BacktestRun, Trade
from tools.backtests.readers import plain
from tools.backtests.readers.dates import duration_days, moment_of
from tools.backtests.readers.document import MAX_RUNS, Document, Json, Table, statistics, wrong
from tools.backtests.readers.numbers import number
from tools.backtests.readers.stated import Metric, contradictions, durations_as_written, scalars, state
from tools.errors import BadInput

ENGINE = "vectorbt"

_PERCENT = 0.01
_YEAR = "365 periods a year by default"
_METRICS = {
    "Start Value": Metric("initial_capital", "currency", "value before the first bar", "Start value"),
    "End Value": Metric("final_equity", "currency", "value at the last bar", "End value"),
    "Total Return [%]": Metric("total_return", "fraction", "end over start value, less 1", "Total return", _PERCENT),
    "Benchmark Return [%]": Metric(
        "benchmark_return", "fraction", "price change from first to last bar", "Benchmark return", _PERCENT
    ),
    "Annualized Return [%]": Metric(
        "annual_return", "fraction", f"compound return a year, {_YEAR}", "Annual return", _PERCENT, 365.0
    ),
    "Annualized Volatility [%]": Metric(
        "volatility", "fraction", f"standard deviation of returns, ddof 1, {_YEAR}", "Volatility", _PERCENT, 365.0
    ),
    "Max Gross Exposure [%]": Metric(
        "max_exposure", "fraction", "highest gross exposure", "Maximum gross exposure", _PERCENT
    ),
    "Total Fees Paid": Metric("fees", "currency", "fees of all orders", "Total fees"),
    "Max Drawdown [%]": Metric(
        "max_drawdown", "fraction", "largest fall of the value from its peak", "Maximum drawdown", -_PERCENT
    ),
    "Max Drawdown Duration": Metric(
        "max_drawdown_duration",
        "days",
        "longest drawdown in bars times the frequency",
        "Longest drawdown",
        read=duration_days,
    ),
    "Total Trades": Metric("trades_with_open", "count", "closed and open trades", "Trades, open ones included"),
    "Total Closed Trades": Metric("trades", "count", "closed trades", "Closed trades"),
    "Total Open Trades": Metric("open_trades", "count", "trades open at the end", "Open trades"),
    "Open Trade PnL": Metric("open_profit", "currency", "profit of trades open at the end", "Open profit"),
    "Win Rate [%]": Metric(
        "win_rate", "fraction", "closed trades with a profit over closed trades", "Win rate", _PERCENT
    ),
    "Best Trade [%]": Metric("best_trade", "fraction", "highest return of a closed trade", "Best trade", _PERCENT),
    "Worst Trade [%]": Metric("worst_trade", "fraction", "lowest return of a closed trade", "Worst trade", _PERCENT),
    "Avg Winning Trade [%]": Metric(
        "average_win", "fraction", "mean return of winning trades", "Average win", _PERCENT
    ),
    "Avg Losing Trade [%]": Metric(
        "average_loss", "fraction", "mean return of losing trades", "Average loss", _PERCENT
    ),
    "Avg Winning Trade Duration": Metric(
        "average_winning_holding", "days", "mean time in winning trades", read=duration_days
    ),
    "Avg Losing Trade Duration": Metric(
        "average_losing_holding", "days", "mean time in losing trades", read=duration_days
    ),
    "Profit Factor": Metric("profit_factor", "ratio", "profits over losses of closed trades, money", "Profit factor"),
    "Expectancy": Metric("expectancy", "currency", "mean profit of a closed trade", "Expectancy"),
    "Sharpe Ratio": Metric(
        "sharpe", "ratio", f"mean over standard deviation of returns, {_YEAR}", "Sharpe ratio", annualisation=365.0
    ),
    "Sortino Ratio": Metric(
        "sortino", "ratio", f"mean over downside deviation, {_YEAR}", "Sortino ratio", annualisation=365.0
    ),
    "Calmar Ratio": Metric(
        "calmar", "ratio", f"annual return over the maximum drawdown, {_YEAR}", "Calmar ratio", annualisation=365.0
    ),
    "Omega Ratio": Metric("omega", "ratio", "sum of gains over sum of losses of the returns", "Omega ratio"),
    "Skew": Metric("skewness", "ratio", "skewness of the returns", "Skewness"),
    "Kurtosis": Metric("kurtosis", "ratio", "excess kurtosis of the returns", "Kurtosis"),
    "Tail Ratio": Metric(
        "tail_ratio", "ratio", "95th percentile of the returns over the size of the 5th", "Tail ratio"
    ),
    "Value at Risk": Metric("var_95", "fraction", "5th percentile of the returns", "Value at risk"),
    "Alpha": Metric(
        "alpha", "fraction", f"annual return beyond beta times the benchmark's, {_YEAR}", "Alpha", annualisation=365.0
    ),
    "Beta": Metric("beta", "ratio", "covariance with the benchmark over its variance", "Beta"),
}


def matches(document: Document) -> int:
    """Statistics by their keys, as names or as columns; trades by their columns."""
    table = document.table
    return 95 if _statistics(document) or (table is not None and _is_trades(table)) else 0


def _statistics(document: Document) -> dict[str, dict[str, Json]]:
    return statistics(document, _METRICS.__contains__, _are_statistics)


def _are_statistics(names: Collection[str]) -> bool:
    return "Total Return [%]" in names and len(_METRICS.keys() & set(names)) >= 3


def _is_trades(table: Table) -> bool:
    return table.has("Entry Timestamp", "Avg Entry Price", "Exit Timestamp", "PnL", "Direction")


def read(document: Document) -> list[BacktestRun]:
    """One run a portfolio."""
    found = _statistics(document)
    if len(found) > MAX_RUNS:
        raise BadInput(f"{document.name} has {len(found)} portfolios; up to {MAX_RUNS} are read.")
    if found:
        return [_run(name or document.name, one) for name, one in found.items()]
    table = document.table
    if table is None:
        raise wrong(document, ENGINE, "statistics, trades or values")
    if _is_trades(table):
        note = "Only trades are in this file: there is no equity curve."
        return [
            BacktestRun(
                name=document.name, engine=ENGINE, currency="", equity=None, trades=_trades(table), notes=(note,)
            )
        ]
    return plain.runs(document, "equity", ENGINE)


def _run(name: str, found: Mapping[str, Json]) -> BacktestRun:
    stated, notes = state(durations_as_written(_METRICS, found), found)
    period = {key: str(stamp)[:10] for key in ("Start", "End") if (stamp := moment_of(found.get(key))) is not None}
    run = BacktestRun(
        name=name[:200],
        engine=ENGINE,
        currency="",
        equity=None,
        initial_capital=next((item.value for item in stated if item.name == "initial_capital"), None),
        stated=tuple(stated),
        configuration={**scalars(found, ("Period",)), **period},
        notes=(*notes, "Only the engine's own figures are in this file: there is no equity curve."),
    )
    return contradictions(run)


def _trades(table: Table) -> tuple[Trade, ...]:
    made: list[Trade] = []
    for row in table.rows:
        cell = dict(zip(table.columns, row, strict=True))
        entry = moment_of(cell.get("Entry Timestamp"))
        size, price = number(cell.get("Size")), number(cell.get("Avg Entry Price"))
        if entry is None or size is None or price is None:
            raise BadInput("A trade has no Entry Timestamp that is a date, no Size or no Avg Entry Price.")
        still = cell.get("Status") == "Open"
        fees = (number(cell.get("Entry Fees")), number(cell.get("Exit Fees")))
        made.append(
            Trade(
                symbol=cell.get("Column", "")[:40],
                side="short" if cell.get("Direction") == "Short" else "long",
                quantity=abs(size),
                entry_date=entry,
                entry_price=price,
                exit_date=None if still else moment_of(cell.get("Exit Timestamp")),
                exit_price=None if still else number(cell.get("Avg Exit Price")),
                pnl=number(cell.get("PnL")),
                return_fraction=number(cell.get("Return")),
                costs=sum(fee for fee in fees if fee is not None) if any(fee is not None for fee in fees) else None,
            )
        )
    return tuple(made)
