"""Modals that handlers declare: opened within the trigger's three seconds, checked when they are submitted.

The press does not go through the inbox, since it would be of no use later; what is submitted does, as a press of the
same action id on the same message.
"""

import asyncio
import json
from collections.abc import Mapping

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from slack_sdk.web.async_client import AsyncWebClient

from bot.protocols import Access, Json, Modal, ModalView, Opening, Place
from bot.slack.failures import SlackFailure, narrowed
from bot.slack.inputs import fields_of
from bot.slack.text import shorten
from tools.errors import Problem

log = structlog.get_logger(__name__)

_SECONDS = 2.0
_METADATA = 3_000
_TITLE = 24
_WENT_WRONG = "Something went wrong on my side and I could not open this. Please try again, or tell an operator."


class Opened(BaseModel):
    """Where a modal was opened from, carried through it in `private_metadata` (at most 3,000 characters)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: str
    channel: str = ""
    thread_ts: str = ""
    message_ts: str = ""
    on_ephemeral: bool = False
    response_url: str = ""

    @classmethod
    def read(cls, private_metadata: str) -> "Opened | None":
        """None where it is not of ours."""
        try:
            return cls.model_validate_json(private_metadata)
        except ValidationError:
            return None

    def submitted(self, values: object) -> str:
        """The value of the press that the submission is: the button's own JSON with the inputs under `fields`."""
        try:
            own = json.loads(self.value)
        except ValueError:
            own = {"value": self.value}
        return json.dumps({**(own if isinstance(own, dict) else {"value": own}), "fields": fields_of(values)})


class Dialogs:
    """`modals` is action id to what its buttons open."""

    def __init__(self, client: AsyncWebClient, access: Access, modals: Mapping[str, Modal]) -> None:
        self._client = client
        self._access = access
        self._modals = modals
        self._opening: set[asyncio.Task[None]] = set()  # kept, since the loop holds tasks weakly

    def has(self, action_id: str) -> bool:
        """Whether buttons with this id open a modal."""
        return action_id in self._modals

    def open(self, action_id: str, trigger_id: str, user: str, opened: Opened) -> None:
        """Open it, or say in its place why not; at once, but not before the press is acknowledged."""
        task = asyncio.create_task(self._open(action_id, trigger_id, user, opened), name="modal")
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def close(self) -> None:
        """Wait for those being opened: seconds at most."""
        await asyncio.gather(*self._opening, return_exceptions=True)

    async def _open(self, action_id: str, trigger_id: str, user: str, opened: Opened) -> None:
        modal = self._modals[action_id]
        try:
            async with asyncio.timeout(_SECONDS):
                view = await self._view(modal, action_id, user, opened)
        except Problem as problem:
            view = _words(str(problem))
        except Exception as error:
            log.error("modal_not_made", action=action_id, exc_info=error)
            view = _words(_WENT_WRONG)
        try:
            with narrowed():
                await self._client.views_open(trigger_id=trigger_id, view=view)
        except SlackFailure as failure:
            log.warning("modal_not_opened", code=failure.code, action=action_id, detail=str(failure)[:300])

    async def _view(self, modal: Modal, action_id: str, user: str, opened: Opened) -> dict[str, Json]:
        person = await self._access.person(user)
        if not self._access.allows(person, modal.permission):
            return _words(self._access.denial(person, modal.permission))
        place = Place("", opened.channel, opened.thread_ts, opened.message_ts, opened.channel.startswith("D"))
        return _shell(await modal.view(Opening(person, place, opened.value)), action_id, opened)

    async def errors(self, callback_id: str, view: Mapping[str, object]) -> dict[str, str]:
        """`block_id` to what is wrong with what was submitted; empty where it can be taken as it is."""
        check = self._modals[callback_id].check
        state = view.get("state")
        if check is None or not isinstance(state, Mapping):
            return {}
        inputs = _inputs(view)
        try:
            async with asyncio.timeout(_SECONDS):
                found = dict(await check(fields_of(state.get("values"))))
        except Problem as problem:
            found = {"": str(problem)}
        except Exception as error:  # the handler looks again, and has all the time it needs
            log.error("modal_not_checked", callback=callback_id, exc_info=error)
            return {}
        # Slack refuses errors for blocks that are not inputs
        return {block if block in inputs else inputs[0]: words for block, words in found.items()} if inputs else {}


def _inputs(view: Mapping[str, object]) -> list[str]:
    blocks = view.get("blocks")
    return [
        str(block.get("block_id"))
        for block in (blocks if isinstance(blocks, list) else [])
        if isinstance(block, Mapping) and block.get("type") == "input"
    ]


def _shell(view: ModalView, action_id: str, opened: Opened) -> dict[str, Json]:
    metadata = opened.model_dump_json(exclude_defaults=True)
    if len(metadata) > _METADATA:
        metadata = opened.model_copy(update={"response_url": ""}).model_dump_json(exclude_defaults=True)
    return {
        "type": "modal",
        "callback_id": action_id,
        "private_metadata": metadata,
        "title": _plain(shorten(view.title, _TITLE)),
        "submit": _plain(shorten(view.submit, _TITLE)),
        "close": _plain("Cancel"),
        "blocks": list(view.blocks),
    }


def _words(text: str) -> dict[str, Json]:
    return {
        "type": "modal",
        "title": _plain("Deskhand"),
        "close": _plain("Close"),
        "blocks": [{"type": "section", "text": {"type": "plain_text", "text": shorten(text, 3_000)}}],
    }


def _plain(text: str) -> dict[str, Json]:
    return {"type": "plain_text", "text": text}
