"""On whose behalf this task works: bound once where a request comes in, and seen by logs, budgets and audit rows."""

from dataclasses import dataclass

import structlog


@dataclass(frozen=True, slots=True)
class Caller:
    """`person` as Slack or the token names them; `deskhand` where nobody asked."""

    person: str
    correlation_id: str


def caller() -> Caller:
    """Of the running task."""
    bound = structlog.contextvars.get_contextvars()
    return Caller(str(bound.get("person") or "deskhand"), str(bound.get("correlation_id") or ""))


def on_behalf_of(person: str) -> None:
    """From now on this task, and those it starts, work for this person."""
    structlog.contextvars.bind_contextvars(person=person)
