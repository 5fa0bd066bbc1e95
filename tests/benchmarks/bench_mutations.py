"""`python bench_mutations.py [seeds [examples]]`: what escapes the checker, what it blocks wrongly, and how long it takes."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "mutations"))

from corpus import split
from fact_sets import golden_cross
from many_runs import fact_maps
from measure import (
    Tally,
    escapes,
    interval,
    materials,
    people_blocks,
    voice_blocks,
    voice_escapes,
    writer_blocks,
)

from tools.narrative import checker
from tools.narrative.facts import Fact
from tools.narrative.service import compose, prepare
from tools.narrative.writer import write


def main(seeds: int, examples: int) -> None:
    tally, blocked = Tally(), []
    for _, material in materials():
        blocked += writer_blocks(material)
        for seed in range(seeds):
            escapes(material, seed, tally)
    for kind, total in sorted(tally.tried.items()):
        print(_row(kind, len(tally.escaped[kind]), total))
    print(_row("all", tally.out, tally.total))
    print(f"blocked though true, the writer's own lines: {len(blocked)}")
    for label, cases in zip(("seen", "held out"), split(), strict=True):
        print(_row(f"blocked though true, {label}", len(people_blocks(cases)), len(cases)))
    _voices(seeds)
    first, again = _milliseconds()
    print(
        f"checking a report of a thousand words: {first:.1f} ms of processor time, {again:.1f} ms again after a change"
    )
    for kind, found in tally.escaped.items():
        for mutant in found[:examples]:
            print(f"--- {kind} (was {mutant.was!r}): {mutant.text}")


def _voices(seeds: int) -> None:
    """The same over every strategy of the desk and a file of every reader, in other people's words."""
    tally, blocked, tried = Tally(), 0, 0
    for _, facts in fact_maps():
        found, count = voice_blocks(facts)
        blocked, tried = blocked + len(found), tried + count
        for seed in range(seeds):
            voice_escapes(facts, seed, tally)
    for kind, total in sorted(tally.tried.items()):
        print(_row(f"in other words: {kind}", len(tally.escaped[kind]), total))
    print(_row("in other words: all", tally.out, tally.total))
    print(_row("in other words: blocked though true", blocked, tried))


def _row(label: str, hits: int, total: int) -> str:
    low, high = interval(hits, total)
    return f"{label:34} {hits:5} of {total:6} {hits / total:8.2%}  [{low:.2%}, {high:.2%}]"


def _milliseconds() -> tuple[float, float]:
    """Best of 20, for lines that were never read and for lines that were, scaled to a thousand words."""
    run = golden_cross()
    material = prepare(run, "standard")
    text, facts = compose(run, material, write(material), "rules").text, tuple(material.sheet)
    index, _ = checker._prepared(facts)
    first = again = 1.0
    for _ in range(20):
        index.judged.clear()
        first = min(first, _time(text, facts))
        again = min(again, _time(text, facts))
    return first * 1e6 / len(text.split()), again * 1e6 / len(text.split())


def _time(text: str, facts: tuple[Fact, ...]) -> float:
    started = time.process_time()
    checker.check(text, facts)
    return time.process_time() - started


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
