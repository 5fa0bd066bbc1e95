"""Usage: how much, how good, how dear, from what is kept; for admins."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.protocols import Feedback, Intent, Json, Permission, Progress, Reply, Request, UsageSource
from handlers.views import usage as views
from handlers.views.text import context

_TOPICS: Mapping[str, tuple[str, ...]] = {
    "usage": ("usage", "quality", "approvals", "incidents", "cost"),
    "cost": ("cost",),
    "quality": ("quality",),
    "approvals": ("approvals",),
    "incidents": ("incidents",),
    "audit": ("governance", "usage"),
    "prompts": ("governance", "cost"),
    "governance": ("governance", "approvals"),
}
_SEE = {
    "audit": "`deskhand audit verify` walks the chain, `deskhand audit export` writes every row.",
    "prompts": "`deskhand prompts list` names every version, who approved it and which one is in force.",
    "governance": "`deskhand governance --from DAY --to DAY` writes the whole report.",
}


@dataclass(frozen=True, slots=True)
class UsageHandler:
    """Serves `usage`."""

    source: UsageSource
    feedback: Feedback
    intent: Intent = "usage"
    permission: Permission = "usage"

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """The figures of the month, or of the period that was named."""
        said = str(request.routed.arguments.get("topic") or "usage")
        topics = _TOPICS.get(said, _TOPICS["usage"])
        usage = await self.source.usage(_period(request.routed.arguments.get("period"), request.text))
        complaints = await self.feedback.complaints(5) if "quality" in topics else ()
        blocks = views.usage_blocks(usage, topics, complaints)
        if said in _SEE:
            blocks = (*blocks, context(_SEE[said]))
        return Reply(views.usage_text(usage, topics), blocks)


def _period(period: Json, text: str) -> str:
    """Today, all, or the month in which the named period begins; this month where none is named."""
    lower = text.lower()
    if "today" in lower:
        return "today"
    if "so far ever" in lower or "all time" in lower or "since the start" in lower or "in total" in lower:
        return "all"
    start = period.get("start") if isinstance(period, Mapping) else None
    return start[:7] if isinstance(start, str) and len(start) >= 7 else "month"
