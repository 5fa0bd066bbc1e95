"""Trades out of single purchases and sales: first in, first out, by symbol."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tools.backtests.model import Trade

MAX_TRADES = 200_000


@dataclass(frozen=True, slots=True)
class Fill:
    """A purchase (`amount` positive) or sale (negative) of `symbol` at `price`, with its `cost` in currency."""

    when: np.datetime64
    symbol: str
    amount: float
    price: float
    cost: float = 0.0


@dataclass(slots=True)
class _Open:
    when: np.datetime64
    amount: float
    price: float
    cost: float


def trades_of(fills: Iterable[Fill]) -> tuple[Trade, ...]:
    """Round trips in order of their exit, then what is still open; costs are shared by amount."""
    held: dict[str, deque[_Open]] = {}
    closed: list[Trade] = []
    for fill in sorted(fills, key=lambda fill: fill.when):
        _match(fill, held.setdefault(fill.symbol, deque()), closed)
        if len(closed) >= MAX_TRADES:
            break
    still = [_trade(symbol, lot, lot.amount) for symbol, lots in held.items() for lot in lots]
    return (*closed, *still)


def _match(fill: Fill, lots: deque[_Open], closed: list[Trade]) -> None:
    left = fill.amount
    while left and lots and (lots[0].amount > 0) != (left > 0):
        lot = lots[0]
        size = min(abs(lot.amount), abs(left))
        part = size if lot.amount > 0 else -size
        costs = lot.cost * size / abs(lot.amount) + fill.cost * size / abs(fill.amount)
        closed.append(_trade(fill.symbol, lot, part, fill, costs))
        lot.cost -= lot.cost * size / abs(lot.amount)
        lot.amount -= part
        left += part
        if abs(lot.amount) < 1e-12 * size:
            lots.popleft()
        if abs(left) < 1e-12 * size:
            return
    if left:
        lots.append(_Open(fill.when, left, fill.price, fill.cost * abs(left / fill.amount)))


def _trade(
    symbol: str, lot: _Open, amount: float, exit_fill: Fill | None = None, costs: float | None = None
) -> Trade:
    costs = lot.cost if costs is None else costs
    pnl = (exit_fill.price - lot.price) * amount - costs if exit_fill else None
    invested = abs(lot.price * amount)
    return Trade(
        symbol=symbol,
        side="long" if amount > 0 else "short",
        quantity=abs(amount),
        entry_date=lot.when,
        entry_price=lot.price,
        exit_date=exit_fill.when if exit_fill else None,
        exit_price=exit_fill.price if exit_fill else None,
        pnl=pnl,
        return_fraction=pnl / invested if pnl is not None and invested > 0 else None,
        costs=costs,
    )
