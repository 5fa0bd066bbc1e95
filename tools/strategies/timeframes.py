"""Weekly and monthly bars made of daily ones: what a specification with `timeframe` 1w or 1mo reads.

A bar opens at the open of its first trading day and closes at the close of its last; a week is Monday to Sunday. Only
whole bars are read: the last one counts once no weekday is left in it. The first may begin late, where the data does.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tools.errors import BadInput
from tools.market.prices import Days, Prices

Timeframe = Literal["1d", "1w", "1mo"]
UNITS: dict[Timeframe, str] = {"1d": "day", "1w": "week", "1mo": "month"}
DAYS_IN: dict[Timeframe, int] = {"1d": 1, "1w": 5, "1mo": 21}
"""About so many trading days in a bar."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The bars that conditions are read on. `closes[k]` is the day, as an index of the daily bars, that closes bar k."""

    bars: Prices
    closes: NDArray[np.intp]


def framed(prices: Prices, timeframe: Timeframe) -> Frame:
    """Daily bars as bars of a timeframe. Raises `BadInput` where there is no whole one."""
    if timeframe == "1d":
        return Frame(prices, np.arange(len(prices)))
    closes = _closes(prices.dates, timeframe)
    if not len(closes):
        raise BadInput(f"The prices of {prices.symbol or 'this file'} have no whole {UNITS[timeframe]}.")
    starts, end = np.r_[0, closes[:-1] + 1], closes[-1] + 1
    bars = Prices(
        prices.symbol,
        prices.dates[closes],
        prices.open[starts],
        np.maximum.reduceat(prices.high[:end], starts),
        np.minimum.reduceat(prices.low[:end], starts),
        prices.close[closes],
        prices.adjusted_close[closes],
        np.add.reduceat(prices.volume[:end], starts),
        prices.name,
    )
    return Frame(bars, closes)


def _closes(days: Days, timeframe: Timeframe) -> NDArray[np.intp]:
    """The last day of every whole week or month."""
    number = (days.astype(np.int64) + 3) // 7 if timeframe == "1w" else days.astype("datetime64[M]").astype(np.int64)
    last = np.flatnonzero(np.r_[number[1:] != number[:-1], True])
    following = (
        np.datetime64(int(number[-1] + 1) * 7 - 3, "D")
        if timeframe == "1w"
        else np.datetime64(int(number[-1] + 1), "M").astype("datetime64[D]")
    )
    whole = np.busday_count(days[-1] + 1, following) == 0
    return last if whole else last[:-1]
