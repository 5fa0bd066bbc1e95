"""Lists of approvals: what waits, what was decided; as a message and on the Home tab."""

import json
from collections.abc import Mapping, Sequence

from bot.protocols import Approval, ApprovalState, Block, Reply
from handlers.views.text import button, context, escape, moment, section

_MOST = 10
_STATE: Mapping[ApprovalState, str] = {
    "pending": "waiting",
    "approved": "approved",
    "rejected": "rejected",
    "sent_back": "sent back",
    "discarded": "discarded",
    "expired": "expired",
    "superseded": "superseded by a newer version",
}


def waiting(mine: Sequence[Approval], asked: Sequence[Approval], others: int) -> Reply:
    """What waits for the reader's decision, and what of theirs waits for others'."""
    blocks = waiting_blocks(mine, asked)
    if others:
        blocks += (context(f"{others} more {'waits' if others == 1 else 'wait'} for others."),)
    return Reply(escape(_summary(mine, asked, others)), blocks or (section("Nothing is waiting for review."),))


def waiting_blocks(mine: Sequence[Approval], asked: Sequence[Approval]) -> tuple[Block, ...]:
    """The same two lists without a frame; empty where both are."""
    return (*_listed("Waiting for your decision", mine), *_listed("Yours, waiting for others", asked))


def history(closed: Sequence[Approval], about: str) -> Reply:
    """What was decided, newest first: by whom, when, and what they said."""
    lead = f"Decisions on {about}" if about else "The latest decisions"
    if not closed:
        words = f"Nothing was decided on {about} yet." if about else "Nothing was decided yet."
        return Reply(escape(words), (section(escape(words)),))
    lines = [_decided(approval) for approval in closed]
    blocks = [section(f"*{escape(lead)}*"), *(section(line) for line in lines)]
    export = "All of it, for governance: `deskhand approvals export`."
    plain = "; ".join(f"{each.subject.title}: {_STATE[each.state]}" for each in closed)
    return Reply(escape(f"{lead}: {plain}"), (*blocks, context(export)))


def _listed(title: str, approvals: Sequence[Approval]) -> tuple[Block, ...]:
    if not approvals:
        return ()
    rows = [_row(approval) for approval in approvals[:_MOST]]
    more = len(approvals) - _MOST
    return (section(f"*{title}* ({len(approvals)})"), *rows, *([context(f"and {more} more")] if more > 0 else ()))


def _row(approval: Approval) -> Block:
    subject = approval.subject
    parts = [
        subject.kind,
        f"asked for by {escape(subject.requester.name or subject.requester.id)} {moment(approval.created_at)}",
    ]
    if approval.required > 1:
        parts.append(f"approved by {approval.approvals} of {approval.required}")
    value = json.dumps({"approval_id": approval.id})
    return {
        **section(f"*{escape(subject.title)}*\n{' · '.join(parts)}"),
        "accessory": button("approvals.show", "Show", value),
    }


def _decided(approval: Approval) -> str:
    subject = approval.subject
    votes = [
        f"{_STATE[_AFTER[vote.verdict]]} by {escape(vote.name or vote.person)} {moment(vote.at)}"
        + (f": “{escape(vote.note)}”" if vote.note else "")
        for vote in approval.votes
    ]
    if not votes or approval.state in ("expired", "superseded"):
        votes.append(f"{_STATE[approval.state]} {moment(approval.closed_at or approval.created_at)}")
    asked = f"{subject.kind}, asked for by {escape(subject.requester.name or subject.requester.id)}"
    return "\n".join([f"*{escape(subject.title)}* ({asked})", *(f"• {vote}" for vote in votes)])


_AFTER: Mapping[str, ApprovalState] = {
    "approve": "approved",
    "reject": "rejected",
    "send_back": "sent_back",
    "discard": "discarded",
}


def _summary(mine: Sequence[Approval], asked: Sequence[Approval], others: int) -> str:
    if not (mine or asked or others):
        return "Nothing is waiting for review."
    names = "; ".join(approval.subject.title for approval in mine[:_MOST])
    parts = [f"{len(mine)} waiting for your decision: {names}." if mine else "Nothing waits for your decision."]
    if asked:
        parts.append(f"{len(asked)} of yours {'waits' if len(asked) == 1 else 'wait'} for others.")
    if others:
        parts.append(f"{others} more {'waits' if others == 1 else 'wait'} for others.")
    return " ".join(parts)
