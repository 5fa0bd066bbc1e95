"""The reviewers' queue of narratives: what waits, what a decision leads to, what is published and who may read it.

Whoever asks for a report sees it at once where the rules wrote it and the check passed: that is a draft of theirs.
Publishing it waits for a reviewer who is not its requester where `tools.narrative.publishing` names a reason. A text by
a model, or one that the check objects to, is not shown to its requester either before a reviewer approved it: they see
the rules' text at once, or the figures alone, and the approved text from then on.

What follows a decision (cards without buttons everywhere, the publication, a word to the requester, a redraft) happens
in `changed`, which may run more than once and on any replica: every step has a key made of the approval.
"""

import hashlib
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import cast, get_args

from bot.protocols import (
    Announcer,
    Approval,
    Approvals,
    Decided,
    Destination,
    Json,
    Person,
    Reply,
    Request,
    Subject,
    Timers,
    Verdict,
)
from handlers.contents import Contents
from handlers.views import reviews as views
from handlers.views.text import escape, section
from tools.errors import Denied, NotFound
from tools.narrative.draft import Detail
from tools.narrative.notes import done, wishes_of
from tools.narrative.publishing import (
    Content,
    Publication,
    PublicationStore,
    Reason,
    reasons_for_review,
)
from tools.narrative.report import Report
from tools.narrative.service import RULES

PROPOSE = "reviews.propose"
"""The timer that has the model write a text for reviewers; `Reviews.propose` is its function."""

WAITS = "It waits for a reviewer now, who must not be you. I will tell you in this thread what they decide."


