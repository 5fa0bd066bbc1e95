"""A narrative under review, and a published one, as messages."""

import json
from collections.abc import Mapping, Sequence

from bot.protocols import Approval, Attachment, Block, Json, Reply, Vote
from handlers.views import narrate
from handlers.views.text import actions, button, context, escape, header, moment, person, plain_input, section
from tools.narrative.publishing import Content, Publication, Reason

WHY: Mapping[Reason, str] = {
    "negative_check": "the check objects to it",
    "model_written": "a model wrote it",
    "first": "nothing about this strategy was published before",
    "always": "every publication is reviewed here",
}
_DONE = {
    "approved": ":white_check_mark: *Approved*",
    "rejected": ":x: *Rejected*",
    "sent_back": ":leftwards_arrow_with_hook: *Sent back*",
    "discarded": ":wastebasket: *Discarded*",
    "expired": ":hourglass: *Expired* before anybody decided",
    "superseded": ":arrows_counterclockwise: *Superseded* by a newer version",
}
_MOST_FINDINGS = 5
_MOST_LISTED = 10
_CHART = "equity.png"


def card(approval: Approval, content: Content, *, covered: bool = False, lead: str = "") -> Reply:
    """What reviewers get while it waits, and what stays of it afterwards: the same without its buttons.

    `covered` keeps the text itself from others in that place until it is approved; a button shows it to reviewers.
    `lead` is mrkdwn that comes first, such as a mention of reviewers.
    """
    pending = approval.state == "pending"
    covered = covered and approval.state != "approved"
    name = narrate.run_name(content.report)
    blocks: list[Block] = [section(lead)] if lead else []
    blocks.append(header(f"For review: {name}" if pending else name))
    if not pending:
        blocks.append(section(outcome(approval)))
    blocks += [context(_asked(approval)), *_note(approval.subject.details)]
    if not covered:
        blocks += [*_body(content), context(_origin(content))]
    if pending:
        blocks += [_look(approval)] if covered else _buttons(approval)
    state = "For review" if pending else _DONE[approval.state].split("*")[1]
    text = f"{state}: {escape(name)}."
    if covered:
        return Reply(text, tuple(blocks), key=key(approval))
    return _with_chart(f"{text} {escape(narrate.summary_text(content.report))}", blocks, content, key=key(approval))


def key(approval: Approval) -> str:
    """What the cards of an approval are shown under."""
    return f"approval:{approval.id}"


def outcome(approval: Approval) -> str:
    """Who decided and when, in a line of mrkdwn; names are plain, so that nobody is notified of their own doing."""
    vote = approval.last_vote
    words = _DONE[approval.state]
    if approval.state in ("expired", "superseded") or vote is None:
        return f"{words}, {moment(approval.closed_at or approval.created_at)}."
    names = _approvers(approval) if approval.state == "approved" else escape(vote.name or vote.person)
    where = vote.details.get("channel") or approval.subject.details.get("channel")
    published = f", published in <#{where}>" if approval.state == "approved" and where else ""
    note = "".join(f"\n>{line}" for line in escape(vote.note).splitlines()) if vote.note else ""
    return f"{words} by {names}, {moment(vote.at)}{published}.{note}"


def published(publication: Publication, content: Content, approval: Approval | None) -> Reply:
    """What a channel gets."""
    report = content.report
    blocks: list[Block] = [header(narrate.run_name(report)), *_body(content)]
    who = "Published without a review: this strategy was reviewed before, and rules wrote the text."
    if approval is not None:
        who = f"Asked for by {_asker(approval)}, approved by {_approvers(approval)} {moment(publication.at)}."
    value = json.dumps({"publication_id": publication.id})
    blocks += [
        context(f"{who} {_origin(content)}"),
        actions(button("narrate.published", "Full report", value)),
    ]
    return _with_chart(
        f"Published: {escape(narrate.summary_text(report))}",
        blocks,
        content,
        subject={"backtest_id": report.backtest_id},
    )


def publications(several: Sequence[Publication]) -> Reply:
    """Published narratives to choose from, each with a button that opens it."""
    rows: list[Block] = []
    for number, each in enumerate(several[:_MOST_LISTED]):
        value = json.dumps({"publication_id": each.id})
        where = f"published {moment(each.at)} in <#{each.channel}>"
        rows.append(
            {
                **section(f"*{escape(each.strategy)}*\n{where}"),
                "accessory": button(f"narrate.read.{number}", "Read", value),
            }
        )
    more = len(several) - _MOST_LISTED
    names = "; ".join(escape(each.strategy) for each in several[:_MOST_LISTED])
    return Reply(
        f"Published reports: {names}.",
        (
            section(f"*Published reports* ({len(several)})"),
            *rows,
            *([context(f"and {more} more")] if more > 0 else []),
        ),
    )


def sections(content: Content) -> Reply:
    """All of the text, also where the check objects to it: what is decided on must be readable."""
    name = narrate.run_name(content.report)
    blocks: list[Block] = [section(f"*{escape(name)}*, all of it")]
    blocks += [{"type": "markdown", "text": f"### {each.title}\n{each.text}"} for each in content.report.sections]
    return Reply(f"{escape(name)}, all of it", tuple(blocks), subject={"backtest_id": content.report.backtest_id})


