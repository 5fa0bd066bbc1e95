"""What a specification would have done: figures against buy-and-hold, early against late, and under higher costs.

A preview is a trial, not evidence: it says so itself where the trial shows why (few trades, always in, never in).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from pydantic import JsonValue

from tools.backtests import kpis
from tools.backtests.model import Curve
from tools.backtests.series import returns_of
from tools.backtests.trades import trade_figures
from tools.market.prices import Prices
from tools.strategies.engine import PERIODS_PER_YEAR, Simulation, simulate
from tools.strategies.spec import Specification
from tools.strategies.templates import Templates

EARLY_SHARE = 2 / 3
COST_MULTIPLES = (2, 3)
_FEW_TRADES = 30
_ENOUGH_TO_ANNUALISE = 60


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one curve; fractions, 252 days a year, risk-free rate 0. Annualised ones are None under 60 returns."""

    start: str
    end: str
    total_return: float
    cagr: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    max_drawdown: float
    calmar: float | None


@dataclass(frozen=True, slots=True)
class Stress:
    """The strategy with its costs times `multiple`."""

    multiple: int
    total_return: float
    cagr: float | None
    sharpe: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A trial run. `early` and `late` split the window at two thirds, each with the strategy and buy-and-hold.

    `exposure` is the share of bars with a position, `turnover` one-way a year, `costs` in currency on 100,000.
    """

    symbol: str
    simulation: Simulation
    strategy: Figures
    benchmark: Figures
    early: tuple[Figures, Figures]
    late: tuple[Figures, Figures]
    stress: tuple[Stress, ...]
    trades: int
    win_rate: float | None
    exposure: float
    turnover: float
    costs: float
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """Everything but the curves."""
        return {
            "symbol": self.symbol,
            "bars": self.simulation.end - self.simulation.first,
            "warm_up_bars": self.simulation.warm_up_bars,
            "kpis": {
                **asdict(self.strategy),
                "trades": self.trades,
                "win_rate": self.win_rate,
                "exposure": self.exposure,
                "turnover": self.turnover,
                "costs": self.costs,
            },
            "benchmark": asdict(self.benchmark),
            "walk_forward": {
                name: {"strategy": asdict(strategy), "benchmark": asdict(benchmark)}
                for name, (strategy, benchmark) in (("early", self.early), ("late", self.late))
            },
            "cost_stress": [asdict(one) for one in self.stress],
            "warnings": list(self.warnings),
        }


def preview(
    specification: Specification,
    prices: Prices,
    *,
    templates: Templates | None = None,
    others: Mapping[str, Prices] | None = None,
) -> Preview:
    """Run a specification (as `loading.load` returns it) on bars. Raises `BadInput` where the bars are too few."""
    simulation = simulate(specification, prices, templates=templates, others=others)
    curve, benchmark = simulation.curve, simulation.benchmark(prices)
    cut = int(len(curve) * EARLY_SHARE)
    early, late = slice(0, max(cut, 1) + 1), slice(max(cut, 1), None)
    closed = trade_figures(simulation.trades)
    window = simulation.positions[simulation.first : simulation.end]
    return Preview(
        symbol=prices.symbol,
        simulation=simulation,
        strategy=figures(curve),
        benchmark=figures(benchmark),
        early=(figures(_part(curve, early)), figures(_part(benchmark, early))),
        late=(figures(_part(curve, late)), figures(_part(benchmark, late))),
        stress=tuple(
            _stressed(specification, prices, multiple, templates=templates, others=others)
            for multiple in COST_MULTIPLES
        ),
        trades=len(simulation.trades),
        win_rate=closed.win_rate if closed else None,
        exposure=float(np.mean(window != 0)),
        turnover=simulation.turnover,
        costs=simulation.costs,
        warnings=_warnings(simulation, window, prices),
    )


def figures(curve: Curve) -> Figures:
    """The figures of a curve whose first value is the capital."""
    returns = returns_of(curve.values)
    enough = len(returns) >= _ENOUGH_TO_ANNUALISE
    return Figures(
        start=str(curve.dates[0].astype("datetime64[D]")),
        end=str(curve.dates[-1].astype("datetime64[D]")),
        total_return=kpis.total_return(returns),
        cagr=kpis.cagr(returns, PERIODS_PER_YEAR) if enough else None,
        volatility=kpis.volatility(returns, PERIODS_PER_YEAR) if enough else None,
        sharpe=kpis.sharpe(returns, PERIODS_PER_YEAR) if enough else None,
        sortino=kpis.sortino(returns, PERIODS_PER_YEAR) if enough else None,
        max_drawdown=kpis.max_drawdown(returns),
        calmar=kpis.calmar(returns, PERIODS_PER_YEAR) if enough else None,
    )


def _part(curve: Curve, part: slice) -> Curve:
    return Curve(curve.dates[part], curve.values[part])


def _stressed(
    specification: Specification,
    prices: Prices,
    multiple: int,
    *,
    templates: Templates | None,
    others: Mapping[str, Prices] | None,
) -> Stress:
    costs = specification.costs.model_copy(
        update={"fee": specification.costs.fee * multiple, "slippage": specification.costs.slippage * multiple}
    )
    dearer = specification.model_copy(update={"costs": costs})
    result = figures(simulate(dearer, prices, templates=templates, others=others).curve)
    return Stress(multiple, result.total_return, result.cagr, result.sharpe)


def _warnings(
    simulation: Simulation, window: np.ndarray[tuple[int], np.dtype[np.int8]], prices: Prices
) -> tuple[str, ...]:
    """What a reader should know before trusting the figures, each with its number."""
    said: list[str] = []
    trades, bars = len(simulation.trades), len(window)
    if not trades:
        said.append(f"It never trades in these {bars:,} bars.")
    elif np.all(window != 0):
        said.append("It is always in the market once it has started.")
    if trades > bars / 4:
        said.append(f"It trades very often: {trades:,} trades in {bars:,} bars, so costs decide.")
    elif 0 < trades < _FEW_TRADES:
        said.append(f"Only {trades} trade{'' if trades == 1 else 's'}: too few to tell skill from luck.")
    if simulation.first > bars:
        said.append(f"The warm-up takes {simulation.first:,} of {len(prices):,} bars, more than is left to test.")
    if simulation.settling > 0 and simulation.first + simulation.settling > bars / 10:
        said.append(
            f"For the first {simulation.settling:,} bars an indicator still depends on where the data begins."
        )
    if simulation.ruined:
        said.append("The account is lost: equity reaches zero.")
    return tuple(said)
