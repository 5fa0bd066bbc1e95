"""Round trips of an engine's run as trades, made when somebody looks at them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal

from tools.backtests.model import Trade
from tools.market.prices import Days
from tools.strategies.ledger import Ledger
from tools.strategies.walk import NO_LIMIT, STOP

if TYPE_CHECKING:
    from tools.strategies.engine import Signals

ExitReason = Literal["exit", "reversal", "stop", "target", "max_holding", "ruin"]
_SIDES: Final[dict[float, Literal["long", "short"]]] = {1.0: "long", -1.0: "short"}


def trades_of(ledger: Ledger, signals: "Signals", symbol: str, dates: Days, rate: float) -> Iterator[Trade]:
    """The round trips, the last one open where the position still is. `rate` is the cost of a traded value."""
    rounds = ledger.rounds
    for k in range(len(rounds.bar)):
        units, price, bar, side = float(rounds.units[k]), float(rounds.price[k]), int(rounds.bar[k]), rounds.side[k]
        entry_cost = units * price * rate
        if rounds.left[k] >= len(signals.entries):
            yield Trade(
                symbol=symbol, side=_SIDES[side], quantity=units, entry_date=dates[bar], entry_price=price, costs=entry_cost
            )  # fmt: skip
            return
        left_at = float(rounds.left_at[k])
        costs = entry_cost + units * left_at * rate
        pnl = float(side) * units * (left_at - price) - costs
        yield Trade(
            symbol=symbol,
            side=_SIDES[side],
            quantity=units,
            entry_date=dates[bar],
            entry_price=price,
            exit_date=dates[rounds.left[k]],
            exit_price=left_at,
            pnl=pnl,
            return_fraction=pnl / (units * price),
            costs=costs,
            bars=int(rounds.left[k]) - bar,
            exit_reason=_reason(ledger, signals, k),
        )


def _reason(ledger: Ledger, signals: "Signals", k: int) -> ExitReason:
    rounds = ledger.rounds
    if ledger.by_a_close and k == len(rounds.bar) - 1:
        return "ruin"
    if rounds.limits[k] != NO_LIMIT:
        return "stop" if rounds.limits[k] == STOP else "target"
    out, side = rounds.out[k], rounds.side[k]
    if signals.entries[out] == -side:
        return "reversal"
    exits = signals.long_exits if side > 0 else signals.short_exits
    return "exit" if exits[out] else "max_holding"
