"""Charts of backtests as PNG: equity with drawdown, monthly returns, a rolling figure, a comparison.

Made for a phone: 1200 pixels wide, text that can still be read at 360, a solid light ground that stands on a dark
page too, Okabe-Ito colours, and never colour alone (line styles, labels at the lines, signs and numbers in cells).
Charts compute no figure: captions, months and rolling values come in, formatted or computed elsewhere. What they
derive is only what drawing needs (growth from the first value, distance from the running high).

Drawing takes some 100 ms and is done under a lock, because matplotlib promises no thread safety; on an event loop use
`ChartRenderer`, which draws in a thread and keeps what it drew by content. The same input gives the same bytes.
"""

import asyncio
import dataclasses
import hashlib
import math
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal, ParamSpec

import numpy as np

from tools.backtests.model import BacktestRun, Curve, Days, Values

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font
    from matplotlib.text import Text

P = ParamSpec("P")

WIDTH, HEIGHT = 1200, 900
_DPI = 200
_GROUND, _INK, _QUIET, _GRID = "#F7F7F4", "#1A1A1A", "#555555", "#D5D5D0"
_BLUE, _VERMILLION, _GREEN, _PURPLE, _ORANGE, _BLACK = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#B0568A",
    "#B37400",
    "#000000",
)
_SHADES = (_GROUND, "#E2E2DC", "#C9C9C2", "#ABABA3")
_TITLE, _TEXT, _SMALL = 14.0, 11.5, 10.5
_BESIDE = 265.0
_HALF = (WIDTH - 72) / 2 - 100
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ABSENT = "□"
_Dashes = Literal["solid"] | tuple[float, tuple[float, ...]]
_LINES: tuple[tuple[str, _Dashes], ...] = (
    (_BLUE, "solid"),
    (_VERMILLION, (0, (5, 1.5))),
    (_GREEN, (0, (1.2, 1.2))),
    (_BLACK, (0, (6, 1.5, 1.2, 1.5))),
    (_PURPLE, "solid"),
    (_ORANGE, (0, (5, 1.5))),
    (_BLUE, (0, (1.2, 1.2))),
    (_VERMILLION, (0, (6, 1.5, 1.2, 1.5))),
    (_GREEN, "solid"),
    (_BLACK, (0, (3, 1, 1, 1, 1, 1))),
)


@dataclass(frozen=True, slots=True)
class Chart:
    """A finished chart. `alt_text` says in one to three sentences what is seen."""

    png: bytes
    alt_text: str
    title: str


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of a chart; any number in them was formatted from a fact by the caller.

    `callouts` stand in a row under the title ("Sharpe 0.49"). Empty `title` and `alt_text` get a plain default that
    names the runs and their period. `strategy` and `benchmark` stand at the lines and are cut to fit.
    """

    title: str = ""
    alt_text: str = ""
    callouts: tuple[str, ...] = ()
    strategy: str = "Strategy"
    benchmark: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of one market regime, both ends included. `level` is its shade: 0 none to 3 darkest."""

    start: np.datetime64
    end: np.datetime64
    label: str
    level: Literal[0, 1, 2, 3] = 1


@dataclass(frozen=True, slots=True)
class NamedCurve:
    """A curve to draw as it is, with what stands at its line."""

    name: str
    curve: Curve


def equity_chart(run: BacktestRun, *, regimes: Sequence[Band] = (), labels: Labels | None = None) -> Chart:
    """Growth of 1 of the strategy and its benchmark, drawdown beneath, regimes as shaded bands.

    The benchmark starts at 1 with its first value inside the run's window. The upper axis is logarithmic where the
    highest value is over four times the lowest. Raises ValueError where the run has no equity curve.
    """
    if run.equity is None or not len(run.equity):
        raise ValueError("a run without an equity curve cannot be drawn")
    labels = labels or Labels()
    equity = run.equity
    benchmark = _within(run.benchmark, equity) if run.benchmark is not None else None
    lines = [NamedCurve(labels.strategy, _growth(equity))]
    if benchmark is not None:
        lines.append(NamedCurve(labels.benchmark or run.benchmark_name or "Benchmark", _growth(benchmark)))
    title = labels.title or run.name
    against = f" against {clean(lines[1].name)}" if benchmark is not None else ""
    shaded = " Shaded bands show the market regimes." if regimes else ""
    alt = labels.alt_text or (
        f"Line chart of the equity of {clean(title)}{against}, {_period(equity)}, with its drawdown beneath.{shaded}"
    )
    with _drawing:
        page = _Page(title, labels.callouts, footer=_band_legend(regimes), height=HEIGHT)
        upper, lower = page.panels((2.1, 1.0), beside=_BESIDE)
        for axes in (upper, lower):
            _draw_bands(axes, regimes, equity)
        _draw_lines(upper, lines)
        _scale_growth(upper, lines, page)
        for position, line in enumerate(lines):
            _draw_drawdown(lower, line.curve, position)
        _percent_axis(lower, page)
        page.heading(lower, "Drawdown")
        _date_axis(lower, equity, page)
        upper.tick_params(labelbottom=False)
        _label_ends(upper, lines, page, room=_BESIDE)
        return page.finish(alt)


