"""The model client against a server that speaks the real protocol."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel, ConfigDict, Field

from bot.model.breaker import Breaker
from bot.model.client import (
    Message,
    ModelClient,
    ModelInvalid,
    ModelRefused,
    ModelUnavailable,
    Rung,
    Usage,
    build_client,
)
from bot.model.schema import strict_schema
from bot.settings import Settings
from tools.errors import Problem

sys.path.insert(0, str(Path(__file__).parent))

from scripted import Cut, Fail, Hang, Raw, Reply, Say, ScriptedModel, scripted_model

KEY = "sk-" + "test-key-0123456789"
MESSAGES = [Message("system", "Answer as Verdict."), Message("user", "is 7 odd?")]


class Verdict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    word: Literal["yes", "no"]
    weight: Annotated[float, Field(ge=0, le=1)] = 1.0


GOOD = {"word": "yes", "weight": 0.5}


@asynccontextmanager
async def talking(
    *replies: Reply, retries: int = 0, breaker: Breaker | None = None, **known: frozenset[str]
) -> AsyncIterator[tuple[ModelClient, ScriptedModel]]:
    async with scripted_model(*replies, **known) as server:
        api = AsyncOpenAI(api_key=KEY, base_url=server.base_url, timeout=0.5, max_retries=retries)
        client = ModelClient(api, "small", breaker or Breaker())
        try:
            yield client, server
        finally:
            await client.close()


async def ask(client: ModelClient) -> tuple[Verdict, Usage]:
    return await client.structured(MESSAGES, Verdict, purpose="test", max_tokens=50)


async def test_a_schema_is_sent_and_the_answer_validated() -> None:
    async with talking(Say(GOOD)) as (client, server):
        verdict, usage = await ask(client)
    assert verdict == Verdict(word="yes", weight=0.5)
    assert usage == Usage(prompt=100, cached=40, completion=20)
    body = server.requests[0]
    assert body["response_format"]["json_schema"]["strict"] is True
    assert body["response_format"]["json_schema"]["schema"] == strict_schema(Verdict)
    assert body["max_completion_tokens"] == 50


@pytest.mark.parametrize(
    "content",
    [
        'Sure!\n```json\n{"word": "no"}\n```\nAnything else?',
        'The answer is {"word": "no", "weight": 0.1} I think {or not}',
        '<think>{"word": "yes"}?</think>{"word": "no"}',
        '{"note": 1} then {"word": "no"}',
    ],
)
async def test_json_is_found_in_words_around_it(content: str) -> None:
    async with talking(Say(content)) as (client, _):
        assert (await ask(client))[0].word == "no"


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        (frozenset({"json_object+schema", "json_object"}), Rung.JSON_OBJECT_WITH_SCHEMA),
        (frozenset({"json_object"}), Rung.JSON_OBJECT),
        (frozenset[str](), Rung.PROMPT),
    ],
)
async def test_the_ladder_is_climbed_down_once_and_remembered(formats: frozenset[str], expected: Rung) -> None:
    async with talking(Say(GOOD), formats=formats) as (client, server):
        await ask(client)
        assert client.rung is expected
        assert len(server.requests) == expected + 1
        await ask(client)
        assert len(server.requests) == expected + 2
        assert '"weight"' in server.requests[-1]["messages"][-1]["content"], "the prompt holds the schema"


async def test_an_endpoint_that_ignores_the_schema_is_asked_in_the_prompt() -> None:
    async with talking(Say("7 is odd, yes."), Say(GOOD)) as (client, server):
        assert (await ask(client))[0].word == "yes"
    assert server.asked_as == ["json_schema", "json_object+schema"]


async def test_parameters_an_endpoint_does_not_know_are_given_up() -> None:
    async with talking(Say(GOOD), parameters=frozenset({"max_tokens"})) as (client, server):
        await ask(client)
        await ask(client)
        assert client.rung is Rung.JSON_SCHEMA
    assert len(server.requests) == 4
    assert server.requests[-1]["max_tokens"] == 50
    assert "temperature" not in server.requests[-1]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no json here",
        '{"word": "perhaps"}',
        '{"word": "yes", "weight": 7}',
        '{"word": "yes"',
        "[1, 2]",
        "{" * 5000,
        None,
    ],
)
async def test_what_does_not_validate_is_invalid(content: str | None) -> None:
    async with talking(Say(content)) as (client, _):
        with pytest.raises(ModelInvalid):
            await ask(client)


async def test_a_cut_off_answer_is_invalid_and_not_asked_again() -> None:
    async with talking(Say('{"word": "yes"', finish_reason="length")) as (client, server):
        with pytest.raises(ModelInvalid, match="cut off"):
            await ask(client)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Say(None, finish_reason="content_filter"),
        Say(None, refusal="I cannot help with that"),
        Fail(400, "content_filter", "The response was filtered"),
    ],
)
async def test_a_refusal_is_a_refusal(reply: Reply) -> None:
    async with talking(reply) as (client, server):
        with pytest.raises(ModelRefused):
            await ask(client)
    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [Fail(500), Fail(503), Fail(429), Fail(401), Fail(403), Fail(404), Hang(), Cut()])
async def test_no_answer_is_unavailable(reply: Reply) -> None:
    async with talking(reply) as (client, _):
        with pytest.raises(ModelUnavailable):
            await ask(client)


@pytest.mark.parametrize(
    "reply",
    [
        Raw(b"{not json"),
        Raw(b"<html>gateway</html>", "text/html"),
        Raw(b"[]"),
        Raw(b'"hello"'),
        Raw(b"{}"),
        Raw(b'{"choices": []}'),
        Raw(b'{"choices": [{}]}'),
        Raw(b'{"choices": [{"finish_reason": "stop", "message": null}]}'),
        Raw(b'{"choices": "none", "usage": 7}'),
        Raw(b""),
    ],
)
async def test_what_is_not_chat_completions_is_a_named_error(reply: Reply) -> None:
    async with talking(reply) as (client, _):
        with pytest.raises((ModelInvalid, ModelUnavailable)):
            await ask(client)


async def test_a_server_error_is_tried_once_more() -> None:
    async with talking(Fail(500, headers={"retry-after-ms": "1"}), Say(GOOD), retries=1) as (client, server):
        await ask(client)
    assert len(server.requests) == 2


async def test_a_prompt_that_is_too_long_is_not_sent_again() -> None:
    async with talking(Fail(400, "context_length_exceeded")) as (client, server):
        with pytest.raises(ModelInvalid, match="longer"):
            await ask(client)
    assert len(server.requests) == 1


async def test_a_request_wrong_in_every_form_ends() -> None:
    async with talking(Fail(400)) as (client, server):
        with pytest.raises(ModelUnavailable):
            await ask(client)
    assert len(server.requests) == len(Rung)
    assert client.rung is Rung.JSON_SCHEMA, "only what works is remembered"


async def test_the_breaker_opens_lets_one_try_and_closes() -> None:
    now = [0.0]
    breaker = Breaker(failures=2, seconds=30, clock=lambda: now[0])
    async with talking(Fail(503), breaker=breaker) as (client, server):
        for _ in range(4):
            with pytest.raises(ModelUnavailable):
                await ask(client)
        assert len(server.requests) == 2
        assert breaker.is_open
        now[0] = 31.0
        with pytest.raises(ModelUnavailable):
            await ask(client)
        assert len(server.requests) == 3
        with pytest.raises(ModelUnavailable, match="left alone"):
            await ask(client)
        now[0] = 62.0
        server.script(Say(GOOD))
        await ask(client)
        assert not breaker.is_open
        await ask(client)
    assert len(server.requests) == 5


async def test_an_invalid_answer_does_not_open_the_breaker() -> None:
    async with talking(Say("no"), breaker=Breaker(failures=1)) as (client, _):
        for _ in range(3):
            with pytest.raises(ModelInvalid):
                await ask(client)


async def test_errors_hold_nothing_of_key_or_prompt() -> None:
    async with talking(Fail(401, "invalid_api_key", f"Incorrect API key provided: {KEY}")) as (client, _):
        with pytest.raises(ModelUnavailable) as raised:
            await ask(client)
    assert KEY not in str(raised.value)
    assert raised.value.__cause__ is None


def settings(**given: Any) -> Settings:
    return Settings.model_validate(given)


def test_no_model_configured_is_no_client() -> None:
    assert build_client(settings()) is None


def test_a_missing_key_is_said() -> None:
    with pytest.raises(Problem, match="OPENAI_API_KEY"):
        build_client(settings(model="gpt"))


async def test_a_client_from_settings_waits_thirty_seconds_and_retries_once() -> None:
    async with scripted_model(Say(GOOD)) as server:
        client = build_client(settings(model="local", openai_base_url=server.base_url))
        assert client is not None
        assert (client.api.timeout, client.api.max_retries) == (30.0, 1)
        await ask(client)
        await client.close()
    assert server.requests[0]["model"] == "local"


async def test_azure_is_asked_by_deployment() -> None:
    async with scripted_model(Say(GOOD)) as server:
        endpoint = server.base_url.removesuffix("/v1")
        client = build_client(settings(model="desk-gpt", openai_api_key=KEY, azure_openai_endpoint=endpoint))
        assert client is not None
        await ask(client)
        await client.close()
    assert server.paths[0].startswith("/openai/deployments/desk-gpt/chat/completions?api-version=")
