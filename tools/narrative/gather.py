"""From a run to its facts: every figure a report may use, each with period, definition and origin."""

import dataclasses
import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from tools.backtests import kpis
from tools.backtests.anomalies import anomalies
from tools.backtests.drawdowns import drawdowns
from tools.backtests.model import BacktestRun, Curve, Stated, Values
from tools.backtests.regimes import by_regime
from tools.backtests.series import (
    CalendarReturn,
    Frequency,
    aligned,
    calendar_days,
    calendar_returns,
    frequency_of,
    returns_of,
)
from tools.backtests.significance import significance
from tools.backtests.stress import SOURCE, through_crises
from tools.backtests.trades import ENOUGH_TRADES, trade_figures, turnover
from tools.narrative.facts import FactSheet
from tools.narrative.names import safe_name

SHORT_DAYS = 182
FEW_RETURNS = 30
_LONGEST_NOTE = 400


@dataclass(frozen=True, slots=True)
class Basis:
    """What the figures of a run stand on: its returns, and whether they are too few to annualise."""

    curve: Curve
    returns: Values
    frequency: Frequency
    short: bool

    @property
    def period(self) -> str:
        """First to last date."""
        return span(self.curve.dates[0], self.curve.dates[-1])

    @property
    def years(self) -> float:
        """Calendar length in years of 365.25 days."""
        return calendar_days(self.curve.dates[0], self.curve.dates[-1]) / 365.25


def day(date: np.datetime64) -> str:
    """ISO day of a date."""
    return str(date.astype("datetime64[D]"))


def span(start: np.datetime64, end: np.datetime64) -> str:
    """A period as facts write it."""
    return f"{day(start)} to {day(end)}"


def basis_of(run: BacktestRun) -> Basis | None:
    """None where the run has no curve with at least two points above zero capital."""
    curve = run.equity
    if curve is None or len(curve) < 2 or curve.values[0] <= 0:
        return None
    returns = returns_of(curve.values)
    short = calendar_days(curve.dates[0], curve.dates[-1]) < SHORT_DAYS or len(returns) < FEW_RETURNS
    return Basis(curve, returns, frequency_of(curve.dates, run.periods_per_year), short)


def gather(run: BacktestRun, *, months: bool = False) -> FactSheet:
    """All facts of a run; `months` adds one a calendar month. Takes some 100 ms for 20 years of daily data."""
    sheet = FactSheet()
    basis = basis_of(run)
    _identity(sheet, run, basis)
    if basis is not None:
        _performance(sheet, "strategy", "", basis)
        _benchmark(sheet, run, basis)
        _drawdowns(sheet, basis)
        _calendar(sheet, run, basis, months=months)
        _significance(sheet, run, basis)
        _regimes(sheet, run, basis)
        _stress(sheet, run, basis)
        _anomalies(sheet, run, basis)
    _trades(sheet, run, basis)
    _stated(sheet, run, basis)
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
    add("run.currency", "Currency", safe_name(run.currency), "text")
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


