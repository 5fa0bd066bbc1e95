"""The Bolt app: every payload comes to one of these listeners, which commits it and thereby acknowledges it.

`process_before_response` makes Bolt acknowledge after a listener has returned, so an inbox that fails means no
acknowledgement, and Slack sends the payload again. Only what Slack wants in the acknowledgement itself, or within
the three seconds of a trigger, is done here: opening modals, and their errors.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping

import structlog
from pydantic import ValidationError
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import metrics
from bot.slack import modals
from bot.slack.dialogs import Dialogs, Opened
from bot.slack.events import Envelope, EventReader, Malformed
from bot.slack.failures import SlackFailure, narrowed
from bot.slack.inbox import Inbox

log = structlog.get_logger(__name__)

Body = dict[str, object]
GroupEvent = Callable[[Mapping[str, object]], Awaitable[None]]
"""Told of every `subteam_*` event before it is acknowledged; raising has Slack send it again."""

_ANY = re.compile(r".*", re.DOTALL)


def build_app(
    client: AsyncWebClient,
    inbox: Inbox,
    *,
    bot_user_id: str,
    bot_id: str,
    signing_secret: str,
    group_event: GroupEvent | None,
    dialogs: Dialogs,
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
    listeners = _Listeners(client, inbox, EventReader(bot_user_id), group_event, dialogs)
    app.event(_ANY)(listeners.event)
    app.command(_ANY)(listeners.keep)
    app.action(_ANY)(listeners.action)
    app.shortcut(modals.ASK_SHORTCUT)(listeners.open_modal)
    app.view_submission(modals.ASK_CALLBACK)(listeners.submitted)
    app.view_submission(_ANY)(listeners.dialog_submitted)
    for others in (app.shortcut, app.view_closed, app.options):
        others(_ANY)(listeners.nothing_due)
    app.error(_failed)
    return app


class _Listeners:
    def __init__(
        self,
        client: AsyncWebClient,
        inbox: Inbox,
        reader: EventReader,
        group_event: GroupEvent | None,
        dialogs: Dialogs,
    ) -> None:
        self._client = client
        self._inbox = inbox
        self._reader = reader
        self._group_event = group_event
        self._dialogs = dialogs

    async def keep(self, body: Body, ack: AsyncAck) -> None:
        """Into the inbox, then acknowledge."""
        await self._keep(body)
        await ack()

    async def event(self, body: Body, ack: AsyncAck) -> None:
        """Group changes go to the roles at once, not after whatever the inbox holds; the rest into the inbox."""
        event = body.get("event")
        if isinstance(event, Mapping) and str(event.get("type", "")).startswith("subteam_"):
            if self._group_event is not None:
                await self._group_event(event)
            metrics.events.labels("group", "accepted").inc()
        else:
            await self._keep(body)
        await ack()

    async def open_modal(self, body: Body, ack: AsyncAck) -> None:
        """The trigger lives three seconds, so the modal is opened here; a second delivery finds it used up."""
        try:
            shortcut = modals.MessageShortcut.model_validate(body)
        except ValidationError as error:
            log.warning("malformed", detail=str(error)[:300])
        else:
            try:
                with narrowed():
                    await self._client.views_open(trigger_id=shortcut.trigger_id, view=modals.ask_view(shortcut))
            except SlackFailure as failure:
                log.warning("modal_not_opened", code=failure.code)
        await ack()

    async def submitted(self, body: Body, ack: AsyncAck) -> BoltResponse:
        """An empty question is answered in the modal itself; any other goes the way of every request."""
        if not modals.question_of(body):
            words = "Please write a question, for example: narrate the backtest it names."
            return await ack(response_action="errors", errors={modals.QUESTION_BLOCK: words})
        await self._keep(body)
        return await ack()

    async def action(self, body: Body, ack: AsyncAck) -> None:
        """Buttons that open a modal do it now, while the trigger lives; others go into the inbox."""
        pressed = self._read(body)
        press = pressed.press if pressed else None
        if pressed is None or press is None or not self._dialogs.has(press.id):
            await self._add(pressed)
        else:
            metrics.events.labels("action", "accepted").inc()
            opened = Opened(
                value=press.value,
                channel=pressed.channel,
                thread_ts=pressed.thread_ts,
                message_ts=press.message_ts,
                on_ephemeral=press.on_ephemeral,
                response_url=pressed.response_url,
            )
            self._dialogs.open(press.id, str(body.get("trigger_id", "")), pressed.user, opened)
        await ack()

    async def dialog_submitted(self, body: Body, ack: AsyncAck) -> BoltResponse:
        """What is wrong is said in the modal itself; what is accepted goes the way of every press."""
        view = body.get("view")
        if not isinstance(view, Mapping) or not self._dialogs.has(str(view.get("callback_id", ""))):
            return await ack()
        errors = await self._dialogs.errors(str(view["callback_id"]), view)
        if errors:
            return await ack(response_action="errors", errors=errors)
        await self._keep(body)
        return await ack()

    async def nothing_due(self, ack: AsyncAck) -> None:
        """Known to Slack, of no concern to this bot."""
        await ack()

    async def _keep(self, body: Body) -> None:
        await self._add(self._read(body))

    def _read(self, body: Body) -> Envelope | None:
        try:
            envelope = self._reader.read(body)
        except Malformed as error:
            log.warning("malformed", detail=str(error))
            metrics.events.labels("unknown", "malformed").inc()
            return None
        if envelope is None:
            metrics.events.labels("other", "ignored").inc()
        return envelope

    async def _add(self, envelope: Envelope | None) -> None:
        if envelope is None:
            return
        try:
            added = await self._inbox.add(envelope)
        except Exception:
            metrics.events.labels(envelope.kind, "failed").inc()
            raise
        metrics.events.labels(envelope.kind, "accepted" if added else "duplicate").inc()


async def _failed(error: Exception) -> BoltResponse:
    """No acknowledgement: Slack sends it again."""
    log.error("not_acknowledged", exc_info=error)
    return BoltResponse(status=500)


def _quiet_logger() -> logging.Logger:
    # Bolt logs payloads at debug level and every unhandled request at warning; this app handles all it is sent
    logger = logging.getLogger("deskhand.bolt")
    logger.setLevel(logging.ERROR)
    return logger
