"""`deskhand audit`: verify the chain, or export it as JSON lines."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.audit.log import ChainedAudit, Verdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`verify [--json]` and `export [--out FILE]`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    verify = actions.add_parser("verify", help="walk the chain and name the first row that is not as it was written")
    verify.add_argument("--json", action="store_true", help='{"ok", "rows", "witnessed", "first_broken", "reason"}')
    export = actions.add_parser("export", help="every entry as one line of JSON")
    export.add_argument("--out", type=Path, metavar="FILE", help="write there instead of standard output")


def run(arguments: argparse.Namespace) -> int:
    """0 done; 1 where the chain is broken."""
    import asyncio

    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    from bot.audit.log import ChainedAudit
    from bot.logs import configure_logging
    from bot.settings import load_settings
    from bot.storage.database import Database
    from bot.storage.migrate import upgrade

    configure_logging("error")
    settings = load_settings()
    await upgrade(settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    key = settings.audit_key.get_secret_value().encode() if settings.audit_key else None
    log = ChainedAudit(database, anchor=settings.home / "audit.anchor", key=key)
    try:
        if arguments.action == "export":
            return await _export(log, arguments.out)
        return _tell(await log.verify(), arguments.json)
    finally:
        await database.close()


def _tell(verdict: "Verdict", as_json: bool) -> int:
    import dataclasses
    import json

    if as_json:
        sys.stdout.write(json.dumps(dataclasses.asdict(verdict)) + "\n")
    elif not verdict.ok:
        sys.stdout.write(f"Broken at row {verdict.first_broken}: {verdict.reason}. Rows before it are in order.\n")
    else:
        sys.stdout.write(f"{verdict.rows} rows, all as they were written.\n")
        if verdict.rows and not verdict.witnessed:
            sys.stdout.write("There is no audit.anchor here, so rows cut off at the end may not show.\n")
    return 0 if verdict.ok else 1


async def _export(log: "ChainedAudit", out: Path | None) -> int:
    import os

    from tools.errors import BadInput

    try:
        target = sys.stdout if out is None else out.open("w", encoding="ascii")
    except OSError as error:
        raise BadInput(f"Cannot write {out}: {error.strerror}.") from None
    try:
        async for line in log.export():
            target.write(line + "\n")
        target.flush()
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        if out is not None:
            target.close()
    return 0
