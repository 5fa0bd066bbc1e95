"""Incidents and diagnoses in the database: `tools.diagnostics.incidents.IncidentStore`."""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.tables import action_plans, diagnoses, incidents
from tools.diagnostics.incidents import Figures, Incident, Kept, NewIncident

_QUESTION: Final = 2_000
_DAY: Final = 86_400.0  # seconds


class SqlIncidents:
    """One row an incident, kept for good; diagnoses and the plans of actions that came of them for `keep_days`.

    `clock` gives epoch seconds.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time, keep_days: int = 90) -> None:
        self._database = database
        self._clock = clock
        self._keep_days = keep_days
        self._tidied = 0.0

    async def open(self, new: NewIncident) -> Incident:
        """The thread's unsolved incident, told what is known now; a new one where there is none."""
        here = (incidents.c.channel == new.channel) & (incidents.c.thread_ts == new.thread_ts)
        known = {
            "title": new.title,
            "cause": new.cause,
            "runbook": new.runbook,
            "escalate_to": new.escalate_to,
            "diagnosis_id": new.diagnosis_id,
        }
        async with self._database.write() as connection:
            found = await connection.scalar(
                select(incidents.c.id).where(here, incidents.c.state != "solved").order_by(incidents.c.id.desc())
            )
            if found is not None:
                await connection.execute(update(incidents).where(incidents.c.id == found).values(known))
            else:
                made = await connection.execute(
                    insert(incidents).values(
                        channel=new.channel,
                        thread_ts=new.thread_ts,
                        question=new.question[:_QUESTION],
                        state="open",
                        opened_at=self._clock(),
                        opened_by=new.by,
                        **known,
                    )
                )
                found = made.inserted_primary_key[0]  # type: ignore[index]
            row = (await connection.execute(select(incidents).where(incidents.c.id == found))).one()
        return _incident(row)

    async def get(self, incident_id: int) -> Incident | None:
        """The incident, or None."""
        return await self._one(incidents.c.id == incident_id)

    async def of_thread(self, channel: str, thread_ts: str) -> Incident | None:
        """The newest incident of a thread."""
        return await self._one((incidents.c.channel == channel) & (incidents.c.thread_ts == thread_ts))

    async def unsolved(self) -> list[Incident]:
        """All that is not solved, oldest first."""
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(incidents).where(incidents.c.state != "solved").order_by(incidents.c.id)
            )
            return [_incident(row) for row in rows]

    async def escalate(self, incident_id: int, by: str) -> bool:
        """From open to escalated."""
        values = {"state": "escalated", "escalated_at": self._clock(), "escalated_by": by}
        return await self._change(incident_id, incidents.c.state == "open", values)

    async def acknowledge(self, incident_id: int, by: str) -> bool:
        """From escalated to acknowledged."""
        values = {"state": "acknowledged", "acknowledged_at": self._clock(), "acknowledged_by": by}
        return await self._change(incident_id, incidents.c.state == "escalated", values)

    async def solve(self, incident_id: int, by: str) -> bool:
        """From any state to solved."""
        values = {"state": "solved", "solved_at": self._clock(), "solved_by": by}
        return await self._change(incident_id, incidents.c.state != "solved", values)

    async def reminded(self, incident_id: int, number: int) -> bool:
        """Count a reminder, where it is the next one and still wanted."""
        wanted = (incidents.c.state == "escalated") & (incidents.c.reminders == number - 1)
        return await self._change(incident_id, wanted, {"reminders": number})

    async def keep(self, diagnosis: Kept) -> None:
        """Keep a diagnosis; once a day, forget those that are too old."""
        async with self._database.write() as connection:
            if self._clock() - self._tidied > _DAY:
                await self._forget(connection)
                self._tidied = self._clock()
            await connection.execute(
                insert(diagnoses).values(
                    id=diagnosis.id,
                    at=diagnosis.at,
                    by=diagnosis.by,
                    channel=diagnosis.channel,
                    thread_ts=diagnosis.thread_ts,
                    question=diagnosis.question[:_QUESTION],
                    payload=diagnosis.payload,
                )
            )

    async def _forget(self, connection: AsyncConnection) -> None:
        """The old ones, but those of incidents that nobody has solved."""
        before = self._clock() - self._keep_days * _DAY
        unsolved = select(incidents.c.diagnosis_id).where(incidents.c.state != "solved")
        old = (diagnoses.c.at < before) & diagnoses.c.id.not_in(unsolved)
        await connection.execute(delete(diagnoses).where(old))
        await connection.execute(delete(action_plans).where(action_plans.c.requested_at < before))

    async def kept(self, diagnosis_id: str) -> Kept | None:
        """The diagnosis, or None."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(diagnoses).where(diagnoses.c.id == diagnosis_id))).one_or_none()
        return None if row is None else Kept(**row._mapping)

    async def figures(self, since: float, until: float) -> Figures:
        """Counted over the incidents opened from `since` to `until`."""
        within = (incidents.c.opened_at >= since) & (incidents.c.opened_at < until)
        async with self._database.read() as connection:
            rows = [_incident(row) for row in await connection.execute(select(incidents).where(within))]
        solved = [row for row in rows if row.solved_at is not None]
        causes = Counter(row.cause or "unknown" for row in rows)
        return Figures(
            opened=len(rows),
            solved=len(solved),
            escalated=sum(row.escalated_at is not None for row in rows),
            avoided=sum(row.escalated_at is None for row in solved),
            median_to_solve=_median([row.solved_at - row.opened_at for row in solved if row.solved_at is not None]),
            median_to_acknowledge=_median(
                [
                    row.acknowledged_at - row.escalated_at
                    for row in rows
                    if row.acknowledged_at is not None and row.escalated_at is not None
                ]
            ),
            by_cause=tuple(causes.most_common()),
        )

    async def _one(self, where: ColumnElement[bool]) -> Incident | None:
        async with self._database.read() as connection:
            rows = await connection.execute(select(incidents).where(where).order_by(incidents.c.id.desc()).limit(1))
            row = rows.one_or_none()
        return None if row is None else _incident(row)

    async def _change(self, incident_id: int, where: ColumnElement[bool], values: Mapping[str, object]) -> bool:
        """Compare and set: whether the row was as expected."""
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(incidents).where(incidents.c.id == incident_id, where).values(dict(values))
            )
        return changed.rowcount == 1


def _incident(row: Row[tuple[object, ...]]) -> Incident:
    return Incident(**row._mapping)


def _median(seconds: list[float]) -> float | None:
    return statistics.median(seconds) if seconds else None
