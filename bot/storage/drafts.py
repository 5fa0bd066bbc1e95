"""Drafts and the strategy registry; implements `tools.strategies.drafts.DraftStore`."""

import asyncio
import json
from collections.abc import Sequence

from sqlalchemy import Row, func, select, update

from bot.slack.inbox import insert_new
from bot.storage.database import Database
from bot.storage.tables import draft_versions, strategies
from tools.errors import BadInput
from tools.strategies.drafts import DraftVersion, Strategy, read_version
from tools.strategies.loading import load
from tools.strategies.templates import Templates


class SqlDrafts:
    """On either database. Versions and registered strategies are never changed, but for where the platform has them."""

    def __init__(self, database: Database, templates: Templates) -> None:
        self._database = database
        self._templates = templates

    async def keep(self, version: DraftVersion) -> None:
        """Keep a version; the same one again changes nothing. Raises `BadInput` where it exists with other content."""
        row = {
            "draft_id": version.draft_id,
            "version": version.version,
            "hash": version.hash,
            "payload": await asyncio.to_thread(json.dumps, version.to_json()),
            "drafted_by": version.drafted_by,
            "at": version.at,
        }
        async with self._database.write() as connection:
            await connection.execute(insert_new(self._database, draft_versions).values(row))
            kept = await connection.scalar(
                select(draft_versions.c.hash).where(
                    draft_versions.c.draft_id == version.draft_id, draft_versions.c.version == version.version
                )
            )
        if kept != version.hash:
            raise BadInput("Somebody changed this draft at the same moment. Please look at the newest version.")

    async def version(self, draft_id: str, version: int | None = None) -> DraftVersion | None:
        """A version, the latest where none is named."""
        query = select(draft_versions.c.payload).where(draft_versions.c.draft_id == draft_id)
        if version is not None:
            query = query.where(draft_versions.c.version == version)
        async with self._database.read() as connection:
            text = await connection.scalar(query.order_by(draft_versions.c.version.desc()).limit(1))
        return await asyncio.to_thread(read_version, text, self._templates) if text else None

    async def versions(self, *, limit: int = 50) -> Sequence[DraftVersion]:
        """The latest version of each draft, newest first."""
        latest = (
            select(draft_versions.c.draft_id, func.max(draft_versions.c.version).label("version"))
            .group_by(draft_versions.c.draft_id)
            .subquery()
        )
        query = (
            select(draft_versions.c.payload)
            .join(
                latest,
                (latest.c.draft_id == draft_versions.c.draft_id) & (latest.c.version == draft_versions.c.version),
            )
            .order_by(draft_versions.c.at.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            texts = list((await connection.execute(query)).scalars())
        return await asyncio.to_thread(lambda: [read_version(text, self._templates) for text in texts])

    async def register(self, strategy: Strategy) -> None:
        """Put an approved version into the registry; once, however often it is asked for."""
        row = {
            "id": strategy.id,
            "version": strategy.version,
            "name": strategy.name,
            "specification": json.dumps(strategy.specification.to_json()),
            "hash": strategy.hash,
            "requested_by": strategy.requested_by,
            "approved_by": json.dumps(strategy.approved_by),
            "approval_id": strategy.approval_id,
            "backtest_id": strategy.backtest_id,
            "trials": strategy.trials,
            "platform_id": strategy.platform_id,
            "at": strategy.at,
        }
        async with self._database.write() as connection:
            await connection.execute(insert_new(self._database, strategies).values(row))

    async def sent(self, strategy: Strategy, platform_id: str) -> None:
        """Keep under which id the platform has a version; the first id stays."""
        this = (strategies.c.id == strategy.id) & (strategies.c.version == strategy.version)
        unsent = update(strategies).where(this, strategies.c.platform_id == "")
        async with self._database.write() as connection:
            await connection.execute(unsent.values(platform_id=platform_id))

    async def strategies(self, *, limit: int = 200) -> Sequence[Strategy]:
        """Newest first."""
        query = select(strategies).order_by(strategies.c.at.desc(), strategies.c.version.desc()).limit(limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return await asyncio.to_thread(lambda: [self._strategy(row) for row in rows])

    async def strategy(self, strategy_id: str, version: int | None = None) -> Strategy | None:
        """A version of a strategy, the newest where none is named."""
        query = select(strategies).where(strategies.c.id == strategy_id)
        if version is not None:
            query = query.where(strategies.c.version == version)
        async with self._database.read() as connection:
            row = (await connection.execute(query.order_by(strategies.c.version.desc()).limit(1))).first()
        return await asyncio.to_thread(self._strategy, row) if row else None

    def _strategy(self, row: Row[tuple[object, ...]]) -> Strategy:
        return Strategy(
            row.id,
            row.version,
            row.name,
            load(row.specification, self._templates),
            row.hash,
            row.requested_by,
            tuple(json.loads(row.approved_by)),
            row.approval_id,
            row.backtest_id,
            row.trials,
            row.at,
            row.platform_id,
        )
