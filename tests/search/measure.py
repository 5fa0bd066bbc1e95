"""Recall and latency of finding things in the catalogue: `python -m tests.search.measure [held_out|seen]`."""

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tools.search.meaning import Searcher
from tools.strategies.catalogue.finding import index
from tools.strategies.templates import builtin

QUERIES = Path(__file__).parent / "queries.yaml"
Query = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares of the queries; `sure` how many were answered unasked, `sure_right` how many of those rightly."""

    recall_at_1: float
    recall_at_5: float
    mrr: float
    sure: float
    sure_right: float
    milliseconds: float
    missed: tuple[tuple[str, tuple[str, ...], float], ...]


def queries(name: str) -> list[Query]:
    """The queries of that set with what may be answered."""
    return [(said, tuple(meant)) for said, meant in yaml.safe_load(QUERIES.read_text(encoding="utf-8"))[name]]


async def measure(searcher: Searcher, asked: Sequence[Query]) -> Measured:
    """Search for every query."""
    await searcher.search("warm")
    ranks, sure, right, missed = [], 0, 0, []
    started = time.perf_counter()
    for said, meant in asked:
        found = await searcher.search(said, 10)
        rank = next((place for place, hit in enumerate(found.hits, 1) if hit.id in meant), 0)
        ranks.append(rank)
        sure += found.sure
        right += found.sure and rank == 1
        if rank != 1:
            missed.append((said, tuple(hit.id for hit in found.hits[:5]), round(found.margin, 2)))
    took = (time.perf_counter() - started) * 1000 / len(asked)
    many = len(asked)
    return Measured(
        sum(rank == 1 for rank in ranks) / many,
        sum(0 < rank <= 5 for rank in ranks) / many,
        sum(1 / rank for rank in ranks if rank) / many,
        sure / many,
        right / max(1, sure),
        took,
        tuple(missed),
    )


def main() -> None:
    """Print the figures of words alone."""
    name = sys.argv[1] if len(sys.argv) > 1 else "held_out"
    result = asyncio.run(measure(Searcher(index(builtin())), queries(name)))
    print(f"{name}: recall@1 {result.recall_at_1:.3f}  recall@5 {result.recall_at_5:.3f}  MRR {result.mrr:.3f}")
    print(
        f"taken unasked {result.sure:.3f}, of those right {result.sure_right:.3f}; {result.milliseconds:.2f} ms a query"
    )
    for line in result.missed:
        print("  ", *line)


if __name__ == "__main__":
    main()
