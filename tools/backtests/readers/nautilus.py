"""nautilus_trader: performance statistics as JSON, account and position reports as CSV.

`stats_returns` and `stats_pnls` (by currency) may be given together, as in a BacktestResult, or one of them alone. Figures of
returns are fractions; `PnL% (total)` is percent; `Max Drawdown`, where present, is negative as here. The days in brackets of a
name ("Sharpe Ratio (252 days)") are its annualisation. Statistics of returns are of the portfolio, or, where it had
none, of positions, which the result does not tell.

An account report has a row for each change of the balance; `total` makes the equity of a currency, without the
unrealised profit of open positions; it is carried over the days without a change. A position report makes trades: `realized_pnl` is money with its currency in the text, net of commissions.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tools.backtests.model import BacktestRun, Scalar, Stated, Trade
from tools.backtests.readers.curves import day_by_day, series
from tools.backtests.readers.dates import dates, moment_of
from tools.backtests.readers.document import Document, Json, Table, obj, plain_name, wrong
from tools.backtests.readers.numbers import number, numbers
from tools.backtests.readers.stated import Metric, contradictions, joined, scalars, state, symbols_of, years_of_days
from tools.errors import BadInput

ENGINE = "nautilus_trader"

_RETURNS = {
    "Sharpe Ratio": Metric(
        "sharpe", "ratio", "mean over standard deviation of daily returns a year, risk-free rate 0", "Sharpe ratio"
    ),
    "Sortino Ratio": Metric(
        "sortino", "ratio", "mean over downside deviation of daily returns a year", "Sortino ratio"
    ),
    "Returns Volatility": Metric(
        "volatility", "fraction", "standard deviation of daily returns a year, ddof 1", "Volatility"
    ),
    "CAGR": Metric("cagr", "fraction", "compound growth a year", "CAGR"),
    "Calmar Ratio": Metric("calmar", "ratio", "CAGR over the maximum drawdown", "Calmar ratio"),
    "Max Drawdown": Metric(
        "max_drawdown", "fraction", "largest fall of the compounded returns from their peak", "Maximum drawdown"
    ),
    "Average (Return)": Metric("average_return", "fraction", "mean of the non-zero returns", "Average return"),
    "Average Win (Return)": Metric("average_win", "fraction", "mean of the positive returns", "Average win"),
    "Average Loss (Return)": Metric("average_loss", "fraction", "mean of the negative returns", "Average loss"),
    "Profit Factor": Metric(
        "returns_profit_factor", "ratio", "sum of positive over sum of negative returns", "Profit factor of returns"
    ),
    "Risk Return Ratio": Metric(
        "risk_return_ratio", "ratio", "mean over standard deviation of returns, not annualised", "Risk return ratio"
    ),
    "Alpha": Metric("alpha", "fraction", "annual return beyond beta times the benchmark's", "Alpha"),
    "Beta": Metric("beta", "ratio", "covariance with the benchmark over its variance", "Beta"),
}
_PNLS = {
    "PnL (total)": Metric("net_profit", "currency", "realised profit of the run", "Profit"),
    "PnL% (total)": Metric("total_return", "fraction", "profit over the starting balance", "Total return", 0.01),
    "Max Winner": Metric("largest_profit", "currency", "largest profit of a position", "Largest win"),
    "Avg Winner": Metric("average_profit", "currency", "mean profit of winning positions", "Average win"),
    "Min Winner": Metric("smallest_profit", "currency", "smallest profit of a position", "Smallest win"),
    "Min Loser": Metric("smallest_loss", "currency", "smallest loss of a position", "Smallest loss"),
    "Avg Loser": Metric("average_loss_money", "currency", "mean loss of losing positions", "Average loss"),
    "Max Loser": Metric("largest_loss", "currency", "largest loss of a position", "Largest loss"),
    "Expectancy": Metric("expectancy", "currency", "mean profit of a position", "Expectancy"),
    "Win Rate": Metric("win_rate", "fraction", "positions with a profit over all positions", "Win rate"),
    "Profit Factor": Metric("profit_factor", "ratio", "sum of profits over sum of losses", "Profit factor"),
    "Long Ratio": Metric("long_share", "fraction", "long positions over all positions", "Long positions"),
}
_TOTALS = {
    "total_orders": Metric("orders", "count", "orders sent", "Orders"),
    "total_positions": Metric("positions", "count", "positions opened", "Positions"),
    "total_events": Metric("events", "count", "events handled", "Events"),
    "iterations": Metric("iterations", "count", "data points handled", "Iterations"),
}


def matches(document: Document) -> int:
    """Statistics by their sections or names, reports by their columns."""
    if _are_statistics(document.values):
        return 90
    table = document.table
    return 90 if table is not None and (_is_account(table) or _is_positions(table) or _is_orders(table)) else 0


def _are_statistics(found: Mapping[str, Json]) -> bool:
    return bool(_section(found, "returns") or _section(found, "pnls")) or _is_pnls(found) or _is_returns(found)


def _section(found: Mapping[str, Json], name: str) -> dict[str, Json]:
    """`stats_pnls` of a BacktestResult; or `pnls`, as people call what the analyzer gives."""
    full = obj(found.get(f"stats_{name}"))
    if full:
        return full
    short = obj(found.get(name))
    return short if _is_pnls(short) or _is_returns(short) else {}


def _is_pnls(found: Mapping[str, Json]) -> bool:
    return "PnL (total)" in found and "PnL% (total)" in found


def _is_returns(found: Mapping[str, Json]) -> bool:
    return sum(_bare(key) in _RETURNS for key in found) >= 3 and any(
        years_of_days(key) or "(Return)" in key for key in found
    )


def _is_account(table: Table) -> bool:
    return table.has("total", "locked", "free", "currency")


def _is_orders(table: Table) -> bool:
    return table.has("trader_id", "strategy_id", "instrument_id", "venue_order_id")


def _is_positions(table: Table) -> bool:
    return table.has("instrument_id", "ts_opened", "avg_px_open", "realized_pnl")


def read(document: Document) -> list[BacktestRun]:
    """One run; of an account report one a currency."""
    found = document.values
    if _are_statistics(found):
        return [_of_statistics(document.name, found)]
    table = document.table
    if table is not None and _is_account(table):
        return _of_account(document.name, table)
    if table is not None and _is_positions(table):
        trades = _trades(table)
        note = "Only positions are in this file: there is no equity curve."
        run = BacktestRun(
            name=document.name, engine=ENGINE, equity=None, symbols=symbols_of(trades), trades=trades, notes=(note,)
        )
        return [replace(run, currency=_currency(table))]
    if table is not None and _is_orders(table):
        raise BadInput(
            f"{document.name} is a report of orders or fills, which does not say what an instrument's point is worth; hand in "
            "the positions report or the account report of the same run."
        )
    raise wrong(document, ENGINE, "statistics, account report or position report")


# --- statistics ------------------------------------------------------------------------------------------------------


def _of_statistics(name: str, found: Mapping[str, Json]) -> BacktestRun:
    returns = _section(found, "returns") or (dict(found) if _is_returns(found) else {})
    by_currency = _section(found, "pnls") or ({"": dict(found)} if _is_pnls(found) else {})
    if by_currency and not any(isinstance(pnls, dict) for pnls in by_currency.values()):
        by_currency = {"": by_currency}
    stated, notes = _of_returns(returns, _path(found, "returns"))
    for currency, pnls in by_currency.items():
        told, left_out = state(_PNLS, obj(pnls), joined(_path(found, "pnls"), currency) if currency else "")
        several = len(by_currency) > 1
        stated += (
            [
                replace(item, name=f"{item.name}_{currency.lower()}", label=f"{item.label} ({currency})")
                for item in told
            ]
            if several
            else told
        )
        notes += left_out
    general, _ = state(_PNLS, obj(found.get("stats_general") or found.get("general")), _path(found, "general"))
    told, _ = state(_TOTALS, found)
    period: dict[str, Scalar] = {
        key: str(stamp)
        for key in ("backtest_start", "backtest_end")
        if (stamp := moment_of(found.get(key))) is not None
    }
    run = BacktestRun(
        name=name,
        engine=ENGINE,
        equity=None,
        currency=next(iter(by_currency), ""),
        stated=(*stated, *general, *told),
        configuration={**scalars(found, ("run_id", "trader_id", "elapsed_time")), **period},
        notes=(*notes, "Only the engine's own figures are in this file: there is no equity curve."),
    )
    return contradictions(run)


def _path(found: Mapping[str, Json], name: str) -> str:
    return next((key for key in (f"stats_{name}", name) if key in found), "")


def _of_returns(found: Mapping[str, Json], path: str) -> tuple[list[Stated], list[str]]:
    metrics = {
        key: replace(_RETURNS[_bare(key)], annualisation=years_of_days(key))
        for key in found
        if _bare(key) in _RETURNS
    }
    return state(metrics, found, path)


def _bare(name: str) -> str:
    """ "Sharpe Ratio (252 days)" without its days."""
    return name.split(" (")[0] if years_of_days(name) else name


# --- reports ---------------------------------------------------------------------------------------------------------


def _of_account(name: str, table: Table) -> list[BacktestRun]:
    money = table.cells(table.column("currency") or 0)
    if plain_name(table.columns[0]) == "total":
        raise BadInput(f"{name} is an account report without its dates; write it with its index.")
    when = dates(table.cells(0), table.columns[0] or "index")
    total = numbers(table, table.column("total") or 0)
    runs: list[BacktestRun] = []
    for currency in dict.fromkeys(money):
        own = np.array([code == currency for code in money])
        stamps, values = when[own], total[own]
        # Several changes in one second: the last counts.
        order = np.argsort(stamps, kind="stable")
        stamps, values = stamps[order], values[order]
        last = np.concatenate((stamps[1:] != stamps[:-1], [True]))
        if int(last.sum()) < 2:
            continue
        found = series(stamps[last], values[last], f"balance in {currency[:12]}")
        runs.append(
            BacktestRun(
                name=name if len(set(money)) == 1 else f"{name} ({currency[:12]})",
                engine=ENGINE,
                equity=day_by_day(found.curve),
                currency=currency[:12],
                initial_capital=float(found.curve.values[0]),
                notes=(
                    *found.notes,
                    "The curve is the balance of the account at the end of each day; open positions are not valued in it.",
                ),
            )
        )
    if not runs:
        raise BadInput(f"{name} has fewer than two balances of any currency, so there is no curve.")
    return runs


def _trades(table: Table) -> tuple[Trade, ...]:
    made: list[Trade] = []
    for row in table.rows:
        cell = dict(zip(table.columns, row, strict=True))
        opened, price = moment_of(cell.get("ts_opened")), number(cell.get("avg_px_open"))
        size = number(cell.get("peak_qty")) or number(cell.get("quantity"))
        if opened is None or price is None or size is None:
            raise BadInput("A position has no ts_opened that is a date, no quantity or no avg_px_open.")
        closed = moment_of(cell.get("ts_closed"))
        pnl = _money(cell.get("realized_pnl"))
        made.append(
            Trade(
                symbol=cell.get("instrument_id", "")[:40],
                side="short" if cell.get("entry", "").upper() == "SELL" else "long",
                quantity=abs(size),
                entry_date=opened,
                entry_price=price,
                exit_date=closed,
                exit_price=number(cell.get("avg_px_close")) if closed is not None else None,
                pnl=pnl,
                return_fraction=number(cell.get("realized_return")),
                costs=_commissions(cell.get("commissions", "")),
            )
        )
    return tuple(made)


def _money(value: str | None) -> float | None:
    """ "-12.50 USD" as -12.5."""
    return number((value or "").split(" ")[0].replace("_", ""))


def _commissions(value: str) -> float | None:
    """ "['1.20 USD']" as 1.2; None where several currencies are in it."""
    parts = [part for part in value.strip("[]").replace("'", "").replace('"', "").split(", ") if part]
    return _money(parts[0]) if len(parts) == 1 else None


def _currency(table: Table) -> str:
    cells = table.cells(table.column("realized_pnl") or 0)
    return next((cell.split(" ")[1][:12] for cell in cells if " " in cell), "")
