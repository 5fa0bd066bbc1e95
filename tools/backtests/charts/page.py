"""The page of a chart: ground, title, callouts, legend; everything in pixels of the finished image."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from tools.backtests.charts.model import Chart
from tools.backtests.charts.style import DPI, GRID, GROUND, INK, LINES, QUIET, SHADES, SMALL, TEXT, TITLE, WIDTH
from tools.backtests.charts.words import clean, drawable, fitted, font, two_lines, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the legend beneath: a line of the comparison, or a shade."""

    label: str
    line: int = -1
    shade: int = -1


class Page:
    """A figure with a title block above and a legend beneath; panels fill what is left."""

    def __init__(
        self,
        title: str,
        callouts: Sequence[str],
        *,
        footer: Sequence[Key],
        height: int,
        note: str = "",
        columns: int = 0,
    ) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.title = clean(title)
        self.height = height
        self.figure: Figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=GROUND)
        FigureCanvasAgg(self.figure)
        self._top = 18.0
        self._bottom = 20.0
        self._write_head(callouts, note)
        self._write_foot(footer, columns)

    def panels(self, ratios: Sequence[float], *, beside: float) -> list["Axes"]:
        """Panels one under the other, sharing the dates, between head and foot; `beside` is kept free at the right."""
        left, right, between = 146.0, beside, 62.0
        room = self.height - self._top - self._bottom - 62.0 - between * (len(ratios) - 1)
        below = self.height - self._top
        made: list[Axes] = []
        for ratio in ratios:
            tall = room * ratio / sum(ratios)
            below -= tall
            box = (left / WIDTH, below / self.height, (WIDTH - left - right) / WIDTH, tall / self.height)
            axes = self.figure.add_axes(box, sharex=made[0] if made else None)
            below -= between
            axes.set_facecolor(GROUND)
            for side, spine in axes.spines.items():
                spine.set_visible(side == "bottom")
                spine.set_color(QUIET)
            axes.tick_params(length=0, pad=5)
            axes.set_axisbelow(True)
            axes.grid(visible=True, axis="y", color=GRID, linewidth=0.8)
            made.append(axes)
        return made

    def heading(self, axes: "Axes", text: str) -> None:
        """A small heading at the upper left of a panel."""
        self.write(axes.text(0.0, 1.0, "", transform=axes.transAxes, va="bottom"), text, SMALL, colour=QUIET)

    def write(self, artist: "Text", text: str, points: float, *, colour: str = INK, bold: bool = False) -> None:
        """Set text as it is: never read as mathematics, only with glyphs of the bundled font."""
        artist.set_parse_math(False)
        artist.set_usetex(False)
        artist.set_fontproperties(font(points, bold))
        artist.set_color(colour)
        artist.set_text(drawable(text, bold))

    def finish(self, alt_text: str) -> Chart:
        """The PNG. Title and description are kept inside it; nothing in it depends on the time or the machine."""
        alt_text = clean(alt_text)
        buffer = BytesIO()
        about = {"Title": self.title, "Description": alt_text, "Software": None}
        self.figure.savefig(buffer, format="png", dpi=DPI, facecolor=GROUND, metadata=about)
        return Chart(png=buffer.getvalue(), alt_text=alt_text, title=self.title)

    def _write_head(self, callouts: Sequence[str], note: str) -> None:
        for line in two_lines(self.title, TITLE, WIDTH - 70):
            self._line(line, TITLE, bold=True)
        for line in wrapped([clean(item) for item in callouts], TEXT, WIDTH - 70):
            self._line(line, TEXT)
        if note:
            self._line(note, SMALL, colour=QUIET)
        self._top += 46.0

    def _line(self, text: str, points: float, *, bold: bool = False, colour: str = INK) -> None:
        artist = self.figure.text(36 / WIDTH, 1 - self._top / self.height, "", va="top")
        self.write(artist, text, points, bold=bold, colour=colour)
        self._top += points * DPI / 72 * 1.35

    def _write_foot(self, entries: Sequence[Key], columns: int) -> None:
        if not entries:
            return
        columns = columns or min(4, len(entries))
        step, wide = 46.0, (WIDTH - 72.0) / columns
        rows = math.ceil(len(entries) / columns)
        for position, entry in enumerate(entries):
            column, row = divmod(position, rows)
            x, y = 36 + column * wide, self._bottom + (rows - row - 0.5) * step
            self._sample(entry, x, y)
            artist = self.figure.text((x + 84) / WIDTH, y / self.height, "", va="center")
            self.write(artist, fitted(entry.label, SMALL, wide - 100), SMALL)
        self._bottom += rows * step + 8

    def _sample(self, entry: Key, x: float, y: float) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.patches import Rectangle

        if entry.line >= 0:
            colour, dashes = LINES[entry.line]
            ends = [x / WIDTH, (x + 70) / WIDTH]
            level = [y / self.height] * 2
            self.figure.add_artist(Line2D(ends, level, color=colour, linestyle=dashes, linewidth=2.4))
        else:
            size = (60 / WIDTH, 26 / self.height)
            corner = (x / WIDTH, (y - 13) / self.height)
            patch = Rectangle(corner, *size, facecolor=SHADES[entry.shade], edgecolor=QUIET, linewidth=0.8)
            self.figure.add_artist(patch)