def monthly_chart(
    months: Mapping[tuple[int, int], float],
    *,
    years: Mapping[int, float] | None = None,
    labels: Labels | None = None,
) -> Chart:
    """Heat map of returns by (year, month), fractions, in whole percent; `years` adds a column of yearly returns.

    Blue is a gain and orange a loss; each cell also carries its signed number. Grows taller with over 16 years.
    """
    if not months:
        raise ValueError("no months to draw")
    labels = labels or Labels()
    title = labels.title or "Monthly returns"
    first, last = min(year for year, _ in months), max(year for year, _ in months)
    alt = labels.alt_text or f"Table of monthly returns in percent, {first} to {last}, shaded by gain and loss."
    rows = list(range(first, last + 1))
    with _drawing:
        height = max(HEIGHT if len(rows) > 8 else 640, 260 + 46 * len(rows))
        page = _Page(title, labels.callouts, footer=(), height=height, note="whole percent; · no data")
        axes = page.panels((1.0,), beside=36.0)[0]
        _draw_cells(axes, months, years, rows, page)
        return page.finish(alt)


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
    alt = labels.alt_text or f"Line chart: {heading[0].lower()}{heading[1:]} of {_names(drawn)}, {_period(whole)}."
    with _drawing:
        page = _Page(title, labels.callouts, footer=_band_legend(regimes), height=760)
        axes = page.panels((1.0,), beside=_BESIDE)[0]
        _draw_bands(axes, regimes, whole)
        axes.axhline(0.0, color=_INK, linewidth=1.0, zorder=2)
        _draw_lines(axes, drawn)
        _plain_axis(axes, page)
        page.heading(axes, heading)
        _date_axis(axes, whole, page)
        _label_ends(axes, drawn, page, room=_BESIDE)
        return page.finish(alt)


def comparison_chart(
    runs: Sequence[BacktestRun], *, names: Sequence[str] = (), labels: Labels | None = None
) -> Chart:
    """Growth of 1 of 2 to 10 runs, each from its own first value, keyed by a letter at the line.

    `names` (one a run) replace the runs' own in the key below the chart. Runs without a curve are left out.
    """
    labels = labels or Labels()
    given = list(names) or [run.name for run in runs]
    curves = [NamedCurve(name, run.equity) for name, run in zip(given, runs, strict=True) if run.equity is not None]
    drawn = [NamedCurve(line.name, _growth(line.curve)) for line in curves if len(line.curve)][: len(_LINES)]
    if not drawn:
        raise ValueError("none of these runs has an equity curve")
    title = labels.title or "Comparison"
    span = _span([line.curve for line in drawn])
    alt = labels.alt_text or f"Line chart of the growth of 1 of {len(drawn)} runs: {_names(drawn)}, {_period(span)}."
    with _drawing:
        lettered = [NamedCurve(chr(65 + position), line.curve) for position, line in enumerate(drawn)]
        key = tuple(
            _Key(f"{letter.name}  {line.name}", line=position)
            for position, (letter, line) in enumerate(zip(lettered, drawn, strict=True))
        )
        columns = 1 if any(_measure(entry.label, _SMALL) > _HALF for entry in key) else 2
        height = HEIGHT + 46 * max(0, math.ceil(len(key) / columns) - 2)
        page = _Page(title, labels.callouts, footer=key, height=height, columns=columns)
        axes = page.panels((1.0,), beside=80.0)[0]
        _draw_lines(axes, lettered)
        _scale_growth(axes, drawn, page)
        _date_axis(axes, span, page)
        _label_ends(axes, lettered, page, room=80.0, bold=True)
        return page.finish(alt)


