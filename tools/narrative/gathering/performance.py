"""Return and risk of the strategy and its benchmark, and the one against the other."""

from functools import partial

import numpy as np

from tools.backtests import kpis
from tools.backtests.model import BacktestRun
from tools.narrative.facts import FactSheet
from tools.narrative.gathering.basis import Basis, day, span, with_benchmark
from tools.narrative.names import safe_name


def add_performance(sheet: FactSheet, who: str, prefix: str, basis: Basis) -> None:
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
    if best == worst:  # all alike: there is no best
        return
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


def add_benchmark(sheet: FactSheet, run: BacktestRun, basis: Basis) -> None:
    """The benchmark's own figures, and the strategy's against it."""
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
    add_performance(sheet, "benchmark", "Benchmark ", other)
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


def _rolling(sheet: FactSheet, own: Basis, other: Basis) -> None:
    """The benchmark's own figures, and the strategy's against it."""
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
