"""A specification read back in English, from the specification itself: what it does, whatever was asked."""

from collections.abc import Sequence

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition
from tools.strategies.phrases import condition_in_words, percent
from tools.strategies.spec import Costs, Risk, Specification
from tools.strategies.templates import Pair, Templates, builtin
from tools.strategies.timeframes import UNITS


def describe(specification: Specification, templates: Templates | None = None) -> str:
    """What the specification does, in sentences."""
    rules = (templates or builtin()).expand(specification)
    unit = UNITS[specification.timeframe]
    where = listed(specification.symbols) or "the instrument"
    where += ", each on its own," if len(specification.symbols) > 1 else ""
    where += f" on {unit}ly bars" if unit != "day" else ""
    said = []
    for side, pair in (("Buys", rules.long), ("Sells short", rules.short)):
        if pair is not None:
            said.append(_side(side, where, pair, specification))
    said += _risk(specification.risk, bool(rules.long), bool(rules.short), unit) + _size(specification)
    said += _test(specification, unit)
    return " ".join(said)


def listed(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _side(verb: str, where: str, pair: Pair, specification: Specification) -> str:
    unit = UNITS[specification.timeframe]
    opened = "at the first close" if isinstance(pair.entry, c.Always) else f"when {_said(pair.entry, unit)}"
    closing = "Sells" if verb == "Buys" else "Covers"
    if pair.exit is None:
        reverses = specification.side == "long_short"
        limits = bool(specification.risk.model_dump(exclude_none=True, exclude={"trigger"}))
        left = " Holds until the other side's signal." if reverses else "" if limits else " Never sells."
        return f"{verb} {where} {opened}.{left}"
    return f"{verb} {where} {opened}. {closing} when {_said(pair.exit, unit)}."


def _said(condition: Condition | None, unit: str) -> str:
    return condition_in_words(condition, unit) if condition is not None else "never"


def _risk(risk: Risk, long: bool, short: bool, unit: str) -> list[str]:
    said = []
    loss, gain = (
        ("below", "above")
        if long and not short
        else ("above", "below")
        if short and not long
        else ("against", "beyond")
    )
    if risk.stop_loss:
        said.append(f"a stop {percent(risk.stop_loss)} {loss} the entry")
    if risk.atr_stop:
        kind = "trailing stop" if risk.atr_stop.trailing else "stop"
        said.append(f"a {kind} {risk.atr_stop.multiple:g} times ATR({risk.atr_stop.period}) away")
    if risk.trailing_stop:
        said.append(f"a trailing stop {percent(risk.trailing_stop)} behind the best price")
    if risk.take_profit:
        said.append(f"a target {percent(risk.take_profit)} {gain} the entry")
    if risk.atr_target:
        said.append(f"a target {risk.atr_target.multiple:g} times ATR({risk.atr_target.period}) {gain} the entry")
    if risk.r_target:
        said.append(
            f"a target {risk.r_target:g} times the distance to the stop {gain} the entry ({risk.r_target:g}R)"
        )
    if risk.max_holding_bars:
        units = "trading days" if unit == "day" else f"{unit}s"
        held = f"a {unit}" if risk.max_holding_bars == 1 else f"{risk.max_holding_bars} {units} at the latest"
        return [*_limits(said, risk), f"Out after {held}."]
    return _limits(said, risk)


def _limits(said: list[str], risk: Risk) -> list[str]:
    where = " (stops are checked at the close)" if risk.trigger == "close" else ""
    return [f"With {', '.join(said)}{where}."] if said else []


def _size(specification: Specification) -> list[str]:
    sizing = specification.sizing
    if sizing.risk_per_trade:
        return [f"Each trade risks {percent(sizing.risk_per_trade)} of the equity to its stop."]
    if sizing.fraction and sizing.fraction < 1:
        return [f"Each trade uses {percent(sizing.fraction)} of the equity."]
    return []


def _test(specification: Specification, unit: str) -> list[str]:
    filled = "at the next open" if specification.fill == "next_open" else "at the same close"
    at = "at the close" if unit == "day" else f"at the close of the {unit}'s last trading day"
    said = [f"Decided {at}, filled {filled}, {_costs(specification.costs)}."]
    period = specification.period
    if period.start and period.end:
        said.append(f"Tested from {period.start} to {period.end}.")
    elif period.start or period.end:
        said.append(f"Tested from {period.start}." if period.start else f"Tested until {period.end}.")
    return said


def _costs(costs: Costs) -> str:
    return f"costs {(costs.fee + costs.slippage) * 1e4:g} bps a fill"
