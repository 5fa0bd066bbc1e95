"""Which stored runs a request means: by id, by "latest", by what people call them, or by the thread."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.protocols import Json, Request
from tools.backtests.find import find_run
from tools.backtests.model import BacktestStore, RunSummary
from tools.errors import NotFound


@dataclass(frozen=True, slots=True)
class Meant:
    """One run, or several that fit equally well."""

    run: RunSummary | None
    several: tuple[RunSummary, ...] = ()


async def meant_by(request: Request, store: BacktestStore) -> Meant:
    """Raises `NotFound`, naming what there is, where nothing fits."""
    runs = await store.list()
    if not runs:
        raise NotFound("No backtest is stored yet. Drop an engine's file here with a mention, or import one first.")
    arguments = request.routed.arguments
    named = _strings(arguments.get("backtest_id")) or _strings(arguments.get("ids"))
    for run_id in named:
        known = next((run for run in runs if run.id == run_id), None)
        if known is not None:
            return Meant(known)
    if arguments.get("pick") == "latest":
        return Meant(runs[0])
    said = " ".join(named or _strings(arguments.get("names"))) or request.text
    found = find_run(said, runs, symbols=_strings(arguments.get("symbols")))
    if found.best is not None:
        return Meant(found.best)
    about = next((run for run in runs if run.id == request.subject.get("backtest_id")), None)
    if about is not None:
        return Meant(about)
    if found.several:
        return Meant(None, found.others[:5])
    raise NotFound(f"I know no backtest like that. There is: {_names(runs)}.")


def _strings(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, Sequence) else []


def _names(runs: Sequence[RunSummary]) -> str:
    shown = "; ".join(run.name for run in runs[:8])
    return shown + (f"; and {len(runs) - 8} more" if len(runs) > 8 else "")
