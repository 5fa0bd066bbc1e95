"""The engine's semantics a second time, written from their description: one bar after the other, nothing vectorised.

A term's value on a bar is a float or None; a condition on a bar is True, False or None. It shares no code with the
engine; the indicators it knows call TA-Lib directly.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import talib

from tools.market.prices import Prices

Json = dict


def _talib_series(name: str, parameters: Json, output: str | None, close, high, low):
    period = parameters.get("timeperiod")
    if name in {"SMA", "EMA", "RSI"}:
        return getattr(talib, name)(close, timeperiod=period)
    if name == "ATR":
        return talib.ATR(high, low, close, timeperiod=period)
    if name == "MACD":
        return dict(zip(("macd", "macdsignal", "macdhist"), talib.MACD(close, 12, 26, 9), strict=True))[
            output or "macd"
        ]
    if name == "BBANDS":
        bands = talib.BBANDS(close, timeperiod=period, nbdevup=parameters["nbdevup"], nbdevdn=parameters["nbdevdn"])
        return dict(zip(("upperband", "middleband", "lowerband"), bands, strict=True))[output or "upperband"]
    raise AssertionError(name)


class Reader:
    """Values and conditions on single bars, from the JSON of a specification."""

    def __init__(self, prices: Prices) -> None:
        self.prices, self.rows = prices, len(prices)
        self._talib: dict[str, np.ndarray] = {}
        self._values: dict[tuple[str, int], float | None] = {}

    def value(self, term, bar: int) -> float | None:
        if isinstance(term, int | float):
            return float(term)
        key = (repr(term), bar)
        if key not in self._values:
            self._values[key] = self._value(term, bar)
        return self._values[key]

    def _value(self, term: Json, bar: int) -> float | None:
        kind = term["type"]
        bar -= term.get("offset", 0)
        if bar < 0:
            return None
        if kind == "price":
            return float(getattr(self.prices, term.get("field", "close"))[bar])
        if kind == "return":
            now, then = (
                self.value(term.get("of", {"type": "price"}), at) if at >= 0 else None
                for at in (bar, bar - term["bars"])
            )
            return None if now is None or then is None or then == 0 else now / then - 1
        if kind in {"highest", "lowest"}:
            of = term.get("of", {"type": "price", "field": "high" if kind == "highest" else "low"})
            window = [self.value(of, at) if at >= 0 else None for at in range(bar - term["bars"], bar)]
            if any(value is None for value in window):
                return None
            return max(window) if kind == "highest" else min(window)
        if kind == "arithmetic":
            left, right = self.value(term["left"], bar), self.value(term["right"], bar)
            if left is None or right is None or (term["op"] == "/" and right == 0):
                return None
            return (
                {"+": left + right, "-": left - right, "*": left * right}.get(term["op"])
                if term["op"] != "/"
                else left / right
            )
        if kind == "calendar":
            day = self.prices.dates[bar].astype(object)
            return float(
                {"day_of_week": day.isoweekday(), "day_of_month": day.day, "month": day.month}[term["field"]]
            )
        return self._indicator(term, bar)

    def _indicator(self, term: Json, bar: int) -> float | None:
        key = repr({k: v for k, v in term.items() if k != "offset"})
        if key not in self._talib:
            close, lead = self.prices.close, 0
            if term.get("input"):
                values = [self.value(term["input"], at) for at in range(self.rows)]
                lead = next((at for at, value in enumerate(values) if value is not None), self.rows)
                close = np.array([value for value in values[lead:] if value is not None], dtype=float)
            series = np.full(self.rows, np.nan)
            if len(close) > 1:
                series[lead:] = _talib_series(
                    term["name"],
                    term.get("parameters", {}),
                    term.get("output"),
                    close,
                    self.prices.high,
                    self.prices.low,
                )
            self._talib[key] = series
        value = float(self._talib[key][bar])
        return None if np.isnan(value) else value

    def holds(self, condition: Json, bar: int) -> bool | None:  # noqa: C901
        kind = condition["type"]
        if bar < 0:
            return None
        if kind == "always":
            return True
        if kind in {"all", "any"}:
            parts = [self.holds(part, bar) for part in condition["conditions"]]
            deciding = kind == "any"
            return deciding if deciding in parts else None if None in parts else not deciding
        if kind == "not":
            inner = self.holds(condition["condition"], bar)
            return None if inner is None else not inner
        if kind in {"for_bars", "within_bars"}:
            parts = [self.holds(condition["condition"], at) for at in range(bar - condition["bars"] + 1, bar + 1)]
            deciding = kind == "within_bars"
            return deciding if deciding in parts else None if None in parts else not deciding
        if kind in {"rising", "falling"}:
            steps = []
            for at in range(bar - condition["bars"] + 1, bar + 1):
                now = self.value(condition["of"], at) if at >= 0 else None
                before = self.value(condition["of"], at - 1) if at >= 1 else None
                steps.append(
                    None if now is None or before is None else now > before if kind == "rising" else now < before
                )
            return False if False in steps else None if None in steps else True
        left, right = self.value(condition["left"], bar), self.value(condition["right"], bar)
        if left is None or right is None:
            return None
        if kind == "comparison":
            return {
                ">": left > right,
                ">=": left >= right,
                "<": left < right,
                "<=": left <= right,
                "==": left == right,
            }[condition["op"]]
        left_before = self.value(condition["left"], bar - 1) if bar else None
        right_before = self.value(condition["right"], bar - 1) if bar else None
        if left_before is None or right_before is None:
            return None
        if kind == "crosses_above":
            return left > right and left_before <= right_before
        return left < right and left_before >= right_before

    def could_hold(self, condition: Json, bar: int) -> bool:
        """Whether the values that a true reading needs are there."""
        kind = condition["type"]
        if bar < 0:
            return False
        if kind == "always":
            return True
        if kind == "all":
            return all(self.could_hold(part, bar) for part in condition["conditions"])
        if kind == "any":
            return any(self.could_hold(part, bar) for part in condition["conditions"])
        if kind in {"not", "within_bars"}:
            return self.could_hold(condition["condition"], bar)
        if kind == "for_bars":
            return self.could_hold(condition["condition"], bar - condition["bars"] + 1)
        if kind in {"rising", "falling"}:
            return self._known_steps(condition, bar)
        return self.holds(condition, bar) is not None

    def _known_steps(self, condition: Json, bar: int) -> bool:
        return all(
            at >= 0 and self.value(condition["of"], at) is not None for at in range(bar - condition["bars"], bar + 1)
        )


def conditions_by_side(spec: Json) -> dict[int, tuple[Json | None, Json | None]]:
    """Entry and exit of each side that is traded."""
    entry, leave = spec["entry"], spec.get("exit")
    match spec.get("side", "long"):
        case "long":
            return {1: (entry, leave)}
        case "short":
            return {-1: (entry, leave)}
    if spec.get("short_entry"):
        return {1: (entry, leave), -1: (spec["short_entry"], spec.get("short_exit"))}
    return {1: (entry, leave), -1: (leave, spec.get("short_exit") or entry)}


def first_ready(sides, reader: Reader) -> int:
    """The first bar on which some entry could be true."""
    return next(
        (t for t in range(reader.rows) if any(come and reader.could_hold(come, t) for come, _ in sides.values())),
        reader.rows,
    )


def signals(spec: Json, reader: Reader) -> list[list[bool]]:
    """Long entries, long exits, short entries and short exits on every bar; two sides wanting in cancel out."""
    sides = conditions_by_side(spec)
    ready = first_ready(sides, reader)

    def flags(side: int, which: int, since: int) -> list[bool]:
        condition = sides.get(side, (None, None))[which]
        return [bool(condition) and t >= since and bool(reader.holds(condition, t)) for t in range(reader.rows)]

    long_in, long_out = flags(1, 0, ready), flags(1, 1, 0)
    short_in, short_out = flags(-1, 0, ready), flags(-1, 1, 0)
    for t in range(reader.rows):
        if long_in[t] and not long_out[t] and short_in[t] and not short_out[t]:
            long_in[t] = short_in[t] = False
    return [long_in, long_out, short_in, short_out]


def bars_of(prices: Prices, timeframe: str) -> tuple[Prices, dict[int, int]]:
    """The bars conditions are read on, and which of them each day closes: only whole weeks and months have a close."""
    if timeframe == "1d":
        return prices, {day: day for day in range(len(prices))}
    days = [day.astype(object) for day in prices.dates]
    name = (lambda day: day.isocalendar()[:2]) if timeframe == "1w" else (lambda day: (day.year, day.month))
    groups: list[list[int]] = []
    for at, day in enumerate(days):
        if groups and name(days[groups[-1][-1]]) == name(day):
            groups[-1].append(at)
        else:
            groups.append([at])
    after = [days[-1] + timedelta(days=step) for step in range(1, 32)]
    if any(name(day) == name(days[-1]) and day.isoweekday() < 6 for day in after):
        groups.pop()
    rows = [
        (
            prices.open[group[0]],
            max(prices.high[at] for at in group),
            min(prices.low[at] for at in group),
            prices.close[group[-1]],
            prices.close[group[-1]],
            sum(prices.volume[at] for at in group),
        )
        for group in groups
    ]
    columns = np.array(rows, dtype=float).T
    return Prices("", prices.dates[[group[-1] for group in groups]], *columns), {
        group[-1]: at for at, group in enumerate(groups)
    }


@dataclass
class Outcome:
    positions: list[int]
    equity: list[float]
    trades: list[tuple[int, int, float, float, str]]
    """side, bars, entry price, exit price, reason; closed ones only"""
    ready: int


def run(spec: Json, prices: Prices, capital: float = 100_000.0) -> Outcome:  # noqa: C901
    """The specification's JSON (rules only, no period), bar by bar."""
    bars, bar_closed_on = bars_of(prices, spec.get("timeframe", "1d"))
    reader, rows = Reader(bars), len(prices)
    sides = conditions_by_side(spec)
    risk = spec.get("risk", {})
    first = max(
        [
            first_ready(sides, reader),
            *(one["period"] for one in (risk.get("atr_stop"), risk.get("atr_target")) if one),
        ]
    )
    ready = next((day for day, bar in bar_closed_on.items() if bar >= first), rows)

    def holds(condition: Json | None, day: int) -> bool:
        return bool(condition) and day in bar_closed_on and bool(reader.holds(condition, bar_closed_on[day]))

    at_close = spec.get("fill") == "close"
    costs, sizing = spec.get("costs", {}), spec.get("sizing", {})
    rate = costs.get("fee", 0.001) + costs.get("slippage", 0.0005)
    intraday = risk.get("trigger", "intraday") == "intraday"
    atr = risk.get("atr_stop")
    atr_goal = risk.get("atr_target")

    def range_of(period: int) -> float:
        return float(talib.ATR(bars.high, bars.low, bars.close, timeperiod=period)[bar_closed_on[decided_at]])

    cash, units, position, target = capital, 0.0, 0, 0
    decided_at = filled_at = -1
    fill = best = 0.0
    level: float | None = None
    goal: float | None = None
    reason, ruined = "", False
    positions, equity, trades = [], [], []

    def close_position(bar: int, price: float, why: str) -> None:
        nonlocal cash, units, position
        cash += units * price - abs(units) * price * rate
        trades.append((position, bar - filled_at, fill, price, why))
        units, position = 0.0, 0

    def open_position(bar: int, price: float) -> None:
        nonlocal cash, units, position, fill, best, level, goal, filled_at
        stops = [price * risk[key] for key in ("stop_loss", "trailing_stop") if risk.get(key)]
        if atr and not np.isnan(range_of(atr["period"])):
            stops.append(range_of(atr["period"]) * atr["multiple"])
        level = price - target * min(stops) if stops else None
        share = sizing.get("fraction", 1.0)
        if sizing.get("risk_per_trade") and level is not None:
            share = min(share, sizing["risk_per_trade"] / (abs(price - level) / price))
        size = share * cash / (price * (1 + rate))
        cash -= target * size * price + size * price * rate
        units, position, fill, best, filled_at = target * size, target, price, price, bar
        goals = [price * risk["take_profit"]] if risk.get("take_profit") else []
        if atr_goal and not np.isnan(range_of(atr_goal["period"])):
            goals.append(range_of(atr_goal["period"]) * atr_goal["multiple"])
        if risk.get("r_target") and stops:
            goals.append(risk["r_target"] * min(stops))
        goal = price + target * min(goals) if goals else None

    def trail() -> None:
        nonlocal level
        candidates = [level] if level is not None else []
        if risk.get("trailing_stop"):
            candidates.append(best * (1 - position * risk["trailing_stop"]))
        if atr and atr.get("trailing") and not np.isnan(range_of(atr["period"])):
            candidates.append(best - position * range_of(atr["period"]) * atr["multiple"])
        if candidates:
            level = max(candidates) if position > 0 else min(candidates)

    for t in range(rows):
        stopped_side = 0
        op, high, low, close = (float(series[t]) for series in (prices.open, prices.high, prices.low, prices.close))
        if not ruined and not at_close and target != position:
            if position:
                close_position(t, op, reason)
                ruined = cash <= 0
            if target and not ruined:
                open_position(t, op)
        if position and intraday and not ruined and not (at_close and t == filled_at):
            worse = (lambda price, mark: price <= mark) if position > 0 else (lambda price, mark: price >= mark)
            better = (lambda price, mark: price >= mark) if position > 0 else (lambda price, mark: price <= mark)
            bad, good = (low, high) if position > 0 else (high, low)
            where = None
            if level is not None and worse(op, level):
                where = (op, "stop")
            elif goal is not None and better(op, goal):
                where = (op, "target")
            elif level is not None and worse(bad, level):
                where = (level, "stop")
            elif goal is not None and better(good, goal):
                where = (goal, "target")
            if where:
                stopped_side = position
                close_position(t, *where)
                target = 0
                ruined = cash <= 0
            else:
                if better(good, best):
                    best = good
                trail()
        if position < 0 and cash + units * close <= 0:
            close_position(t, close, "ruin")
            ruined = True
        if ruined:
            cash, target = 0.0, 0
        elif t >= (max(ready, 1) if at_close else ready):
            wants = {}
            for one, (come, go) in sides.items():
                wants[one] = holds(come, t) and not holds(go, t)
            if wants.get(1) and wants.get(-1):
                wants = {}
            held = target
            if held:
                go = sides[held][1]
                over = holds(go, t)
                why = "exit" if over else ""
                most = risk.get("max_holding_bars")
                if most and t in bar_closed_on and bar_closed_on[t] - bar_closed_on[decided_at] >= most:
                    why = "max_holding" if not over or why == "" else why
                    over = True
                if position and not intraday and t > (filled_at if at_close else filled_at - 1):
                    if level is not None and position * close <= position * level:
                        over, why = True, "stop"
                    elif goal is not None and position * close >= position * goal:
                        over, why = True, "target"
                    else:
                        best = max(best, close) if position > 0 else min(best, close)
                        trail()
                if wants.get(-held):
                    target, decided_at = -held, t
                    reason = why if why in {"stop", "target"} else "reversal"
                elif over:
                    target, reason = 0, why
            else:
                for one in (1, -1):
                    if wants.get(one) and one != stopped_side:
                        target, decided_at = one, t
            if at_close and target != position:
                if position:
                    close_position(t, close, reason)
                    ruined = cash <= 0
                if target and not ruined:
                    open_position(t, close)
        positions.append(target)
        equity.append(max(cash + units * close, 0.0) if not ruined else 0.0)
    return Outcome(positions, equity, trades, ready)
