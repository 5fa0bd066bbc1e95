"""One form for every error of the HTTP API: a sentence and the correlation id."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from bot.http.correlation import current_correlation_id
from tools.errors import BadInput, Denied, NotFound, Problem, Unavailable

_STATUS: Final[tuple[tuple[type[Problem], int], ...]] = (
    (NotFound, 404),
    (BadInput, 422),
    (Denied, 403),
    (Unavailable, 503),
    (Problem, 400),
)


class ErrorBody(BaseModel):
    """Every answer that is not a success."""

    error: str = Field(description="One sentence: what is wrong and what to do")
    correlation_id: str = Field(description="Under which operators find it in logs and audit")


ERRORS: Final[dict[int | str, dict[str, type[BaseModel]]]] = {
    status: {"model": ErrorBody} for status in (400, 401, 403, 404, 405, 406, 413, 422, 500, 503)
}
"""The error responses of an endpoint, for its `responses=`."""


def install(app: FastAPI) -> None:
    """Make the application answer in this form."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_bad_request)


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
