"""How a figure stands against the last digest's, in words."""

from tools.digests.model import Window


def against(window: Window, figure: str, now: float) -> str:
    """ " (3 the last time)", " (as the last time)", or nothing where there was none."""
    before = window.before.get(figure)
    if before is None:
        return ""
    return " (as the last time)" if before == now else f" ({before:g} the last time)"
