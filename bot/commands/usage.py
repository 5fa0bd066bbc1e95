"""`deskhand usage`: how much, how good, how dear; the same figures as in Slack and at /metrics."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.protocols import Usage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--period`, `--json`."""
    parser.add_argument(
        "--period", default="month", help="today, month (this one, the default), all, or a month such as 2026-10; UTC"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help='{"period", "first", "last", "figures": [{"id", "topic", "label", "value", "unit", "means"}]}',
    )


def run(arguments: argparse.Namespace) -> int:
    """0."""
    import asyncio
    import dataclasses
    import json

    from bot.logs import configure_logging

    configure_logging("error")
    usage = asyncio.run(_usage(arguments.period))
    if arguments.json:
        sys.stdout.write(json.dumps(dataclasses.asdict(usage)) + "\n")
        return 0
    sys.stdout.write(f"{usage.period}: {usage.first} to {usage.last} (UTC)\n")
    topic = ""
    for figure in usage.figures:
        if figure.topic != topic:
            topic = figure.topic
            sys.stdout.write(f"\n{topic}\n")
        value = "-" if figure.value is None else f"{figure.value:,.4f}".rstrip("0").rstrip(".")
        sys.stdout.write(f"  {figure.label:<30} {value:>14} {figure.unit:<8} {figure.means}\n")
    return 0


async def _usage(period: str) -> "Usage":
    from bot.settings import load_settings
    from bot.storage.database import Database
    from bot.storage.migrate import upgrade
    from bot.usage.book import UsageBook

    settings = load_settings()
    await upgrade(settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    try:
        return await UsageBook(database).usage(period)
    finally:
        await database.close()
