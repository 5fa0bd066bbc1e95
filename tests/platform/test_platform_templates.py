"""The platform's strategy templates over real HTTP become templates of the desk, found and drafted like its own."""

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr
from served_platform import TOKEN, Platform, listening

from tools.errors import BadInput
from tools.platform.client import PlatformClient
from tools.platform.config import PlatformConfig
from tools.platform.templates import Taken, keep, platform_templates
from tools.strategies.catalogue.answers import Answers
from tools.strategies.loading import load
from tools.strategies.templates import Template, builtin, of_desk

SWING = {
    "id": "t1", "name": "Swing <Cross>", "strategy_type": "sma_crossover", "description": "The desk's swing system",
    "default_config": {"config_type": "sma_crossover", "short_window": 15, "long_window": 60, "min_crossover_strength": 0.2,
                       "lookback_period": 252},
    "category": "trend", "usage_count": 3, "tags": [],
}  # fmt: skip
BAD = {
    "name": "Upside down",
    "strategy_type": "sma_crossover",
    "default_config": {"short_window": 90, "long_window": 20},
}
OTHER = {"name": "Pairs", "strategy_type": "pairs", "default_config": {}}


async def taken(answer: object) -> Taken:
    platform = Platform(templates=answer)
    async with listening(platform) as url:
        config = PlatformConfig(url=url, token=SecretStr(TOKEN))
        async with await asyncio.to_thread(PlatformClient, config, longest_wait=0.0) as client:
            return await platform_templates(client, await asyncio.to_thread(builtin))


@pytest.mark.parametrize("wrapped", [lambda one: one, lambda one: {"templates": one}, lambda one: {"data": one}])
async def test_each_becomes_ours_of_that_type_with_its_defaults(wrapped):
    made = await taken(wrapped([SWING, BAD, OTHER, 7, {**SWING, "name": "swing cross"}]))
    assert [one.name for one in made.templates] == ["platform_swing_cross", "platform_swing_cross_2"]
    assert made.templates[0].complete({}) == {"short_window": 15, "long_window": 60}
    left = " ".join(made.left_out)
    assert "Upside down: " in left
    assert "Pairs: type pairs is none of ours." in left
    assert "min_crossover_strength is not part of a template here" in left


@pytest.mark.parametrize("answer", [{"templates": "none"}, 3, {}])
async def test_what_is_no_list_is_said(answer):
    with pytest.raises(BadInput, match="no list of templates"):
        await taken(answer)


def test_kept_they_are_templates_of_the_desk_and_an_import_replaces_the_last(tmp_path: Path):
    folder = tmp_path / "strategies"
    keep(asyncio.run(taken([SWING, {**SWING, "name": "Old one"}])), folder)
    keep(asyncio.run(taken([SWING])), folder)
    templates = of_desk(tmp_path)
    assert "platform_old_one" not in templates.by_name
    assert load({"template": "platform_swing_cross", "symbols": ["SPY"]}, templates).parameters["long_window"] == 60
    found = asyncio.run(Answers.of(templates).answer("which template is the swing cross?"))
    assert isinstance(found, Template)
    assert found.name == "platform_swing_cross"
