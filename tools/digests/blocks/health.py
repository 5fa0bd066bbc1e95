"""Health of data and services as measured now, against the last digest."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tools.digests.blocks.trend import against
from tools.digests.model import Found, Window

_MOST = 6


@dataclass(frozen=True, slots=True)
class Measured:
    """`problems` worst first, a sentence each; `checked` how many systems answered, `unchecked` how many did not."""

    checked: int
    unchecked: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """Asks every connection, as a diagnosis would."""

    measure: Callable[[], Awaitable[Measured]]
    id: str = "health"
    title: str = "Data and services"
    asked_as: str = r"\bhealth\b|\bdata\b|\bfreshness\b|\bservices?\b|\bsystems?\b|\bpipelines?\b"

    async def read(self, window: Window) -> Found | None:
        """How many problems there are; new where there is one or the number changed."""
        found = await self.measure()
        figures = {"health.problems": float(len(found.problems))}
        trend = against(window, "health.problems", len(found.problems))
        asked = f"{found.checked} checks" + (f", {found.unchecked} without an answer" if found.unchecked else "")
        if not found.problems:
            return Found((f"All is well{trend}: {asked}.",), bool(window.before.get("health.problems")), figures)
        many = "1 problem" if len(found.problems) == 1 else f"{len(found.problems)} problems"
        more = len(found.problems) - _MOST
        lines = (f"{many}{trend}: {asked}.", *found.problems[:_MOST], *([f"and {more} more"] if more > 0 else []))
        return Found(lines, figures=figures)
