"""freqtrade's backtest results: `backtest-result-*.json`, or the zip that holds one.

Units as freqtrade writes them: plain keys are fractions, `*_pct` percent (not read, the fraction is), `*_abs` and balances
in the stake currency, drawdowns positive (turned negative here). -100 as a Sharpe, Sortino or Calmar means undefined.

Its Sharpe and Sortino divide the profit per calendar day by the standard deviation *per trade* (ddof 0), times the root of
365; its Calmar is profit per day in percent over the drawdown, times the root of 365. `wallet_stats`, where present, has
conventional figures from daily balances. CAGR counts a year as 365 days and annualises however short the run.

The equity curve is the starting balance plus `daily_profit` (profit of trades closed that day, UTC), or without it the
profit of the trades by closing day: positions that were open are not valued in it. It starts the day before the first day.
"""

from collections.abc import Mapping

import numpy as np

from tools.backtests.model import BacktestRun, Curve, Stated, Trade
from tools.backtests.readers.curves import series
from tools.backtests.readers.dates import dates, moment_of
from tools.backtests.readers.document import MAX_RUNS, Document, Json, Table, items, obj, text, word, wrong
from tools.backtests.readers.numbers import number
from tools.backtests.readers.stated import Metric, contradictions, scalars, state, symbols_of
from tools.errors import BadInput

ENGINE = "freqtrade"

