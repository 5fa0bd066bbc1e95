"""Figures over a rolling window, one panel a figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.backtests.charts.axes import date_axis, plain_axis
from tools.backtests.charts.lines import band_legend, draw_bands, draw_lines, label_ends
from tools.backtests.charts.model import Band, Chart, Labels, NamedCurve
from tools.backtests.charts.page import Page
from tools.backtests.charts.style import BESIDE, HEIGHT, INK
from tools.backtests.charts.words import drawing, in_words, period, span

_GAP_DAYS = 45.0
"""A strategy that is out of the market has no Sharpe ratio; the line must not bridge that."""


@dataclass(frozen=True, slots=True)
class RollingFigure:
    """One to four lines of one figure (already computed), with a line at `level` across."""

    heading: str
    curves: tuple[NamedCurve, ...]
    level: float = 0.0


def rolling_chart(
    figures: Sequence[RollingFigure], *, labels: Labels | None = None, regimes: Sequence[Band] = ()
) -> Chart:
    """One or two rolling figures over time, one above the other; those without values are left out."""
    drawn = [figure for figure in figures if any(len(line.curve) for line in figure.curves)]
    if not drawn:
        raise ValueError("no rolling values to draw")
    labels = labels or Labels()
    title = labels.title or drawn[0].heading
    whole = span([line.curve for figure in drawn for line in figure.curves])
    alt = labels.alt_text or f"Line chart: {'; '.join(_said(figure) for figure in drawn)}, {period(whole)}."
    with drawing:
        page = Page(
            title, labels.callouts, footer=band_legend(regimes), height=HEIGHT - (0 if len(drawn) > 1 else 140)
        )
        panels = page.panels((1.0,) * len(drawn), beside=BESIDE)
        for axes, figure in zip(panels, drawn, strict=True):
            draw_bands(axes, regimes, whole)
            axes.axhline(figure.level, color=INK, linewidth=1.0, zorder=2)
            draw_lines(axes, figure.curves, longest_gap=_GAP_DAYS)
            plain_axis(axes, page)
            page.heading(axes, figure.heading)
            date_axis(axes, whole, page)
            axes.tick_params(labelbottom=axes is panels[-1])
            label_ends(axes, figure.curves, page, room=BESIDE)
        return page.finish(alt)


def _said(figure: RollingFigure) -> str:
    return f"{figure.heading[0].lower()}{figure.heading[1:]} of {in_words(figure.curves)}"