def _performance(sheet: FactSheet, who: str, prefix: str, basis: Basis) -> None:
    """The block of figures that strategy and benchmark share. `prefix` opens each label ("Benchmark ")."""
    returns, periods, period = basis.returns, basis.frequency.periods_per_year, basis.period

    def add(
        name: str,
        label: str,
        value: float | None,
        unit: str,
        definition: str,
        *,
        annual: bool = False,
        when: str = period,
    ) -> None:
        if annual and basis.short:
            return
        text = f"{prefix}{label[0].lower() + label[1:] if prefix and not label.startswith(('CAGR', 'Sharpe', 'Sortino', 'Calmar')) else label}"
        sheet.add(
            f"{who}.{name}",
            text,
            value,
            "fraction" if unit == "fraction" else "ratio",
            period=when,
            definition=definition,
            annualisation=periods if annual else None,
        )

    add(
        "total_return",
        "Total return",
        kpis.total_return(returns),
        "fraction",
        "Growth from the first to the last value, costs as in the run.",
    )
    add("cagr", "CAGR", kpis.cagr(returns, periods), "fraction", "Compound growth a year.", annual=True)
    add(
        "volatility",
        "Volatility",
        kpis.volatility(returns, periods),
        "fraction",
        "Sample standard deviation of returns, a year.",
        annual=True,
    )
    add(
        "sharpe",
        "Sharpe ratio",
        kpis.sharpe(returns, periods),
        "ratio",
        "Mean over sample standard deviation of returns, a year, risk-free rate zero.",
        annual=True,
    )
    add(
        "sortino",
        "Sortino ratio",
        kpis.sortino(returns, periods),
        "ratio",
        "Mean return over downside deviation, a year, target zero.",
        annual=True,
    )
    add(
        "max_drawdown",
        "Maximum drawdown",
        kpis.max_drawdown(returns),
        "fraction",
        "Deepest fall from a previous high.",
    )
    add(
        "calmar",
        "Calmar ratio",
        kpis.calmar(returns, periods),
        "ratio",
        "CAGR over the size of the maximum drawdown.",
        annual=True,
    )
    if basis.short:
        return
    each = "day" if basis.frequency.spacing == "daily" else "period"
    add(
        "var_95",
        f"Value at risk of one {each}, 95%",
        kpis.value_at_risk(returns),
        "fraction",
        f"Historical: the return that one {each} in twenty falls short of.",
    )
    add(
        "cvar_95",
        f"Expected shortfall of one {each}, 95%",
        kpis.expected_shortfall(returns),
        "fraction",
        f"Mean of the worst twentieth of returns ({each}s); also called CVaR.",
    )
    add("skew", "Skewness", kpis.skewness(returns), "ratio", "Third standardised moment of returns.")
    add(
        "kurtosis",
        "Excess kurtosis",
        kpis.excess_kurtosis(returns),
        "ratio",
        "Fourth standardised moment of returns less three.",
    )
    best, worst = int(np.argmax(returns)), int(np.argmin(returns))
    add(
        f"best_{each}",
        f"Best {each}",
        float(returns[best]),
        "fraction",
        f"Highest return of one {each}.",
        when=day(basis.curve.dates[best + 1]),
    )
    add(
        f"worst_{each}",
        f"Worst {each}",
        float(returns[worst]),
        "fraction",
        f"Lowest return of one {each}.",
        when=day(basis.curve.dates[worst + 1]),
    )
    add(
        f"positive_{each}s",
        f"Share of positive {each}s",
        float(np.mean(returns > 0)),
        "fraction",
        f"{each.capitalize()}s with a return above zero over all {each}s.",
    )


def _benchmark(sheet: FactSheet, run: BacktestRun, basis: Basis) -> None:
    joined = with_benchmark(run, basis)
    if joined is None:
        return
    own, other = joined
    sheet.add(
        "benchmark.name",
        "Benchmark",
        safe_name(run.benchmark_name or "buy and hold"),
        "text",
        source="run",
        engine=run.engine,
    )
    _performance(sheet, "benchmark", "Benchmark ", other)
    if basis.short:
        return
    periods, period = basis.frequency.periods_per_year, own.period
    figures = kpis.relative(own.returns, other.returns, periods)
    if figures is None:
        return
    against = "against the benchmark"
    add = partial(sheet.add, period=period, source="equity curve and benchmark")
    add("relative.beta", "Beta", figures.beta, "ratio", definition=f"Slope of returns {against}.")
    add(
        "relative.alpha",
        "Alpha",
        figures.alpha,
        "fraction",
        definition=f"Intercept of the regression {against}, compounded to a year.",
        annualisation=periods,
    )
    add(
        "relative.correlation",
        "Correlation with the benchmark",
        figures.correlation,
        "ratio",
        definition="Pearson correlation of returns.",
    )
    add(
        "relative.tracking_error",
        "Tracking error",
        figures.tracking_error,
        "fraction",
        definition=f"Standard deviation of returns {against}, a year.",
        annualisation=periods,
    )
    add(
        "relative.information_ratio",
        "Information ratio",
        figures.information_ratio,
        "ratio",
        definition="Mean active return over tracking error, a year.",
        annualisation=periods,
    )
    add(
        "relative.up_capture",
        "Upside capture",
        figures.up_capture,
        "fraction",
        definition="Growth a year over that of the benchmark, on periods when the benchmark rose.",
    )
    add(
        "relative.down_capture",
        "Downside capture",
        figures.down_capture,
        "fraction",
        definition="Growth a year over that of the benchmark, on periods when the benchmark fell.",
    )
    _rolling(sheet, own, other)


