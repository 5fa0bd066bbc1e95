"""The inbox: one committed row an event, claimed under a lease, finished, retried or parked.

States: `new` (to be done at `available_at`), `claimed` (until `claimed_until`), `done`, `parked`. Whoever dies while
holding a claim leaves it to lapse; a successor on the same machine takes it over at once.
"""

import asyncio
import hashlib
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Table, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from bot.slack.commits import GroupCommit
from bot.slack.events import Envelope
from bot.storage.database import Database
from bot.storage.tables import inbox, threads

LEASE_SECONDS = 20.0
KEEP_SECONDS = 30 * 86400.0
_KEY = 255
_MOST_CANDIDATES = 500
_MOST_RECENT = 10_000


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed row. `attempts` counts this one; above 1 an earlier attempt failed or died."""

    id: int
    envelope: Envelope
    correlation_id: str
    attempts: int
    received_at: float

    @property
    def lane(self) -> str:
        """The channel, or the person where there is none (Home); what fairness is measured by."""
        return self.envelope.channel or self.envelope.user


class Inbox:
    """Durable queue of envelopes on either database; `arrived` is set when something may be waiting."""

    def __init__(self, database: Database, commits: GroupCommit, *, lease: float = LEASE_SECONDS) -> None:
        self._database = database
        self._commits = commits
        self._lease = lease
        self._owner: _Owner | None = None
        self._recent: dict[str, None] = {}
        self._adding: dict[str, asyncio.Future[bool]] = {}
        self.arrived = asyncio.Event()

    async def add(self, envelope: Envelope) -> bool:
        """Commit one row for it; False where it is there already, or is talk in a thread that is not ours."""
        if envelope.key in self._recent:  # the usual duplicate: no need to ask the database
            return False
        if (first := self._adding.get(envelope.key)) is not None:
            await asyncio.shield(first)
            return False
        self._adding[envelope.key] = adding = asyncio.ensure_future(self._commits.run(self._insert, envelope))
        try:
            added = await asyncio.shield(adding)
        finally:
            del self._adding[envelope.key]
        if added:
            self._recent[envelope.key] = None
            if len(self._recent) > _MOST_RECENT:
                del self._recent[next(iter(self._recent))]
            self.arrived.set()
        return added

    def _insert(self, connection: Connection, envelopes: Sequence[Envelope]) -> list[bool]:
        unasked = [envelope for envelope in envelopes if envelope.only_in_known_thread]
        strange = {envelope.key for envelope in unasked if not _knows(connection, envelope)}
        rows = [row_of(envelope) for envelope in envelopes if envelope.key not in strange]
        if not rows:
            return [False] * len(envelopes)
        insert = insert_new(self._database, inbox).returning(inbox.c.event_id)
        new = {row.event_id for row in connection.execute(insert, rows)}
        return [envelope.key[:_KEY] in new for envelope in envelopes]

    async def claim(self, limit: int, running: Collection[Job], per_lane: int) -> list[Job]:
        """Up to `limit` rows, oldest first but fair: none beyond `per_lane` a channel, one at a time a thread."""
        lanes = Counter(job.lane for job in running)
        places = {(job.lane, job.envelope.thread_ts) for job in running}

        def work(connection: Connection) -> list[Job]:
            waiting = self._waiting(connection, [lane for lane, count in lanes.items() if count >= per_lane])
            chosen = _fair(waiting, places, lanes, limit, per_lane)
            jobs = self._claim(connection, chosen) if chosen else []
            self._join_threads(connection, jobs)
            return jobs

        return await self._database.run(work)

    def _waiting(self, connection: Connection, full: Sequence[str]) -> list[tuple[int, str, str]]:
        rows = connection.execute(
            select(inbox.c.id, inbox.c.channel, inbox.c.thread_ts)
            .where(_claimable(time.time()), inbox.c.channel.not_in(full))
            .order_by(inbox.c.id)
            .limit(_MOST_CANDIDATES)
        )
        return [(row.id, row.channel, row.thread_ts) for row in rows]

    def _claim(self, connection: Connection, chosen: Sequence[int]) -> list[Job]:
        now = time.time()
        wanted = and_(inbox.c.id.in_(chosen), _claimable(now))
        if not self._database.is_sqlite:
            locked = select(inbox.c.id).where(wanted).with_for_update(skip_locked=True)
            wanted = inbox.c.id.in_([row.id for row in connection.execute(locked)])
        claimed = connection.execute(
            update(inbox)
            .where(wanted)
            .values(
                state="claimed",
                attempts=inbox.c.attempts + 1,
                claimed_by=self._me.name,
                claimed_until=now + self._lease,
            )
            .returning(inbox.c.id, inbox.c.payload, inbox.c.correlation_id, inbox.c.attempts, inbox.c.received_at)
        )
        jobs = [
            Job(row.id, Envelope.model_validate_json(row.payload), row.correlation_id, row.attempts, row.received_at)
            for row in claimed
        ]
        return sorted(jobs, key=lambda job: job.id)

    def _join_threads(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """From now on the bot is part of these threads, also before its answers are there."""
        places = sorted({(job.envelope.channel, job.envelope.thread_ts) for job in jobs if job.envelope.thread_ts})
        rows = [{"channel": channel, "thread_ts": ts, "updated_at": time.time()} for channel, ts in places if channel]
        if rows:
            connection.execute(insert_new(self._database, threads), rows)

    async def renew(self, jobs: Collection[Job]) -> None:
        """Extend the lease of what is still being worked on."""
        ours = and_(inbox.c.id.in_([job.id for job in jobs]), self._ours())
        async with self._database.write() as connection:
            await connection.execute(update(inbox).where(ours).values(claimed_until=time.time() + self._lease))

    async def done(self, job: Job) -> None:
        """Finished; the row stays for `KEEP_SECONDS`, so that a late redelivery is still known."""
        await self._commits.run(self._finish, job)

    def _finish(self, connection: Connection, jobs: Sequence[Job]) -> list[None]:
        ours = and_(inbox.c.id.in_([job.id for job in jobs]), self._ours())
        finished = {"state": "done", "finished_at": time.time(), "error": "", "claimed_by": "", "claimed_until": 0.0}
        connection.execute(update(inbox).where(ours).values(finished))
        return [None] * len(jobs)

    async def retry(self, job: Job, delay: float, error: str) -> None:
        """To be done again in `delay` seconds."""
        await self._settle(job, state="new", available_at=time.time() + delay, error=error)

    async def park(self, job: Job, error: str) -> None:
        """Given up; an operator finds it by its correlation id."""
        await self._settle(job, state="parked", finished_at=time.time(), error=error)

    async def release(self, job: Job) -> None:
        """Handed back at a shutdown; whoever takes it next knows by the attempts that something may be there already."""
        await self._settle(job, state="new")

    async def _settle(self, job: Job, **values: object) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                update(inbox)
                .where(inbox.c.id == job.id, self._ours())
                .values(claimed_by="", claimed_until=0.0, **values)
            )

    async def start(self) -> int:
        """Before anything is claimed: free the claims of processes of this machine that are gone; how many."""
        self._owner = await asyncio.to_thread(_Owner.this_process)
        async with self._database.read() as connection:
            held = select(inbox.c.claimed_by).where(inbox.c.state == "claimed").distinct()
            owners = [row.claimed_by for row in await connection.execute(held)]
        dead = [owner for owner in owners if self._me.outlived(owner)]
        if not dead:
            return 0
        async with self._database.write() as connection:
            freed = await connection.execute(
                update(inbox)
                .where(inbox.c.state == "claimed", inbox.c.claimed_by.in_(dead))
                .values(claimed_until=0.0)
            )
        self.arrived.set()
        return freed.rowcount

    async def envelope(self, key: str) -> Envelope | None:
        """The envelope kept under this key."""
        kept = await self.kept(key)
        return kept[0] if kept else None

    async def kept(self, key: str) -> tuple[Envelope, str] | None:
        """The envelope kept under this key, and its correlation id."""
        async with self._database.read() as connection:
            query = select(inbox.c.payload, inbox.c.correlation_id).where(inbox.c.event_id == key)
            row = (await connection.execute(query)).first()
        return (Envelope.model_validate_json(row.payload), row.correlation_id) if row else None

    async def counts(self) -> dict[str, int]:
        """Rows a state, without `done`: how deep the inbox is, how many are parked, and `scheduled` for a later time."""
        later = and_(inbox.c.state == "new", inbox.c.attempts == 0, inbox.c.available_at > time.time())
        state = case((later, "scheduled"), else_=inbox.c.state).label("state")
        counted = select(state).where(inbox.c.state != "done").subquery()
        async with self._database.read() as connection:
            rows = await connection.execute(select(counted.c.state, func.count()).group_by(counted.c.state))
            return {row[0]: row[1] for row in rows}

    async def purge(self) -> None:
        """Forget what was finished or given up long ago."""
        over = inbox.c.state.in_(("done", "parked"))
        old = and_(over, inbox.c.finished_at < time.time() - KEEP_SECONDS)
        async with self._database.write() as connection:
            await connection.execute(delete(inbox).where(old))

    @property
    def _me(self) -> "_Owner":
        if self._owner is None:
            raise RuntimeError("Inbox.start() comes first")
        return self._owner

    def _ours(self) -> ColumnElement[bool]:
        return and_(inbox.c.state == "claimed", inbox.c.claimed_by == self._me.name)


def insert_new(database: Database, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that leaves alone what is there already."""
    insert = sqlite.insert(table) if database.is_sqlite else postgresql.insert(table)
    return insert.on_conflict_do_nothing()


