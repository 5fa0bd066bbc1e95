"""Backtests that people keep at the top of their Home tab."""

import time
from collections.abc import Sequence

from sqlalchemy import delete, select

from bot.slack.inbox import insert_new
from bot.storage.database import Database
from bot.storage.tables import pins


class SqlPins:
    """Implements `bot.protocols.Pins`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pinned(self, person: str) -> Sequence[str]:
        """Ids of backtests, the latest pin first."""
        query = select(pins.c.backtest_id).where(pins.c.person == person).order_by(pins.c.at.desc())
        async with self._database.read() as connection:
            return [row.backtest_id for row in await connection.execute(query)]

    async def pin(self, person: str, backtest_id: str) -> None:
        """Once is enough."""
        row = {"person": person, "backtest_id": backtest_id[:64], "at": time.time()}
        async with self._database.write() as connection:
            await connection.execute(insert_new(self._database, pins).values(row))

    async def unpin(self, person: str, backtest_id: str) -> None:
        """Also where it is not pinned."""
        mine = (pins.c.person == person) & (pins.c.backtest_id == backtest_id)
        async with self._database.write() as connection:
            await connection.execute(delete(pins).where(mine))
