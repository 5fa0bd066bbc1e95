"""Lines, names at their ends, and the shaded bands of market regimes."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tools.backtests.charts.axes import day
from tools.backtests.charts.model import Band, NamedCurve
from tools.backtests.charts.page import Key, Page
from tools.backtests.charts.style import LINES, SHADES, TEXT, WIDTH
from tools.backtests.charts.words import fitted
from tools.backtests.model import Curve, Values

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_lines(axes: "Axes", lines: Sequence[NamedCurve], *, longest_gap: float = math.inf) -> None:
    """One kind of line each, the first on top; broken where no value is known for over `longest_gap` days."""
    for position, line in enumerate(lines):
        colour, dashes = LINES[position % len(LINES)]
        days, values = _thinned(line.curve)
        days, values = _broken(
            days, values, max(longest_gap, 3 * float(np.diff(days).mean()) if len(days) > 1 else 0.0)
        )
        dot = "o" if len(line.curve) == 1 else None
        axes.plot(days, values, marker=dot, color=colour, linestyle=dashes, linewidth=1.8, zorder=4 - position * 0.01)


def label_ends(axes: "Axes", lines: Sequence[NamedCurve], page: Page, *, room: float, bold: bool = False) -> None:
    """Names at the right ends of the lines, moved apart where they would touch. The scale must be set before."""
    box = axes.get_position()
    low, high = box.y0 * page.height, box.y1 * page.height
    ends = [axes.transData.transform((0.0, line.curve.values[-1]))[1] for line in lines]
    places = _apart(
        [min(max(float(end), low + 16), high - 16) for end in ends], gap=40.0, low=low + 16, high=high - 16
    )
    for position, (line, y) in enumerate(zip(lines, places, strict=True)):
        artist = page.figure.text((box.x1 * WIDTH + 12) / WIDTH, y / page.height, "", va="center")
        text = fitted(line.name, TEXT, room - 24, bold=True)
        page.write(artist, text, TEXT, colour=LINES[position % len(LINES)][0], bold=bold or position == 0)


def _apart(places: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """The same places in the same order, at least `gap` from one another as far as there is room."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    gap = min(gap, (high - low) / max(1, len(places) - 1))
    moved = [places[index] for index in order]
    for index in range(1, len(moved)):
        moved[index] = max(moved[index], moved[index - 1] + gap)
    moved[-1] = min(moved[-1], high)
    for index in range(len(moved) - 2, -1, -1):
        moved[index] = min(moved[index], moved[index + 1] - gap)
    result = [0.0] * len(places)
    for index, place in zip(order, moved, strict=True):
        result[index] = place
    return result


def draw_drawdown(axes: "Axes", growth: Curve, position: int) -> None:
    """The distance from the running high, filled for the first line."""
    high = np.maximum.accumulate(growth.values)
    safe = np.where(high > 0, high, 1.0)
    curve = Curve(growth.dates, np.where(high > 0, growth.values / safe - 1.0, 0.0))
    days, values = _thinned(curve)
    colour, dashes = LINES[position]
    if position == 0:
        axes.fill_between(days, values, 0.0, color=colour, alpha=0.25, linewidth=0, zorder=2)
    axes.plot(days, values, color=colour, linestyle=dashes, linewidth=1.4, zorder=3)


def growth(curve: Curve) -> Curve:
    """Growth of 1 from the first value; the values as they are where the first is not positive."""
    first = curve.values[0]
    return Curve(curve.dates, curve.values / first) if first > 0 else curve


def within(curve: Curve, window: Curve) -> Curve | None:
    """The part of a curve between the ends of another; None where there is none."""
    inside = (curve.dates >= window.dates[0]) & (curve.dates <= window.dates[-1])
    return Curve(curve.dates[inside], curve.values[inside]) if inside.any() else None


def _broken(days: Values, values: Values, longest: float) -> tuple[Values, Values]:
    """The same points with a hole in every gap longer than `longest` days."""
    gaps = np.nonzero(np.diff(days) > longest)[0] + 1
    return np.insert(days, gaps, days[gaps]), np.insert(values, gaps, np.nan)


def _thinned(curve: Curve, most: int = 1600) -> tuple[Values, Values]:
    """At most some `most` points: of each stretch its first, lowest, highest and last, in order, so no peak is lost.

    Dates come back as days since 1970, which is what matplotlib's date axis counts.
    """
    days = curve.dates.astype("datetime64[s]").astype(np.float64) / 86400.0
    count = len(curve)
    if count <= most:
        return days, curve.values
    edges = np.linspace(0, count, most // 4 + 1).astype(int)
    kept: set[int] = set()
    for start, stop in pairwise(edges.tolist()):
        part = curve.values[start:stop]
        kept.update((start, start + int(part.argmin()), start + int(part.argmax()), stop - 1))
    index = np.array(sorted(kept))
    return days[index], curve.values[index]


def draw_bands(axes: "Axes", bands: Sequence[Band], window: Curve) -> None:
    """Shades behind the lines, one shape a level."""
    from matplotlib.collections import PolyCollection

    first, last = day(window.dates[0]), day(window.dates[-1])
    for level in (1, 2, 3):
        spans = [
            (max(day(band.start), first), min(day(band.end) + 1.0, last))
            for band in bands
            if band.level == level and day(band.end) >= first and day(band.start) <= last
        ]
        corners = [((start, 0.0), (start, 1.0), (stop, 1.0), (stop, 0.0)) for start, stop in spans]
        tall = axes.get_xaxis_transform()  # dates across, the whole height of the panel up
        shade = PolyCollection(corners, facecolors=SHADES[level], linewidths=0, transform=tall, zorder=0)
        axes.add_collection(shade, autolim=False)


def band_legend(bands: Sequence[Band]) -> tuple[Key, ...]:
    """What each shade means, the lightest first."""
    shades = {band.label: band.level for band in bands}
    return tuple(Key(label, shade=level) for label, level in sorted(shades.items(), key=lambda item: item[1]))
