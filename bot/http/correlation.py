"""Every request has an id: in its log lines, in the response's `X-Correlation-Id`, and in an error's body."""

import re
import uuid
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "X-Correlation-Id"
_GIVEN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

_log = structlog.get_logger("deskhand.http")


def current_correlation_id() -> str:
    """The id of the request that is being answered."""
    return str(structlog.contextvars.get_contextvars().get("correlation_id", ""))


class Correlation:
    """Binds the id (the caller's, where it is a plain one) and turns what nobody expected into a 500 with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        correlation_id = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
        started = False

        async def send_marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)[HEADER] = correlation_id
            await send(message)

        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            try:
                await self._app(scope, receive, send_marked)
            except Exception:
                _log.exception("http_request_failed", method=scope["method"], path=scope["path"])
                if started:
                    raise
                body = {
                    "error": "Something went wrong here. Tell the operators this correlation id.",
                    "correlation_id": correlation_id,
                }
                await JSONResponse(body, status_code=500)(scope, receive, send_marked)
