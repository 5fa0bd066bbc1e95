"""The composition root: the one place that knows every part and puts them together."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from pydantic import SecretStr

from bot.access.slack import SlackAccess
from bot.audit.log import ChainedAudit
from bot.core import Core, open_core
from bot.protocols import Access, Handler, Intent, Json, Permission, Person
from bot.routing.router import DeskRouter
from bot.settings import Settings, required_for_run
from bot.slack.answering import Prompt, Services
from bot.slack.client import build_client, open_session
from bot.slack.service import SlackSettings, SlackTransport
from handlers.capabilities import CAPABILITIES
from handlers.help import Help
from handlers.home import home_view
from handlers.narrate import Narrate
from handlers.unavailable import Unavailable
from tools.backtests.charts import ChartRenderer

_NOT_HERE: Mapping[Intent, Permission] = {
    "compare": "compare",
    "draft": "draft",
    "diagnose": "check_freshness",
    "digest": "digests",
    "approvals": "draft",
    "usage": "usage",
}


def build_handlers(core: Core, access: Access) -> dict[Intent, Handler]:
    """One handler an intent."""
    handlers: dict[Intent, Handler] = {
        intent: Unavailable(access, intent, permission) for intent, permission in _NOT_HERE.items()
    }
    handlers["help"] = Help(access)
    handlers["unknown"] = Help(access, intent="unknown")
    handlers["narrate"] = Narrate(core.store, core.reports, ChartRenderer(core.settings.home / "charts"))
    return handlers


@asynccontextmanager
async def slack_bot(settings: Settings) -> AsyncIterator[SlackTransport]:
    """The bot, connected to Slack while the block runs. Raises `Problem` where it cannot start."""
    required_for_run(settings)
    async with open_core(settings) as core:
        key = _plain(settings.audit_key).encode() or None
        audit = ChainedAudit(core.database, anchor=settings.home / "audit.anchor", key=key)
        connection = _slack_settings(settings)
        session = open_session()
        access = SlackAccess(
            build_client(connection.bot_token, connection.api_url, session), core.database, audit, settings.roles
        )

        async def home(person: Person) -> Mapping[str, Json]:
            return home_view(person, access, await core.store.list())

        services = Services(
            access=access,
            audit=audit,
            router=DeskRouter(),
            handlers=build_handlers(core, access),
            home=home,
            prompts=[Prompt(capability.title, capability.examples[0]) for capability in CAPABILITIES],
        )
        transport = SlackTransport(connection, core.database, services, group_event=access.on_event)
        try:
            await transport.start()
            yield transport
        finally:
            await transport.stop()
            await access.close()
            await audit.close()
            await session.close()


def stop_requested() -> asyncio.Event:
    """Set by SIGTERM or SIGINT."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    return asked


def _slack_settings(settings: Settings) -> SlackSettings:
    return SlackSettings(
        bot_token=_plain(settings.slack_bot_token),
        app_token=_plain(settings.slack_app_token),
        api_url=settings.slack_api_url,
        signing_secret=_plain(settings.slack_signing_secret),
        operators_channel=settings.operators_channel or "",
        drain_seconds=settings.drain_seconds,
    )


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""
