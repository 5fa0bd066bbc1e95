"""Draft a strategy from words, change it, and decide on it; thin: reads the request, asks `Drafts`, shows the view."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from bot.protocols import Approval, Intent, Json, Modal, ModalView, Opening, Permission, Progress, Reply, Request
from handlers.drafts import Asked, Drafts, Submitted
from handlers.views import draft as views
from handlers.views.text import context, plain_input, section
from tools.errors import BadInput, NotFound
from tools.strategies.drafting import Draft as Drafted
from tools.strategies.drafts import DraftVersion
from tools.strategies.language.draft import Read
from tools.strategies.loading import load
from tools.strategies.spec import Specification

_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class DraftHandler:
    """Serves `draft` and the buttons on drafts."""

    drafts: Drafts
    intent: Intent = "draft"
    permission: Permission = "draft"

    @property
    def modals(self) -> Mapping[str, Modal]:
        """Revising asks for words or numbers, rejecting for a reason."""
        return {
            "draft.revise": Modal("draft", self._revise_view, _numbers_are_numbers),
            "draft.reject": Modal("decide", self._reject_view, _reason_given),
        }

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """A button, a change of the thread's draft, an answer to a question, or a new request."""
        if request.action is not None:
            return await self._pressed(request, progress)
        draft_id = request.subject.get("draft_id") or request.routed.arguments.get("draft_id")
        known = await self.drafts.store.version(str(draft_id)) if draft_id else None
        if known is not None:
            return await self._changed(request, progress, known, request.text)
        asked = request.subject.get("draft_text")
        text = f"{asked}. {request.text}" if isinstance(asked, str) and asked else request.text
        return await self._new(request, progress, _plain(text))

    # --- words -------------------------------------------------------------------------------------------------------

    async def _new(self, request: Request, progress: Progress, text: str) -> Reply:
        await progress("reading the rule and trying it on prices")
        draft = await self.drafts.draft(text[:_LONGEST])
        if draft.status == "clarify":
            return views.question(draft, await self.drafts.answers(draft))
        if draft.status == "refused":
            return views.refused(draft, self.drafts.drafter.templates)
        await progress("drawing the trial run")
        return await self._shown(request, await self.drafts.submit(draft, _asked(request)))

    async def _changed(self, request: Request, progress: Progress, before: DraftVersion, text: str) -> Reply:
        await progress("changing the draft and trying it again")
        draft = await self.drafts.revise(before, _plain(text)[:_LONGEST])
        if draft.status == "clarify":
            whole = await self.drafts.draft(_plain(text)[:_LONGEST])
            if whole.status != "ok":
                return views.unclear_change(draft, before)
            return await self._shown(request, await self.drafts.submit(whole, _asked(request), before))
        if draft.status == "refused":
            return views.refused(draft, self.drafts.drafter.templates)
        return await self._shown(request, await self.drafts.submit(draft, _asked(request), before))

    async def _shown(self, request: Request, submitted: Submitted) -> Reply:
        """The card; outside Slack with a word on who hears of it."""
        card = await self.drafts.shown(submitted)
        if request.surface == "slack":
            return card
        return replace(
            card, text=f"{card.text} {self.drafts.notice}", blocks=(*card.blocks, context(self.drafts.notice))
        )

    # --- buttons -----------------------------------------------------------------------------------------------------

    async def _pressed(self, request: Request, progress: Progress) -> Reply:
        arguments = request.routed.arguments
        verb = (request.action.id if request.action else "").removeprefix("draft.").partition(".")[0]
        match verb:
            case "choose":
                return await self._new(request, progress, f"{arguments.get('text')}. {arguments.get('answer')}")
            case "approve" | "reject":
                return await self._decide(request, verb)
            case "revise":
                return await self._revised(request, progress)
            case "details":
                approval = await self._approval(arguments)
                version = await self.drafts.version_of(approval)
                return views.details(version, approval, self.drafts.drafter.templates)
        raise NotFound("That button is no longer in use. Please ask for the draft again.")

    async def _decide(self, request: Request, verb: str) -> Reply:
        arguments = request.routed.arguments
        decided = await self.drafts.decide(
            str(arguments.get("approval_id")),
            request.person,
            "approve" if verb == "approve" else "reject",
            looked_at=str(arguments.get("hash") or ""),
            note=str(_fields(arguments).get("note") or ""),
            correlation_id=request.correlation_id,
        )
        return Reply(
            decided.words,
            (section(decided.words),),
            ephemeral=not request.place.is_direct,
            outcome="done" if decided.took_effect else "denied",
        )

    async def _revised(self, request: Request, progress: Progress) -> Reply:
        approval = await self._approval(request.routed.arguments)
        before = await self.drafts.store.version(approval.subject.id)
        if before is None:
            raise NotFound("This draft is not kept any more; please ask for it again.")
        fields = _fields(request.routed.arguments)
        words = str(fields.get("words") or "").strip()
        specification = _with_numbers(before, fields, self.drafts)
        if words:
            changed = DraftVersion(
                before.draft_id, before.version, before.request, words, specification, before.figures
            )
            draft = await self.drafts.revise(changed, _plain(words))
            if draft.status != "ok":
                return views.unclear_change(draft, before)
        else:
            if specification == before.specification:
                raise BadInput("Nothing was changed, so the draft stays as it is.")
            await progress("trying the new numbers")
            draft = await self._tried(Read("ok", "changed the numbers in the form", specification))
        return await self.drafts.shown(await self.drafts.submit(draft, _asked(request), before))

    async def _tried(self, read: Read) -> Drafted:
        return await asyncio.to_thread(self.drafts.drafter.tried, self.drafts.drafter.named(read))

    async def _approval(self, arguments: Mapping[str, Json]) -> Approval:
        approval = await self.drafts.approvals.get(str(arguments.get("approval_id")))
        if approval is None or approval.subject.kind != "draft":
            raise NotFound("I know no such draft any more; please ask for it again.")
        return approval

    # --- modals ------------------------------------------------------------------------------------------------------

    async def _revise_view(self, opening: Opening) -> ModalView:
        approval = await self._approval(_parsed(opening.value))
        if approval.state == "approved":
            raise BadInput("This version is approved and is not changed any more; ask for a new draft.")
        version = await self.drafts.store.version(approval.subject.id)
        if version is None:
            raise NotFound("This draft is not kept any more; please ask for it again.")
        return ModalView("Revise the draft", views.revise_blocks(version, self.drafts.drafter.templates), "Try it")

    async def _reject_view(self, opening: Opening) -> ModalView:
        approval = await self._approval(_parsed(opening.value))
        return ModalView(
            "Reject the draft",
            (
                section(f"*{approval.subject.title}*"),
                plain_input("note", "Why?", "The requester reads this, and it is kept."),
            ),
            "Reject",
        )


