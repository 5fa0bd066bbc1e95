"""All facts of a run on one sheet, each with period, definition and origin."""

from functools import partial

from tools.backtests.model import BacktestRun
from tools.backtests.series import (
    calendar_days,
)
from tools.narrative.facts import FactSheet
from tools.narrative.gathering.basis import Basis, basis_of, day
from tools.narrative.gathering.course import add_anomalies, add_calendar, add_drawdowns, add_regimes, add_stress
from tools.narrative.gathering.evidence import add_significance
from tools.narrative.gathering.performance import add_benchmark, add_performance
from tools.narrative.gathering.stated import add_stated
from tools.narrative.gathering.trading import add_trades
from tools.narrative.names import safe_name

_LONGEST_NOTE = 400


def gather(run: BacktestRun, *, months: bool = False) -> FactSheet:
    """All facts of a run; `months` adds one a calendar month. Takes some 100 ms for 20 years of daily data."""
    sheet = FactSheet()
    basis = basis_of(run)
    _identity(sheet, run, basis)
    if basis is not None:
        add_performance(sheet, "strategy", "", basis)
        add_benchmark(sheet, run, basis)
        add_drawdowns(sheet, basis)
        add_calendar(sheet, run, basis, months=months)
        add_significance(sheet, run, basis)
        add_regimes(sheet, run, basis)
        add_stress(sheet, run, basis)
        add_anomalies(sheet, run, basis)
    add_trades(sheet, run, basis)
    add_stated(sheet, run, basis)
    return sheet


def _identity(sheet: FactSheet, run: BacktestRun, basis: Basis | None) -> None:
    add = partial(sheet.add, source="run", engine=run.engine)
    sheet.add("run.id", "Backtest id", run.id or None, "text", source="run")
    add("run.name", "Backtest", safe_name(run.name), "text")
    add("run.engine", "Engine", safe_name(run.engine), "text")
    add("run.engine_version", "Engine version", run.engine_version and safe_name(run.engine_version), "text")
    add("run.strategy", "Strategy", run.strategy and safe_name(run.strategy), "text")
    symbols = ", ".join(safe_name(symbol) for symbol in run.symbols[:12])
    add("run.symbols", "Symbols", symbols or None, "text")
    add("run.timeframe", "Bar size", safe_name(run.timeframe), "text")
    add("run.currency", "Currency", safe_name(run.currency) or None, "text")
    for number, note in enumerate(run.notes[:8], 1):
        add(f"run.note.{number}", f"Note {number}", safe_name(note, longest=_LONGEST_NOTE), "text")
    sheet.add(
        "run.trials",
        "Recorded trials",
        run.trials,
        "count",
        source="run",
        definition="Variants tried before this one was chosen, as recorded with the run.",
    )
    sheet.add(
        "costs.fee",
        "Fee per side",
        run.fee,
        "fraction",
        source="run",
        definition="Fee charged on the traded value of each order.",
    )
    sheet.add(
        "costs.slippage",
        "Slippage per side",
        run.slippage,
        "fraction",
        source="run",
        definition="Assumed loss on the traded value of each order.",
    )
    if basis is None:
        return
    curve = basis.curve
    sheet.add("run.start", "First date", day(curve.dates[0]), "date", source="equity curve")
    sheet.add("run.end", "Last date", day(curve.dates[-1]), "date", source="equity curve")
    sheet.add(
        "run.length",
        "Length of the test",
        calendar_days(curve.dates[0], curve.dates[-1]),
        "days",
        period=basis.period,
        definition="Calendar days from the first to the last date.",
    )
    sheet.add(
        "run.observations",
        "Number of returns",
        len(basis.returns),
        "count",
        period=basis.period,
        definition="Points of the equity curve less the capital in front.",
    )
    sheet.add(
        "run.periods_per_year",
        "Periods a year",
        basis.frequency.periods_per_year,
        "count",
        definition=f"Used to annualise: {basis.frequency.basis}.",
    )
    sheet.add("run.initial_value", "Starting capital", float(curve.values[0]), "currency", period=day(curve.dates[0]))
    sheet.add("run.final_value", "Final value", float(curve.values[-1]), "currency", period=day(curve.dates[-1]))
