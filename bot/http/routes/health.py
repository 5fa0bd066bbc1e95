"""`/healthz`, `/readyz`, `/metrics`: for probes, without a token."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.storage.database import Database

Readiness = Callable[[], Awaitable[str]]
"""Says why a part is not ready in a few words, or nothing where it is."""

_PATIENCE: Final = 3.0  # seconds for a readiness check


class HealthBody(BaseModel):
    """The process runs."""

    status: str = "ok"


class ReadyBody(BaseModel):
    """Whether it can serve."""

    ready: bool
    parts: dict[str, str] = Field(description="`ok`, or why not, for each part")


Figures = Callable[[], Awaitable[bytes]]
"""What the database adds to the metrics of the process, in Prometheus' text."""


def routes(readiness: Mapping[str, Readiness], figures: Figures | None = None) -> APIRouter:
    """`readiness` is by name, in the order it is told."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> HealthBody:
        """Whether the process answers at all."""
        return HealthBody()

    @router.get("/readyz", responses={503: {"model": ReadyBody}})
    async def readyz(response: Response) -> ReadyBody:
        """Whether database and connections are there; 503 and the reasons where not."""
        reasons = await asyncio.gather(*(_reason(check) for check in readiness.values()))
        parts = {name: reason or "ok" for name, reason in zip(readiness, reasons, strict=True)}
        ready = not any(reasons)
        response.status_code = 200 if ready else 503
        return ReadyBody(ready=ready, parts=parts)

    @router.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}}},
    )
    async def metrics() -> Response:
        """Metrics in the text format that Prometheus reads."""
        text_of_all = await asyncio.to_thread(generate_latest)  # reads /proc
        kept = await _kept(figures) if figures is not None else b""
        return Response(text_of_all + kept, media_type=CONTENT_TYPE_LATEST)

    return router


def database_ready(database: Database) -> Readiness:
    """The readiness of the database: it answers a query."""

    async def check() -> str:
        try:
            async with database.read() as connection:
                await connection.execute(text("SELECT 1"))
        except (OSError, DBAPIError) as error:
            return f"the database does not answer ({type(error).__name__})"
        return ""

    return check


async def _kept(figures: Figures) -> bytes:
    """Nothing where the database does not answer: the metrics of the process are wanted most of all then."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await figures()
    except (OSError, TimeoutError, DBAPIError) as error:
        structlog.get_logger("deskhand.http").warning("figures_not_read", reason=type(error).__name__)
        return b""


async def _reason(check: Readiness) -> str:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await check()
    except TimeoutError:
        return f"no answer within {_PATIENCE:g} s"
    except Exception as error:  # a part that cannot even be asked is not ready
        structlog.get_logger("deskhand.http").exception("readiness_failed")
        return f"cannot be asked ({type(error).__name__})"