async def _reason_given(fields: Mapping[str, Json]) -> Mapping[str, str]:
    return {} if str(fields.get("note") or "").strip() else {"note": "Say why; the requester reads it."}


async def _numbers_are_numbers(fields: Mapping[str, Json]) -> Mapping[str, str]:
    wrong: dict[str, str] = {}
    for name, value in fields.items():
        if name != "words" and value not in (None, ""):
            try:
                number = _number(str(value))
            except ValueError:
                wrong[name] = "Write a plain number, such as 2.5."
            else:
                if number <= 0 and not name.startswith("parameter:"):
                    wrong[name] = "It must be above 0; leave it empty for none."
    return wrong


def _with_numbers(before: DraftVersion, fields: Mapping[str, Json], drafts: Drafts) -> Specification:
    """The specification with the form's numbers. Raises `BadInput` where they do not fit."""
    templates = drafts.drafter.templates
    written = before.specification.to_json()
    risk: dict[str, JsonValue] = dict(before.specification.risk.model_dump(mode="json", exclude_none=True))
    parameters: dict[str, JsonValue] = {**before.specification.parameters}
    for name, _, _ in views.revisable(before.specification, templates):
        if name not in fields:
            continue
        said = str(fields[name] or "").strip()
        if name.startswith("parameter:"):
            _set(parameters, name.removeprefix("parameter:"), said, whole_where_whole=True)
        else:
            share = 1.0 if name == "max_holding_bars" else 0.01
            _set(risk, name, said, share=share, whole_where_whole=name == "max_holding_bars")
    written["risk"] = risk
    if parameters:
        written["parameters"] = parameters
    return load(written, templates)


def _set(
    values: dict[str, JsonValue], name: str, said: str, *, share: float = 1.0, whole_where_whole: bool = False
) -> None:
    if not said:
        values.pop(name, None)
        return
    number = round(_number(said) * share, 10)
    values[name] = int(number) if whole_where_whole and number == int(number) else number


def _number(said: str) -> float:
    return float(said.replace("%", "").replace(",", ".").strip())


def _asked(request: Request) -> Asked:
    place = request.place
    return Asked(request.person, place.channel, place.thread_ts, request.correlation_id)


def _fields(arguments: Mapping[str, Json]) -> Mapping[str, Json]:
    fields = arguments.get("fields")
    return fields if isinstance(fields, Mapping) else {}


def _parsed(value: str) -> Mapping[str, Json]:
    parsed = json.loads(value)
    return parsed if isinstance(parsed, dict) else {}


def _plain(text: str) -> str:
    return text.strip()
