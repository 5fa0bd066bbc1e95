"""Help, by what the person may do; also the answer to what was not understood."""

from dataclasses import dataclass

from bot.protocols import Access, Intent, Permission, Progress, Reply, Request
from handlers.capabilities import CAPABILITIES, allowed
from handlers.views.help import help_blocks, help_text


@dataclass(frozen=True, slots=True)
class Help:
    """Serves `help`, and `unknown` with other first words."""

    access: Access
    intent: Intent = "help"
    permission: Permission = "help"

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """List what this person may ask for."""
        can = allowed(request.person, self.access)
        cannot = [capability for capability in CAPABILITIES if capability not in can]
        lead = self._lead(request)
        return Reply(help_text(can, lead), help_blocks(can, cannot, lead))

    def _lead(self, request: Request) -> str:
        if self.intent == "unknown":
            return "I did not understand that. Here is what you can ask me, in your own words:"
        roles = ", ".join(sorted(request.person.roles - {"viewer"})) or "viewer"
        return f"I am Deskhand. You are here as {roles}, so you can ask me to:"
