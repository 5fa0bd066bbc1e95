"""`deskhand approvals export`: every approval with its votes, as JSON lines or CSV."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from bot.protocols import Json
    from bot.storage.database import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`export [--format jsonl|csv] [--out FILE]`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    export = actions.add_parser("export", help="every approval, oldest first, with who decided what and when")
    export.add_argument(
        "--format",
        choices=("jsonl", "csv"),
        default="jsonl",
        help="jsonl: one approval a line with its votes, times in epoch seconds; csv: one vote a line, times in UTC",
    )
    export.add_argument("--out", type=Path, metavar="FILE", help="write there instead of standard output")


def run(arguments: argparse.Namespace) -> int:
    """0 done."""
    import asyncio

    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    from bot.logs import configure_logging
    from bot.settings import load_settings
    from bot.storage.database import Database
    from bot.storage.migrate import upgrade
    from tools.errors import BadInput

    configure_logging("error")
    settings = load_settings()
    await upgrade(settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    out: Path | None = arguments.out
    try:
        if out is None:
            await _write(database, sys.stdout, arguments.format)
        else:
            with out.open("w", encoding="utf-8", newline="") as file:
                await _write(database, file, arguments.format)
    except BrokenPipeError:  # whoever read it has seen enough
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise BadInput(f"Cannot write {out}: {error.strerror}.") from None
    finally:
        await database.close()
    return 0


async def _write(database: "Database", target: TextIO, form: str) -> None:
    import csv
    import json

    from bot.approvals.rows import export

    table = csv.DictWriter(target, [*_APPROVAL, *_TIMES, *_VOTE], extrasaction="ignore")
    if form == "csv":
        table.writeheader()
    async for approval in export(database):
        if form == "csv":
            table.writerows(_lines(approval))
        else:
            target.write(json.dumps(approval, ensure_ascii=False) + "\n")
    target.flush()


_APPROVAL = ("id", "kind", "subject", "version", "hash", "title", "requester", "requester_name", "required", "state")
_TIMES = ("created_at", "deadline", "closed_at")
_VOTE = ("person", "name", "verdict", "voted_at", "note")


def _lines(approval: "Mapping[str, Json]") -> list[dict[str, str]]:
    """One for each vote; one without a vote where there is none."""
    own = {name: _cell(approval[name]) for name in _APPROVAL} | {name: _moment(approval[name]) for name in _TIMES}
    votes = approval["votes"]
    given = [vote for vote in votes if isinstance(vote, Mapping)] if isinstance(votes, list) else []
    return [
        own | {name: _cell(vote.get(name)) for name in _VOTE} | {"voted_at": _moment(vote.get("at"))}
        for vote in given or [dict[str, "Json"]()]
    ]


def _cell(value: "Json") -> str:
    """Text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _moment(value: "Json") -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds") if isinstance(value, int | float) else ""
