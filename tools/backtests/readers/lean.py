"""QuantConnect Lean: full results, summaries, and blocks of its statistics alone, in either casing.

Units as Lean writes them: in `statistics` every value is text, with "%" for percent, a mark for the account currency
($ EUR INR BUSD and others) or none; in `totalPerformance.portfolioStatistics` fractions as text; `tradeStatistics` in the
account currency; `runtimeStatistics` has the same names with other units ("Net Profit" is money there) and is not read as
figures. Drawdown is positive there and negative here. Lean writes 0 where a ratio is undefined, and decimal.MaxValue
(7.9e28) where one overflows; the latter is left out.

Its Sharpe is the arithmetic mean of daily returns times `tradingDaysPerYear` (252, 365 for crypto), less the average
risk-free rate, over the annualised standard deviation, the first two samples dropped. Its probabilistic Sharpe is against an
annual Sharpe of 1, not 0. CAGR counts a year of 365 days.

The equity curve takes, of the chart "Strategy Equity", the last value up to each daily sample; a sample at midnight closes
the day before, and is dated so.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tools.backtests.model import BacktestRun, Curve, Days, Stated, Trade, Unit, Values
from tools.backtests.readers.curves import series
from tools.backtests.readers.dates import duration_days, moment_of
from tools.backtests.readers.document import MAX_RUNS, Document, Json, items, obj, text, word, wrong
from tools.backtests.readers.numbers import ABSURD, CURRENCIES, marked, number, whole
from tools.backtests.readers.stated import Metric, contradictions, joined, scalars, state
from tools.errors import BadInput

ENGINE = "lean"

_SHARPE = "annualised mean daily return less the risk-free rate, over the annualised standard deviation"
_STATISTICS = {
    "Total Orders": Metric("orders", "count", "orders sent", "Orders"),
    "Total Trades": Metric("orders", "count", "orders filled (older Lean calls them trades)", "Orders"),
    "Average Win": Metric("average_win", "fraction", "mean rate of return of trades with a profit", "Average win"),
    "Average Loss": Metric(
        "average_loss", "fraction", "mean rate of return of trades without a profit", "Average loss"
    ),
    "Compounding Annual Return": Metric(
        "cagr", "fraction", "final over starting equity, a year of 365 days", "CAGR", annualisation=365.0
    ),
    "Drawdown": Metric(
        "max_drawdown", "fraction", "largest fall of the daily equity from its peak", "Maximum drawdown", -1.0
    ),
    "Expectancy": Metric(
        "expectancy_ratio", "ratio", "win rate times profit-loss ratio, less loss rate", "Expectancy"
    ),
    "Start Equity": Metric("initial_capital", "currency", "equity at the start", "Start equity"),
    "End Equity": Metric("final_equity", "currency", "equity at the end", "End equity"),
    "Net Profit": Metric("total_return", "fraction", "final over starting equity, less 1", "Net profit"),
    "Sharpe Ratio": Metric("sharpe", "ratio", _SHARPE, "Sharpe ratio", annualisation=252.0),
    "Sortino Ratio": Metric(
        "sortino", "ratio", f"{_SHARPE} of negative returns", "Sortino ratio", annualisation=252.0
    ),
    "Probabilistic Sharpe Ratio": Metric(
        "psr_against_1",
        "fraction",
        "probability that the annual Sharpe ratio is above 1",
        "Probabilistic Sharpe ratio",
    ),
    "Loss Rate": Metric("loss_rate", "fraction", "trades without a profit over all trades", "Loss rate"),
    "Win Rate": Metric("win_rate", "fraction", "trades with a profit over all trades", "Win rate"),
    "Profit-Loss Ratio": Metric(
        "profit_loss_ratio", "ratio", "average win over average loss, rates of return", "Profit-loss ratio"
    ),
    "Alpha": Metric(
        "alpha",
        "fraction",
        "annual return beyond the risk-free rate and beta times the benchmark's",
        "Alpha",
        annualisation=252.0,
    ),
    "Beta": Metric("beta", "ratio", "covariance with the benchmark over its variance, daily", "Beta"),
    "Annual Standard Deviation": Metric(
        "volatility", "fraction", "standard deviation of daily returns a year", "Volatility", annualisation=252.0
    ),
    "Annual Variance": Metric(
        "annual_variance", "ratio", "variance of daily returns a year", "Annual variance", annualisation=252.0
    ),
    "Information Ratio": Metric(
        "information_ratio",
        "ratio",
        "annual return beyond the benchmark's over the tracking error",
        "Information ratio",
        annualisation=252.0,
    ),
    "Tracking Error": Metric(
        "tracking_error",
        "fraction",
        "standard deviation of the return beyond the benchmark's",
        "Tracking error",
        annualisation=252.0,
    ),
    "Treynor Ratio": Metric(
        "treynor_ratio",
        "ratio",
        "annual return beyond the risk-free rate over beta",
        "Treynor ratio",
        annualisation=252.0,
    ),
    "Total Fees": Metric("fees", "currency", "fees of all orders", "Total fees"),
    "Estimated Strategy Capacity": Metric(
        "capacity", "currency", "money the strategy could run before moving prices", "Estimated capacity"
    ),
    "Portfolio Turnover": Metric(
        "daily_turnover", "fraction", "mean of each day's traded value over the portfolio's", "Portfolio turnover"
    ),
    "Drawdown Recovery": Metric(
        "drawdown_recovery", "days", "days to recover from the largest drawdown", "Drawdown recovery"
    ),
}
_PORTFOLIO = {
    "averageWinRate": "Average Win",
    "averageLossRate": "Average Loss",
    "profitLossRatio": "Profit-Loss Ratio",
    "winRate": "Win Rate",
    "lossRate": "Loss Rate",
    "expectancy": "Expectancy",
    "startEquity": "Start Equity",
    "endEquity": "End Equity",
    "compoundingAnnualReturn": "Compounding Annual Return",
    "drawdown": "Drawdown",
    "totalNetProfit": "Net Profit",
    "sharpeRatio": "Sharpe Ratio",
    "probabilisticSharpeRatio": "Probabilistic Sharpe Ratio",
    "sortinoRatio": "Sortino Ratio",
    "alpha": "Alpha",
    "beta": "Beta",
    "annualStandardDeviation": "Annual Standard Deviation",
    "annualVariance": "Annual Variance",
    "informationRatio": "Information Ratio",
    "trackingError": "Tracking Error",
    "treynorRatio": "Treynor Ratio",
    "portfolioTurnover": "Portfolio Turnover",
}
_PORTFOLIO_METRICS = {key: _STATISTICS[name] for key, name in _PORTFOLIO.items()} | {
    "valueAtRisk99": Metric(
        "var_99", "fraction", "one day's value at risk at 99 %, normal, last year", "Value at risk 99 %"
    ),
    "valueAtRisk95": Metric(
        "var_95", "fraction", "one day's value at risk at 95 %, normal, last year", "Value at risk 95 %"
    ),
    "drawdownRecovery": _STATISTICS["Drawdown Recovery"],
}
_TRADES = {
    "totalNumberOfTrades": Metric("trades", "count", "closed trades", "Trades"),
    "numberOfWinningTrades": Metric("wins", "count", "closed trades with a profit", "Wins"),
    "numberOfLosingTrades": Metric("losses", "count", "closed trades without a profit", "Losses"),
    "totalProfitLoss": Metric(
        "trade_profit", "currency", "profit of the closed trades, before fees", "Profit of trades"
    ),
    "largestProfit": Metric("largest_profit", "currency", "largest profit of a trade"),
    "largestLoss": Metric("largest_loss", "currency", "largest loss of a trade"),
    "averageProfitLoss": Metric("average_trade_profit", "currency", "mean profit of a closed trade"),
    "averageProfit": Metric("average_profit", "currency", "mean profit of winning trades"),
    "averageLoss": Metric("average_loss_money", "currency", "mean loss of losing trades"),
    "winRate": Metric("win_rate", "fraction", "closed trades with a profit over closed trades", "Win rate"),
    "lossRate": Metric("loss_rate", "fraction", "closed trades without a profit over closed trades", "Loss rate"),
    "profitLossRatio": Metric(
        "profit_loss_ratio", "ratio", "average profit over average loss of closed trades, money", "Profit-loss ratio"
    ),
    "winLossRatio": Metric("win_loss_ratio", "ratio", "winning over losing trades; 10 without losers"),
    "profitFactor": Metric(
        "profit_factor", "ratio", "total profit over total loss of closed trades; 10 without losses", "Profit factor"
    ),
    "sharpeRatio": Metric(
        "trade_sharpe",
        "ratio",
        "mean profit of a trade over its standard deviation, not annualised",
        "Sharpe ratio per trade",
    ),
    "sortinoRatio": Metric(
        "trade_sortino",
        "ratio",
        "mean profit of a trade over its downside deviation, not annualised",
        "Sortino ratio per trade",
    ),
    "maxConsecutiveWinningTrades": Metric("max_consecutive_wins", "count", "longest row of winning trades"),
    "maxConsecutiveLosingTrades": Metric("max_consecutive_losses", "count", "longest row of losing trades"),
    "maximumClosedTradeDrawdown": Metric(
        "closed_trade_drawdown", "currency", "largest fall of the sum of closed trades", factor=1.0
    ),
    "totalFees": Metric("trade_fees", "currency", "fees of the closed trades", "Fees of trades"),
    "averageTradeDuration": Metric(
        "average_holding", "days", "mean time a trade was held", "Average holding", read=duration_days
    ),
}
_KNOWN = frozenset(_STATISTICS)


def matches(document: Document) -> int:
    """Full results by their sections, blocks by their keys."""
    if document.kind != "json" or not document.values:
        return 0
    found = _unwrapped(document.values)
    if _part(found, "statistics") or _part(found, "totalPerformance") or "Strategy Equity" in _part(found, "charts"):
        return 95
    if _is_block(found):
        return 95
    return 90 if _many(found) else 0


def _unwrapped(found: dict[str, Json]) -> dict[str, Json]:
    """A result out of the packet of a job or the answer of the web API."""
    return next((inner for key in ("results", "backtest") if (inner := _part(found, key))), found)


def _is_block(found: Mapping[str, Json]) -> bool:
    texts = {key for key, value in found.items() if isinstance(value, str)}
    return len(texts & _KNOWN) >= 4 and bool(texts & {"Net Profit", "Compounding Annual Return"})


def _many(found: Mapping[str, Json]) -> bool:
    return len(found) > 0 and all(_is_block(obj(one)) for one in found.values())


def read(document: Document) -> list[BacktestRun]:
    """One run; or one for each block of statistics in a file of many."""
    found = _unwrapped(document.values)
    if _is_block(found):
        return [_block(document.name, found, "")]
    if _many(found):
        if len(found) > MAX_RUNS:
            raise BadInput(f"{document.name} has {len(found)} blocks of statistics; up to {MAX_RUNS} are read.")
        return [_block(name[:200], obj(one), joined("", name)) for name, one in found.items()]
    if not (_part(found, "statistics") or _part(found, "totalPerformance") or _part(found, "charts")):
        raise wrong(document, "QuantConnect Lean", "statistics, performance or charts")
    return [_full(document.name, found)]


def _block(name: str, found: Mapping[str, Json], path: str) -> BacktestRun:
    stated, notes, currency = _statistics(found, path)
    capital = next((item.value for item in stated if item.name == "initial_capital"), None)
    run = BacktestRun(
        name=name,
        engine=ENGINE,
        equity=None,
        strategy=name[:60],
        currency=currency,
        initial_capital=capital,
        stated=tuple(stated),
        configuration=_other(found),
        notes=(*notes, "Only the engine's own figures are in this file: there is no equity curve."),
    )
    return contradictions(run)


def _full(name: str, found: Mapping[str, Json]) -> BacktestRun:
    statistics, notes, currency = _statistics(_part(found, "statistics"), "statistics")
    performance = _part(found, "totalPerformance")
    portfolio, missed = state(
        _PORTFOLIO_METRICS,
        _lowered(_part(performance, "portfolioStatistics")),
        "totalPerformance.portfolioStatistics",
    )
    of_trades, missing = state(
        _TRADES, _lowered(_part(performance, "tradeStatistics")), "totalPerformance.tradeStatistics"
    )
    settings = _lowered(_part(found, "algorithmConfiguration"))
    periods = number(settings.get("tradingDaysPerYear")) or 252.0
    stated = [_annualised(item, periods) for item in (*statistics, *portfolio, *of_trades)]
    trades = tuple(
        trade
        for entry in items(_get(performance, "closedTrades"))
        if (trade := _trade(_lowered(obj(entry)))) is not None
    )
    equity, benchmark, told = _curves(_part(found, "charts"))
    capital = next((item.value for item in stated if item.name == "initial_capital"), None)
    if capital is None and equity is not None:
        capital = float(equity.values[0])
    own_name = word(settings.get("name") or _get(found, "name"))
    run = BacktestRun(
        name=own_name or name,
        engine=ENGINE,
        equity=equity,
        strategy=(own_name or name)[:60],
        symbols=_symbols(trades, _part(found, "orders")),
        currency=word(settings.get("accountCurrency"), 20) or currency,
        initial_capital=capital,
        periods_per_year=periods,
        benchmark=benchmark,
        benchmark_name="the benchmark of the algorithm" if benchmark is not None else None,
        trades=trades,
        stated=tuple(stated),
        configuration={**scalars(settings), **_other(_part(found, "statistics"))},
        notes=(*notes, *missed, *missing, *told),
    )
    return contradictions(run)


def _annualised(item: Stated, periods: float) -> Stated:
    return replace(item, annualisation=periods) if item.annualisation == 252.0 else item


# --- figures ---------------------------------------------------------------------------------------------------------


def _statistics(found: Mapping[str, Json], path: str) -> tuple[list[Stated], list[str], str]:
    """The figures of a block of texts with units, sentences on what was left out, and the account's currency."""
    stated: list[Stated] = []
    overflown: list[str] = []
    currency = "USD"
    for key, value in found.items():
        figure = marked(value) if isinstance(value, str) else None
        if figure is None or key in ("OrderListHash", "Lowest Capacity Asset"):
            continue
        amount, kind, mark = figure
        if mark:
            currency = CURRENCIES.get(mark, mark)
        if abs(amount) >= ABSURD:
            overflown.append(key)
            continue
        stated.append(_figure(key, amount, kind, path))
    notes = [f"Lean states an overflown value for: {', '.join(overflown)}."] if overflown else []
    return stated, notes, currency


