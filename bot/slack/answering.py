"""From a job to a delivered reply: who asks, what about, may they, the handler, the answer, the record of it."""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot import metrics
from bot.caller import on_behalf_of
from bot.protocols import (
    Access,
    Action,
    AuditEntry,
    AuditLog,
    Handler,
    Intent,
    Json,
    Modal,
    OpensModals,
    Person,
    Place,
    Reply,
    Request,
    Routed,
    Router,
    ThreadMessage,
)
from bot.slack import asking
from bot.slack.deliveries import OWN_KINDS, Deliveries
from bot.slack.events import Envelope, plain_text
from bot.slack.failures import SlackFailure, explain, narrowed
from bot.slack.files import Files
from bot.slack.inbox import Inbox, Job
from bot.slack.optional import Optionals
from bot.slack.poster import Poster, Target
from bot.slack.progress import ProgressTools
from bot.slack.threads import PROGRESS_PART, Threads
from bot.slack.thumbs import with_thumbs
from bot.tracing import span
from tools.errors import Denied, Problem

log = structlog.get_logger(__name__)

HANDLER_SECONDS = 600.0
_THREAD_MESSAGES = 50
_TOO_SLOW = "This took longer than ten minutes, so I stopped it. Please ask for less at once."

Home = Callable[[Person], Awaitable[Mapping[str, Json]]]
"""Builds the Home view of a person."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A suggested prompt of the Messages tab: what the button says and what it sends."""

    title: str
    message: str


@dataclass(frozen=True)
class Services:
    """What answering needs from the rest of the bot."""

    access: Access
    audit: AuditLog
    router: Router
    handlers: Mapping[Intent, Handler]
    home: Home | None = None
    prompts: Sequence[Prompt] = ()

    @property
    def modals(self) -> Mapping[str, Modal]:
        """Every modal that a handler declares, by action id."""
        openers = [handler for handler in self.handlers.values() if isinstance(handler, OpensModals)]
        return {action_id: modal for opener in openers for action_id, modal in opener.modals.items()}


