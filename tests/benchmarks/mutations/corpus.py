"""Truthful texts as people write them, and their split: every third is held out from any work on the checker."""

from pathlib import Path

from fact_sets import HOLDING, REVERSAL, golden_facts

from tools.narrative.facts import Fact

Case = tuple[str, tuple[Fact, ...]]


def truthful() -> list[Case]:
    """Every text with the facts it is about, in order."""
    cases: list[Case] = []
    for name, facts in (("golden", golden_facts()), ("reversal", REVERSAL), ("holding", HOLDING)):
        lines = (Path(__file__).parent / f"truthful_{name}.txt").read_text(encoding="utf-8").splitlines()
        cases += [(line, facts) for line in lines if line]
    return cases


def split() -> tuple[list[Case], list[Case]]:
    """What the checker may be fitted to, and the third that is held out."""
    cases = truthful()
    return [c for n, c in enumerate(cases) if n % 3 != 2], [c for n, c in enumerate(cases) if n % 3 == 2]