def _figure(key: str, amount: float, kind: str, path: str) -> Stated:
    units: dict[str, Unit] = {"percent": "fraction", "currency": "currency", "plain": "ratio"}
    metric = _STATISTICS.get(key) or Metric(
        re.sub(r"\W+", "_", key.lower()).strip("_")[:60], units[kind], "as Lean states it"
    )
    # The text's own unit wins where the two differ: turnover is written with and without a percent sign.
    unit: Unit = metric.unit if kind == "plain" else units[kind]
    return Stated(
        name=metric.name,
        value=amount * metric.factor if metric.factor != 1.0 and amount else amount,
        unit=unit,
        path=joined(path, key),
        definition=metric.definition,
        label=metric.label or key,
        annualisation=metric.annualisation,
    )


def _other(found: Mapping[str, Json]) -> dict[str, str]:
    return {key: word(found[key]) for key in ("OrderListHash", "Lowest Capacity Asset") if word(found.get(key))}


# --- curves ----------------------------------------------------------------------------------------------------------


def _curves(charts: Mapping[str, Json]) -> tuple[Curve | None, Curve | None, tuple[str, ...]]:
    equity = _points(charts, "Strategy Equity", "Equity")
    if equity is None:
        return None, None, ("There is no equity curve in this file.",)
    samples = _points(charts, "Strategy Equity", "Return") or _points(charts, "Strategy Equity", "Daily Performance")
    stamps = samples[0] if samples is not None and len(samples[0]) > 1 else _last_of_days(equity[0])
    market = _points(charts, "Benchmark", "Benchmark")
    own = _sampled(equity, stamps, "equity curve")
    if own is None:
        return None, None, ("The equity curve has too few values to be used.",)
    other = _sampled(market, stamps, "benchmark") if market is not None and np.any(market[1] > 0) else None
    told = (
        "A value sampled at midnight is dated to the day that it closes; the first is the capital on the day before."
    )
    return own, other, (told,)


