"""Takes jobs from the inbox and does them: many at once, fair between channels, each under a lease that is renewed.

Woken by the inbox; a slow poll finds what other replicas left behind and what is due again. Failures are put back
with a growing delay a bounded number of times, then parked with a word to the person and to operators.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from structlog.contextvars import bound_contextvars

from bot import metrics
from bot.slack.failures import reason_of
from bot.slack.inbox import LEASE_SECONDS, Inbox, Job
from bot.tracing import trace

log = structlog.get_logger(__name__)

JOBS_AT_ONCE = 200
"""Most of these only wait for their turn to post; how many handlers work at once is `WORK_AT_ONCE`."""
WORK_AT_ONCE = 16
PER_LANE = 4
BUSY_JOBS = 24
POLL_SECONDS = 1.0
MOST_TRIES = {"transient": 8, "defect": 3, "problem": 1}
_PAUSE = 0.05
_SHORT_PAUSE = 0.002
_MOST_CLAIMED = 32
_LATE = 0.02
"""Seconds behind at which the process takes on fewer answers, so that what arrives is acknowledged in time."""
_FIRST_DELAY = 0.5
_LONGEST_DELAY = 60.0
_PURGE_EVERY = 3600.0

Do = Callable[[Job], Awaitable[None]]
GiveUp = Callable[[Job, BaseException], Awaitable[None]]


class Workers:
    """`do` answers a job; `give_up` tells people that it will not be answered."""

    def __init__(self, inbox: Inbox, do: Do, give_up: GiveUp) -> None:
        self._inbox = inbox
        self._do = do
        self._give_up = give_up
        self._running: dict[asyncio.Task[None], Job] = {}
        self._loops: list[asyncio.Task[None]] = []
        self._allowance = _MOST_CLAIMED

    @property
    def busy(self) -> bool:
        """Whether so much is going on that only answers matter."""
        return len(self._running) >= BUSY_JOBS

    @property
    def running(self) -> int:
        """Jobs being done."""
        return len(self._running)

    async def start(self) -> None:
        """Take over what a predecessor on this machine left, then begin."""
        freed = await self._inbox.start()
        if freed:
            log.info("took_over", jobs=freed)
        for loop in (self._dispatch, self._heartbeat, self._purge):
            self._loops.append(asyncio.create_task(_forever(loop), name=loop.__name__))

    async def stop(self, within: float) -> None:
        """Take nothing new, finish what is under way within so many seconds, hand the rest back."""
        for loop in self._loops[:1]:  # the dispatcher
            loop.cancel()
        if self._running:
            await asyncio.wait(list(self._running), timeout=within)
        left = dict(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for job in left.values():
            await self._inbox.release(job)
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        log.info("workers_stopped", handed_back=len(left))

    async def _dispatch(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):  # wait_for would lose a cancellation that comes with the event
                await self._inbox.arrived.wait()
        self._inbox.arrived.clear()
        room = min(JOBS_AT_ONCE - len(self._running), self._allowance)
        if room > 0:
            jobs = await self._inbox.claim(room, list(self._running.values()), PER_LANE)
            for job in jobs:
                self._begin(job)
            if len(jobs) == room:
                self._inbox.arrived.set()  # there may be more
        await self._breathe()

    async def _breathe(self) -> None:
        """A pause, so that one claim takes many rows; how late it ends says if answers crowd out acknowledgements."""
        pause = _PAUSE if len(self._running) > WORK_AT_ONCE // 2 else _SHORT_PAUSE
        began = time.monotonic()
        await asyncio.sleep(pause)
        late = time.monotonic() - began - pause
        self._allowance = max(1, self._allowance // 2) if late > _LATE else min(_MOST_CLAIMED, self._allowance + 1)

    def _begin(self, job: Job) -> None:
        task = asyncio.create_task(self._run(job), name=f"job-{job.id}")
        self._running[task] = job
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        job = self._running.pop(task, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            # the database, most likely; the lease runs out and the job is taken again
            log.error("job_dropped", job=job.id if job else 0, error=f"{type(error).__name__}: {error}"[:300])
        self._inbox.arrived.set()  # its thread or channel may have more

    async def _run(self, job: Job) -> None:
        metrics.reply_seconds.labels("waiting").observe(max(0.0, time.time() - job.received_at))
        with (
            bound_contextvars(correlation_id=job.correlation_id, event=job.envelope.key),
            trace(job.correlation_id, "job", kind=job.envelope.kind, attempt=job.attempts),
        ):
            try:
                if job.attempts > MOST_TRIES["transient"]:  # it took the process down each time
                    raise _Exhausted(f"{job.attempts - 1} attempts ended without a result")
                await self._do(job)
            except Exception as error:
                await self._failed(job, error)
            else:
                await self._inbox.done(job)

    async def _failed(self, job: Job, error: Exception) -> None:
        reason = reason_of(error)
        words = f"{type(error).__name__}: {error}"[:1000]
        if job.attempts < MOST_TRIES[reason]:
            delay = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (job.attempts - 1)) * random.uniform(0.8, 1.2)  # noqa: S311
            log.warning("job_failed", reason=reason, attempt=job.attempts, again_in=round(delay, 2), exc_info=error)
            metrics.retries.labels(reason).inc()
            await self._inbox.retry(job, delay, words)
            return
        log.error("job_parked", reason=reason, attempts=job.attempts, exc_info=error)
        metrics.parked.inc()
        await self._inbox.park(job, words)
        try:
            await self._give_up(job, error)
        except Exception as also:
            log.error("note_not_delivered", exc_info=also)

    async def _heartbeat(self) -> None:
        await asyncio.sleep(LEASE_SECONDS / 4)
        if self._running:
            await self._inbox.renew(list(self._running.values()))

    async def _purge(self) -> None:
        await asyncio.sleep(_PURGE_EVERY)
        await self._inbox.purge()


class _Exhausted(Exception):
    """A job that never came to an end, neither good nor bad."""


async def _forever(step: Callable[[], Awaitable[None]]) -> None:
    """Repeat; a failing database must not end the loop for good."""
    while True:
        try:
            await step()
        except Exception as error:
            log.error("loop_failed", loop=getattr(step, "__name__", ""), exc_info=error)
            await asyncio.sleep(POLL_SECONDS)
