"""The rules of a decision, without storage or clock: four eyes, quorum, the content that was looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.protocols import Approval, ApprovalKind, ApprovalState, Permission, Verdict

DECIDES: Final[Mapping[ApprovalKind, Permission]] = {
    "narrative": "decide",
    "draft": "decide",
    "action": "act",
    "prompt": "prompts",
}
"""What a person must be allowed to do to decide on a kind."""

CLOSES: Final[Mapping[Verdict, ApprovalState]] = {
    "approve": "approved",
    "reject": "rejected",
    "send_back": "sent_back",
    "discard": "discarded",
}


@dataclass(frozen=True, slots=True)
class Click:
    """One person's attempt to decide. `may` is whether their roles allow it; hashes as in `Approvals.decide`."""

    person: str
    verdict: Verdict
    may: bool
    looked_at: str
    now: str
    at: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a click comes to, and the state after it."""

    result: Literal["decided", "counted", "own", "twice", "closed", "changed", "denied"]
    state: ApprovalState


def judge(approval: Approval, click: Click) -> Judgement:
    """Pure; the caller holds the approval's row while it asks and writes."""
    if approval.state != "pending":
        return Judgement("closed", approval.state)
    if click.at >= approval.deadline:
        return Judgement("closed", "expired")
    own = click.person == approval.subject.requester.id
    if own and click.verdict == "discard":
        return Judgement("decided", "discarded")
    if own:
        return Judgement("own", "pending")
    if not click.may:
        return Judgement("denied", "pending")
    if not _same_content(approval, click):
        return Judgement("changed", "pending")
    if any(vote.person == click.person and vote.verdict == click.verdict for vote in approval.votes):
        return Judgement("twice", "pending")
    if click.verdict == "approve" and approval.approvals + 1 < approval.required:
        return Judgement("counted", "pending")
    return Judgement("decided", CLOSES[click.verdict])


def _same_content(approval: Approval, click: Click) -> bool:
    """An approval is for what was looked at and is still so; a refusal for what was looked at."""
    if click.verdict == "discard":
        return True
    looked = click.looked_at == approval.subject.hash
    return looked and (click.verdict != "approve" or click.now == approval.subject.hash)
