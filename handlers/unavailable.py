"""What people rightly ask for and this version does not do: said plainly, after the same access check."""

from dataclasses import dataclass

from bot.protocols import Access, Intent, Permission, Progress, Reply, Request
from handlers.capabilities import allowed
from handlers.views.text import section

_WHAT: dict[Intent, str] = {
    "draft": "draft strategies",
    "diagnose": "run diagnostics",
    "approvals": "handle approvals",
    "usage": "report on usage",
}


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Serves one intent that has no handler."""

    access: Access
    intent: Intent
    permission: Permission

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """Say so, and what can be asked instead."""
        can = ", ".join(capability.title.lower() for capability in allowed(request.person, self.access))
        text = f"I cannot {_WHAT[self.intent]} in this version. What I can do for you: {can}."
        return Reply(text, (section(text),))
