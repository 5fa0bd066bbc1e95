"""Trades, exposure, turnover and costs."""

from functools import partial

import numpy as np

from tools.backtests import kpis
from tools.backtests.model import BacktestRun
from tools.backtests.trades import ENOUGH_TRADES, trade_figures, turnover
from tools.narrative.facts import FactSheet
from tools.narrative.gathering.basis import Basis, day


def add_trades(sheet: FactSheet, run: BacktestRun, basis: Basis | None) -> None:
    """What was traded, how long it was held and what it cost."""
    period = basis.period if basis else None
    add = partial(sheet.add, period=period, source="trades")
    figures = trade_figures(run.trades)
    if figures is not None:
        if basis is None:
            _span_of_trades(sheet, run)
            add(
                "trades.total_pnl",
                "Total profit of closed trades",
                figures.total_pnl,
                "currency",
                definition="Sum of profits and losses of closed trades after costs.",
            )
        add("trades.count", "Closed trades", figures.closed, "count", definition="Round trips that were closed.")
        add(
            "trades.won",
            "Winning trades",
            figures.won,
            "count",
            definition="Closed trades with a profit after costs.",
        )
        add(
            "trades.lost", "Losing trades", figures.lost, "count", definition="Closed trades with a loss after costs."
        )
        add("trades.open", "Open trades", figures.open, "count", definition="Trades not closed by the last date.")
        add(
            "trades.average_days",
            "Average holding period",
            figures.average_days,
            "days",
            definition="Calendar days from entry to exit, mean of closed trades.",
        )
        add(
            "costs.total",
            "Trading costs",
            figures.costs,
            "currency",
            definition="Fees and slippage of all trades, as recorded.",
        )
        if figures.closed >= ENOUGH_TRADES:
            add(
                "trades.win_rate",
                "Win rate",
                figures.win_rate,
                "fraction",
                definition="Winning trades over closed trades.",
            )
            add(
                "trades.profit_factor",
                "Profit factor",
                figures.profit_factor,
                "ratio",
                definition="Gains over losses, in money.",
            )
            add(
                "trades.average_return",
                "Average trade",
                figures.average_return,
                "fraction",
                definition="Mean return of closed trades on the money put in.",
            )
            add("trades.best", "Best trade", figures.best, "fraction", definition="Highest return of a closed trade.")
            add(
                "trades.worst",
                "Worst trade",
                figures.worst,
                "fraction",
                definition="Lowest return of a closed trade.",
            )
            add(
                "trades.average_pnl",
                "Average profit per trade",
                figures.average_pnl,
                "currency",
                definition="Mean profit or loss of closed trades after costs.",
            )
    if run.exposure is not None and len(run.exposure):
        held = np.abs(run.exposure.values)
        sheet.add(
            "exposure.time",
            "Time in the market",
            float(np.mean(held > 1e-9)),
            "fraction",
            definition="Share of bars with a position.",
            period=period,
            source="exposure",
        )
        sheet.add(
            "exposure.average",
            "Average exposure",
            float(np.mean(held)),
            "fraction",
            definition="Mean of the absolute position over equity.",
            period=period,
            source="exposure",
        )
    if basis is not None and not basis.short:
        _cost_sensitivity(sheet, run, basis)


def _span_of_trades(sheet: FactSheet, run: BacktestRun) -> None:
    """The ends of a run that has trades and no curve."""
    dates = [date for trade in run.trades for date in (trade.entry_date, trade.exit_date) if date is not None]
    sheet.add("trades.first", "First entry", day(min(dates)), "date", source="trades")
    sheet.add("trades.last", "Last entry or exit", day(max(dates)), "date", source="trades")


def _cost_sensitivity(sheet: FactSheet, run: BacktestRun, basis: Basis) -> None:
    """Charge the turnover again, evenly over time: once more for doubled costs, twice for tripled."""
    rate = turnover(run, basis.years)
    sheet.add(
        "turnover.annual",
        "Turnover a year",
        rate,
        "fraction",
        period=basis.period,
        definition="Half of the money bought and sold over the average equity, a year.",
        source="trades",
    )
    per_side = (run.fee or 0.0) + (run.slippage or 0.0)
    if rate is None or per_side <= 0:
        return
    periods = basis.frequency.periods_per_year
    drag = 2.0 * rate * per_side / periods
    sheet.add(
        "costs.drag",
        "Cost drag a year",
        2.0 * rate * per_side,
        "fraction",
        period=basis.period,
        definition="Turnover on both sides times fee and slippage per side.",
        source="trades",
        annualisation=periods,
    )
    for times, name in ((2, "double"), (3, "triple")):
        dearer = np.maximum(basis.returns - (times - 1) * drag, -1.0)
        sheet.add(
            f"costs.{name}.cagr",
            f"CAGR at {name} costs",
            kpis.cagr(dearer, periods),
            "fraction",
            period=basis.period,
            definition=f"Costs at {name} the recorded fee and slippage, spread evenly over the test.",
            annualisation=periods,
        )
