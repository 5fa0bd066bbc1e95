"""A server that speaks Chat Completions over real HTTP and says what a test tells it to."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from pydantic import BaseModel


@dataclass(frozen=True)
class Say:
    """A completion. A mapping or a pydantic model is sent as JSON."""

    content: str | Mapping[str, Any] | BaseModel | None
    finish_reason: str = "stop"
    refusal: str | None = None
    prompt_tokens: int = 100
    cached_tokens: int = 40
    completion_tokens: int = 20


@dataclass(frozen=True)
class Fail:
    """An error of the API."""

    status: int
    code: str | None = None
    message: str = "scripted failure"
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """Bytes as they are, with status 200."""

    body: bytes
    content_type: str = "application/json"


@dataclass(frozen=True)
class Hang:
    """No answer until the client gives up or the server closes."""


@dataclass(frozen=True)
class Cut:
    """The connection is closed without an answer."""


Reply = Say | Fail | Raw | Hang | Cut


@dataclass
class ScriptedModel:
    """Replies in order, the last one again and again; `requests` holds the JSON bodies received."""

    replies: deque[Reply] = field(default_factory=deque)
    formats: frozenset[str] = frozenset({"json_schema", "json_object+schema", "json_object"})
    """The response formats it knows; others are answered 400, as real endpoints do. None at all is always known."""
    parameters: frozenset[str] = frozenset({"temperature", "max_completion_tokens", "max_tokens"})
    """Optional parameters it knows."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    base_url: str = ""
    moderation: bool | None = None
    """What `/v1/moderations` says of every text; None: there is no such endpoint."""
    moderated: list[list[str]] = field(default_factory=list)

    def script(self, *replies: Reply) -> None:
        """Replace what is still to be said."""
        self.replies = deque(replies)

    @property
    def asked_as(self) -> list[str]:
        """The response format of each request."""
        return [_format(body) for body in self.requests]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        self.paths.append(request.path_qs)
        if not request.headers.get("Authorization", "").startswith("Bearer ") and "api-key" not in request.headers:
            return _error(Fail(401, "invalid_api_key", "no key"))
        wrong = self._not_known(body)
        if wrong is not None:
            return _error(wrong)
        reply = self.replies[0] if len(self.replies) == 1 else self.replies.popleft()
        if isinstance(reply, Say):
            return web.json_response(_completion(body["model"], reply))
        if isinstance(reply, Fail):
            return _error(reply)
        if isinstance(reply, Raw):
            return web.Response(body=reply.body, content_type=reply.content_type)
        if isinstance(reply, Cut):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def moderate(self, request: web.Request) -> web.Response:
        texts = (await request.json())["input"]
        self.moderated.append(texts)
        if self.moderation is None:
            return _error(Fail(404))
        result = {"flagged": self.moderation, "categories": {"harassment": self.moderation, "violence": False}}
        return web.json_response({"id": "modr-1", "model": "scripted", "results": [result] * len(texts)})

    def _not_known(self, body: Mapping[str, Any]) -> Fail | None:
        for name in ("temperature", "max_completion_tokens", "max_tokens"):
            if name in body and name not in self.parameters:
                return Fail(400, "unsupported_parameter", f"Unsupported parameter: '{name}'", name)
        asked = _format(body)
        if asked != "none" and asked not in self.formats:
            return Fail(400, None, f"response_format '{asked}' is not supported", "response_format")
        return None


@asynccontextmanager
async def scripted_model(*replies: Reply, **known: frozenset[str]) -> AsyncIterator[ScriptedModel]:
    """The server, listening while the block runs; `known` sets `formats` or `parameters`."""
    model = ScriptedModel(deque(replies), **known)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.handle)
    app.router.add_post("/openai/deployments/{deployment}/chat/completions", model.handle)
    app.router.add_post("/v1/moderations", model.moderate)
    runner = web.AppRunner(app, shutdown_timeout=0.05, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    model.base_url = f"http://{host}:{port}/v1"
    try:
        yield model
    finally:
        await runner.cleanup()


def _format(body: Mapping[str, Any]) -> str:
    asked = body.get("response_format")
    if asked is None:
        return "none"
    return "json_object+schema" if asked["type"] == "json_object" and "schema" in asked else str(asked["type"])


def _completion(model: str, say: Say) -> dict[str, Any]:
    content = say.content
    if isinstance(content, BaseModel):
        content = content.model_dump_json()
    elif isinstance(content, Mapping):
        content = json.dumps(content)
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, "refusal": say.refusal},
                "finish_reason": say.finish_reason,
                "logprobs": None,
            }
        ],
        "usage": {
            "prompt_tokens": say.prompt_tokens,
            "completion_tokens": say.completion_tokens,
            "total_tokens": say.prompt_tokens + say.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": say.cached_tokens},
        },
    }


def _error(fail: Fail) -> web.Response:
    error = {"message": fail.message, "type": "invalid_request_error", "param": fail.param, "code": fail.code}
    return web.json_response({"error": error}, status=fail.status, headers=dict(fail.headers))


def last_user_text(body: Mapping[str, Any]) -> str:
    """What the last `user` message of a request said."""
    messages: Sequence[Mapping[str, Any]] = body["messages"]
    return str([message["content"] for message in messages if message["role"] == "user"][-1])
