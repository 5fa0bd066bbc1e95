"""`deskhand governance --from DAY --to DAY`: the governance report of a period, as Markdown or CSV."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.usage.governance import GovernanceReport


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--from`, `--to`, `--csv`, `--out`."""
    parser.add_argument("--from", dest="first", metavar="DAY", help="first day, UTC; this month's where not given")
    parser.add_argument("--to", dest="last", metavar="DAY", help="last day, UTC; today where not given")
    parser.add_argument("--csv", action="store_true", help="CSV, a line each, instead of Markdown")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write there instead of standard output")


def run(arguments: argparse.Namespace) -> int:
    """0; 1 where the audit is not as it was written."""
    import asyncio

    from bot.logs import configure_logging
    from bot.usage.governance import as_csv, as_markdown
    from tools.errors import BadInput

    configure_logging("error")
    report = asyncio.run(_report(arguments.first, arguments.last))
    text = as_csv(report) if arguments.csv else as_markdown(report)
    if arguments.out is None:
        sys.stdout.write(text)
    else:
        try:
            arguments.out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise BadInput(f"Cannot write {arguments.out}: {error.strerror}.") from None
    return 0 if report.verdict.ok else 1


async def _report(first: str | None, last: str | None) -> "GovernanceReport":
    import asyncio
    import time

    from bot.audit.opened import audit_of
    from bot.prompts.book import read_lock
    from bot.settings import load_settings
    from bot.storage.database import Database
    from bot.storage.migrate import upgrade
    from bot.usage.book import bounds
    from bot.usage.governance import governance_report

    settings = load_settings()
    await upgrade(settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    lock = await asyncio.to_thread(read_lock, settings.prompts)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    try:
        log = audit_of(settings, database)
        return await governance_report(database, log, lock, first or bounds("month")[0], last or today)
    finally:
        await database.close()
