"""Several runs in one chart."""

import math
from collections.abc import Sequence

from tools.backtests.charts.axes import date_axis, scale_growth
from tools.backtests.charts.lines import draw_lines, growth, label_ends
from tools.backtests.charts.model import Chart, Labels, NamedCurve
from tools.backtests.charts.page import Key, Page
from tools.backtests.charts.style import HALF, HEIGHT, LINES, SMALL
from tools.backtests.charts.words import drawing, in_words, measure, period, span
from tools.backtests.model import BacktestRun


def comparison_chart(
    runs: Sequence[BacktestRun], *, names: Sequence[str] = (), labels: Labels | None = None
) -> Chart:
    """Growth of 1 of 2 to 10 runs, each from its own first value, keyed by a letter at the line.

    `names` (one a run) replace the runs' own in the key below the chart. Runs without a curve are left out.
    """
    labels = labels or Labels()
    given = list(names) or [run.name for run in runs]
    curves = [NamedCurve(name, run.equity) for name, run in zip(given, runs, strict=True) if run.equity is not None]
    drawn = [NamedCurve(line.name, growth(line.curve)) for line in curves if len(line.curve)][: len(LINES)]
    if not drawn:
        raise ValueError("none of these runs has an equity curve")
    title = labels.title or "Comparison"
    whole = span([line.curve for line in drawn])
    alt = (
        labels.alt_text or f"Line chart of the growth of 1 of {len(drawn)} runs: {in_words(drawn)}, {period(whole)}."
    )
    with drawing:
        lettered = [NamedCurve(chr(65 + position), line.curve) for position, line in enumerate(drawn)]
        key = tuple(
            Key(f"{letter.name}  {line.name}", line=position)
            for position, (letter, line) in enumerate(zip(lettered, drawn, strict=True))
        )
        columns = 1 if any(measure(entry.label, SMALL) > HALF for entry in key) else 2
        height = HEIGHT + 46 * max(0, math.ceil(len(key) / columns) - 2)
        page = Page(title, labels.callouts, footer=key, height=height, columns=columns)
        axes = page.panels((1.0,), beside=80.0)[0]
        draw_lines(axes, lettered)
        scale_growth(axes, drawn, page)
        date_axis(axes, whole, page)
        label_ends(axes, lettered, page, room=80.0, bold=True)
        return page.finish(alt)
