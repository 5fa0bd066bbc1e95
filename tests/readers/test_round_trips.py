"""Fills become round trips, and money is conserved."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tools.backtests.readers.round_trips import Fill, trades_of

DAY = np.datetime64("2020-01-01", "s")


def fill(day: int, quantity: float, price: float, costs: float = 0.0) -> Fill:
    return Fill(DAY + np.timedelta64(day, "D"), "SPY", quantity, price, costs)


def test_a_sale_closes_the_oldest_lots_first() -> None:
    trades = trades_of([fill(0, 10, 100, 1), fill(1, 10, 110, 1), fill(2, -15, 120, 3)])
    assert [(t.quantity, t.entry_price, t.exit_price) for t in trades] == [
        (10, 100, 120),
        (5, 110, 120),
        (5, 110, None),
    ]
    assert [t.pnl for t in trades[:2]] == [200 - 1 - 2, 50 - 0.5 - 1]


def test_selling_more_than_is_held_turns_short() -> None:
    trades = trades_of([fill(0, 10, 100), fill(1, -25, 110), fill(2, 15, 90)])
    assert [(t.side, t.pnl) for t in trades] == [("long", 100), ("short", 300)]


@given(st.lists(st.tuples(st.integers(-50, 50).filter(bool), st.floats(1, 500), st.floats(0, 5)), max_size=40))
def test_profit_and_costs_are_conserved(rows: list[tuple[int, float, float]]) -> None:
    fills = [fill(day, quantity, price, costs) for day, (quantity, price, costs) in enumerate(rows)]
    trades = trades_of(fills)
    cash = -sum(f.amount * f.price + f.cost for f in fills)
    open_cost = sum(
        t.quantity * t.entry_price * (1 if t.side == "long" else -1) for t in trades if t.exit_date is None
    )
    realised = sum(t.pnl or 0.0 for t in trades) - sum(t.costs or 0.0 for t in trades if t.exit_date is None)
    assert np.isclose(cash + open_cost, realised, atol=1e-6)
