"""Who asked for what over HTTP goes into the audit as it does in Slack, allowed, denied or failed."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from bot.http.correlation import current_correlation_id
from bot.protocols import AuditEntry, AuditLog, Intent, Json, Person
from tools.errors import Denied, Problem

_Serve = Callable[[Request], Coroutine[Any, Any, Response]]


def recorded(audit: AuditLog, intent: Intent) -> type[APIRoute]:
    """A route class that writes one audit entry a request by a known caller, before the answer leaves."""

    class Recorded(APIRoute):
        def get_route_handler(self) -> _Serve:
            serve = super().get_route_handler()

            async def serve_and_record(request: Request) -> Response:
                started = time.monotonic()
                return await _recorded(
                    request, serve, lambda **end: audit.write(_entry(request, intent, started, **end))
                )

            return serve_and_record

    return Recorded


async def _recorded(request: Request, serve: _Serve, write: Callable[..., Awaitable[None]]) -> Response:
    try:
        response = await serve(request)
    except HTTPException as error:
        if error.status_code != 401:  # who is not known is in the access log only: anybody could fill the audit
            await write(decision="denied" if error.status_code == 403 else "problem")
        raise
    except Denied:
        await write(decision="denied")
        raise
    except RequestValidationError:
        if hasattr(request.state, "person"):
            await write(decision="problem")
        raise
    except Problem:
        await write(decision="problem")
        raise
    await write(decision="allowed", result_hash=_hash(response))
    return response


def _entry(request: Request, intent: Intent, started: float, *, decision: str, result_hash: str = "") -> AuditEntry:
    person = getattr(request.state, "person", None)
    asked: Mapping[str, Json] = {**request.path_params, **request.query_params}
    return AuditEntry(
        actor=person.id if isinstance(person, Person) else "http:unknown",
        action="request",
        correlation_id=current_correlation_id(),
        place=f"http/{request.method} {request.url.path}",
        intent=intent,
        arguments=asked,
        decision=decision,
        result_hash=result_hash,
        duration_ms=round((time.monotonic() - started) * 1000, 1),
    )


def _hash(response: Response) -> str:
    """The entity tag where there is one: it is a hash of the content already."""
    tag = response.headers.get("ETag", "").strip('"')
    return tag or hashlib.sha256(bytes(response.body)).hexdigest()