class ChartRenderer:
    """Draws off the event loop and keeps what it drew, by the content of the call.

    `directory` keeps charts over restarts as `<sha256>.png`, title and alt text inside; at most `kept` stay in memory.
    Two callers with the same content share one drawing.
    """

    def __init__(self, directory: Path | None = None, *, kept: int = 64) -> None:
        self._directory = directory
        self._kept = kept
        self._charts: OrderedDict[str, Chart] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[Chart]] = {}

    async def render(self, draw: Callable[P, Chart], *args: P.args, **kwargs: P.kwargs) -> Chart:
        """`draw(*args, **kwargs)`, drawn at most once for the same content. Errors of `draw` are not kept."""
        key = await asyncio.to_thread(content_key, draw.__name__, args, kwargs)
        kept = self._charts.get(key)
        if kept is not None:
            self._charts.move_to_end(key)
            return kept
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.ensure_future(asyncio.to_thread(self._load_or_draw, key, lambda: draw(*args, **kwargs)))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._keep(key, done))
        # Shielded: one caller that gives up must not take the chart from the others.
        return await asyncio.shield(task)

    def _keep(self, key: str, task: asyncio.Task[Chart]) -> None:
        del self._under_way[key]
        if task.cancelled() or task.exception() is not None:
            return
        self._charts[key] = task.result()
        while len(self._charts) > self._kept:
            self._charts.popitem(last=False)

    def _load_or_draw(self, key: str, draw: Callable[[], Chart]) -> Chart:
        if self._directory is None:
            return draw()
        path = self._directory / f"{key}.png"
        if path.exists():
            stored = _stored(path)
            if stored is not None:
                return stored
        chart = draw()
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{threading.get_ident()}.part")
        partial.write_bytes(chart.png)
        partial.replace(path)
        return chart


def content_key(*parts: object) -> str:
    """SHA-256 over values, arrays, dataclasses, mappings and sequences, and over this module's own source."""
    digest = hashlib.sha256(_code_version())
    _feed(digest.update, parts)
    return digest.hexdigest()


def clean(text: str) -> str:
    """One printable line of `text`: no control, bidirectional or zero-width characters, runs of blanks joined."""
    kept = "".join(" " if character.isspace() else character for character in text)
    kept = "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return " ".join(kept.split())


# --- the page: ground, title, callouts, legend; everything in pixels of the finished image -------------------------


@dataclass(frozen=True, slots=True)
class _Key:
    """One entry of the legend beneath: a line of the comparison, or a shade."""

    label: str
    line: int = -1
    shade: int = -1


_drawing = threading.RLock()


