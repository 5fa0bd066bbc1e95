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
from tools.search.index import Entry, Index

_SPELLING: Final = 80.0
"""How alike, of 100, a word must be to a keyword to be it, misspelt."""


@dataclass(frozen=True, slots=True)
class Topic:
    """`kinds` and `tools` (a pattern over tool names) say who answers; `upstream` are topics its trouble comes from."""

    id: str
    title: str
    needs: str
    """What has to be connected, for who asks about something that is not."""
    kinds: tuple[str, ...]
    tools: str
    nouns: str
    hints: str
    phrases: str
    upstream: tuple[str, ...] = ()


TOPICS: Final[tuple[Topic, ...]] = (
    Topic(
        "freshness",
        "how fresh the data is",
        "a price store (kind duckdb, postgres or platform)",
        (),
        r"fresh|last_date",
        r"stale(?:ness)?|fresh(?:ness)?|up[- ]to[- ]date|out[- ]?of[- ]?date|outdated|how (?:old|recent|current)|newest"
        r"|(?:last|latest|most recent|newest) (?:date|bar|day|price|quote|row|close|tick|data|update|record)s?"
        r"|(?:yesterday|today|friday|monday|this morning)'?s? (?:prices?|closes?|data|bars?|quotes?|numbers)"
        r"|no (?:new )?(?:prices?|data|bars?|quotes?|rows)\b|still showing|old (?:prices?|data|numbers|quotes?|closes?)"
        r"|(?:prices?|data|quotes?|numbers|closes?|feed) .{0,30}(?:behind|late|old|frozen|current|moved|updat\w+|refresh\w*|arriv\w+|landed|come in|missing since)"
        r"|when (?:was|were|did) .{0,40}(?:updat|refresh|load)\w*",
        r"\b(?:data|prices?|quotes?|market data|closes?|bars?|feed|dashboards?)\b|behind|frozen",
        "stale old prices data not updated behind last date newest bar feed frozen dashboards empty symbols missing today",
        ("pipeline", "disk", "host", "external", "store"),
    ),
    Topic(
        "quality",
        "whether the prices are sound",
        "a price store (kind duckdb)",
        (),
        r"quality|anomal|gap",
        r"quality|anomal\w+|outliers?|duplicat\w+|gaps?\b|holes?\b|spikes?\b|bad (?:ticks?|prints?|data|prices?|bars?|rows)"
        r"|(?:look|looks|seem|seems) (?:wrong|weird|odd|off|strange|suspicious)\b"
        r"|(?:are|is) (?:wrong|weird|odd|off|strange|suspicious)\b.{0,40}(?:prices?|data|series|quotes?)"
        r"|(?:prices?|data|numbers|quotes?|series|bars?) .{0,30}(?:wrong|weird|odd|\boff\b|strange|suspicious|corrupt\w*|garbage|nonsense|dirty)"
        r"|(?:wrong|weird|odd|strange|suspicious|dirty|negative|zero) (?:prices?|data|numbers|quotes?|bars?)"
        r"|missing (?:days?|dates?|bars?|rows|sessions?|trading days?)|nan\b|nulls?\b|splits?\b|trust (?:the|these|our) (?:data|prices|numbers)",
        r"wrong|weird|odd|strange",
        "data quality anomalies wrong prices spikes gaps duplicates missing days bad ticks outliers impossible values",
        ("freshness", "pipeline"),
    ),
    Topic(
        "pipeline",
        "the pipelines",
        "a price store with ingestion runs (kind duckdb) or a scheduler (kind airflow)",
        ("airflow",),
        r"ingest|pipeline",
        r"pipelines?|ingest\w*|etl|elt|dags?|airflow|schedul\w+|backfills?|nightly|overnight|batch(?:es)?"
        r"|(?:load|import|loader|refresh) ?(?:jobs?|runs?|tasks?)|(?:price|data|eod|daily|morning|evening|last night's) (?:load|import|job|run)s?"
        r"|did .{0,40}(?:finish|complete|run)\b|(?:load|import|job|run) (?:fail|finish|complete|stuck|hang)\w*",
        r"finish\w*|complet\w+|stuck|\bjobs?\b|\bruns?\b|\bload\w*",
        "pipeline ingestion etl dag job run finish failed stuck hanging nightly load import scheduler paused",
        ("disk", "host", "external", "store", "database"),
    ),
    Topic(
        "cache",
        "the cache",
        "a cache (kind redis)",
        ("redis",),
        r"redis|cache",
        r"caches?\b|cached|caching|redis|evict\w*|hit[- ]?rate|hit[- ]?ratio|keyspace|key space|memcached?|ttls?\b|maxmemory|\bkeys\b",
        r"",
        "cache redis memory evictions hit rate keys expiry persistence latency",
        ("disk", "host"),
    ),
    Topic(
        "database",
        "the database",
        "a database (kind postgres)",
        ("postgres",),
        r"postgres|database",
        r"databases?|\bdbs?\b|postgres\w*|\bpg\b|\bsql\b|warehouse|quer(?:y|ies)|connection pool|connections\b|too many (?:connections|clients)|pgbouncer"
        r"|deadlocks?|\blocks?\b|locking|blocked|blocking|blocks|replica\w*|replication|vacuum|bloat\w*|transactions?|sessions?|tables?\b|idle in",
        r"",
        "database postgres connections exhausted slow queries blocked locks replication lag table size bloat",
        ("disk", "host"),
    ),
    Topic(
        "store",
        "the price store",
        "a price store (kind duckdb)",
        ("duckdb",),
        r"duckdb",
        r"duck ?db|parquet|price (?:store|database|db)|(?:price|data) file|\.duckdb|is locked",
        r"",
        "duckdb parquet file price store locked size corrupt cannot open",
        ("disk", "host"),
    ),
    Topic(
        "service",
        "the services",
        "a service (kind http or platform)",
        ("http", "platform"),
        r"http|service|endpoint|platform",
        r"services?|\bapis?\b|endpoints?|web ?sites?|\bsite\b|\burls?\b|https?|market ?data ?service|platform|servers?|gateway|certificates?|certs?|tls|ssl"
        r"|\b(?:status|error)s? (?:code )?[45]\d\d|\b[45]\d\ds?\b|[45]xx|health ?checks?",
        r"\bup\b|\bdown\b|slow\w*|latency|lagg\w+|respond\w*|unresponsive|time(?:d|s)?[- ]?outs?|timing out|reach\w*|sluggish|crawling|unavailable|unreachable",
        "service api endpoint up down slow latency timeout status error certificate expiry unreachable",
        ("database", "cache", "external", "disk", "host"),
    ),
    Topic(
        "external",
        "the external APIs",
        "the platform or the vendor's API (kind platform or http)",
        (),
        r"external|quota|vendor|http_health",
        r"external|third[- ]part(?:y|ies)|vendors?|alpha ?vantage|polygon|yahoo|quandl|refinitiv|bloomberg|iex\b|tiingo|finnhub|eodhd|upstreams?|providers?"
        r"|quotas?|rate[- ]?limit\w*|throttl\w*|api (?:limit|key|call)s?|\b429s?\b|credits?\b|dependenc(?:y|ies)",
        r"",
        "external api vendor alpha vantage down quota rate limit exceeded throttled 429 provider",
        ("pipeline",),
    ),
    Topic(
        "alerts",
        "the alerts",
        "monitoring (kind prometheus)",
        ("prometheus",),
        r"alert|prometheus",
        r"alerts?\b|alerting|alarms?|firing|fires?\b|prometheus|alertmanager|pag(?:ed|er|ing)\b|metrics?\b|promql",
        r"",
        "alerts firing alarms prometheus paging which alert",
        ("disk", "host"),
    ),
    Topic(
        "disk",
        "the disks",
        "the machine (kind host)",
        (),
        r"disk",
        r"disks?\b|(?:file ?system|volume|partition|mount)s?|storage|space\b|inodes?",
        r"\bfull\b|filling",
        "disk full space left on device volume inodes storage",
    ),
    Topic(
        "host",
        "the machine",
        "the machine (kind host)",
        ("host",),
        r"host|load",
        r"\bcpus?\b|\bram\b|swap\w*|the (?:box|machine|host|node|server)\b|\bboxes\b|machines?|hosts?\b|load average|(?:cpu|system|high|heavy|and|server|machine) load\b|load (?:on|is|of) the\b|(?:under|high) load|\bmemory\b",
        r"memory",
        "machine memory cpu load swap host overloaded",
    ),
    Topic(
        "queue",
        "the queues",
        "the platform (kind platform) or Deskhand itself",
        (),
        r"queue|backlog|inbox",
        r"queues?\b|queued|backlog\w*|pending|backtests? .{0,40}(?:stuck|pending|waiting|slow|not (?:run|start)|forever|queued|running)|my backtest|workers?\b|piling",
        r"waiting",
        "queue backlog pending backtests stuck waiting workers jobs piling up inbox",
        ("disk", "host", "service", "database"),
    ),
    Topic(
        "deskhand",
        "Deskhand itself",
        "nothing: Deskhand knows itself",
        ("deskhand", "slack", "model"),
        r"deskhand|slack|model|inbox",
        r"deskhand|are you\b|\bthe bot\b|your(?:self)?\b|slack\b|socket|\bllms?\b|openai|language model|\bmodel\b|\bgpt\b",
        r"",
        "deskhand bot slack socket connection inbox model llm endpoint healthy",
    ),
)  # fmt: skip

