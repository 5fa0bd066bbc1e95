"""Health of data and services as measured now, against the digests before."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tools.digests.blocks.trend import against, course, in_a_row
from tools.digests.model import Found, Window

_MOST = 6


@dataclass(frozen=True, slots=True)
class Measured:
    """`problems` worst first, each the connection and a sentence; `checked` how many systems answered, `unchecked` how
    many did not."""

    checked: int
    unchecked: int
    problems: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Health:
    """Asks every connection, as a diagnosis would."""

    measure: Callable[[], Awaitable[Measured]]
    id: str = "health"
    title: str = "Data and services"
    asked_as: str = r"\bhealth\b|\bdata\b|\bfreshness\b|\bservices?\b|\bsystems?\b|\bpipelines?\b"

    async def read(self, window: Window) -> Found | None:
        """How many problems there are, since when, and how it went; new where there is one or the number changed."""
        found = await self.measure()
        figures = {"health.problems": float(len(found.problems)), "health.unchecked": float(found.unchecked)}
        figures |= {f"health.at.{connection}": 1.0 for connection, _ in found.problems}
        went = course(window, "health.problems", len(found.problems), "Problems")
        went += course(window, "health.unchecked", found.unchecked, "Checks without an answer")
        trend = against(window, "health.problems", len(found.problems))
        asked = f"{found.checked} checks" + (f", {found.unchecked} without an answer" if found.unchecked else "")
        if not found.problems:
            return Found(
                (f"All is well{trend}: {asked}.", *went), bool(window.before.get("health.problems")), figures
            )
        many = "1 problem" if len(found.problems) == 1 else f"{len(found.problems)} problems"
        more = len(found.problems) - _MOST
        named = [f"{connection}: {said}{_lasting(window, connection)}" for connection, said in found.problems[:_MOST]]
        return Found(
            (f"{many}{trend}: {asked}.", *named, *([f"and {more} more"] if more > 0 else []), *went), figures=figures
        )


def _lasting(window: Window, connection: str) -> str:
    """ " (4th digest in a row)" for what was there before."""
    times = in_a_row(window, f"health.at.{connection}")
    return f" ({_ordinal(times + 1)} digest in a row)" if times else ""


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"
