"""Calls that may fail without anybody missing the answer: status, prompts, steps. Each method is given up on once.

A server that does not know a method, or an app without its scope, is asked once and not again.
"""

from collections.abc import Awaitable, Callable

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.failures import SlackFailure, Unsupported, narrowed

log = structlog.get_logger(__name__)


class Optionals:
    """Remembers what this server does not offer."""

    def __init__(self) -> None:
        self._missing: set[str] = set()

    def offers(self, method: str) -> bool:
        """False once the server has said that it does not."""
        return method not in self._missing

    async def attempt(
        self, method: str, call: Callable[[], Awaitable[AsyncSlackResponse]]
    ) -> AsyncSlackResponse | None:
        """The response, or None where it did not work out."""
        if not self.offers(method):
            return None
        try:
            with narrowed():
                return await call()
        except Unsupported as failure:
            self._missing.add(method)
            log.info("method_not_offered", method=method, code=failure.code)
        except SlackFailure as failure:
            log.debug("optional_call_failed", method=method, code=failure.code)
        return None
