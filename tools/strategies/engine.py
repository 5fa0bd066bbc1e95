"""Runs a specification on daily prices. Small and the project's own, because these semantics are the product:

- Conditions are read at the close of bar t, and the target position (1, 0 or -1) is decided there. Its order fills
  at the open of bar t+1 (`fill: next_open`) or at that same close (`fill: close`).
- Exit wins over entry on the same bar. Two sides that both want in on the same bar cancel out. An entry of the other
  side reverses a position. Flat before the first entry; whatever is open at the end stays open.
- One position at a time: units (fractional) are set at entry from the equity of that moment and stay until the exit.
- No entry before the first bar on which its condition, and an ATR that its stop or target is measured by, have all
  their values. Performance starts at that bar's close (for
  `fill: close`, the close before).
- Stops are measured from the fill price. With `trigger: intraday` they are checked against every bar from the fill
  on, in the order of a day: open beyond the stop, open beyond the target, stop touched, target touched. A position
  stopped on bar t is flat at the close of t, and its side does not enter again on that bar.
- `max_holding_bars: n` decides the exit at the close of the n-th bar after the entry decision.
- With `timeframe` 1w or 1mo, conditions, ATR and holding times are those of weekly or monthly bars (`timeframes.py`).
  They are read at the close of the bar's last trading day; the order fills at the open of the next trading day. Stops,
  equity and performance go on day by day.
- Each fill pays `fee + slippage` as a fraction of the traded value; prices in trades are the market's.
- A short that loses all the equity ends the run there, with equity 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tools.backtests.model import Curve, Trade
from tools.errors import BadInput
from tools.market.prices import Days, Prices
from tools.strategies import indicators, limits
from tools.strategies.conditions import Indicator, walk
from tools.strategies.evaluate import Bars, Flags, Reading
from tools.strategies.ledger import Ledger, Rounds, Terms, counted
from tools.strategies.spec import Specification
from tools.strategies.templates import Pair, Rules, Templates, builtin
from tools.strategies.timeframes import DAYS_IN, UNITS, Frame, framed
from tools.strategies.trades import trades_of
from tools.strategies.walk import Orders, next_set, walked

PERIODS_PER_YEAR = 252.0


@dataclass(frozen=True, eq=False)
class Simulation:
    """What a run came to. Arrays have one value per bar of the prices given.

    `positions` are decided at each close: 1, 0 or -1. `equity` is at each close, in currency, and is the capital up
    to bar `first`, where performance starts; it ends before bar `end`. `exposure` is the value of the position over
    equity. `traded_value` and `costs` are in currency; `turnover` is the traded value of a year, buys and sells, over
    mean equity, halved. `settling` are bars from `first` on that still depend on where the data begins.
    """

    dates: Days
    positions: NDArray[np.int8]
    equity: NDArray[np.float64]
    exposure: NDArray[np.float64]
    symbol: str
    first: int
    end: int
    capital: float
    traded_value: float
    costs: float
    settling: int
    ledger: Ledger
    signals: "Signals"
    rate: float

    @property
    def ruined(self) -> bool:
        """Whether the account was lost."""
        return self.ledger.ruined

    @cached_property
    def trades(self) -> tuple[Trade, ...]:
        """The round trips, the last one open where the position still is."""
        return tuple(trades_of(self.ledger, self.signals, self.symbol, self.dates, self.rate))

    @property
    def warm_up_bars(self) -> int:
        """Bars before performance starts."""
        return self.first

    @property
    def turnover(self) -> float:
        """One-way turnover a year, as a multiple of mean equity."""
        window = self.equity[self.first : self.end]
        years = (len(window) - 1) / PERIODS_PER_YEAR
        return self.traded_value / 2.0 / float(window.mean()) / years if years > 0 and window.mean() > 0 else 0.0

    @property
    def curve(self) -> Curve:
        """Equity over the window of performance, starting with the capital."""
        return self._curve(self.equity)

    @property
    def exposure_curve(self) -> Curve:
        """Exposure over the window of performance."""
        return self._curve(self.exposure)

    def benchmark(self, prices: Prices) -> Curve:
        """The capital held in the instrument over the same window, close to close and without costs."""
        return self._curve(self.capital * prices.close / prices.close[self.first])

    def _curve(self, values: NDArray[np.float64]) -> Curve:
        window = slice(self.first, self.end)
        return Curve(self.dates[window].astype("datetime64[s]"), values[window])


@dataclass(frozen=True, slots=True)
class Signals:
    """Entries (1 long, -1 short) and exits decided at each close; no entry before bar `ready`."""

    entries: NDArray[np.int8]
    long_exits: Flags
    short_exits: Flags
    ready: int

    def on_days(self, frame: Frame, days: int) -> "Signals":
        """Signals of a frame's bars, each on the day that closes its bar."""
        if len(self.entries) == days:
            return self
        entries, exits = np.zeros(days, dtype=np.int8), np.zeros((2, days), dtype=np.bool_)
        entries[frame.closes] = self.entries
        exits[0, frame.closes], exits[1, frame.closes] = self.long_exits, self.short_exits
        ready = int(frame.closes[self.ready]) if self.ready < len(frame.closes) else days
        return Signals(entries, exits[0], exits[1], ready)


