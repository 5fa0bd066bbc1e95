"""Does what the bot put into the inbox itself: posts announcements, re-renders what is shown, fires timers."""

import json

import structlog

from bot.protocols import Reply
from bot.slack import parcels
from bot.slack.announcing import Announcements
from bot.slack.board import Place
from bot.slack.failures import explain
from bot.slack.inbox import Inbox, Job
from bot.slack.layout import Laid
from bot.slack.poster import Poster, Target
from bot.slack.thumbs import under
from bot.slack.timing import InboxTimers

log = structlog.get_logger(__name__)

OWN_KINDS = ("announce", "update", "timer")


class Deliveries:
    """Everything that carries a `Reply.key` is delivered through here, answers to requests included."""

    def __init__(self, poster: Poster, inbox: Inbox, announcements: Announcements, timers: InboxTimers) -> None:
        self._poster = poster
        self._inbox = inbox
        self._board = announcements.board
        self._timers = timers

    async def do(self, job: Job) -> None:
        """One job of `OWN_KINDS`. Raises what went wrong where another try may help."""
        match job.envelope.kind:
            case "announce":
                await self._announce(job)
            case "update":
                await self._refresh(json.loads(job.envelope.parcel)["key"])
            case _:
                await self._timers.fire(job)

    async def deliver(self, reply: Reply, target: Target) -> str:
        """Post the reply, and show what its key shows by now; the `ts` of its first message."""
        if not reply.key:
            return await self._poster.deliver(reply, target)
        await self._board.bind(reply.key, target.event_id)
        ts = await self._poster.deliver(reply, target)
        await self._refresh(reply.key, only=target.event_id)
        return ts

    async def tell(self, job: Job, error: BaseException) -> None:
        """Say to who asked for it that an announcement could not be delivered; operators hear of all else."""
        by = json.loads(job.envelope.parcel).get("by") if job.envelope.kind == "announce" else ""
        if by:
            where = f"in <#{job.envelope.channel}>" if job.envelope.channel else f"to <@{job.envelope.user}>"
            text = f"I was to post something {where} for you and could not. {explain(error, job.correlation_id)}"
            target = Target(event_id=f"undelivered:{job.envelope.key}"[:255], channel="", user=by)
            await self._poster.deliver(Reply(text=text, outcome="problem"), target)

    async def _announce(self, job: Job) -> None:
        envelope = job.envelope
        target = Target(
            event_id=envelope.key,
            channel=envelope.channel,
            thread_ts=envelope.thread_ts,
            user=envelope.user,
            may_be_there=job.attempts > 1,
        )
        await self.deliver(parcels.loads(json.loads(envelope.parcel)["reply"]), target)

    async def _refresh(self, key: str, only: str = "") -> None:
        """Re-render what is shown under the key, until it is the latest: another replica may be at it, too."""
        latest = await self._board.latest(key)
        while latest is not None:
            places = [place for place in await self._board.places(key) if only in ("", place.event_id)]
            if places:
                reply = parcels.loads(latest.reply)
                laid = await self._poster.prepare(reply)
                for place in places:
                    await self._rewrite(reply, laid, place)
            newer = await self._board.latest(key)
            latest = newer if newer is not None and newer.version != latest.version else None

    async def _rewrite(self, reply: Reply, laid: Laid, place: Place) -> None:
        """Show it in one place; where that is an answer it keeps its thumbs."""
        kept = await self._inbox.kept(place.event_id)
        if kept is not None and kept[0].kind not in OWN_KINDS:
            laid = under(laid, reply, kept[1])
        thread = (kept[0].thread_ts if kept else "") or next(iter(place.parts.values()))
        await self._poster.rewrite(laid, place.event_id, place.channel, thread, place.parts)
