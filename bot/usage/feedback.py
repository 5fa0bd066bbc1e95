"""What people think of answers: one opinion a person and answer, and an audit row for each time it is given."""

import json
import time
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from bot.audit.log import ChainedAudit
from bot.protocols import AuditEntry, Opinion, Place
from bot.storage.database import Database
from bot.storage.tables import audit, feedback
from tools.redact import redact

_LONGEST = 1_000


class SqlFeedback:
    """Implements `bot.protocols.Feedback`."""

    def __init__(self, database: Database, audit: ChainedAudit) -> None:
        self._database = database
        self._audit = audit

    async def keep(self, opinion: Opinion) -> None:
        """Row and audit row in one transaction."""
        intent = opinion.intent or await self._asked(opinion.about)
        reason = redact(opinion.reason).replace("\x00", "")[:_LONGEST]
        row = {
            "at": time.time(),
            "person": opinion.person[:64],
            "verdict": opinion.verdict,
            "reason": reason,
            "intent": intent[:32],
            "correlation_id": opinion.about[:64],
            "channel": opinion.place.channel[:64],
            "message_ts": opinion.place.message_ts[:32],
        }
        insert = (sqlite.insert if self._database.is_sqlite else postgresql.insert)(feedback).values(row)
        kept = ("at", "verdict", "reason")
        upsert = insert.on_conflict_do_update(
            index_elements=["correlation_id", "person"], set_={name: insert.excluded[name] for name in kept}
        )
        async with self._database.write() as connection:
            await connection.execute(upsert)
            await self._audit.append(
                connection,
                AuditEntry(
                    actor=opinion.person,
                    action="feedback",
                    correlation_id=opinion.about,
                    place=f"{opinion.place.channel}/{opinion.place.thread_ts}",
                    intent=intent,
                    arguments={"reason": reason} if reason else {},
                    decision=opinion.verdict,
                ),
            )

    async def _asked(self, about: str) -> str:
        """The intent of the answer, where its buttons do not say it: those of a card that was shown anew."""
        query = select(audit.c.entry).where(audit.c.correlation_id == about, audit.c.action.in_(("request", "press")))
        async with self._database.read() as connection:
            entry = (await connection.execute(query.order_by(audit.c.seq).limit(1))).scalar()
        return str(json.loads(entry).get("intent") or "") if entry else ""

    async def complaints(self, limit: int = 10) -> Sequence[Opinion]:
        """The latest bad ones that say why, newest first."""
        query = (
            select(feedback)
            .where(feedback.c.verdict == "bad", feedback.c.reason != "")
            .order_by(feedback.c.at.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Opinion(
                row.person,
                "bad",
                row.correlation_id,
                row.intent,
                row.reason,
                Place(channel=row.channel, message_ts=row.message_ts),
                row.at,
            )
            for row in rows
        ]
