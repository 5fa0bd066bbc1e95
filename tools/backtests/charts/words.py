"""Text as it is drawn: names as data, measured, cut and wrapped; always the font that comes with matplotlib."""

import threading
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tools.backtests.charts.model import NamedCurve
from tools.backtests.charts.style import DPI
from tools.backtests.model import Curve, Days

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font

ABSENT = "□"
drawing = threading.RLock()


def clean(text: str) -> str:
    """One printable line of `text`: no control, bidirectional or zero-width characters, runs of blanks joined."""
    kept = "".join(" " if character.isspace() else character for character in text)
    kept = "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return " ".join(kept.split())


def period(curve: Curve) -> str:
    """First to last day."""
    return f"{str(curve.dates[0])[:10]} to {str(curve.dates[-1])[:10]}"


def span(curves: Sequence[Curve]) -> Curve:
    """From the first date of all to the last, as a curve of two points."""
    first, last = min(curve.dates[0] for curve in curves), max(curve.dates[-1] for curve in curves)
    dates: Days = np.array([first, last], dtype="datetime64[s]")
    return Curve(dates, np.ones(2))


def in_words(lines: Sequence[NamedCurve]) -> str:
    """The names in a row, as people write them."""
    said = [clean(line.name) for line in lines]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def wrapped(items: Sequence[str], points: float, width: float) -> list[str]:
    """Items joined into as many lines as they need, an item never broken."""
    lines: list[str] = []
    for item in items:
        longer = f"{lines[-1]}   {item}" if lines else item
        if lines and measure(longer, points) <= width:
            lines[-1] = longer
        else:
            lines.append(fitted(item, points, width))
    return lines


def two_lines(text: str, points: float, width: float) -> list[str]:
    """`text` in bold on one line, or broken at a blank into two, the second cut where it is still too long."""
    if measure(text, points, bold=True) <= width:
        return [text]
    words = text.split(" ")
    fits = [count for count in range(1, len(words)) if measure(" ".join(words[:count]), points, bold=True) <= width]
    if not fits:
        return [fitted(text, points, width, bold=True)]
    return [" ".join(words[: fits[-1]]), fitted(" ".join(words[fits[-1] :]), points, width, bold=True)]


def fitted(text: str, points: float, width: float, *, bold: bool = False) -> str:
    """`text` as one line of at most `width` pixels, cut with an ellipsis where it is longer."""
    text = clean(text)
    if measure(text, points, bold) <= width:
        return text
    shown, cut = 0, len(text)
    while shown < cut - 1:
        middle = (shown + cut) // 2
        shown, cut = (middle, cut) if measure(text[:middle] + "…", points, bold) <= width else (shown, middle)
    return text[:shown].rstrip() + "…"


def measure(text: str, points: float, bold: bool = False) -> float:
    """Width in pixels of the finished image."""
    with drawing:
        font = _face(bold)
        font.set_size(points, DPI)
        font.set_text(drawable(text, bold), 0.0)
        return font.get_width_height()[0] / 64.0


def drawable(text: str, bold: bool) -> str:
    """The text with every run of characters the font lacks shown as one empty square."""
    known = _glyphs(bold)
    drawn: list[str] = []
    for character in text:
        shown = character if ord(character) in known else ABSENT
        if not (shown == ABSENT and drawn and drawn[-1] == ABSENT):
            drawn.append(shown)
    return "".join(drawn)


@lru_cache(maxsize=2)
def _face(bold: bool) -> "FT2Font":
    from matplotlib.ft2font import FT2Font

    return FT2Font(str(font_file(bold)))


@lru_cache(maxsize=2)
def _glyphs(bold: bool) -> frozenset[int]:
    return frozenset(_face(bold).get_charmap())


@lru_cache(maxsize=16)
def font(points: float, bold: bool) -> "FontProperties":
    """The bundled font in a size."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(font_file(bold)), size=points)


def font_file(bold: bool) -> Path:
    """The font that comes with matplotlib: the same on every machine."""
    import matplotlib

    return Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