def row_of(envelope: Envelope) -> dict[str, object]:
    """A new row, to be done now."""
    now = time.time()
    return {
        "event_id": envelope.key[:_KEY],
        "kind": envelope.kind,
        "channel": envelope.channel or envelope.user,
        "thread_ts": envelope.thread_ts,
        "user": envelope.user,
        "payload": envelope.model_dump_json(),
        "correlation_id": secrets.token_hex(5),
        "available_at": now,
        "received_at": now,
    }


def _claimable(now: float) -> ColumnElement[bool]:
    return or_(
        and_(inbox.c.state == "new", inbox.c.available_at <= now),
        and_(inbox.c.state == "claimed", inbox.c.claimed_until < now),
    )


def _knows(connection: Connection, envelope: Envelope) -> bool:
    found = connection.execute(
        select(threads.c.channel).where(
            threads.c.channel == envelope.channel, threads.c.thread_ts == envelope.thread_ts
        )
    )
    return found.first() is not None


def _fair(
    rows: Sequence[tuple[int, str, str]],
    threads_at_work: Collection[tuple[str, str]],
    running: Mapping[str, int],
    limit: int,
    per_lane: int,
) -> list[int]:
    """The first of every channel, then the second of every channel, and so on."""
    taken = dict(running)
    busy = set(threads_at_work)
    ranked: list[tuple[int, int]] = []
    for row_id, channel, thread_ts in rows:
        place = (channel, thread_ts)
        if taken.get(channel, 0) >= per_lane or (thread_ts and place in busy):
            continue
        ranked.append((taken.get(channel, 0), row_id))
        taken[channel] = taken.get(channel, 0) + 1
        busy.add(place)
    return [row_id for _, row_id in sorted(ranked)[:limit]]


@dataclass(frozen=True, slots=True)
class _Owner:
    """Who holds a claim: machine (with its boot and pid namespace), process id, and a nonce for this start."""

    machine: str
    pid: int
    nonce: str

    @property
    def name(self) -> str:
        return f"{self.machine}:{self.pid}:{self.nonce}"

    @classmethod
    def this_process(cls) -> "_Owner":
        seen = "|".join((socket.gethostname(), _link("/proc/self/ns/pid"), _line("/proc/sys/kernel/random/boot_id")))
        return cls(hashlib.sha256(seen.encode()).hexdigest()[:16], os.getpid(), secrets.token_hex(4))

    def outlived(self, name: str) -> bool:
        """Whether the other is certainly gone: same machine, and no process has its id, or we have it ourselves."""
        machine, _, rest = name.partition(":")
        pid, _, nonce = rest.partition(":")
        if machine != self.machine or not pid.isdigit() or nonce == self.nonce:
            return False
        return int(pid) == self.pid or not _alive(int(pid))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""
