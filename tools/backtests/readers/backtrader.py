"""backtrader: the results of its analyzers as JSON, nested as `get_analysis()` gives them.

An object names analyzers, for example `{"drawdown": {...}, "trades": {...}, "timereturn": {"2020-01-02": 0.001}}`; strategies
may stand around it as a list or by name. An analyzer is known by what it contains, and only series by date by their name too.

DrawDown is in percent and positive (negative fraction here); `rtot` is a log return, `rnorm` a fraction, `rnorm100` percent
(not read, the fraction is); money is net of commission where it says so. SharpeRatio is of *yearly* returns with a
risk-free rate of 1 % and ddof 0 unless it was set otherwise, which the result does not tell. Lengths are bars.
TimeReturn makes the equity curve, from 1 or from `start_cash` where that is given, one period before the first return.
"""

import re
from collections.abc import Iterator, Mapping

from tools.backtests.model import BacktestRun, Curve, Stated, Trade
from tools.backtests.readers.curves import by_day, equity_of_returns, series
from tools.backtests.readers.dates import dates, looks_like_date, moment_of
from tools.backtests.readers.document import MAX_RUNS, Document, Json, items, obj, text, word, wrong
from tools.backtests.readers.numbers import number
from tools.backtests.readers.round_trips import Fill, trades_of
from tools.backtests.readers.stated import Metric, contradictions, scalars, state
from tools.errors import BadInput

ENGINE = "backtrader"

_PERCENT = 0.01
_RETURNS = {
    "rtot": Metric("log_return", "ratio", "natural logarithm of final over first value", "Total log return"),
    "ravg": Metric("average_log_return", "ratio", "log return divided by the periods", "Average log return"),
    "rnorm": Metric(
        "annual_return", "fraction", "average log return a year (252 days), as a simple return", "Annual return"
    ),
}
_SHARPE = {
    "sharperatio": Metric(
        "sharpe",
        "ratio",
        "by default of yearly returns less 1 % a year over their standard deviation, ddof 0",
        "Sharpe ratio",
    )
}
_SQN = {
    "sqn": Metric(
        "sqn", "ratio", "root of the number of trades times their mean over their standard deviation", "SQN"
    ),
    "trades": Metric("sqn_trades", "count", "closed trades that the SQN is of", "Trades of the SQN"),
}
_VWR = {"vwr": Metric("vwr", "ratio", "variability-weighted return, in percent", "Variability-weighted return")}
_DRAWDOWN = {
    "max.drawdown": Metric(
        "max_drawdown", "fraction", "largest fall of the value from its peak", "Maximum drawdown", -_PERCENT
    ),
    "max.moneydown": Metric("max_drawdown_abs", "currency", "largest fall of the value in money", "Maximum drawdown"),
    "max.len": Metric("max_drawdown_bars", "bars", "most bars below a peak", "Longest drawdown"),
    "drawdown": Metric(
        "final_drawdown", "fraction", "fall from the peak at the end", "Drawdown at the end", -_PERCENT
    ),
}
_TIME_DRAWDOWN = {
    "maxdrawdown": Metric(
        "max_drawdown",
        "fraction",
        "largest fall from the peak by the analyzer's period",
        "Maximum drawdown",
        -_PERCENT,
    ),
    "maxdrawdownperiod": Metric(
        "max_drawdown_periods", "bars", "longest drawdown in the analyzer's periods", "Longest drawdown"
    ),
}
_PERIODS = {
    "average": Metric("period_average", "fraction", "mean return of a period (a year by default)", "Average period"),
    "stddev": Metric(
        "period_deviation", "fraction", "standard deviation of the periods' returns", "Deviation of periods"
    ),
    "positive": Metric("positive_periods", "count", "periods with a gain", "Positive periods"),
    "negative": Metric("negative_periods", "count", "periods with a loss", "Negative periods"),
    "best": Metric("best_period", "fraction", "highest return of a period", "Best period"),
    "worst": Metric("worst_period", "fraction", "lowest return of a period", "Worst period"),
}
_TRADES = {
    "total.total": Metric("trades_with_open", "count", "closed and open trades", "Trades, open ones included"),
    "total.open": Metric("open_trades", "count", "trades open at the end", "Open trades"),
    "total.closed": Metric("trades", "count", "closed trades", "Closed trades"),
    "won.total": Metric("wins", "count", "closed trades with a net profit of 0 or more", "Wins"),
    "lost.total": Metric("losses", "count", "closed trades with a net loss", "Losses"),
    "pnl.gross.total": Metric(
        "gross_profit", "currency", "profit of closed trades before commission", "Gross profit"
    ),
    "pnl.net.total": Metric("net_profit", "currency", "profit of closed trades after commission", "Net profit"),
    "pnl.net.average": Metric("expectancy", "currency", "mean net profit of a closed trade", "Average trade"),
    "won.pnl.average": Metric("average_profit", "currency", "mean net profit of winners", "Average win"),
    "won.pnl.max": Metric("largest_profit", "currency", "largest net profit", "Largest win"),
    "lost.pnl.average": Metric("average_loss_money", "currency", "mean net result of losers", "Average loss"),
    "lost.pnl.max": Metric("largest_loss", "currency", "largest net loss", "Largest loss"),
    "streak.won.longest": Metric("max_consecutive_wins", "count", "longest row of winners", "Longest winning streak"),
    "streak.lost.longest": Metric(
        "max_consecutive_losses", "count", "longest row of losers", "Longest losing streak"
    ),
    "long.total": Metric("trades_long", "count", "closed long trades", "Long trades"),
    "short.total": Metric("trades_short", "count", "closed short trades", "Short trades"),
    "len.average": Metric("average_bars", "bars", "mean bars in a closed trade", "Average length"),
    "len.max": Metric("longest_trade_bars", "bars", "most bars in a closed trade", "Longest trade"),
}
_BY_FIGURE = {
    "sharperatio": "sharpe",
    "rtot": "returns",
    "rnorm": "returns",
    "maxdrawdown": "time drawdown",
    "sqn": "sqn",
    "vwr": "vwr",
}
_CASH = (
    "start_cash",
    "startcash",
    "starting_cash",
    "initial_cash",
    "start_value",
    "startvalue",
    "initial_value",
    "cash",
)
_DEEPEST = 4


