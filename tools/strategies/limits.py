"""Stops, targets and sizes of a specification as distances from the fill, by the bar of the entry decision."""

import numpy as np

from tools.market.prices import Prices
from tools.strategies.conditions import Indicator
from tools.strategies.evaluate import Bars, Values
from tools.strategies.spec import Risk, Specification
from tools.strategies.timeframes import Frame
from tools.strategies.walk import Limits


def limits_of(specification: Specification, days: Prices, bars: Bars, frame: Frame) -> Limits | None:
    """The nearest stop and target of every possible entry; None where the specification has none."""
    risk = specification.risk
    if not any((risk.stop_loss, risk.take_profit, risk.trailing_stop, risk.atr_stop, risk.atr_target, risk.r_target)):
        return None
    fills = _fills(specification, days)
    atr_stop = None
    stops = [fills * share for share in (risk.stop_loss, risk.trailing_stop) if share]
    if risk.atr_stop:
        atr_stop = risk.atr_stop.multiple * _atr(risk.atr_stop.period, bars, frame, len(days))
        stops.append(atr_stop)
    stop = _nearest(stops, len(days))
    trails = risk.atr_stop is not None and risk.atr_stop.trailing and atr_stop is not None
    return Limits(
        stop,
        _nearest(_targets(risk, fills, stop, bars, frame), len(days)),
        risk.trailing_stop or 0.0,
        np.nan_to_num(atr_stop, nan=0.0) if trails and atr_stop is not None else None,
        risk.trigger == "intraday",
    )


def shares_of(specification: Specification, limits: Limits | None, days: Prices) -> Values | float:
    """The share of the cash that an entry decided on a bar puts in."""
    sizing = specification.sizing
    most = sizing.fraction or 1.0
    if sizing.risk_per_trade is None or limits is None:
        return most
    sized = sizing.risk_per_trade * _fills(specification, days) / limits.stop
    return np.where(np.isfinite(limits.stop), np.minimum(most, sized), most)


def _targets(risk: Risk, fills: Values, stop: Values, bars: Bars, frame: Frame) -> list[Values]:
    targets = [fills * risk.take_profit] if risk.take_profit else []
    if risk.atr_target:
        targets.append(risk.atr_target.multiple * _atr(risk.atr_target.period, bars, frame, len(fills)))
    if risk.r_target:
        targets.append(risk.r_target * stop)
    return targets


def _nearest(distances: list[Values], days: int) -> Values:
    """The smallest of the distances, infinite where none has a value."""
    known = [np.where(np.isnan(one), np.inf, one) for one in distances]
    return np.minimum.reduce(known) if known else np.full(days, np.inf)


def _fills(specification: Specification, days: Prices) -> Values:
    """The price that fills an entry, by the bar that decides it; the last bar's own where no bar follows."""
    return days.close if specification.fill == "close" else np.r_[days.open[1:], days.close[-1:]]


def ready(risk: Risk, bars: Bars) -> int:
    """The first bar with every range that a stop or target is measured by: before it nothing can be entered."""
    first = 0
    for part in (risk.atr_stop, risk.atr_target):
        if part is not None:
            known = ~np.isnan(_range(part.period, bars))
            first = max(first, int(known.argmax()) if known.any() else len(known))
    return first


def _range(period: int, bars: Bars) -> Values:
    return bars.values(Indicator(name="ATR", parameters={"timeperiod": period}))


def _atr(period: int, bars: Bars, frame: Frame, days: int) -> Values:
    """ATR by the day that closes its bar, without a value in between."""
    values = _range(period, bars)
    if len(values) == days:
        return values
    spread = np.full(days, np.nan)
    spread[frame.closes] = values
    return spread