_PER_TRADE = "profit per calendar day over the standard deviation of profits per trade, times the root of 365"
_UNDEFINED = (-100.0,)
_METRICS = {
    "profit_total": Metric(
        "total_return", "fraction", "sum of the trades' profits over the starting balance", "Total profit"
    ),
    "profit_total_long": Metric("profit_total_long", "fraction", "profits of long trades over the starting balance"),
    "profit_total_short": Metric(
        "profit_total_short", "fraction", "profits of short trades over the starting balance"
    ),
    "profit_total_abs": Metric("net_profit", "currency", "sum of the trades' profits, fees paid", "Total profit"),
    "profit_mean": Metric(
        "average_trade", "fraction", "mean profit ratio of a trade, of its stake", "Mean profit a trade"
    ),
    "profit_median": Metric(
        "median_trade", "fraction", "median profit ratio of a trade, of its stake", "Median profit a trade"
    ),
    "cagr": Metric(
        "cagr", "fraction", "final over starting balance, a year of 365 days", "CAGR", annualisation=365.0
    ),
    "sharpe": Metric("sharpe", "ratio", _PER_TRADE, "Sharpe ratio", annualisation=365.0, undefined=_UNDEFINED),
    "sortino": Metric(
        "sortino",
        "ratio",
        f"{_PER_TRADE}, losing trades only",
        "Sortino ratio",
        annualisation=365.0,
        undefined=_UNDEFINED,
    ),
    "calmar": Metric(
        "calmar",
        "ratio",
        "profit per calendar day in percent over the maximum drawdown, times the root of 365",
        "Calmar ratio",
        annualisation=365.0,
        undefined=_UNDEFINED,
    ),
    "sqn": Metric(
        "sqn",
        "ratio",
        "root of the number of trades times their mean over their standard deviation",
        "SQN",
        undefined=_UNDEFINED,
    ),
    "profit_factor": Metric(
        "profit_factor", "ratio", "profits of winners over losses of losers", "Profit factor", undefined=(0.0,)
    ),
    "expectancy": Metric("expectancy", "currency", "mean profit of a trade", "Expectancy"),
    "expectancy_ratio": Metric("expectancy_ratio", "ratio", "expectancy over the average loss", undefined=(100.0,)),
    "max_drawdown_account": Metric(
        "max_drawdown",
        "fraction",
        "largest fall in money of the closed-trade balance, over its peak",
        "Maximum drawdown",
        -1.0,
    ),
    "max_relative_drawdown": Metric(
        "max_relative_drawdown",
        "fraction",
        "largest fall in percent of the closed-trade balance",
        "Maximum relative drawdown",
        -1.0,
    ),
    "max_drawdown_abs": Metric(
        "max_drawdown_abs", "currency", "largest fall of the closed-trade balance", "Maximum drawdown", -1.0
    ),
    "market_change": Metric(
        "market_change", "fraction", "mean price change of all pairs, first to last candle", "Market change"
    ),
    "starting_balance": Metric("initial_capital", "currency", "balance before the first trade", "Starting balance"),
    "final_balance": Metric("final_equity", "currency", "balance after the last trade", "Final balance"),
    "total_trades": Metric("trades", "count", "closed trades", "Trades"),
    "trade_count_long": Metric("trades_long", "count", "closed long trades"),
    "trade_count_short": Metric("trades_short", "count", "closed short trades"),
    "trades_per_day": Metric("trades_per_day", "ratio", "closed trades over days"),
    "wins": Metric("wins", "count", "trades with profit_ratio above 0", "Wins"),
    "losses": Metric("losses", "count", "trades with profit_ratio below 0", "Losses"),
    "draws": Metric("draws", "count", "trades with a profit_ratio of 0", "Draws"),
    "winrate": Metric("win_rate", "fraction", "trades with profit_ratio above 0 over all trades", "Win rate"),
    "total_volume": Metric("total_volume", "currency", "sum of the stakes"),
    "avg_stake_amount": Metric("avg_stake_amount", "currency", "mean stake of a trade"),
    "backtest_days": Metric("days", "days", "calendar days of the run", "Days"),
    "backtest_best_day": Metric(
        "best_day_of_trades",
        "fraction",
        "highest sum of profit ratios of one day, each of its own stake",
        "Best day, returns of its trades added up",
    ),
    "backtest_worst_day": Metric(
        "worst_day_of_trades",
        "fraction",
        "lowest sum of profit ratios of one day, each of its own stake",
        "Worst day, returns of its trades added up",
    ),
    "winning_days": Metric("winning_days", "count", "days with a profit"),
    "losing_days": Metric("losing_days", "count", "days with a loss"),
    "draw_days": Metric("draw_days", "count", "days without profit or loss"),
    "holding_avg_s": Metric("average_holding", "days", "mean time a trade was held", "Average holding", 1 / 86_400),
}
_COMPARED = {
    "trades": _METRICS["total_trades"],
    "profit_mean": _METRICS["profit_mean"],
    "profit_total": _METRICS["profit_total"],
    "profit_total_abs": _METRICS["profit_total_abs"],
    "wins": Metric("wins", "count", "trades with profit_abs above 0", "Wins"),
    "losses": Metric("losses", "count", "trades with profit_abs below 0", "Losses"),
    "draws": Metric("draws", "count", "trades with a profit_abs of 0", "Draws"),
    "winrate": Metric("win_rate", "fraction", "trades with profit_abs above 0 over all trades", "Win rate"),
    "cagr": _METRICS["cagr"],
    "sharpe": _METRICS["sharpe"],
    "sortino": _METRICS["sortino"],
    "calmar": _METRICS["calmar"],
    "sqn": _METRICS["sqn"],
    "profit_factor": _METRICS["profit_factor"],
    "max_drawdown_account": _METRICS["max_drawdown_account"],
    "max_drawdown_abs": _METRICS["max_drawdown_abs"],
}
_WALLET = {
    key: Metric(
        _METRICS[key].name,
        _METRICS[key].unit,
        f"{words}, from daily wallet balances",
        _METRICS[key].label,
        annualisation=365.0,
        undefined=_UNDEFINED,
    )
    for key, words in {
        "sharpe": "mean over standard deviation of daily returns, times the root of 365",
        "sortino": "mean over downside deviation of daily returns, times the root of 365",
        "calmar": "annualised return over the maximum drawdown",
    }.items()
}
_SETTINGS = (
    "backtest_start backtest_end timeframe timeframe_detail timerange stake_currency stake_amount max_open_trades "
    "max_open_trades_setting stoploss trailing_stop trailing_stop_positive trailing_stop_positive_offset "
    "trailing_only_offset_is_reached use_custom_stoploss use_exit_signal exit_profit_only exit_profit_offset "
    "ignore_roi_if_entry_signal enable_protections trading_mode margin_mode rejected_signals timedout_entry_orders "
    "timedout_exit_orders canceled_trade_entries canceled_entry_orders replaced_entry_orders freqai_identifier"
).split()


