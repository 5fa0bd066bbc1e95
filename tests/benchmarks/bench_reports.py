"""`python bench_reports.py`: narrating 20 years of days, with and without charts, files, and what a repeated request costs."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import median

import aiohttp

sys.path.insert(0, str(Path(__file__).parents[1] / "http"))
sys.path.insert(0, str(Path(__file__).parents[1] / "narrative"))
from runs import made_up
from served import ANALYST, Api, served

from bot.logs import configure_logging
from bot.storage.database import Database
from bot.storage.migrate import upgrade
from tools.backtests.charts import ChartRenderer
from tools.backtests.model import BacktestRun
from tools.narrative.service import ReportGenerationService, by_rules, prepare
from tools.reports.charts import CHARTS, charts_of
from tools.reports.files import write_file

DAYS, ROUNDS, REQUESTS = 5030, 5, 300


def runs() -> list[BacktestRun]:
    """A new one a round, so that nothing is remembered."""
    return [made_up(days=DAYS, trades=200, seed=seed, id=f"walk-{seed}") for seed in range(ROUNDS)]


async def narrating() -> None:
    for detail in ("brief", "standard", "detailed"):
        made = [await _timed(partial(asyncio.to_thread, _written, run, detail)) for run in runs()]
        _show(f"narrated, {detail}", made)
    renderer = ChartRenderer()
    await charts_of(runs()[0], _written(runs()[0], "standard"), renderer)  # imports and fonts, once a process
    _show("narrated with all charts", [await _timed(partial(_with_charts, run, renderer)) for run in runs()[1:]])
    report = _written(runs()[0], "detailed")
    charts = await charts_of(runs()[0], report, renderer)
    for form in ("html", "pdf"):
        took = await _timed(partial(asyncio.to_thread, write_file, report, form, charts))  # type: ignore[arg-type]
        _show(f"set as {form}", [took])


def _written(run: BacktestRun, detail: str):
    return by_rules(run, prepare(run, detail))  # type: ignore[arg-type]


async def _with_charts(run: BacktestRun, renderer: ChartRenderer) -> None:
    report = await ReportGenerationService().narrate(run)
    await charts_of(run, report, renderer, CHARTS)


async def repeated(api: Api) -> None:
    """One after the other over one connection, as a dashboard asks."""
    path = f"/backtests/{api.backtest_id}/report?detail=detailed"
    headers = {"Authorization": f"Bearer {ANALYST}"}
    async with aiohttp.ClientSession(api.address, headers=headers) as session:
        for label, more in (("whole", {}), ("not modified", {"If-None-Match": await _tag(session, path)})):
            took = [await _timed(partial(_read, session, path, more)) for _ in range(REQUESTS)]
            _show(f"repeated request, {label}", took)


async def _read(session: aiohttp.ClientSession, path: str, headers: dict[str, str]) -> None:
    async with session.get(path, headers=headers) as response:
        await response.read()


async def _tag(session: aiohttp.ClientSession, path: str) -> str:
    async with session.get(path) as response:
        await response.read()
        return response.headers["ETag"]


async def _timed(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Wall and processor time in ms; the processor's includes client and server of this process."""
    wall, processor = time.perf_counter(), time.process_time()
    await work()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000


def _show(label: str, took: list[tuple[float, float]]) -> None:
    wall, processor = median(w for w, _ in took), median(p for _, p in took)
    print(
        f"{label:34} p50 {wall:7.1f} ms wall {processor:7.1f} ms processor   worst {max(w for w, _ in took):7.1f} ms"
    )


async def main() -> None:
    configure_logging("warning")
    await narrating()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
        await upgrade(url)
        database = Database(url)
        async with served(database) as api:
            await repeated(api)
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
