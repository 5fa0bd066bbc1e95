"""The money of round trips: units, cash, costs, and where an account is lost. Whole columns at once.

An entry puts a share of the cash of that moment in, so a round multiplies the cash by a number that prices, share and
costs alone decide; the cash before a round is the product of those of the rounds before it.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from tools.market.prices import Prices
from tools.strategies.evaluate import Flags, Values
from tools.strategies.walk import FILLED_LATER, Path

Bars = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Rounds:
    """Round trips by columns. `bar` and `left` are those of the two fills, `decided` and `out` those of the decisions.

    `left` and `out` are the number of bars where there is no such fill or decision. `cash_in` is the cash after the
    entry, `cash_out` after the exit, which says nothing while the position is open. `limits` are as in `walk.Path`.
    """

    decided: Bars
    out: Bars
    bar: Bars
    left: Bars
    side: Values
    units: Values
    price: Values
    left_at: Values
    cash_in: Values
    cash_out: Values
    limits: NDArray[np.int8]

    def until(self, last: int) -> "Rounds":
        """The rounds up to `last`."""
        return Rounds(*(getattr(self, column.name)[: last + 1].copy() for column in fields(self)))


@dataclass(frozen=True, slots=True)
class Terms:
    """How orders are filled and paid: at the close that decides them or the next open, and costs per traded value."""

    at_close: bool
    rate: float
    capital: float


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """What the trading left behind. `too_late` is the bar of an entry that no bar is left to fill, if there is one.

    `ruined` says that the last round cost the whole account, `by_a_close` that a close did so before any order.
    """

    rounds: Rounds
    too_late: int | None
    ruined: bool
    by_a_close: bool


def counted(path: Path, entries: NDArray[np.int8], shares: Values | float, prices: Prices, terms: Terms) -> Ledger:
    """The money of a path. `entries` are sides by bar, `shares` of the cash by the bar of the entry decision."""
    rounds = _rounds(path, entries, shares, prices, terms)
    too_late = path.decided[-1] if len(path.decided) > len(rounds.bar) else None
    broke = (rounds.left < len(prices)) & (rounds.cash_out <= 0.0)
    buried = _buried(rounds, prices.close)
    lost = broke | buried
    if not lost.any():
        return Ledger(rounds, too_late, ruined=False, by_a_close=False)
    last = int(lost.argmax())
    rounds = rounds.until(last)
    rounds.cash_out[-1] = 0.0
    if buried[last]:
        held = prices.close[rounds.bar[-1] : rounds.left[-1]]
        at = int(rounds.bar[-1]) + int((held * rounds.units[-1] >= rounds.cash_in[-1]).argmax())
        rounds.out[-1] = rounds.left[-1] = at
        rounds.left_at[-1] = prices.close[at]
    return Ledger(rounds, None, ruined=True, by_a_close=bool(buried[last]))


def _rounds(path: Path, entries: NDArray[np.int8], shares: Values | float, prices: Prices, terms: Terms) -> Rounds:
    rows, lag = len(prices), 0 if terms.at_close else 1
    fills = prices.close if terms.at_close else prices.open
    count = len(path.decided) - (bool(path.decided) and path.decided[-1] + lag >= rows)
    decided = np.array(path.decided[:count], dtype=np.intp)
    out = np.array(path.left[:count], dtype=np.intp)
    within = np.array(path.prices[:count], dtype=np.float64)
    stopped = within != FILLED_LATER
    left = np.where(stopped, out, np.minimum(out + lag, rows))
    side = entries[decided].astype(np.float64)
    price = fills[decided + lag]
    left_at = np.where(stopped, within, fills[np.minimum(left, rows - 1)])
    weight = (shares if isinstance(shares, float) else shares[decided]) / (1.0 + terms.rate)
    after_entry = 1.0 - (side + terms.rate) * weight
    growth = after_entry + (side - terms.rate) * weight * left_at / price
    before = terms.capital * np.r_[1.0, np.cumprod(growth)][:count]
    return Rounds(
        decided, out, decided + lag, left, side, weight * before / price, price, left_at,
        before * after_entry, before * growth, np.array(path.limits[:count], dtype=np.int8),
    )  # fmt: skip


def _buried(rounds: Rounds, close: Values) -> Flags:
    """Shorts that have lost everything at a close before the bar that would fill their exit."""
    if not len(rounds.bar) or not (rounds.side < 0).any():
        return np.zeros(len(rounds.bar), dtype=np.bool_)
    places = np.stack((rounds.bar, rounds.left), axis=1).ravel()
    worst = np.maximum.reduceat(np.r_[close, 0.0], places)[::2]
    return (rounds.side < 0) & (rounds.left > rounds.bar) & (worst * rounds.units >= rounds.cash_in)