async def _nobody() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Reviews:
    """`policy` and `channel` are `approvals.review` and `approvals.review_channel` of the settings.

    `mention` gives the mrkdwn that notifies those who may decide.
    """

    approvals: Approvals
    announcer: Announcer
    timers: Timers
    store: PublicationStore
    contents: Contents
    policy: Collection[Reason]
    channel: str = ""
    mention: Callable[[], Awaitable[str]] = _nobody

    # --- asking ------------------------------------------------------------------------------------------------------

    async def ask(self, request: Request, backtest_id: str, detail: Detail, channel: str, message: str) -> str:
        """Publish it, or have it reviewed first; what to tell the person who asked."""
        report, _ = await self.readable(request, backtest_id, detail)
        content = await self.contents.with_chart(report)
        same = await self._waiting(content, channel)
        if same is not None:
            asker = escape(same.subject.requester.name or same.subject.requester.id)
            return f"This very report already waits to be published there; {asker} asked for it."
        first = not await self.store.knows_strategy(content.strategy)
        reasons = reasons_for_review(report, first=first, policy=self.policy)
        await self.store.keep(content)
        if not reasons or await self._approved_before(content):
            publication = _publication(_direct(request, content), content, channel, request.person.id, "")
            await self._publish(publication, content, None)
            return f"Published in <#{channel}>."
        wish: dict[str, Json] = {**_place(request), "channel": channel, "message": message}
        await self._submit(request.person, f"{backtest_id}:{_once(request)}", content, reasons, wish)
        why = " and ".join(views.WHY[reason] for reason in reasons)
        where = f"Reviewers are asked in <#{self.channel}>" if self.channel else "A reviewer is needed"
        words = f"{WAITS} {where} because {why}."
        if not self.channel and request.place.is_direct:
            words += " Nobody else reads this conversation: tell a reviewer to ask me “what is waiting for review?”."
        return words

    async def readable(self, request: Request, backtest_id: str, detail: Detail) -> tuple[Report, str]:
        """What this person may see at once, and a line about what waits for a reviewer; asks for what is due.

        The rules' report, unless a reviewer approved the model's or the model's need no review. The model is asked
        for its text in the background, so that nobody waits for it.
        """
        report = await self.contents.rules.narrate(backtest_id, detail=detail)
        if not report.checks.ok:
            return await self._objected_to(request, report)
        if self.contents.reports is self.contents.rules:
            return report, ""
        if "model_written" not in self.policy:
            return await self.contents.reports.narrate(backtest_id, detail=detail), ""
        known = await self.approvals.latest("narrative", _model_text(backtest_id, detail))
        if known is None:
            await self._have_the_model_write(request, backtest_id, detail)
            return report, ""
        approved = (await self._kept(known)).report if known.state == "approved" else None
        if approved is not None and approved.facts == report.facts:
            return approved, ""
        return report, _held_back(known, "The model's text", "; rules wrote what you see")

    async def _objected_to(self, request: Request, report: Report) -> tuple[Report, str]:
        content = await self.contents.with_chart(report)
        await self.store.keep(content)
        subject_id = f"text:{report.backtest_id}:{content.hash[:24]}"
        known = await self.approvals.latest("narrative", subject_id)
        if known is None:
            known = await self._submit(
                request.person, subject_id, content, ["negative_check"], {**_place(request), "held": True}
            )
        if known.state == "approved":
            return (await self._kept(known)).report, ""
        return report, _held_back(known, "The text", "")

    async def _have_the_model_write(self, request: Request, backtest_id: str, detail: Detail) -> None:
        payload: dict[str, Json] = {
            "backtest_id": backtest_id,
            "detail": detail,
            "person": request.person.id,
            "name": request.person.name,
            "place": _place(request),
        }
        key = f"{PROPOSE}:{backtest_id}:{detail}:{_once(request)}"  # a model that was away is asked the next time
        await self.timers.set(key, PROPOSE, payload, due=time.time())

    async def propose(self, payload: Mapping[str, Json]) -> None:
        """The timer `PROPOSE`: the model's text on a backtest, to reviewers; nothing where it has none that passes."""
        backtest_id, detail = str(payload["backtest_id"]), detail_of(payload)
        content = await self.contents.of(backtest_id, detail)
        if content.report.writer == RULES:
            return
        await self.store.keep(content)
        person, place = Person(str(payload["person"]), str(payload["name"])), payload["place"]
        where = place if isinstance(place, Mapping) else {}
        await self._submit(
            person, _model_text(backtest_id, detail), content, ["model_written"], {**where, "held": True}
        )

    async def _submit(
        self,
        person: Person,
        subject_id: str,
        content: Content,
        reasons: Collection[Reason],
        wish: Mapping[str, Json],
    ) -> Approval:
        report = content.report
        details: dict[str, Json] = {
            "backtest_id": report.backtest_id,
            "detail": report.detail,
            "by_rules": report.writer == RULES,
            "writer": report.writer,
            "reasons": list(reasons),
            **wish,
        }
        subject = Subject("narrative", subject_id, 1, content.hash, content.strategy, person, details)
        return await self.approvals.submit(subject)

    async def _approved_before(self, content: Content) -> bool:
        """Whether a reviewer approved exactly this, for another channel or another time."""
        published = await self.store.published([content.report.backtest_id])
        return any(each.hash == content.hash and each.approved_by for each in published)

    async def _waiting(self, content: Content, channel: str) -> Approval | None:
        pending = await self.approvals.list(kind="narrative", limit=500)
        same = (a for a in pending if a.subject.hash == content.hash and a.subject.details.get("channel") == channel)
        return next(same, None)

    # --- deciding ----------------------------------------------------------------------------------------------------

    async def decide(
        self,
        person: Person,
        approval: Approval,
        verdict: Verdict,
        *,
        looked_at: str,
        note: str = "",
        channel: str = "",
        correlation_id: str = "",
    ) -> Decided:
        """A reviewer's decision; `channel` is where to publish, where that is not where it was asked for.

        What is different now from what they looked at becomes a new version to look at.
        """
        now = await self._as_of_now(approval) if verdict == "approve" else None
        decided = await self.approvals.decide(
            approval.id,
            person,
            verdict,
            looked_at=looked_at,
            now=now.hash if now else looked_at,
            note=note,
            details={"channel": channel} if channel else {},
            correlation_id=correlation_id,
        )
        if decided.result == "changed" and now is not None and now.hash != approval.subject.hash:
            await self._next_version(approval, now, {})
            return replace(decided, words=f"{decided.words} The present version waits for review now.")
        return decided

    async def rate(self, person: Person, approval: Approval, stars: int) -> None:
        """A reviewer's 1 to 5. Raises `Denied` for the one who asked for it."""
        if approval.subject.requester.id == person.id:
            raise Denied("You asked for this one yourself, so others rate it.")
        await self.store.rate(approval.subject.hash, person.id, stars)

    async def _as_of_now(self, approval: Approval) -> Content:
        details = approval.subject.details
        return await self.contents.of(
            str(details["backtest_id"]),
            detail_of(details),
            str(details.get("note") or ""),
            by_rules=bool(details.get("by_rules")),
        )

    async def _next_version(self, approval: Approval, content: Content, changes: Mapping[str, Json]) -> Approval:
        await self.store.keep(content)
        subject = replace(
            approval.subject,
            version=approval.subject.version + 1,
            hash=content.hash,
            details={**approval.subject.details, **changes, "writer": content.report.writer},
            deadline=None,
        )
        return await self.approvals.submit(subject)

    # --- what follows (bot.protocols.ApprovalFollower) ---------------------------------------------------------------

    async def changed(self, approval: Approval) -> None:
        """Cards, the publication, the redraft and a word to the requester, by what became of it."""
        content = await self._kept(approval)
        card = views.card(approval, content, covered=self.covered(approval))
        if (desk := self._desk_of(approval)) is not None:
            mention = await self.mention() if approval.state == "pending" else ""
            lead = f"{mention}: this waits for one of you." if mention else ""
            called = views.card(approval, content, covered=self.covered(approval), lead=lead)
            await self.announcer.announce(f"card:{approval.id}", called, desk)
        if approval.state == "pending" and not approval.votes:
            return
        await self.announcer.update(views.key(approval), card)
        match approval.state:
            case "approved":
                await self._publish(_approved(approval, content), content, approval)
            case "sent_back":
                await self._redraft(approval)
        await self._tell(approval)

    async def reminded(self, approval: Approval, turn: int) -> None:
        """A word where reviewers are asked; their next look is at the card above or at the list."""
        if (desk := self._desk_of(approval)) is None:
            return
        name = escape(approval.subject.title)
        text = f"{await self.mention()} *{name}* still waits for a reviewer. Ask me “what is waiting for review?” to see it here."
        await self.announcer.announce(
            f"reminder:{approval.id}:{turn}",
            Reply(f"{name} still waits for a reviewer.", (section(text.strip()),)),
            desk,
        )

    async def card(self, approval: Approval) -> Reply:
        """The card, to be shown once more."""
        return views.card(approval, await self._kept(approval))

    async def sections(self, approval: Approval) -> Reply:
        """All of the text that is decided on."""
        return views.sections(await self._kept(approval))

    async def _redraft(self, approval: Approval) -> None:
        """Written again as the note asks; a text the rules cannot change goes back as it is, and says so."""
        vote = approval.last_vote
        note = vote.note if vote else ""
        details = approval.subject.details
        before = detail_of(details)
        wishes = wishes_of(note)
        level = wishes.level(before)
        by_rules = bool(details.get("by_rules"))
        content = await self.contents.of(str(details["backtest_id"]), level, note, by_rules=by_rules)
        made = done(wishes, before) if content.report.writer == RULES else "the model wrote it again with the note"
        unable = "The rules could make nothing of this note, so the text is as it was."
        await self._next_version(
            approval,
            content,
            {
                "detail": level,
                "note": note,
                "note_by": (vote.name or vote.person) if vote else "",
                "redraft": f"Redrafted: {made}." if made else unable,
            },
        )

    async def _publish(self, publication: Publication, content: Content, approval: Approval | None) -> None:
        await self.store.publish(publication)
        details: Mapping[str, Json] = approval.subject.details if approval else {}
        held_here = details.get("held") and publication.channel == details.get("asked_channel")
        thread = str(details.get("asked_thread") or "") if held_here else ""
        await self.announcer.announce(
            f"published:{publication.id}",
            views.published(publication, content, approval),
            Destination(publication.channel, thread_ts=thread),
            by=publication.approved_by or publication.requested_by,
        )

    async def _tell(self, approval: Approval) -> None:
        """The requester hears of it where they asked, unless they did it themselves or it goes on by itself."""
        vote = approval.last_vote
        own = vote is not None and vote.person == approval.subject.requester.id
        if approval.state in ("pending", "superseded") or own:
            return
        text = f"<@{approval.subject.requester.id}> *{escape(approval.subject.title)}*: {views.outcome(approval)}"
        if approval.state == "sent_back":
            text += "\nI wrote it again with the note; the new version waits for a reviewer."
        await self.announcer.announce(
            f"told:{approval.id}",
            Reply(f"{escape(approval.subject.title)}: {approval.state.replace('_', ' ')}.", (section(text),)),
            _asked_in(approval),
        )

    def _desk_of(self, approval: Approval) -> Destination | None:
        """Where reviewers are asked; None where no reviewer would see it."""
        if self.channel:
            return Destination(channel=self.channel)
        asked = _asked_in(approval)
        return asked if asked.channel and not asked.channel.startswith("D") else None

    def covered(self, approval: Approval) -> bool:
        """Whether others than reviewers read where reviewers are asked, and the text is not to be seen yet."""
        reasons = approval.subject.details.get("reasons")
        held = isinstance(reasons, list) and bool({"model_written", "negative_check"} & set(map(str, reasons)))
        return held and not self.channel

    async def _kept(self, approval: Approval) -> Content:
        content = await self.store.content(approval.subject.hash)
        if content is None:
            raise NotFound("The text of this is not kept any more; please ask for the report again.")
        return content


