"""The figures that the engine itself states, beside ours, and why the two differ."""

import dataclasses

from tools.backtests import kpis
from tools.backtests.model import BacktestRun, Stated
from tools.narrative.facts import FactSheet
from tools.narrative.gathering.basis import Basis
from tools.narrative.names import safe_name

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


def add_stated(sheet: FactSheet, run: BacktestRun, basis: Basis | None) -> None:
    """The engine's figures; where one differs from ours, the reason."""
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
    return _why_defined(stated, short=basis.short or len(basis.returns) < 60)


def _why_defined(stated: Stated, *, short: bool) -> str:
    if stated.name == "max_drawdown" and "in money" in stated.definition:
        return "the engine takes the fall that is largest in money, which need not be the deepest in percent"
    if stated.name in ("total_return", "max_drawdown", "final_value"):
        return "the engine measures on finer bars or over other dates than the equity curve in its file"
    if short:
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
