"""Charts of backtests as PNG: equity with drawdown, monthly returns, a rolling figure, a comparison.

Made for a phone: 1200 pixels wide, text that can still be read at 360, a solid light ground that stands on a dark
page too, Okabe-Ito colours, and never colour alone (line styles, labels at the lines, signs and numbers in cells).
Charts compute no figure: captions, months and rolling values come in, formatted or computed elsewhere. What they
derive is only what drawing needs (growth from the first value, distance from the running high).

Drawing takes some 100 ms and is done under a lock, because matplotlib promises no thread safety; on an event loop use
`ChartRenderer`, which draws in a thread and keeps what it drew by content. The same input gives the same bytes.
"""

from tools.backtests.charts.comparison import comparison_chart
from tools.backtests.charts.equity import equity_chart
from tools.backtests.charts.model import Band, Chart, Labels, NamedCurve
from tools.backtests.charts.monthly import monthly_chart
from tools.backtests.charts.renderer import ChartRenderer, content_key
from tools.backtests.charts.rolling import RollingFigure, rolling_chart

__all__ = [
    "Band",
    "Chart",
    "ChartRenderer",
    "Labels",
    "NamedCurve",
    "RollingFigure",
    "comparison_chart",
    "content_key",
    "equity_chart",
    "monthly_chart",
    "rolling_chart",
]