def _once(request: Request) -> str:
    """The same for every try of one request, and of a length that fits in ids."""
    return hashlib.sha256(request.event_id.encode()).hexdigest()[:16]


def _direct(request: Request, content: Content) -> str:
    return f"direct-{_once(request)}-{content.hash[:16]}"


def _model_text(backtest_id: str, detail: Detail) -> str:
    """What the model's text on a backtest is under review as."""
    return f"model:{backtest_id}:{detail}"


def _place(request: Request) -> dict[str, Json]:
    return {"asked_channel": request.place.channel, "asked_thread": request.place.thread_ts}


def _held_back(approval: Approval, what: str, instead: str) -> str:
    if approval.state == "pending":
        reasons = approval.subject.details.get("reasons")
        why = [words for reason, words in views.WHY.items() if isinstance(reasons, list) and reason in reasons]
        return f"{what} waits for a reviewer because {' and '.join(why)}{instead}."
    return f"{what} was not approved ({approval.state.replace('_', ' ')}){instead}."


def _approved(approval: Approval, content: Content) -> Publication:
    vote = approval.last_vote
    details = approval.subject.details
    chosen = (vote.details.get("channel") if vote else "") or details.get("channel") or details["asked_channel"]
    approver = vote.person if vote else ""
    return replace(
        _publication(approval.id, content, str(chosen), approval.subject.requester.id, approver),
        at=approval.closed_at or approval.created_at,
    )


def _publication(key: str, content: Content, channel: str, requester: str, approver: str) -> Publication:
    return Publication(key, content.hash, content.report.backtest_id, content.strategy, channel, requester, approver)


def _asked_in(approval: Approval) -> Destination:
    details = approval.subject.details
    channel, thread = str(details.get("asked_channel") or ""), str(details.get("asked_thread") or "")
    return Destination(channel, approval.subject.requester.id, thread)


def detail_of(details: Mapping[str, Json]) -> Detail:
    """How much was asked for; standard where nothing was."""
    said = details.get("detail")
    return cast("Detail", said) if said in get_args(Detail) else "standard"
