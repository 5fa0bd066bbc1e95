"""The receiving process: listens to Slack, commits to the inbox, acknowledges; nothing else may take its time.

`python -m bot.slack.receiver` is started by the bot (`bot.slack.apart`), reads its orders from standard input and ends
when the bot says so or is gone. Here nothing but receiving runs, so an acknowledgement never waits for an answer.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping

import structlog
from pydantic import BaseModel

from bot.logs import configure_logging
from bot.slack.bridge import LONGEST_LINE, Answered, Arrived, Asked, Kept, Orders, State, line, to_receiver
from bot.slack.client import build_client, open_session
from bot.slack.commits import GroupCommit
from bot.slack.events import Envelope, EventReader
from bot.slack.inbox import Inbox
from bot.slack.listeners import build_app
from bot.slack.observing import Notebook
from bot.slack.sockets import Sockets
from bot.slack.spool import Spool
from bot.slack.straight import Verdict
from bot.storage.database import Database

log = structlog.get_logger(__name__)

STATE_SECONDS = 1.0
_ANSWER_WITHIN = 2.8  # Slack waits three


class Bot:
    """The bot's process as seen from here; it answers what goes straight through (`Straight`)."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._asked: dict[int, asyncio.Future[Answered]] = {}
        self.kept = 0
        """The id in the spool up to which the bot has everything."""

    def say(self, message: BaseModel) -> None:
        """Send a line; a bot that is gone is noticed by `listen`."""
        sys.stdout.buffer.write(line(message))
        sys.stdout.buffer.flush()

    async def take(self, body: Mapping[str, object]) -> Verdict:
        """Have the bot act on a payload. Raises where it cannot in time, so that Slack sends it again."""
        number = max(self._asked, default=0) + 1
        self._asked[number] = answer = asyncio.get_running_loop().create_future()
        try:
            self.say(Asked(id=number, body=dict(body)))
            async with asyncio.timeout(_ANSWER_WITHIN):
                given = await answer
        finally:
            del self._asked[number]
        if given.failed:
            raise RuntimeError("the bot could not take this payload")
        return Verdict(given.keep, given.errors)

    async def listen(self) -> None:
        """Returns when the bot says stop or is gone."""
        while text := await self._reader.readline():
            match to_receiver.validate_json(text):
                case Answered() as given:
                    answer = self._asked.get(given.id)
                    if answer is not None and not answer.done():
                        answer.set_result(given)
                case Kept(up_to=up_to):
                    self.kept = up_to
                case _:
                    return


async def receive(orders: Orders, bot: Bot) -> None:
    """Listen until the bot wants no more."""
    arrivals = Spool(orders.spool) if orders.spool else _Straight(orders.database_url)
    await arrivals.open()
    session = open_session()
    notebook = Notebook()

    async def keep(envelope: Envelope) -> bool | None:
        added = await arrivals.add(envelope)
        if added is not False:
            bot.say(Arrived())
        return added

    app = build_app(
        build_client(orders.bot_token, orders.api_url, session),
        EventReader(orders.bot_user_id),
        keep,
        bot,
        notebook,
        openers=orders.openers,
        bot_user_id=orders.bot_user_id,
        bot_id=orders.bot_id,
        signing_secret=orders.signing_secret,
    )
    sockets = Sockets(app, orders.app_token, notebook)

    async def report() -> None:
        while True:
            bot.say(State(open=sockets.open, last_event_at=sockets.last_event_at, noted=notebook.take()))
            await arrivals.forget(bot.kept)
            await asyncio.sleep(STATE_SECONDS)

    listening = asyncio.create_task(bot.listen())
    await sockets.start()
    reporting = asyncio.create_task(report())
    await asyncio.wait({listening, reporting}, return_when=asyncio.FIRST_COMPLETED)
    reporting.cancel()
    await sockets.close()
    await session.close()
    await arrivals.close()


class _Straight:
    """The inbox in a database that takes many writers at once, in place of a `Spool`."""

    def __init__(self, database_url: str) -> None:
        self._database = Database(database_url)
        self._inbox = Inbox(self._database, GroupCommit(self._database))
        self.add = self._inbox.add

    async def open(self) -> None:
        """It is there."""

    async def forget(self, up_to: int) -> None:
        """It keeps what it has."""

    async def close(self) -> None:
        """As `Spool.close`."""
        await self._database.close()


async def main() -> None:
    """Read the orders, then follow them."""
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: None)  # sent to the whole group; the bot says when to stop
    text = await reader.readline()
    if not text:
        return
    orders = Orders.model_validate_json(text)
    configure_logging(orders.log_level)
    await receive(orders, Bot(reader))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except BrokenPipeError:  # the bot is gone
        os._exit(0)