class Answering:
    """Does one job. Raises what went wrong where another try may help; a `Problem` is an answer, not a failure."""

    def __init__(
        self,
        services: Services,
        *,
        client: AsyncWebClient,
        optional_client: AsyncWebClient,
        optionals: Optionals,
        inbox: Inbox,
        threads: Threads,
        files: Files,
        poster: Poster,
        deliveries: Deliveries,
        progress: ProgressTools,
        work_at_once: int,
    ) -> None:
        self._services = services
        self._client = client
        self._optional_client = optional_client
        self._optionals = optionals
        self._inbox = inbox
        self._threads = threads
        self._files = files
        self._poster = poster
        self._deliveries = deliveries
        self._progress = progress
        self._work = asyncio.Semaphore(work_at_once)
        self._bot_user_id = ""

    def known_as(self, bot_user_id: str) -> None:
        """The bot's own user id, to tell its messages in a thread from people's."""
        self._bot_user_id = bot_user_id

    async def do(self, job: Job) -> None:
        """Answer the job's envelope."""
        match job.envelope.kind:
            case "home":
                await self._publish_home(job.envelope)
            case "prompts":
                await self._suggest(job.envelope)
            case "announce" | "update" | "timer":
                await self._deliveries.do(job)
            case _:
                await self._answer(job)

    async def tell(self, job: Job, error: BaseException) -> None:
        """Say to the person what went wrong, where they asked."""
        if job.envelope.kind in OWN_KINDS:
            await self._deliveries.tell(job, error)
            return
        if job.envelope.kind in ("home", "prompts"):
            return
        reply = Reply(text=explain(error, job.correlation_id), outcome="problem")
        await self._poster.deliver(with_thumbs(reply, job.correlation_id, ""), await self._target(job))

    async def _answer(self, job: Job) -> None:
        started = time.monotonic()
        target = await self._target(job)
        steps = self._progress.show(target)
        steps.start()
        request: Request | None = None
        limit: asyncio.Timeout | None = None
        try:
            async with self._work, asyncio.timeout(HANDLER_SECONDS) as limit:
                working = time.monotonic()
                with span("read"):
                    request, handler = await self._request(job)
                with span("handle", intent=request.routed.intent, surface=request.surface):
                    decision, reply = await self._decide(job, request, handler, steps)
                metrics.reply_seconds.labels("working").observe(time.monotonic() - working)
        except Problem as problem:
            decision = _outcome(problem)
            unseen = decision == "denied" and job.envelope.press is not None  # it concerns only who clicked
            reply = Reply(explain(problem, job.correlation_id), ephemeral=unseen, outcome=decision)
        except TimeoutError:
            if limit is None or not limit.expired():
                raise
            decision, reply = "problem", Reply(text=_TOO_SLOW, outcome="problem")
        finally:
            progress_ts = await steps.finish()
        if reply.ephemeral or reply.replaces:
            await steps.clear()
        posting = time.monotonic()
        shown = with_thumbs(reply, job.correlation_id, request.routed.intent if request else "unknown")
        with span("post", decision=decision):
            if reply.replaces and _on_home(job.envelope):
                await self._publish_home(job.envelope)
            else:
                await self._deliveries.deliver(shown, replace(target, progress_ts=progress_ts))
        metrics.reply_seconds.labels("posting").observe(time.monotonic() - posting)
        await self._record(job, request, reply, decision, time.monotonic() - started)

    async def _decide(
        self, job: Job, request: Request, handler: Handler | None, steps: Callable[[str], Awaitable[None]]
    ) -> tuple[str, Reply]:
        """The decision for the audit, and the reply."""
        routed, access = request.routed, self._services.access
        if routed.alternatives:
            return "asked", asking.question(request.text, routed, job.envelope.key)
        if handler is None:
            return "ignored", Reply(text="That button is no longer in use. Please ask me again.", ephemeral=True)
        if not access.allows(request.person, handler.permission):
            words = access.denial(request.person, handler.permission)
            return "denied", Reply(text=words, ephemeral=request.action is not None, outcome="denied")
        return "allowed", await handler.handle(request, steps)

    async def _request(self, job: Job) -> tuple[Request, Handler | None]:
        envelope, access = job.envelope, self._services.access
        on_behalf_of(envelope.user)
        person = await access.person(envelope.user)
        thread = await self._thread(envelope)
        subject = await self._threads.subject(envelope.channel, envelope.thread_ts) if envelope.in_thread else {}
        text, routed, action = await self._read(envelope, subject, thread)
        request = Request(
            person=person,
            place=Place(envelope.team, envelope.channel, envelope.thread_ts, envelope.message_ts, envelope.is_direct),
            text=text,
            event_id=envelope.key,
            correlation_id=job.correlation_id,
            routed=routed,
            thread=thread,
            subject=subject,
            files=tuple(self._files.incoming(file) for file in envelope.files),
            action=action,
        )
        handlers = self._services.handlers
        if action is not None:
            return request, handlers.get(routed.intent) if action.id.partition(".")[0] == routed.intent else None
        return request, handlers.get(routed.intent) or handlers["help"]

    async def _read(
        self, envelope: Envelope, subject: Mapping[str, Json], thread: tuple[ThreadMessage, ...]
    ) -> tuple[str, Routed, Action | None]:
        """The text asked, what it means, and the action where a button was pressed."""
        press, text = envelope.press, envelope.text
        if press is not None and (example := asking.tried(press.id, press.value)):
            press, text = None, example
        if press is not None:
            choice = asking.chosen(press.value) if press.id.startswith(f"{asking.PREFIX}.") else None
            if choice is None:
                intent = _intent_of(press.id, self._services.handlers)
                return (
                    text,
                    Routed(intent, 1.0, _arguments_of(press.value)),
                    Action(press.id, press.value, press.message_ts),
                )
            text = choice.text
            if not choice.asked:
                return text, Routed(choice.intent, 1.0, json.loads(json.dumps(choice.arguments))), None
            asked = await self._inbox.envelope(choice.asked)
            text = asked.text if asked else ""
            routed = await self._services.router.route(text, subject=subject, thread=thread)
            return text, _reading(routed, choice.intent), None
        if not text:
            # a bare mention, or a file without a word
            return text, Routed("narrate" if envelope.files else "help", 1.0), None
        routed = await self._services.router.route(text, subject=subject, thread=thread)
        # a file is there to be read, unless the words clearly ask for something else
        unsure = bool(routed.alternatives) or routed.intent in ("help", "unknown")
        return text, _reading(routed, "narrate") if envelope.files and unsure else routed, None

    async def _thread(self, envelope: Envelope) -> tuple[ThreadMessage, ...]:
        """The thread before this message, oldest first; what cannot be read is left out."""
        about = (ThreadMessage("", envelope.about, envelope.message_ts),) if envelope.about else ()
        if not envelope.in_thread:
            return about
        try:
            with narrowed():
                page = await self._client.conversations_replies(
                    channel=envelope.channel, ts=envelope.thread_ts, limit=_THREAD_MESSAGES
                )
        except SlackFailure as failure:
            log.warning("thread_unread", code=failure.code)
            return about
        earlier = envelope.kind == "message"
        messages = [
            ThreadMessage(
                user=str(message.get("user") or ""),
                text=plain_text(str(message.get("text") or "")),
                ts=str(message.get("ts") or ""),
                from_bot=message.get("user") == self._bot_user_id or bool(message.get("bot_id")),
            )
            for message in page.get("messages") or []
            if not (earlier and str(message.get("ts")) >= envelope.message_ts)
        ]
        return tuple(messages) or about

    async def _target(self, job: Job) -> Target:
        envelope = job.envelope
        again = job.attempts > 1
        posted = await self._threads.posted(envelope.key) if again else {}
        press = envelope.press
        return Target(
            event_id=envelope.key,
            channel=envelope.channel,
            thread_ts=envelope.thread_ts,
            user=envelope.user,
            team=envelope.team,
            pressed_ts=press.message_ts if press else "",
            on_ephemeral=press.on_ephemeral if press else False,
            response_url=envelope.response_url,
            progress_ts=posted.get(PROGRESS_PART, ""),
            asked_ts=envelope.message_ts,
            may_be_there=again,
        )

    async def _record(self, job: Job, request: Request | None, reply: Reply, decision: str, seconds: float) -> None:
        envelope = job.envelope
        routed = request.routed if request else Routed("unknown", 0.0)
        metrics.replies.labels(routed.intent, reply.outcome).inc()
        metrics.reply_seconds.labels("total").observe(time.time() - job.received_at)
        action = request.action.id if request and request.action else ""
        await self._services.audit.write(
            AuditEntry(
                actor=envelope.user,
                action="press" if action else "request",
                correlation_id=job.correlation_id,
                place=f"{envelope.channel}/{envelope.thread_ts}",
                intent=routed.intent,
                arguments={**routed.arguments, **({"action": action} if action else {})},
                decision=decision,
                result_hash=_hash_of(reply),
                duration_ms=round(seconds * 1000, 1),
            )
        )

    async def _publish_home(self, envelope: Envelope) -> None:
        if self._services.home is None:
            return
        view = await self._services.home(await self._services.access.person(envelope.user))
        with narrowed():
            await self._client.views_publish(user_id=envelope.user, view=dict(view))

    async def _suggest(self, envelope: Envelope) -> None:
        if not self._services.prompts or not envelope.channel:
            return
        prompts = [{"title": prompt.title, "message": prompt.message} for prompt in self._services.prompts[:4]]
        # without thread_ts: in an app with an agent view, naming one fails silently
        await self._optionals.attempt(
            "assistant.threads.setSuggestedPrompts",
            lambda: self._optional_client.assistant_threads_setSuggestedPrompts(
                channel_id=envelope.channel, prompts=prompts
            ),
        )


def _outcome(problem: Problem) -> Literal["denied", "problem"]:
    return "denied" if isinstance(problem, Denied) else "problem"


def _on_home(envelope: Envelope) -> bool:
    """Whether the button stands on the Home tab, which is no message."""
    return envelope.press is not None and not envelope.channel and not envelope.press.message_ts


def _intent_of(action_id: str, handlers: Mapping[Intent, Handler]) -> Intent:
    prefix = action_id.partition(".")[0]
    return next((intent for intent in handlers if intent == prefix), "unknown")


def _arguments_of(value: str) -> dict[str, Json]:
    try:
        read = json.loads(value)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _reading(routed: Routed, intent: Intent) -> Routed:
    """The one of its readings that was chosen."""
    for reading in (routed, *routed.alternatives):
        if reading.intent == intent:
            return replace(reading, alternatives=())
    return Routed(intent, 1.0)


def _hash_of(reply: Reply) -> str:
    said = json.dumps([reply.text, reply.blocks], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()