def publish_blocks(about: str, initial: str, *, words: str, ask: str, hint: str) -> tuple[Block, ...]:
    """The inside of a modal: where to publish, and something to say with it."""
    picker: dict[str, Json] = {
        "type": "conversations_select",
        "action_id": "channel",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if initial:
        picker["initial_conversation"] = initial
    else:
        picker["default_to_current_conversation"] = True
    return (
        section(f"*{escape(about)}*\n{words}"),
        {
            "type": "input",
            "block_id": "channel",
            "label": {"type": "plain_text", "text": "Publish in"},
            "element": picker,
        },
        plain_input("note", ask, hint, optional=True),
    )


def rating(approval: Approval) -> Block:
    """One click: how good it is."""
    return actions(
        *(
            button(f"approvals.rate.{stars}", f"{stars} ★", json.dumps({"approval_id": approval.id, "stars": stars}))
            for stars in range(1, 6)
        )
    )


def _body(content: Content) -> list[Block]:
    report = content.report
    blocks: list[Block] = [narrate.verdict(report)]
    if not report.checks.ok:
        blocks.append(section(_objections(content)))
    blocks.append({"type": "markdown", "text": narrate.summary_as_written(report)})
    figures = narrate.key_figures(report)
    if figures is not None:
        blocks.append(figures)
    if content.chart is not None:
        place = {"id": f"attachment:{_CHART}"}
        blocks.append({"type": "image", "slack_file": place, "alt_text": content.chart.alt_text})
    return blocks


def _objections(content: Content) -> str:
    findings = content.report.checks.findings
    lines = [f"• “{escape(each.span)}”: {escape(each.reason)}" for each in findings[:_MOST_FINDINGS]]
    more = len(findings) - _MOST_FINDINGS
    lines += [f"• and {more} more"] if more > 0 else []
    return "\n".join([":warning: *The check objects to this text:*", *lines])


def _look(approval: Approval) -> Block:
    value = json.dumps({"approval_id": approval.id})
    look: dict[str, Json] = {**button("approvals.look", "Look at it", value), "style": "primary"}
    return actions(look)


def _buttons(approval: Approval) -> list[Block]:
    value = json.dumps({"approval_id": approval.id, "hash": approval.subject.hash})
    approve: dict[str, Json] = {**button("approvals.publish", "Approve and publish", value), "style": "primary"}
    discard: dict[str, Json] = {
        **button("approvals.discard", "Discard", value),
        "confirm": {
            "title": {"type": "plain_text", "text": "Discard it?"},
            "text": {"type": "plain_text", "text": "It will not be published, and nobody is asked about it again."},
            "confirm": {"type": "plain_text", "text": "Discard"},
            "deny": {"type": "plain_text", "text": "Keep it"},
        },
    }
    return [
        actions(
            approve,
            button("approvals.send_back", "Send back", value),
            button("approvals.read", "Read all of it", value),
            discard,
        ),
        context("How good is it? One click, from 1 (poor) to 5 (excellent):"),
        rating(approval),
    ]


def _asked(approval: Approval) -> str:
    details = approval.subject.details
    why = [WHY[reason] for reason in WHY if reason in _strings(details.get("reasons"))]
    parts = [f"Asked for by {_asker(approval)}"]
    if details.get("channel"):
        parts.append(f"to be published in <#{details['channel']}>")
    if why:
        parts.append(f"waits because {' and '.join(why)}")
    if approval.subject.version > 1:
        parts.append(f"version {approval.subject.version}")
    if approval.required > 1:
        by = f" ({_approvers(approval)})" if approval.approvals else ""
        parts.append(f"approved by {approval.approvals} of {approval.required}{by}")
    return " · ".join(parts)


def _note(details: Mapping[str, Json]) -> list[Block]:
    """What was said with it, and, of a redraft, what was made of that."""
    blocks: list[Block] = []
    if message := str(details.get("message") or ""):
        blocks.append(section(_quoted("With it:", message)))
    if note := str(details.get("note") or ""):
        by = escape(str(details.get("note_by") or "A reviewer"))
        blocks.append(section(_quoted(f"{by} sent the version before back:", note)))
        blocks.append(context(escape(str(details.get("redraft") or ""))))
    return blocks


def _quoted(lead: str, text: str) -> str:
    return "\n".join([lead, *(f">{line}" for line in escape(text).splitlines())])


def _origin(content: Content) -> str:
    return f"{narrate.origin(content.report)} · content `{content.hash[:12]}`"


def _approvers(approval: Approval) -> str:
    votes: dict[str, Vote] = {vote.person: vote for vote in approval.votes if vote.verdict == "approve"}
    return " and ".join(escape(vote.name or vote.person) for vote in votes.values())


def _asker(approval: Approval) -> str:
    return person(approval.subject.requester.id, approval.subject.requester.name)


def _with_chart(
    text: str,
    blocks: Sequence[Block],
    content: Content,
    *,
    key: str = "",
    subject: Mapping[str, Json] | None = None,
) -> Reply:
    chart = content.chart
    files = (Attachment(_CHART, chart.png, chart.title, chart.alt_text),) if chart else ()
    return Reply(text, tuple(blocks), files, key=key, subject=subject or {})


def _strings(value: Json) -> list[str]:
    return [str(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else []
