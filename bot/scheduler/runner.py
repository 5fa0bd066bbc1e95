"""APScheduler, which wakes the digests: every few seconds, and at the very moment of the next slot."""

from datetime import UTC, datetime
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.scheduler.service import DigestService

_EVERY_SECONDS: Final = 20
"""How late another replica's new digest is noticed here."""

log = structlog.get_logger(__name__)


class DigestRunner:
    """Runs while the bot does. Jobs live in memory: what must not be lost is in the database."""

    def __init__(self, service: DigestService) -> None:
        self._service = service
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})

    def start(self) -> None:
        """Begin, with a look at once for what was missed."""
        self._scheduler.add_job(
            self._tick, "interval", seconds=_EVERY_SECONDS, id="tick", next_run_time=datetime.now(UTC)
        )
        self._scheduler.start()

    def stop(self) -> None:
        """End; what is half done is done by the next start."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _tick(self) -> None:
        try:
            upcoming = await self._service.tick()
        except Exception as error:  # the database may be away for a while; the next tick tries again
            log.exception("digests_not_looked_at", error=type(error).__name__)
            return
        if upcoming is not None:
            at = datetime.fromtimestamp(upcoming, UTC)
            self._scheduler.add_job(
                self._tick, "date", run_date=at, id="slot", replace_existing=True, misfire_grace_time=60
            )
