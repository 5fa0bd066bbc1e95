"""The yardstick: the smallest Bolt bot there is, an echo in the thread over one Socket Mode connection.

python tests/benchmarks/bare_bolt.py API_URL BOT_TOKEN APP_TOKEN
"""

import asyncio
import logging
import sys

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def main(api_url: str, bot_token: str, app_token: str) -> None:
    """Echo until killed."""
    logging.disable(logging.CRITICAL)
    app = AsyncApp(client=AsyncWebClient(token=bot_token, base_url=api_url))

    @app.event("app_mention")
    async def echo(event, say):
        await say(text=f"You said: {event['text']}", thread_ts=event["ts"])

    @app.event("message")
    async def ignore():
        pass

    handler = AsyncSocketModeHandler(app, app_token)
    await handler.connect_async()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
