"""What a model may propose as a strategy: flat, closed, every field named, so that any endpoint can be held to it.

`entry` and `exit` are alternatives of conditions that must all hold. A proposal becomes JSON of a specification; then it
is validated and held against the request like any draft.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, JsonValue

from tools.strategies.conditions import PriceField


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NamedNumber(_Part):
    """A parameter of an indicator by its TA-Lib name, such as timeperiod."""

    name: str
    value: float


class ProposedTerm(_Part):
    """A number for every day. `times` multiplies it: 0.98 is 2 % below. `offset` looks back."""

    kind: Literal["number", "price", "indicator", "highest", "lowest", "return"]
    value: float | None = None
    field: PriceField | None = None
    name: str | None = None
    output: str | None = None
    parameters: list[NamedNumber] = []
    bars: int | None = None
    offset: int | None = None
    times: float | None = None


class ProposedCondition(_Part):
    """`right` for comparisons and crosses; `bars` for rising and falling (on each of so many days)."""

    kind: Literal[">", ">=", "<", "<=", "==", "crosses_above", "crosses_below", "rising", "falling"]
    left: ProposedTerm
    right: ProposedTerm | None = None
    bars: int | None = None


class ProposedStrategy(_Part):
    """The whole; shares are in percent, as people say them. `question` where something cannot be drafted as said."""

    question: str | None = None
    symbol: str | None = None
    side: Literal["long", "short"] = "long"
    entry: list[list[ProposedCondition]] = []
    exit: list[list[ProposedCondition]] = []
    stop_loss_percent: float | None = None
    trailing_stop_percent: float | None = None
    take_profit_percent: float | None = None
    max_holding_bars: int | None = None


class Proposes(Protocol):
    """Asks a model. Raises `tools.errors.Unavailable` where it has no valid answer."""

    async def __call__(self, slots: Mapping[str, object]) -> ProposedStrategy:
        """From the request, what the grammar could not place, and findings about an earlier proposal."""
        ...


def to_json(proposal: ProposedStrategy, usual_symbol: str) -> dict[str, JsonValue]:
    """The proposal as JSON of a specification; what is wrong with it is found when it is loaded."""
    risk: dict[str, JsonValue] = {
        key: round(value / 100, 10)
        for key, value in (
            ("stop_loss", proposal.stop_loss_percent),
            ("trailing_stop", proposal.trailing_stop_percent),
            ("take_profit", proposal.take_profit_percent),
        )
        if value is not None
    }
    if proposal.max_holding_bars is not None:
        risk["max_holding_bars"] = proposal.max_holding_bars
    written: dict[str, JsonValue] = {
        "symbols": [proposal.symbol or usual_symbol],
        "side": proposal.side,
        "risk": risk,
    }
    for key, said in (("entry", proposal.entry), ("exit", proposal.exit)):
        condition = _either(said)
        if condition is not None:
            written[key] = condition
    return written


def _either(groups: Sequence[Sequence[ProposedCondition]]) -> JsonValue:
    made = [_all(group) for group in groups if group]
    return None if not made else made[0] if len(made) == 1 else {"type": "any", "conditions": made}


def _all(group: Sequence[ProposedCondition]) -> JsonValue:
    made = [_condition(one) for one in group]
    return made[0] if len(made) == 1 else {"type": "all", "conditions": made}


def _condition(one: ProposedCondition) -> JsonValue:
    if one.kind in {"rising", "falling"}:
        return {"type": one.kind, "of": _term(one.left), "bars": one.bars or 1}
    right = _term(one.right) if one.right is not None else None
    if one.kind in {"crosses_above", "crosses_below"}:
        return {"type": one.kind, "left": _term(one.left), "right": right}
    return {"type": "comparison", "op": one.kind, "left": _term(one.left), "right": right}


def _term(term: ProposedTerm) -> JsonValue:
    inner = _plain(term)
    if term.times is not None and term.times != 1:
        return {"type": "arithmetic", "op": "*", "left": term.times, "right": inner}
    return inner


def _plain(term: ProposedTerm) -> JsonValue:
    offset = term.offset or 0
    match term.kind:
        case "number":
            return term.value
        case "price":
            return {"type": "price", "field": term.field or "close", "offset": offset}
        case "highest" | "lowest":
            default = "high" if term.kind == "highest" else "low"
            of: JsonValue = {"type": "price", "field": term.field or default}
            return {"type": term.kind, "of": of, "bars": term.bars, "offset": offset}
        case "return":
            return {"type": "return", "bars": term.bars or 1, "offset": offset}
    made: dict[str, JsonValue] = {
        "type": "indicator",
        "name": (term.name or "").upper(),
        "parameters": {
            one.name: int(one.value) if one.value == int(one.value) else one.value for one in term.parameters
        },
        "offset": offset,
    }
    if term.output:
        made["output"] = term.output
    return made
