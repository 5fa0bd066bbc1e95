"""Round trips out of single fills, for engines and platforms that record orders instead of trades."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tools.backtests.model import Trade

_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution. `quantity` is positive when bought, negative when sold; `costs` are in currency, not negative."""

    symbol: str
    date: np.datetime64
    quantity: float
    price: float
    costs: float = 0.0


@dataclass(slots=True)
class _Lot:
    quantity: float
    date: np.datetime64
    price: float
    costs: float


def round_trips(fills: Iterable[Fill]) -> tuple[Trade, ...]:
    """First in, first out by symbol: what a fill does not close opens a lot; lots left over are open trades.

    Costs are shared out by quantity; `pnl` is net of both sides' costs, `return_fraction` over the money put in.
    Trades come in order of their exit, open ones last.
    """
    lots: dict[str, deque[_Lot]] = {}
    closed: list[Trade] = []
    for fill in sorted(fills, key=lambda fill: fill.date):
        _apply(fill, lots.setdefault(fill.symbol, deque()), closed)
    still_open = [_open_trade(symbol, lot) for symbol, queue in lots.items() for lot in queue]
    return (*closed, *still_open)


def _apply(fill: Fill, queue: deque[_Lot], closed: list[Trade]) -> None:
    left = fill.quantity
    unit_costs = fill.costs / abs(fill.quantity) if fill.quantity else 0.0
    while queue and abs(left) > _NOTHING and queue[0].quantity * left < 0:
        lot = queue[0]
        size = min(abs(lot.quantity), abs(left))
        share = size / abs(lot.quantity)
        closed.append(_closed_trade(fill, lot, size, lot.costs * share + unit_costs * size))
        lot.costs *= 1.0 - share
        lot.quantity -= size if lot.quantity > 0 else -size
        left += size if left < 0 else -size
        if abs(lot.quantity) <= _NOTHING:
            queue.popleft()
    if abs(left) > _NOTHING:
        queue.append(_Lot(left, fill.date, fill.price, unit_costs * abs(left)))


def _closed_trade(fill: Fill, lot: _Lot, size: float, costs: float) -> Trade:
    is_long = lot.quantity > 0
    pnl = (fill.price - lot.price) * size * (1 if is_long else -1) - costs
    money = lot.price * size
    return Trade(
        symbol=fill.symbol,
        side="long" if is_long else "short",
        quantity=size,
        entry_date=lot.date,
        entry_price=lot.price,
        exit_date=fill.date,
        exit_price=fill.price,
        pnl=pnl,
        return_fraction=pnl / money if money > 0 else None,
        costs=costs,
    )


def _open_trade(symbol: str, lot: _Lot) -> Trade:
    return Trade(
        symbol=symbol,
        side="long" if lot.quantity > 0 else "short",
        quantity=abs(lot.quantity),
        entry_date=lot.date,
        entry_price=lot.price,
        costs=lot.costs,
    )
