"""Events over HTTP in place of Socket Mode: Slack posts each payload, signed, and takes the answer for an acknowledgement.

Bolt checks the signature and answers Slack's own questions (`url_verification`, `ssl_check`); the rest goes the way of
every payload, into the inbox and then acknowledged.
"""

import asyncio
import time

from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from starlette.requests import Request
from starlette.responses import Response

from bot.slack.observing import Observer

MOST_BYTES = 1_000_000
"""A payload of Slack's is far below it; nobody else's signature is worth the memory."""
_FINISH_WITHIN = 3.0


class OverHttp:
    """Listens as `bot.slack.service.Receiver` does; `take` is the route's function."""

    def __init__(self, app: AsyncApp, observer: Observer) -> None:
        self._handler = AsyncSlackRequestHandler(app)
        self._observer = observer
        self._taking: set[asyncio.Task[object]] = set()
        self.open = 0
        self.last_event_at = 0.0

    async def start(self) -> None:
        """From now on payloads are taken."""
        self.open = 1

    async def close(self) -> None:
        """What is under way is still acknowledged; what comes later, Slack sends again."""
        self.open = 0
        if self._taking:
            await asyncio.wait(list(self._taking), timeout=_FINISH_WITHIN)

    async def take(self, request: Request) -> Response:
        """Slack's payload in, its acknowledgement out."""
        started = time.time()
        if not self.open:
            return Response(status_code=503)
        if int(request.headers.get("content-length") or MOST_BYTES) >= MOST_BYTES:
            return Response(status_code=413)
        task = asyncio.current_task()
        if task is not None:
            self._taking.add(task)
            task.add_done_callback(self._taking.discard)
        response = await self._handler.handle(request)
        if response.status_code == 404:  # nothing is due for it; unacknowledged, Slack would send it again
            response = Response(status_code=200)
        if response.status_code == 200:
            self.last_event_at = started
            self._observer.acknowledged(time.time() - started)
        return response
