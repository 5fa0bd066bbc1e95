"""The composition root: the one place that knows every part and puts them together."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

import structlog
from pydantic import SecretStr

from bot.access.slack import SlackAccess
from bot.approvals.service import SqlApprovals
from bot.audit.log import ChainedAudit
from bot.caller import on_behalf_of
from bot.core import Core, open_core
from bot.desk.embedded import PRICES
from bot.desk.ingestion import DeskIngestion
from bot.diagnostics import Asker, Diagnostics, mentioning, open_diagnostics
from bot.draft_model import model_proposers
from bot.health.glance import glance
from bot.health.selfcheck import deskhand
from bot.model.embeddings import build_embedder
from bot.protocols import (
    Access,
    Announcer,
    Approvals,
    Handler,
    Intent,
    Json,
    Role,
    Router,
    Timers,
)
from bot.routing.router import build_router
from bot.scheduler.runner import DigestRunner
from bot.scheduler.service import DigestService
from bot.scheduler.sources import blocks as digest_blocks
from bot.scheduler.sources import declared
from bot.settings import Settings, required_for_run
from bot.slack.announcing import Announcements
from bot.slack.answering import Prompt, Services
from bot.slack.client import build_client, open_session
from bot.slack.commits import GroupCommit
from bot.slack.outbox import Outbox
from bot.slack.service import SlackSettings, SlackTransport
from bot.slack.threads import Threads
from bot.slack.timing import InboxTimers
from bot.storage.digests import SqlDigests
from bot.storage.drafts import SqlDrafts
from bot.storage.pins import SqlPins
from bot.storage.publications import SqlPublications
from bot.tracing import start_tracing
from bot.usage.book import UsageBook
from bot.usage.exposition import exposition
from bot.usage.feedback import SqlFeedback
from handlers.approvals import ApprovalsHandler
from handlers.capabilities import CAPABILITIES
from handlers.catalogue import Catalogued
from handlers.compare import Compare
from handlers.contents import Contents
from handlers.diagnose import Diagnose
from handlers.digest import DigestHandler
from handlers.draft import DraftHandler
from handlers.drafts import Drafts
from handlers.escalation import REMIND, Escalation
from handlers.help import Help
from handlers.home import Home
from handlers.narrate import Narrate
from handlers.published import Published
from handlers.reviews import PROPOSE, Reviews
from handlers.runbook import RunbookGuide
from handlers.sending import SEND, Sending
from handlers.usage import UsageHandler
from handlers.views.digest import edition_reply
from tools.diagnostics.connections.base import Connection
from tools.diagnostics.connections.deskhand import DeskhandConnection
from tools.platform.strategies import PlatformStrategies
from tools.strategies.catalogue.answers import Answers
from tools.strategies.drafting import Drafter, open_drafter
from tools.strategies.proposing import ModelDrafter
from tools.strategies.templates import of_desk

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What handlers are made of."""

    core: Core
    access: Access
    audit: ChainedAudit
    announcer: Announcer
    timers: Timers
    approvals: Approvals
    diagnostics: Diagnostics
    escalation: Escalation
    answers: Answers
    router: Router
    digests: DigestService
    usage: UsageBook
    feedback: SqlFeedback
    pins: SqlPins
    drafts: Drafts
    reviews: Reviews


def build_handlers(parts: Parts) -> dict[Intent, Handler]:
    """One handler an intent. For each way in once, with its own access: what may be there once only is in `parts`."""
    core, access = parts.core, parts.access
    handlers: dict[Intent, Handler] = {"help": Help(access, parts.feedback, parts.usage, parts.pins)}
    handlers["unknown"] = Help(access, parts.feedback, parts.usage, parts.pins, intent="unknown")
    handlers["usage"] = UsageHandler(parts.usage, parts.feedback)
    published = Published(access, parts.reviews.store, parts.approvals, core.store)
    handlers["approvals"] = ApprovalsHandler(access, parts.approvals, parts.reviews, core.store, parts.drafts.store)
    handlers["narrate"] = Narrate(core.store, core.rules, core.files, core.charts, parts.reviews, published)
    handlers["compare"] = Compare(core.store, core.rules, core.charts)
    handlers["diagnose"] = _diagnose(parts)
    digests = parts.digests
    handlers["digest"] = DigestHandler(digests.store, digests, digests.blocks)
    handlers["draft"] = DraftHandler(parts.drafts)
    about_the_catalogue: tuple[Intent, ...] = ("draft", "help", "unknown")
    for intent in about_the_catalogue:
        handlers[intent] = Catalogued(handlers[intent], parts.answers, parts.router)
    return handlers


