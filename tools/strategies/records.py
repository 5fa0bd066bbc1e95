"""A simulation as every part of Deskhand sees a backtest."""

import json

from tools.backtests.model import BacktestRun, Scalar
from tools.market.prices import Prices
from tools.strategies.engine import PERIODS_PER_YEAR, Simulation
from tools.strategies.spec import Specification
from tools.strategies.timeframes import UNITS

ENGINE_VERSION = "1"


def to_backtest_run(
    simulation: Simulation,
    specification: Specification,
    prices: Prices,
    *,
    name: str | None = None,
    trials: int = 1,
    notes: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
) -> BacktestRun:
    """The simulation as every part of Deskhand sees a backtest, held against buy-and-hold of the same instrument."""
    costs = specification.costs
    called = f"{prices.name} ({prices.symbol})" if prices.name else prices.symbol
    return BacktestRun(
        name=name or specification.name,
        engine="deskhand",
        engine_version=ENGINE_VERSION,
        equity=simulation.curve,
        strategy=specification.template,
        symbols=(prices.symbol,),
        timeframe=specification.timeframe,
        initial_capital=simulation.capital,
        periods_per_year=PERIODS_PER_YEAR,
        benchmark=simulation.benchmark(prices),
        benchmark_name=f"buy and hold of {called}",
        exposure=simulation.exposure_curve,
        trades=simulation.trades,
        configuration=_configuration(specification),
        fee=costs.fee,
        slippage=costs.slippage,
        trials=trials,
        tags=tags,
        notes=(*_conventions(specification, simulation), *notes),
    )


def _configuration(specification: Specification) -> dict[str, Scalar]:
    written: dict[str, Scalar] = {
        "template": specification.template,
        "side": specification.side,
        "fill": specification.fill,
        **specification.parameters,
    }
    for part, values in (("risk", specification.risk), ("sizing", specification.sizing)):
        for key, value in values.model_dump(mode="json", exclude_none=True).items():
            written[f"{part}.{key}"] = json.dumps(value) if isinstance(value, dict) else value
    written["specification"] = json.dumps(specification.to_json(), sort_keys=True)
    return written


def _conventions(specification: Specification, simulation: Simulation) -> tuple[str, ...]:
    daily = specification.timeframe == "1d"
    bars = "" if daily else f" of whole {UNITS[specification.timeframe]}s"
    filled = (
        f"at the next {'bar' if daily else 'day'}'s open"
        if specification.fill == "next_open"
        else "at the same close"
    )
    costs = specification.costs
    said = [
        f"Signals are read at the close{bars} and filled {filled}.",
        f"Every fill pays a fee of {costs.fee * 1e4:g} bps and slippage of {costs.slippage * 1e4:g} bps of its value.",
    ]
    if simulation.first:
        said.append(f"The first {simulation.first} bars only warm up the indicators and are not in the performance.")
    if simulation.ruined:
        said.append("The account was lost: the run ends where equity reached zero.")
    return tuple(said)
