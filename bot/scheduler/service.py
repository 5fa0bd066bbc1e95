"""Posts digests that are due. A slot is taken by inserting its row, in the transaction that announces it: so it is posted once,
however many replicas look at the same moment, and whatever is restarted before, between or after.

A slot that nobody was there for is caught up within `CATCH_UP`; older ones are skipped, and the next edition says so.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import structlog

from bot.audit.log import ChainedAudit
from bot.protocols import AuditEntry, Destination, Json, Reply
from bot.slack.announcing import Announcements
from bot.storage.digests import Handled, SqlDigests
from tools.digests.compile import edition
from tools.digests.model import Digest, DigestBlock, Edition, Window
from tools.errors import BadInput

CATCH_UP: Final = 2 * 3600.0
"""Seconds; half a morning's delay is still that morning's digest."""
DECLARED: Final = "file-"
"""Before the ids of digests that the settings file declares."""
_FIRST_WINDOW: Final = 24 * 3600.0
_LONGEST_WINDOW: Final = 35 * 24 * 3600.0
_MANY: Final = 400
"""Slots looked at in one go: after a year without a run, a year is enough to say."""

log = structlog.get_logger(__name__)


class View(Protocol):
    """Turns an edition into a message."""

    def __call__(self, edition: Edition) -> Reply:
        """The message of an edition."""
        ...


@dataclass(frozen=True, slots=True)
class DigestService:
    """Everything that is done with digests but talking about them. `clock` gives epoch seconds."""

    store: SqlDigests
    announcements: Announcements
    audit: ChainedAudit
    blocks: Mapping[str, DigestBlock]
    view: View
    clock: Callable[[], float] = field(default=time.time)

    async def tick(self) -> float | None:
        """Post what is due; the next slot of all, None where there is none. Raises nothing for a single digest."""
        upcoming: list[float] = []
        for digest in await self.store.all():
            if digest.paused:
                continue
            try:
                await self._catch_up(digest)
            except Exception as error:  # the others must not wait for it; the next tick tries again
                log.exception("digest_failed", digest=digest.id, error=type(error).__name__)
            upcoming.append(digest.schedule.next(self.clock()))
        return min(upcoming, default=None)

    async def declare(self, declared: Sequence[Digest]) -> None:
        """Make the digests of the settings file what it says: new, changed or gone, whatever is in the database.

        One that says what it said before goes on where it was, paused or not. Raises `BadInput` for an unknown block.
        """
        before = {digest.id: digest for digest in await self.store.all() if digest.id.startswith(DECLARED)}
        for digest in declared:
            if unknown := [block for block in digest.blocks if block not in self.blocks]:
                raise BadInput(
                    f"The digest {digest.name} in the settings holds {unknown[0]}, which is none of "
                    f"{', '.join(self.blocks)}."
                )
            kept = before.pop(digest.id, None)
            whole = replace(digest, blocks=digest.blocks or tuple(self.blocks), since=self.clock())
            if kept is None:
                await self.store.add(whole)
            elif replace(whole, since=kept.since, paused=kept.paused) != kept:
                await self.store.replace(whole)
        for gone in before:
            await self.store.remove(gone)

    async def preview(self, digest: Digest) -> Edition:
        """The digest as it would be now."""
        handled = await self.store.handled(digest.id)
        return await edition(digest, self.blocks, self._window(handled, digest))

    async def send_now(self, digest: Digest, key: str, by: str) -> bool:
        """Post it beside its slots; False where it was sent under this key before."""
        reply, to = self.view(await self.preview(digest)), Destination(channel=digest.channel)
        async with self.store.database.write() as connection:
            new = await self.announcements.announce_in(connection, f"digest:{digest.id}:{key}", reply, to, by=by)
            if new:
                await self.audit.append(connection, _entry(digest, "sent", by))
        self.announcements.outbox.wake()
        return new

    async def _catch_up(self, digest: Digest) -> None:
        now, handled = self.clock(), await self.store.handled(digest.id)
        begin = max(digest.since, handled.last or 0.0, now - _MANY * 86400.0)
        due = digest.schedule.slots(begin, now)
        if not due:
            return
        late = due if now - due[-1] > CATCH_UP else due[:-1]
        if late:
            await self._skip(digest, late)
        if due[-1] not in late:
            window = self._window(handled, digest)
            await self._post(digest, due[-1], await edition(digest, self.blocks, window, (*handled.untold, *late)))

    async def _post(self, digest: Digest, slot: float, made: Edition) -> None:
        async with self.store.database.write() as connection:
            if await self.store.get_in(connection, digest.id) != digest:
                return  # changed, paused or deleted meanwhile; the next tick looks again
            if not await self.store.claim(connection, digest.id, slot, "posted", made.figures):
                return
            await self.store.told(connection, digest.id, made.skipped)
            await self.announcements.announce_in(
                connection,
                f"digest:{digest.id}:{int(slot)}",
                self.view(made),
                Destination(channel=digest.channel),
                by=digest.created_by if digest.created_by.startswith(("U", "W")) else "",
            )
            late = round(self.clock() - slot)
            shown: Json = [part.title for part in made.parts if part.found is not None]
            posted = _entry(digest, "posted", "", slot=int(slot), late_seconds=late, blocks=shown)
            await self.audit.append(connection, posted)
        self.announcements.outbox.wake()
        log.info("digest_posted", digest=digest.id, slot=int(slot), late_seconds=late)

    async def _skip(self, digest: Digest, slots: Sequence[float]) -> None:
        async with self.store.database.write() as connection:
            skipped = [int(slot) for slot in slots if await self.store.claim(connection, digest.id, slot, "skipped")]
            if skipped:
                told: Json = skipped[:20]
                await self.audit.append(connection, _entry(digest, "skipped", "", slots=told, number=len(skipped)))
        log.warning("digest_slots_skipped", digest=digest.id, slots=len(slots))

    def _window(self, handled: Handled, digest: Digest) -> Window:
        now = self.clock()
        since = handled.posted if handled.posted is not None else now - _FIRST_WINDOW
        return Window(max(since, now - _LONGEST_WINDOW), now, digest.schedule.zone, handled.history)


def _entry(digest: Digest, decision: str, by: str, **further: Json) -> AuditEntry:
    """A row of what was done with a digest: posted, skipped, sent."""
    return AuditEntry(
        actor=by or "deskhand",
        action="digest",
        correlation_id=f"digest:{digest.id}",
        place=digest.channel,
        decision=decision,
        arguments={"digest": digest.name, **further},
    )
