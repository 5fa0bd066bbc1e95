"""Truthful texts as people write them, and their split: every third is held out from any work on the checker."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fact_sets import HOLDING, REVERSAL, golden_facts
from many_runs import families

from tools.narrative.facts import Fact
from tools.narrative.service import prepare

Case = tuple[str, tuple[Fact, ...]]


@dataclass(frozen=True)
class Pair:
    """A truthful text, the same with one thing wrong, and what that is."""

    true: str
    false: str
    wrong: str
    facts: tuple[Fact, ...]


def truthful() -> list[Case]:
    """Every text with the facts it is about, in order."""
    cases: list[Case] = []
    for name, facts in (("golden", golden_facts()), ("reversal", REVERSAL), ("holding", HOLDING)):
        lines = (Path(__file__).parent / f"truthful_{name}.txt").read_text(encoding="utf-8").splitlines()
        cases += [(line, facts) for line in lines if line]
    return cases


@lru_cache(maxsize=1)
def pairs() -> tuple[Pair, ...]:
    """Reports of some sentences on strategies of the desk, over some 440 facts each, by people who saw only the facts."""
    facts = {run.name: tuple(prepare(run, "detailed").sheet) for run in families()}
    lines = (Path(__file__).parent / "people.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return tuple(Pair(row["true"], row["false"], row["wrong"], facts[row["run"]]) for row in rows)


def split() -> tuple[list[Case], list[Case]]:
    """What the checker may be fitted to, and the third that is held out."""
    cases = truthful()
    return [c for n, c in enumerate(cases) if n % 3 != 2], [c for n, c in enumerate(cases) if n % 3 == 2]
