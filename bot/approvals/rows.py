"""Approvals as rows, as audit entries and as lines of the export."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.protocols import Approval, AuditEntry, Json, Person, Subject, Vote
from bot.storage.database import Database
from bot.storage.tables import approval_votes, approvals


async def export(database: Database) -> AsyncIterator[Mapping[str, Json]]:
    """Every approval, oldest first, with its votes: what governance asks for. Times are epoch seconds."""
    async with database.snapshot() as connection:
        found = await read(connection, select(approvals).order_by(approvals.c.created_at, approvals.c.id))
    for approval in found:
        subject = approval.subject
        yield {
            "id": approval.id,
            "kind": subject.kind,
            "subject": subject.id,
            "version": subject.version,
            "hash": subject.hash,
            "title": subject.title,
            "requester": subject.requester.id,
            "requester_name": subject.requester.name,
            "required": approval.required,
            "state": approval.state,
            "created_at": approval.created_at,
            "deadline": approval.deadline,
            "closed_at": approval.closed_at,
            "votes": [
                {"person": v.person, "name": v.name, "verdict": v.verdict, "at": v.at, "note": v.note}
                for v in approval.votes
            ],
        }


async def read(connection: AsyncConnection, query: Select[tuple[object, ...]]) -> list[Approval]:
    """What a query on `approvals` finds, with the votes."""
    rows = (await connection.execute(query)).all()
    ids = [row.id for row in rows]
    votes: dict[str, list[Vote]] = {}
    if ids:
        cast = select(approval_votes).where(approval_votes.c.approval_id.in_(ids)).order_by(approval_votes.c.id)
        for row in await connection.execute(cast):
            votes.setdefault(row.approval_id, []).append(
                Vote(row.person, row.name, row.verdict, row.at, row.note, json.loads(row.details))
            )
    return [_approval(row, votes.get(row.id, [])) for row in rows]


def _approval(row: Row[tuple[object, ...]], votes: Sequence[Vote]) -> Approval:
    subject = Subject(
        row.kind,
        row.subject_id,
        row.version,
        row.hash,
        row.title,
        Person(row.requester, row.requester_name),
        json.loads(row.details),
        row.required,
        row.deadline,
    )
    return Approval(
        row.id, subject, row.state, row.required, row.created_at, row.deadline, tuple(votes), row.closed_at
    )


def row_of(approval: Approval) -> dict[str, object]:
    """A new row of `approvals`."""
    subject = approval.subject
    return {
        "id": approval.id,
        "kind": subject.kind,
        "subject_id": subject.id,
        "version": subject.version,
        "hash": subject.hash,
        "title": subject.title.replace("\x00", ""),
        "requester": subject.requester.id,
        "requester_name": subject.requester.name.replace("\x00", ""),
        "details": json.dumps(subject.details),
        "required": approval.required,
        "state": approval.state,
        "created_at": approval.created_at,
        "deadline": approval.deadline,
    }


def vote_row(approval_id: str, vote: Vote) -> dict[str, object]:
    """A new row of `approval_votes`."""
    return {
        "approval_id": approval_id,
        "person": vote.person,
        "name": vote.name.replace("\x00", ""),
        "verdict": vote.verdict,
        "note": vote.note,
        "details": json.dumps(vote.details),
        "at": vote.at,
    }


def entry_of(
    actor: str,
    what: str,
    approval: Approval,
    correlation_id: str,
    *,
    vote: Vote | None = None,
    result: str = "",
) -> AuditEntry:
    """What the audit keeps of a step: who did what to which content, and what came of it."""
    subject = approval.subject
    arguments: dict[str, Json] = {
        "approval": approval.id,
        "kind": subject.kind,
        "subject": subject.id,
        "version": subject.version,
        "what": what,
        "state": approval.state,
        "approved": f"{approval.approvals} of {approval.required}",
    }
    writer = subject.details.get("writer")
    if isinstance(writer, str):
        arguments["writer"] = writer
    if vote is not None:
        arguments |= {"note": vote.note, "details": vote.details}
    return AuditEntry(
        actor=actor,
        action="decision",
        correlation_id=correlation_id,
        intent="approvals",
        arguments=arguments,
        decision=result or approval.state,
        result_hash=subject.hash,
    )
