"""The FastAPI application: `/healthz`, `/readyz`, `/metrics`, and one form for every error."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from bot.http.correlation import Correlation, current_correlation_id
from bot.http.tokens import Gate
from bot.storage.database import Database
from tools.errors import BadInput, Denied, NotFound, Problem, Unavailable

Readiness = Callable[[], Awaitable[str]]
"""Says why a part is not ready in a few words, or nothing where it is."""

_PATIENCE: Final = 3.0  # seconds for a readiness check
_STATUS: Final[tuple[tuple[type[Problem], int], ...]] = (
    (NotFound, 404),
    (BadInput, 422),
    (Denied, 403),
    (Unavailable, 503),
    (Problem, 400),
)


@dataclass(frozen=True, slots=True)
class HttpServices:
    """What the application needs. `readiness` is by name, in the order it is told."""

    gate: Gate
    readiness: Mapping[str, Readiness]


class ErrorBody(BaseModel):
    """Every answer that is not a success."""

    error: str = Field(description="One sentence: what is wrong and what to do")
    correlation_id: str = Field(description="Under which operators find it in logs and audit")


class HealthBody(BaseModel):
    """The process runs."""

    status: str = "ok"


class ReadyBody(BaseModel):
    """Whether it can serve."""

    ready: bool
    parts: dict[str, str] = Field(description="`ok`, or why not, for each part")


ERRORS: Final[dict[int | str, dict[str, type[BaseModel]]]] = {
    status: {"model": ErrorBody} for status in (400, 401, 403, 404, 405, 422, 500, 503)
}
"""The error responses of an endpoint, for its `responses=`."""


def create_app(services: HttpServices) -> FastAPI:
    """The application. Endpoints that need a person depend on `services.gate.needs(permission)`."""
    app = FastAPI(title="Deskhand", docs_url=None, redoc_url=None)
    app.state.services = services
    app.add_middleware(Correlation)
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_bad_request)

    @app.get("/healthz", tags=["health"])
    async def healthz() -> HealthBody:
        """Whether the process answers at all."""
        return HealthBody()

    @app.get("/readyz", tags=["health"], responses={503: {"model": ReadyBody}})
    async def readyz(response: Response) -> ReadyBody:
        """Whether database and connections are there; 503 and the reasons where not."""
        reasons = await asyncio.gather(*(_reason(check) for check in services.readiness.values()))
        parts = {name: reason or "ok" for name, reason in zip(services.readiness, reasons, strict=True)}
        ready = not any(reasons)
        response.status_code = 200 if ready else 503
        return ReadyBody(ready=ready, parts=parts)

    @app.get(
        "/metrics",
        tags=["health"],
        response_class=Response,
        responses={200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}}},
    )
    async def metrics() -> Response:
        """Metrics in the text format that Prometheus reads."""
        text_of_all = await asyncio.to_thread(generate_latest)  # reads /proc
        return Response(text_of_all, media_type=CONTENT_TYPE_LATEST)

    return app


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


async def _reason(check: Readiness) -> str:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await check()
    except TimeoutError:
        return f"no answer within {_PATIENCE:g} s"
    except Exception as error:  # a part that cannot even be asked is not ready
        structlog.get_logger("deskhand.http").exception("readiness_failed")
        return f"cannot be asked ({type(error).__name__})"


def _error(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    body = ErrorBody(error=sentence, correlation_id=current_correlation_id())
    return JSONResponse(body.model_dump(), status_code=status, headers=headers)


async def _on_problem(_request: Request, problem: Exception) -> Response:
    status = next(status for kind, status in _STATUS if isinstance(problem, kind))
    return _error(status, str(problem))


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    sentences = {
        404: f"There is nothing at {request.url.path}.",
        405: f"{request.method} is not possible at {request.url.path}.",
    }
    sentence = sentences.get(error.status_code, str(error.detail))
    return _error(error.status_code, sentence, error.headers)


async def _on_bad_request(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    faults = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    return _error(422, f"The request is not right: {'; '.join(faults[:5])}.")