class _Page:
    """A figure with a title block above and a legend beneath; panels fill what is left."""

    def __init__(
        self,
        title: str,
        callouts: Sequence[str],
        *,
        footer: Sequence[_Key],
        height: int,
        note: str = "",
        columns: int = 0,
    ) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.title = clean(title)
        self.height = height
        self.figure: Figure = Figure(figsize=(WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor=_GROUND)
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
            axes.set_facecolor(_GROUND)
            for side, spine in axes.spines.items():
                spine.set_visible(side == "bottom")
                spine.set_color(_QUIET)
            axes.tick_params(length=0, pad=5)
            axes.set_axisbelow(True)
            axes.grid(visible=True, axis="y", color=_GRID, linewidth=0.8)
            made.append(axes)
        return made

    def heading(self, axes: "Axes", text: str) -> None:
        """A small heading at the upper left of a panel."""
        self.write(axes.text(0.0, 1.0, "", transform=axes.transAxes, va="bottom"), text, _SMALL, colour=_QUIET)

    def write(self, artist: "Text", text: str, points: float, *, colour: str = _INK, bold: bool = False) -> None:
        """Set text as it is: never read as mathematics, only with glyphs of the bundled font."""
        artist.set_parse_math(False)
        artist.set_usetex(False)
        artist.set_fontproperties(_font(points, bold))
        artist.set_color(colour)
        artist.set_text(_drawable(text, bold))

    def finish(self, alt_text: str) -> Chart:
        """The PNG. Title and description are kept inside it; nothing in it depends on the time or the machine."""
        alt_text = clean(alt_text)
        buffer = BytesIO()
        about = {"Title": self.title, "Description": alt_text, "Software": None}
        self.figure.savefig(buffer, format="png", dpi=_DPI, facecolor=_GROUND, metadata=about)
        return Chart(png=buffer.getvalue(), alt_text=alt_text, title=self.title)

    def _write_head(self, callouts: Sequence[str], note: str) -> None:
        for line in _two_lines(self.title, _TITLE, WIDTH - 70):
            self._line(line, _TITLE, bold=True)
        for line in _wrapped([clean(item) for item in callouts], _TEXT, WIDTH - 70):
            self._line(line, _TEXT)
        if note:
            self._line(note, _SMALL, colour=_QUIET)
        self._top += 46.0

    def _line(self, text: str, points: float, *, bold: bool = False, colour: str = _INK) -> None:
        artist = self.figure.text(36 / WIDTH, 1 - self._top / self.height, "", va="top")
        self.write(artist, text, points, bold=bold, colour=colour)
        self._top += points * _DPI / 72 * 1.35

    def _write_foot(self, entries: Sequence[_Key], columns: int) -> None:
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
            self.write(artist, _fitted(entry.label, _SMALL, wide - 100), _SMALL)
        self._bottom += rows * step + 8

    def _sample(self, entry: _Key, x: float, y: float) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.patches import Rectangle

        if entry.line >= 0:
            colour, dashes = _LINES[entry.line]
            ends = [x / WIDTH, (x + 70) / WIDTH]
            level = [y / self.height] * 2
            self.figure.add_artist(Line2D(ends, level, color=colour, linestyle=dashes, linewidth=2.4))
        else:
            size = (60 / WIDTH, 26 / self.height)
            corner = (x / WIDTH, (y - 13) / self.height)
            patch = Rectangle(corner, *size, facecolor=_SHADES[entry.shade], edgecolor=_QUIET, linewidth=0.8)
            self.figure.add_artist(patch)


# --- lines -----------------------------------------------------------------------------------------------------------


def _draw_lines(axes: "Axes", lines: Sequence[NamedCurve]) -> None:
    for position, line in enumerate(lines):
        colour, dashes = _LINES[position % len(_LINES)]
        days, values = _thinned(line.curve)
        dot = "o" if len(line.curve) == 1 else None
        axes.plot(days, values, marker=dot, color=colour, linestyle=dashes, linewidth=1.8, zorder=4 - position * 0.01)


def _label_ends(axes: "Axes", lines: Sequence[NamedCurve], page: _Page, *, room: float, bold: bool = False) -> None:
    """Names at the right ends of the lines, moved apart where they would touch. The scale must be set before."""
    box = axes.get_position()
    low, high = box.y0 * page.height, box.y1 * page.height
    ends = [axes.transData.transform((0.0, line.curve.values[-1]))[1] for line in lines]
    places = _apart(
        [min(max(float(end), low + 16), high - 16) for end in ends], gap=40.0, low=low + 16, high=high - 16
    )
    for position, (line, y) in enumerate(zip(lines, places, strict=True)):
        artist = page.figure.text((box.x1 * WIDTH + 12) / WIDTH, y / page.height, "", va="center")
        text = _fitted(line.name, _TEXT, room - 24, bold=True)
        page.write(artist, text, _TEXT, colour=_LINES[position % len(_LINES)][0], bold=bold or position == 0)


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


def _draw_drawdown(axes: "Axes", growth: Curve, position: int) -> None:
    high = np.maximum.accumulate(growth.values)
    safe = np.where(high > 0, high, 1.0)
    curve = Curve(growth.dates, np.where(high > 0, growth.values / safe - 1.0, 0.0))
    days, values = _thinned(curve)
    colour, dashes = _LINES[position]
    if position == 0:
        axes.fill_between(days, values, 0.0, color=colour, alpha=0.25, linewidth=0, zorder=2)
    axes.plot(days, values, color=colour, linestyle=dashes, linewidth=1.4, zorder=3)


def _growth(curve: Curve) -> Curve:
    """Growth of 1 from the first value; the values as they are where the first is not positive."""
    first = curve.values[0]
    return Curve(curve.dates, curve.values / first) if first > 0 else curve


def _within(curve: Curve, window: Curve) -> Curve | None:
    inside = (curve.dates >= window.dates[0]) & (curve.dates <= window.dates[-1])
    return Curve(curve.dates[inside], curve.values[inside]) if inside.any() else None


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


# --- regimes ---------------------------------------------------------------------------------------------------------


def _draw_bands(axes: "Axes", bands: Sequence[Band], window: Curve) -> None:
    from matplotlib.collections import PolyCollection

    first, last = _day(window.dates[0]), _day(window.dates[-1])
    for level in (1, 2, 3):
        spans = [
            (max(_day(band.start), first), min(_day(band.end) + 1.0, last))
            for band in bands
            if band.level == level and _day(band.end) >= first and _day(band.start) <= last
        ]
        corners = [((start, 0.0), (start, 1.0), (stop, 1.0), (stop, 0.0)) for start, stop in spans]
        tall = axes.get_xaxis_transform()  # dates across, the whole height of the panel up
        shade = PolyCollection(corners, facecolors=_SHADES[level], linewidths=0, transform=tall, zorder=0)
        axes.add_collection(shade, autolim=False)


def _band_legend(bands: Sequence[Band]) -> tuple[_Key, ...]:
    shades = {band.label: band.level for band in bands}
    return tuple(_Key(label, shade=level) for label, level in sorted(shades.items(), key=lambda item: item[1]))


# --- the heat map ----------------------------------------------------------------------------------------------------


def _draw_cells(
    axes: "Axes",
    months: Mapping[tuple[int, int], float],
    years: Mapping[int, float] | None,
    rows: Sequence[int],
    page: _Page,
) -> None:
    from matplotlib.patches import Rectangle

    largest = max((abs(value) for value in months.values() if math.isfinite(value)), default=0.0) or 1.0
    for row, year in enumerate(rows):
        cells = [(month, months.get((year, month + 1))) for month in range(12)]
        for column, value in cells:
            ground = _tone(0.0 if value is None else value / largest)
            axes.add_patch(Rectangle((column, row), 1, 1, facecolor=ground, edgecolor=_GROUND, linewidth=1.0))
            _cell(axes, column + 0.5, row + 0.5, value, page)
        if years is not None:
            _cell(axes, 12.65, row + 0.5, years.get(year), page, bold=True)
    axes.set_xlim(0, 13.3 if years is not None else 12)
    axes.set_ylim(len(rows), 0)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    heads = [name[0] for name in _MONTHS] + (["Year"] if years is not None else [])
    places = [month + 0.5 for month in range(12)] + ([12.65] if years is not None else [])
    axes.xaxis.tick_top()
    _set_ticks(axes, "x", places, heads, page)
    _set_ticks(axes, "y", [row + 0.5 for row in range(len(rows))], [str(year) for year in rows], page)


def _cell(axes: "Axes", x: float, y: float, value: float | None, page: _Page, *, bold: bool = False) -> None:
    text = "·" if value is None or not math.isfinite(value) else _whole_percent(value)
    points = _TEXT if len(text) <= 3 else 9.5 if len(text) <= 4 else 7.5
    page.write(axes.text(x, y, "", ha="center", va="center"), text, points, bold=bold)


def _whole_percent(value: float) -> str:
    whole = math.floor(abs(value) * 100 + 0.5)
    sign = "" if whole == 0 else "−" if value < 0 else "+"
    return f"{sign}{whole}"


def _tone(share: float) -> str:
    """Blue for gains, orange for losses, the ground at zero; `share` is -1 to 1. Ink stays readable on all of them."""
    share = max(-1.0, min(1.0, share)) if math.isfinite(share) else 0.0
    end = (0x6B, 0xB3, 0xE3) if share > 0 else (0xF0, 0x93, 0x4A)
    ground = tuple(int(_GROUND[index : index + 2], 16) for index in (1, 3, 5))
    weight = abs(share) ** 0.7
    return "#" + "".join(f"{round(a + (b - a) * weight):02X}" for a, b in zip(ground, end, strict=True))


# --- axes ------------------------------------------------------------------------------------------------------------


def _scale_growth(axes: "Axes", lines: Sequence[NamedCurve], page: _Page) -> None:
    """Logarithmic where the highest is over four times the lowest and all are positive; ticks at round numbers."""
    low = min(float(line.curve.values.min()) for line in lines)
    high = max(float(line.curve.values.max()) for line in lines)
    if low > 0 and high / low > 4:
        axes.set_yscale("log")
        axes.minorticks_off()
        axes.set_ylim(low / 1.06, high * 1.06)
        ticks = _log_ticks(low, high)
        _set_ticks(axes, "y", ticks, [_short(tick) for tick in ticks], page)
        page.heading(axes, "Growth of 1, log scale")
        return
    _plain_axis(axes, page)
    page.heading(axes, "Growth of 1" if all(line.curve.values[0] == 1 for line in lines) else "Value")


def _log_ticks(low: float, high: float) -> list[float]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        ticks = [step * 10.0**power for power in decades for step in steps]
        ticks = [tick for tick in ticks if low / 1.06 <= tick <= high * 1.06]
        if len(ticks) <= 6:
            return ticks
    return ticks[:: math.ceil(len(ticks) / 6)]


def _plain_axis(axes: "Axes", page: _Page) -> None:
    from matplotlib.ticker import MaxNLocator

    low, high = axes.get_ylim()
    ticks = [float(tick) for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high]
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    _set_ticks(axes, "y", ticks, [_short(tick, step) for tick in ticks], page)


def _percent_axis(axes: "Axes", page: _Page) -> None:
    from matplotlib.ticker import MaxNLocator

    low = min(axes.get_ylim()[0], -0.001)
    axes.set_ylim(low, 0.0)
    ticks = [float(tick) for tick in MaxNLocator(3).tick_values(low, 0.0) if low <= tick <= 0]
    step = (ticks[1] - ticks[0]) * 100 if len(ticks) > 1 else 1.0
    _set_ticks(axes, "y", ticks, [f"{_short(tick * 100, step)} %" for tick in ticks], page)


def _date_axis(axes: "Axes", curve: Curve, page: _Page) -> None:
    first, last = _day(curve.dates[0]), _day(curve.dates[-1])
    if last <= first:
        first, last = first - 1, last + 1
    axes.set_xlim(first, last)
    places, names = _date_ticks(first, last)
    _set_ticks(axes, "x", places, names, page)


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
        return _inside(chosen, first, last, lambda tick: f"{_MONTHS[int(str(tick)[5:7]) - 1]} {str(tick)[:4]}")
    if days > 3:
        step = max(1, math.ceil(days / 5))
        chosen = list(np.arange(start.astype("datetime64[D]"), stop.astype("datetime64[D]") + 1, step))
        return _inside(chosen, first, last, lambda tick: f"{int(str(tick)[8:10])} {_MONTHS[int(str(tick)[5:7]) - 1]}")
    chosen = [start + np.timedelta64(int((last - first) * 86400 * part / 3), "s") for part in range(4)]
    return _inside(chosen, first, last, lambda tick: str(tick)[11:16])


def _inside(
    ticks: Sequence[np.datetime64], first: float, last: float, name: Callable[[np.datetime64], str]
) -> tuple[list[float], list[str]]:
    pairs = [(_day(tick), name(tick)) for tick in ticks]
    pairs = [pair for pair in pairs if first <= pair[0] <= last]
    return [place for place, _ in pairs], [text for _, text in pairs]


def _set_ticks(
    axes: "Axes", which: Literal["x", "y"], places: Sequence[float], names: Sequence[str], page: _Page
) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(list(places))
    axis.set_ticklabels(list(names))
    for artist, text in zip(axis.get_ticklabels(), names, strict=True):
        page.write(artist, text, _SMALL)


def _short(value: float, step: float | None = None) -> str:
    """A tick as people write it: 0.5, 1, 20, 1.5k, 3M; decimals as the step needs, a real minus sign."""
    for scale, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= scale:
            scale = 1e3 if letter == "k" else scale
            return f"{value / scale:.3g}{letter}".replace("-", "−")
    if step is not None and step > 0:
        places = max(0, -math.floor(math.log10(step) + 1e-9))
        value = 0.0 if abs(value) < step / 1000 else value
        return f"{value:.{min(places, 6)}f}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


def _day(date: np.datetime64) -> float:
    return float(date.astype("datetime64[s]").astype(np.int64)) / 86400.0


def _date(day: float) -> np.datetime64:
    return np.datetime64(round(day * 86400), "s")


# --- words -----------------------------------------------------------------------------------------------------------


def _period(curve: Curve) -> str:
    return f"{str(curve.dates[0])[:10]} to {str(curve.dates[-1])[:10]}"


def _span(curves: Sequence[Curve]) -> Curve:
    first, last = min(curve.dates[0] for curve in curves), max(curve.dates[-1] for curve in curves)
    dates: Days = np.array([first, last], dtype="datetime64[s]")
    return Curve(dates, np.ones(2))


def _names(lines: Sequence[NamedCurve]) -> str:
    names = [clean(line.name) for line in lines]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _wrapped(items: Sequence[str], points: float, width: float) -> list[str]:
    """Items joined into as many lines as they need, an item never broken."""
    lines: list[str] = []
    for item in items:
        longer = f"{lines[-1]}   {item}" if lines else item
        if lines and _measure(longer, points) <= width:
            lines[-1] = longer
        else:
            lines.append(_fitted(item, points, width))
    return lines


def _two_lines(text: str, points: float, width: float) -> list[str]:
    """`text` in bold on one line, or broken at a blank into two, the second cut where it is still too long."""
    if _measure(text, points, bold=True) <= width:
        return [text]
    words = text.split(" ")
    fits = [count for count in range(1, len(words)) if _measure(" ".join(words[:count]), points, bold=True) <= width]
    if not fits:
        return [_fitted(text, points, width, bold=True)]
    return [" ".join(words[: fits[-1]]), _fitted(" ".join(words[fits[-1] :]), points, width, bold=True)]


def _fitted(text: str, points: float, width: float, *, bold: bool = False) -> str:
    """`text` as one line of at most `width` pixels, cut with an ellipsis where it is longer."""
    text = clean(text)
    if _measure(text, points, bold) <= width:
        return text
    shown, cut = 0, len(text)
    while shown < cut - 1:
        middle = (shown + cut) // 2
        shown, cut = (middle, cut) if _measure(text[:middle] + "…", points, bold) <= width else (shown, middle)
    return text[:shown].rstrip() + "…"


def _measure(text: str, points: float, bold: bool = False) -> float:
    """Width in pixels of the finished image."""
    with _drawing:
        font = _face(bold)
        font.set_size(points, _DPI)
        font.set_text(_drawable(text, bold), 0.0)
        return font.get_width_height()[0] / 64.0


def _drawable(text: str, bold: bool) -> str:
    """The text with every run of characters the font lacks shown as one empty square."""
    glyphs = _glyphs(bold)
    drawn: list[str] = []
    for character in text:
        shown = character if ord(character) in glyphs else _ABSENT
        if not (shown == _ABSENT and drawn and drawn[-1] == _ABSENT):
            drawn.append(shown)
    return "".join(drawn)


@lru_cache(maxsize=2)
def _face(bold: bool) -> "FT2Font":
    from matplotlib.ft2font import FT2Font

    return FT2Font(str(_font_file(bold)))


@lru_cache(maxsize=2)
def _glyphs(bold: bool) -> frozenset[int]:
    return frozenset(_face(bold).get_charmap())


@lru_cache(maxsize=16)
def _font(points: float, bold: bool) -> "FontProperties":
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(_font_file(bold)), size=points)


