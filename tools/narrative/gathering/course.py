"""The course of the curve: drawdowns, calendar years and months, market regimes and crises, gaps and jumps."""

from tools.backtests.anomalies import anomalies
from tools.backtests.drawdowns import drawdowns
from tools.backtests.model import BacktestRun
from tools.backtests.regimes import by_regime
from tools.backtests.series import (
    CalendarReturn,
    calendar_returns,
)
from tools.backtests.stress import SOURCE, through_crises
from tools.narrative.facts import FactSheet
from tools.narrative.gathering.basis import Basis, day, span, with_benchmark


def add_drawdowns(sheet: FactSheet, basis: Basis) -> None:
    """The deepest falls with their dates."""
    for number, fall in enumerate(drawdowns(basis.curve.dates, basis.curve.values), 1):
        key, name = f"drawdown.{number}", f"Drawdown {number}"
        end = fall.recovery if fall.recovery is not None else basis.curve.dates[-1]
        period = span(fall.start, end)
        sheet.add(
            f"{key}.depth",
            f"{name} depth",
            fall.depth,
            "fraction",
            period=span(fall.start, fall.trough),
            definition="Fall from the high to the low.",
        )
        sheet.add(
            f"{key}.start", f"{name} start", day(fall.start), "date", definition="Date of the high it fell from."
        )
        sheet.add(f"{key}.trough", f"{name} trough", day(fall.trough), "date", definition="Date of the low.")
        if fall.recovery is not None:
            sheet.add(
                f"{key}.recovery",
                f"{name} recovery",
                day(fall.recovery),
                "date",
                definition="First date back at the high.",
            )
            sheet.add(
                f"{key}.recovery_days",
                f"{name} days from trough to recovery",
                fall.recovery_days,
                "days",
                period=span(fall.trough, fall.recovery),
                definition="Calendar days.",
            )
        else:
            sheet.add(
                f"{key}.recovery",
                f"{name} recovery",
                "not recovered",
                "text",
                definition="The high was not reached again by the last date.",
            )
        sheet.add(
            f"{key}.length",
            f"{name} length",
            fall.length_days,
            "days",
            period=period,
            definition="Calendar days from the high to the recovery, or to the last date.",
        )
        sheet.add(
            f"{key}.fall_days",
            f"{name} days from high to trough",
            fall.fall_days,
            "days",
            period=span(fall.start, fall.trough),
            definition="Calendar days.",
        )


def add_calendar(sheet: FactSheet, run: BacktestRun, basis: Basis, *, months: bool) -> None:
    """Calendar years, and with `months` each month too."""
    curve = basis.curve
    years = calendar_returns(curve.dates, curve.values, "Y")
    monthly = calendar_returns(curve.dates, curve.values, "M")
    for year in years:
        label = f"Return in {year.name}" + ("" if year.whole else " (part of the year)")
        sheet.add(
            f"year.{year.name}.return",
            label,
            year.value,
            "fraction",
            period=_when(year),
            definition="Return of the calendar year, or of the part covered.",
        )
    joined = with_benchmark(run, basis)
    if joined is not None:
        for year in calendar_returns(joined[1].curve.dates, joined[1].curve.values, "Y"):
            label = f"Benchmark return in {year.name}" + ("" if year.whole else " (part of the year)")
            sheet.add(
                f"benchmark.year.{year.name}.return",
                label,
                year.value,
                "fraction",
                period=_when(year),
                definition="Return of the calendar year, or of the part covered.",
            )
    _extremes(sheet, "year", [year for year in years if year.whole])
    _extremes(sheet, "month", [month for month in monthly if month.whole])
    if months:
        for month in monthly:
            sheet.add(
                f"month.{month.name}.return",
                f"Return in {month.name}",
                month.value,
                "fraction",
                period=_when(month),
                definition="Return of the calendar month, or of the part covered.",
            )


def _when(item: CalendarReturn) -> str:
    return item.name if item.whole else span(item.start, item.end)


def _extremes(sheet: FactSheet, unit: str, whole: list[CalendarReturn]) -> None:
    if len(whole) < 3:
        return
    best, worst = max(whole, key=lambda r: r.value), min(whole, key=lambda r: r.value)
    sheet.add(
        f"strategy.best_{unit}",
        f"Best {unit}",
        best.value,
        "fraction",
        period=best.name,
        definition=f"Highest return of a whole calendar {unit}.",
    )
    sheet.add(
        f"strategy.worst_{unit}",
        f"Worst {unit}",
        worst.value,
        "fraction",
        period=worst.name,
        definition=f"Lowest return of a whole calendar {unit}.",
    )
    up = sum(item.value > 0 for item in whole)
    sheet.add(
        f"{unit}s.positive",
        f"Positive {unit}s",
        up,
        "count",
        definition=f"Whole calendar {unit}s with a return above zero.",
    )
    sheet.add(
        f"{unit}s.whole",
        f"Whole {unit}s",
        len(whole),
        "count",
        definition=f"Calendar {unit}s covered from edge to edge.",
    )


