"""Runs a specification on daily bars. Small and the project's own, because these semantics are the product:

- Conditions are read at the close of bar t, and the target position (1, 0 or -1) is decided there. Its order fills
  at the open of bar t+1 (`fill: next_open`) or at that same close (`fill: close`).
- Exit wins over entry on the same bar. Two sides that both want in on the same bar cancel out. An entry of the other
  side reverses a position. Flat before the first entry; whatever is open at the end stays open.
- One position at a time: units (fractional) are set at entry from the equity of that moment and stay until the exit.
- No entry before the first bar on which its condition has all its values. Performance starts at that bar's close (for
  `fill: close`, the close before).
- Stops are measured from the fill price. With `trigger: intraday` they are checked against every bar from the fill
  on, in the order of a day: open beyond the stop, open beyond the target, stop touched, target touched. A position
  stopped on bar t is flat at the close of t, and its side does not enter again on that bar.
- `max_holding_bars: n` decides the exit at the close of the n-th bar after the entry decision.
- Each fill pays `fee + slippage` as a fraction of the traded value; prices in trades are the market's.
- A short that loses all the equity ends the run there, with equity 0.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.backtests.model import BacktestRun, Curve, Scalar, Trade
from tools.errors import BadInput
from tools.market.prices import Days, Prices
from tools.strategies import indicators
from tools.strategies.conditions import Indicator, walk
from tools.strategies.evaluate import Bars, Flags, Reading
from tools.strategies.spec import Specification
from tools.strategies.templates import Pair, Rules, Templates, builtin

ENGINE_VERSION = "1"
PERIODS_PER_YEAR = 252.0

ExitReason = Literal["exit", "reversal", "stop", "target", "max_holding", "ruin"]


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
    rounds: Sequence["Round"]
    symbol: str
    first: int
    end: int
    capital: float
    traded_value: float
    costs: float
    settling: int
    ruined: bool

    @cached_property
    def trades(self) -> tuple[Trade, ...]:
        """The round trips, the last one open where the position still is."""
        return tuple(_trade(one, self.symbol, self.dates) for one in self.rounds)

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


def simulate(
    specification: Specification,
    prices: Prices,
    *,
    templates: Templates | None = None,
    others: Mapping[str, Prices] | None = None,
    capital: float = 100_000.0,
) -> Simulation:
    """Run a specification (as `loading.load` returns it) on bars. Deterministic.

    `others` are bars of further symbols that conditions read. Raises `BadInput` where the bars are too few for the
    indicators or the period.
    """
    rules = (templates or builtin()).expand(specification)
    begin, end = _period(specification, prices)
    bars = Bars(prices if end == len(prices) else prices.slice(0, end), others or {})
    signals = _signals(rules, bars)
    earliest = max(signals.ready, begin, 1 if specification.fill == "close" else 0)
    first = earliest - 1 if specification.fill == "close" else earliest
    if first > end - 2:
        needed = f"{signals.ready + 1} before" if signals.ready < end else f"more than {end} before"
        raise BadInput(
            f"{end - begin} bars are too few: the indicators need {needed} the first decision, and at least one more to "
            "trade on. Use more history or shorter periods."
        )
    ledger = _Trading(specification, bars, signals, capital).run(earliest)
    return _simulation(ledger, rules, prices, first, end, capital)


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


def _signals(rules: Rules, bars: Bars) -> Signals:
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
        entries, long_out.true | (entries < 0), short_out.true | (entries > 0), min(long_in.first, short_in.first)
    )


class Round(NamedTuple):
    """A round trip by bars: all that trading has to write down. `left` is None while the position is open."""

    side: int
    units: float
    bar: int
    price: float
    cost: float
    left: int | None = None
    left_at: float = 0.0
    left_cost: float = 0.0
    reason: ExitReason | None = None


def _trade(one: Round, symbol: str, dates: Days) -> Trade:
    side: Literal["long", "short"] = "long" if one.side > 0 else "short"
    if one.left is None:
        return Trade(
            symbol=symbol,
            side=side,
            quantity=one.units,
            entry_date=dates[one.bar],
            entry_price=one.price,
            costs=one.cost,
        )
    pnl = one.side * one.units * (one.left_at - one.price) - one.cost - one.left_cost
    return Trade(
        symbol=symbol,
        side=side,
        quantity=one.units,
        entry_date=dates[one.bar],
        entry_price=one.price,
        exit_date=dates[one.left],
        exit_price=one.left_at,
        pnl=pnl,
        return_fraction=pnl / (one.units * one.price),
        costs=one.cost + one.left_cost,
        bars=one.left - one.bar,
        exit_reason=one.reason,
    )


@dataclass(slots=True)
class _Ledger:
    """What the trading left behind: changes of the position decided, and of cash and units, each with its bar."""

    decided: list[tuple[int, int]] = field(default_factory=list)
    holdings: list[tuple[int, float, float]] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    traded_value: float = 0.0
    costs: float = 0.0
    ruined: bool = False


@dataclass(slots=True)
class _Open:
    """A position that is held. `level` and `target` are prices; `distance` moves the level behind the best price."""

    side: int
    decided: int
    bar: int
    price: float
    units: float
    cost: float
    level: float | None
    target: float | None
    trail_fraction: float
    trail_distance: float


def _next(flags: NDArray[np.bool_]) -> list[int]:
    """For every bar, and two beyond the last, the first bar from it on that is set; the number of bars where none is."""
    rows = len(flags)
    bars = np.where(flags, np.arange(rows), rows)
    first: list[int] = np.minimum.accumulate(bars[::-1])[::-1].tolist()
    return [*first, rows, rows]


class _Trading:
    """Goes from one decision to the next; between them nothing has to be looked at but stops."""

    def __init__(self, specification: Specification, bars: Bars, signals: Signals, capital: float) -> None:
        risk = specification.risk
        self.risk, self.sizing = risk, specification.sizing
        self.prices = bars.prices
        self.rows = len(bars.prices)
        self.at_close = specification.fill == "close"
        self.fill_prices: list[float] = (self.prices.close if self.at_close else self.prices.open).tolist()
        self.rate = specification.costs.fee + specification.costs.slippage
        self.cash = capital
        self.entries: list[int] = signals.entries.tolist()
        self.next_entry = _next(signals.entries != 0)
        self.next_exit = {1: _next(signals.long_exits), -1: _next(signals.short_exits)}
        self.highest_close = float(self.prices.close.max())
        self.ledger = _Ledger()
        self.turned: dict[int, _Turned] = {}
        self.most_bars = risk.max_holding_bars or self.rows
        self.fixed_stops = [share for share in (risk.stop_loss, risk.trailing_stop) if share]
        self.share = specification.sizing.fraction or 1.0
        self.take_profit, self.trailing = risk.take_profit, risk.trailing_stop or 0.0
        self.trails_by_atr = risk.atr_stop is not None and risk.atr_stop.trailing
        self.has_stops = any((risk.stop_loss, risk.take_profit, risk.trailing_stop, risk.atr_stop))
        self.atr = (
            bars.values(Indicator(name="ATR", parameters={"timeperiod": risk.atr_stop.period}))
            if risk.atr_stop
            else None
        )

    def run(self, earliest: int) -> _Ledger:
        decision = self._next_entry(earliest, barred=0)
        while decision is not None:
            side = self.entries[decision]
            self.ledger.decided.append((decision, side))
            bar = decision if self.at_close else decision + 1
            if bar >= self.rows:
                break
            held = self._enter(side, decision, bar)
            left = self._exit_bar(held)
            if left is None or self.ledger.ruined:
                break
            decision = self._next_entry(left, barred=side)
        return self.ledger

    def _next_entry(self, since: int, barred: int) -> int | None:
        """The first bar from `since` on with an entry; on that bar itself none of the side just left."""
        bar = self.next_entry[since]
        if bar == since and bar < self.rows and self.entries[bar] == barred:
            bar = self.next_entry[bar + 1]
        return bar if bar < self.rows else None

    def _enter(self, side: int, decided: int, bar: int) -> _Open:
        price = self.fill_prices[bar]
        level, atr_distance = self._stop(side, decided, price) if self.has_stops else (None, 0.0)
        share = self.share
        if self.sizing.risk_per_trade is not None and level is not None:
            share = min(share, self.sizing.risk_per_trade / (abs(price - level) / price))
        units = share * self.cash / (price * (1.0 + self.rate))
        cost = self._pay(units * price)
        self.cash -= side * units * price + cost
        self.ledger.holdings.append((bar, self.cash, side * units))
        target = price * (1.0 + side * self.take_profit) if self.take_profit else None
        return _Open(
            side, decided, bar, price, units, cost, level, target,
            self.trailing, atr_distance if self.trails_by_atr else 0.0,
        )  # fmt: skip

    def _stop(self, side: int, decided: int, price: float) -> tuple[float | None, float]:
        """The nearest stop level at the fill, and the distance of an ATR stop."""
        distances = [price * share for share in self.fixed_stops]
        atr_distance = 0.0
        if self.risk.atr_stop and self.atr is not None and not np.isnan(self.atr[decided]):
            atr_distance = float(self.atr[decided]) * self.risk.atr_stop.multiple
            distances.append(atr_distance)
        return (price - side * min(distances), atr_distance) if distances else (None, atr_distance)

    def _exit_bar(self, held: _Open) -> int | None:
        """Close the position where it is closed first; the bar whose close sees it flat, None if it stays open."""
        bar = self.next_exit[held.side][held.decided + 1]
        limit = held.decided + self.most_bars
        reason: ExitReason = "exit"
        if bar > limit:
            bar, reason = limit, "max_holding"
        if bar < self.rows and self.entries[bar] == -held.side:
            reason = "reversal"
        if self.has_stops:
            stopped = self._stopped(held, min(bar, self.rows - 1))
            if stopped is not None:
                return self._close_stopped(held, *stopped)
        return self._close_decided(held, bar, reason)

    def _close_stopped(self, held: _Open, bar: int, price: float | None, reason: ExitReason) -> int | None:
        if price is None:
            return self._close_decided(held, bar, reason)
        if held.side > 0 or not self._ruined(held, bar):
            self._leave(held, bar, price, reason)
            self.ledger.decided.append((bar, 0))
        return bar

    def _close_decided(self, held: _Open, bar: int, reason: ExitReason) -> int | None:
        fill = bar if self.at_close else bar + 1
        if held.side < 0 and self._ruined(held, min(fill, self.rows)):
            return self.rows
        if bar >= self.rows:
            self._keep(held)
            return None
        self.ledger.decided.append((bar, 0))
        if fill >= self.rows:
            self._keep(held)
        else:
            self._leave(held, fill, self.fill_prices[fill], reason)
        return bar

    def _ruined(self, held: _Open, end: int) -> bool:
        """Whether a short has lost everything at a close before `end`; the run ends there."""
        if held.units * self.highest_close < self.cash:
            return False
        gone = self.prices.close[held.bar : end] * held.units >= self.cash
        if not gone.any():
            return False
        bar = held.bar + int(gone.argmax())
        self._leave(held, bar, float(self.prices.close[bar]), "ruin")
        self.ledger.decided.append((bar, 0))
        return True

    def _leave(self, held: _Open, bar: int, price: float, reason: ExitReason) -> None:
        value = held.units * price
        cost = self._pay(value)
        self.cash += held.side * value - cost
        if self.cash <= 0.0:
            self.cash, self.ledger.ruined = 0.0, True
        self.ledger.holdings.append((bar, self.cash, 0.0))
        self.ledger.rounds.append(
            Round(held.side, held.units, held.bar, held.price, held.cost, bar, price, cost, reason)
        )

    def _keep(self, held: _Open) -> None:
        """The position is still open when the bars end."""
        self.ledger.rounds.append(Round(held.side, held.units, held.bar, held.price, held.cost))

    def _pay(self, value: float) -> float:
        cost = value * self.rate
        self.ledger.traded_value += value
        self.ledger.costs += cost
        return cost

    def _stopped(self, held: _Open, last: int) -> tuple[int, float | None, ExitReason] | None:
        """The first bar up to `last` on which a stop or target closes the position, and the price it fills at.

        No price means that the close decided it, and the order is filled like any other. Prices of a short are
        turned over, so that one reading serves both sides: up is good, `level` is below, `target` above.
        """
        side = held.side
        begin = held.bar + 1 if self.at_close else held.bar
        turned = self._turned(side)
        best = held.price * side
        level = held.level * side if held.level is not None else -np.inf
        target = held.target * side if held.target is not None else np.inf
        trail = (held.trail_fraction, held.trail_distance) if held.trail_fraction or held.trail_distance else None
        if self.risk.trigger == "close":
            return _stopped_at_close(turned.closes, begin, last, level, target, best, trail)
        found = _stopped_in_the_day(turned, begin, last, level, target, best, trail)
        return (found[0], found[1] * side, found[2]) if found else None

    def _turned(self, side: int) -> "_Turned":
        if side not in self.turned:
            prices = self.prices
            adverse, favourable = (prices.low, prices.high) if side > 0 else (prices.high, prices.low)
            series = (prices.open, adverse, favourable, prices.close)
            self.turned[side] = _Turned(*((values * side).tolist() for values in series))
        return self.turned[side]


class _Turned(NamedTuple):
    """Prices of every bar, those of a short turned over."""

    opens: list[float]
    adverse: list[float]
    favourable: list[float]
    closes: list[float]


Trail = tuple[float, float]


def _behind(best: float, trail: Trail, level: float) -> float:
    """The stop level behind the best price, by a fraction, a distance or the nearer of both; it never moves away."""
    fraction, distance = trail
    if fraction:
        level = max(level, best - fraction * abs(best))
    if distance:
        level = max(level, best - distance)
    return level


def _stopped_at_close(
    closes: list[float], begin: int, last: int, level: float, target: float, best: float, trail: Trail | None
) -> tuple[int, None, ExitReason] | None:
    for bar in range(begin, last + 1):
        close = closes[bar]
        if close <= level:
            return bar, None, "stop"
        if close >= target:
            return bar, None, "target"
        if trail and close > best:
            best = close
            level = _behind(best, trail, level)
    return None


def _stopped_in_the_day(
    turned: _Turned, begin: int, last: int, level: float, target: float, best: float, trail: Trail | None
) -> tuple[int, float, ExitReason] | None:
    opens, adverse, favourable, _ = turned
    for at in range(begin, last + 1):
        low = adverse[at]
        if low <= level or favourable[at] >= target:
            start = opens[at]
            if start <= level:
                return at, start, "stop"
            if start >= target:
                return at, start, "target"
            return (at, level, "stop") if low <= level else (at, target, "target")
        if trail and favourable[at] > best:
            best = favourable[at]
            level = _behind(best, trail, level)
    return None


def _simulation(ledger: _Ledger, rules: Rules, prices: Prices, first: int, end: int, capital: float) -> Simulation:
    rows = len(prices)
    holdings = [(0, capital, 0.0), *ledger.holdings]
    starts = [bar for bar, _, _ in holdings]
    lengths = np.diff(np.array([*starts, end]))
    cash = np.repeat(np.array([held for _, held, _ in holdings]), lengths)
    units = np.repeat(np.array([held for _, _, held in holdings]), lengths)
    value = units * prices.close[:end]
    equity = np.zeros(rows)
    equity[:end] = cash + value
    exposure = np.zeros(rows)
    np.divide(value, equity[:end], out=exposure[:end], where=equity[:end] > 0)
    decided = [(0, 0), *ledger.decided]
    positions = np.zeros(rows, dtype=np.int8)
    positions[:end] = np.repeat(
        np.array([side for _, side in decided], dtype=np.int8), np.diff(np.array([*(bar for bar, _ in decided), end]))
    )
    return Simulation(
        prices.dates, positions, equity, exposure, ledger.rounds, prices.symbol, first, end, capital,
        ledger.traded_value, ledger.costs, max(0, _settled(rules, first) - first), ledger.ruined,
    )  # fmt: skip


def _settled(rules: Rules, first: int) -> int:
    """The first bar whose values hardly depend on where the data begins; `first` where no indicator remembers."""
    settling = [
        indicators.settling_bars(node.name, node.parameters)
        for pair in (rules.long, rules.short)
        if pair
        for condition in (pair.entry, pair.exit)
        for node in walk(condition)
        if isinstance(node, Indicator)
    ]
    return max(settling, default=0) + first if any(settling) else first


def to_backtest_run(
    simulation: Simulation,
    specification: Specification,
    prices: Prices,
    *,
    name: str | None = None,
    trials: int = 1,
    notes: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
) -> BacktestRun:
    """The simulation as every part of Deskhand sees a backtest, held against buy-and-hold of the same instrument."""
    costs = specification.costs
    called = f"{prices.name} ({prices.symbol})" if prices.name else prices.symbol
    return BacktestRun(
        name=name or specification.name,
        engine="deskhand",
        engine_version=ENGINE_VERSION,
        equity=simulation.curve,
        strategy=specification.template,
        symbols=(prices.symbol,),
        timeframe=specification.timeframe,
        initial_capital=simulation.capital,
        periods_per_year=PERIODS_PER_YEAR,
        benchmark=simulation.benchmark(prices),
        benchmark_name=f"buy and hold of {called}",
        exposure=simulation.exposure_curve,
        trades=simulation.trades,
        configuration=_configuration(specification),
        fee=costs.fee,
        slippage=costs.slippage,
        trials=trials,
        tags=tags,
        notes=(*_conventions(specification, simulation), *notes),
    )


def _configuration(specification: Specification) -> dict[str, Scalar]:
    written: dict[str, Scalar] = {
        "template": specification.template,
        "side": specification.side,
        "fill": specification.fill,
        **specification.parameters,
    }
    for part, values in (("risk", specification.risk), ("sizing", specification.sizing)):
        for key, value in values.model_dump(mode="json", exclude_none=True).items():
            written[f"{part}.{key}"] = json.dumps(value) if isinstance(value, dict) else value
    written["specification"] = json.dumps(specification.to_json(), sort_keys=True)
    return written


def _conventions(specification: Specification, simulation: Simulation) -> tuple[str, ...]:
    filled = "at the next bar's open" if specification.fill == "next_open" else "at the same close"
    costs = specification.costs
    said = [
        f"Signals are read at the close and filled {filled}.",
        f"Every fill pays a fee of {costs.fee * 1e4:g} bps and slippage of {costs.slippage * 1e4:g} bps of its value.",
    ]
    if simulation.first:
        said.append(f"The first {simulation.first} bars only warm up the indicators and are not in the performance.")
    if simulation.ruined:
        said.append("The account was lost: the run ends where equity reached zero.")
    return tuple(said)
