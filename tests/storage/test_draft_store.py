"""Versions of drafts and the strategy registry on either database."""

from dataclasses import replace

import pytest

from bot.storage.database import Database
from bot.storage.drafts import SqlDrafts
from tools.errors import BadInput
from tools.strategies.drafts import DraftVersion, Strategy
from tools.strategies.loading import load
from tools.strategies.templates import builtin

SPECIFICATION = load(
    {
        "name": "RSI on SPY",
        "template": "rsi_mean_reversion",
        "symbols": ["SPY"],
        "parameters": {"rsi_period": 14, "oversold_threshold": 25, "overbought_threshold": 75},
        "risk": {"stop_loss": 0.03},
    }
)
VERSION = DraftVersion(
    "d1", 1, "rsi 25/75 with a 3 % stop", "rsi 25/75 with a 3 % stop", SPECIFICATION, {"kpis": {"sharpe": 0.1 + 0.2}},
    ("RSI is RSI(14)",), (("stratgey", "strategy"),), drafted_by="U1", at=1000.0,
)  # fmt: skip


async def test_versions_are_kept_as_they_are(database: Database) -> None:
    store = SqlDrafts(database, builtin())
    await store.keep(VERSION)
    await store.keep(VERSION)
    later = replace(VERSION, version=2, said="make the stop 4 %", changes=("stop: 3 % → 4 %",), at=2000.0)
    await store.keep(later)
    assert await store.version("d1") == later
    assert await store.version("d1", 1) == VERSION
    assert await store.versions() == [later]
    assert await store.version("d2") is None
    with pytest.raises(BadInput, match="same moment"):
        await store.keep(replace(later, figures={"kpis": {"sharpe": 0.5}}))


async def test_the_hash_is_over_the_specification_and_the_figures(database: Database) -> None:
    other = SPECIFICATION.model_copy(update={"symbols": ("^IXIC",)})
    hashes = {VERSION.hash, replace(VERSION, specification=other).hash, replace(VERSION, figures={}).hash}
    assert len(hashes) == 3
    assert replace(VERSION, version=7, said="anything").hash == VERSION.hash


async def test_the_registry_keeps_a_version_once_and_exports_for_the_platform(database: Database) -> None:
    store = SqlDrafts(database, builtin())
    strategy = Strategy("d1", 1, "RSI on SPY", SPECIFICATION, VERSION.hash, "U1", ("U2",), "a1", "b1", 1, 3000.0)
    await store.register(strategy)
    await store.register(replace(strategy, backtest_id="another"))
    assert await store.strategies() == [strategy]
    assert await store.strategy("d1") == strategy
    await store.sent(strategy, "st-1")
    await store.sent(strategy, "st-2")
    assert await store.strategy("d1", 1) == replace(strategy, platform_id="st-1")
    assert await store.strategy("d1", 2) is None
    exported = strategy.to_json(builtin())
    assert exported["deployed"] is False
    assert exported["platform"] == {
        "name": "RSI on SPY (d1 v1)",
        "strategy_type": "rsi_mean_reversion",
        "description": builtin().get("rsi_mean_reversion").description,
        "config": {
            "config_type": "rsi_mean_reversion",
            "rsi_period": 14,
            "oversold_threshold": 25,
            "overbought_threshold": 75,
            "stop_loss_pct": 0.03,
        },
        "tags": ["deskhand", f"deskhand:d1:v1:{VERSION.hash[:16]}", "SPY"],
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"parameters": {"rsi_period": 80}},
        {"side": "short"},
        {"template": "breakout", "parameters": {}},
        {"risk": {"trailing_stop": 0.1}},
    ],
)
def test_what_fits_none_of_the_platforms_types_says_so(changes: dict) -> None:
    specification = load({**SPECIFICATION.to_json(), **changes})
    strategy = Strategy("d1", 1, "x", specification, "h", "U1", (), "a1", "b1", 1, 0.0)
    assert strategy.to_json(builtin())["platform"] is None
