"""Help, by what the person may do; also the answer to what was not understood, and to thumbs under answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.protocols import (
    Access,
    Feedback,
    Intent,
    Modal,
    ModalView,
    Opening,
    Opinion,
    Permission,
    Pins,
    Progress,
    Reply,
    Request,
    UsageSource,
)
from handlers.capabilities import CAPABILITIES, allowed, role_of
from handlers.views import feedback as thumbs
from handlers.views import home
from handlers.views.help import help_blocks, help_text, topic_blocks, topic_text, welcome_blocks, welcome_text

_GREETING: Final = re.compile(
    r"(?:(?:hi|hello|hey|hiya|howdy|yo|greetings|hallo|good (?:morning|afternoon|evening|day)|morning)"
    r"(?: there| deskhand| all| team)?)?[\s!.,?:)]*"
)
_AT_HAND: Final = "All right. I am here when you need me."
"""To thanks, an "ok", a goodbye."""


@dataclass(frozen=True, slots=True)
class Help:
    """Serves `help`, and `unknown` with other first words."""

    access: Access
    feedback: Feedback
    usage: UsageSource
    pins: Pins
    intent: Intent = "help"
    permission: Permission = "help"

    @property
    def modals(self) -> Mapping[str, Modal]:
        """What was wrong with an answer."""
        return {thumbs.REASON: Modal("help", _ask_why)} if self.intent == "help" else {}

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """List what this person may ask for."""
        action = request.action.id if request.action is not None else ""
        if action in (thumbs.FEEDBACK, thumbs.REASON):
            return await self._opinion(request)
        if action in (home.PIN, home.UNPIN):
            return await self._pin(request, action)
        can = allowed(request.person, self.access)
        if _says_little(request.text) and not await self.usage.knows(request.person.id):
            return Reply(welcome_text(role_of(request.person)), welcome_blocks(can, role_of(request.person)))
        if request.routed.arguments.get("courtesy"):
            return Reply(_AT_HAND)
        topic = request.routed.arguments.get("topic")
        about = [
            (one, "" if one in can else self.access.denial(request.person, one.permission))
            for one in CAPABILITIES
            if one.intent == topic
        ]
        if about:
            return Reply(topic_text(about), topic_blocks(about))
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

    async def _pin(self, request: Request, action: str) -> Reply:
        """From the Home tab, which then shows it."""
        backtest_id = request.routed.arguments.get("backtest_id")
        if isinstance(backtest_id, str) and backtest_id:
            change = self.pins.pin if action == home.PIN else self.pins.unpin
            await change(request.person.id, backtest_id)
        return Reply("Noted.", replaces=True)

    def _lead(self, request: Request) -> str:
        if self.intent == "unknown":
            return "I did not understand that. Here is what you can ask me, in your own words:"
        return f"I am Deskhand. You are here as {role_of(request.person)}, so you can ask me to:"


def _says_little(text: str) -> bool:
    """A bare mention or a greeting: there is nothing to answer yet."""
    return _GREETING.fullmatch(text.strip().lower()) is not None


async def _ask_why(opening: Opening) -> ModalView:
    return ModalView("What was wrong?", thumbs.modal_blocks(), submit="Send")