def _reviews(core: Core, approvals: Approvals, announcer: Announcer, timers: Timers) -> Reviews:
    """The reviewers' queue, told of every decision on a narrative."""
    settings = core.settings.approvals
    reviews = Reviews(
        approvals,
        announcer,
        timers,
        SqlPublications(core.database),
        Contents(core.store, core.reports, core.rules, core.charts),
        settings.review,
        settings.review_channel,
        _mention_of(core, "approver"),
    )

    async def propose(payload: Mapping[str, Json]) -> None:
        on_behalf_of(str(payload["person"]))  # whose budget it is
        await reviews.propose(payload)

    approvals.follow("narrative", reviews)
    timers.register(PROPOSE, propose)
    return reviews


def _drafts(core: Core, drafter: Drafter, approvals: Approvals, announcer: Announcer, timers: Timers) -> Drafts:
    store = SqlDrafts(core.database, drafter.templates)
    sending: Sending | None = None
    if core.platform is not None:
        platform = PlatformStrategies(core.platform)
        sending = Sending(platform, store, approvals, announcer, timers, drafter.templates)
    timers.register(SEND, sending.send if sending is not None else _nowhere_to_send)
    return Drafts(
        drafter,
        store,
        approvals,
        announcer,
        core.store,
        core.rules,
        core.charts,
        ModelDrafter(drafter, model_proposers(core.model, core.prompts) if core.model is not None else None),
        core.settings.approvals.review_channel,
        sending,
        core.settings.operators_channel or "",
        _mention_of(core, "approver"),
    )


async def _nowhere_to_send(payload: Mapping[str, Json]) -> None:
    """What was on its way when the platform was taken out of the settings; it stays in the registry."""
    log.warning("strategy_not_sent", strategy=payload["id"], version=payload["version"], reason="no platform is set")


def _diagnose(parts: Parts) -> Diagnose:
    diagnostics, access = parts.diagnostics, parts.access
    diagnostician = diagnostics.diagnostician
    return Diagnose(
        access,
        lambda person: Asker(access, person),
        diagnostician,
        diagnostics.confirming,
        diagnostics.incidents,
        parts.escalation,
        RunbookGuide(diagnostician.runbooks, diagnostician.executor, diagnostics.confirming),
        diagnostics.agent,
    )


def _mention_of(core: Core, role: Role) -> Callable[[], Awaitable[str]]:
    """What notifies the groups that have the role."""
    mention = mentioning(core.database)
    handles = [handle for handle, has in core.settings.roles.groups.items() if has == role]

    async def mentions() -> str:
        return " ".join([await mention(handle) for handle in handles])

    return mentions


def _escalation(
    core: Core, diagnostics: Diagnostics, audit: ChainedAudit, announcer: Announcer, timers: Timers
) -> Escalation:
    settings = core.settings
    escalation = Escalation(
        diagnostics.incidents,
        announcer,
        timers,
        audit,
        mentioning(core.database),
        settings.diagnostics.channels,
        settings.operators_channel or "",
        settings.diagnostics.remind_minutes * 60,
    )
    timers.register(REMIND, escalation.remind)
    return escalation


@dataclass(frozen=True, slots=True)
class Bot:
    """A running bot."""

    core: Core
    audit: ChainedAudit
    parts: Parts
    router: Router
    transport: SlackTransport

    @property
    def usage(self) -> UsageBook:
        """The figures about the bot itself."""
        return self.parts.usage


@asynccontextmanager
async def traced(settings: Settings) -> AsyncIterator[None]:
    """Traces are exported while the block runs, where a collector is set."""
    stop = await asyncio.to_thread(start_tracing, settings.traces) if settings.traces else None
    try:
        yield
    finally:
        if stop is not None:
            await asyncio.to_thread(stop)


async def serve(settings: Settings) -> None:
    """The bot and the HTTP API, until SIGTERM or SIGINT."""
    from bot.http.app import create_app
    from bot.http.routes import backtests, chatops, health, narratives, slack, strategies
    from bot.http.server import HttpServer
    from bot.http.tokens import Gate

    asked = stop_requested()
    async with traced(settings), slack_bot(settings, apart=True) as bot:
        readiness = {"database": health.database_ready(bot.core.database), "slack": _slack_ready(bot.transport)}
        gate = Gate(settings.http_tokens, settings.roles.groups)
        services = backtests.BacktestServices(
            gate, bot.audit, bot.core.store, bot.core.files, SqlPublications(bot.core.database)
        )
        talk = chatops.ChatopsServices(
            gate,
            bot.audit,
            bot.router,
            build_handlers(replace(bot.parts, access=gate.access)),
            Threads(bot.core.database, GroupCommit(bot.core.database)),
        )
        probes = health.routes(readiness, partial(exposition, bot.usage))
        drafting = strategies.StrategyServices(gate, bot.audit, bot.parts.drafts, bot.parts.drafts.drafter.templates)
        reviewing = narratives.NarrativeServices(gate, bot.audit, bot.parts.reviews)
        over_http = bot.transport.over_http
        events = [slack.routes(over_http.take)] if over_http is not None else []
        app = create_app(
            probes,
            backtests.routes(services),
            narratives.routes(reviewing),
            chatops.routes(talk),
            strategies.routes(drafting),
            *events,
        )
        http = HttpServer(app, *settings.http_address)
        await http.start()
        log.info("serving", http=http.address)
        try:
            await asked.wait()
        finally:
            await http.stop()


