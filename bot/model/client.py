"""Structured answers from a model: asked in the strictest way its endpoint knows, always validated again here."""

import asyncio
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Literal, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from bot.model.answer import read_answer
from bot.model.breaker import Breaker
from bot.model.errors import ModelError, ModelInvalid, ModelRefused, ModelUnavailable
from bot.model.schema import strict_schema
from bot.protocols import Json
from bot.settings import Settings
from tools.errors import Problem

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

__all__ = [
    "Message",
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


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the prompt. Text of people and tools goes delimited into a `user` message, never `system`."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer; `cached` is the part of `prompt` the endpoint had ready. 0 where it does not say."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0


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


@dataclass(slots=True)
class ModelClient:
    """Talks to one model of one endpoint. Safe for concurrent calls; close it at shutdown."""

    api: "AsyncOpenAI"
    model: str
    breaker: Breaker = field(default_factory=Breaker)
    _dialect: _Dialect = field(default_factory=_Dialect, init=False)

    @property
    def rung(self) -> Rung:
        """How the endpoint is asked at present."""
        return self._dialect.rung

    async def structured(
        self, prompt_messages: Sequence[Message], schema: type[T], *, purpose: str, max_tokens: int, prompt: str = ""
    ) -> tuple[T, Usage]:
        """An instance of `schema` and what it cost. `purpose` names the call in the log ("route", "narrate"), `prompt`
        the version that asks (`narrate.v2`).

        Raises `ModelUnavailable`, `ModelRefused` or `ModelInvalid`, nothing else.
        """
        if not self.breaker.admit():
            raise ModelUnavailable("the endpoint failed several times in a row and is left alone for a while")
        started = time.perf_counter()
        try:
            async with asyncio.timeout(WHOLE_CALL):
                answer, usage = await self._climb_down(prompt_messages, schema, max_tokens)
        except TimeoutError:
            self.breaker.failed()
            raise self._noted(ModelUnavailable("no answer in time"), purpose, started) from None
        except ModelUnavailable as error:
            self.breaker.failed()
            raise self._noted(error, purpose, started) from None
        except ModelError as error:
            self.breaker.succeeded()
            raise self._noted(error, purpose, started) from None
        self.breaker.succeeded()
        _log.info(
            "model_answered",
            purpose=purpose,
            prompt=prompt,
            model=self.model,
            rung=self._dialect.rung.name.lower(),
            seconds=round(time.perf_counter() - started, 3),
            prompt_tokens=usage.prompt,
            cached_tokens=usage.cached,
            completion_tokens=usage.completion,
        )
        return answer, usage

    async def close(self) -> None:
        """Close its connections."""
        await self.api.close()

    def _noted(self, error: ModelError, purpose: str, started: float) -> ModelError:
        seconds = round(time.perf_counter() - started, 3)
        _log.warning("model_failed", purpose=purpose, model=self.model, error=str(error), seconds=seconds)
        return error

    async def _climb_down(self, messages: Sequence[Message], schema: type[T], max_tokens: int) -> tuple[T, Usage]:
        """Ask on the rung that worked last; where the endpoint does not know it, on the next. Remembers what works."""
        dialect = self._dialect
        while True:
            try:
                completion = await self._ask(messages, schema, max_tokens, dialect)
                answer = read_answer(_text_of(completion), schema)
            except _NotUnderstood as error:
                dialect = _adapted(dialect, error)
            except _Final:
                raise
            except ModelInvalid:
                # Some endpoints take a schema and ignore it; from the next rung on the prompt itself holds it.
                if dialect.rung is not Rung.JSON_SCHEMA:
                    raise
                dialect = replace(dialect, rung=Rung.JSON_OBJECT_WITH_SCHEMA)
            else:
                self._dialect = dialect
                return answer, _usage_of(completion)

    async def _ask(
        self, messages: Sequence[Message], schema: type[BaseModel], max_tokens: int, dialect: _Dialect
    ) -> "_Completion":
        import httpx2
        import openai

        body = _body(self.model, messages, schema, max_tokens, dialect)
        try:
            response = await self.api.post("/chat/completions", body=body, cast_to=httpx2.Response)
            return _Completion.model_validate_json(response.content)
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


def build_client(settings: Settings) -> ModelClient | None:
    """The client of these settings; None where no model is configured. Raises `Problem` where the key is missing."""
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
    return ModelClient(api, settings.model)


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
        return _Final("the prompt is longer than the model takes")
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


class _Final(ModelInvalid):
    """An answer that asking in another way would not better."""


class _Said(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    finish_reason: str | None = None
    message: _Said


class _PromptDetails(BaseModel):
    cached_tokens: int | None = None


class _Used(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _PromptDetails | None = None


class _Completion(BaseModel):
    """What is read of an endpoint's answer; servers differ in all the rest."""

    choices: list[_Choice]
    usage: _Used | None = None


def _text_of(completion: _Completion) -> str:
    if not completion.choices:
        raise ModelInvalid("the endpoint's answer holds no choice")
    choice = completion.choices[0]
    if choice.finish_reason == "content_filter" or choice.message.refusal:
        raise ModelRefused("the model declined")
    if choice.finish_reason == "length":
        raise _Final("the answer was cut off at the token limit")
    if not choice.message.content:
        raise ModelInvalid("the answer is empty")
    return choice.message.content


def _usage_of(completion: _Completion) -> Usage:
    used = completion.usage or _Used()
    details = used.prompt_tokens_details or _PromptDetails()
    return Usage(used.prompt_tokens or 0, details.cached_tokens or 0, used.completion_tokens or 0)
