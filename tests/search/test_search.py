"""The index on small sets of its own: words, typing errors, margins, meaning from a scripted embedder, and the cache."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import Unavailable
from tools.search.index import Entry, Index
from tools.search.meaning import Searcher

RUNBOOKS = (
    Entry("stale", "Stale prices", "Quotes stopped updating", ("old data", "no new ticks"), "check the feed handler"),
    Entry("redis", "Redis is full", "Memory of the cache is used up", ("OOM", "evictions"), "raise maxmemory"),
    Entry("deploy", "Deploy", "Roll a new version out", ("release", "roll-out")),
    Entry("restore", "Restore", "Bring a database back from a backup", ("recover", "disaster recovery")),
)
INDEX = Index(RUNBOOKS)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("why did the quotes stop updating?", "stale"),
        ("OLD DATA", "stale"),
        ("rediss is full!!", "redis"),
        ("how do I do a rollout", "deploy"),
        ("releasing", "deploy"),
        ("recoverng the databse from bakcup", "restore"),
        ("evictions", "redis"),
    ],
)
def test_finds_by_words_in_other_forms_and_misspelt(query: str, expected: str):
    found = INDEX.search(query)
    assert found.best == expected
    assert found.sure


@pytest.mark.parametrize(
    "query", ["", "   ", "what do you have for me?", "the weather tomorrow", "'\" OR * NEAR(", "\0"]
)
def test_nothing_is_found_where_nothing_fits(query: str):
    found = INDEX.search(query)
    assert found.hits == ()
    assert found.best == ""
    assert not found.sure


def test_one_word_of_many_is_found_but_not_taken_unasked():
    found = INDEX.search("my grandmother's birthday party in Venice is a fond memory")
    assert found.best == "redis"
    assert not found.sure
    assert found.close == ("redis",)


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_searched_for(query: str):
    found = INDEX.search(query, limit=2)
    assert len(found.hits) <= 2
    assert 0 <= found.margin <= 1


def test_what_is_called_exactly_so_comes_first_and_two_of_one_name_are_asked_about():
    entries = (
        Entry("a", "Average", aliases=("MA", "mean")),
        Entry("b", "Moving average of averages, the MA of MA of MA", "MA MA MA"),
        Entry("c", "Mean", aliases=("avg",)),
    )
    index = Index(entries)
    assert index.search("ma").best == "a"
    assert index.search("show me the ma").sure
    assert index.named("m-a") == ("a",)
    both = index.search("mean")
    assert not both.sure
    assert set(both.close) == {"a", "c"}


def test_one_entry_and_none():
    assert Index(RUNBOOKS[:1]).search("quotes").sure
    assert Index(()).search("quotes").hits == ()


class ByLetters:
    """Vectors that mean something: how often each of a few themes is in the text."""

    name = "themes"
    themes = (("price", "quote", "market"), ("memory", "cache", "ram"), ("version", "ship"), ("database", "backup"))

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.fails = False

    async def embed(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> np.ndarray:
        if self.fails:
            raise Unavailable("The endpoint for embeddings does not answer.")
        self.asked.append((kind, len(texts)))
        return np.array(
            [[sum(text.lower().count(word) for word in theme) for theme in self.themes] for text in texts],
            dtype=np.float32,
        )


async def test_meaning_finds_what_no_word_does_and_its_failure_leaves_words(tmp_path: Path):
    embedder = ByLetters()
    searcher = Searcher(INDEX, embedder, tmp_path)
    assert not (await Searcher(INDEX).search("not enough ram")).hits
    assert (await searcher.search("not enough ram")).best == "redis"
    assert (await searcher.search("ship it")).best == "deploy"
    embedder.fails = True
    assert (await searcher.search("not enough ram")).hits == ()
    assert (await searcher.search("evictions")).best == "redis"


def damage(folder: Path) -> None:
    (kept,) = folder.glob("*.npy")
    kept.write_bytes(b"not numpy")


async def test_vectors_are_kept_by_content_and_a_broken_file_is_made_again(tmp_path: Path):
    embedder = ByLetters()
    await Searcher(INDEX, embedder, tmp_path).search("ram")
    await Searcher(INDEX, embedder, tmp_path).search("ram")
    assert [kind for kind, _ in embedder.asked].count("passage") == 1
    damage(tmp_path)
    assert (await Searcher(Index(RUNBOOKS), embedder, tmp_path).search("ram")).best == "redis"
    assert [kind for kind, _ in embedder.asked].count("passage") == 2
    await Searcher(Index(RUNBOOKS[:3]), embedder, tmp_path).search("ram")
    assert [kind for kind, _ in embedder.asked].count("passage") == 3


async def test_without_an_embedder_words_alone():
    assert (await Searcher(INDEX).search("evictions")).best == "redis"
