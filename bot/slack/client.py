"""The Slack clients of the process: one pooled HTTP session, time-outs, and retries that cannot post twice."""

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot import metrics

TIMEOUT_SECONDS = 20
LONGEST_WAIT_SECONDS = 60
"""A longer `Retry-After` than this goes back to the inbox instead of holding a connection."""


_POST = "/chat.postMessage"


class _RateLimit(AsyncRateLimitErrorRetryHandler):
    """Waits as long as Slack says. Posts are left to the poster: its channel waits, others do not."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        limited = response is not None and response.status_code == 429
        if limited:
            metrics.rate_limited.inc()
        return limited and not request.url.endswith(_POST) and _wait_of(response) <= LONGEST_WAIT_SECONDS


class _NeverForPosts(AsyncRetryHandler):
    """The message may be there in spite of the error: the poster looks for it first."""

    async def can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        """As the handler it is mixed into, but for posts."""
        may = await super().can_retry_async(state=state, request=request, response=response, error=error)
        return may and not _posts(request)


class _ServerError(_NeverForPosts, AsyncServerErrorRetryHandler):
    pass


class _ConnectionError(_NeverForPosts, AsyncConnectionErrorRetryHandler):
    pass


def open_session() -> aiohttp.ClientSession:
    """The one HTTP session; close it last."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS, connect=5)
    return aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=30))


def build_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """For everything an answer depends on."""
    handlers: list[AsyncRetryHandler] = [
        _RateLimit(max_retry_count=5),
        _ServerError(max_retry_count=3),
        _ConnectionError(max_retry_count=3),
    ]
    return _client(token, api_url, session, handlers)


def build_optional_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """For what may fail (status, prompts, steps): it never waits or tries again."""
    return _client(token, api_url, session, [])


def _client(
    token: str, api_url: str, session: aiohttp.ClientSession, handlers: list[AsyncRetryHandler]
) -> AsyncWebClient:
    return AsyncWebClient(
        token=token, base_url=api_url, timeout=TIMEOUT_SECONDS, session=session, retry_handlers=handlers
    )


def _posts(request: HttpRequest) -> bool:
    return request.url.endswith((_POST, "/files.completeUploadExternal"))


def _wait_of(response: HttpResponse | None) -> int:
    for name, values in (response.headers if response else {}).items():
        if name.lower() == "retry-after":
            value = values[0] if isinstance(values, list) else values
            return int(value) if str(value).isdigit() else LONGEST_WAIT_SECONDS + 1
    return 1