def matches(document: Document) -> int:
    """A result by its strategies, trades by their columns; the small files that lie beside one are known too, to say so."""
    if _trades_alone(document) is not None:
        return 95
    found = document.values
    if document.kind != "json" or not found:
        return 0
    strategies = obj(found.get("strategy"))
    if strategies and all("trades" in obj(one) or "backtest_start" in obj(one) for one in strategies.values()):
        return 100
    return 90 if _is_companion(found) else 0


def _trades_alone(document: Document) -> Table | None:
    """The trades that `load_backtest_data` gives, kept as CSV or JSON."""
    table = document.table
    columns = ("pair", "open_date", "close_date", "open_rate", "amount", "profit_abs", "profit_ratio")
    return table if table is not None and table.has(*columns) else None


def _is_companion(found: Mapping[str, Json]) -> bool:
    if "latest_backtest" in found or {"stake_currency", "exchange", "max_open_trades"} <= found.keys():
        return True
    return bool(found) and all("run_id" in obj(one) and "backtest_start_time" in obj(one) for one in found.values())


def read(document: Document) -> list[BacktestRun]:
    """One run a strategy; one without a curve where only trades were kept."""
    alone = _trades_alone(document)
    if alone is not None:
        return [_of_trades(document.name, alone)]
    found = document.values
    if _is_companion(found):
        raise BadInput(
            f"{document.name} only describes a freqtrade backtest; the figures are in the file of the same name "
            "without .meta, or in its zip."
        )
    strategies = {name: obj(one) for name, one in obj(found.get("strategy")).items()}
    if not strategies or not all("trades" in one or "backtest_start" in one for one in strategies.values()):
        raise wrong(document, ENGINE, "`strategy` with results in it")
    if len(strategies) > MAX_RUNS:
        raise BadInput(f"{document.name} has {len(strategies)} strategies; up to {MAX_RUNS} are read.")
    compared = {word(obj(line).get("key")): obj(line) for line in items(found.get("strategy_comparison"))}
    return [_run(name, one, compared.get(name, {})) for name, one in strategies.items()]


def _run(name: str, found: Mapping[str, Json], compared: Mapping[str, Json]) -> BacktestRun:
    path = f'strategy."{name[:80]}"'
    stated, notes = state(_METRICS, found, path)
    again, _ = state(_COMPARED, compared, f'strategy_comparison."{name[:80]}"')
    wallet, _ = state(_WALLET, obj(found.get("wallet_stats")), f"{path}.wallet_stats")
    trades = tuple(trade for entry in items(found.get("trades")) if (trade := _trade(obj(entry))) is not None)
    capital = number(found.get("starting_balance")) or number(found.get("dry_run_wallet"))
    equity, told = _equity(found, trades, capital)
    pairs = tuple(word(pair, 40) for pair in items(found.get("pairlist")))[:100]
    run = BacktestRun(
        name=name[:200],
        engine=ENGINE,
        equity=equity,
        strategy=name[:60],
        symbols=pairs,
        timeframe=word(found.get("timeframe"), 20) or "1d",
        currency=word(found.get("stake_currency"), 20) or "USD",
        initial_capital=capital,
        periods_per_year=365.0,
        trades=trades,
        stated=(*stated, *_new(stated, again), *wallet),
        configuration=scalars(found, _SETTINGS),
        fee=_fee(found),
        notes=(*notes, *told),
    )
    return contradictions(run)


def _of_trades(name: str, table: Table) -> BacktestRun:
    rows = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    trades = tuple(trade for row in rows if (trade := _trade(row)) is not None)
    return BacktestRun(
        name=name,
        engine=ENGINE,
        currency="",
        equity=None,
        symbols=symbols_of(trades),
        periods_per_year=365.0,
        trades=trades,
        notes=("Only trades are in this file: there is no equity curve.",),
    )


