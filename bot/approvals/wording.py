"""What the person who clicked is told; plain text, the same for every kind and surface."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from bot.protocols import Approval, ApprovalKind, ApprovalState, Verdict

NOUN: Final[Mapping[ApprovalKind, str]] = {
    "narrative": "narrative",
    "draft": "draft",
    "action": "action",
    "prompt": "prompt",
}
_DONE: Final[Mapping[Verdict, str]] = {
    "approve": "approved",
    "reject": "rejected",
    "send_back": "sent back",
    "discard": "discarded",
}
_BY_ITSELF: Final[Mapping[ApprovalState, str]] = {
    "superseded": "A newer version took its place; please look at that one.",
    "expired": "It expired before anybody decided; it has to be asked for again.",
}


def decided(approval: Approval, verdict: Verdict) -> str:
    """It closed with this click."""
    return f"{_DONE[verdict].capitalize()}: {approval.subject.title}."


def counted(approval: Approval) -> str:
    """An approval of several."""
    left = approval.required - approval.approvals
    more = "one more person" if left == 1 else f"{left} more people"
    return f"Your approval counts. {more.capitalize()} must approve {approval.subject.title}."


def own(approval: Approval) -> str:
    """Four eyes."""
    return f"You asked for this {NOUN[approval.subject.kind]} yourself, so somebody else has to decide on it."


def twice(approval: Approval) -> str:
    """The same person again."""
    left = approval.required - approval.approvals
    return f"You have approved this already; {left} more {'person' if left == 1 else 'people'} must."


def closed(approval: Approval) -> str:
    """Somebody was faster, or it ended by itself."""
    vote = approval.last_vote
    if approval.state in _BY_ITSELF or vote is None:
        return _BY_ITSELF.get(approval.state, "This is decided already.")
    return f"{vote.name or vote.person} {_DONE[vote.verdict]} this already, at {clock(vote.at)}."


def changed(approval: Approval) -> str:
    """The content is not what was looked at."""
    return f"This {NOUN[approval.subject.kind]} has changed since you looked at it, so nothing was decided. Please look again."


def clock(at: float) -> str:
    """A moment for people: `14:03 UTC on 2 March 2026`."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%H:%M} UTC on {moment.day} {moment:%B %Y}"
