"""Approvals: lists by asking, and the buttons of narratives under review."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from bot.protocols import (
    Access,
    Approval,
    Approvals,
    ApprovalState,
    Decided,
    Intent,
    Json,
    Modal,
    ModalView,
    Opening,
    Permission,
    Person,
    Progress,
    Reply,
    Request,
    Verdict,
)
from handlers.reviews import Reviews, detail_of
from handlers.runs import meant_by
from handlers.views import approvals as lists
from handlers.views import registry
from handlers.views import reviews as views
from handlers.views.text import actions, button, escape, plain_input, section
from tools.backtests.model import BacktestStore
from tools.errors import BadInput, Denied, NotFound
from tools.strategies.drafts import DraftStore

_CLOSED: tuple[ApprovalState, ...] = ("approved", "rejected", "sent_back", "discarded", "expired", "superseded")
_MOST = 10
_LIKE = 75.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What `person` is to decide, what they asked for, and how much else waits."""

    to_decide: tuple[Approval, ...]
    asked: tuple[Approval, ...]
    others: int


async def waiting_for(person: Person, approvals: Approvals) -> Waiting:
    """For the list and for the Home tab (`handlers.views.approvals.waiting_blocks` shows it)."""
    pending = await approvals.list(limit=500)
    mine = tuple(each for each in pending if approvals.may_decide(person, each))
    asked = tuple(each for each in pending if each.subject.requester.id == person.id)
    return Waiting(mine, asked, len(pending) - len(mine) - len(asked))


