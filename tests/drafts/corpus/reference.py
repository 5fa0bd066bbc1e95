"""What a case's author writes by hand: indicators as TA-Lib has them, flags over bars, and one slow loop of trading.

Shares no code with the specification or its engine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import talib

Flags = np.ndarray
Values = np.ndarray


class Market:
    """Daily bars of one instrument: `o h l c v` and what people read off them."""

    def __init__(self, dates, o, h, low, c, v) -> None:
        self.dates = dates.astype("datetime64[D]")
        self.o, self.h, self.l, self.c, self.v = (np.asarray(x, dtype=float) for x in (o, h, low, c, v))
        self.n = len(self.c)
        months = self.dates.astype("datetime64[M]")
        self.month = months.astype(int) % 12 + 1
        self.weekday = (self.dates.astype(int) + 3) % 7 + 1
        self.nth = np.zeros(self.n, dtype=int)
        self.left = np.zeros(self.n, dtype=int)
        for i in range(self.n):
            self.nth[i] = self.nth[i - 1] + 1 if i and months[i] == months[i - 1] else 1
        for i in range(self.n - 2, -1, -1):
            self.left[i] = self.left[i + 1] + 1 if months[i] == months[i + 1] else 0
        last = np.flatnonzero(months == months[-1])
        for i in last:
            self.left[i] = np.busday_count(self.dates[i] + 1, (months[i] + 1).astype("datetime64[D]"))

    def ago(self, x: Values, n: int = 1) -> Values:
        return np.concatenate([np.full(n, np.nan), x[:-n]])

    def sma(self, n: int, x: Values | None = None) -> Values:
        return talib.SMA(self.c if x is None else x, n)

    def ema(self, n: int) -> Values:
        return talib.EMA(self.c, n)

    def wma(self, n: int) -> Values:
        return talib.WMA(self.c, n)

    def rsi(self, n: int = 14) -> Values:
        return talib.RSI(self.c, n)

    def atr(self, n: int = 14) -> Values:
        return talib.ATR(self.h, self.l, self.c, n)

    def adx(self, n: int = 14) -> Values:
        return talib.ADX(self.h, self.l, self.c, n)

    def plus_di(self, n: int = 14) -> Values:
        return talib.PLUS_DI(self.h, self.l, self.c, n)

    def minus_di(self, n: int = 14) -> Values:
        return talib.MINUS_DI(self.h, self.l, self.c, n)

    def months(self, *numbers: int) -> Flags:
        return np.isin(self.month, numbers)

    def cci(self, n: int = 14) -> Values:
        return talib.CCI(self.h, self.l, self.c, n)

    def mfi(self, n: int = 14) -> Values:
        return talib.MFI(self.h, self.l, self.c, self.v, n)

    def willr(self, n: int = 14) -> Values:
        return talib.WILLR(self.h, self.l, self.c, n)

    def stoch(self) -> tuple[Values, Values]:
        return talib.STOCH(self.h, self.l, self.c)

    def macd(self, fast: int = 12, slow: int = 26, signal: int = 9) -> tuple[Values, Values, Values]:
        return talib.MACD(self.c, fast, slow, signal)

    def bands(self, n: int = 20, k: float = 2.0) -> tuple[Values, Values, Values]:
        return talib.BBANDS(self.c, n, k, k)

    def hh(self, n: int, x: Values | None = None) -> Values:
        """Highest of the n bars before this one."""
        return self.ago(self._roll(self.h if x is None else x, n, np.max))

    def ll(self, n: int, x: Values | None = None) -> Values:
        return self.ago(self._roll(self.l if x is None else x, n, np.min))

    @staticmethod
    def _roll(x: Values, n: int, what: Callable) -> Values:
        out = np.full(len(x), np.nan)
        out[n - 1 :] = what(np.lib.stride_tricks.sliding_window_view(x, n), axis=1)
        return out

    def ret(self, n: int = 1, x: Values | None = None) -> Values:
        x = self.c if x is None else x
        return x / self.ago(x, n) - 1

    def up(self, a: Values, b: Values | float) -> Flags:
        """a crosses above b."""
        b = np.broadcast_to(np.asarray(b, dtype=float), (self.n,))
        return (a > b) & (self.ago(a) <= self.ago(b))

    def down(self, a: Values, b: Values | float) -> Flags:
        b = np.broadcast_to(np.asarray(b, dtype=float), (self.n,))
        return (a < b) & (self.ago(a) >= self.ago(b))

    def rose(self, n: int = 1, x: Values | None = None) -> Flags:
        """Up on each of the last n bars."""
        x = self.c if x is None else x
        return self.each(x > self.ago(x), n)

    def fell(self, n: int = 1, x: Values | None = None) -> Flags:
        x = self.c if x is None else x
        return self.each(x < self.ago(x), n)

    def each(self, flags: Flags, n: int) -> Flags:
        """True on each of the last n bars."""
        return np.array([i + 1 >= n and bool(flags[i + 1 - n : i + 1].all()) for i in range(self.n)])

    def some(self, flags: Flags, n: int) -> Flags:
        """True on one of the last n bars."""
        return np.array([bool(flags[max(0, i + 1 - n) : i + 1].any()) for i in range(self.n)])

    def always(self) -> Flags:
        return np.ones(self.n, dtype=bool)

    def never(self) -> Flags:
        return np.zeros(self.n, dtype=bool)

    def trade(self, entry: Flags, exit: Flags | None = None, *, side: int = 1, **rules) -> np.ndarray:
        """One side. See `_Loop` for the rules."""
        never = self.never()
        out = never if exit is None else exit
        pairs = {1: (entry, out), -1: (never, never)} if side > 0 else {1: (never, never), -1: (entry, out)}
        return _Loop(self, pairs, **rules).run()

    def both(self, long_in: Flags, short_in: Flags, long_out=None, short_out=None, **rules) -> np.ndarray:
        """Long and short; an entry of the other side reverses."""
        never = self.never()
        long_out = never if long_out is None else long_out
        short_out = never if short_out is None else short_out
        return _Loop(self, {1: (long_in, long_out), -1: (short_in, short_out)}, **rules).run()


@dataclass
class _Loop:
    """Signals at the close, fills at the next open, stops in the day from the fill on, exit before entry.

    `stop target trail` are fractions, `hold` bars from the entry decision, `atr` (multiple, period), `atr_trail` the
    same but following, `start` and `end` days as text; `on_close` checks stops against closes only.
    """

    market: Market
    pairs: dict
    stop: float = 0.0
    target: float = 0.0
    trail: float = 0.0
    hold: int = 0
    atr: tuple | None = None
    atr_trail: tuple | None = None
    start: str = ""
    end: str = ""

    def run(self) -> np.ndarray:  # noqa: C901, a plain loop is what a reference should be
        m = self.market
        out = np.zeros(m.n, dtype=int)
        distance_of = self.atr or self.atr_trail
        atr = m.atr(distance_of[1]) * distance_of[0] if distance_of else None
        begin = np.searchsorted(m.dates, np.datetime64(self.start)) if self.start else 0
        end = np.searchsorted(m.dates, np.datetime64(self.end), "right") if self.end else m.n
        position, decided, price, best, level = 0, -1, None, 0.0, None
        for t in range(int(begin), int(end)):
            barred = 0
            if position and price is None:
                price = best = m.o[t]
                level = self._first_level(position, price, atr[decided] if atr is not None else None)
            if position:
                hit = self._hit(t, position, price, level)
                if hit:
                    barred, position, price = position, 0, None
                elif self.trail or self.atr_trail:
                    extreme = m.h[t] if position > 0 else m.l[t]
                    if (extreme - best) * position > 0:
                        best = extreme
                        gap = min(
                            ([self.trail * best] if self.trail else []) + ([atr[decided]] if self.atr_trail else [])
                        )
                        level = best - gap if position > 0 else best + gap
                        if self.stop:
                            fixed = price * (1 - position * self.stop)
                            level = max(level, fixed) if position > 0 else min(level, fixed)
            if position:
                leaves = self.pairs[position][1][t] or (self.hold and t - decided >= self.hold)
                enters, ends = self.pairs[-position]
                if (enters[t] and not ends[t]) or leaves:
                    barred, position, price = position, 0, None
            if not position:
                wanted = [s for s, (i, o) in self.pairs.items() if i[t] and not o[t]]
                if len(wanted) == 1 and wanted[0] != barred:
                    position, decided, price = wanted[0], t, None
            out[t] = position
        return out

    def _first_level(self, side: int, price: float, atr: float | None):
        gaps = [x * price for x in (self.stop, self.trail) if x]
        if atr is not None:
            gaps.append(atr)
        return price - side * min(gaps) if gaps else None

    def _hit(self, t: int, side: int, price: float, level) -> bool:
        m = self.market
        worst, best = (m.l[t], m.h[t]) if side > 0 else (m.h[t], m.l[t])
        if level is not None and (worst - level) * side <= 0:
            return True
        return bool(self.target) and (best - price * (1 + side * self.target)) * side >= 0


Expected = Literal["clarify", "refused"]
Reference = Callable[[Market], np.ndarray]


@dataclass(frozen=True)
class Case:
    """A request, and the positions it stands for or how it is to be answered instead."""

    text: str
    expected: Reference | Expected
    symbol: str = "SPY"


def cases(*written: tuple) -> tuple[Case, ...]:
    return tuple(Case(*one) for one in written)
