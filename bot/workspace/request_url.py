"""Delivery over HTTP: each payload posted to the app's request URL, signed as Slack signs it.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from bot.workspace.wire import Obj


@dataclass(frozen=True, slots=True)
class RequestUrl:
    """Where the app listens, and the secret that both know."""

    url: str
    signing_secret: str

    async def post(self, kind: str, payload: Obj, retry: Mapping[str, object], within: float) -> Obj | None:
        """What the app answered, None for an empty answer. Raises `TimeoutError` or `ConnectionError`."""
        body, content_type = _encoded(kind, payload)
        headers = self._signed(body) | {"Content-Type": content_type}
        if attempt := retry.get("retry_attempt"):
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": str(retry.get("retry_reason"))}
        try:
            async with (
                asyncio.timeout(within),
                aiohttp.ClientSession() as session,
                session.post(self.url, data=body.encode(), headers=headers) as response,
            ):
                if response.status != 200:
                    raise ConnectionError(f"the app answered {response.status}")
                text = await response.text()
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error
        return _object(text)

    def _signed(self, body: str) -> dict[str, str]:
        now = str(int(time.time()))
        signature = hmac.new(self.signing_secret.encode(), f"v0:{now}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={signature}"}


def _encoded(kind: str, payload: Obj) -> tuple[str, str]:
    """Body and content type; what is not an event comes as a form."""
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields), "application/x-www-form-urlencoded"


def _object(text: str) -> Obj | None:
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None