_BY_ID: Final[Mapping[str, Topic]] = {topic.id: topic for topic in TOPICS}
EVERYTHING: Final = re.compile(
    r"\b(?:everything|every system|all (?:systems|services|things|green|good|ok|fine|well)|overall|anything|whole (?:platform|stack|desk)"
    r"|systems? status|status (?:of (?:all|everything|the (?:systems?|desk|platform)))|what(?:'s| is| has|s)? (?:gone )?(?:wrong|broken|broke|failed|failing|happening|going on|down|up with)"
    r"|what (?:all )?(?:broke|failed|fails|is failing)|which .{0,20}(?:failed|failing)|fail(?:ed|ures?|ing)? (?:since|overnight|today|yesterday|in the last)|since yesterday|on fire|outage"
    r"|health ?check|run (?:a )?diagnos\w+|root cause|rca|triage|handover|morning check|pre-?open|sanity check)\b"
    r"|^\W*(?:status|health|diagnos\w+|check|problems?|issues?)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """`asked` answers the question, `upstream` what it may come from. `missing` are topics nothing is connected for."""

    topics: tuple[str, ...]
    connections: tuple[str, ...]
    asked: tuple[Call, ...]
    upstream: tuple[Call, ...]
    missing: tuple[Topic, ...] = ()
    left_out: tuple[str, ...] = ()
    """Connections that have nothing to do with the question."""

    @property
    def calls(self) -> tuple[Call, ...]:
        """Everything to run."""
        return (*self.asked, *self.upstream)


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
    if not topics and not named:
        topics = tuple(topic for topic in before if topic in _BY_ID)
        topics = topics or (() if EVERYTHING.search(text) else _by_index(text))
    arguments = dict(given or {})
    if not topics and not named:
        return _everything(registry, arguments)
    asked = _asked(registry, topics, named)
    upstream = _upstream(registry, topics, named) - asked
    answered = {connection for _, connection in asked}
    missing = tuple(_BY_ID[topic] for topic in topics if not _answers(registry, _BY_ID[topic]))
    left_out = [name for name in registry.connections if name not in answered | {c for _, c in upstream}]
    return Selection(
        topics,
        named,
        _calls(registry, asked, arguments),
        _calls(registry, upstream, {}),
        missing,
        tuple(left_out),
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
    said = f" {_plain(text)} "
    found: list[str] = []
    for name in sorted(registry.connections, key=len, reverse=True):
        plain = f" {_plain(name)} "
        if plain in said:
            found.append(name)
            said = said.replace(plain, "  ")
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
    said = text
    for name in named:  # a service called "alerts-db" makes nobody ask about alerts
        said = re.sub(re.escape(name), " ", said, flags=re.IGNORECASE)
    nouns = _nouns(said) or _nouns(_mended(said))
    if EVERYTHING.search(said) and not _specific(nouns):
        return ()
    if nouns:
        return _sharper(nouns)
    if named:
        return ()
    return tuple(topic.id for topic in TOPICS if topic.hints and _pattern(topic.hints).search(said))[:2]


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
    """Calls with those of the given arguments that each tool takes; tools that need to be told more are left out."""
    made: list[Call] = []
    for name, connection in sorted(pairs):
        arguments = registry.tools[name].arguments
        taken = {key: value for key, value in given.items() if key in arguments.model_fields}
        for tried in (taken, {}):
            try:
                arguments.model_validate(tried)
            except ValidationError:
                continue
            made.append(Call(name, tried, connection))
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
