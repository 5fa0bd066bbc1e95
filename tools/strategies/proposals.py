"""What a model may propose as a strategy: closed, every field named, never nested in itself, so that any endpoint can be held to it.

Each side's `entry` and `exit` are alternatives of conditions that must all hold. It can say what the grammar can. A proposal
becomes JSON of a specification; then it is validated and held against the request like any draft.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, JsonValue

from tools.strategies.conditions import CalendarField, PriceField
from tools.strategies.timeframes import Timeframe


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NamedNumber(_Part):
    """A parameter of an indicator by its TA-Lib name, such as timeperiod."""

    name: str
    value: float


class ProposedSeries(_Part):
    """A number for every bar. `times` multiplies it: 0.98 is 2 % below. `offset` looks back. `symbol` is another instrument."""

    kind: Literal["number", "price", "indicator", "highest", "lowest", "return", "calendar"]
    value: float | None = None
    field: PriceField | None = None
    calendar: CalendarField | None = None
    name: str | None = None
    output: str | None = None
    parameters: list[NamedNumber] = []
    bars: int | None = None
    offset: int | None = None
    times: float | None = None
    symbol: str | None = None


class ProposedTerm(ProposedSeries):
    """A series and what is done with it: `of` is what an indicator, extreme or return is taken of instead of prices;
    `plus` are added (with `times` -1 taken away), `over` divides."""

    of: ProposedSeries | None = None
    plus: list[ProposedSeries] = []
    over: ProposedSeries | None = None


class ProposedCondition(_Part):
    """`right` for comparisons and crosses; `bars` for rising and falling (on each of so many bars).

    `negated` turns it round. `for_bars`: it held on each of so many bars; `within_bars`: on one of them.
    """

    kind: Literal[">", ">=", "<", "<=", "==", "crosses_above", "crosses_below", "rising", "falling", "always"]
    left: ProposedTerm | None = None
    right: ProposedTerm | None = None
    bars: int | None = None
    negated: bool = False
    for_bars: int | None = None
    within_bars: int | None = None


class ProposedAtr(_Part):
    """A distance in average true ranges; `trailing` only for a stop."""

    multiple: float
    period: int | None = None
    trailing: bool = False


Alternatives = list[list[ProposedCondition]]


class ProposedStrategy(_Part):
    """The whole; shares are in percent, as people say them. `question` where something cannot be drafted as said.

    With side long_short, `entry` and `exit` are the long side's; lengths are in bars of `timeframe`.
    """

    question: str | None = None
    symbols: list[str] = []
    timeframe: Timeframe = "1d"
    side: Literal["long", "short", "long_short"] = "long"
    entry: Alternatives = []
    exit: Alternatives = []
    short_entry: Alternatives = []
    short_exit: Alternatives = []
    stop_loss_percent: float | None = None
    trailing_stop_percent: float | None = None
    take_profit_percent: float | None = None
    atr_stop: ProposedAtr | None = None
    atr_target: ProposedAtr | None = None
    r_target: float | None = None
    max_holding_bars: int | None = None
    position_percent: float | None = None
    risk_per_trade_percent: float | None = None
    fee_percent: float | None = None
    slippage_percent: float | None = None
    start: str | None = None
    end: str | None = None
    fill: Literal["next_open", "close"] | None = None


class Proposes(Protocol):
    """Asks a model. Raises `tools.errors.Unavailable` where it has no valid answer."""

    async def __call__(self, slots: Mapping[str, object]) -> ProposedStrategy:
        """From the request, what the grammar could not place, and findings about an earlier proposal."""
        ...


def to_json(proposal: ProposedStrategy, usual_symbol: str) -> dict[str, JsonValue]:
    """The proposal as JSON of a specification; what is wrong with it is found when it is loaded."""
    written: dict[str, JsonValue] = {
        "symbols": [*(proposal.symbols or [usual_symbol])],
        "timeframe": proposal.timeframe,
        "side": proposal.side,
        "risk": _risk(proposal),
        "sizing": _said(
            fraction=_share(proposal.position_percent), risk_per_trade=_share(proposal.risk_per_trade_percent)
        ),
        "costs": _said(fee=_share(proposal.fee_percent), slippage=_share(proposal.slippage_percent)),
        "period": _said(start=proposal.start, end=proposal.end),
    }
    if proposal.fill is not None:
        written["fill"] = proposal.fill
    for key in ("entry", "exit", "short_entry", "short_exit"):
        condition = _either(getattr(proposal, key))
        if condition is not None:
            written[key] = condition
    return written


def _risk(proposal: ProposedStrategy) -> dict[str, JsonValue]:
    return _said(
        stop_loss=_share(proposal.stop_loss_percent),
        trailing_stop=_share(proposal.trailing_stop_percent),
        take_profit=_share(proposal.take_profit_percent),
        atr_stop=_atr(proposal.atr_stop, trails=True),
        atr_target=_atr(proposal.atr_target, trails=False),
        r_target=proposal.r_target,
        max_holding_bars=proposal.max_holding_bars,
    )


def _said(**values: JsonValue) -> dict[str, JsonValue]:
    return {key: value for key, value in values.items() if value is not None}


def _share(percent: float | None) -> float | None:
    return None if percent is None else round(percent / 100, 10)


def _atr(distance: ProposedAtr | None, *, trails: bool) -> JsonValue:
    if distance is None:
        return None
    trailing: dict[str, JsonValue] = {"trailing": distance.trailing} if trails else {}
    return {"multiple": distance.multiple, "period": distance.period or 14, **trailing}


def _either(groups: Sequence[Sequence[ProposedCondition]]) -> JsonValue:
    made = [_all(group) for group in groups if group]
    return None if not made else made[0] if len(made) == 1 else {"type": "any", "conditions": made}


def _all(group: Sequence[ProposedCondition]) -> JsonValue:
    made = [_condition(one) for one in group]
    return made[0] if len(made) == 1 else {"type": "all", "conditions": made}


def _condition(one: ProposedCondition) -> JsonValue:
    made = _plain_condition(one)
    if one.negated:
        made = {"type": "not", "condition": made}
    for kind, bars in (("for_bars", one.for_bars), ("within_bars", one.within_bars)):
        if bars is not None:
            made = {"type": kind, "condition": made, "bars": bars}
    return made


def _plain_condition(one: ProposedCondition) -> JsonValue:
    left, right = (_term(side) if side is not None else None for side in (one.left, one.right))
    if one.kind == "always":
        return {"type": "always"}
    if one.kind in {"rising", "falling"}:
        return {"type": one.kind, "of": left, "bars": one.bars or 1}
    if one.kind in {"crosses_above", "crosses_below"}:
        return {"type": one.kind, "left": left, "right": right}
    return {"type": "comparison", "op": one.kind, "left": left, "right": right}


def _term(term: ProposedTerm) -> JsonValue:
    made = _times(_plain(term, term.of), term.times)
    for other in term.plus:
        made = {"type": "arithmetic", "op": "+", "left": made, "right": _times(_plain(other), other.times)}
    if term.over is not None:
        made = {"type": "arithmetic", "op": "/", "left": made, "right": _times(_plain(term.over), term.over.times)}
    return made


def _times(inner: JsonValue, factor: float | None) -> JsonValue:
    if factor is None or factor == 1:
        return inner
    return {"type": "arithmetic", "op": "*", "left": factor, "right": inner}


def _plain(term: ProposedSeries, of: ProposedSeries | None = None) -> JsonValue:
    offset = term.offset or 0
    match term.kind:
        case "number":
            return term.value
        case "price":
            return {"type": "price", "field": term.field or "close", "offset": offset, **_said(symbol=term.symbol)}
        case "calendar":
            return {"type": "calendar", "field": term.calendar}
        case "highest" | "lowest":
            default = "high" if term.kind == "highest" else "low"
            what = _inner(of) or {"type": "price", "field": term.field or default, **_said(symbol=term.symbol)}
            return {"type": term.kind, "of": what, "bars": term.bars, "offset": offset}
        case "return":
            what = _inner(of) or {"type": "price", "field": term.field or "close", **_said(symbol=term.symbol)}
            return {"type": "return", "of": what, "bars": term.bars or 1, "offset": offset}
    made: dict[str, JsonValue] = {
        "type": "indicator",
        "name": (term.name or "").upper(),
        "parameters": {
            one.name: int(one.value) if one.value == int(one.value) else one.value for one in term.parameters
        },
        "offset": offset,
        **_said(output=term.output or None, symbol=term.symbol, input=_inner(of)),
    }
    return made


def _inner(of: ProposedSeries | None) -> JsonValue:
    return None if of is None else _times(_plain(of), of.times)