def _points(charts: Mapping[str, Json], chart: str, line: str) -> tuple[Days, Values] | None:
    """Times and values of a line: points are {x, y}, [time, value] or [time, open, high, low, close], oldest first."""
    lines = _part(obj(charts.get(chart)), "series")
    pairs = [pair for point in items(_get(obj(lines.get(line)), "values")) if (pair := _point(point)) is not None]
    if not pairs:
        return None
    pairs.sort(key=lambda pair: pair[0])
    when: Days = np.array([stamp for stamp, _ in pairs], dtype="datetime64[s]")
    return when, np.array([value for _, value in pairs], dtype=np.float64)


def _point(point: Json) -> tuple[np.datetime64, float] | None:
    if isinstance(point, dict):
        low = _lowered(point)
        when, value = low.get("x", low.get("time")), number(low.get("y", low.get("close")))
    elif isinstance(point, list) and len(point) >= 2:
        when, value = point[0], number(point[-1])
    else:
        return None
    seconds = whole(when)
    stamp = np.datetime64(seconds, "s") if seconds is not None and abs(seconds) < 7_000_000_000 else moment_of(when)
    return (stamp, value) if stamp is not None and value is not None else None


def _last_of_days(when: Days) -> Days:
    closes = _closing_day(when)
    return when[np.concatenate((closes[1:] != closes[:-1], [True]))]


