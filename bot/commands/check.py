"""`deskhand check`: what is missing for a bot in a real workspace, one step at a time."""

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--json`."""
    parser.add_argument("--json", action="store_true", help='{"ok", "checks": [{"name", "ok", "detail"}]}')


def run(arguments: argparse.Namespace) -> int:
    """Check everything; 0 where all is well, 1 where something is missing."""
    import asyncio
    import json

    from bot.logs import configure_logging
    from bot.preflight import as_json, preflight

    configure_logging("error")
    checks = asyncio.run(preflight())
    missing = [check for check in checks if not check.ok]
    if arguments.json:
        sys.stdout.write(json.dumps(as_json(checks)) + "\n")
        return 1 if missing else 0
    for check in checks:
        waits = check.detail.startswith("not checked")
        sys.stdout.write(f"{'ok' if check.ok else '-' if waits else 'TO DO':<6} {check.name:<12} {check.detail}\n")
    if missing:
        sys.stdout.write(f"\nNext: {missing[0].name}. Then run `deskhand check` again.\n")
    else:
        sys.stdout.write(
            "\nAll is there: start `deskhand run`, invite the bot with /invite @deskhand, and mention it.\n"
        )
    return 1 if missing else 0
