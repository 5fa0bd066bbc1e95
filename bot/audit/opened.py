"""The audit of these settings, for commands that need nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.audit.log import ChainedAudit
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import upgrade


def audit_of(settings: Settings, database: Database) -> ChainedAudit:
    """The audit in this database, with its witness and key."""
    key = settings.audit_key.get_secret_value().encode() if settings.audit_key else None
    return ChainedAudit(database, anchor=settings.home / "audit.anchor", key=key)


@asynccontextmanager
async def open_audit(settings: Settings) -> AsyncIterator[ChainedAudit]:
    """Opens the database, brought to this version, while the block runs."""
    await upgrade(settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    audit = audit_of(settings, database)
    try:
        yield audit
    finally:
        await audit.close()
        await database.close()