def matches(document: Document) -> int:
    """By any analysis in it."""
    if document.kind != "json":
        return 0
    found = [
        kind
        for _, strategy in _strategies(document)
        for key, one in strategy.items()
        if (kind := _kind(key, obj(one)))
    ]
    known = {kind for kind in found if kind not in ("by date", "by year")}
    return (
        75
        if len(known) > 1
        else 55
        if known
        else 20
        if any(kind == "by date" for kind in found) and _named(document)
        else 0
    )


def _named(document: Document) -> bool:
    return any("return" in key.lower() for _, strategy in _strategies(document) for key in strategy)


def read(document: Document) -> list[BacktestRun]:
    """One run a strategy."""
    found = [(name, strategy) for name, strategy in _strategies(document)]
    if not found:
        raise wrong(document, ENGINE, "result of an analyzer")
    if len(found) > MAX_RUNS:
        raise BadInput(f"{document.name} has {len(found)} strategies; up to {MAX_RUNS} are read.")
    return [
        _run(name or (document.name if len(found) == 1 else f"{document.name} {place}"), one)
        for place, (name, one) in enumerate(found, 1)
    ]


def _strategies(document: Document) -> list[tuple[str, dict[str, Json]]]:
    """Name and analyzers of each strategy; an analysis alone is a strategy of one."""
    if _kind("", document.values) not in ("", "by date", "by year"):
        return [("", {"analysis": document.values})]
    return list(_walk("", document.json, 0))


def _walk(name: str, found: Json, depth: int) -> Iterator[tuple[str, dict[str, Json]]]:
    if isinstance(found, list):
        for one in found[: MAX_RUNS + 1]:
            if depth < _DEEPEST and isinstance(one, dict | list):
                yield from _walk(name, one, depth + 1)
    elif isinstance(found, dict):
        if any(_kind(key, obj(one)) for key, one in found.items()):
            # pyfolio's analyzer is one that holds others.
            inner = {
                key: one
                for part in found.values()
                if isinstance(obj(part).get("returns"), dict)
                for key, one in obj(part).items()
            }
            yield word(found.get("strategy") or found.get("name")) or name, {**found, **inner}
        elif depth < _DEEPEST:
            for key, one in found.items():
                if isinstance(one, dict | list):
                    yield from _walk(name if key in ("analyzers", "strategies", "results") else key, one, depth + 1)


def _kind(key: str, found: Mapping[str, Json]) -> str:
    """Which analyzer wrote it; empty for none."""
    if not found:
        return ""
    if "drawdown" in obj(found.get("max")):
        return "drawdown"
    if "total" in obj(found.get("total")):
        return "trades"
    # Names of analyses are names of analyzers too: only a figure tells one.
    figures = {name for name, value in found.items() if not isinstance(value, dict | list)}
    return next((kind for name, kind in _BY_FIGURE.items() if name in figures), "") or _smaller_kind(key, found)


