"""Narratives under review and published ones; implements `tools.narrative.publishing.PublicationStore`."""

import asyncio
import time
from collections.abc import Collection, Sequence

from sqlalchemy import Row, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.slack.inbox import insert_new
from bot.storage.database import Database
from bot.storage.tables import narrative_contents, narrative_ratings, publications
from tools.narrative.publishing import Content, Picture, Publication
from tools.narrative.report import Report

_NAME = 255
_READ = [column for column in publications.c if column.name != "report_hash"]


class SqlPublications:
    """On either database. What is kept is never changed; only ratings are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, content: Content) -> None:
        """Keep what somebody is asked to decide on, exactly as it is."""
        chart = content.chart
        row = {
            "hash": content.hash,
            "report": await asyncio.to_thread(content.report.model_dump_json),
            "chart": chart.png if chart else None,
            "chart_alt": chart.alt_text if chart else "",
            "chart_title": chart.title if chart else "",
            "kept_at": time.time(),
        }
        async with self._database.write() as connection:
            await connection.execute(insert_new(self._database, narrative_contents).values(row))

    async def content(self, content_hash: str) -> Content | None:
        """What was kept under this hash."""
        async with self._database.read() as connection:
            query = select(narrative_contents).where(narrative_contents.c.hash == content_hash)
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        report = await asyncio.to_thread(Report.model_validate_json, row.report)
        return Content(report, Picture(row.chart, row.chart_alt, row.chart_title) if row.chart else None)

    async def publish(self, publication: Publication) -> None:
        """From now on it may be read by everybody; the same id twice is one publication."""
        content = await self.content(publication.hash)
        if content is None:
            raise LookupError(f"the content {publication.hash} was not kept")
        row = {
            "id": publication.id,
            "hash": publication.hash,
            "report_hash": content.report.content_hash,
            "backtest_id": publication.backtest_id,
            "strategy": publication.strategy[:_NAME],
            "channel": publication.channel,
            "requested_by": publication.requested_by,
            "approved_by": publication.approved_by,
            "at": publication.at,
        }
        async with self._database.write() as connection:
            await connection.execute(insert_new(self._database, publications).values(row))

    async def published(self, backtest_ids: Collection[str] | None = None) -> Sequence[Publication]:
        """Newest first; of these backtests, or all."""
        query = select(*_READ).order_by(publications.c.at.desc())
        if backtest_ids is not None:
            query = query.where(publications.c.backtest_id.in_(backtest_ids))
        async with self._database.read() as connection:
            return [_publication(row) for row in await connection.execute(query)]

    async def get(self, publication_id: str) -> Publication | None:
        """By its id."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(*_READ).where(publications.c.id == publication_id))).first()
        return _publication(row) if row else None

    async def knows_strategy(self, strategy: str) -> bool:
        """Whether anything about it was ever published."""
        query = select(publications.c.id).where(publications.c.strategy == strategy[:_NAME]).limit(1)
        async with self._database.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def rate(self, content_hash: str, person: str, stars: int) -> None:
        """A reviewer's 1 to 5; a later one takes the place of an earlier."""
        insert = (sqlite.insert if self._database.is_sqlite else postgresql.insert)(narrative_ratings)
        row = {"hash": content_hash, "person": person, "stars": stars, "rated_at": time.time()}
        upsert = insert.values(row).on_conflict_do_update(
            index_elements=["hash", "person"],
            set_={"stars": insert.excluded.stars, "rated_at": insert.excluded.rated_at},
        )
        async with self._database.write() as connection:
            await connection.execute(upsert)


def _publication(row: Row[tuple[object, ...]]) -> Publication:
    return Publication(
        row.id,
        row.hash,
        row.backtest_id,
        row.strategy,
        row.channel,
        row.requested_by,
        row.approved_by,
        row.at,
    )