def _font_file(bold: bool) -> Path:
    """The font that comes with matplotlib: the same on every machine."""
    import matplotlib

    return Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


# --- content ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _code_version() -> bytes:
    return hashlib.sha256(Path(__file__).read_bytes()).digest()


def _feed(take: Callable[[bytes], object], value: object) -> None:
    """Feeds a value with its type and length, so that no two different values read the same."""
    if isinstance(value, BacktestRun):
        drawn = (value.name, value.benchmark_name, value.equity, value.benchmark)
        _feed(take, drawn)
    elif isinstance(value, np.ndarray):
        take(f"array {value.dtype.str} {value.shape}:".encode())
        take(np.ascontiguousarray(value).view(np.uint8).tobytes())
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        take(f"{type(value).__name__}:".encode())
        _feed(take, [getattr(value, part.name) for part in dataclasses.fields(value)])
    elif isinstance(value, Mapping):
        _feed(take, [[key, value[key]] for key in value])
    elif isinstance(value, list | tuple):
        take(f"list {len(value)}:".encode())
        for item in value:
            _feed(take, item)
    else:
        text = repr(value).encode("utf-8", "surrogatepass")
        take(f"{type(value).__name__} {len(text)}:".encode() + text)


def _stored(path: Path) -> Chart | None:
    """A chart from the directory; None where the file is damaged, which then is drawn again."""
    from PIL import Image

    content = path.read_bytes()
    try:
        with Image.open(BytesIO(content)) as image:
            image.load()
            about = {str(key): str(text) for key, text in image.info.items()}
    except (OSError, ValueError, SyntaxError):
        return None
    return Chart(png=content, alt_text=about.get("Description", ""), title=about.get("Title", ""))
