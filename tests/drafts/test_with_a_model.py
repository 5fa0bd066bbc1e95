"""A model that reads what the grammar cannot place, and models that copy wrongly, invent and drop: over real HTTP."""

import asyncio
import sys
from pathlib import Path

import pytest
from openai import AsyncOpenAI

from bot.draft_model import model_proposers
from bot.model.client import ModelClient
from bot.prompts.book import PromptBook
from tools.strategies.drafting import Draft, Drafter
from tools.strategies.fidelity import unfaithful
from tools.strategies.proposing import ModelDrafter

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))

from scripted import Fail, Reply, Say, ScriptedModel, scripted_model

KEY = "sk-" + "test-key-0123456789"
REQUEST = "when the languid 10-day RSI is below 25 and the close is above its 200-day average buy SPY, sell when the RSI is above 60"


def rsi(period: int = 10) -> dict:
    return {"kind": "indicator", "name": "RSI", "parameters": [{"name": "timeperiod", "value": period}]}


def level(left: dict, op: str, value: float) -> dict:
    return {"kind": op, "left": left, "right": {"kind": "number", "value": value}}


TREND = {
    "kind": ">",
    "left": {"kind": "price", "field": "close"},
    "right": {"kind": "indicator", "name": "SMA", "parameters": [{"name": "timeperiod", "value": 200}]},
}
GOOD = {
    "symbols": ["SPY"],
    "side": "long",
    "entry": [[level(rsi(), "<", 25), TREND]],
    "exit": [[level(rsi(), ">", 60)]],
}


async def drafted(drafter: Drafter, text: str, *replies: Reply) -> tuple[Draft, ScriptedModel]:
    async with scripted_model(*replies) as server:
        api = AsyncOpenAI(api_key=KEY, base_url=server.base_url, max_retries=0, timeout=5)
        client = ModelClient(api, "scripted-1")
        try:
            return await ModelDrafter(drafter, model_proposers(client, PromptBook())).draft(text), server
        finally:
            await client.close()


async def test_what_the_grammar_cannot_place_a_model_may_read(drafter: Drafter) -> None:
    assert (await asyncio.to_thread(drafter.draft, REQUEST)).status == "clarify"
    draft, server = await drafted(drafter, REQUEST, Say(GOOD))
    assert draft.status == "ok", draft.read
    assert draft.writer.startswith("scripted-1 draft.v")
    assert draft.specification is not None
    assert draft.specification.symbols == ("SPY",)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("wrong", "finding"),
    [
        ({"entry": [[level(rsi(25), "<", 25), TREND]]}, "25 is used as a length"),
        ({"entry": [[level(rsi(), "<", 25)]]}, "200 was said as a length"),
        ({"entry": [[level(rsi(), ">", 25), TREND]]}, "compared the other way"),
        ({"exit": []}, "An exit was said"),
        ({"stop_loss_percent": 5}, "a stop that was not said"),
        ({"exit": [[level(rsi(), ">", 70)]]}, "70 is used as a level"),
        ({"side": "short"}, "Nothing was said of going short"),
        ({"symbols": ["^IXIC"]}, "SPY was said"),
        ({"entry": [[level({"kind": "indicator", "name": "CCI", "parameters": []}, "<", 25), TREND]]}, "CCI is used"),
    ],
)
async def test_what_is_not_as_asked_goes_back_once_and_then_the_question_stands(
    drafter: Drafter, wrong: dict, finding: str
) -> None:
    draft, server = await drafted(drafter, REQUEST, Say({**GOOD, **wrong}))
    assert draft.status == "clarify"
    assert draft.writer == "rules"
    assert len(server.requests) == 2
    assert finding in str(server.requests[1]["messages"])


async def test_a_repaired_proposal_is_taken(drafter: Drafter) -> None:
    draft, server = await drafted(drafter, REQUEST, Say({**GOOD, "stop_loss_percent": 5}), Say(GOOD))
    assert draft.status == "ok"
    assert len(server.requests) == 2


async def test_an_invented_exit_is_not_taken(drafter: Drafter) -> None:
    request = "buy SPY when the languid 10-day RSI is below 25, take profit at 8%"
    entry = {**GOOD, "entry": [[level(rsi(), "<", 25)]], "take_profit_percent": 8}
    draft, _ = await drafted(drafter, request, Say(entry))
    assert draft.status == "clarify"
    draft, _ = await drafted(drafter, request, Say({**entry, "exit": []}))
    assert draft.status == "ok"


async def test_the_model_is_not_asked_where_the_grammar_has_an_answer_or_refuses(drafter: Drafter) -> None:
    for text in ("golden cross on SPY", "martingale on SPY", "buy SPY when RSI < 30, sell > 70"):
        draft, server = await drafted(drafter, text, Say(GOOD))
        assert draft.writer == "rules"
        assert not server.requests


async def test_a_model_that_fails_leaves_the_grammars_question(drafter: Drafter) -> None:
    draft, _ = await drafted(drafter, REQUEST, Fail(500))
    assert draft.status == "clarify"
    assert any("languid" in str(question) for question in draft.read.questions)


def test_what_the_grammar_drafts_is_faithful_by_the_same_measure(drafter: Drafter) -> None:
    for text in (
        "buy SPY when RSI(14) drops below 30, sell when it goes above 70",
        "buy when close crosses above the 50 day sma, stop loss 150 bps, target 450 bps",
        "Buy when it has risen 10% over three months. Sell when it has lost 5% over one month.",
        "enter long on the 20 day high, stop out 2 ATR(10) below entry, exit at the 10 day low",
        "buy when volume > 1.5x its 30-day average and the day is down more than 1%, out after 3 days",
    ):
        draft = drafter.draft(text)
        assert draft.specification is not None
        assert unfaithful(drafter.reader.reading(text), draft.specification, drafter.templates, "SPY") == (), text