def _closing_day(when: Days) -> Days:
    """The day a sample closes. Midnight anywhere, and the evening close, lie within 12 hours after its noon in UTC."""
    return (when - np.timedelta64(12 * 3600, "s")).astype("datetime64[D]").astype("datetime64[s]")


def _sampled(line: tuple[Days, Values], stamps: Days, what: str) -> Curve | None:
    """The last value up to each stamp, one a day."""
    when, values = line
    place = np.searchsorted(when, stamps, side="right") - 1
    kept = place >= 0
    days, taken = _closing_day(stamps[kept]), values[place[kept]]
    if len(days) < 2:
        return None
    last = np.concatenate((days[1:] != days[:-1], [True]))
    if int(last.sum()) < 2:
        return None
    return series(days[last], taken[last], what).curve


# --- trades ----------------------------------------------------------------------------------------------------------


def _trade(found: Mapping[str, Json]) -> Trade | None:
    opened, closed = moment_of(found.get("entryTime")), moment_of(found.get("exitTime"))
    price, quantity = number(found.get("entryPrice")), number(found.get("quantity"))
    if opened is None or price is None or quantity is None:
        return None
    fees, gross = number(found.get("totalFees")), number(found.get("profitLoss"))
    net = gross - (fees or 0.0) if gross is not None else None
    invested = abs(price * quantity)
    return Trade(
        symbol=_symbol(found.get("symbol") or next(iter(items(found.get("symbols"))), None)),
        side="short" if text(found.get("direction")).lower() in ("1", "short") else "long",
        quantity=abs(quantity),
        entry_date=opened,
        entry_price=price,
        exit_date=closed,
        exit_price=number(found.get("exitPrice")),
        pnl=net,
        return_fraction=net / invested if net is not None and invested > 0 else None,
        costs=fees,
    )


def _symbol(found: Json) -> str:
    if isinstance(found, dict):
        low = _lowered(found)
        return word(low.get("value") or low.get("permtick") or low.get("iD") or low.get("id"), 40).strip()
    return word(found, 40).strip()


def _symbols(trades: Sequence[Trade], orders: Mapping[str, Json]) -> tuple[str, ...]:
    of_orders: Iterable[str] = (_symbol(_get(obj(order), "symbol")) for order in orders.values())
    names = dict.fromkeys([*(trade.symbol for trade in trades), *of_orders])
    return tuple(name for name in names if name)[:100]


# --- either casing ---------------------------------------------------------------------------------------------------


def _get(found: Mapping[str, Json], key: str) -> Json:
    """`key` in camelCase, or else in PascalCase."""
    return found.get(key, found.get(key[:1].upper() + key[1:]))


def _part(found: Mapping[str, Json], key: str) -> dict[str, Json]:
    return obj(_get(found, key))


def _lowered(found: Mapping[str, Json]) -> dict[str, Json]:
    """The same with keys in camelCase."""
    return {key[:1].lower() + key[1:]: value for key, value in found.items()}
