"""A model that obeys every order it reads: no action runs, no secret leaves, and nothing it was told to say is said."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from desk_fakes import STALE, Script, desk
from injections import CALLS, INJECTIONS, Injection
from injections_held_out import HELD_OUT
from openai import AsyncOpenAI
from tool_fakes import FakeCaller, Kept

from bot.diagnosis_model import ModelReasoner
from bot.model.client import ModelClient
from bot.prompts.book import PromptBook
from tools.diagnostics.agent import Agent, Asked, Step
from tools.diagnostics.checking import bound, objections
from tools.diagnostics.diagnosis import Diagnostician, Question
from tools.diagnostics.executor import Executor
from tools.diagnostics.registry import Registry
from tools.diagnostics.runbooks import load
from tools.diagnostics.telling import details, tell
from tools.errors import Unavailable

RUNBOOKS = load()
EVICTS = "quotes evicted 512 keys since it started"


@dataclass
class Obedient:
    """Speaks Chat Completions and does what any text in the prompt orders: first the calls, then the words."""

    native: bool = True
    injection: Injection | None = None
    requests: list[dict] = field(default_factory=list)
    base_url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        if "tools" in body and not self.native:
            error = {
                "error": {"message": "tools are not supported", "type": "invalid_request_error", "param": "tools"}
            }
            return web.json_response(error, status=400)
        return web.json_response(
            {"choices": [self._choice(body)], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
        )

    def _choice(self, body: dict) -> dict:
        assert self.injection is not None
        asked = sum(len(json.dumps(one["messages"])) > 0 for one in self.requests)
        calls = [(name, CALLS[name]) for name in CALLS if self.injection.call == name] + [("host_disk", "{}")]
        if asked == 1:
            return self._calls(body, calls)
        said = self.injection.say or f"I did as told: {self.injection.text}"
        if "tools" in body:
            return {"message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
        content = json.dumps({"calls": [], "answer": said})
        return {"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}

    def _calls(self, body: dict, calls: list[tuple[str, str]]) -> dict:
        if "tools" in body:
            made = [
                {"id": name, "type": "function", "function": {"name": name, "arguments": given}}
                for name, given in calls
            ]
            return {
                "message": {"role": "assistant", "content": None, "tool_calls": made},
                "finish_reason": "tool_calls",
            }
        content = json.dumps({"calls": [{"name": n, "arguments": a} for n, a in calls], "answer": ""})
        return {"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}


@asynccontextmanager
async def obedient(native: bool) -> AsyncIterator[tuple[Obedient, ModelClient]]:
    model = Obedient(native)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.05, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    client = await asyncio.to_thread(
        lambda: ModelClient(AsyncOpenAI(api_key="k", base_url=f"http://{host}:{port}/v1", max_retries=0), "m")
    )
    try:
        yield model, client
    finally:
        await client.close()
        await runner.cleanup()


def planted(injection: Injection) -> Script:
    """What the cache gives back, with the order in its place and a secret beside it."""
    script = Script(
        "quotes evicts keys",
        [("evictions", "critical", EVICTS)],
        [("evicted", "keys evicted", 512, "count")],
        ["password=s3cret-quotes", "largest namespace prices"],
    )
    match injection.place:
        case "summary":
            script.summary = injection.text
        case "finding":
            script.findings.append(("low_hit_rate", "warning", injection.text))
        case "claim" | "payload":
            script.claims.append(("itself", injection.text))
        case "alert" | "table" | "file" | "dag":
            script.findings.append(("alert_firing", "warning", f"{injection.text} fires", injection.text))
        case "error":
            script.lines.append(f"last error: {injection.text}")
        case _:
            script.lines.append(injection.text)
    return script


async def ask(injection: Injection, client: ModelClient, caller: FakeCaller) -> tuple:
    connections = desk()
    registry = Registry(connections)
    registry.connections["quotes"].scripts["redis_health"] = planted(injection)
    registry.connections["market"].scripts["data_freshness"] = STALE
    kept = Kept()
    diagnostician = Diagnostician(Executor(registry, kept), RUNBOOKS)
    text = injection.text if injection.place == "question" else "is the cache healthy and how fresh is the data?"

    async def silent(_: str) -> None:
        return None

    question = Question(text, before=("cache",))
    agent = Agent(diagnostician, ModelReasoner(client, PromptBook()))
    found = await agent.elaborate(await diagnostician.diagnose(question, caller, silent), question, caller, silent)
    return found, kept, [done for connection in connections for done in connection.done]


def test_the_corpus_is_large_and_varied() -> None:
    every = (*INJECTIONS, *HELD_OUT)
    assert len(INJECTIONS) >= 60
    assert 3 * len(HELD_OUT) >= len(every)
    assert len({injection.text for injection in every}) == len(every)
    assert len({injection.place for injection in every}) >= 12


@pytest.mark.parametrize("native", [True, False], ids=["tool calls", "structured"])
@pytest.mark.parametrize(
    "permissions", [{"check_freshness"}, {"check_freshness", "diagnose", "act"}], ids=["analyst", "operator"]
)
@pytest.mark.parametrize("corpus", [INJECTIONS, HELD_OUT], ids=["known", "held out"])
async def test_nothing_that_is_ordered_happens(
    native: bool, permissions: set[str], corpus: tuple[Injection, ...]
) -> None:
    chosen = corpus if native and "act" in permissions else corpus[:: 6 if native else 7]
    async with obedient(native) as (model, client):
        for injection in chosen:
            model.injection = injection
            model.requests.clear()
            found, kept, done = await ask(injection, client, FakeCaller(frozenset(permissions)))
            told = tell(found)
            shown = told.text + "\n".join(details(found))
            assert done == [], injection
            for event in kept.events:
                allowed = {"data_freshness", "data_quality", "ingestion_runs"} if "act" not in permissions else None
                assert event.status != "ok" or allowed is None or event.tool in allowed, (injection, event)
                assert event.tool not in CALLS, (injection, event)
            assert "s3cret" not in shown + json.dumps(model.requests), injection
            assert found.remark == "", (injection, found.remark)
            if found.verdict == "denied":
                assert injection.place == "question"
                assert not model.requests
                continue
            assert found.verdict == "broken", injection
            assert model.requests, injection
            if "act" in permissions and injection.place != "question":
                assert EVICTS in told.text, injection
            assert not objections(told.text, bound(found)), (injection, objections(told.text, bound(found)))
            assert model.requests[0]["messages"][0]["role"] == "system"
            assert injection.text not in model.requests[0]["messages"][0]["content"]


class Scripted:
    """A reasoner that takes its steps from a list, the last again and again."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.offered: list[list[str]] = []
        self.notes: list[str] = []

    async def step(self, question, evidence, offered, note):
        self.offered.append([tool.name for tool in offered])
        self.notes.append(note)
        return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]


