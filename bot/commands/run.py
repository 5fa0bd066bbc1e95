"""`deskhand run`: the bot against Slack, and the HTTP API."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: settings say everything."""


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    import asyncio

    from bot.logs import configure_logging
    from bot.settings import load_settings, required_for_run

    settings = load_settings()
    required_for_run(settings)
    configure_logging(settings.log_level)

    from bot.composition import serve

    asyncio.run(serve(settings))
    return 0
