"""What strategies can be made of: shelves, indicators, templates, asked for in words and by button.

It has no intent of its own: `Catalogued` stands before the handlers of `draft`, `help` and `unknown`, answers what is about the
catalogue and hands on the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.protocols import Handler, Intent, Modal, OpensModals, Permission, Progress, Reply, Request, Router
from handlers.views import catalogue as views
from tools.errors import BadInput
from tools.strategies.catalogue.answers import Answer, Answers

ACTION = views.ACTION


@dataclass(frozen=True, slots=True)
class Catalogued:
    """A handler, and before it the answers about the catalogue.

    Buttons of these answers come back as `draft.catalogue`: `{"show": id}` shows an entry or shelf, `{"draft": text}` is
    handled as if the person had written the text.
    """

    inner: Handler
    answers: Answers
    router: Router

    @property
    def intent(self) -> Intent:
        """That of the handler behind it."""
        return self.inner.intent

    @property
    def permission(self) -> Permission:
        """That of the handler behind it."""
        return self.inner.permission

    @property
    def modals(self) -> Mapping[str, Modal]:
        """Those of the handler behind it."""
        return self.inner.modals if isinstance(self.inner, OpensModals) else {}

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """Answer about the catalogue, or let the handler behind it answer."""
        if request.action is not None and request.action.id.startswith(ACTION):
            return await self._pressed(request, progress)
        if request.action is None and self._is_about_it(request):
            return _reply(await self.answers.answer(request.text))
        return await self.inner.handle(request, progress)

    def _is_about_it(self, request: Request) -> bool:
        if request.files:
            return False
        if self.intent == "draft":
            return bool(request.routed.arguments.get("catalogue"))
        return self.answers.names_something(request.text)

    async def _pressed(self, request: Request, progress: Progress) -> Reply:
        arguments = request.routed.arguments
        text = arguments.get("draft")
        if isinstance(text, str):
            routed = replace(await self.router.route(text, subject={}), intent="draft", alternatives=())
            return await self.inner.handle(replace(request, text=text, routed=routed, action=None), progress)
        shown = arguments.get("show")
        try:
            return _reply(self.answers.show(str(shown)))
        except (KeyError, BadInput):
            raise BadInput("That entry is no longer in the catalogue. Ask me again for what you need.") from None


def _reply(answer: Answer) -> Reply:
    text, blocks, asked = views.shown(answer)
    return Reply(text, blocks, outcome="asked" if asked else "done")
