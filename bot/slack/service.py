"""The transport as a whole: start it, stop it, ask how it is."""

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import aiohttp
import structlog

from bot import metrics
from bot.protocols import Reply
from bot.slack.announcing import Announcements
from bot.slack.answering import Answering, Services
from bot.slack.apart import ReceiverApart
from bot.slack.bridge import CONNECTIONS, Orders
from bot.slack.client import build_client, build_optional_client, open_session
from bot.slack.commits import GroupCommit
from bot.slack.deliveries import Deliveries
from bot.slack.dialogs import Dialogs
from bot.slack.events import EventReader
from bot.slack.failures import Revoked, SlackFailure, narrowed
from bot.slack.files import Files
from bot.slack.inbox import Inbox, Job
from bot.slack.observing import ToMetrics
from bot.slack.optional import Optionals
from bot.slack.outbox import Outbox
from bot.slack.pacing import Pacer
from bot.slack.poster import Poster, Target
from bot.slack.progress import ProgressTools
from bot.slack.spool import FromInbox, FromSpool, spool_of
from bot.slack.straight import GroupEvent, StraightThrough
from bot.slack.text import escape, shorten
from bot.slack.threads import Threads
from bot.slack.timing import InboxTimers
from bot.slack.worker import WORK_AT_ONCE, Workers
from bot.storage.database import Database
from tools.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from bot.slack.over_http import OverHttp

log = structlog.get_logger(__name__)

_FIRST_CONTACT_TRIES = 6


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """What the transport needs of the settings. Tokens are never logged (and left out of `repr`)."""

    bot_token: str
    app_token: str
    """For Socket Mode; without one, events come over HTTP, signed with `signing_secret`."""
    api_url: str = "https://slack.com/api/"
    signing_secret: str = ""
    operators_channel: str = ""
    drain_seconds: float = 10.0
    apart: bool = False
    """Receive in a process of its own, so that no answer, however heavy, delays an acknowledgement."""
    log_level: str = "INFO"

    def __repr__(self) -> str:
        return f"SlackSettings(api_url={self.api_url!r})"


@dataclass(frozen=True, slots=True)
class Health:
    """How the transport is. `last_event_age` in seconds, None before the first payload of this process."""

    open_sockets: int
    wanted_sockets: int
    """0 where events come over HTTP."""
    last_event_age: float | None
    inbox_depth: int
    parked: int

    @property
    def ready(self) -> bool:
        """At least one connection listens, or none is needed."""
        return self.open_sockets > 0 or not self.wanted_sockets


class Receiver(Protocol):
    """Listens to Slack, here or in a process of its own."""

    @property
    def open(self) -> int:
        """Connections that have said hello and are well."""
        ...

    @property
    def last_event_at(self) -> float:
        """When the last payload arrived, epoch seconds; 0 before the first."""
        ...

    async def start(self) -> None:
        """Returns when it listens or goes on trying by itself."""
        ...

    async def close(self) -> None:
        """Receive no more; what was received is still acknowledged."""
        ...