@dataclass(frozen=True, slots=True)
class ApprovalsHandler:
    """Serves `approvals`. Whether a person may decide is checked at each click, by the approvals themselves."""

    access: Access
    approvals: Approvals
    reviews: Reviews
    runs: BacktestStore
    registry: DraftStore
    intent: Intent = "approvals"
    permission: Permission = "narrate"

    @property
    def modals(self) -> Mapping[str, Modal]:
        """Publishing asks for a channel, sending back for a note."""
        return {
            "approvals.ask": Modal("narrate", self._ask_view),
            "approvals.publish": Modal("decide", self._publish_view),
            "approvals.send_back": Modal("decide", self._send_back_view, _note_given),
        }

    async def handle(self, request: Request, progress: Progress) -> Reply:
        """A button, or a question in words."""
        if request.action is None:
            return await self._asked(request)
        verb = request.action.id.removeprefix("approvals.").partition(".")[0]
        if verb == "ask":
            await progress("writing the report")
            return await self._ask(request)
        approval = await self._meant(request)
        match verb:
            case "publish" | "send_back" | "discard":
                return await self._decide(request, approval, verb)
            case "rate":
                return await self._rate(request, approval, request.routed.arguments.get("stars"))
            case "read":
                self._reviewers_only(request.person, approval)
                return replace(await self.reviews.sections(approval), ephemeral=True)
            case "look":
                self._reviewers_only(request.person, approval)
                return replace(await self.reviews.card(approval), ephemeral=True, key="")
            case "show":
                return await self._show(request.person, approval)
        raise NotFound("That button is no longer in use. Please ask me what is waiting for review.")

    # --- buttons -----------------------------------------------------------------------------------------------------

    async def _ask(self, request: Request) -> Reply:
        arguments, fields = request.routed.arguments, _fields(request)
        channel, note = str(fields.get("channel")), str(fields.get("note") or "")
        ids = _ids(arguments)
        said = [await self.reviews.ask(request, each, detail_of(arguments), channel, note) for each in ids]
        words = "\n".join(dict.fromkeys(said))  # several that wait for one reason are told once
        lead = f"{len(ids)} reports. " if len(ids) > 1 else ""
        return Reply(f"{lead}{words}", ephemeral=not request.place.is_direct)

    async def _decide(self, request: Request, approval: Approval, verb: str) -> Reply:
        fields = _fields(request)
        verdict: Verdict = "approve" if verb == "publish" else "discard" if verb == "discard" else "send_back"
        looked_at = str(request.routed.arguments.get("hash") or "")
        if approval.subject.kind != "narrative":
            raise BadInput("This is decided on where it was asked for, not here.")
        decided = await self.reviews.decide(
            request.person,
            approval,
            verdict,
            looked_at=looked_at,
            note=str(fields.get("note") or ""),
            channel=str(fields.get("channel") or ""),
            correlation_id=request.correlation_id,
        )
        return self._answer(request, decided)

    def _answer(self, request: Request, decided: Decided) -> Reply:
        """Words for who clicked; after an approval or a refusal the narrative can be rated with one more click."""
        words = section(escape(decided.words))
        refused = decided.result in ("own", "denied")
        rate = (
            (section("How good was it, from 1 (poor) to 5 (excellent)?"), views.rating(decided.approval))
            if decided.took_effect and decided.approval.subject.requester.id != request.person.id
            else ()
        )
        text = escape(decided.words)
        return Reply(text, (words, *rate), ephemeral=True, replaces=True, outcome="denied" if refused else "done")

    async def _rate(self, request: Request, approval: Approval, given: Json) -> Reply:
        if not self.access.allows(request.person, "decide"):
            raise Denied(self.access.denial(request.person, "decide"))
        if not isinstance(given, int) or not 1 <= given <= 5:
            raise BadInput("A rating is a whole number from 1 (poor) to 5 (excellent).")
        await self.reviews.rate(request.person, approval, given)
        return Reply(f"Rated {given} of 5: {escape(approval.subject.title)}. Thank you.", ephemeral=True)

    async def _show(self, person: Person, approval: Approval) -> Reply:
        if approval.subject.kind == "narrative":
            self._reviewers_only(person, approval)
        card = await self.approvals.card(approval)
        if card is None:
            raise NotFound(f"I cannot show this {approval.subject.kind} here; look where it was asked for.")
        covered = approval.subject.kind == "narrative" and self.reviews.covered(approval)
        return replace(card, ephemeral=True, key="") if covered else card

    def _reviewers_only(self, person: Person, approval: Approval) -> None:
        """Unpublished narratives are for reviewers, and for who asked where nothing is held back from them."""
        own = approval.subject.requester.id == person.id and not approval.subject.details.get("held")
        if not own and not self.access.allows(person, "decide"):
            raise Denied(self.access.denial(person, "decide"))

    async def _meant(self, request: Request) -> Approval:
        approval_id = request.routed.arguments.get("approval_id")
        approval = await self.approvals.get(str(approval_id)) if approval_id else None
        if approval is None:
            raise NotFound("I know nothing about this any more; please ask for it again.")
        return approval

    # --- modals ------------------------------------------------------------------------------------------------------

    async def _ask_view(self, opening: Opening) -> ModalView:
        ids = _ids(json.loads(opening.value))
        names = [run.name for run in await self.runs.list() if run.id in ids]
        channel = opening.place.channel
        blocks = views.publish_blocks(
            "; ".join(names) or "This report",
            "" if channel.startswith("D") else channel,
            words="The report goes to the channel you choose. Where a reviewer has to see it first, I say so.",
            ask="A word to the reviewer",
            hint="What it is for",
        )
        return ModalView("Publish", blocks, submit="Publish")

    async def _publish_view(self, opening: Opening) -> ModalView:
        approval = await self._opened(opening)
        wanted = approval.subject.details.get("channel") or approval.subject.details.get("asked_channel")
        channel = str(wanted or "")
        blocks = views.publish_blocks(
            approval.subject.title,
            "" if channel.startswith("D") else channel,
            words="You approve exactly what you looked at: its text, its figures and its chart.",
            ask="A note",
            hint="Kept with your decision",
        )
        return ModalView("Approve and publish", blocks, submit="Approve")

    async def _send_back_view(self, opening: Opening) -> ModalView:
        approval = await self._opened(opening)
        hint = "In full detail, drawdowns first, without the crises"
        lead = section(f"*{escape(approval.subject.title)}*\nIt is written again with your note and waits once more.")
        return ModalView("Send back", (lead, plain_input("note", "What should change?", hint)), submit="Send back")

    async def _opened(self, opening: Opening) -> Approval:
        approval = await self.approvals.get(str(json.loads(opening.value).get("approval_id")))
        if approval is None:
            raise NotFound("I know nothing about this any more; please ask for it again.")
        if approval.state != "pending":
            raise BadInput(_plain_outcome(approval))
        return approval

    # --- in words ----------------------------------------------------------------------------------------------------

    async def _asked(self, request: Request) -> Reply:
        arguments = request.routed.arguments
        action = str(arguments.get("action") or "list")
        match action:
            case "publish" if not request.subject.get("approval_id"):
                return await self._offer(request)
            case "registry":
                return registry.listed(await self.registry.strategies(limit=_MOST + 1), _MOST)
            case "history" | "status" | "export":
                return await self._history(" ".join(_strings(arguments.get("names"))))
            case "approve" | "reject" | "return" | "discard" | "withdraw" | "rate" | "publish":
                return await self._in_words(request, action)
        waiting = await waiting_for(request.person, self.approvals)
        return lists.waiting(waiting.to_decide, waiting.asked, waiting.others)

    async def _offer(self, request: Request) -> Reply:
        """A button that asks where to publish what the text means."""
        meant = await meant_by(request, self.runs)
        if meant.run is None:
            names = "; ".join(run.name for run in meant.several)
            raise BadInput(f"Which of these shall I publish: {names}? Please name one.")
        value = {"backtest_id": meant.run.id, "detail": "standard"}
        words = f"The report on *{escape(meant.run.name)}*: choose where it goes."
        publish = button("approvals.ask", "Publish…", json.dumps(value))
        return Reply(
            f"The report on {escape(meant.run.name)}: choose where it goes.",
            (section(words), actions(publish)),
            subject={"backtest_id": meant.run.id},
        )

    async def _history(self, about: str) -> Reply:
        closed = await self.approvals.list(states=_CLOSED, limit=200)
        fitting = [each for each in closed if not about or fuzz.token_set_ratio(about, each.subject.title) >= _LIKE]
        return lists.history(fitting[:_MOST], about)

    async def _in_words(self, request: Request, action: str) -> Reply:
        """A decision binds to what was looked at, so it is made with the buttons under it: show it."""
        approval = await self._spoken_of(request)
        if approval is None:
            waiting = await waiting_for(request.person, self.approvals)
            return lists.waiting(waiting.to_decide, waiting.asked, waiting.others)
        if action == "rate":
            return await self._rate(request, approval, request.routed.arguments.get("rating"))
        card = await self._show(request.person, approval)
        lead = section("Please decide with the buttons: a decision binds to exactly what you looked at.")
        return replace(card, blocks=(lead, *card.blocks)) if approval.state == "pending" else card

    async def _spoken_of(self, request: Request) -> Approval | None:
        known = str(request.subject.get("approval_id") or "")
        if known:
            return await self.approvals.get(known)
        about = " ".join(_strings(request.routed.arguments.get("names")))
        pending = await self.approvals.list(limit=500)
        fitting = [each for each in pending if about and fuzz.token_set_ratio(about, each.subject.title) >= _LIKE]
        return fitting[0] if len(fitting) == 1 else None


async def _note_given(fields: Mapping[str, Json]) -> Mapping[str, str]:
    return {} if fields.get("note") else {"note": "Please say what should change."}


def _plain_outcome(approval: Approval) -> str:
    vote = approval.last_vote
    if vote is None or approval.state in ("expired", "superseded"):
        return f"This is {approval.state} already."
    return f"{vote.name or vote.person} was faster: this is {approval.state.replace('_', ' ')} already."


def _ids(arguments: Mapping[str, Json]) -> list[str]:
    """The backtests that a button is about."""
    several = _strings(arguments.get("backtest_ids"))
    return several or [str(arguments.get("backtest_id"))]


def _fields(request: Request) -> Mapping[str, Json]:
    fields = request.routed.arguments.get("fields")
    return fields if isinstance(fields, Mapping) else {}


def _strings(value: Json) -> list[str]:
    return [str(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else []
