"""`deskhand strategies list | show ID | export ID [--platform]`: the registry of what was approved."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.storage.drafts import SqlDrafts
    from tools.strategies.drafts import Strategy
    from tools.strategies.templates import Templates


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`list`, `show ID`, `export ID [--platform]`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    listing = actions.add_parser("list", help="what was approved, newest first")
    listing.add_argument("--limit", type=int, default=200, metavar="N", help="at most so many (200)")
    show = actions.add_parser("show", help="one in words: what it does, who approved it, where it is")
    show.add_argument("id", metavar="ID", help="as list shows it")
    export = actions.add_parser("export", help="one as JSON")
    export.add_argument("id", metavar="ID", help="as list shows it")
    export.add_argument("--platform", action="store_true", help="what POST /strategies/ of the platform takes")


def run(arguments: argparse.Namespace) -> int:
    """0 done, 1 where nothing is approved, or what is asked for fits none of the platform's types."""
    import asyncio

    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    from bot.logs import configure_logging
    from bot.settings import load_settings
    from bot.storage.database import Database
    from bot.storage.drafts import SqlDrafts
    from bot.storage.migrate import upgrade
    from tools.strategies.templates import of_desk

    configure_logging("error")
    settings = load_settings()
    await upgrade(settings.resolved_database_url)
    database, templates = Database(settings.resolved_database_url), of_desk(settings.home)
    store = SqlDrafts(database, templates)
    try:
        if arguments.action == "list":
            return await _list(store, arguments.limit)
        strategy = await _one(store, arguments.id)
    finally:
        await database.close()
    if arguments.action == "show":
        sys.stdout.write(_in_words(strategy, templates))
        return 0
    return _export(strategy, templates, for_platform=arguments.platform)


async def _list(store: "SqlDrafts", limit: int) -> int:
    found = await store.strategies(limit=max(1, limit))
    if not found:
        sys.stderr.write("no strategy is approved yet\n")
    for each in found:
        where = f"platform {each.platform_id}" if each.platform_id else "-"
        sys.stdout.write(f"{each.id:12} v{each.version:<3} {_moment(each.at)}  {where:16} {each.name}\n")
    return 0 if found else 1


async def _one(store: "SqlDrafts", strategy_id: str) -> "Strategy":
    """The newest approved version, held against the draft that was decided on."""
    from tools.errors import BadInput, NotFound
    from tools.strategies.drafts import as_recorded

    strategy = await store.strategy(strategy_id)
    if strategy is None:
        raise NotFound(f"there is no approved strategy {strategy_id}; `deskhand strategies list` shows them")
    if not as_recorded(strategy, await store.version(strategy.id, strategy.version)):
        raise BadInput(
            f"what is recorded as {strategy_id} is not what was approved; look at the audit before using it"
        )
    return strategy


def _export(strategy: "Strategy", templates: "Templates", *, for_platform: bool) -> int:
    import json

    exported = strategy.platform_payload(templates) if for_platform else strategy.to_json(templates)
    if exported is None:
        sys.stderr.write(f"{strategy.id} fits none of the platform's four types\n")
        return 1
    sys.stdout.write(json.dumps(exported, ensure_ascii=False, indent=2) + "\n")
    return 0


def _in_words(strategy: "Strategy", templates: "Templates") -> str:
    from tools.strategies.english import describe

    fits = strategy.platform_payload(templates) is not None
    there = strategy.platform_id or ("not sent; it fits" if fits else "it fits none of its types")
    lines = (
        f"{strategy.name} ({strategy.id}, version {strategy.version})",
        describe(strategy.specification, templates),
        f"  asked for by {strategy.requested_by}, approved by {', '.join(strategy.approved_by)} at {_moment(strategy.at)}",
        f"  backtest {strategy.backtest_id or 'none: there were no prices'}, {strategy.trials} version(s) tried",
        f"  platform: {there}",
        f"  SHA-256 {strategy.hash}",
        "  nothing of it is deployed",
    )
    return "\n".join(lines) + "\n"


def _moment(at: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