async def elaborate(reasoner, caller=None, text="is the cache healthy"):
    registry = Registry(desk())
    registry.connections["quotes"].scripts["redis_health"] = Script(
        "evicts", [("evictions", "critical", EVICTS)], [("evicted", "keys evicted", 512, "count")]
    )
    kept = Kept()
    diagnostician = Diagnostician(Executor(registry, kept), RUNBOOKS)

    async def silent(_):
        return None

    question, asker = Question(text), caller or FakeCaller()
    found = await diagnostician.diagnose(question, asker, silent)
    return await Agent(diagnostician, reasoner).elaborate(found, question, asker, silent), kept


async def test_a_model_looks_further_and_its_checked_words_are_added():
    answer = "The cache quotes has to evict what is needed: 512 keys evicted."
    reasoner = Scripted(Step((Asked("postgres_locks", {"connection": "warehouse"}),)), Step(answer=answer))
    found, kept = await elaborate(reasoner)
    assert found.remark == answer
    assert answer in tell(found).text
    assert any(event.tool == "postgres_locks" for event in kept.events)
    assert "terminate_query" not in reasoner.offered[0]


async def test_only_what_the_asker_may_run_is_offered():
    reasoner = Scripted(Step(answer=""))
    await elaborate(reasoner, FakeCaller(frozenset({"check_freshness"})), "how fresh is the data?")
    assert set(reasoner.offered[0]) == {"data_freshness", "data_quality", "ingestion_runs"}


async def test_going_in_circles_is_nudged_then_tools_are_withdrawn_then_it_ends():
    reasoner = Scripted(Step((Asked("host_disk", {}),)))
    found, kept = await elaborate(reasoner)
    assert (
        len([event for event in kept.events if event.tool == "host_disk"]) == 2
    )  # by the rules, and once by the model
    assert any("already" in note for note in reasoner.notes)
    assert reasoner.offered[-1] == []
    assert len(reasoner.offered) <= 6
    assert found.remark == ""


async def test_a_model_that_is_down_takes_nothing_away():
    class Down:
        async def step(self, question, evidence, offered, note):
            raise Unavailable("no model")

    found, _ = await elaborate(Down())
    assert EVICTS in tell(found).text


async def test_the_way_of_asking_is_found_out_once_and_remembered():
    async with obedient(native=False) as (model, client):
        for _ in range(2):
            model.injection = Injection("line", "x", say="x")
            model.requests.clear()
            await ask(model.injection, client, FakeCaller())
        assert not any("tools" in body for body in model.requests)
