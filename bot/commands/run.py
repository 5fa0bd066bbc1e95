"""`deskhand run`: the bot against Slack, and the HTTP API."""

import argparse
import subprocess
import sys
from pathlib import Path


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
    _make_desk(settings.home)

    from bot.composition import serve

    asyncio.run(serve(settings))
    return 0


def _make_desk(home: Path) -> None:
    """Where there is no desk yet, have another process make it, so that this one does not keep the memory for it."""
    from bot.desk.embedded import PRICES

    if not (home / PRICES).exists():
        subprocess.run([sys.executable, "-m", "bot.cli", "backtests", "list"], stdout=subprocess.DEVNULL, check=False)
