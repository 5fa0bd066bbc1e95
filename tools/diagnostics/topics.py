"""What a question is about, and which tools answer it: the ten usual questions as topics over kinds of systems.

Words that name a system decide ("the cache", "Airflow", a connection's own name); words that only say how it is ("slow",
"stale", "full") count where none does; after that the search index over phrases and tools decides; and where it does not
know either, everything is looked at. Tools are chosen by the kind of their connection, so a new tool needs no line here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from pydantic import ValidationError
from rapidfuzz import fuzz, process

from tools.diagnostics.executor import Call
from tools.diagnostics.registry import Registry
from tools.diagnostics.tool import Json, Tool
from tools.diagnostics.vocabulary import EVERYTHING, TOPICS, Topic
from tools.search.index import Entry, Index

_SPELLING: Final = 80.0
"""How alike, of 100, a word must be to a keyword to be it, misspelt."""


_BY_ID: Final[Mapping[str, Topic]] = {topic.id: topic for topic in TOPICS}


@dataclass(frozen=True, slots=True)
class Selection:
    """`asked` answers the question, `upstream` what it may come from. `missing` are topics nothing is connected for."""

    topics: tuple[str, ...]
    connections: tuple[str, ...]
    asked: tuple[Call, ...]
    upstream: tuple[Call, ...]
    missing: tuple[Topic, ...] = ()
    sure: bool = True
    """Whether the words name what it is about; else it is the likeliest."""

    @property
    def calls(self) -> tuple[Call, ...]:
        """Everything to run."""
        return (*self.asked, *self.upstream)

    def rest(self, tools: Iterable[Tool]) -> tuple[Call, ...]:
        """Whatever else of these tools can be looked at."""
        chosen = {(call.tool, call.connection) for call in self.calls}
        pairs = [(tool, name) for tool in tools for name in tool.targets if tool.kind == "read"]
        return _calls_of([(tool, name) for tool, name in pairs if (tool.name, name) not in chosen], {})


def select(
    text: str,
    registry: Registry,
    given: Mapping[str, Json] | None = None,
    before: Sequence[str] = (),
) -> Selection:
    """Tools for a question. `given` are arguments the text carries (symbols), `before` the topics of the thread.

    Blocks for some milliseconds: on an event loop, call it in a thread.
    """
    named = mentioned(text, registry)
    topics = topics_of(text, named)
    named = named or _meant(text, registry, topics)
    arguments = dict(given or {})
    sure = bool(named or _named_topics(text, named))
    if arguments.get("symbols") and not sure and not EVERYTHING.search(text):
        topics, sure = ("freshness", "quality"), True  # who names a symbol and no system means its prices
    elif arguments.get("symbols") and "freshness" in topics:
        topics = tuple(dict.fromkeys([*topics, "quality"]))
    if not topics and not named:
        topics = tuple(topic for topic in before if topic in _BY_ID)
        topics = topics or (() if EVERYTHING.search(text) else _by_index(text))
    if not topics and not named:
        return _everything(registry, arguments)
    asked = _asked(registry, topics, named)
    upstream = _upstream(registry, topics, named) - asked
    missing = tuple(_BY_ID[topic] for topic in topics if not _answers(registry, _BY_ID[topic]))
    return Selection(
        topics,
        named,
        _calls(registry, asked, arguments),
        _calls(registry, upstream, {}),
        missing,
        sure,
    )


def about(topics: Sequence[str], registry: Registry) -> Selection:
    """Tools for topics that are known already; all of them where there are none."""
    known = tuple(topic for topic in topics if topic in _BY_ID)
    if not known:
        return _everything(registry, {})
    asked = _asked(registry, known, ())
    upstream = _upstream(registry, known, ()) - asked
    return Selection(known, (), _calls(registry, asked, {}), _calls(registry, upstream, {}))


def mentioned(text: str, registry: Registry) -> tuple[str, ...]:
    """Connections that the text calls by name; the longest name wins where one is part of another."""
    said = text.lower()
    found: list[str] = []
    for name in sorted(registry.connections, key=len, reverse=True):
        words = r"[\s_.-]*".join(map(re.escape, _plain(name).split()))
        called = re.compile(rf"(?<![\w-]){words}(?![\w-]|\.\w)")  # "prices" is no part of prices_daily
        if words and called.search(said):
            found.append(name)
            said = called.sub(" ", said)
    return tuple(name for name in registry.connections if name in found)


_GENERIC: Final = frozenset(
    "api service server db database cache prod production live main the desk data store redis".split()
)


def _meant(text: str, registry: Registry, topics: Sequence[str]) -> tuple[str, ...]:
    """Connections meant by what sets their name apart: "the orders service" is orders-api, where the kind fits."""
    said = set(_plain(text).split())
    kinds = {kind for topic in topics for kind in _BY_ID[topic].kinds}
    found: list[str] = []
    for name, connection in registry.connections.items():
        own = set(_plain(name).split()) - _GENERIC
        if own and own <= said and (connection.kind in kinds or not topics):
            found.append(name)
    return tuple(found)


def topics_of(text: str, named: Sequence[str] = ()) -> tuple[str, ...]:
    """Topics by words alone; empty for everything, and where no word decides."""
    said = _without(text, named)
    nouns = _named_topics(text, named)
    if EVERYTHING.search(said) and not _specific(nouns):
        return ()
    if nouns:
        return _sharper(nouns)
    if named:
        return ()
    return tuple(topic.id for topic in TOPICS if topic.hints and _pattern(topic.hints).search(said))[:2]


def _named_topics(text: str, named: Sequence[str]) -> list[str]:
    """Topics that a word names, misspelt where no other does."""
    said = _without(text, named)
    return _nouns(said) or _nouns(_mended(said))


def _without(text: str, named: Sequence[str]) -> str:
    """A service called "alerts-db" makes nobody ask about alerts."""
    for name in named:
        text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    return text


def _nouns(text: str) -> list[str]:
    return [topic.id for topic in TOPICS if _pattern(topic.nouns).search(text)]


_KEYWORDS: Final = (
    "pipeline database postgres cache redis ingestion airflow stale freshness anomalies duplicates quality alerts firing queue backlog "
    "service endpoint platform latency certificate vendor quota connections replication evictions duckdb deskhand"
).split()


def _mended(text: str) -> str:
    """Misspelt keywords put right, for a text in which no word is known."""

    def mend(match: re.Match[str]) -> str:
        near = process.extractOne(match[0].lower(), _KEYWORDS, scorer=fuzz.ratio, score_cutoff=_SPELLING)
        return near[0] if near else match[0]

    return re.sub(r"[A-Za-z]{4,}", mend, text[:2_000])


def _specific(nouns: Sequence[str]) -> bool:
    """ "run a health check on the platform" is about everything; "what failed in the database" is not."""
    return bool(set(nouns) - {"service", "host", "disk", "deskhand", "pipeline", "freshness"})


def _sharper(nouns: Sequence[str]) -> tuple[str, ...]:
    """A broader topic gives way where a narrower one covers the same words."""
    found = list(dict.fromkeys(nouns))
    for broad, narrow in (
        ("service", ("external", "cache", "database", "store", "deskhand", "queue", "alerts", "disk", "host")),
        ("host", ("cache", "database", "disk")),
        ("database", ("store",)),
        ("pipeline", ("queue",)),
        ("freshness", ("quality",)),
    ):
        if broad in found and any(other in found for other in narrow):
            found.remove(broad)
    return tuple(found)


def _everything(registry: Registry, arguments: Mapping[str, Json]) -> Selection:
    pairs = {(name, each) for name, tool in registry.tools.items() if tool.kind == "read" for each in tool.targets}
    return Selection((), (), _calls(registry, pairs, arguments), ())


def _asked(registry: Registry, topics: Sequence[str], named: Sequence[str]) -> set[tuple[str, str]]:
    """Tool and connection; where a system is named, on it alone; where the topics have none there, all of its tools too."""
    pairs = {pair for topic in topics for pair in _answers(registry, _BY_ID[topic])}
    if not named:
        return pairs
    fitting = {pair for pair in pairs if pair[1] in named}
    whole = {(tool.name, name) for name in named for tool in _reads(registry) if name in tool.targets}
    return fitting or pairs | whole


def _upstream(registry: Registry, topics: Sequence[str], named: Sequence[str]) -> set[tuple[str, str]]:
    """Everything their trouble may come from, along the whole chain; for a named system, of the topics of its kind."""
    kinds = {registry.connections[name].kind for name in named}
    starts = [*topics, *(topic.id for topic in TOPICS if kinds & {*topic.kinds})]
    reached: list[str] = []
    waiting = [topic for start in starts for topic in _BY_ID[start].upstream]
    while waiting:
        topic = waiting.pop(0)
        if topic not in reached:
            reached.append(topic)
            waiting += _BY_ID[topic].upstream
    return {pair for topic in reached for pair in _answers(registry, _BY_ID[topic])}


def _answers(registry: Registry, topic: Topic) -> set[tuple[str, str]]:
    by_name = re.compile(topic.tools)
    return {
        (tool.name, name)
        for tool in _reads(registry)
        for name in tool.targets
        if registry.connections[name].kind in topic.kinds or by_name.search(tool.name)
    }


def _reads(registry: Registry) -> list[Tool]:
    return [tool for tool in registry.tools.values() if tool.kind == "read"]


def _calls(registry: Registry, pairs: Iterable[tuple[str, str]], given: Mapping[str, Json]) -> tuple[Call, ...]:
    return _calls_of([(registry.tools[name], connection) for name, connection in sorted(pairs)], given)


def _calls_of(pairs: Iterable[tuple[Tool, str]], given: Mapping[str, Json]) -> tuple[Call, ...]:
    """Calls with those of the given arguments that each tool takes; tools that need to be told more are left out."""
    made: list[Call] = []
    for tool, connection in pairs:
        arguments = tool.arguments
        taken = {key: value for key, value in given.items() if key in arguments.model_fields}
        for tried in (taken, {}):
            try:
                arguments.model_validate(tried)
            except ValidationError:
                continue
            made.append(Call(tool.name, tried, connection))
            break
    return tuple(made)


def _by_index(text: str) -> tuple[str, ...]:
    found = _index().search(text, limit=3)
    return (found.best,) if found.sure else found.close[:2]


@cache
def _index() -> Index:
    return Index([Entry(topic.id, topic.title, topic.phrases) for topic in TOPICS])


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{words})", re.IGNORECASE)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()
