"""Redis: memory, evictions, hit rate, latency, what is stored, whether it is saved; and forgetting a namespace."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import Annotated, Final, TypeVar

from pydantic import Field
from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from tools.diagnostics.conditions import Severity
from tools.diagnostics.connections.base import Connection, ConnectionConfig, Duration, Options, read_options
from tools.diagnostics.tool import Arguments, Effect, Fault, NoArguments, Report, slug, tool
from tools.errors import BadInput, Problem
from tools.narrative.text import bytes_text, duration_text, percent_text, plural

_T = TypeVar("_T")
_PINGS: Final = 5
_BETWEEN: Final = 0.15  # seconds between two looks at the counters
_MOST_KEYS: Final = 20_000
_SHOWN: Final = 10
_CANNOT_SAVE: Final = "MISCONF"
_RECENT: Final = 900.0  # seconds that a slow command is spoken of
_OFTEN: Final = 3
_VERY_SLOW: Final = 1.0  # seconds: one is enough
_UNKNOWN_CALLER: Final = re.compile(r"NOAUTH|WRONGPASS|invalid password|already authenticated", re.IGNORECASE)
_CLOCK_OFF: Final = 60.0  # seconds
_MOST_DELETED: Final = 1_000_000


class RedisOptions(Options):
    """What is expected of the cache."""

    timeout: Annotated[float, Field(gt=0, le=60)] = 3.0
    """Seconds for one call."""
    memory_warning: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Share of the memory it may use, from which it is said."""
    hit_rate_warning: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of lookups it should serve at least."""
    min_lookups: Annotated[int, Field(ge=1)] = 1000
    """Fewer lookups than this say nothing of the hit rate."""
    slow_after: Annotated[float, Field(gt=0)] = 0.1
    """Seconds a ping may take."""
    slow_command: Annotated[float, Field(gt=0)] = 0.1
    """Seconds for one command; everybody waits for it."""
    clients_warning: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Share of the clients it takes, from which it is said."""
    min_keys: Annotated[int, Field(ge=0)] = Field(0, examples=["min_keys = 1000"])
    """Keys that are expected at least."""
    saved_within: Duration = timedelta(days=2)
    """How old the last save may be while changes wait."""


class Namespace(Arguments):
    """Part of a cache: every key that starts with it and a colon."""

    namespace: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_.@-][A-Za-z0-9_.@:-]{0,99}$", description="For example prices")
    ]


