"""`/narratives`: what waits for a reviewer, the decision on it, and what reviewers think of it."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal, Protocol

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.http.correlation import current_correlation_id
from bot.http.decisions import ApprovalBody, DecidedBody
from bot.http.errors import ERRORS
from bot.http.recorded import recorded
from bot.http.tokens import Gate
from bot.protocols import Approval, Approvals, ApprovalState, AuditLog, Decided, Person, Verdict
from tools.errors import NotFound
from tools.narrative.publishing import PublicationStore
from tools.narrative.report import Report


class Reviewing(Protocol):
    """The service behind the reviewers' queue in Slack and here: the same four eyes, the same publication."""

    @property
    def approvals(self) -> Approvals:
        """Where narratives wait."""
        ...

    @property
    def store(self) -> PublicationStore:
        """What is decided on, exactly as it was handed in."""
        ...

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
        """A reviewer's decision."""
        ...

    async def rate(self, person: Person, approval: Approval, stars: int) -> None:
        """A reviewer's 1 to 5. Raises `Denied` for the requester."""
        ...


@dataclass(frozen=True, slots=True)
class NarrativeServices:
    """What these endpoints need."""

    gate: Gate
    audit: AuditLog
    reviews: Reviewing


class ReviewBody(BaseModel):
    """A narrative that waits, or was decided on; `approval.hash` is that of text, facts and charts."""

    id: str
    title: str
    version: int
    requested_by: str
    backtest_id: str
    detail: str
    reasons: list[str]
    created_at: float
    approval: ApprovalBody

    @classmethod
    def of(cls, approval: Approval) -> "ReviewBody":
        """From the approval."""
        subject, reasons = approval.subject, approval.subject.details.get("reasons")
        return cls(
            id=approval.id,
            title=subject.title,
            version=subject.version,
            requested_by=subject.requester.id,
            backtest_id=str(subject.details.get("backtest_id") or ""),
            detail=str(subject.details.get("detail") or ""),
            reasons=[str(reason) for reason in reasons] if isinstance(reasons, list) else [],
            created_at=approval.created_at,
            approval=ApprovalBody.of(approval),
        )


class ReviewsBody(BaseModel):
    """The queue, newest first."""

    reviews: list[ReviewBody]


class LookBody(ReviewBody):
    """One of the queue with all that is decided on but its picture."""

    report: Report


class ReviewVote(BaseModel):
    """A decision on what was looked at; sending back needs a note that says what to change."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["approve", "send_back", "discard"]
    hash: Annotated[str, Field(max_length=64, description="`approval.hash` of what was looked at")]
    note: Annotated[str, Field(max_length=2000)] = ""
    channel: Annotated[
        str,
        Field(pattern=r"^([CG][A-Z0-9]{2,20})?$", description="Where to publish it; where it was asked for if empty"),
    ] = ""

    @model_validator(mode="after")
    def _says_what_to_change(self) -> "ReviewVote":
        if self.verdict == "send_back" and not self.note.strip():
            raise ValueError("sending back needs a note that says what to change")
        return self


class Rating(BaseModel):
    """From 1 (poor) to 5 (excellent)."""

    model_config = ConfigDict(extra="forbid")

    stars: Annotated[int, Field(ge=1, le=5, strict=True)]


Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="The id in the queue")]
Limit = Annotated[int, Query(ge=1, le=200)]
State = Annotated[ApprovalState, Query(description="Which of them")]
_INTENT: Final = "approvals"


def routes(services: NarrativeServices) -> APIRouter:
    """The router; all of it is for those who decide, since what waits here is not published."""
    router = APIRouter(
        prefix="/narratives",
        tags=["narratives"],
        route_class=recorded(services.audit, _INTENT),
        responses=ERRORS,
    )
    decides = Depends(services.gate.needs("decide"))
    reviews = services.reviews

    @router.get("/reviews")
    async def queue(state: State = "pending", limit: Limit = 50, person: Person = decides) -> ReviewsBody:
        """What waits for a reviewer, or was decided on."""
        found = await reviews.approvals.list(states=[state], kind="narrative", limit=limit)
        return ReviewsBody(reviews=[ReviewBody.of(approval) for approval in found])

    @router.get("/reviews/{id}")
    async def look(id: Id, person: Person = decides) -> LookBody:
        """The text and facts that are decided on."""
        approval = await _approval(reviews, id)
        content = await reviews.store.content(approval.subject.hash)
        if content is None:
            raise NotFound("The text of this is not kept any more; please ask for the report again.")
        return LookBody(**ReviewBody.of(approval).model_dump(), report=content.report)

    @router.post("/reviews/{id}/decisions")
    async def decide(id: Id, vote: ReviewVote, person: Person = decides) -> DecidedBody:
        """Publish it, send it back with a note to be written again, or discard it; nobody decides on their own."""
        decided = await reviews.decide(
            person,
            await _approval(reviews, id),
            vote.verdict,
            looked_at=vote.hash,
            note=vote.note,
            channel=vote.channel,
            correlation_id=current_correlation_id(),
        )
        return DecidedBody.of(decided)

    @router.put("/reviews/{id}/rating")
    async def rate(id: Id, rating: Rating, person: Person = decides) -> Rating:
        """How good the narrative is; a later rating by the same person takes the place of an earlier."""
        await reviews.rate(person, await _approval(reviews, id), rating.stars)
        return rating

    return router


async def _approval(reviews: Reviewing, approval_id: str) -> Approval:
    approval = await reviews.approvals.get(approval_id)
    if approval is None or approval.subject.kind != "narrative":
        raise NotFound(f"No narrative waits for a reviewer as {approval_id}.")
    return approval