def simulate(
    specification: Specification,
    prices: Prices,
    *,
    templates: Templates | None = None,
    others: Mapping[str, Prices] | None = None,
    capital: float = 100_000.0,
) -> Simulation:
    """Run a specification (as `loading.load` returns it) on daily bars. Deterministic.

    `others` are bars of further symbols that conditions read. Raises `BadInput` where the bars are too few for the
    indicators or the period.
    """
    rules = (templates or builtin()).expand(specification)
    begin, end = _period(specification, prices)
    days = prices if end == len(prices) else prices.slice(0, end)
    frame = framed(days, specification.timeframe)
    bars = Bars(frame.bars, {name: framed(one, specification.timeframe).bars for name, one in (others or {}).items()})
    read = _signals(rules, bars, limits.ready(specification.risk, bars))
    signals = read.on_days(frame, end)
    at_close = specification.fill == "close"
    earliest = max(signals.ready, begin, 1 if at_close else 0)
    first = earliest - 1 if at_close else earliest
    if first > end - 2:
        raise BadInput(_too_few(specification, read.ready, len(frame.closes), end - begin))
    distances = limits.limits_of(specification, days, bars, frame)
    orders = Orders(signals.entries, _leaves(signals, specification, frame), at_close, distances)
    path = walked(orders, days, earliest)
    rate = specification.costs.fee + specification.costs.slippage
    shares = limits.shares_of(specification, distances, days)
    ledger = counted(path, signals.entries, shares, days, Terms(at_close, rate, capital))
    return _simulation(ledger, signals, prices, first, end, capital, rate, _settling(rules, specification))


def _period(specification: Specification, prices: Prices) -> tuple[int, int]:
    """Index range of the bars to test."""
    period = specification.period
    begin = int(np.searchsorted(prices.dates, np.datetime64(period.start, "D"))) if period.start else 0
    end = int(np.searchsorted(prices.dates, np.datetime64(period.end, "D"), "right")) if period.end else len(prices)
    if end - begin < 2:
        raise BadInput(
            f"The period to test has {max(end - begin, 0)} bars; the prices go from {prices.dates[0]} to {prices.dates[-1]}."
        )
    return begin, end


def _too_few(specification: Specification, ready: int, bars: int, days: int) -> str:
    kind = "" if specification.timeframe == "1d" else f"{UNITS[specification.timeframe]}ly "
    needed = f"{ready + 1} {kind}bars before" if ready < bars else f"more than {bars} {kind}bars before"
    return (
        f"{days} bars are too few: the indicators need {needed} the first decision, and at least one more to "
        "trade on. Use more history or shorter periods."
    )


