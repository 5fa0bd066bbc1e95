"""What does not wait for the inbox: changes of groups, and modals, which live by Slack's three seconds.

A payload that is taken here is idempotent by state: a second delivery finds its trigger used up or its groups read.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from pydantic import ValidationError
from slack_sdk.web.async_client import AsyncWebClient

from bot import metrics
from bot.slack import modals
from bot.slack.dialogs import Dialogs, Opened
from bot.slack.events import EventReader, Malformed
from bot.slack.failures import SlackFailure, narrowed

log = structlog.get_logger(__name__)

GroupEvent = Callable[[Mapping[str, object]], Awaitable[None]]
"""Told of every `subteam_*` event before it is acknowledged; raising has Slack send it again."""

_NO_QUESTION = "Please write a question, for example: narrate the backtest it names."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a payload: whether it goes into the inbox, and what a modal is told to show instead."""

    keep: bool
    errors: Mapping[str, str] = field(default_factory=dict)
    """`block_id` to what is wrong with it."""


class Straight(Protocol):
    """Takes what `goes_straight` says. Raising leaves the payload unacknowledged, so Slack sends it again."""

    async def take(self, body: Mapping[str, object]) -> Verdict:
        """Act on it before it is acknowledged."""
        ...


def goes_straight(body: Mapping[str, object], openers: Collection[str]) -> bool:
    """Whether a payload is for `Straight`; `openers` are the action ids whose buttons open a modal."""
    event, actions = body.get("event"), body.get("actions")
    if isinstance(event, Mapping):
        return str(event.get("type", "")).startswith("subteam_")
    if body.get("type") == "block_actions" and isinstance(actions, list):
        return any(isinstance(action, Mapping) and action.get("action_id") in openers for action in actions)
    return body.get("type") in ("message_action", "view_submission")


class StraightThrough:
    """Tells the roles of group changes, opens modals, says in them what is wrong with what was submitted."""

    def __init__(
        self, client: AsyncWebClient, reader: EventReader, group_event: GroupEvent | None, dialogs: Dialogs
    ) -> None:
        self._client = client
        self._reader = reader
        self._group_event = group_event
        self._dialogs = dialogs

    async def take(self, body: Mapping[str, object]) -> Verdict:
        """As `Straight` says."""
        event = body.get("event")
        if isinstance(event, Mapping):
            if self._group_event is not None:
                await self._group_event(event)
            metrics.events.labels("group", "accepted").inc()
            return Verdict(keep=False)
        match body.get("type"):
            case "message_action":
                await self._ask_about(body)
                return Verdict(keep=False)
            case "view_submission":
                return await self._submitted(body)
            case _:
                return await self._pressed(body)

    async def _ask_about(self, body: Mapping[str, object]) -> None:
        if body.get("callback_id") != modals.ASK_SHORTCUT:
            return
        try:
            shortcut = modals.MessageShortcut.model_validate(body)
        except ValidationError as error:
            log.warning("malformed", detail=str(error)[:300])
            return
        try:
            with narrowed():
                await self._client.views_open(trigger_id=shortcut.trigger_id, view=modals.ask_view(shortcut))
        except SlackFailure as failure:
            log.warning("modal_not_opened", code=failure.code)

    async def _submitted(self, body: Mapping[str, object]) -> Verdict:
        """What is wrong is said in the modal itself; what is accepted goes the way of every request."""
        view = body.get("view")
        callback = str(view.get("callback_id", "")) if isinstance(view, Mapping) else ""
        if callback == modals.ASK_CALLBACK:
            errors = {} if modals.question_of(body) else {modals.QUESTION_BLOCK: _NO_QUESTION}
        elif isinstance(view, Mapping) and self._dialogs.has(callback):
            errors = await self._dialogs.errors(callback, view)
        else:
            return Verdict(keep=False)
        return Verdict(keep=not errors, errors=errors)

    async def _pressed(self, body: Mapping[str, object]) -> Verdict:
        """Buttons that open a modal do it now, while the trigger lives; others go into the inbox."""
        try:
            pressed = self._reader.read(body)
        except Malformed:
            return Verdict(keep=True)  # where it is counted
        press = pressed.press if pressed else None
        if pressed is None or press is None or not self._dialogs.has(press.id):
            return Verdict(keep=True)
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
        return Verdict(keep=False)
