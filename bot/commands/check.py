"""`deskhand check`: what is missing for a bot in a real workspace, one step at a time."""

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--settings`, `--json`."""
    parser.add_argument("--settings", action="store_true", help="every setting there is, what it is for, an example")
    parser.add_argument("--json", action="store_true", help='{"ok", "checks": [{"name", "ok", "detail"}]}')


def run(arguments: argparse.Namespace) -> int:
    """Check everything; 0 where all is well, 1 where something is missing."""
    import asyncio
    import json

    if arguments.settings:
        return _print_settings(as_json=arguments.json)

    from bot.health.preflight import as_json, preflight
    from bot.logs import configure_logging

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


def _print_settings(*, as_json: bool) -> int:
    """Every setting: its key in the file, its variable, what it is for, an example, its default."""
    import json
    from dataclasses import asdict

    from bot.settings import reference

    for each in reference():
        if as_json:
            sys.stdout.write(json.dumps(asdict(each)) + "\n")
            continue
        name = f"{each.key} ({each.variable})" if each.variable else each.key
        default = f"; default {each.default}" if each.default else ""
        sys.stdout.write(f"{name}: {each.purpose}{default}\n    {each.example}\n")
    return 0
