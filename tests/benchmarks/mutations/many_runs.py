"""Runs to check texts against: every family of the engine on real prices, and one file of every reader."""

import sys
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from fact_sets import HOLDING, REVERSAL

from bot.desk.embedded import _STRATEGIES, _make
from tools.backtests.model import BacktestRun
from tools.narrative.facts import Fact
from tools.narrative.service import prepare

sys.path.insert(0, str(Path(__file__).parents[2] / "readers"))
sys.path.insert(0, str(Path(__file__).parents[2] / "narrative"))


@lru_cache(maxsize=1)
def families() -> tuple[BacktestRun, ...]:
    """The strategies of the embedded desk: seven templates on two indices."""
    with tempfile.TemporaryDirectory() as home:
        return tuple(_make(Path(home) / "market.duckdb", _STRATEGIES))


@lru_cache(maxsize=1)
def read_runs() -> tuple[BacktestRun, ...]:
    """What every reader makes of a file of its engine."""
    import engine_files as made
    from runs import made_up

    from tools.backtests.readers.read import read_bytes

    found = [made_up(), made_up(days=120, seed=9, name="Thirty-day squeeze", trades=6)]
    for name, (content, engine) in made.valid_files().items():
        found += read_bytes(name, content, engine)
    return tuple(found)


FactMap = Mapping[str, Fact]


@lru_cache(maxsize=1)
def fact_maps() -> tuple[tuple[str, FactMap], ...]:
    """Facts by id of all of them, and of two sets written by hand, each with the name of its run."""
    runs = (*families(), *read_runs())
    maps = [
        (f"{run.engine}: {run.name}", {f.id: f for f in prepare(run, "standard").sheet})
        for run in runs
        if run.equity is not None or run.stated
    ]
    maps += [("by hand: reversal", {f.id: f for f in REVERSAL}), ("by hand: holding", {f.id: f for f in HOLDING})]
    return tuple(maps)
