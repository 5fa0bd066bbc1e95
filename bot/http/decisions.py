"""What is said over HTTP of what people decide on: drafts and narratives alike."""

from pydantic import BaseModel

from bot.protocols import Approval, Decided


class VoteBody(BaseModel):
    """What one person said."""

    person: str
    verdict: str
    at: float
    note: str


class ApprovalBody(BaseModel):
    """Where something stands that people decide on; times are epoch seconds."""

    id: str
    state: str
    hash: str
    required: int
    approvals: int
    deadline: float
    votes: list[VoteBody]

    @classmethod
    def of(cls, approval: Approval) -> "ApprovalBody":
        """From the approval."""
        votes = [VoteBody(person=one.person, verdict=one.verdict, at=one.at, note=one.note) for one in approval.votes]
        return cls(
            id=approval.id,
            state=approval.state,
            hash=approval.subject.hash,
            required=approval.required,
            approvals=approval.approvals,
            deadline=approval.deadline,
            votes=votes,
        )


class DecidedBody(BaseModel):
    """What became of a decision."""

    result: str
    words: str
    approval: ApprovalBody

    @classmethod
    def of(cls, decided: Decided) -> "DecidedBody":
        """From the decision."""
        return cls(result=decided.result, words=decided.words, approval=ApprovalBody.of(decided.approval))
