"""Help, by what the person may do; also the answer to what was not understood, and to thumbs under answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.protocols import (
    Access,
    Feedback,
    Intent,
    Modal,
    ModalView,
    Opening,
    Opinion,
    Permission,
    Progress,
    Reply,
    Request,
)
from handlers.capabilities import CAPABILITIES, allowed
from handlers.views import feedback as thumbs
from handlers.views.help import help_blocks, help_text


@dataclass(frozen=True, slots=True)
class Help:
    """Serves `help`, and `unknown` with other first words."""

    access: Access
    feedback: Feedback
    intent: Intent = "help"
    permission: Permission = "help"

    @property
    def modals(self) -> Mapping[str, Modal]:
        """What was wrong with an answer."""
        return {thumbs.REASON: Modal("help", _ask_why)} if self.intent == "help" else {}

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """List what this person may ask for."""
        if request.action is not None and request.action.id in (thumbs.FEEDBACK, thumbs.REASON):
            return await self._opinion(request)
        can = allowed(request.person, self.access)
        cannot = [capability for capability in CAPABILITIES if capability not in can]
        lead = self._lead(request)
        return Reply(help_text(can, lead), help_blocks(can, cannot, lead))

    async def _opinion(self, request: Request) -> Reply:
        said = request.routed.arguments
        verdict, about, intent = (str(said.get(name) or "") for name in ("verdict", "about", "intent"))
        fields = said.get("fields")
        reason = str(fields.get(thumbs.WHY) or "").strip() if isinstance(fields, Mapping) else ""
        good = verdict == "good"
        await self.feedback.keep(
            Opinion(request.person.id, "good" if good else "bad", about, intent, reason, request.place)
        )
        if good or reason:
            return Reply(thumbs.THANKS, ephemeral=True)
        return Reply(thumbs.SORRY, thumbs.why_blocks(about, intent), ephemeral=True)

    def _lead(self, request: Request) -> str:
        if self.intent == "unknown":
            return "I did not understand that. Here is what you can ask me, in your own words:"
        roles = ", ".join(sorted(request.person.roles - {"viewer"})) or "viewer"
        return f"I am Deskhand. You are here as {roles}, so you can ask me to:"


async def _ask_why(opening: Opening) -> ModalView:
    return ModalView("What was wrong?", thumbs.modal_blocks(), submit="Send")
