"""Structured answers from a model: asked in the strictest way its endpoint knows, always validated again here."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Literal, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from bot.model.answer import read_answer
from bot.model.breaker import Breaker
from bot.model.budget import Budget, Usage
from bot.model.completion import Completion, Final, NoToolCalls, step_of, text_of, usage_of
from bot.model.errors import ModelBlocked, ModelError, ModelInvalid, ModelRefused, ModelUnavailable
from bot.model.guard import Check, Guard, GuardedCall, Message
from bot.model.moderation import Moderation
from bot.model.schema import strict_schema
from bot.model.tools import OfferedTool, ToolStep, described, offered_json
from bot.protocols import AuditLog, Json
from bot.settings import Settings
from bot.storage.database import Database
from tools.errors import Problem

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

__all__ = [
    "Message",
    "ModelBlocked",
    "ModelClient",
    "ModelError",
    "ModelInvalid",
    "ModelRefused",
    "ModelUnavailable",
    "Usage",
    "build_client",
]

T = TypeVar("T", bound=BaseModel)

TIMEOUT = 30.0
RETRIES = 1
WHOLE_CALL = 75.0
"""Seconds for one `structured` call with everything in it: retries, their pauses, and further rungs."""
_AZURE_API_VERSION = "2024-10-21"
"""The first general release with structured output; OPENAI_API_VERSION overrides it."""

_log = structlog.get_logger(__name__)


class Rung(IntEnum):
    """How JSON is asked for, strictest first."""

    JSON_SCHEMA = 0
    JSON_OBJECT_WITH_SCHEMA = 1
    JSON_OBJECT = 2
    PROMPT = 3


@dataclass(frozen=True, slots=True)
class _Dialect:
    """What this endpoint was found to accept."""

    rung: Rung = Rung.JSON_SCHEMA
    limit: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    temperature: bool = True
    tools: bool = True
    """Whether it answers with tool calls; some take the tools and write JSON into the text."""


@dataclass(slots=True)
class ModelClient:
    """Talks to one model of one endpoint. Safe for concurrent calls; close it at shutdown."""

    api: "AsyncOpenAI"
    model: str
    breaker: Breaker = field(default_factory=Breaker)
    guard: Guard = field(default_factory=Guard)
    _dialect: _Dialect = field(default_factory=_Dialect, init=False)

    @property
    def rung(self) -> Rung:
        """How the endpoint is asked at present."""
        return self._dialect.rung

    async def structured(
        self,
        prompt_messages: Sequence[Message],
        schema: type[T],
        *,
        purpose: str,
        max_tokens: int,
        prompt: str = "",
        check: Check[T] | None = None,
    ) -> tuple[T, Usage]:
        """An instance of `schema` and what it cost, through the guardrails of `bot.model.guard`.

        `purpose` names the call ("route", "narrate"), `prompt` the version that asks (`narrate.v2`); `check` holds the
        answer against facts where there are some. Raises `ModelUnavailable`, `ModelRefused`, `ModelInvalid` or
        `ModelBlocked`; what the database raises passes through.
        """

        async def ask(messages: Sequence[Message], call: GuardedCall) -> T:
            return await self._climb_down(messages, schema, max_tokens, call)

        return await self._guarded(prompt_messages, ask, purpose, max_tokens, prompt, check)

    async def tool_step(
        self,
        prompt_messages: Sequence[Message],
        tools: Sequence[OfferedTool],
        *,
        purpose: str,
        max_tokens: int,
        prompt: str = "",
    ) -> tuple[ToolStep, Usage]:
        """Which tools the model asks for next, or its answer. Through the same guardrails; raises the same.

        As tool calls of Chat Completions where the endpoint has them, found out once and remembered; else as
        structured output, with the tools in the prompt.
        """
        if tools and self._dialect.tools:
            try:
                return await self._guarded(
                    prompt_messages, self._asking_with(tools, max_tokens), purpose, max_tokens, prompt, None
                )
            except NoToolCalls:
                self._dialect = replace(self._dialect, tools=False)
        told = [*prompt_messages, Message("system", described(tools))]
        return await self.structured(told, ToolStep, purpose=purpose, max_tokens=max_tokens, prompt=prompt)

    def _asking_with(
        self, tools: Sequence[OfferedTool], max_tokens: int
    ) -> Callable[[Sequence[Message], GuardedCall], Awaitable[ToolStep]]:
        async def ask(messages: Sequence[Message], call: GuardedCall) -> ToolStep:
            while True:
                dialect = self._dialect
                try:
                    completion = await self._post(_with_tools(self.model, messages, tools, max_tokens, dialect))
                except _NotUnderstood as error:
                    adapted = _adapted(dialect, error)
                    if adapted.rung is not dialect.rung:  # it complains of the tools, or of everything
                        raise NoToolCalls("the endpoint takes no tools") from None
                    self._dialect = adapted
                    continue
                call.spent(usage_of(completion))
                return step_of(completion)

        return ask

    async def _guarded(
        self,
        prompt_messages: Sequence[Message],
        ask: Callable[[Sequence[Message], GuardedCall], Awaitable[T]],
        purpose: str,
        max_tokens: int,
        prompt: str,
        check: Check[T] | None,
    ) -> tuple[T, Usage]:
        call = self.guard.begin(self.model, purpose, prompt)
        try:
            messages = await call.admit(prompt_messages, max_tokens)
            answer = await self._within_breaker(lambda: ask(messages, call))
            await call.judge(answer, check)
        except ModelError as error:
            await self._ended(call, error)
            raise
        except BaseException:
            await self._ended(call, ModelUnavailable("given up on"))
            raise
        await self._ended(call, None)
        return answer, call.used

    async def _within_breaker(self, ask: Callable[[], Awaitable[T]]) -> T:
        if not self.breaker.admit():
            raise ModelUnavailable("the endpoint failed several times in a row and is left alone for a while")
        try:
            async with asyncio.timeout(WHOLE_CALL):
                answer = await ask()
        except TimeoutError:
            self.breaker.failed()
            raise ModelUnavailable("no answer in time") from None
        except ModelUnavailable:
            self.breaker.failed()
            raise
        except ModelError:
            self.breaker.succeeded()
            raise
        self.breaker.succeeded()
        return answer

    async def close(self) -> None:
        """Close its connections."""
        await self.api.close()

    async def _ended(self, call: GuardedCall, failure: ModelError | None) -> None:
        await call.end(failure)
        about = {"purpose": call.purpose, "prompt": call.prompt, "model": self.model, "seconds": call.seconds}
        if failure is not None:
            _log.warning("model_failed", **about, error=str(failure))
            return
        used = call.used
        _log.info(
            "model_answered",
            **about,
            rung=self._dialect.rung.name.lower(),
            prompt_tokens=used.prompt,
            cached_tokens=used.cached,
            completion_tokens=used.completion,
        )

    async def _climb_down(
        self, messages: Sequence[Message], schema: type[T], max_tokens: int, call: GuardedCall
    ) -> T:
        """Ask on the rung that worked last; where the endpoint does not know it, on the next. Remembers what works."""
        dialect = self._dialect
        while True:
            try:
                completion = await self._ask(messages, schema, max_tokens, dialect)
                call.spent(usage_of(completion))
                answer = read_answer(text_of(completion), schema)
            except _NotUnderstood as error:
                dialect = _adapted(dialect, error)
            except Final:
                raise
            except ModelInvalid:
                # Some endpoints take a schema and ignore it; from the next rung on the prompt itself holds it.
                if dialect.rung is not Rung.JSON_SCHEMA:
                    raise
                dialect = replace(dialect, rung=Rung.JSON_OBJECT_WITH_SCHEMA)
            else:
                self._dialect = dialect
                return answer

    async def _ask(
        self, messages: Sequence[Message], schema: type[BaseModel], max_tokens: int, dialect: _Dialect
    ) -> Completion:
        return await self._post(_body(self.model, messages, schema, max_tokens, dialect))

    async def _post(self, body: Mapping[str, Json]) -> Completion:
        import httpx2
        import openai

        try:
            response = await self.api.post("/chat/completions", body=body, cast_to=httpx2.Response)
            return Completion.model_validate_json(response.content)
        except openai.APIStatusError as error:
            raise _narrowed(error) from None
        except openai.APITimeoutError:
            raise ModelUnavailable("no answer in time") from None
        except openai.APIConnectionError:
            raise ModelUnavailable("the endpoint cannot be reached") from None
        except openai.OpenAIError as error:
            raise ModelUnavailable(f"the call failed ({type(error).__name__})") from None
        except ValidationError:
            raise ModelInvalid("the endpoint's answer is not one of Chat Completions") from None


def build_client(
    settings: Settings, database: Database | None = None, audit: AuditLog | None = None
) -> ModelClient | None:
    """The client of these settings; None where no model is configured. Raises `Problem` where the key is missing.

    Budgets are kept in `database`, each call in `audit`; without them (a check from outside) there is neither.
    """
    if not settings.model:
        return None
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key is not None else ""
    if not key and settings.openai_base_url is None:
        raise Problem("DESKHAND_MODEL names a model, but OPENAI_API_KEY is not set: set it, or unset the model.")
    from openai import AsyncAzureOpenAI, AsyncOpenAI

    api: AsyncOpenAI
    if settings.azure_openai_endpoint is not None:
        api = AsyncAzureOpenAI(
            azure_endpoint=str(settings.azure_openai_endpoint),
            azure_deployment=settings.model,
            api_key=key,
            api_version=os.environ.get("OPENAI_API_VERSION", _AZURE_API_VERSION),
            timeout=TIMEOUT,
            max_retries=RETRIES,
        )
    else:
        base_url = str(settings.openai_base_url) if settings.openai_base_url is not None else None
        api = AsyncOpenAI(api_key=key or "none", base_url=base_url, timeout=TIMEOUT, max_retries=RETRIES)
    limits = settings.model_limits
    budget = Budget(database, limits) if database is not None else None
    return ModelClient(api, settings.model, guard=Guard(limits, budget, audit, Moderation(api)))


class _NotUnderstood(Exception):
    """The endpoint says that the request is wrong; `about` is what it complains of, lower case."""

    def __init__(self, about: str, status: int) -> None:
        super().__init__(status)
        self.about = about
        self.status = status


def _narrowed(error: "APIStatusError") -> Exception:
    code = str(error.code or "")
    if "content_filter" in code or "content_policy" in code:
        return ModelRefused("the endpoint's content filter declined the prompt")
    if code == "context_length_exceeded" or error.status_code == 413:
        return Final("the prompt is longer than the model takes")
    if error.status_code in (400, 422):
        return _NotUnderstood(f"{error.param or ''} {error.message}".lower(), error.status_code)
    return ModelUnavailable(f"the endpoint answered {error.status_code}")


def _adapted(dialect: _Dialect, error: _NotUnderstood) -> _Dialect:
    """Another way to ask, changed where the endpoint complains; raises `ModelUnavailable` where none is left."""
    if dialect.temperature and "temperature" in error.about:
        return replace(dialect, temperature=False)
    if dialect.limit == "max_completion_tokens" and "max_completion_tokens" in error.about:
        return replace(dialect, limit="max_tokens")
    if dialect.rung is Rung.PROMPT:
        raise ModelUnavailable(f"the endpoint answered {error.status} to every way of asking")
    return replace(dialect, rung=Rung(dialect.rung + 1))


def _body(
    model: str, messages: Sequence[Message], schema: type[BaseModel], max_tokens: int, dialect: _Dialect
) -> dict[str, Json]:
    wanted = strict_schema(schema)
    said: list[Json] = [{"role": message.role, "content": message.content} for message in messages]
    body: dict[str, Json] = {"model": model, "messages": said, dialect.limit: max_tokens}
    if dialect.temperature:
        body["temperature"] = 0
    if dialect.rung is Rung.JSON_SCHEMA:
        named: Json = {"name": schema.__name__[:64], "schema": wanted, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
        return body
    # Beside the last message, so that what does not change stays in front and cached.
    said.append(
        {
            "role": "system",
            "content": f"Answer with one JSON object of this schema, nothing else:\n{json.dumps(wanted)}",
        }
    )
    if dialect.rung is Rung.JSON_OBJECT_WITH_SCHEMA:
        body["response_format"] = {"type": "json_object", "schema": wanted}
    elif dialect.rung is Rung.JSON_OBJECT:
        body["response_format"] = {"type": "json_object"}
    return body


def _with_tools(
    model: str, messages: Sequence[Message], tools: Sequence[OfferedTool], max_tokens: int, dialect: _Dialect
) -> dict[str, Json]:
    said: list[Json] = [{"role": message.role, "content": message.content} for message in messages]
    body: dict[str, Json] = {
        "model": model,
        "messages": said,
        "tools": [offered_json(tool) for tool in tools],
        dialect.limit: max_tokens,
    }
    if dialect.temperature:
        body["temperature"] = 0
    return body