def add_regimes(sheet: FactSheet, run: BacktestRun, basis: Basis) -> None:
    """Performance by a label of the market that was known the day before."""
    if basis.short or basis.frequency.spacing not in ("daily", "intraday"):
        return
    joined = with_benchmark(run, basis)
    own = joined[0] if joined else basis
    market = joined[1] if joined else basis
    for result in by_regime(
        own.returns, market.returns, own.frequency.periods_per_year, market.returns if joined else None
    ):
        key, name = f"regime.{result.regime}", f"{result.regime} markets"
        whose = "the benchmark's" if joined else "the strategy's own"
        note = f"Label known the day before: rank of {whose} 21-day volatility among all before it."
        sheet.add(
            f"{key}.share", f"Share of days in {name}", result.share, "fraction", period=own.period, definition=note
        )
        sheet.add(
            f"{key}.return",
            f"Annualised return in {name}",
            result.annual_return,
            "fraction",
            period=own.period,
            definition=note,
            annualisation=own.frequency.periods_per_year,
        )
        sheet.add(
            f"{key}.sharpe",
            f"Sharpe ratio in {name}",
            result.sharpe,
            "ratio",
            period=own.period,
            definition=note,
            annualisation=own.frequency.periods_per_year,
        )
        sheet.add(
            f"benchmark.{key}.return",
            f"Benchmark annualised return in {name}",
            result.benchmark_return,
            "fraction",
            period=own.period,
            definition=note,
            annualisation=own.frequency.periods_per_year,
        )


def add_stress(sheet: FactSheet, run: BacktestRun, basis: Basis) -> None:
    """Calendar years, and with `months` each month too."""
    if basis.frequency.spacing not in ("daily", "intraday", "weekly"):
        return
    joined = with_benchmark(run, basis)
    other = (
        {r.crisis.key: r.value for r in through_crises(joined[1].curve.dates, joined[1].curve.values)}
        if joined
        else {}
    )
    for result in through_crises(basis.curve.dates, basis.curve.values):
        crisis = result.crisis
        period, key = f"{crisis.start} to {crisis.end}", f"stress.{crisis.key}"
        definition = f"Return over the window; windows are {SOURCE}."
        sheet.add(f"{key}.name", "Stress period", crisis.name, "text", period=period, source=SOURCE)
        sheet.add(
            f"{key}.coverage",
            f"Coverage of the {crisis.name}",
            {"whole": "in the test", "part": "partly in the test", "absent": "not in the test"}[result.coverage],
            "text",
            period=period,
        )
        sheet.add(
            f"{key}.return",
            f"Return in the {crisis.name}",
            result.value,
            "fraction",
            period=period,
            definition=definition,
        )
        if result.value is not None:
            sheet.add(
                f"benchmark.{key}.return",
                f"Benchmark return in the {crisis.name}",
                other.get(crisis.key),
                "fraction",
                period=period,
                definition=definition,
            )


def add_anomalies(sheet: FactSheet, run: BacktestRun, basis: Basis) -> None:
    """The deepest falls with their dates."""
    found = anomalies(basis.curve, can_be_flat=True)
    sheet.add(
        "data.gaps",
        "Gaps in the dates",
        found.gaps,
        "count",
        period=basis.period,
        definition="Steps between dates far longer than usual.",
    )
    if found.gap_start is not None and found.gap_end is not None:
        sheet.add(
            "data.longest_gap",
            "Longest gap",
            found.longest_gap,
            "days",
            period=span(found.gap_start, found.gap_end),
            definition="Calendar days between two dates of the curve.",
        )
    sheet.add(
        "data.jumps",
        "Jumps in the equity curve",
        found.jumps,
        "count",
        period=basis.period,
        definition="Returns over 12 times the usual size.",
    )
    if run.benchmark is not None and len(run.benchmark) > 2:
        market = anomalies(run.benchmark, can_be_flat=False)
        sheet.add(
            "data.stale_prices",
            "Stale stretches of the benchmark",
            market.stale_runs,
            "count",
            definition="Stretches of 5 or more equal values.",
        )
