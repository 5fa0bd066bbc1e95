"""Finding things in the catalogue: the figures that README.md beside the index states must not get worse."""

import asyncio

import pytest

from tests.search.measure import measure, queries
from tools.search.meaning import Searcher
from tools.strategies.catalogue.finding import index, shelves
from tools.strategies.templates import builtin


def test_recall_on_queries_that_were_held_out():
    asked = queries("held_out")
    assert len(asked) >= 120
    found = asyncio.run(measure(Searcher(index(builtin())), asked))
    assert found.recall_at_1 >= 0.94, found.missed
    assert found.recall_at_5 >= 0.98, found.missed
    assert found.sure >= 0.75
    assert found.sure_right >= 0.97, found.missed


@pytest.mark.parametrize(
    ("question", "shelf"),
    [
        ("what do you have for volatility?", "volatility"),
        ("which candlestick patterns do you know", "pattern"),
        ("anything for seasonality", "calendar"),
        ("moving averages", "averages"),
        ("show me the oscillators", "momentum"),
        ("volume indicators", "volume"),
        ("something about channels", "bands"),
    ],
)
def test_shelves(question: str, shelf: str):
    assert shelves().search(question).best == shelf
