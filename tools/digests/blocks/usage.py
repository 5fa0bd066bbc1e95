"""How much Deskhand was used, counted from its audit."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tools.digests.blocks.trend import against, course
from tools.digests.model import Found, Window

_TOP = 3


@dataclass(frozen=True, slots=True)
class Used:
    """Requests and presses of a window: how many, by how many people, how many refused for lack of a role, by intent."""

    requests: int
    people: int
    denied: int
    by_intent: Mapping[str, int]
    month: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    """Label to value and unit ("count", "share", ...) of this month's figures."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts what people asked for."""

    count: Callable[[float, float], Awaitable[Used]]
    id: str = "usage"
    title: str = "Usage"
    asked_as: str = r"\busage\b|\bactivity\b|\bhow (?:much|often)\b"

    async def read(self, window: Window) -> Found | None:
        """One line; what people most asked for."""
        used = await self.count(window.since, window.until)
        if not used.requests:
            return None
        most = sorted(used.by_intent.items(), key=lambda pair: (-pair[1], pair[0]))[:_TOP]
        trend = against(window, "usage.requests", used.requests)
        people = "1 person" if used.people == 1 else f"{used.people} people"
        denied = f" {used.denied} refused for lack of a role." if used.denied else ""
        line = f"{used.requests} requests{trend} by {people}; most of all {', '.join(f'{n} {i}' for i, n in most)}.{denied}"
        month = ", ".join(f"{label.lower()} {_shown(*figure)}" for label, figure in used.month.items())
        went = course(window, "usage.requests", used.requests, "Requests")
        lines = (line, *went, *([f"This month so far: {month}."] if month else []))
        return Found(lines, new=False, figures={"usage.requests": float(used.requests)})


def _shown(value: float, unit: str) -> str:
    return f"{value * 100:.0f}%" if unit == "share" else f"{value:g}"
