"""Axes with ticks at round numbers and round dates."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from tools.backtests.charts.model import NamedCurve
from tools.backtests.charts.page import Page
from tools.backtests.charts.style import MONTHS, SMALL
from tools.backtests.model import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def scale_growth(axes: "Axes", lines: Sequence[NamedCurve], page: Page) -> None:
    """Logarithmic where the highest is over four times the lowest and all are positive; ticks at round numbers."""
    low = min(float(line.curve.values.min()) for line in lines)
    high = max(float(line.curve.values.max()) for line in lines)
    if low > 0 and high / low > 4:
        axes.set_yscale("log")
        axes.minorticks_off()
        axes.set_ylim(low / 1.06, high * 1.06)
        ticks = _log_ticks(low, high)
        set_ticks(axes, "y", ticks, [_short(tick) for tick in ticks], page)
        page.heading(axes, "Growth of 1, log scale")
        return
    plain_axis(axes, page)
    page.heading(axes, "Growth of 1" if all(line.curve.values[0] == 1 for line in lines) else "Value")


def _log_ticks(low: float, high: float) -> list[float]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        ticks = [step * 10.0**power for power in decades for step in steps]
        ticks = [tick for tick in ticks if low / 1.06 <= tick <= high * 1.06]
        if len(ticks) <= 6:
            return ticks
    return ticks[:: math.ceil(len(ticks) / 6)]


def plain_axis(axes: "Axes", page: Page) -> None:
    """Ticks at round numbers."""
    from matplotlib.ticker import MaxNLocator

    low, high = axes.get_ylim()
    ticks = [float(tick) for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high]
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    set_ticks(axes, "y", ticks, [_short(tick, step) for tick in ticks], page)


def percent_axis(axes: "Axes", page: Page) -> None:
    """From zero down, in percent."""
    from matplotlib.ticker import MaxNLocator

    low = min(axes.get_ylim()[0], -0.001)
    axes.set_ylim(low, 0.0)
    ticks = [float(tick) for tick in MaxNLocator(3).tick_values(low, 0.0) if low <= tick <= 0]
    step = (ticks[1] - ticks[0]) * 100 if len(ticks) > 1 else 1.0
    set_ticks(axes, "y", ticks, [f"{_short(tick * 100, step)} %" for tick in ticks], page)


def date_axis(axes: "Axes", curve: Curve, page: Page) -> None:
    """The dates of `curve` from edge to edge."""
    first, last = day(curve.dates[0]), day(curve.dates[-1])
    if last <= first:
        first, last = first - 1, last + 1
    axes.set_xlim(first, last)
    places, names = _date_ticks(first, last)
    set_ticks(axes, "x", places, names, page)


def _date_ticks(first: float, last: float) -> tuple[list[float], list[str]]:
    """About four to six dates at round years, months, days or hours, as the span asks for."""
    start, stop = _date(first), _date(last)
    days = last - first
    if days > 3 * 365:
        step = next(n for n in (1, 2, 5, 10, 20, 50, 100, 1000) if days / 365.25 / n <= 6)
        years = np.arange(start.astype("datetime64[Y]"), stop.astype("datetime64[Y]") + 1)
        chosen = [year for year in years if (int(str(year))) % step == 0]
        return _inside(chosen, first, last, lambda tick: str(tick)[:4])
    if days > 75:
        step = next(n for n in (1, 2, 3, 6, 12) if days / 30.4 / n <= 5 or n == 12)
        months = np.arange(start.astype("datetime64[M]"), stop.astype("datetime64[M]") + 1)
        chosen = [month for month in months if (int(str(month)[5:7]) - 1) % step == 0]
        return _inside(chosen, first, last, lambda tick: f"{MONTHS[int(str(tick)[5:7]) - 1]} {str(tick)[:4]}")
    if days > 3:
        step = max(1, math.ceil(days / 5))
        chosen = list(np.arange(start.astype("datetime64[D]"), stop.astype("datetime64[D]") + 1, step))
        return _inside(chosen, first, last, lambda tick: f"{int(str(tick)[8:10])} {MONTHS[int(str(tick)[5:7]) - 1]}")
    chosen = [start + np.timedelta64(int((last - first) * 86400 * part / 3), "s") for part in range(4)]
    return _inside(chosen, first, last, lambda tick: str(tick)[11:16])


def _inside(
    ticks: Sequence[np.datetime64], first: float, last: float, name: Callable[[np.datetime64], str]
) -> tuple[list[float], list[str]]:
    pairs = [(day(tick), name(tick)) for tick in ticks]
    pairs = [pair for pair in pairs if first <= pair[0] <= last]
    return [place for place, _ in pairs], [text for _, text in pairs]


def set_ticks(
    axes: "Axes", which: Literal["x", "y"], places: Sequence[float], names: Sequence[str], page: Page
) -> None:
    """Ticks at `places` with these names, as data."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(list(places))
    axis.set_ticklabels(list(names))
    for artist, text in zip(axis.get_ticklabels(), names, strict=True):
        page.write(artist, text, SMALL)


def _short(value: float, step: float | None = None) -> str:
    """A tick as people write it: 0.5, 1, 20, 1.5k, 3M; decimals as the step needs, a real minus sign."""
    for scale, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= scale:
            scale = 1e3 if letter == "k" else scale
            return f"{value / scale:.3g}{letter}".replace("-", "−")
    if step is not None and step > 0:
        places = max(0, -math.floor(math.log10(step) + 1e-9))
        places += abs(step * 10**places - round(step * 10**places)) > 1e-6  # a step of 0.25 needs two
        value = 0.0 if abs(value) < step / 1000 else value
        return f"{value:.{min(places, 6)}f}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


def day(date: np.datetime64) -> float:
    """Days since 1970, which is what matplotlib counts."""
    return float(date.astype("datetime64[s]").astype(np.int64)) / 86400.0


def _date(day: float) -> np.datetime64:
    return np.datetime64(round(day * 86400), "s")
