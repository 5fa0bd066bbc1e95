"""`deskhand db upgrade`: bring the database to this version."""

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`upgrade`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    actions.add_parser("upgrade", help="make the tables those of this version; back up first")


def run(arguments: argparse.Namespace) -> int:
    """Upgrade where there is something to do."""
    import asyncio

    from bot.logs import configure_logging
    from bot.settings import load_settings
    from bot.storage.migrate import head, upgrade

    configure_logging("error")
    changed = asyncio.run(upgrade(load_settings().resolved_database_url))
    sys.stdout.write(f"{'Upgraded to' if changed else 'Already at'} revision {head()}.\n")
    return 0
