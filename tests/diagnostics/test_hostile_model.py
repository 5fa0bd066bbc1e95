"""A model that misbehaves over real HTTP: what rules found is told all the same, within bounds, and nothing else runs."""

import asyncio
import itertools
import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from desk_fakes import Script, desk
from openai import AsyncOpenAI
from tool_fakes import FakeCaller, Kept

from bot.diagnosis_model import ModelReasoner
from bot.model.client import ModelClient
from bot.prompts.book import PromptBook
from tools.diagnostics import agent as agent_module
from tools.diagnostics.agent import MOST_CALLS, MOST_STEPS, Agent
from tools.diagnostics.diagnosis import Diagnostician, Question
from tools.diagnostics.executor import Executor
from tools.diagnostics.registry import Registry
from tools.diagnostics.runbooks import load
from tools.diagnostics.telling import tell

EVICTS = "quotes evicted 512 keys since it started"
RUNBOOKS = load()


def calls(*pairs):
    made = [
        {"id": str(number), "type": "function", "function": {"name": name, "arguments": given}}
        for number, (name, given) in enumerate(pairs)
    ]
    return {"role": "assistant", "content": None, "tool_calls": made}


def words(text):
    return {"role": "assistant", "content": text}


@asynccontextmanager
async def model_that(answer, delay=0.0):
    """`answer` gives the next message (or a whole body) of a model; yields a reasoner and the requests it got."""
    requests = []

    async def handle(request):
        requests.append(await request.json())
        await asyncio.sleep(delay)
        said = answer(len(requests))
        body = said if "choices" in said else {"choices": [{"message": said, "finish_reason": "stop"}]}
        return web.json_response({"usage": {"prompt_tokens": 1, "completion_tokens": 1}, **body})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.05, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    client = await asyncio.to_thread(
        lambda: ModelClient(AsyncOpenAI(api_key="k", base_url=f"http://{host}:{port}/v1", max_retries=0), "m")
    )
    try:
        yield ModelReasoner(client, PromptBook()), requests
    finally:
        await client.close()
        await runner.cleanup()


async def diagnosed(answer, delay=0.0):
    """What is told, what ran, what the model was sent."""
    connections = desk()
    registry = Registry(connections)
    registry.connections["quotes"].scripts["redis_health"] = Script(
        "evicts", [("evictions", "critical", EVICTS)], [("evicted", "keys evicted", 512, "count")]
    )
    kept = Kept()
    diagnostician = Diagnostician(Executor(registry, kept), RUNBOOKS)

    async def silent(_):
        return None

    question = Question("is the cache healthy")
    found = await diagnostician.diagnose(question, FakeCaller(), silent)
    by_rules = len(kept.events)
    async with model_that(answer, delay) as (reasoner, requests):
        found = await Agent(diagnostician, reasoner).elaborate(found, question, FakeCaller(), silent)
    assert EVICTS in tell(found).text
    assert found.verdict == "broken"
    assert [done for connection in connections for done in connection.done] == []
    return found, kept.events[by_rules:], requests


@pytest.mark.parametrize(
    "name", ["rm_rf", "terminate_query", "invalidate_cache", "", "host_disk ", "HOST_DISK", "functions.host_disk"]
)
async def test_a_tool_that_was_not_offered_never_runs(name):
    found, ran, requests = await diagnosed(
        lambda number: calls((name, '{"pid": 4711}')) if number == 1 else words("no more")
    )
    assert ran == []
    assert found.remark == ""
    assert len(requests) <= 2


@pytest.mark.parametrize(
    "arguments", ["{", "[1]", '"x"', "null", '{"a": 1}', '{"connection": 7}', '{"connection": "nowhere"}']
)
async def test_arguments_that_do_not_fit_are_refused(arguments):
    _, ran, requests = await diagnosed(
        lambda number: calls(("host_disk", arguments)) if number == 1 else words("no more")
    )
    assert [event.status for event in ran if event.status != "error"] == []
    assert "host_disk" in json.dumps(requests[1]["messages"])  # it is told


async def test_the_same_call_for_ever_ends():
    _, ran, requests = await diagnosed(lambda _: calls(("host_disk", "{}")))
    assert len(ran) == 1
    assert len(requests) <= MOST_STEPS + 1


async def test_ever_new_calls_end_too():
    numbers = itertools.count()
    _, ran, requests = await diagnosed(
        lambda _: calls(*(("host_disk", json.dumps({"n": next(numbers)})) for _ in range(50)))
    )
    assert len(ran) <= MOST_CALLS
    assert len(requests) <= MOST_STEPS + 1


@pytest.mark.parametrize(
    "answer",
    [
        "quotes evicts keys. " * 20_000,
        "quotes evicted 513 keys since it started.",
        "quotes evicted 512 keys since 04:00, 12% of all.",
        "It evicts keys because a deployment at noon halved its memory.",
        "\x00\x1b[31mquotes evicts",
        "",
    ],
)
async def test_what_is_too_long_or_invented_is_not_said(answer):
    found, _, _ = await diagnosed(lambda _: words(answer))
    assert found.remark == ""


@pytest.mark.parametrize(
    "body",
    [
        {"choices": []},
        {"choices": [{"message": None, "finish_reason": "stop"}]},
        {"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": []}, "finish_reason": "stop"}]},
        {
            "choices": [
                {
                    "message": {"role": "assistant", "content": None, "refusal": "no"},
                    "finish_reason": "content_filter",
                }
            ]
        },
    ],
    ids=["no choice", "no message", "nothing said", "refusal"],
)
async def test_a_broken_answer_takes_nothing_away(body):
    found, ran, _ = await diagnosed(lambda _: body)
    assert (found.remark, ran) == ("", [])


async def test_the_whole_has_a_time_limit(monkeypatch):
    monkeypatch.setattr(agent_module, "MOST_SECONDS", 0.2)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    found, _, _ = await diagnosed(lambda _: words(EVICTS), delay=5.0)
    assert found.remark == ""
    assert loop.time() - begun < 4.0