def _smaller_kind(key: str, found: Mapping[str, Json]) -> str:
    if {"average", "stddev", "best", "worst"} <= found.keys():
        return "periods"
    first, value = next(iter(found.items()))
    if re.fullmatch(r"\d{4}", first) and all(number(one) is not None for one in found.values()):
        return "by year"
    if looks_like_date(first):
        if isinstance(value, list):
            return "transactions" if all(isinstance(row, list) and len(row) == 5 for row in value) else ""
        return "by date" if isinstance(value, int | float) and key else ""
    return ""


_OF_KIND = {
    "sharpe": _SHARPE,
    "returns": _RETURNS,
    "drawdown": _DRAWDOWN,
    "time drawdown": _TIME_DRAWDOWN,
    "trades": _TRADES,
    "periods": _PERIODS,
    "sqn": _SQN,
    "vwr": _VWR,
}


def _run(name: str, found: Mapping[str, Json]) -> BacktestRun:
    stated: list[Stated] = []
    notes: list[str] = []
    trades: tuple[Trade, ...] = ()
    for key, one in found.items():
        kind = _kind(key, obj(one))
        if kind in _OF_KIND:
            told, left_out = state(_OF_KIND[kind], _flat(obj(one)), key)
            stated += told
            notes += left_out
        elif kind == "by year":
            stated += _years(key, obj(one))
        elif kind == "transactions":
            trades = trades_of(_fills(obj(one)))
    capital = next((cash for key in _CASH if (cash := number(found.get(key))) is not None and cash > 0), None)
    equity, benchmark, told_of = _curves(found, capital or 1.0)
    run = BacktestRun(
        name=name[:200],
        engine=ENGINE,
        currency="",
        equity=equity,
        strategy=name[:60],
        symbols=tuple(dict.fromkeys(trade.symbol for trade in trades if trade.symbol))[:100],
        initial_capital=capital,
        benchmark=benchmark,
        benchmark_name="the benchmark of the run" if benchmark is not None else None,
        trades=trades,
        stated=tuple(stated),
        configuration={**scalars(found), **scalars(obj(found.get("params")))},
        notes=(*notes, *told_of),
    )
    return contradictions(run)


def _flat(found: Mapping[str, Json], before: str = "") -> dict[str, Json]:
    """`{"max": {"len": 3}}` as `{"max.len": 3}`, three levels deep."""
    made: dict[str, Json] = {}
    for key, value in found.items():
        place = f"{before}.{key}" if before else key
        if isinstance(value, dict) and place.count(".") < 3:
            made.update(_flat(value, place))
        else:
            made[place] = value
    return made


def _years(key: str, found: Mapping[str, Json]) -> list[Stated]:
    returns = {year: number(value) for year, value in found.items()}
    return [
        Stated(
            f"return_{year}", value, "fraction", f"{key}.{year}", f"return of the year {year}", f"Return of {year}"
        )
        for year, value in list(returns.items())[:200]
        if value is not None
    ]


def _curves(found: Mapping[str, Json], capital: float) -> tuple[Curve | None, Curve | None, tuple[str, ...]]:
    """Equity and benchmark from series of returns, known by their names; the longest counts."""
    own: tuple[str, dict[str, Json]] | None = None
    market: dict[str, Json] | None = None
    for key, one in found.items():
        low = key.lower().replace("_", "")
        if _kind(key, obj(one)) != "by date" or "return" not in low or "log" in low or "roll" in low:
            continue
        if "bench" in low:
            market = obj(one)
        elif own is None or len(obj(one)) > len(own[1]):
            own = key, obj(one)
    if own is None or len(own[1]) < 2:
        return None, None, ("There is no equity curve: no TimeReturn analyzer with its returns is in this file.",)
    equity, notes = _growth(own[1], capital, f"returns in {own[0][:40]}")
    benchmark = _growth(market, 1.0, "benchmark's returns")[0] if market is not None and len(market) > 1 else None
    return equity, benchmark, notes


def _growth(returns: Mapping[str, Json], capital: float, what: str) -> tuple[Curve, tuple[str, ...]]:
    values = [number(value) for value in returns.values()]
    if any(value is None for value in values):
        raise BadInput(f"The {what} have an entry that is not a number.")
    import numpy as np

    array = np.array([0.0 if value is None else value for value in values], dtype=np.float64)
    found = series(by_day(dates(list(returns), "date")), array, what)
    return equity_of_returns(found.curve, capital), found.notes


def _fills(found: Mapping[str, Json]) -> Iterator[Fill]:
    """Rows of [amount, price, number, symbol, value] by date."""
    for when, rows in found.items():
        stamp = moment_of(when)
        for row in items(rows):
            cells = items(row)
            size, paid = (number(cells[0]), number(cells[1])) if len(cells) == 5 else (None, None)
            if stamp is not None and size and paid is not None:
                yield Fill(stamp, text(cells[3])[:40], size, paid)
