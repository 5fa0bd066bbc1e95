"""The Bolt app: every payload comes to one listener, which commits it and thereby acknowledges it.

`process_before_response` makes Bolt acknowledge after the listener has returned, so an inbox that fails means no
acknowledgement, and Slack sends the payload again.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Collection

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.events import Envelope, EventReader, Malformed
from bot.slack.observing import Observer
from bot.slack.straight import Straight, Verdict, goes_straight

log = structlog.get_logger(__name__)

Body = dict[str, object]
Keep = Callable[[Envelope], Awaitable[bool | None]]
"""Commits an envelope; False where it is there already or nobody's business, None where that is found out later."""

_ANY = re.compile(r".*", re.DOTALL)


def build_app(
    client: AsyncWebClient,
    reader: EventReader,
    keep: Keep,
    straight: Straight,
    observer: Observer,
    *,
    openers: Collection[str],
    bot_user_id: str,
    bot_id: str,
    signing_secret: str,
) -> AsyncApp:
    """The app for one workspace; who the bot is was asked once, at the start, so nothing is asked before an ack."""
    known = AuthorizeResult(
        enterprise_id=None, team_id=None, bot_token=client.token, bot_user_id=bot_user_id, bot_id=bot_id
    )

    async def authorize() -> AuthorizeResult:
        return known

    app = AsyncApp(
        name="deskhand-bolt",
        logger=_quiet_logger(),
        client=client,
        signing_secret=signing_secret,
        authorize=authorize,
        process_before_response=True,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    listener = _Listener(reader, keep, straight, observer, frozenset(openers))
    for kind in (app.event, app.command, app.action, app.shortcut, app.view_submission, app.view_closed, app.options):
        kind(_ANY)(listener.take)
    app.error(_failed)
    return app


class _Listener:
    def __init__(
        self, reader: EventReader, keep: Keep, straight: Straight, observer: Observer, openers: frozenset[str]
    ) -> None:
        self._reader = reader
        self._keep = keep
        self._straight = straight
        self._observer = observer
        self._openers = openers

    async def take(self, body: Body, ack: AsyncAck) -> BoltResponse:
        """Into the inbox, or straight through; then acknowledge."""
        straight = goes_straight(body, self._openers)
        verdict = await self._straight.take(body) if straight else Verdict(keep=True)
        if verdict.keep:
            await self._add(body)
        return await (ack(response_action="errors", errors=dict(verdict.errors)) if verdict.errors else ack())

    async def _add(self, body: Body) -> None:
        try:
            envelope = self._reader.read(body)
        except Malformed as error:
            log.warning("malformed", detail=str(error))
            self._observer.event("unknown", "malformed")
            return
        if envelope is None:
            self._observer.event("other", "ignored")
            return
        try:
            added = await self._keep(envelope)
        except Exception:
            self._observer.event(envelope.kind, "failed")
            raise
        if added is not None:
            self._observer.event(envelope.kind, "accepted" if added else "duplicate")


async def _failed(error: Exception) -> BoltResponse:
    """No acknowledgement: Slack sends it again."""
    log.error("not_acknowledged", exc_info=error)
    return BoltResponse(status=500)


def _quiet_logger() -> logging.Logger:
    # Bolt logs payloads at debug level and every unhandled request at warning; this app handles all it is sent
    logger = logging.getLogger("deskhand.bolt")
    logger.setLevel(logging.ERROR)
    return logger
