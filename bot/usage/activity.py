"""What happened, day by day (UTC), tallied from the audit: read once from its first row, then only what is new.

A tally is a number of events under a few words, such as `("answer", "narrate", "allowed")`; who it was is kept as a set
of people a day. Rows are never changed, so a day's tallies only grow.
"""

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, select

from bot.protocols import Json
from bot.storage.database import Database
from bot.storage.tables import audit

_CHUNK: Final = 2_000
_ABOUT_ANSWERS: Final = ("help.feedback", "help.reason")
"""Presses that judge an answer are no requests."""

Words = tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """Of one day, or of several added up."""

    events: Counter[Words] = field(default_factory=Counter)
    sums: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    people: set[str] = field(default_factory=set)
    days: int = 0
    """On how many anybody asked anything."""
    people_days: int = 0
    """People a day, added up over the days."""

    def count(self, *words: str) -> int:
        """Events whose first words are these."""
        return sum(number for key, number in self.events.items() if key[: len(words)] == words)

    def by(self, kind: str, place: int) -> dict[str, int]:
        """Events of a kind, by the word at that place."""
        found: Counter[str] = Counter()
        for key, number in self.events.items():
            if key[0] == kind:
                found[key[place]] += number
        return dict(found)

    def add(self, day: "Tally") -> None:
        """Take a day in."""
        self.events.update(day.events)
        for name, amount in day.sums.items():
            self.sums[name] += amount
        self.people |= day.people
        self.days += 1 if day.people else 0
        self.people_days += len(day.people)


class Activity:
    """One a process; `upto_now` before `between`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._days: defaultdict[str, Tally] = defaultdict(Tally)
        self._seen = 0
        self._reading: asyncio.Task[None] | None = None

    async def upto_now(self) -> None:
        """Read the rows that are new. Whoever gives up waiting leaves the reading going: a row counts once."""
        self._reading = asyncio.create_task(self._read_after(self._reading), name="activity")
        await asyncio.shield(self._reading)

    async def _read_after(self, previous: "asyncio.Task[None] | None") -> None:
        if previous is not None:
            await asyncio.wait([previous])
        while rows := await self._next_rows():
            await asyncio.to_thread(self._take, rows)
            self._seen = rows[-1].seq
            if len(rows) < _CHUNK:
                break

    def between(self, first: str, last: str) -> Tally:
        """The days from `first` to `last`, both included, as `YYYY-MM-DD`."""
        whole = Tally()
        for day, tally in self._days.items():
            if first <= day <= last:
                whole.add(tally)
        return whole

    def knows(self, person: str) -> bool:
        """Whether the person is in any tally."""
        return any(person in tally.people for tally in self._days.values())

    async def _next_rows(self) -> Sequence[Row[Any, Any, Any]]:
        query = select(audit.c.seq, audit.c.at, audit.c.entry).where(audit.c.seq > self._seen)
        async with self._database.read() as connection:
            return (await connection.execute(query.order_by(audit.c.seq).limit(_CHUNK))).all()

    def _take(self, rows: Sequence[Row[Any, Any, Any]]) -> None:
        for row in rows:
            tally = self._days[day_of(row.at)]
            try:
                entry = json.loads(row.entry)
            except ValueError:  # tampered with; `deskhand audit verify` says so
                continue
            take(entry, tally)


def day_of(at: float) -> str:
    """The UTC day of a moment."""
    return time.strftime("%Y-%m-%d", time.gmtime(at))


def take(entry: Mapping[str, Json], tally: Tally) -> None:
    """Count one audit entry."""
    arguments = entry.get("arguments")
    said = arguments if isinstance(arguments, Mapping) else {}
    tally.events.update(_events(entry, said))
    action, seconds = entry.get("action"), _number(entry.get("duration_ms")) / 1000
    if action in ("request", "press") and said.get("action") not in _ABOUT_ANSWERS:
        tally.people.add(str(entry.get("actor")))
        if entry.get("decision") == "allowed":
            tally.sums["answer_seconds"] += seconds
            if entry.get("intent") == "narrate":
                tally.sums["narrate_seconds"] += seconds
    elif action == "model_call":
        for name in ("prompt_tokens", "cached_tokens", "completion_tokens", "cost"):
            tally.sums[name] += _number(said.get(name))


def _events(entry: Mapping[str, Json], said: Mapping[str, Json]) -> Iterator[Words]:
    """The words under which an entry counts."""
    decision = str(entry.get("decision", ""))
    match entry.get("action"):
        case "request" | "press" if said.get("action") not in _ABOUT_ANSWERS:
            yield ("answer", str(entry.get("intent", "")), decision)
        case "report":
            yield ("report", "model" if entry.get("prompt_version") else "rules", decision)
            yield from (("finding", str(kind)) for kind in _list(said.get("findings")))
        case "fact_check":
            yield ("fact_check", decision)
        case "model_call":
            yield ("model_call", str(said.get("purpose", "")), decision)
            stages = said.get("stages")
            if isinstance(stages, Mapping):
                yield from (("guardrail", stage, str(did)) for stage, did in stages.items() if did != "passed")
        case "decision":
            yield ("decision", str(said.get("kind", "")), str(said.get("what", "")), decision)
        case "tool" | "action" as kind if said.get("phase") != "before":
            yield (kind, decision, str(entry.get("tool", "")))
        case "prompt" | "incident" as kind:
            yield (kind, decision)
        case "role_change":
            yield ("role_change",)


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
