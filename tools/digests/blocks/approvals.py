"""What waits for a decision, and what was decided."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tools.digests.model import Found, Window
from tools.digests.schedule import moment

_MOST = 8


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing people decide on: `kind` in a word ("draft", "narrative"), `state` as it stands."""

    kind: str
    title: str
    state: str
    requester: str
    asked_at: float
    deadline: float
    closed_at: float | None = None
    by: str = ""


Decisions = Callable[[Literal["waiting", "closed"]], Awaitable[Sequence[Decision]]]
"""What waits, or what was closed lately, newest first."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Drafts, narratives and actions that somebody must decide on."""

    decisions: Decisions
    id: str = "waiting"
    title: str = "Waiting for a decision"
    asked_as: str = r"\b(?:pending|waiting|approvals?|drafts?|sign[- ]?offs?)\b"

    async def read(self, window: Window) -> Found | None:
        """What waits now; new is what was asked for during the window."""
        waiting = await self.decisions("waiting")
        if not waiting:
            return None
        lines = [
            f"{one.kind.capitalize()} “{one.title}”, asked by {one.requester}, until {moment(one.deadline, window.zone)}"
            for one in waiting[:_MOST]
        ]
        more = len(waiting) - _MOST
        lines += [f"and {more} more"] if more > 0 else []
        return Found(tuple(lines), figures={"waiting.count": len(waiting)})


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions of the window."""

    decisions: Decisions
    id: str = "decisions"
    title: str = "Decided"
    asked_as: str = r"\bdecisions?\b|\bdecided\b|\bapproved\b|\brejected\b"

    async def read(self, window: Window) -> Found | None:
        """Each with who decided."""
        closed = [
            one
            for one in await self.decisions("closed")
            if one.closed_at is not None and window.since < one.closed_at <= window.until
        ]
        lines = [
            f"{one.kind.capitalize()} “{one.title}” {one.state.replace('_', ' ')}{f' by {one.by}' if one.by else ''}"
            for one in closed[:_MOST]
        ]
        more = len(closed) - _MOST
        lines += [f"and {more} more"] if more > 0 else []
        return Found(tuple(lines)) if lines else None
