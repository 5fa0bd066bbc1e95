"""`deskhand backtests import PATH [--engine E] | list [--json]`: stored runs."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core import Core
    from tools.backtests.model import RunSummary

BY = "command line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`import` with a path and, where the content does not say it, an engine; or `list`. Both take `--json`."""
    actions = parser.add_subparsers(dest="action", metavar="import | list", required=True)
    importing = actions.add_parser("import", help="store what a file of an engine has")
    importing.add_argument(
        "path",
        metavar="PATH",
        help="a result file (JSON, CSV, Parquet, zipline's pickle, zip, gzip), or the id of one of the platform's backtests",
    )
    importing.add_argument(
        "--engine", metavar="E", help="the engine that wrote it; `returns` or `equity` for plain numbers"
    )
    listing = actions.add_parser("list", help="what is stored, newest first")
    for action in (importing, listing):
        action.add_argument("--json", action="store_true", help="write JSON")


def run(arguments: argparse.Namespace) -> int:
    """Import all runs of a file or none; raises `BadInput` for a file that cannot be used."""
    import asyncio

    if arguments.action == "import":
        rows = asyncio.run(_import(arguments.path, arguments.engine, is_there=Path(arguments.path).exists()))
    else:
        rows = asyncio.run(_list())
    shown = [
        {"id": row.id, "name": row.name, "engine": row.engine, "start": row.start, "end": row.end} for row in rows
    ]
    if arguments.json:
        sys.stdout.write(json.dumps(shown) + "\n")
    else:
        sys.stdout.write("".join(f"{_line(row)}\n" for row in rows) or "No backtests are stored.\n")
    return 0


def _line(row: "RunSummary") -> str:
    period = f"{row.start} to {row.end}" if row.start else "no equity curve"
    return f"{row.id}  {row.name}  {row.engine}  {period}"


async def _import(path: str, engine: str | None, *, is_there: bool) -> "Sequence[RunSummary]":
    import asyncio

    from bot.core import open_core
    from bot.settings import load_settings
    from tools.backtests.codec import dumps
    from tools.backtests.readers.read import read_path

    settings = load_settings()
    from_platform = settings.platform is not None and not is_there
    runs = [] if from_platform else await asyncio.to_thread(read_path, path, engine)
    for each in runs:
        await asyncio.to_thread(dumps, each)  # all of them can be kept, or none is
    async with open_core(settings) as core:
        ids = [await core.store.add(each, by=BY) for each in runs] or [await _of_platform(path, core)]
        stored = {row.id: row for row in await core.store.list()}
    return [stored[one] for one in dict.fromkeys(ids)]


async def _of_platform(platform_id: str, core: "Core") -> str:
    from tools.errors import NotFound

    run = await core.store.get(platform_id)
    if run is None:
        raise NotFound(f"There is no file '{platform_id[:80]}', and the platform has no backtest of that id.")
    return run.id


async def _list() -> "Sequence[RunSummary]":
    from bot.core import open_core
    from bot.settings import load_settings

    async with open_core(load_settings()) as core:
        return await core.store.list()
