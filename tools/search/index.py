"""Finding an entry by what people call it: BM25 over its words, misspelt words mended, meaning added where there is some.

    index = Index([Entry("RSI", "Relative strength index", "Overbought and oversold", aliases=("rsi",))])
    found = index.search("overbougth")          # words only; in a thread, not on the event loop
    found = await Searcher(index, embedder).search("overbougth")

`Found.sure` says whether the first hit may be taken without asking. Where it is not, ask with a button for each of
`Found.close`.
"""

import math
import re
import sqlite3
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

Scores: TypeAlias = NDArray[np.float64]

SURE_MARGIN: Final = 0.12
"""Least lead of the first hit, as a share of its score, to take it unasked; calibrated as README.md says."""
SURE_COVERED: Final = 0.5
"""Least share of the query that the first hit must account for."""
COVER: Final = 0.5
"""How much an entry gains that has all of the query's words over one that has a single one often."""
_CLOSE: Final = 0.35
"""A hit within this share of the first is one to ask about."""
_MOST_CLOSE: Final = 5
_WEIGHTS: Final = (4.0, 6.0, 2.0, 0.5)
"""Of name, aliases, description and further text in BM25: what a thing is called says most."""
_SPELLING: Final = 78.0
"""How alike, of 100, a known word must be to stand for an unknown one."""
_SPELLING_IN_TEXT: Final = 88.0
"""The same for a word that is in no name: a text has so many words that one is always near."""
_LEAST_LIKE: Final = 0.25
"""Cosine under which meaning alone finds nothing."""
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_EMPTY_WORDS: Final = frozenset(
    """a about all am an and any anything are as at be been but by can could did do does for from get give go got had
    has have having how i i'd i'm in into is it its it's just kind let let's like look looking me my need of on one or
    our per please put should show so some something stuff tell that that's the their them then there these they thing
    things this those to us use used using want was we we're what what's when where which who why will with would you
    your""".split()
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found. `id` is unique in its index; `text` is read last (a body, examples, tags)."""

    id: str
    name: str
    description: str = ""
    aliases: tuple[str, ...] = ()
    text: str = ""

    @property
    def meaning(self) -> str:
        """What an embedder reads of it."""
        return ". ".join(part for part in (self.name, self.description, ", ".join(self.aliases)) if part)[:2000]


@dataclass(frozen=True, slots=True)
class Hit:
    """`score` orders the hits of one search and means nothing beyond it."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first, none where nothing fits. `margin` is the lead of the first as a share of its score, 0 to 1."""

    hits: tuple[Hit, ...]
    margin: float
    covered: float
    """How much of the query the first hit accounts for, 0 to 1, rare words counting more."""

    @property
    def sure(self) -> bool:
        """Whether the first hit may be taken without asking."""
        return bool(self.hits) and self.margin >= SURE_MARGIN and self.covered >= SURE_COVERED

    @property
    def best(self) -> str:
        """The id of the first hit, empty where nothing fits."""
        return self.hits[0].id if self.hits else ""

    @property
    def close(self) -> tuple[str, ...]:
        """The first hit and those near enough to it to ask about."""
        if not self.hits:
            return ()
        least = self.hits[0].score * (1 - _CLOSE)
        return tuple(hit.id for hit in self.hits if hit.score >= least)[:_MOST_CLOSE]


@dataclass(frozen=True, slots=True)
class Meaning:
    """Cosine of the query to every entry, in the order of the index."""

    cosines: Scores


@dataclass(slots=True)
class Index:
    """Any number of entries; its words are read at the first search, in milliseconds. Safe to share between threads."""

    entries: Sequence[Entry]
    _names: dict[str, list[int]] = field(init=False)
    _built: "_Words | None" = field(init=False, default=None)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._names = {}
        for position, entry in enumerate(self.entries):
            for name in {_normal(one) for one in (entry.id, entry.name, *entry.aliases)}:
                self._names.setdefault(name, []).append(position)

    def named(self, text: str) -> tuple[str, ...]:
        """Ids of the entries that are called exactly this (case, hyphens and spaces aside); usually one or none."""
        return tuple(self.entries[position].id for position in self._names.get(_normal(text), ()))

    def search(self, query: str, limit: int = 5, meaning: Meaning | None = None) -> Found:
        """The entries that fit, best first. Never raises, whatever the query."""
        if not self.entries:
            return Found((), 0.0, 0.0)
        with self._lock:
            if self._built is None:
                self._built = _Words.of(self.entries)
            groups = self._built.wanted(query)
            lexical, covered = self._built.ranked(groups, len(self.entries))
        fits = lexical > 0
        total = _standardised(lexical * (1 + COVER * covered))
        if meaning is not None:
            fits = fits | (meaning.cosines >= _LEAST_LIKE)
            total = total + _standardised(meaning.cosines)
        exact = self._exact(query, groups)
        total = total + exact
        total = np.where(fits, total - min(0.0, float(total.min())), 0.0)  # so that shares of a score make sense
        order = [int(position) for position in np.argsort(-total, kind="stable") if fits[position]]
        hits = tuple(Hit(self.entries[position].id, float(total[position])) for position in order)
        known = max(float(covered[order[0]]), float(exact[order[0]] > 0)) if order else 0.0
        return Found(hits[:limit], _margin(hits), known)

    def _exact(self, query: str, groups: Sequence[Sequence[str]]) -> Scores:
        """A lead that nothing catches up with for what is called exactly as the query says, misspelt or not."""
        extra = np.zeros(len(self.entries))
        mended = "".join(group[min(1, len(group) - 1)] for group in groups)
        for name in {_normal(query), "".join(group[0] for group in groups), mended}:
            extra[self._names.get(name, [])] = 2.0 * np.sqrt(len(self.entries))
        return extra


@dataclass(frozen=True, slots=True, weakref_slot=True)
class _Words:
    """The full-text table in memory, and the words in it as they were written."""

    connection: sqlite3.Connection
    known: Sequence[str]
    in_names: frozenset[str]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "_Words":
        rows = [
            (
                position,
                _spaced(entry.name),
                _spaced(" ; ".join((entry.id, *entry.aliases))),
                entry.description,
                entry.text,
            )
            for position, entry in enumerate(entries)
        ]
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        connection.execute(
            "CREATE VIRTUAL TABLE entries USING fts5(name, aliases, description, text, tokenize='porter unicode61')"
        )
        connection.executemany(
            "INSERT INTO entries (rowid, name, aliases, description, text) VALUES (?, ?, ?, ?, ?)", rows
        )
        in_names = frozenset(word for _, name, aliases, _, _ in rows for word in words(f"{name} {aliases}"))
        in_texts = {word for *_, description, text in rows for word in words(f"{description} {text}")}
        known = sorted(word for word in in_names | in_texts if len(word) > 2)
        made = cls(connection, known, in_names)
        weakref.finalize(made, connection.close)
        return made

    def ranked(self, groups: Sequence[Sequence[str]], size: int) -> tuple[Scores, Scores]:
        """BM25 (higher is better, 0 where no word is shared) and how much of the query each entry accounts for, 0 to 1."""
        scores, covered, weight = np.zeros(size), np.zeros(size), 0.0
        for group in groups:
            rows = self.connection.execute(
                "SELECT rowid FROM entries WHERE entries MATCH ?", (_any_of(group),)
            ).fetchall()
            says = math.log(1 + size / (1 + len(rows)))  # a rare word says more, one that nothing has the most
            weight += says
            covered[[position for (position,) in rows]] += says
        if weight > 0:
            weights = ", ".join(map(str, _WEIGHTS))
            ranks = self.connection.execute(
                f"SELECT rowid, -bm25(entries, {weights}) FROM entries WHERE entries MATCH ?",  # noqa: S608
                (_any_of([word for group in groups for word in group]),),
            )
            for position, score in ranks:
                scores[position] = score
        return scores, covered / (weight or 1.0)

    def wanted(self, query: str) -> list[list[str]]:
        """The words to look for: those that say something, each unknown one with the known ones it may have meant."""
        return [
            [word, *(() if len(word) <= 3 or self._is_known(word) else self._near(word))]
            for word in meaningful(query[:800])
        ]

    def _near(self, word: str) -> list[str]:
        found = process.extract(word, self.known, scorer=fuzz.ratio, score_cutoff=_SPELLING, limit=6)
        near = [(known, score) for known, score, _ in found if known in self.in_names or score >= _SPELLING_IN_TEXT]
        return [known for known, score in near if score > near[0][1] - 5][:3]

    def _is_known(self, word: str) -> bool:
        rows = self.connection.execute("SELECT 1 FROM entries WHERE entries MATCH ? LIMIT 1", (f'"{word}"',))
        return rows.fetchone() is not None


def _any_of(wanted: Sequence[str]) -> str:
    return " OR ".join(f'"{word}"' for word in wanted)


def words(text: str) -> list[str]:
    """The words and numbers of a text, lower case."""
    return _WORD.findall(text.lower().replace("’", "'"))


def meaningful(query: str) -> list[str]:
    """The words of a query that say something, each once, 40 at most."""
    return list(dict.fromkeys(word for word in words(query) if word not in _EMPTY_WORDS))[:40]


def _normal(text: str) -> str:
    """A name without what people write differently: case, hyphens, spaces, a %."""
    return "".join(words(text)) + ("%" if "%" in text else "")


def _spaced(text: str) -> str:
    """The text, and beside it each compound in one word: `stop-loss` is also looked for as `stoploss`."""
    compounds = (re.sub(r"[-_/ ]", "", part) for part in re.findall(r"[^\W_]+[-_/][^\W_]+", text))
    return " ".join((text.replace("_", " "), *compounds))


def _standardised(scores: Scores) -> Scores:
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros(len(scores))


def _margin(hits: Sequence[Hit]) -> float:
    if not hits:
        return 0.0
    if len(hits) == 1 or hits[0].score <= 0:
        return 1.0 if len(hits) == 1 else 0.0
    return min(1.0, (hits[0].score - hits[1].score) / hits[0].score)
