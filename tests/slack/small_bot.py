"""A bot of its own process for the load and kill tests: the real transport, an echo for a handler.

    python tests/slack/small_bot.py API_URL BOT_TOKEN APP_TOKEN DATABASE_URL

Prints "ready" once it listens. `kill -9` it at any moment.
"""

import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.protocols import (
    AuditEntry,
    Json,
    Permission,
    Person,
    Progress,
    Reply,
    Request,
    Routed,
    ThreadMessage,
)
from bot.slack.answering import Services
from bot.slack.service import SlackSettings, SlackTransport
from bot.storage.database import Database


class Everybody:
    async def person(self, user_id: str) -> Person:
        return Person(user_id)

    def allows(self, person: Person, permission: Permission) -> bool:
        return True

    def denial(self, person: Person, permission: Permission) -> str:
        raise AssertionError("everybody may")


class NoAudit:
    async def write(self, entry: AuditEntry) -> None:
        return None


class OneIntent:
    async def route(self, text: str, *, subject: Mapping[str, Json], thread: Sequence[ThreadMessage] = ()) -> Routed:
        return Routed("help", 1.0)


class Echo:
    intent = "help"
    permission = "help"

    async def handle(self, request: Request, progress: Progress) -> Reply:
        section = {"type": "section", "text": {"type": "mrkdwn", "text": f"You said: {request.text}"}}
        return Reply(text=f"You said: {request.text}", blocks=(section,))


async def main(api_url: str, bot_token: str, app_token: str, database_url: str) -> None:
    database = Database(database_url)
    services = Services(Everybody(), NoAudit(), OneIntent(), {"help": Echo()})
    transport = SlackTransport(SlackSettings(bot_token, app_token, api_url, apart=True), database, services)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await transport.start()
    print("ready", flush=True)
    await stop.wait()
    await transport.stop()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
