"""`deskhand demo`: the local Slack in the browser with the bot in it; no account, no key."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.workspace.server import Workspace

PORT = 3900


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--port`."""
    parser.add_argument("--port", type=int, default=PORT, help=f"where the page is served (default {PORT})")


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted. State lives in `demo` under DESKHAND_HOME; what is said there goes nowhere else."""
    import asyncio

    from bot.logs import configure_logging

    configure_logging("warning")
    asyncio.run(_demo(arguments.port))
    return 0


async def _demo(port: int) -> None:
    from bot.workspace.server import Workspace
    from tools.errors import BadInput

    workspace = Workspace()
    try:
        await workspace.start(port=port)
    except OSError as error:
        raise BadInput(
            f"Port {port} is taken; stop what uses it or choose another: deskhand demo --port 3901."
        ) from error
    try:
        sys.stdout.write(f"The page is at {workspace.url} (Ctrl-C ends it). One moment, the bot is joining ...\n")
        sys.stdout.flush()
        ops = workspace.state.channel("#ops-alerts").id
        await _bot_in(workspace, ops)
    finally:
        await workspace.close()


async def _bot_in(workspace: "Workspace", ops_channel: str) -> None:
    import asyncio

    from bot.composition import slack_bot, stop_requested
    from bot.desk.demo import DemoDesk
    from bot.settings import load_settings

    given = load_settings()
    settings = given.for_demo(
        home=given.home / "demo",
        database_url=None,
        slack_api_url=workspace.api_url,
        slack_bot_token=_secret(workspace.bot_token),
        slack_app_token=_secret(workspace.app_token),
        operators_channel=ops_channel,
        connections=(),
    )
    asked = stop_requested()
    async with DemoDesk(settings.home) as desk, slack_bot(settings, also=await asyncio.to_thread(desk.connections)):
        workspace.hub.menu = desk
        sys.stdout.write('Deskhand is there. Try: "@Deskhand how did the golden cross on the S&P 500 do?"\n')
        sys.stdout.flush()
        await asked.wait()


def _secret(value: str) -> object:
    from pydantic import SecretStr

    return SecretStr(value)
