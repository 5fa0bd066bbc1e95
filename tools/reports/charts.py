"""The charts of a report: what to draw from the run, and the words around it from the report's own facts.

Alt texts hold figures, so they pass the checker like any other text, or go without them.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np

from tools.backtests import kpis
from tools.backtests.charts import (
    Band,
    Chart,
    ChartRenderer,
    Labels,
    NamedCurve,
    RollingFigure,
    equity_chart,
    monthly_chart,
    rolling_chart,
)
from tools.backtests.model import BacktestRun, Curve
from tools.backtests.regimes import REGIMES
from tools.backtests.regimes import labels as regime_labels
from tools.backtests.series import calendar_returns
from tools.narrative import checker
from tools.narrative.facts import FactSheet
from tools.narrative.gathering.basis import Basis, basis_of, with_benchmark
from tools.narrative.report import Report
from tools.narrative.sentences import Renderer

ChartName: TypeAlias = Literal["equity", "rolling", "monthly"]
CHARTS: tuple[ChartName, ...] = ("equity", "rolling", "monthly")
_FEWEST_MONTHS = 3
_LEVELS: tuple[Literal[0, 1, 2, 3], ...] = (0, 1, 2)
"""The shade of each regime, the calmest without one."""


async def charts_of(
    run: BacktestRun, report: Report, renderer: ChartRenderer, names: Sequence[ChartName] = CHARTS
) -> dict[ChartName, Chart]:
    """The charts of these names that the run has enough data for, drawn off the event loop, in this order."""
    called = {name: f"{run.id} {report.content_hash} {name}" for name in names}  # stands for all that is drawn
    charts = {name: renderer.known(called[name]) for name in names}
    missing = [name for name, chart in charts.items() if chart is None]
    if missing:
        sheet = FactSheet(fact.plain() for fact in report.facts)
        made = await asyncio.gather(*(_MAKERS[name](run, sheet, renderer) for name in missing))
        charts |= zip(missing, made, strict=True)
    found = {name: chart for name, chart in charts.items() if chart is not None}
    for name, chart in found.items():
        renderer.know(called[name], chart)
    return found


async def _equity(run: BacktestRun, sheet: FactSheet, renderer: ChartRenderer) -> Chart | None:
    if run.equity is None or not len(run.equity):
        return None
    labels = Labels(
        title=sheet.text("run.name"),
        alt_text=await _alt(
            sheet,
            "Line chart of the growth of the strategy",
            " and its benchmark, {benchmark.name}" if "benchmark.name" in sheet else "",
            ", {period:strategy.total_return}, with its drawdown beneath.",
            " Shading marks calm, normal and turbulent markets." if "regime.calm.share" in sheet else "",
            " The strategy {moved:strategy.total_return}; its deepest drawdown was {abs:strategy.max_drawdown}.",
        ),
        callouts=_callouts(sheet),
        benchmark="Benchmark",
    )
    bands = await asyncio.to_thread(regime_bands, run) if "regime.calm.share" in sheet else ()
    return await renderer.render(equity_chart, run, regimes=bands, labels=labels)


async def _monthly(run: BacktestRun, sheet: FactSheet, renderer: ChartRenderer) -> Chart | None:
    basis = await asyncio.to_thread(basis_of, run)
    if basis is None:
        return None
    months = calendar_returns(basis.curve.dates, basis.curve.values, "M")
    if len(months) < _FEWEST_MONTHS:
        return None
    years = {int(year.name): year.value for year in calendar_returns(basis.curve.dates, basis.curve.values, "Y")}
    labels = Labels(
        title="Monthly returns",
        alt_text=await _alt(
            sheet,
            "Heat map of the strategy's monthly returns, {period:strategy.total_return}.",
            " The best month returned {strategy.best_month} ({period:strategy.best_month})"
            " and the worst {strategy.worst_month} ({period:strategy.worst_month}).",
        ),
    )
    cells = {(int(month.name[:4]), int(month.name[5:7])): month.value for month in months}
    return await renderer.render(monthly_chart, cells, years=years, labels=labels)


async def _rolling(run: BacktestRun, sheet: FactSheet, renderer: ChartRenderer) -> Chart | None:
    basis = await asyncio.to_thread(basis_of, run)
    if basis is None or "rolling.sharpe.latest" not in sheet:
        return None
    figures = await asyncio.to_thread(_rolling_figures, run, basis)
    labels = Labels(
        title="Over the trailing year",
        alt_text=await _alt(
            sheet,
            "Line charts of the rolling one-year Sharpe ratio",
            " and beta" if "rolling.beta.latest" in sheet else "",
            ".",
            " The strategy's rolling Sharpe ratio was last {rolling.sharpe.latest}.",
            " Its rolling beta was last {rolling.beta.latest}.",
        ),
    )
    return await renderer.render(rolling_chart, figures, labels=labels)


_MAKERS: dict[ChartName, Callable[[BacktestRun, FactSheet, ChartRenderer], Coroutine[None, None, Chart | None]]] = {
    "equity": _equity,
    "rolling": _rolling,
    "monthly": _monthly,
}


def regime_bands(run: BacktestRun) -> tuple[Band, ...]:
    """Stretches of days with one causal regime label, oldest first; the days before there is a label are left out."""
    basis = basis_of(run)
    if basis is None:
        return ()
    joined = with_benchmark(run, basis)
    market = joined[1] if joined is not None else basis
    found = regime_labels(market.returns)
    edges = [0, *(np.nonzero(np.diff(found))[0] + 1).tolist(), len(found)]
    dates = market.curve.dates[1:]  # one label a return
    return tuple(
        Band(dates[begin], dates[end - 1], f"{REGIMES[label].capitalize()} market", _LEVELS[label])
        for begin, end in pairwise(edges)
        if (label := int(found[begin])) >= 0
    )


def _rolling_figures(run: BacktestRun, basis: Basis) -> list[RollingFigure]:
    joined = with_benchmark(run, basis)
    own = joined[0] if joined is not None else basis
    periods = own.frequency.periods_per_year
    size = round(periods)
    sharpe = [_known("Strategy", own, size, kpis.rolling_sharpe(own.returns, size, periods))]
    figures = [RollingFigure("Rolling Sharpe ratio", tuple(sharpe))]
    if joined is not None:
        other = joined[1]
        sharpe.append(_known("Benchmark", other, size, kpis.rolling_sharpe(other.returns, size, periods)))
        beta = _known("Strategy", own, size, kpis.rolling_beta(own.returns, other.returns, size))
        figures = [RollingFigure("Rolling Sharpe ratio", tuple(sharpe)), RollingFigure("Rolling beta", (beta,), 1.0)]
    return figures


def _known(
    name: str, basis: Basis, size: int, values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"
) -> NamedCurve:
    """Each value at the last date of its window; windows without one are left out."""
    known = np.isfinite(values)
    return NamedCurve(name, Curve(basis.curve.dates[size:][known], values[known]))


def _callouts(sheet: FactSheet) -> tuple[str, ...]:
    """The figures that stand over the equity chart."""
    renderer = Renderer(sheet)
    wanted = ("{strategy.cagr} a year", "Sharpe {strategy.sharpe}", "drawdown {abs:strategy.max_drawdown}")
    return tuple(renderer.render(text) for text in wanted if renderer.can(text))


async def _alt(sheet: FactSheet, *parts: str) -> str:
    """The parts whose facts exist. Without its figures where the checker objects to them."""
    renderer = Renderer(sheet)
    text = "".join(renderer.render(part) for part in parts if renderer.can(part))
    findings = await asyncio.to_thread(checker.check, text, tuple(sheet))
    return text if not findings else parts[0].partition(",")[0].partition("{")[0].rstrip(" ,.") + "."