def with_benchmark(run: BacktestRun, basis: Basis) -> tuple[Basis, Basis] | None:
    """Strategy and benchmark on their common dates, or None where they hardly overlap."""
    if run.benchmark is None or len(run.benchmark) < 3:
        return None
    dates, own, other = aligned(basis.curve, run.benchmark)
    if len(dates) < max(3, len(basis.curve) // 2) or other[0] <= 0 or own[0] <= 0:
        return None
    return (
        Basis(Curve(dates, own), returns_of(own), basis.frequency, basis.short),
        Basis(Curve(dates, other), returns_of(other), basis.frequency, basis.short),
    )


def _rolling(sheet: FactSheet, own: Basis, other: Basis) -> None:
    size = round(own.frequency.periods_per_year)
    if size < 12 or len(own.returns) < size + 1:
        return
    series = {
        "sharpe": (
            "Rolling one-year Sharpe ratio",
            kpis.rolling_sharpe(own.returns, size, own.frequency.periods_per_year),
        ),
        "beta": ("Rolling one-year beta", kpis.rolling_beta(own.returns, other.returns, size)),
    }
    for name, (label, values) in series.items():
        known = np.nonzero(np.isfinite(values))[0]
        if not len(known):
            continue
        picks = {
            "latest": int(known[-1]),
            "lowest": int(known[np.argmin(values[known])]),
            "highest": int(known[np.argmax(values[known])]),
        }
        for pick, at in picks.items():
            period = span(own.curve.dates[at], own.curve.dates[at + size])
            sheet.add(
                f"rolling.{name}.{pick}",
                f"{label}, {pick}",
                float(values[at]),
                "ratio",
                period=period,
                definition=f"Over the trailing {size} returns.",
                annualisation=own.frequency.periods_per_year,
            )


def _drawdowns(sheet: FactSheet, basis: Basis) -> None:
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


def _calendar(sheet: FactSheet, run: BacktestRun, basis: Basis, *, months: bool) -> None:
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


def _significance(sheet: FactSheet, run: BacktestRun, basis: Basis) -> None:
    if basis.short:
        return
    result = significance(basis.returns, run.trials)
    if result is None:
        return
    sheet.add(
        "significance.psr",
        "Probability that the true Sharpe ratio is above zero",
        result.psr,
        "fraction",
        period=basis.period,
        definition="Probabilistic Sharpe ratio against zero (Bailey and López de Prado, 2012).",
    )
    sheet.add(
        "significance.deflated_sharpe",
        "Deflated Sharpe ratio",
        result.deflated,
        "fraction",
        period=basis.period,
        definition="Probability that the Sharpe ratio exceeds the best that luck alone would give over the recorded trials (Bailey and López de Prado, 2014); the spread between trials is taken as that of noise.",
    )
    needed = result.minimum_track_record
    if needed is not None and needed < 1e6:
        days = math.ceil(needed / basis.frequency.periods_per_year * 365.25)
        sheet.add(
            "significance.min_track_record",
            "Minimum track record",
            days,
            "days",
            definition="Calendar days of such returns needed to be 95% confident of a Sharpe ratio above zero.",
        )


def _regimes(sheet: FactSheet, run: BacktestRun, basis: Basis) -> None:
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


def _stress(sheet: FactSheet, run: BacktestRun, basis: Basis) -> None:
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


def _anomalies(sheet: FactSheet, run: BacktestRun, basis: Basis) -> None:
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


def _trades(sheet: FactSheet, run: BacktestRun, basis: Basis | None) -> None:
    period = basis.period if basis else None
    add = partial(sheet.add, period=period, source="trades")
    figures = trade_figures(run.trades)
    if figures is not None:
        if basis is None:
            _span_of_trades(sheet, run)
            add(
                "trades.total_pnl",
                "Total profit of closed trades",
                figures.total_pnl,
                "currency",
                definition="Sum of profits and losses of closed trades after costs.",
            )
        add("trades.count", "Closed trades", figures.closed, "count", definition="Round trips that were closed.")
        add(
            "trades.won",
            "Winning trades",
            figures.won,
            "count",
            definition="Closed trades with a profit after costs.",
        )
        add(
            "trades.lost", "Losing trades", figures.lost, "count", definition="Closed trades with a loss after costs."
        )
        add("trades.open", "Open trades", figures.open, "count", definition="Trades not closed by the last date.")
        add(
            "trades.average_days",
            "Average holding period",
            figures.average_days,
            "days",
            definition="Calendar days from entry to exit, mean of closed trades.",
        )
        add(
            "costs.total",
            "Trading costs",
            figures.costs,
            "currency",
            definition="Fees and slippage of all trades, as recorded.",
        )
        if figures.closed >= ENOUGH_TRADES:
            add(
                "trades.win_rate",
                "Win rate",
                figures.win_rate,
                "fraction",
                definition="Winning trades over closed trades.",
            )
            add(
                "trades.profit_factor",
                "Profit factor",
                figures.profit_factor,
                "ratio",
                definition="Gains over losses, in money.",
            )
            add(
                "trades.average_return",
                "Average trade",
                figures.average_return,
                "fraction",
                definition="Mean return of closed trades on the money put in.",
            )
            add("trades.best", "Best trade", figures.best, "fraction", definition="Highest return of a closed trade.")
            add(
                "trades.worst",
                "Worst trade",
                figures.worst,
                "fraction",
                definition="Lowest return of a closed trade.",
            )
            add(
                "trades.average_pnl",
                "Average profit per trade",
                figures.average_pnl,
                "currency",
                definition="Mean profit or loss of closed trades after costs.",
            )
    if run.exposure is not None and len(run.exposure):
        held = np.abs(run.exposure.values)
        sheet.add(
            "exposure.time",
            "Time in the market",
            float(np.mean(held > 1e-9)),
            "fraction",
            definition="Share of bars with a position.",
            period=period,
            source="exposure",
        )
        sheet.add(
            "exposure.average",
            "Average exposure",
            float(np.mean(held)),
            "fraction",
            definition="Mean of the absolute position over equity.",
            period=period,
            source="exposure",
        )
    if basis is not None and not basis.short:
        _cost_sensitivity(sheet, run, basis)


def _span_of_trades(sheet: FactSheet, run: BacktestRun) -> None:
    """The ends of a run that has trades and no curve."""
    dates = [date for trade in run.trades for date in (trade.entry_date, trade.exit_date) if date is not None]
    sheet.add("trades.first", "First entry", day(min(dates)), "date", source="trades")
    sheet.add("trades.last", "Last entry or exit", day(max(dates)), "date", source="trades")


def _cost_sensitivity(sheet: FactSheet, run: BacktestRun, basis: Basis) -> None:
    """Charge the turnover again, evenly over time: once more for doubled costs, twice for tripled."""
    rate = turnover(run, basis.years)
    sheet.add(
        "turnover.annual",
        "Turnover a year",
        rate,
        "fraction",
        period=basis.period,
        definition="Half of the money bought and sold over the average equity, a year.",
        source="trades",
    )
    per_side = (run.fee or 0.0) + (run.slippage or 0.0)
    if rate is None or per_side <= 0:
        return
    periods = basis.frequency.periods_per_year
    drag = 2.0 * rate * per_side / periods
    sheet.add(
        "costs.drag",
        "Cost drag a year",
        2.0 * rate * per_side,
        "fraction",
        period=basis.period,
        definition="Turnover on both sides times fee and slippage per side.",
        source="trades",
        annualisation=periods,
    )
    for times, name in ((2, "double"), (3, "triple")):
        dearer = np.maximum(basis.returns - (times - 1) * drag, -1.0)
        sheet.add(
            f"costs.{name}.cagr",
            f"CAGR at {name} costs",
            kpis.cagr(dearer, periods),
            "fraction",
            period=basis.period,
            definition=f"Costs at {name} the recorded fee and slippage, spread evenly over the test.",
            annualisation=periods,
        )


_SAME = {
    name: f"strategy.{name}"
    for name in (
        "total_return",
        "cagr",
        "volatility",
        "sharpe",
        "sortino",
        "max_drawdown",
        "calmar",
        "var_95",
        "cvar_95",
        "skew",
        "kurtosis",
    )
} | {
    "win_rate": "trades.win_rate",
    "profit_factor": "trades.profit_factor",
    "trades": "trades.count",
    "trade_count": "trades.count",
    "beta": "relative.beta",
    "alpha": "relative.alpha",
    "final_value": "run.final_value",
}
_WORDS = {
    "cagr": "CAGR",
    "var_95": "Value at risk, 95%",
    "cvar_95": "Expected shortfall, 95%",
    "sharpe": "Sharpe ratio",
    "sortino": "Sortino ratio",
    "calmar": "Calmar ratio",
    "max_drawdown": "Maximum drawdown",
    "sqn": "SQN",
}


def _stated(sheet: FactSheet, run: BacktestRun, basis: Basis | None) -> None:
    engine = safe_name(run.engine)
    for stated in run.stated:
        name = stated.name.strip().lower().replace(" ", "_")
        label = safe_name(stated.label) or _WORDS.get(name) or name.replace("_", " ").capitalize()
        value: float | int = (
            int(stated.value) if stated.unit == "count" and float(stated.value).is_integer() else stated.value
        )
        sheet.add(
            f"stated.{name}",
            f"{label} as stated by {engine}",
            value,
            stated.unit,
            period=basis.period if basis else None,
            definition=stated.definition,
            engine=run.engine,
            source=stated.path,
            annualisation=stated.annualisation,
        )
        same = sheet.get(_SAME.get(name, ""))
        if same is not None and not isinstance(same.value, str) and differs(float(same.value), stated.value):
            reason = _why(dataclasses.replace(stated, name=name), float(same.value), basis)
            sheet.add(f"difference.{name}", f"Why the {label} differs", reason, "text", source="comparison")


def differs(ours: float, theirs: float) -> bool:
    """Whether two figures differ by more than rounding to three figures would explain."""
    return abs(ours - theirs) > max(0.006 * max(abs(ours), abs(theirs)), 1e-4)


def _why(stated: Stated, ours: float, basis: Basis | None) -> str:
    if basis is None:
        return "the engine's own curve is not in the file"
    value, periods = stated.value, basis.frequency.periods_per_year
    if differs(abs(ours), abs(value)) is False:
        return "the sign convention differs"
    if stated.name == "sharpe":
        geometric = kpis.geometric_sharpe(basis.returns, periods)
        if geometric is not None and abs(geometric - value) < 0.01:
            return "the engine divides compound growth by volatility (a geometric Sharpe ratio) instead of using the mean return"
    if stated.name in ("sharpe", "sortino", "volatility", "cagr", "calmar"):
        compounded = "compound" in stated.definition or "geometric" in stated.definition  # no root of time in it
        used = stated.annualisation or (None if compounded else _implied_periods(value, ours, periods))
        if used is not None and abs(used - periods) > 0.5:
            return f"the engine annualises with {used:g} periods a year, not {periods:g}"
    if stated.name in ("total_return", "max_drawdown", "final_value"):
        return "the engine measures on finer bars or over other dates than the equity curve in its file"
    if basis.short or len(basis.returns) < 60:
        return "the sample is small, and conventions weigh heavily"
    definition = safe_name(stated.definition).rstrip(".")
    if not definition:
        return "the engine's definition is not documented in the file"
    return f"the engine's definition or sample differs ({definition})"


def _implied_periods(theirs: float, ours: float, periods: float) -> float | None:
    """Periods a year that would turn our figure into theirs by the root rule, where that is a usual number."""
    if ours == 0:
        return None
    implied = periods * (theirs / ours) ** 2
    return next((usual for usual in (365.0, 252.0, 260.0, 250.0, 360.0) if abs(implied / usual - 1) < 0.01), None)
