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
    raise NotFound(f"I know no backtest like that. There is: {_names(runs)}. {store.missing()}".rstrip())


def _strings(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, Sequence) else []


def _names(runs: Sequence[RunSummary]) -> str:
    shown = "; ".join(run.name for run in runs[:8])
    return shown + (f"; and {len(runs) - 8} more" if len(runs) > 8 else "")


async def several_meant_by(request: Request, store: BacktestStore) -> list[RunSummary]:
    """The runs of a comparison, each once. Raises `NotFound` where fewer than two can be told."""
    runs = await store.list()
    arguments = request.routed.arguments
    by_id = {run.id: run for run in runs}
    meant = [by_id[run_id] for run_id in _strings(arguments.get("ids")) if run_id in by_id]
    symbols = _strings(arguments.get("symbols"))
    for name in _strings(arguments.get("names")):
        found = find_run(name, runs, symbols=symbols)
        meant += [found.best] if found.best is not None else list(found.others) if found.several else []
    subject = by_id.get(str(request.subject.get("backtest_id")))
    if subject is not None and len(set(meant)) < 2:
        meant.insert(0, subject)
    if len(set(meant)) < 2 and arguments.get("benchmark"):
        own = meant[0].symbols if meant else ()
        meant += [run for run in runs if run.strategy == "buy_and_hold" and (not own or run.symbols == own)][:1]
    if not meant and (arguments.get("pick") or symbols):
        meant = [run for run in runs if not symbols or set(symbols) & set(run.symbols)]
    unique = list(dict.fromkeys(meant))[:10]
    if len(unique) < 2:
        raise NotFound(f"Which backtests should I compare? Name two to ten of: {_names(runs)}.")
    return unique
