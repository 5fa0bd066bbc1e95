"""`POST /chatops`: a text, or a press on a button of an earlier answer, goes the way it goes in Slack.

The same router, access, handlers and audit; the answer is the reply as JSON. A `thread` keeps its subject, so that
"and the cache?" and "next step" work as they do there.
"""

import hashlib
import html
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from bot import metrics
from bot.http.correlation import current_correlation_id
from bot.http.errors import ERRORS
from bot.http.tokens import Gate
from bot.protocols import (
    Action,
    AuditEntry,
    AuditLog,
    Handler,
    Intent,
    Person,
    Place,
    Reply,
    Request,
    Routed,
    Router,
)
from bot.slack.threads import Threads
from tools.errors import Denied, NotFound, Problem

_THREAD: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


@dataclass(frozen=True, slots=True)
class ChatopsServices:
    """What the endpoint needs. `handlers` are made with the gate's access: whose token it is decides."""

    gate: Gate
    audit: AuditLog
    router: Router
    handlers: Mapping[Intent, Handler]
    threads: Threads


class PressBody(BaseModel):
    """A button of an earlier answer, as it stands in that answer's blocks."""

    model_config = ConfigDict(extra="forbid")

    action_id: Annotated[str, Field(pattern=r"^[a-z]+(\.[a-z0-9_]+)+$", max_length=255)]
    value: Annotated[str, Field(max_length=2000, description="The button's value, JSON as text")] = "{}"


Thread = Annotated[str | None, Field(pattern=_THREAD, description="Of an earlier answer; a new one where absent")]


class TextBody(BaseModel):
    """A question or a request in plain words."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(pattern=r"\S", max_length=4000)]
    thread: Thread = None


class PressedBody(BaseModel):
    """A press on a button."""

    model_config = ConfigDict(extra="forbid")

    press: PressBody
    thread: Thread = None


class ReplyBody(BaseModel):
    """One message: text in plain words, and the same as Slack's blocks."""

    text: str
    blocks: list[dict[str, Any]]
    attachments: list[str] = Field(
        description="Names of files that came with it; they are had from their own endpoints"
    )


class AnswerBody(ReplyBody):
    """The reply."""

    intent: str
    confidence: float
    outcome: str = Field(description="done, denied, problem or asked")
    thread: str = Field(description="Give it again to go on in this thread")
    more: list[ReplyBody]
    readings: list[str] = Field(description="With outcome `asked`: what the text may mean")
    correlation_id: str


def routes(services: ChatopsServices) -> APIRouter:
    """The router."""
    router = APIRouter(tags=["chatops"], responses=ERRORS)
    knows = Depends(services.gate.needs("help"))

    @router.post("/chatops")
    async def chatops(asked: TextBody | PressedBody, person: Person = knows) -> AnswerBody:
        """Ask Deskhand as one would in Slack."""
        started = time.monotonic()
        request = await _request(services, asked, person)
        decision = "allowed"
        reply: Reply | None = None
        try:
            reply = await _answer(services, request)
            decision = "asked" if reply.outcome == "asked" else decision
            if reply.subject:
                await services.threads.remember(request.place.channel, request.place.thread_ts, reply.subject)
        except Denied:
            decision = "denied"
            raise
        except Problem:
            decision = "problem"
            raise
        finally:
            await services.audit.write(_entry(request, decision, reply, time.monotonic() - started))
        metrics.replies.labels(request.routed.intent, reply.outcome).inc()
        return _body(request, reply)

    return router


async def _request(services: ChatopsServices, asked: TextBody | PressedBody, person: Person) -> Request:
    thread = asked.thread or uuid.uuid4().hex
    subject = await services.threads.subject(person.id, thread) if asked.thread else {}
    action: Action | None = None
    text = ""
    if isinstance(asked, PressedBody):
        action = Action(asked.press.action_id, asked.press.value)
        routed = Routed(_intent_of(action.id, services.handlers), 1.0, _arguments_of(action.value))
    else:
        text = asked.text
        routed = await services.router.route(text, subject=subject)
    return Request(
        person=person,
        place=Place(channel=person.id, thread_ts=thread),
        text=text,
        event_id=f"http:{current_correlation_id()}",
        correlation_id=current_correlation_id(),
        routed=routed,
        surface="http",
        subject=subject,
        action=action,
    )


async def _answer(services: ChatopsServices, request: Request) -> Reply:
    routed, access = request.routed, services.gate.access
    if routed.alternatives:
        return Reply("I can read that in more than one way; say more.", outcome="asked")
    handler = services.handlers.get(routed.intent) or services.handlers["help"]
    if not access.allows(request.person, handler.permission):
        raise Denied(access.denial(request.person, handler.permission))
    return await handler.handle(request, _silent)


async def _silent(_: str) -> None:
    return None


def _intent_of(action_id: str, handlers: Mapping[Intent, Handler]) -> Intent:
    prefix = action_id.partition(".")[0]
    found = next((intent for intent in handlers if intent == prefix), None)
    if found is None:
        raise NotFound(f"There is no button '{action_id[:60]}'.")
    return found


def _arguments_of(value: str) -> dict[str, JsonValue]:
    try:
        read = json.loads(value or "{}")
    except (ValueError, RecursionError):
        read = None
    return read if isinstance(read, dict) else {}


def _entry(request: Request, decision: str, reply: Reply | None, seconds: float) -> AuditEntry:
    said = json.dumps([reply.text, reply.blocks], sort_keys=True, default=str) if reply is not None else ""
    action = {"action": request.action.id} if request.action is not None else {}
    return AuditEntry(
        actor=request.person.id,
        action="press" if request.action is not None else "request",
        correlation_id=request.correlation_id,
        place=f"http/POST /chatops/{request.place.thread_ts}",
        intent=request.routed.intent,
        arguments={**request.routed.arguments, **action},
        decision=decision,
        result_hash=hashlib.sha256(said.encode()).hexdigest() if said else "",
        duration_ms=round(seconds * 1000, 1),
    )


def _body(request: Request, reply: Reply) -> AnswerBody:
    routed = request.routed
    readings = [routed.intent, *(other.intent for other in routed.alternatives)] if routed.alternatives else []
    return AnswerBody(
        **_message(reply).model_dump(),
        intent=routed.intent,
        confidence=routed.confidence,
        outcome=reply.outcome,
        thread=request.place.thread_ts,
        more=[_message(part) for part in reply.more],
        readings=[str(reading) for reading in readings],
        correlation_id=request.correlation_id,
    )


def _message(reply: Reply) -> ReplyBody:
    """Slack's escapes are for Slack: the plain text has none."""
    blocks: list[dict[str, Any]] = json.loads(json.dumps(reply.blocks, default=dict))
    return ReplyBody(
        text=html.unescape(reply.text), blocks=blocks, attachments=[each.name for each in reply.attachments]
    )
