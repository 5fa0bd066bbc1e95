"""Receiving in a process of its own, seen from the bot: started, listened to, started again where it ends by itself."""

import asyncio
import contextlib
import sys

import structlog

from bot.slack.bridge import LONGEST_LINE, Answered, Arrived, Asked, Kept, Orders, Stop, from_receiver, line
from bot.slack.observing import Observer
from bot.slack.spool import Intake
from bot.slack.straight import Straight

log = structlog.get_logger(__name__)

_OPEN_WITHIN = 30.0
_STOP_WITHIN = 8.0
_PAUSES = (0.1, 1.0, 5.0)


class ReceiverApart:
    """The receiving process of `bot.slack.receiver`; `intake` is told when something has arrived."""

    def __init__(self, orders: Orders, straight: Straight, observer: Observer, intake: Intake) -> None:
        self._orders = orders
        self._straight = straight
        self._observer = observer
        self._intake = intake
        self._arrived = asyncio.Event()
        self._taking_in: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._running: asyncio.Task[None] | None = None
        self._listens = asyncio.Event()
        self._taking: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self.open = 0
        self.last_event_at = 0.0

    async def start(self) -> None:
        """Returns when it listens, or after half a minute: it goes on trying."""
        await self._intake.start()
        self._taking_in = asyncio.create_task(self._take_in(), name="intake")
        self._running = asyncio.create_task(self._keep_running(), name="receiver")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_OPEN_WITHIN):
                await self._listens.wait()

    async def close(self) -> None:
        """It finishes what it has received and ends."""
        self._stopping.set()
        self._say(Stop())
        if self._running is not None:
            done, _ = await asyncio.wait({self._running}, timeout=_STOP_WITHIN)
            if not done:
                log.warning("receiver_killed")
                self._running.cancel()
                await asyncio.gather(self._running, return_exceptions=True)
        self.open = 0
        if self._taking_in is not None:
            self._taking_in.cancel()
            await asyncio.gather(self._taking_in, return_exceptions=True)
            await self._intake.take()
        await self._intake.close()

    async def _take_in(self) -> None:
        """When something has arrived, and once a second: a receiver that outlived its bot may have left something."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            try:
                self._say(Kept(up_to=await self._intake.take()))
            except Exception as error:
                log.error("intake_failed", exc_info=error)

    async def _keep_running(self) -> None:
        attempt = 0
        while not self._stopping.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await self._run()
            except Exception as error:
                log.error("receiver_failed", exc_info=error)
            self.open = 0
            if self._stopping.is_set():
                return
            if asyncio.get_running_loop().time() - began > 60:
                attempt = 0
            log.error("receiver_ended", status=self._process.returncode if self._process else None)
            self._observer.reconnected("receiver")
            await asyncio.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)])
            attempt += 1

    async def _run(self) -> None:
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.slack.receiver",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
        )
        try:
            self._say(self._orders)
            if self._stopping.is_set():
                self._say(Stop())
            while process.stdout is not None and (text := await process.stdout.readline()):
                self._hear(text)
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    def _hear(self, text: bytes) -> None:
        match from_receiver.validate_json(text):
            case Arrived():
                self._arrived.set()
            case Asked() as asked:
                task = asyncio.create_task(self._take(asked))
                self._taking.add(task)
                task.add_done_callback(self._taking.discard)
            case state:
                self._arrived.set()
                self.open, self.last_event_at = state.open, state.last_event_at
                state.noted.pass_on(self._observer)
                self._listens.set()

    async def _take(self, asked: Asked) -> None:
        try:
            verdict = await self._straight.take(asked.body)
        except Exception as error:
            log.error("not_acknowledged", exc_info=error)
            self._say(Answered(id=asked.id, failed=True))
        else:
            self._say(Answered(id=asked.id, keep=verdict.keep, errors=dict(verdict.errors)))

    def _say(self, message: Orders | Answered | Kept | Stop) -> None:
        process = self._process
        if process is not None and process.stdin is not None and process.returncode is None:
            process.stdin.write(line(message))
