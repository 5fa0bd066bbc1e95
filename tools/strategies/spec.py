"""The specification of a strategy: what people approve and what the engine runs. Fractions everywhere, never percent.

`tools.strategies.loading.load` turns JSON into one of these, or says in a trader's words why it cannot.
"""

import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from tools.strategies.conditions import Condition, Number, Symbol, walk
from tools.strategies.timeframes import Timeframe

MOST_NODES = 400
"""Conditions and terms in one specification: far beyond what a person can read, small enough to run at once."""

Fraction = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
CostFraction = Annotated[float, Field(ge=0, lt=0.1, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class AtrStop(_Part):
    """A stop `multiple` average true ranges from the fill, measured on the bar of the entry decision.

    `trailing` moves it with the best price since the fill, at the same distance.
    """

    multiple: Annotated[float, Field(gt=0, le=50, allow_inf_nan=False)]
    period: Annotated[int, Field(ge=1, le=500)] = 14
    trailing: bool = False


class AtrTarget(_Part):
    """A target `multiple` average true ranges from the fill, measured on the bar of the entry decision."""

    multiple: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    period: Annotated[int, Field(ge=1, le=500)] = 14


class Risk(_Part):
    """What closes a position besides its exit condition. Levels are measured from the fill price, before costs.

    With several stops the nearest counts, and so with several targets. `r_target` is a multiple of the distance
    between the fill and the stop at that moment: 2 takes twice what is risked. `trailing_stop` follows the best price since the fill, up to the bar before
    the one that is checked. `max_holding_bars` closes that many bars after the entry decision.

    `trigger` is the stop convention. `intraday`: a bar that touches the level fills at the level, or at its open where
    it opens beyond; where a bar touches the stop and the target, the stop counts. `close`: the level is compared with
    the close, and the order is filled like any other.
    """

    stop_loss: Fraction | None = None
    take_profit: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] | None = None
    trailing_stop: Fraction | None = None
    atr_stop: AtrStop | None = None
    atr_target: AtrTarget | None = None
    r_target: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None = None
    max_holding_bars: Annotated[int, Field(ge=1, le=10_000)] | None = None
    trigger: Literal["intraday", "close"] = "intraday"


class Sizing(_Part):
    """How much of the equity an entry puts in; units are fractional and stay the same until the exit.

    `fraction` is a share of equity (absent: all of it). `risk_per_trade` sizes so that being stopped at the stop's
    level loses that share of equity, never more than `fraction`.
    """

    fraction: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None
    risk_per_trade: Annotated[float, Field(gt=0, le=0.5, allow_inf_nan=False)] | None = None


class Costs(_Part):
    """Fractions of the traded value, paid on each side: 0.001 is 10 basis points."""

    fee: CostFraction = 0.001
    slippage: CostFraction = 0.0005


class Period(_Part):
    """The days to test, both included. Earlier bars serve the indicators only."""

    start: datetime.date | None = None
    end: datetime.date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start and self.end and self.start >= self.end:
            raise ValueError(f"the period ends on {self.end}, before it starts on {self.start}")
        return self


class Specification(_Part):
    """One strategy. Conditions written here replace those of the template.

    With `side` long or short, `entry` opens and `exit` closes. With `long_short`, `entry` and `exit` are those of the
    long side, `short_entry` and `short_exit` those of the short; where no short entry is written, the exit also opens
    a short and the entry closes it (stop and reverse). An entry of the other side reverses a position.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)] = "Unnamed strategy"
    template: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")] = "rules"
    symbols: Annotated[tuple[Symbol, ...], Field(max_length=20)] = ()
    timeframe: Timeframe = "1d"
    """The bars that conditions, ATR and holding times are about: daily, weekly or monthly ones made of daily prices."""
    side: Literal["long", "short", "long_short"] = "long"
    parameters: dict[str, int | Number] = Field(default_factory=dict)
    entry: Condition | None = None
    exit: Condition | None = None
    short_entry: Condition | None = None
    short_exit: Condition | None = None
    risk: Risk = Risk()
    sizing: Sizing = Sizing()
    costs: Costs = Costs()
    period: Period = Period()
    fill: Literal["next_open", "close"] = "next_open"
    """When an order decided at a bar's close is filled: at the next bar's open, or at that same close."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.template == "rules" and self.entry is None:
            raise ValueError("entry is missing: a strategy of rules says when it enters")
        if self.side != "long_short" and (self.short_entry or self.short_exit):
            raise ValueError(
                f"short_entry and short_exit belong to side long_short; with side {self.side} write entry and exit"
            )
        if self.template == "rules" and self.side == "long_short" and not (self.exit or self.short_entry):
            raise ValueError("a long_short strategy says when it goes short: write an exit or a short_entry")
        if self.sizing.risk_per_trade is not None and not self._has_stop():
            raise ValueError(
                "risk_per_trade needs a stop to measure the risk by: write stop_loss, trailing_stop or atr_stop"
            )
        if self.risk.r_target is not None and not self._has_stop():
            raise ValueError(
                "r_target is a multiple of the distance to the stop: write stop_loss, trailing_stop or atr_stop"
            )
        conditions = (self.entry, self.exit, self.short_entry, self.short_exit)
        if sum(1 for condition in conditions if condition for _ in walk(condition)) > MOST_NODES:
            raise ValueError(
                f"the conditions have more than {MOST_NODES} parts; a strategy people approve is smaller"
            )
        return self

    def _has_stop(self) -> bool:
        return any((self.risk.stop_loss, self.risk.trailing_stop, self.risk.atr_stop))

    def to_json(self) -> dict[str, JsonValue]:
        """The specification as JSON: parts that say nothing are left out, conventions are always written."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json", exclude_none=True)
        return {key: value for key, value in dumped.items() if value not in ({}, [])}