def _new(stated: list[Stated], again: list[Stated]) -> list[Stated]:
    """What the comparison table says beyond the result itself: not the same number of the same meaning again."""
    said = {(item.name, item.definition, round(item.value, 9)) for item in stated}
    return [item for item in again if (item.name, item.definition, round(item.value, 9)) not in said]


def _equity(
    found: Mapping[str, Json], trades: tuple[Trade, ...], capital: float | None
) -> tuple[Curve | None, tuple[str, ...]]:
    """Balance by day: closed profits, every day of the run, the capital on the day before the first."""
    profits = _daily(found) or _by_closing_day(trades)
    if capital is None or capital <= 0 or not profits:
        return None, ("There is no equity curve: the result has no starting balance or no closed trade.",)
    start, end = moment_of(found.get("backtest_start")), moment_of(found.get("backtest_end"))
    first, last = min(profits), max(profits)
    first = min(first, start.astype("datetime64[D]")) if start is not None else first
    last = max(last, end.astype("datetime64[D]")) if end is not None else last
    if (last - first).astype(int) > 40_000:
        raise BadInput("The backtest spans more than a century; its dates cannot be right.")
    days = np.arange(first - 1, last + 1, dtype="datetime64[D]")
    gains = np.array([profits.get(day, 0.0) for day in days], dtype=np.float64)
    note = "The curve adds up the profits of closed trades by day; open positions are not valued in it."
    return series(days.astype("datetime64[s]"), capital + np.cumsum(gains), "equity curve").curve, (note,)


def _daily(found: Mapping[str, Json]) -> dict[np.datetime64, float]:
    rows = [
        (word(row[0]), number(row[1]))
        for row in items(found.get("daily_profit"))
        if isinstance(row, list) and len(row) == 2
    ]
    if not rows:
        return {}
    if any(gain is None for _, gain in rows):
        raise BadInput("daily_profit has an entry that is not a number.")
    days = dates([day for day, _ in rows], "daily_profit").astype("datetime64[D]")
    return {day: gain for day, (_, gain) in zip(days, rows, strict=True) if gain is not None}


def _by_closing_day(trades: tuple[Trade, ...]) -> dict[np.datetime64, float]:
    profits: dict[np.datetime64, float] = {}
    for trade in trades:
        if trade.exit_date is not None and trade.pnl is not None:
            day = trade.exit_date.astype("datetime64[D]")
            profits[day] = profits.get(day, 0.0) + trade.pnl
    return profits


def _true(value: Json) -> bool:
    return value is True or text(value).lower() in ("true", "1")


def _trade(found: Mapping[str, Json]) -> Trade | None:
    opened = moment_of(found.get("open_date")) or moment_of(found.get("open_timestamp"))
    price, amount = number(found.get("open_rate")), number(found.get("amount"))
    if opened is None or price is None or amount is None:
        return None
    # What is open at the end is closed by force, and older versions call it open nevertheless.
    closed = moment_of(found.get("close_date"))
    fees = (number(found.get("fee_open")), number(found.get("fee_close")))
    rate = number(found.get("close_rate"))
    costs = None
    if fees[0] is not None and fees[1] is not None:
        costs = amount * (price * fees[0] + (rate if rate is not None else price) * fees[1])
    return Trade(
        symbol=word(found.get("pair"), 40),
        side="short" if _true(found.get("is_short")) else "long",
        quantity=abs(amount),
        entry_date=opened,
        entry_price=price,
        exit_date=closed,
        exit_price=rate if closed is not None else None,
        pnl=number(found.get("profit_abs")),
        return_fraction=number(found.get("profit_ratio")),
        costs=costs,
        exit_reason=word(found.get("exit_reason") or found.get("sell_reason"), 60) or None,
    )


def _fee(found: Mapping[str, Json]) -> float | None:
    """The fee of the first trade, as a fraction of one side; all trades of a run have the exchange's."""
    for entry in items(found.get("trades"))[:1]:
        return number(obj(entry).get("fee_open"))
    return None
