"""How a figure stands against the editions before, in words and as a line of bars."""

from collections.abc import Sequence
from typing import Final

from tools.digests.model import Window

_BARS: Final = "▁▂▃▄▅▆▇█"
_ENOUGH: Final = 4
"""Editions, this one included, from which on there is a course to show."""


def against(window: Window, figure: str, now: float) -> str:
    """ " (3 the last time)", " (as the last time)", or nothing where there was none."""
    before = window.before.get(figure)
    if before is None:
        return ""
    return " (as the last time)" if before == now else f" ({before:g} the last time)"


def course(window: Window, figure: str, now: float, of_what: str) -> tuple[str, ...]:
    """One line of how it went: "Problems over 7 digests: ▁▁▃█▁▁▁, 0 to 4, now 0."; nothing where it never changed."""
    values = [*(edition[figure] for edition in window.history if figure in edition), now]
    if len(values) < _ENOUGH or len(set(values)) == 1:
        return ()
    low, high = min(values), max(values)
    return (f"{of_what} over {len(values)} digests: {_bars(values)}, {low:g} to {high:g}, now {now:g}.",)


def in_a_row(window: Window, figure: str) -> int:
    """How many editions up to the last one have the figure, without a gap."""
    count = 0
    for edition in reversed(window.history):
        if not edition.get(figure):
            break
        count += 1
    return count


def _bars(values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    return "".join(_BARS[round((value - low) / (high - low) * (len(_BARS) - 1))] for value in values)
