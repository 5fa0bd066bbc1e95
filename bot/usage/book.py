"""Measures a period: today, this month, a month by name, or all that was kept."""

import re
import time
from calendar import monthrange, timegm
from typing import Final

from sqlalchemy import ColumnElement, Float, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.protocols import Usage
from bot.storage.database import Database
from bot.storage.tables import feedback, incidents, narrative_ratings
from bot.usage.activity import Activity, day_of
from bot.usage.figures import Kept, measured
from tools.errors import BadInput

_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_DAY: Final = 86_400.0
_FIRST, _LAST = "0000-01-01", "9999-12-31"
PERIODS: Final = ("today", "month", "all")


class UsageBook:
    """Implements `bot.protocols.UsageSource`; one a process, since it remembers what it has read of the audit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._activity = Activity(database)

    async def usage(self, period: str = "month") -> Usage:
        """`today`, `month` (this one), `all`, or `YYYY-MM`; days are UTC. Raises `BadInput` for anything else."""
        first, last = bounds(period)
        await self._activity.upto_now()
        start, end = _moment(first), _moment(last) + _DAY
        async with self._database.read() as connection:
            kept = await _kept(connection, start, end)
        return Usage(period, first, last, measured(self._activity.between(first, last), kept))

    async def knows(self, person: str) -> bool:
        """Whether the person ever asked for anything before."""
        await self._activity.upto_now()
        return self._activity.knows(person)

    async def breakdown(self) -> dict[tuple[str, ...], int]:
        """Every tally since the first row, by its words."""
        await self._activity.upto_now()
        return dict(self._activity.between(_FIRST, _LAST).events)


def bounds(period: str) -> tuple[str, str]:
    """First and last day of a period."""
    today = day_of(time.time())
    if period == "today":
        return today, today
    if period == "all":
        return _FIRST, _LAST
    named = _MONTH.fullmatch(today[:7] if period == "month" else period)
    if named is None:
        raise BadInput(f"'{period[:40]}' is not a period: use today, month, all, or a month such as 2026-10.")
    days = monthrange(int(named[1]), int(named[2]))[1]
    return f"{named[0]}-01", f"{named[0]}-{days:02}"


def _moment(day: str) -> float:
    if day == _FIRST:
        return 0.0
    if day == _LAST:
        return 1e12
    return float(timegm(time.strptime(day, "%Y-%m-%d")))


async def _kept(connection: AsyncConnection, start: float, end: float) -> Kept:
    thumbs = await connection.execute(
        select(feedback.c.verdict, func.count())
        .where(feedback.c.at >= start, feedback.c.at < end)
        .group_by(feedback.c.verdict)
    )
    verdicts = {row[0]: row[1] for row in thumbs}
    solved = (incidents.c.solved_at >= start) & (incidents.c.solved_at < end)
    alone = solved & incidents.c.escalated_at.is_(None)
    taken = incidents.c.solved_at - incidents.c.opened_at
    row = (
        await connection.execute(
            select(
                _number_of((incidents.c.opened_at >= start) & (incidents.c.opened_at < end)),
                _number_of((incidents.c.escalated_at >= start) & (incidents.c.escalated_at < end)),
                _number_of(solved),
                _number_of(alone),
                func.avg(case((solved, cast(taken, Float)))),
            )
        )
    ).one()
    return Kept(
        good=verdicts.get("good", 0),
        bad=verdicts.get("bad", 0),
        opened=row[0],
        escalated=row[1],
        solved=row[2],
        solved_unescalated=row[3],
        hours_to_solve=row[4] / 3600 if row[4] is not None else None,
        rating=await connection.scalar(
            select(func.avg(cast(narrative_ratings.c.stars, Float))).where(
                narrative_ratings.c.rated_at >= start, narrative_ratings.c.rated_at < end
            )
        ),
    )


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
