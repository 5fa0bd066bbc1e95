"""Figures over a rolling window."""

from collections.abc import Sequence

from tools.backtests.charts.axes import date_axis, plain_axis
from tools.backtests.charts.lines import band_legend, draw_bands, draw_lines, label_ends
from tools.backtests.charts.model import Band, Chart, Labels, NamedCurve
from tools.backtests.charts.page import Page
from tools.backtests.charts.style import BESIDE, INK
from tools.backtests.charts.words import drawing, in_words, period


def rolling_chart(
    curves: Sequence[NamedCurve],
    *,
    labels: Labels | None = None,
    heading: str = "Rolling Sharpe ratio",
    regimes: Sequence[Band] = (),
) -> Chart:
    """One to four rolling figures over time (already computed), with a line at zero."""
    drawn = [line for line in curves if len(line.curve)]
    if not drawn:
        raise ValueError("no rolling values to draw")
    labels = labels or Labels()
    title = labels.title or heading
    whole = max((line.curve for line in drawn), key=len)
    alt = labels.alt_text or f"Line chart: {heading[0].lower()}{heading[1:]} of {in_words(drawn)}, {period(whole)}."
    with drawing:
        page = Page(title, labels.callouts, footer=band_legend(regimes), height=760)
        axes = page.panels((1.0,), beside=BESIDE)[0]
        draw_bands(axes, regimes, whole)
        axes.axhline(0.0, color=INK, linewidth=1.0, zorder=2)
        draw_lines(axes, drawn)
        plain_axis(axes, page)
        page.heading(axes, heading)
        date_axis(axes, whole, page)
        label_ends(axes, drawn, page, room=BESIDE)
        return page.finish(alt)
