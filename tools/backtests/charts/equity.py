"""Growth of 1 with drawdown beneath."""

from collections.abc import Sequence

from tools.backtests.charts.axes import date_axis, percent_axis, scale_growth
from tools.backtests.charts.lines import (
    band_legend,
    draw_bands,
    draw_drawdown,
    draw_lines,
    growth,
    label_ends,
    within,
)
from tools.backtests.charts.model import Band, Chart, Labels, NamedCurve
from tools.backtests.charts.page import Page
from tools.backtests.charts.style import BESIDE, HEIGHT
from tools.backtests.charts.words import clean, drawing, period
from tools.backtests.model import BacktestRun


def equity_chart(run: BacktestRun, *, regimes: Sequence[Band] = (), labels: Labels | None = None) -> Chart:
    """Growth of 1 of the strategy and its benchmark, drawdown beneath, regimes as shaded bands.

    The benchmark starts at 1 with its first value inside the run's window. The upper axis is logarithmic where the
    highest value is over four times the lowest. Raises ValueError where the run has no equity curve.
    """
    if run.equity is None or not len(run.equity):
        raise ValueError("a run without an equity curve cannot be drawn")
    labels = labels or Labels()
    equity = run.equity
    benchmark = within(run.benchmark, equity) if run.benchmark is not None else None
    lines = [NamedCurve(labels.strategy, growth(equity))]
    if benchmark is not None:
        lines.append(NamedCurve(labels.benchmark or run.benchmark_name or "Benchmark", growth(benchmark)))
    title = labels.title or run.name
    against = f" against {clean(lines[1].name)}" if benchmark is not None else ""
    shaded = " Shaded bands show the market regimes." if regimes else ""
    alt = labels.alt_text or (
        f"Line chart of the equity of {clean(title)}{against}, {period(equity)}, with its drawdown beneath.{shaded}"
    )
    with drawing:
        page = Page(title, labels.callouts, footer=band_legend(regimes), height=HEIGHT)
        upper, lower = page.panels((2.1, 1.0), beside=BESIDE)
        for axes in (upper, lower):
            draw_bands(axes, regimes, equity)
        draw_lines(upper, lines)
        scale_growth(upper, lines, page)
        for position, line in enumerate(lines):
            draw_drawdown(lower, line.curve, position)
        percent_axis(lower, page)
        page.heading(lower, "Drawdown")
        date_axis(lower, equity, page)
        upper.tick_params(labelbottom=False)
        label_ends(upper, lines, page, room=BESIDE)
        return page.finish(alt)
