"""Round trips, what they cost and how much was turned over."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tools.backtests.model import BacktestRun, Trade

ENOUGH_TRADES = 10


@dataclass(frozen=True, slots=True)
class TradeFigures:
    """Closed trades only. Money is in the run's currency; `average_return` is a fraction of the money put in.

    `profit_factor` is None without losers; `average_days` are calendar days.
    """

    closed: int
    open: int
    won: int
    lost: int
    win_rate: float
    profit_factor: float | None
    total_pnl: float
    average_pnl: float
    average_return: float | None
    best: float | None
    worst: float | None
    average_days: float
    costs: float | None


def trade_figures(trades: Sequence[Trade]) -> TradeFigures | None:
    """None where no trade was closed with a known result."""
    closed = [trade for trade in trades if trade.exit_date is not None and trade.pnl is not None]
    if not closed:
        return None
    pnl = np.array([trade.pnl for trade in closed], dtype=np.float64)
    returns = [trade.return_fraction for trade in closed if trade.return_fraction is not None]
    costs = [trade.costs for trade in trades if trade.costs is not None]
    gains, losses = float(pnl[pnl > 0].sum()), float(-pnl[pnl < 0].sum())
    whole = len(returns) == len(closed)
    return TradeFigures(
        closed=len(closed),
        open=sum(trade.exit_date is None for trade in trades),
        won=int(np.sum(pnl > 0)),
        lost=int(np.sum(pnl < 0)),
        win_rate=float(np.mean(pnl > 0)),
        profit_factor=gains / losses if losses > 0 else None,
        total_pnl=float(pnl.sum()),
        average_pnl=float(pnl.mean()),
        average_return=float(np.mean(returns)) if whole else None,
        best=max(returns) if whole else None,
        worst=min(returns) if whole else None,
        average_days=float(np.mean([_days(trade) for trade in closed])),
        costs=float(sum(costs)) if any(costs) else None,  # nothing but zeros is what files without costs hold
    )


def _days(trade: Trade) -> float:
    if trade.exit_date is None:
        return 0.0
    return float((trade.exit_date - trade.entry_date) / np.timedelta64(1, "s")) / 86_400.0


def traded_value(run: BacktestRun) -> float | None:
    """Money bought and sold over the run, both sides counted; None where trades have no usable prices."""
    if not run.trades:
        return None
    total = 0.0
    for trade in run.trades:
        total += abs(trade.quantity * trade.entry_price)
        if trade.exit_price is not None:
            total += abs(trade.quantity * trade.exit_price)
    return total if total > 0 else None


def turnover(run: BacktestRun, years: float) -> float | None:
    """One-sided turnover a year: half the money traded over the average equity, over the years."""
    money = traded_value(run)
    if money is None or run.equity is None or years <= 0:
        return None
    average = float(np.mean(run.equity.values))
    return money / 2.0 / average / years if average > 0 else None