@asynccontextmanager
async def slack_bot(
    settings: Settings, *, apart: bool = False, also: Sequence[Connection] = ()
) -> AsyncIterator[Bot]:
    """The bot, connected to Slack while the block runs, receiving in a process of its own where `apart`.

    `also` are connections to diagnose beside those of the settings.

    Raises `Problem` where it cannot start.
    """
    required_for_run(settings)
    async with open_core(settings) as core, AsyncExitStack() as closing:
        audit = core.audit
        connection = _slack_settings(settings, apart)
        session = open_session()
        access = SlackAccess(
            build_client(connection.bot_token, connection.api_url, session), core.database, audit, settings.roles
        )

        outbox = Outbox(core.database)
        announcements, timers = Announcements(outbox), InboxTimers(outbox)
        approvals = SqlApprovals(core.database, audit, timers, access, settings.approvals)
        running: list[SlackTransport] = []
        itself = DeskhandConnection(deskhand(core.model, core.database, lambda: next(iter(running), None)))
        diagnostics = await closing.enter_async_context(open_diagnostics(core, audit, [itself, *also]))
        escalation = _escalation(core, diagnostics, audit, announcements, timers)
        router = await asyncio.to_thread(build_router, core.model, core.prompts)
        answers = await _answers(settings, closing)
        usage = UsageBook(core.database)
        digests = DigestService(
            SqlDigests(core.database),
            announcements,
            audit,
            digest_blocks(core, approvals, diagnostics, usage),
            edition_reply,
        )
        drafter = await asyncio.to_thread(open_drafter, settings.home, settings.home / PRICES)
        drafts = _drafts(core, drafter, approvals, announcements, timers)
        approvals.follow("draft", drafts)
        parts = Parts(
            core=core,
            access=access,
            audit=audit,
            announcer=announcements,
            timers=timers,
            approvals=approvals,
            diagnostics=diagnostics,
            escalation=escalation,
            answers=answers,
            router=router,
            digests=digests,
            usage=usage,
            feedback=SqlFeedback(core.database, audit),
            pins=SqlPins(core.database),
            drafts=drafts,
            reviews=_reviews(core, approvals, announcements, timers),
        )
        home = Home(access, approvals, core.store, parts.usage, parts.pins, lambda: glance(core, running[0]))
        services = Services(
            access=access,
            audit=audit,
            router=router,
            handlers=build_handlers(parts),
            home=home,
            prompts=[Prompt(capability.title, capability.examples[0]) for capability in CAPABILITIES],
        )
        runner = DigestRunner(digests)
        if not settings.connections:
            await closing.enter_async_context(DeskIngestion(settings.home).scheduled())
        transport = SlackTransport(
            connection,
            core.database,
            services,
            group_event=access.on_event,
            announcements=announcements,
            timers=timers,
        )
        running.append(transport)
        try:
            await transport.start()
            await digests.declare(declared(settings))
            runner.start()
            yield Bot(core, audit, parts, router, transport)
        finally:
            runner.stop()
            await transport.stop()
            await access.close()
            await session.close()


async def _answers(settings: Settings, closing: AsyncExitStack) -> Answers:
    """Answers about the catalogue and the desk's own templates."""
    embedder = await asyncio.to_thread(build_embedder, settings)
    if embedder is not None:
        closing.push_async_callback(embedder.api.close)
    return await asyncio.to_thread(lambda: Answers.of(of_desk(settings.home), embedder, settings.home / "vectors"))


def _slack_ready(transport: SlackTransport) -> Callable[[], Awaitable[str]]:
    async def check() -> str:
        health = await transport.health()
        return "" if health.ready else "no connection to Slack is open"

    return check


def stop_requested() -> asyncio.Event:
    """Set by SIGTERM or SIGINT."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    return asked


def _slack_settings(settings: Settings, apart: bool) -> SlackSettings:
    return SlackSettings(
        bot_token=_plain(settings.slack_bot_token),
        app_token=_plain(settings.slack_app_token),
        api_url=settings.slack_api_url,
        signing_secret=_plain(settings.slack_signing_secret),
        operators_channel=settings.operators_channel or "",
        drain_seconds=settings.drain_seconds,
        apart=apart,
        log_level=settings.log_level,
    )


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""
