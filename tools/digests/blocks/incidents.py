"""Incidents: open ones by name, and how many were opened and solved."""

from dataclasses import dataclass

from tools.diagnostics.incidents import IncidentStore
from tools.digests.blocks.trend import against, course
from tools.digests.model import Found, Window

_MOST = 6


@dataclass(frozen=True, slots=True)
class Incidents:
    """Reads the desk's incidents."""

    store: IncidentStore
    id: str = "incidents"
    title: str = "Incidents"
    asked_as: str = r"\bincidents?\b|\boutages?\b|\bproblems?\b"

    async def read(self, window: Window) -> Found | None:
        """What is open, and the window's count."""
        unsolved = await self.store.unsolved()
        counted = await self.store.figures(window.since, window.until)
        figures = {"incidents.open": float(len(unsolved))}
        if not unsolved and not counted.opened:
            return None
        lines = [f"{one.name} ({one.state}): {one.title}" for one in unsolved[:_MOST]]
        lines += [f"and {len(unsolved) - _MOST} more"] if len(unsolved) > _MOST else []
        trend = against(window, "incidents.open", len(unsolved))
        lines.insert(
            0, f"{len(unsolved)} open{trend}; {counted.opened} opened and {counted.solved} of them solved since."
        )
        lines += course(window, "incidents.open", len(unsolved), "Open incidents")
        return Found(tuple(lines), new=bool(counted.opened) or bool(unsolved), figures=figures)
