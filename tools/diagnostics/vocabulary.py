"""What questions are about: the ten usual ones as topics, each with the words that name it and the tools that answer it."""

import re
from dataclasses import dataclass
from typing import Final


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
        r"|(?:miss|los[et]|lost|skip|drop)\w* (?:\w+ ){0,2}(?:days?|dates?|bars?|rows|sessions?)\b|nan\b|nulls?\b|splits?\b|trust (?:the|these|our) (?:data|prices|numbers)",
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
        r"pipelines?|ingest\w*|etl|elt|dags?|airflow|schedul\w+|backfills?|nightly|batch(?:es)?"
        r"|(?:load|import|loader|refresh) ?(?:jobs?|runs?|tasks?)|(?:price|data|eod|daily|morning|evening|last night's) (?:load|import|job|run)s?"
        r"|did .{0,40}(?:finish|complete|run)\b|(?:load|import|job|run) (?:fail|finish|complete|stuck|hang)\w*",
        r"overnight|finish\w*|complet\w+|stuck|\bjobs?\b|\bruns?\b|\bload\w*",
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
        r"alerts?\b|alerting|alarms?|firing|fires?\b|prometheus|alertmanager|pag(?:ed|er|ing|es)\b|page (?:me|us|anyone|somebody)\b|metrics?\b|promql",
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

EVERYTHING: Final = re.compile(
    r"\b(?:everything|every system|all (?:systems|services|things|green|good|ok|fine|well)|overall|anything|whole (?:platform|stack|desk)"
    r"|systems? status|status (?:of (?:all|everything|the (?:systems?|desk|platform)))|what(?:'s| is| has|s)? (?:gone )?(?:wrong|broken|broke|failed|failing|happening|going on|down|up with)"
    r"|what (?:all )?(?:broke|failed|fails|is failing)|which .{0,20}(?:failed|failing)|fail(?:ed|ures?|ing)? (?:since|overnight|today|yesterday|in the last)|since yesterday|on fire|outage"
    r"|health ?check|run (?:a )?diagnos\w+|root cause|rca|triage|handover|morning check|pre-?open|sanity check)\b"
    r"|^\W*(?:status|health|diagnos\w+|check|problems?|issues?)\W*$",
    re.IGNORECASE,
)
