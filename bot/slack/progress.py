"""What a person sees while work goes on: "is thinking" at once, and the steps of work that takes over two seconds.

Steps are streamed where the server streams, else they are one message that is updated. Either way the answer takes
that message's place, so a question has one answer and nothing else. None of it may hold up or lose an answer.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.failures import SlackFailure, narrowed
from bot.slack.optional import Optionals
from bot.slack.pacing import Pacer
from bot.slack.poster import Target
from bot.slack.text import escape, shorten
from bot.slack.threads import PROGRESS_PART, Threads

log = structlog.get_logger(__name__)

STATUS_AFTER = 0.3
STEPS_AFTER = 2.0
_BETWEEN_UPDATES = 1.0
_LONGEST_HOLD = 3.0
"""Seconds an answer waits for a call about its steps that is under way."""
_STREAM_ENDED = {"message_not_in_streaming_state", "message_not_found", "streaming_mode_mismatch"}
_LONGEST_STEP = 200
_MOST_STEPS = 20


class ProgressTools:
    """What all progress displays share. `client` neither waits nor retries."""

    def __init__(
        self,
        client: AsyncWebClient,
        optionals: Optionals,
        pacer: Pacer,
        threads: Threads,
        is_busy: Callable[[], bool],
    ) -> None:
        self.client = client
        self.optionals = optionals
        self.pacer = pacer
        self.threads = threads
        self.is_busy = is_busy

    def show(self, target: Target) -> "Steps":
        """The display of one job; call `start()`, pass it to the handler, then `finish()`."""
        return Steps(self, target)


class Steps:
    """A `bot.protocols.Progress` for one job."""

    def __init__(self, tools: ProgressTools, target: Target) -> None:
        self._tools = tools
        self._target = target
        self._steps: list[str] = []
        self._shown = 0
        self._ts = target.progress_ts
        self._streaming = False
        self._status_set = False
        self._changed = asyncio.Event()
        self._showing: asyncio.Task[None] | None = None
        self._calling = asyncio.Lock()

    async def __call__(self, step: str) -> None:
        """A new step; returns at once."""
        self._steps.append(shorten(" ".join(step.split()), _LONGEST_STEP))
        self._changed.set()

    def start(self) -> None:
        """Begin; shows nothing where there is no thread to show it in."""
        if self._target.channel and self._target.thread_ts:
            self._showing = asyncio.create_task(self._show(), name="progress")

    async def finish(self) -> str:
        """Stop; the `ts` of the message whose place the answer takes, empty where there is none."""
        if self._showing is not None:
            with suppress(TimeoutError):  # a message that is being made must not be forgotten, within reason
                async with asyncio.timeout(_LONGEST_HOLD):
                    await self._calling.acquire()
            self._showing.cancel()
            await asyncio.gather(self._showing, return_exceptions=True)
        if self._streaming:
            await self._tools.optionals.attempt(
                "chat.stopStream",
                lambda: self._tools.client.chat_stopStream(channel=self._target.channel, ts=self._ts),
            )
        return self._ts

    async def clear(self) -> None:
        """Take the status away; only needed where no message does it."""
        if self._status_set:
            await self._set_status("")

    async def _show(self) -> None:
        started = time.monotonic()
        await asyncio.sleep(STATUS_AFTER)
        await self._set_status("is thinking…")
        await asyncio.sleep(max(0.0, started + STEPS_AFTER - time.monotonic()))
        while True:
            if self._tools.is_busy():  # under load, answers come first
                await asyncio.sleep(_BETWEEN_UPDATES)
                continue
            self._changed.clear()
            async with self._calling:
                await self._update()
            await asyncio.sleep(_BETWEEN_UPDATES)
            await self._changed.wait()

    async def _set_status(self, status: str) -> None:
        self._status_set = True
        await self._tools.optionals.attempt(
            "assistant.threads.setStatus",
            lambda: self._tools.client.assistant_threads_setStatus(
                channel_id=self._target.channel, thread_ts=self._target.thread_ts, status=status
            ),
        )

    async def _update(self) -> None:
        count = len(self._steps)  # more may come while a call is under way
        if self._streaming:
            await self._append()
        elif self._ts:
            await self._rewrite()
        elif not await self._start_stream():
            await self._post()
        self._shown = count

    async def _start_stream(self) -> bool:
        target = self._target
        response = await self._tools.optionals.attempt(
            "chat.startStream",
            lambda: self._tools.client.chat_startStream(
                channel=target.channel,
                thread_ts=target.thread_ts,
                recipient_user_id=target.user or None,
                recipient_team_id=target.team or None,
                markdown_text=_as_list(self._steps),
            ),
        )
        if response is None:
            return False
        self._streaming = True
        await self._keep(str(response["ts"]))
        return True

    async def _append(self) -> None:
        new = self._steps[self._shown :]
        if not new:
            return
        try:
            with narrowed():
                await self._tools.client.chat_appendStream(
                    channel=self._target.channel, ts=self._ts, markdown_text=_as_list(new)
                )
        except SlackFailure as failure:
            log.info("stream_ended", code=failure.code)
            if failure.code in _STREAM_ENDED:
                self._streaming = False
                await self._rewrite()

    async def _post(self) -> None:
        target = self._target
        async with self._tools.pacer.turn(target.channel):
            response = await self._tools.optionals.attempt(
                "chat.postMessage",
                lambda: self._tools.client.chat_postMessage(
                    channel=target.channel,
                    thread_ts=target.thread_ts,
                    text=_as_list(self._steps),
                    unfurl_links=False,
                    unfurl_media=False,
                ),
            )
        if response is not None:
            await self._keep(str(response["ts"]))

    async def _rewrite(self) -> None:
        await self._tools.optionals.attempt(
            "chat.update",
            lambda: self._tools.client.chat_update(
                channel=self._target.channel, ts=self._ts, text=_as_list(self._steps)
            ),
        )

    async def _keep(self, ts: str) -> None:
        # so that a successor takes this message over instead of leaving it behind
        self._ts = ts
        await self._tools.threads.record(self._target.event_id, PROGRESS_PART, self._target.channel, ts)


def _as_list(steps: list[str]) -> str:
    return "".join(f"• {escape(step)}\n" for step in steps[-_MOST_STEPS:]) or "• Working on it\n"
