"""HTTP to the platform: bearer token, timeouts, retries of what is safe to repeat, paging, bounded answers."""

import json
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Self, TypeAlias

import httpx2
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from tools.errors import BadInput, Denied, NotFound, Unavailable
from tools.platform.config import PlatformConfig

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_BYTES = 64 * 1024 * 1024
MAX_PAGES = 200
_ATTEMPTS = 3
_PASSING = frozenset({429, 500, 502, 503, 504})
_REFUSED = frozenset({400, 409, 413, 415, 422})


class _Passing(Exception):
    """A fault that may be gone in a moment."""


class PlatformClient:
    """Calls the platform. `longest_wait` bounds the pause between two tries, in seconds.

    Making one reads the certificate store from disk: on an event loop, make it in a thread.
    """

    def __init__(self, config: PlatformConfig, *, longest_wait: float = 2.0) -> None:
        self.config = config
        self._longest_wait = longest_wait
        headers = {"Accept": "application/json"}
        if config.token is not None:
            headers["Authorization"] = f"Bearer {config.token.get_secret_value()}"
        self._http = httpx2.AsyncClient(
            base_url=config.url.rstrip("/"), headers=headers, timeout=config.timeout, follow_redirects=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, path: str, parameters: Mapping[str, str | int] | None = None) -> Json:
        """The JSON at `path`. Raises `NotFound`, `Denied`, `Unavailable` or `BadInput`, each in words."""
        try:
            async for attempt in AsyncRetrying(
                stop=stop_after_attempt(_ATTEMPTS),
                wait=wait_random_exponential(multiplier=0.1, max=self._longest_wait),
                retry=retry_if_exception_type(_Passing),
                reraise=True,
            ):
                with attempt:
                    return await self._once("GET", path, parameters or {})
        except _Passing as passing:
            raise Unavailable(f"The platform did not answer {path} ({passing}); try again in a moment.") from passing
        raise AssertionError("unreachable")  # pragma: no cover - tenacity returns or raises

    async def post(self, path: str, body: Mapping[str, Json]) -> Json:
        """The JSON that the platform answers; tried once, since repeating may do it twice.

        Raises `Unavailable` where it is open what became of it, `Denied`, or `BadInput` with what the platform says.
        """
        try:
            return await self._once("POST", path, {}, body)
        except _Passing as passing:
            raise Unavailable(f"The platform did not answer {path} ({passing}); try again in a moment.") from passing

    async def pages(self, path: str, field: str, parameters: Mapping[str, str | int]) -> AsyncIterator[Json]:
        """Every item of a listing, page by page, until a short page: its `total` counts the page, not the whole."""
        size = self.config.page_size
        for number in range(MAX_PAGES):
            page = at(await self.get(path, {**parameters, "skip": number * size, "limit": size}), field)
            if not isinstance(page, list):
                raise BadInput(f"The platform's {path} has no list '{field}'; set platform.fields to where it is.")
            for item in page:
                yield item
            if len(page) < size:
                return

    async def _once(
        self, method: str, path: str, parameters: Mapping[str, str | int], sent: Mapping[str, Json] | None = None
    ) -> Json:
        content = None if sent is None else json.dumps(sent).encode()
        headers = {} if sent is None else {"Content-Type": "application/json"}
        try:
            async with self._http.stream(
                method, path, params=dict(parameters), content=content, headers=headers
            ) as response:
                if response.status_code in _REFUSED and sent is not None:
                    raise BadInput(f"The platform refused what was sent to {path} (status {response.status_code}).")
                self._judge(path, response.status_code)
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise BadInput(f"The platform's answer to {path} is larger than {MAX_BYTES >> 20} MiB.")
        except httpx2.TimeoutException as error:
            raise _Passing(f"no answer in {self.config.timeout:g} s") from error
        except httpx2.TransportError as error:
            raise _Passing("no connection") from error
        try:
            answer: Json = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"The platform's answer to {path} is not JSON.") from error
        return answer

    def _judge(self, path: str, status: int) -> None:
        if status in _PASSING:
            raise _Passing(f"status {status}")
        if status == 401:
            raise Denied("The platform does not accept the token; check platform.token in deskhand.toml.")
        if status == 403:
            raise Denied(f"The platform's token may not use {path}; ask whoever runs the platform.")
        if status == 404:
            raise NotFound(f"The platform knows nothing at {path}.")
        if status >= 300:
            raise BadInput(
                f"The platform answered {path} with status {status}; check platform.url and platform.paths."
            )


def at(document: Json, dotted: str) -> Json:
    """The value at a dotted path, None where it is not there."""
    value = document
    for key in dotted.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
