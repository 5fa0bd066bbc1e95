"""`deskhand narrate REF`: a checked report on a stored backtest, or on a file that an engine wrote."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core import Core
    from bot.settings import Settings
    from tools.backtests.model import BacktestRun
    from tools.narrative.draft import Detail
    from tools.narrative.report import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`REF`, `--engine`, `--detail`, `--json`, `--save`."""
    parser.add_argument("ref", metavar="REF", help="id or name of a stored backtest, or a file")
    parser.add_argument("--engine", help="the engine that wrote the file, where its content does not tell")
    parser.add_argument("--detail", choices=["brief", "standard", "detailed"], default="standard")
    parser.add_argument(
        "--json", action="store_true", help="write JSON: one report, or a list where a file holds several"
    )
    parser.add_argument(
        "--save",
        metavar="FILE",
        type=_saved,
        help="write the report to FILE: .pdf, .html, .md or .json, by its ending",
    )


def _saved(name: str) -> str:
    from pathlib import Path

    from tools.reports.files import FORMATS

    endings = [f".{ending}" for _, ending in FORMATS.values()]
    if Path(name).suffix.lower() not in endings:
        raise argparse.ArgumentTypeError(f"{name} must end in {', '.join(endings)}")
    return name


def run(arguments: argparse.Namespace) -> int:
    """0 where every report passes its check, 1 where one does not."""
    import asyncio
    import json

    from bot.logs import configure_logging
    from bot.settings import load_settings

    configure_logging("warning")
    files = _read(arguments.ref, arguments.engine)
    reports = asyncio.run(_reports(files or [arguments.ref], arguments.detail, load_settings(), arguments.save))
    if arguments.json:
        written = [report.model_dump(mode="json") for report in reports]
        sys.stdout.write(json.dumps(written[0] if len(written) == 1 else written, allow_nan=False) + "\n")
    else:
        sys.stdout.write("\n\n".join(report.text.rstrip() for report in reports) + "\n")
    failed = [finding for report in reports for finding in report.checks.findings]
    for finding in failed:
        sys.stderr.write(f"{finding.kind}: {finding.span}: {finding.reason}\n")
    return 1 if failed else 0


def _read(ref: str, engine: str | None) -> "list[BacktestRun]":
    """The runs of a file; none where `ref` is no file and no engine says that it should be."""
    from pathlib import Path

    from tools.backtests.readers.read import read_path

    return read_path(ref, engine) if engine or Path(ref).is_file() else []


async def _reports(
    wanted: "Sequence[BacktestRun | str]", detail: "Detail", settings: "Settings", save: str | None
) -> "list[Report]":
    from bot.caller import on_behalf_of
    from bot.core import open_core

    on_behalf_of("cli")
    async with open_core(settings) as core:
        runs = [await _stored(run, core) if isinstance(run, str) else run for run in wanted]
        if save is not None:
            await _save(save, runs, detail, core)
        return [await core.reports.narrate(run, detail=detail) for run in runs]


async def _save(name: str, runs: "Sequence[BacktestRun | str]", detail: "Detail", core: "Core") -> None:
    """One file a run; where there are several, a number stands before the ending."""
    import asyncio
    from pathlib import Path

    from tools.errors import BadInput
    from tools.reports.files import FORMATS

    ending = Path(name).suffix.lower()
    form = next(form for form, (_, suffix) in FORMATS.items() if f".{suffix}" == ending)
    for number, run in enumerate(runs, 1):
        made = (
            await core.files.get(run, detail=detail, form=form)
            if isinstance(run, str)
            else await core.files.of_run(run, detail=detail, form=form)
        )
        path = Path(name) if len(runs) == 1 else Path(name).with_suffix(f".{number}{ending}")
        try:
            await asyncio.to_thread(path.write_bytes, made.content)
        except OSError as error:
            raise BadInput(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from error


async def _stored(said: str, core: "Core") -> str:
    from tools.backtests.find import find_run
    from tools.errors import NotFound
    from tools.market.symbols import mentioned

    runs = await core.store.list()
    found = find_run(said, runs, symbols=[instrument.symbol for instrument in mentioned(said)])
    if found.best is not None:
        return found.best.id
    fetched = await core.store.get(said)  # an id of the platform that its list no longer shows
    if fetched is not None:
        return fetched.id
    near = "; ".join(f"{run.id} ({run.name})" for run in found.others[:5])
    if found.several:
        raise NotFound(f"Several stored backtests fit '{said[:80]}'; give the id of one: {near}.")
    raise NotFound(
        f"There is no file and no stored backtest '{said[:80]}'; `deskhand backtests list` shows what there is."
    )