def _signals(rules: Rules, bars: Bars, least: int) -> Signals:
    rows = len(bars.prices)
    never = Reading(np.zeros(rows, dtype=np.bool_), np.ones(rows, dtype=np.bool_), rows)

    def read(pair: Pair | None) -> tuple[Reading, Reading]:
        if pair is None:
            return never, never
        return (
            bars.read(pair.entry) if pair.entry else never,
            bars.read(pair.exit) if pair.exit else never,
        )

    (long_in, long_out), (short_in, short_out) = read(rules.long), read(rules.short)
    up, down = long_in.true & ~long_out.true, short_in.true & ~short_out.true
    entries = up.astype(np.int8) - down.astype(np.int8)
    return Signals(
        entries,
        long_out.true | (entries < 0),
        short_out.true | (entries > 0),
        max(least, min(long_in.first, short_in.first)),
    )


def _leaves(signals: Signals, specification: Specification, frame: Frame) -> dict[int, list[int]]:
    """For each side, the bar on whose close a position decided on a bar is closed: its exit, or the longest holding."""
    days, most = len(signals.entries), specification.risk.max_holding_bars
    latest = None
    if most is not None:
        latest = np.full(days, days)
        latest[frame.closes[:-most]] = frame.closes[most:]
    leaves: dict[int, list[int]] = {}
    sides = {1: signals.long_exits, -1: signals.short_exits}
    for side in np.unique(signals.entries[signals.entries != 0]).tolist():
        following = next_set(sides[side])[1 : days + 1]
        leaves[side] = following if latest is None else np.minimum(following, latest).tolist()
    return leaves


def _simulation(
    ledger: Ledger, signals: Signals, prices: Prices, first: int, end: int, capital: float, rate: float, settling: int
) -> Simulation:
    days, rounds = len(prices), ledger.rounds
    cash, units = _held(rounds, end, capital)
    value = units * prices.close[:end]
    equity = np.zeros(days)
    equity[:end] = cash + value
    exposure = np.zeros(days)
    np.divide(value, equity[:end], out=exposure[:end], where=equity[:end] > 0)
    positions = np.zeros(days, dtype=np.int8)
    positions[:end] = _decided(ledger, signals, end)
    bought, sold = rounds.units * rounds.price, (rounds.units * rounds.left_at)[rounds.left < end]
    traded = float(bought.sum() + sold.sum())
    return Simulation(
        prices.dates, positions, equity, exposure, prices.symbol, first, end, capital, traded, traded * rate,
        settling, ledger, signals, rate,
    )  # fmt: skip


def _held(rounds: Rounds, end: int, capital: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cash and units (negative for a short) at each close."""
    changes = np.stack((rounds.bar, np.minimum(rounds.left, end)), axis=1).ravel()
    lengths = np.diff(np.r_[0, changes, end])
    cash = np.stack((rounds.cash_in, rounds.cash_out), axis=1).ravel()
    units = np.stack((rounds.side * rounds.units, np.zeros(len(rounds.units))), axis=1).ravel()
    return np.repeat(np.r_[capital, cash], lengths), np.repeat(np.r_[0.0, units], lengths)


def _decided(ledger: Ledger, signals: Signals, end: int) -> NDArray[np.int8]:
    """The position decided at each close."""
    rounds = ledger.rounds
    late = [] if ledger.too_late is None else [ledger.too_late]
    changes = np.r_[np.stack((rounds.decided, np.minimum(rounds.out, end)), axis=1).ravel(), late].astype(np.intp)
    sides = np.stack((rounds.side.astype(np.int8), np.zeros(len(rounds.side), dtype=np.int8)), axis=1).ravel()
    last = signals.entries[late]
    return np.repeat(np.r_[np.int8(0), sides, last].astype(np.int8), np.diff(np.r_[0, changes, end]))


def _settling(rules: Rules, specification: Specification) -> int:
    """Days from the first decision on whose values still depend on where the data begins; 0 where no indicator remembers."""
    settling = [
        indicators.settling_bars(node.name, node.parameters)
        for pair in (rules.long, rules.short)
        if pair
        for condition in (pair.entry, pair.exit)
        for node in walk(condition)
        if isinstance(node, Indicator)
    ]
    return max(settling, default=0) * DAYS_IN[specification.timeframe]
