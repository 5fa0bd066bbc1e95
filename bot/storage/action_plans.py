"""Plans of actions in the database: kept when they are shown, claimed once when they are carried out."""

import time

from sqlalchemy import insert, select, update

from bot.storage.database import Database
from bot.storage.tables import action_plans
from tools.diagnostics.actions import plan_from_json, plan_json
from tools.diagnostics.confirming import Requested
from tools.diagnostics.tool import Plan


class SqlActionPlans:
    """`tools.diagnostics.confirming.Plans`, and the ledger of `tools.diagnostics.actions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, plan: Plan, by: str) -> None:
        """Keep what is shown."""
        async with self._database.write() as connection:
            await connection.execute(
                insert(action_plans).values(
                    digest=plan.digest, plan=plan_json(plan), requested_by=by, requested_at=time.time()
                )
            )

    async def get(self, digest: str) -> Requested | None:
        """The plan of that digest. Raises `BadInput` where the row is not what the digest was made of."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(action_plans).where(action_plans.c.digest == digest))
            row = rows.one_or_none()
        return None if row is None else Requested(plan_from_json(row.plan), row.requested_by)

    async def claim(self, digest: str) -> bool:
        """Of all who carry it out, the first."""
        free = (action_plans.c.digest == digest) & action_plans.c.carried_out_at.is_(None)
        async with self._database.write() as connection:
            changed = await connection.execute(update(action_plans).where(free).values(carried_out_at=time.time()))
        return changed.rowcount == 1