class SlackTransport:
    """Slack in and out for one workspace. Whoever posts on their own does so through `Announcements`."""

    def __init__(
        self,
        settings: SlackSettings,
        database: Database,
        services: Services,
        *,
        group_event: GroupEvent | None = None,
        announcements: Announcements | None = None,
        timers: InboxTimers | None = None,
    ) -> None:
        """Needs a running event loop; opens nothing towards Slack before `start()`.

        `announcements` and `timers` are those that were given to services, where they have any.
        """
        self._settings = settings
        self._database = database
        self._group_event = group_event
        self._session: aiohttp.ClientSession = open_session()
        self.client = build_client(settings.bot_token, settings.api_url, self._session)
        optional_client = build_optional_client(settings.bot_token, settings.api_url, self._session)
        commits, pacer, optionals = GroupCommit(database), Pacer(), Optionals()
        self._inbox = Inbox(database, commits)
        announcements = announcements or Announcements(Outbox(database))
        announcements.outbox.wake = self._inbox.arrived.set
        self.threads = Threads(database, commits)
        files = Files(self.client, self._session, settings.bot_token)
        self.poster = Poster(self.client, files, pacer, self.threads)
        deliveries = Deliveries(self.poster, self._inbox, announcements, timers or InboxTimers(announcements.outbox))
        progress = ProgressTools(optional_client, optionals, pacer, self.threads, lambda: self._workers.busy)
        self._answering = Answering(
            services,
            client=self.client,
            optional_client=optional_client,
            optionals=optionals,
            inbox=self._inbox,
            threads=self.threads,
            files=files,
            poster=self.poster,
            deliveries=deliveries,
            progress=progress,
            work_at_once=WORK_AT_ONCE,
        )
        self._openers = sorted(services.modals)
        self._dialogs = Dialogs(self.client, services.access, services.modals)
        self._workers = Workers(self._inbox, self._answering.do, self._give_up)
        self._receiver: Receiver | None = None
        self._measuring: asyncio.Task[None] | None = None
        self.over_http: OverHttp | None = None
        """Once started, where events come over HTTP: what the HTTP server gives Slack's requests to."""
        self.bot_user_id = ""

    async def start(self) -> None:
        """Greet Slack, take up what is left in the inbox, listen. Raises `Problem` where Slack refuses the token."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        identity = await self._identity()
        self.bot_user_id = str(identity["user_id"])
        self._answering.known_as(self.bot_user_id)
        self.poster.bot_user_id, self.poster.bot_id = self.bot_user_id, str(identity.get("bot_id") or "")
        await self._workers.start()
        self._receiver = self._build_receiver(str(identity.get("bot_id") or ""))
        await self._receiver.start()
        self._measuring = asyncio.create_task(self._measure(), name="transport-metrics")
        log.info("slack_connected", bot=self.bot_user_id, team=str(identity.get("team") or ""))

    def _build_receiver(self, bot_id: str) -> "Receiver":
        settings, reader = self._settings, EventReader(self.bot_user_id)
        straight = StraightThrough(self.client, reader, self._group_event, self._dialogs)
        if settings.apart and settings.app_token:
            spool = spool_of(self._database)
            orders = Orders(
                bot_token=settings.bot_token,
                app_token=settings.app_token,
                api_url=settings.api_url,
                signing_secret=settings.signing_secret,
                database_url=self._database.url,
                spool=spool,
                bot_user_id=self.bot_user_id,
                bot_id=bot_id,
                openers=self._openers,
                log_level=settings.log_level,
            )
            intake = FromSpool(spool, self._inbox, ToMetrics()) if spool else FromInbox(self._inbox)
            return ReceiverApart(orders, straight, ToMetrics(), intake)
        from bot.slack.listeners import build_app  # Bolt, which a bot that receives apart need not load
        from bot.slack.over_http import OverHttp
        from bot.slack.sockets import Sockets

        app = build_app(
            self.client,
            reader,
            self._inbox.add,
            straight,
            ToMetrics(),
            openers=self._openers,
            bot_user_id=self.bot_user_id,
            bot_id=bot_id,
            signing_secret=settings.signing_secret,
        )
        if settings.app_token:
            return Sockets(app, settings.app_token, ToMetrics())
        self.over_http = OverHttp(app, ToMetrics())
        return self.over_http

    async def stop(self) -> None:
        """Sockets first, then what is under way within `drain_seconds`; the rest stays claimable."""
        if self._measuring is not None:
            self._measuring.cancel()
            await asyncio.gather(self._measuring, return_exceptions=True)
        if self._receiver is not None:
            await self._receiver.close()
        await self._dialogs.close()
        await self._workers.stop(self._settings.drain_seconds)
        await self._session.close()

    async def health(self) -> Health:
        """The values behind `/readyz` and the metrics."""
        counts = await self._inbox.counts()
        last = self._receiver.last_event_at if self._receiver else 0.0
        return Health(
            open_sockets=self._receiver.open if self._receiver and self._settings.app_token else 0,
            wanted_sockets=CONNECTIONS if self._settings.app_token else 0,
            last_event_age=time.time() - last if last else None,
            inbox_depth=counts.get("new", 0) + counts.get("claimed", 0),
            parked=counts.get("parked", 0),
        )

    async def _identity(self) -> dict[str, object]:
        for attempt in range(1, _FIRST_CONTACT_TRIES + 1):
            try:
                with narrowed():
                    response = await self.client.auth_test()
                return dict(response.data) if isinstance(response.data, dict) else {}
            except Revoked as failure:
                raise BadInput(
                    f"Slack refuses SLACK_BOT_TOKEN ({failure.code}); copy the Bot User OAuth Token (xoxb-...) of the "
                    "app again, under OAuth & Permissions."
                ) from failure
            except SlackFailure as failure:
                log.warning("slack_not_reached", code=failure.code, attempt=attempt)
                if attempt == _FIRST_CONTACT_TRIES:
                    raise Unavailable(
                        f"Slack at {self._settings.api_url} does not answer ({failure.code}); check SLACK_API_URL and "
                        "the network."
                    ) from failure
                await asyncio.sleep(min(5.0, 0.5 * 2**attempt))
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _give_up(self, job: Job, error: BaseException) -> None:
        """A word to the person, and one to operators."""
        try:
            await self._answering.tell(job, error)
        finally:
            if self._settings.operators_channel:
                envelope = job.envelope
                whose = f" of <@{envelope.user}>" if envelope.user else f" (`{escape(envelope.key)}`)"
                text = (
                    f"I gave up on a {envelope.kind}{whose} after {job.attempts} attempts. "
                    f"Id `{job.correlation_id}`: {escape(shorten(f'{type(error).__name__}: {error}', 300))}"
                )
                target = Target(event_id=f"parked:{envelope.key}", channel=self._settings.operators_channel)
                await self.poster.deliver(Reply(text=text), target)

    async def _measure(self) -> None:
        while True:
            try:
                health = await self.health()
                metrics.inbox_depth.set(health.inbox_depth)
                metrics.inbox_parked.set(health.parked)
                metrics.open_sockets.set(health.open_sockets)
                metrics.last_event_timestamp.set(self._receiver.last_event_at if self._receiver else 0.0)
            except Exception as error:
                log.warning("not_measured", exc_info=error)
            await asyncio.sleep(10)
