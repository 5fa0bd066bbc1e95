"""A strategy is created on the platform once, whatever became of the answer."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from served_platform import TOKEN, Platform, listening

from tools.errors import BadInput, Denied, Unavailable
from tools.platform.client import PlatformClient
from tools.platform.config import PlatformConfig
from tools.platform.strategies import PlatformStrategies

MARK = "deskhand:d1:v2:abcdef"
PAYLOAD = {
    "name": "Golden cross (d1 v2)",
    "strategy_type": "sma_crossover",
    "description": "trend",
    "config": {"config_type": "sma_crossover", "short_window": 50, "long_window": 200},
    "tags": ["deskhand", MARK],
}


@asynccontextmanager
async def speaking_to(platform, token=TOKEN, **more):
    async with listening(platform) as url:
        config = PlatformConfig(url=url, token=SecretStr(token), **more)
        async with await asyncio.to_thread(PlatformClient, config, longest_wait=0.0) as client:
            yield PlatformStrategies(client)


async def test_created_once_and_found_afterwards_by_mark_or_by_name():
    platform = Platform()
    async with speaking_to(platform) as strategies:
        assert await strategies.create_once(PAYLOAD, MARK) == "st-1"
        assert await strategies.create_once(PAYLOAD, MARK) == "st-1"
        platform.strategies[0]["name"] = "renamed there"
        assert await strategies.create_once(PAYLOAD, MARK) == "st-1"
        platform.strategies[0] |= {"name": PAYLOAD["name"], "tags": []}
        assert await strategies.create_once(PAYLOAD, MARK) == "st-1"
        platform.strategies[0]["name"] = "somebody else's"
        assert await strategies.create_once(PAYLOAD, MARK) == "st-2"
    assert {key: platform.strategies[1][key] for key in PAYLOAD} == PAYLOAD


async def test_an_answer_that_was_lost_is_looked_for():
    platform = Platform(answers_to_lose=1)
    async with speaking_to(platform) as strategies:
        with pytest.raises(Unavailable, match="did not answer"):
            await strategies.create_once(PAYLOAD, MARK)
        assert len(platform.strategies) == 1
        assert await strategies.create_once(PAYLOAD, MARK) == "st-1"
    assert len(platform.strategies) == 1


async def test_a_full_page_that_repeats_ends_the_search_and_a_wrong_token_and_a_refusal_are_said():
    others = [{**PAYLOAD, "id": f"o{n}", "name": f"Other {n}", "tags": []} for n in range(5)]
    platform = Platform(strategies=others)
    async with speaking_to(platform, page_size=5) as strategies:
        assert await strategies.create_once(PAYLOAD, MARK) == "st-6"
        platform.strategies.clear()
        platform.refuses = True
        with pytest.raises(BadInput, match=r"refused what was sent .*422"):
            await strategies.create_once(PAYLOAD, MARK)
    async with speaking_to(platform, token="wrong") as strategies:
        with pytest.raises(Denied, match="does not accept the token"):
            await strategies.create_once(PAYLOAD, MARK)
