"""The heat map of monthly returns."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tools.backtests.charts.axes import set_ticks
from tools.backtests.charts.model import Chart, Labels
from tools.backtests.charts.page import Page
from tools.backtests.charts.style import GROUND, HEIGHT, MONTHS, TEXT
from tools.backtests.charts.words import drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SMALL_MOVES = 0.01
"""Below this in every month, whole percents would all be zero."""


def monthly_chart(
    months: Mapping[tuple[int, int], float],
    *,
    years: Mapping[int, float] | None = None,
    labels: Labels | None = None,
) -> Chart:
    """Heat map of returns by (year, month), fractions, in whole percent; `years` adds a column of yearly returns.

    Where no month moved by a percent, in basis points.

    Blue is a gain and orange a loss; each cell also carries its signed number. Grows taller with over 16 years.
    """
    if not months:
        raise ValueError("no months to draw")
    labels = labels or Labels()
    title = labels.title or "Monthly returns"
    first, last = min(year for year, _ in months), max(year for year, _ in months)
    alt = labels.alt_text or f"Table of monthly returns in percent, {first} to {last}, shaded by gain and loss."
    rows = list(range(first, last + 1))
    unit = "whole percent"
    if max((abs(value) for value in months.values() if math.isfinite(value)), default=0.0) < _SMALL_MOVES:
        unit = "basis points (hundredths of a percent)"
        months = {month: value * 100 for month, value in months.items()}
        years = {year: value * 100 for year, value in years.items()} if years is not None else None
    with drawing:
        height = max(HEIGHT if len(rows) > 8 else 640, 260 + 46 * len(rows))
        page = Page(title, labels.callouts, footer=(), height=height, note=f"{unit}; · no data")
        axes = page.panels((1.0,), beside=36.0)[0]
        _draw_cells(axes, months, years, rows, page)
        return page.finish(alt)


def _draw_cells(
    axes: "Axes",
    months: Mapping[tuple[int, int], float],
    years: Mapping[int, float] | None,
    rows: Sequence[int],
    page: Page,
) -> None:
    from matplotlib.patches import Rectangle

    largest = max((abs(value) for value in months.values() if math.isfinite(value)), default=0.0) or 1.0
    for row, year in enumerate(rows):
        cells = [(month, months.get((year, month + 1))) for month in range(12)]
        for column, value in cells:
            ground = _tone(0.0 if value is None else value / largest)
            axes.add_patch(Rectangle((column, row), 1, 1, facecolor=ground, edgecolor=GROUND, linewidth=1.0))
            _cell(axes, column + 0.5, row + 0.5, value, page)
        if years is not None:
            _cell(axes, 12.65, row + 0.5, years.get(year), page, bold=True)
    axes.set_xlim(0, 13.3 if years is not None else 12)
    axes.set_ylim(len(rows), 0)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    heads = [name[0] for name in MONTHS] + (["Year"] if years is not None else [])
    places = [month + 0.5 for month in range(12)] + ([12.65] if years is not None else [])
    axes.xaxis.tick_top()
    set_ticks(axes, "x", places, heads, page)
    set_ticks(axes, "y", [row + 0.5 for row in range(len(rows))], [str(year) for year in rows], page)


def _cell(axes: "Axes", x: float, y: float, value: float | None, page: Page, *, bold: bool = False) -> None:
    text = "·" if value is None or not math.isfinite(value) else _whole_percent(value)
    points = TEXT if len(text) <= 3 else 9.5 if len(text) <= 4 else 7.5
    page.write(axes.text(x, y, "", ha="center", va="center"), text, points, bold=bold)


def _whole_percent(value: float) -> str:
    whole = math.floor(abs(value) * 100 + 0.5)
    sign = "" if whole == 0 else "−" if value < 0 else "+"
    return f"{sign}{whole}"


def _tone(share: float) -> str:
    """Blue for gains, orange for losses, the ground at zero; `share` is -1 to 1. Ink stays readable on all of them."""
    share = max(-1.0, min(1.0, share)) if math.isfinite(share) else 0.0
    end = (0x6B, 0xB3, 0xE3) if share > 0 else (0xF0, 0x93, 0x4A)
    ground = tuple(int(GROUND[index : index + 2], 16) for index in (1, 3, 5))
    weight = abs(share) ** 0.7
    return "#" + "".join(f"{round(a + (b - a) * weight):02X}" for a, b in zip(ground, end, strict=True))