class RedisConnection(Connection):
    """A Redis server."""

    options_type = RedisOptions

    def __init__(self, config: ConnectionConfig) -> None:
        super().__init__(config)
        self.options = read_options(config, RedisOptions)
        patience = self.options.timeout
        try:
            self._client: Redis = Redis.from_url(
                self.url,
                socket_timeout=patience,
                socket_connect_timeout=patience,
                decode_responses=True,
                encoding_errors="replace",
                retry=Retry(NoBackoff(), 0),
                driver_info=None,  # it would read package metadata from disk, and say it in two more trips
            )
        except ValueError as error:
            raise BadInput(f"The connection '{self.name}': its url is not right ({error}).") from None

    async def check(self) -> str:
        """A ping."""
        started = time.perf_counter()
        await self._ask(None, "PING", self._client.ping())
        return f"answers in {duration_text(time.perf_counter() - started)}"

    async def close(self) -> None:
        """Close the pool."""
        await self._client.aclose()

    # --- tools -----------------------------------------------------------------------------------------------------

    @tool(timeout=8)
    async def redis_health(self, arguments: NoArguments, report: Report) -> str:
        """Whether a cache is healthy: memory, evictions, hit rate, latency, clients, saving to disk.

        Answers "is the cache healthy", "is Redis out of memory", "why is the cache slow", "does the cache take writes".
        """
        latency = await self._latency(report)
        first = await self._info(report)
        await asyncio.sleep(_BETWEEN)
        info = await self._info(None)
        self._memory(info, report)
        self._evictions(first, info, report)
        self._hit_rate(info, report)
        self._persistence(info, report)
        self._clients(info, report)
        self._replica(info, report)
        self._clock(info, report)
        await self._slow_commands(report)
        keys = sum(_keys_of(value) for name, value in info.items() if name.startswith("db"))
        fact = report.fact("keys", f"keys in {self.name}", keys, "count")
        if keys < self.options.min_keys:
            said = f"{self.name} holds {plural(keys, 'key')}, at least {self.options.min_keys} are expected"
            report.finding("empty", "critical", said, fact)
        used = bytes_text(_number(info, "used_memory"))
        if report.worst() in (None, "info"):
            return f"{self.name} is healthy: {used} in use, {plural(keys, 'key')}, ping {duration_text(latency)}."
        return f"{self.name} answers, but: {report.findings[0].summary}."

    @tool(timeout=6)
    async def redis_keyspace(self, arguments: NoArguments, report: Report) -> str:
        """What fills a cache: keys by namespace (the part before the first colon), and how many never expire.

        Answers "what is in the cache", "which namespace is largest".
        """
        counts, forever, seen = await self._scan(report)
        total = int(await self._ask(report, "DBSIZE", self._client.dbsize()))
        report.fact("keys", f"keys in {self.name}", total, "count")
        if not seen:
            return f"{self.name} holds no keys."
        report.fact("keys.sampled", f"keys of {self.name} looked at", seen, "count")
        report.fact("keys.forever", "share of keys that never expire", forever, "fraction")
        for name, count in counts.most_common(_SHOWN):
            report.fact(f"namespace.{slug(name)}.keys", f"keys of namespace {name}", count, "count")
            report.line(f"{name}: {count} keys")
        largest = counts.most_common(1)[0]
        return f"{self.name} holds {plural(total, 'key')}; the largest namespace is {largest[0]} with {largest[1]}."

    @tool(permission="act", timeout=30, effect="_foresee_invalidation")
    async def invalidate_cache(self, arguments: Namespace, report: Report) -> str:
        """Forget a namespace of a cache: delete every key that starts with it and a colon. Changes data."""
        deleted = 0
        pattern = arguments.namespace + ":*"  # its form leaves no character with a meaning in patterns
        report.asked(f"UNLINK of SCAN MATCH {pattern}")
        batch: list[str] = []
        async for key in self._client.scan_iter(match=pattern, count=1000):
            batch.append(key)
            if len(batch) >= 500:
                deleted += await self._ask(None, "UNLINK", self._client.unlink(*batch))
                batch.clear()
            if deleted >= _MOST_DELETED:
                break
        if batch:
            deleted += await self._ask(None, "UNLINK", self._client.unlink(*batch))
        report.fact("deleted", f"keys deleted from {self.name}", deleted, "count")
        return f"{plural(deleted, 'key')} of {arguments.namespace} deleted from {self.name}."

    async def _foresee_invalidation(self, arguments: Namespace) -> Effect:
        found = 0
        pattern = arguments.namespace + ":*"  # its form leaves no character with a meaning in patterns
        async for _ in self._guarded_scan(pattern):
            found += 1
            if found >= _MOST_KEYS:
                break
        if not found:
            raise Problem(f"{self.name} has no keys that start with '{arguments.namespace}:'; nothing to forget.")
        more = " or more" if found >= _MOST_KEYS else ""
        does = f"Deletes every key of {self.name} that starts with '{arguments.namespace}:'; readers fetch anew."
        return Effect(does, f"Now {plural(found, 'key')}{more}.")

    # --- parts of its health ---------------------------------------------------------------------------------------

    async def _latency(self, report: Report) -> float:
        times: list[float] = []
        for _ in range(_PINGS):
            started = time.perf_counter()
            try:
                await self._ask(report if not times else None, "PING", self._client.ping())
            except Fault as fault:
                if fault.condition != "writes_refused":
                    raise
                if not times:  # it still answers what is asked of it, and that says why
                    report.finding(fault.condition, "critical", str(fault))
            times.append(time.perf_counter() - started)
        latency = min(times)  # the others tell how busy this process is
        fact = report.fact("latency", f"quickest of {_PINGS} pings of {self.name}", latency, "seconds")
        if latency > self.options.slow_after:
            said = f"{self.name} takes {duration_text(latency)} for a ping"
            report.finding("slow", "warning", said, fact)
        return latency

    def _memory(self, info: Mapping[str, object], report: Report) -> None:
        used, most = _number(info, "used_memory"), _number(info, "maxmemory")
        fact = report.fact("memory.used", f"memory {self.name} uses", used, "bytes")
        policy = str(info.get("maxmemory_policy", ""))
        report.fact("memory.policy", "eviction policy", policy, "text")
        limit = most or _number(info, "total_system_memory")
        if not limit:
            return
        report.fact("memory.limit", f"memory {self.name} may use", limit, "bytes")
        share = report.fact("memory.share", f"share of memory {self.name} uses", used / limit, "fraction")
        if used / limit < self.options.memory_warning:
            return
        lasting = policy.startswith("volatile") and not _number_that_expire(info)
        refuses = bool(most) and (policy == "noeviction" or lasting)
        said = f"{self.name} uses {percent_text(used / limit)} of the {bytes_text(limit)} it may"
        severity: Severity = "critical" if refuses else "warning" if not most else "info"
        report.finding("memory_high", severity, said, fact, share)
        if refuses and used >= limit:
            why = f": it may drop only keys that expire ({policy}), and none does" if lasting else ""
            report.finding("writes_refused", "critical", f"{self.name} is full and refuses writes{why}", share)

    def _evictions(self, first: Mapping[str, object], info: Mapping[str, object], report: Report) -> None:
        evicted = _number(info, "evicted_keys")
        fact = report.fact("evictions", f"keys {self.name} evicted since its start", evicted, "count")
        rate = (evicted - _number(first, "evicted_keys")) / _BETWEEN
        most = _number(info, "maxmemory")
        full = bool(most) and _number(info, "used_memory") / most >= self.options.memory_warning
        if rate > 0 or (evicted and full):
            now = report.fact("evictions.rate", "evictions in a second, now", round(rate, 1), "count")
            said = f"{self.name} evicts keys for want of memory: {plural(evicted, 'key')} since its start"
            report.finding("evictions", "critical" if rate > 0 else "warning", said, fact, now)

    def _hit_rate(self, info: Mapping[str, object], report: Report) -> None:
        hits, misses = _number(info, "keyspace_hits"), _number(info, "keyspace_misses")
        if hits + misses < self.options.min_lookups:
            return
        rate = hits / (hits + misses)
        fact = report.fact("hit_rate", f"share of lookups {self.name} could serve", rate, "fraction")
        if rate < self.options.hit_rate_warning:
            report.finding(
                "low_hit_rate", "warning", f"{self.name} serves only {percent_text(rate)} of lookups", fact
            )

    def _persistence(self, info: Mapping[str, object], report: Report) -> None:
        parts = {
            "rdb_last_bgsave_status": "the last snapshot",
            "aof_last_write_status": "the last write to the append-only file",
            "aof_last_bgrewrite_status": "the last rewrite of the append-only file",
        }
        failed = [what for key, what in parts.items() if str(info.get(key, "ok")) not in ("ok", "")]
        saved = _number(info, "rdb_last_save_time")
        waiting = _number(info, "rdb_changes_since_last_save")
        report.fact("unsaved", f"changes of {self.name} not saved yet", waiting, "count")
        if failed:
            report.finding("persistence_failed", "critical", f"{self.name} could not do {' and '.join(failed)}")
        elif saved and waiting and time.time() - saved > self.options.saved_within.total_seconds():
            said = f"{self.name} was last saved {duration_text(time.time() - saved)} ago"
            report.finding("persistence_failed", "warning", said)

    def _clients(self, info: Mapping[str, object], report: Report) -> None:
        clients, most = _number(info, "connected_clients"), _number(info, "maxclients")
        fact = report.fact("clients", f"clients of {self.name}", clients, "count")
        if most and clients / most >= self.options.clients_warning:
            limit = report.fact("clients.limit", f"clients {self.name} takes", most, "count")
            said = f"{self.name} has {clients} of the {most} clients it takes"
            report.finding("clients_high", "critical" if clients / most >= 0.95 else "warning", said, fact, limit)

    def _replica(self, info: Mapping[str, object], report: Report) -> None:
        if info.get("role") == "slave" and info.get("master_link_status") != "up":
            said = (
                f"{self.name} is a replica that has lost its primary: what it holds gets old, and it takes no writes"
            )
            report.finding("replication_lag", "critical", said)
        elif info.get("role") == "slave" and info.get("master_sync_in_progress"):
            report.finding("replication_lag", "warning", f"{self.name} is a replica that copies all of its primary")

    def _clock(self, info: Mapping[str, object], report: Report) -> None:
        told = _number(info, "server_time_usec") / 1_000_000
        off = time.time() - told
        if told and abs(off) > _CLOCK_OFF:
            way = "behind" if off > 0 else "ahead of"
            report.finding(
                "clock_skew", "warning", f"The clock of {self.name} is {duration_text(abs(off))} {way} ours"
            )

    async def _slow_commands(self, report: Report) -> None:
        """What the server itself noted as slow lately; nothing where it does not let us read that."""
        try:
            noted = await self._ask(report, "SLOWLOG GET", self._client.slowlog_get(32))
        except Fault:
            return
        after = time.time() - _RECENT
        slow = [
            (each["duration"] / 1_000_000, each["command"])
            for each in noted
            if each["start_time"] > after and each["duration"] / 1_000_000 > self.options.slow_command
        ]
        longest, command = max(slow, key=lambda pair: pair[0], default=(0.0, ""))
        if len(slow) < _OFTEN and longest < _VERY_SLOW:
            return
        word = _command_word(command)
        fact = report.fact("slow_command", f"longest command of {self.name} lately", longest, "seconds")
        number = report.fact("slow_commands", f"slow commands of {self.name} lately", len(slow), "count")
        said = (
            f"{self.name} was held up by {plural(len(slow), 'slow command')} in the last 15 minutes, "
            f"the longest {word} with {duration_text(longest)}"
        )
        report.finding("slow", "warning", said, fact, number)
        for seconds, each in slow[:_SHOWN]:
            report.line(f"slow: {_command_word(each)} {duration_text(seconds)}")

    # --- asking ----------------------------------------------------------------------------------------------------

    async def _info(self, report: Report | None) -> Mapping[str, object]:
        info = dict(await self._ask(report, "INFO", self._client.info()))
        if "maxclients" not in info:
            try:
                found = await self._ask(report, "CONFIG GET maxclients", self._client.config_get("maxclients"))
                info["maxclients"] = found.get("maxclients")
            except Fault:  # CONFIG is often forbidden; the number of clients is then told without its limit
                pass
        return info

    async def _scan(self, report: Report) -> tuple[Counter[str], float, int]:
        """Keys by namespace, the share without an expiry among the first hundred, how many were looked at."""
        report.asked("SCAN")
        counts: Counter[str] = Counter()
        sample: list[str] = []
        seen = 0
        async for key in self._guarded_scan("*"):
            counts[key.partition(":")[0] if ":" in key else "(no namespace)"] += 1
            seen += 1
            if len(sample) < 100:
                sample.append(key)
            if seen >= _MOST_KEYS:
                break
        pipeline = self._client.pipeline(transaction=False)
        for key in sample:
            pipeline.ttl(key)
        lives: list[int] = await self._ask(None, "TTL", pipeline.execute())
        return counts, sum(1 for life in lives if life == -1) / max(len(lives), 1), seen

    async def _guarded_scan(self, pattern: str):  # type: ignore[no-untyped-def]
        try:
            async for key in self._client.scan_iter(match=pattern, count=1000):
                yield key
        except (exceptions.RedisError, OSError) as error:
            raise self._fault(error) from error

    async def _ask(self, report: Report | None, command: str, asked: Awaitable[_T]) -> _T:
        if report is not None:
            report.asked(command)
        try:
            return await asked
        except (exceptions.RedisError, OSError) as error:
            raise self._fault(error) from error

    def _fault(self, error: BaseException) -> Fault:
        said = str(error)
        if isinstance(error, exceptions.TimeoutError) or isinstance(error.__cause__, exceptions.TimeoutError):
            return Fault("timeout", f"{self.name} gave no answer within {self.options.timeout:g} s")
        if isinstance(error, exceptions.AuthenticationError | exceptions.NoPermissionError) or _UNKNOWN_CALLER.search(
            said
        ):
            return Fault("auth_failed", f"{self.name} does not accept the password")
        if isinstance(error, exceptions.BusyLoadingError):
            return Fault("unreachable", f"{self.name} is still loading its data from disk")
        if "max number of clients" in said:
            return Fault("clients_high", f"{self.name} takes no more clients")
        if "refused" in said.lower() or "Error 111" in said or "Error 2 " in said or "No such file" in said:
            return Fault("connection_refused", f"Nothing answers at {self.place}: the connection is refused")
        if "name or service" in said.lower() or "Error -2" in said or "Error -3" in said:
            return Fault("unreachable", f"The host of {self.place} is not known; check its name and DNS")
        if _CANNOT_SAVE in said:
            return Fault("writes_refused", f"{self.name} refuses writes because it cannot save to disk")
        return Fault("unreachable", f"{self.name} broke the connection off ({type(error).__name__})")


def open_connection(config: ConnectionConfig) -> RedisConnection:
    """A connection of kind `redis`."""
    return RedisConnection(config)


def _number(info: Mapping[str, object], key: str) -> int:
    value = info.get(key, 0)
    return int(value) if isinstance(value, int | float | str) and str(value).lstrip("-").isdigit() else 0


def _keys_of(value: object, what: str = "keys") -> int:
    return int(value.get(what, 0)) if isinstance(value, dict) else 0


def _number_that_expire(info: Mapping[str, object]) -> int:
    return sum(_keys_of(value, "expires") for name, value in info.items() if name.startswith("db"))


def _command_word(command: object) -> str:
    """The command without its arguments, which may hold anything."""
    text = command.decode("utf-8", errors="replace") if isinstance(command, bytes) else str(command)
    word = text.split(maxsplit=1)[0][:20] if text.strip() else "?"
    return word.upper() if word.isalpha() else "a command"
