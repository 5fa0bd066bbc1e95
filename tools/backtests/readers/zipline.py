"""zipline and zipline-reloaded: the `perf` DataFrame that a run returns, as a pickle or a CSV.

All figures are fractions, `max_drawdown` negative as here. `algorithm_period_return`, `sharpe`, `max_drawdown` and the like are
cumulative by row: the last row counts. Ratios are annualised with 252, risk-free rate 0. Rows are sessions; a stamp of the
market's close or of midnight is the same day.

The equity is `portfolio_value`, or, where that is not what `returns` compounds to (money was paid in or out), the growth by
`returns`; the capital stands one day before the first row. Trades are matched from `transactions`, first in, first out.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from tools.backtests.model import BacktestRun, Curve, Days, Stated, Trade, Values
from tools.backtests.readers.curves import by_day, equity_of_returns, series, with_capital
from tools.backtests.readers.dates import dates
from tools.backtests.readers.document import Document, Frame, Json, Table, wrong
from tools.backtests.readers.numbers import is_numeric, number, numbers
from tools.backtests.readers.perf_pickle import Inert
from tools.backtests.readers.round_trips import Fill, trades_of
from tools.backtests.readers.stated import Metric, contradictions, state
from tools.errors import BadInput

ENGINE = "zipline"

_CUMULATIVE = "from the first to the last day"
_METRICS = {
    "algorithm_period_return": Metric("total_return", "fraction", f"return {_CUMULATIVE}", "Total return"),
    "benchmark_period_return": Metric(
        "benchmark_return", "fraction", f"return of the benchmark {_CUMULATIVE}", "Benchmark return"
    ),
    "algo_volatility": Metric(
        "volatility", "fraction", "standard deviation of daily returns a year", "Volatility", annualisation=252.0
    ),
    "benchmark_volatility": Metric(
        "benchmark_volatility",
        "fraction",
        "standard deviation of the benchmark's daily returns a year",
        annualisation=252.0,
    ),
    "sharpe": Metric(
        "sharpe", "ratio", "mean over standard deviation of daily returns a year", "Sharpe ratio", annualisation=252.0
    ),
    "sortino": Metric(
        "sortino",
        "ratio",
        "mean over downside deviation of daily returns a year",
        "Sortino ratio",
        annualisation=252.0,
    ),
    "information": Metric(
        "information_ratio", "ratio", "mean over deviation of the return beyond the benchmark's", "Information ratio"
    ),
    "alpha": Metric(
        "alpha", "fraction", "annual return beyond beta times the benchmark's", "Alpha", annualisation=252.0
    ),
    "beta": Metric("beta", "ratio", "covariance with the benchmark over its variance", "Beta"),
    "max_drawdown": Metric("max_drawdown", "fraction", "largest fall of the value from its peak", "Maximum drawdown"),
    "max_leverage": Metric("max_leverage", "ratio", "highest gross leverage", "Maximum leverage"),
    "treasury_period_return": Metric(
        "risk_free_return", "fraction", f"risk-free return {_CUMULATIVE}", "Risk-free return"
    ),
    "excess_return": Metric(
        "excess_return", "fraction", f"return beyond the risk-free one {_CUMULATIVE}", "Excess return"
    ),
    "trading_days": Metric("sessions", "bars", "sessions of the run", "Sessions"),
}
_RESOLUTIONS: Mapping[object, Literal["s", "ms", "us", "ns"]] = {7: "s", 8: "ms", 9: "us", 10: "ns"}
_TELLING = frozenset(
    "portfolio_value algorithm_period_return capital_used ending_cash starting_cash algo_volatility period_close "
    "benchmark_period_return gross_leverage max_leverage ending_exposure".split()
)


def matches(document: Document) -> int:
    """By the names of its columns."""
    names = document.frame.names if document.frame else document.table.columns if document.table else ()
    return 95 if len(_TELLING & set(names)) >= 3 and _has_curve(names) else 0


def _has_curve(names: Sequence[str]) -> bool:
    return "portfolio_value" in names or "returns" in names


def read(document: Document) -> list[BacktestRun]:
    """One run."""
    frame = document.frame or (_of_table(document.table) if document.table else None)
    if frame is None or not _has_curve(frame.names):
        raise wrong(document, ENGINE, "column portfolio_value or returns")
    when = by_day(frame.index)
    equity, notes = _equity(when, frame.numbers)
    trades, symbols = _trades(frame)
    stated, told = _stated(frame.numbers)
    benchmark = _benchmark(when, frame.numbers)
    run = BacktestRun(
        name=document.name,
        engine=ENGINE,
        currency="",
        equity=equity,
        symbols=symbols,
        initial_capital=float(equity.values[0]),
        periods_per_year=252.0,
        benchmark=benchmark,
        benchmark_name="the benchmark of the algorithm" if benchmark is not None else None,
        exposure=_exposure(when, frame.numbers),
        trades=trades,
        stated=tuple(stated),
        configuration={"first_session": str(when.min())[:10], "last_session": str(when.max())[:10]},
        notes=(*notes, *told),
    )
    return [contradictions(run)]


def _of_table(table: Table) -> Frame | None:
    if not table.rows:
        return None
    named = {
        name: index
        for index, name in enumerate(table.columns)
        if index and name not in ("period_open", "period_close", "period_label")
    }
    columns = {name: numbers(table, index) for name, index in named.items() if is_numeric(table, index)}
    return Frame(dates(table.cells(0), table.columns[0] or "index"), columns, table.columns, {})


def _equity(when: Days, found: Mapping[str, Values]) -> tuple[Curve, tuple[str, ...]]:
    value, returns = found.get("portfolio_value"), found.get("returns")
    if value is None:
        if returns is None:
            raise BadInput("The perf frame has neither portfolio values nor returns that are numbers.")
        by_returns = series(when, returns, "returns")
        return equity_of_returns(by_returns.curve), by_returns.notes
    read_value = series(when, value, "portfolio value")
    curve = read_value.curve
    capital = _capital(found, float(curve.values[0]))
    if capital <= 0:
        raise BadInput("The perf frame starts with no capital, so there is no equity curve.")
    if returns is not None and len(returns) == len(curve) and np.all(np.isfinite(returns)):
        grown = equity_of_returns(series(when, returns, "returns").curve, capital)
        if not np.allclose(grown.values[1:], curve.values, rtol=1e-6):
            return grown, (*read_value.notes, "Money was paid in or out; the curve is the growth by `returns`.")
    return with_capital(curve, capital), read_value.notes


def _capital(found: Mapping[str, Values], first: float) -> float:
    cash, held = found.get("starting_cash"), found.get("starting_value")
    if cash is None or not np.isfinite(cash[0]):
        return first
    return float(cash[0]) + (float(held[0]) if held is not None and np.isfinite(held[0]) else 0.0)


def _stated(found: Mapping[str, Values]) -> tuple[list[Stated], list[str]]:
    last: dict[str, Json] = {name: float(column[-1]) for name, column in found.items() if np.isfinite(column[-1])}
    return state(_METRICS, last, "last row")


def _benchmark(when: Days, found: Mapping[str, Values]) -> Curve | None:
    grown = found.get("benchmark_period_return")
    if grown is None or not np.all(np.isfinite(grown)) or not np.any(grown) or np.any(grown <= -1):
        return None
    return with_capital(series(when, 1.0 + grown, "benchmark").curve, 1.0)


def _exposure(when: Days, found: Mapping[str, Values]) -> Curve | None:
    held = found.get("net_leverage")
    return series(when, held, "leverage").curve if held is not None and np.all(np.isfinite(held)) else None


# --- trades ----------------------------------------------------------------------------------------------------------


def _trades(frame: Frame) -> tuple[tuple[Trade, ...], tuple[str, ...]]:
    fills = [
        fill
        for cell in frame.cells.get("transactions", ())
        if isinstance(cell, list)
        for fill in map(_fill, cell)
        if fill
    ]
    return trades_of(fills), tuple(dict.fromkeys(fill.symbol for fill in fills if fill.symbol))[:100]


def _fill(entry: object) -> Fill | None:
    if not isinstance(entry, dict):
        return None
    amount, price, when = number(entry.get("amount")), number(entry.get("price")), _when(entry.get("dt"))
    if not amount or price is None or when is None:
        return None
    return Fill(when, _symbol(entry.get("sid")), amount, price, number(entry.get("commission")) or 0.0)


def _when(stamp: object) -> np.datetime64 | None:
    """A recorded pandas Timestamp: its first argument counts since 1970, its fourth (newer pandas) says what."""
    arguments = stamp.args if isinstance(stamp, Inert) else ()
    value = arguments[0] if arguments else None
    if not isinstance(value, int) or abs(value) >= 2**62:
        return None
    unit = _RESOLUTIONS.get(arguments[3]) if len(arguments) > 3 else "ns"
    return np.datetime64(value, unit).astype("datetime64[s]") if unit is not None else None


def _symbol(asset: object) -> str:
    """A recorded asset: number, exchange, symbol, ...; or the symbol or number itself."""
    if isinstance(asset, Inert):
        return next((part for part in asset.args if isinstance(part, str)), "")[:40]
    return str(asset)[:40] if isinstance(asset, str | int) else ""
