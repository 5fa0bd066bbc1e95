"""The language of conditions: what a specification can ask of a bar, as JSON that says what it means.

A *term* is a number for every bar: a plain number, a price, an indicator's output, a highest or lowest, a return, a
calendar field, or arithmetic over terms. A *condition* compares terms and is true, false or, where a term has no
value yet, unknown; an unknown condition never fires, and neither does its `not`.

`offset` and `bars` look back, never ahead: offset 1 is the bar before. Nothing here computes; `evaluate.py` does.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

PriceField = Literal["open", "high", "low", "close", "volume", "typical"]
"""`typical` is (high + low + close) / 3."""

CalendarField = Literal[
    "day_of_week",
    "day_of_month",
    "month",
    "trading_day_of_month",
    "trading_days_left_in_month",
]
"""`day_of_week` is 1 for Monday; `trading_day_of_month` counts the bars from 1; the last bar of a month has 0 left.

The trading days left come from the bars themselves, as an exchange publishes its calendar ahead; in the last month
of the data they are counted in weekdays.
"""

Offset = Annotated[int, Field(ge=0, le=2000)]
Bars = Annotated[int, Field(ge=1, le=2000)]
Symbol = Annotated[str, Field(pattern=r"^[\^$]?[A-Za-z0-9][A-Za-z0-9.\-=/]{0,19}$"), AfterValidator(str.upper)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]


class _Node(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Price(_Node):
    """A field of a bar. `symbol` reads another instrument's bars, matched by date."""

    type: Literal["price"] = "price"
    field: PriceField = "close"
    offset: Offset = 0
    symbol: Symbol | None = None


class Indicator(_Node):
    """An output of a TA-Lib function, by its TA-Lib names. Absent parameters take TA-Lib's defaults.

    `output` names one of several outputs (`macdsignal`, `upperband`); absent, the first. `input` replaces the close
    for functions that read one series, and may be an indicator itself. A channel's extreme (DONCHIAN, MAX, MIN,
    MINMAX) is that of the bars before the current one.
    """

    type: Literal["indicator"] = "indicator"
    name: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,29}$")]
    parameters: dict[str, int | Number] = Field(default_factory=dict)
    output: str | None = None
    input: "Term | None" = None
    offset: Offset = 0
    symbol: Symbol | None = None


class Highest(_Node):
    """The highest value of `of` in the `bars` bars before the one that is read."""

    type: Literal["highest"] = "highest"
    of: "Term" = Price(field="high")
    bars: Bars
    offset: Offset = 0


class Lowest(_Node):
    """The lowest value of `of` in the `bars` bars before the one that is read."""

    type: Literal["lowest"] = "lowest"
    of: "Term" = Price(field="low")
    bars: Bars
    offset: Offset = 0


class Return(_Node):
    """The change of `of` over `bars` bars as a fraction: 0.05 is 5 % up."""

    type: Literal["return"] = "return"
    of: "Term" = Price(field="close")
    bars: Bars = 1
    offset: Offset = 0


class Calendar(_Node):
    """A field of the bar's date, as a number."""

    type: Literal["calendar"] = "calendar"
    field: CalendarField


class Arithmetic(_Node):
    """`left op right`: a margin such as 2 % above an average is the average times 1.02."""

    type: Literal["arithmetic"] = "arithmetic"
    op: Literal["+", "-", "*", "/"]
    left: "Term"
    right: "Term"


class Comparison(_Node):
    """`left op right` on the same bar."""

    type: Literal["comparison"] = "comparison"
    op: Literal[">", ">=", "<", "<=", "=="]
    left: "Term"
    right: "Term"


class CrossesAbove(_Node):
    """`left` is above `right` now and was not on the bar before."""

    type: Literal["crosses_above"] = "crosses_above"
    left: "Term"
    right: "Term"


class CrossesBelow(_Node):
    """`left` is below `right` now and was not on the bar before."""

    type: Literal["crosses_below"] = "crosses_below"
    left: "Term"
    right: "Term"


class Rising(_Node):
    """`of` rose on each of the last `bars` bars. Higher than n bars ago is a comparison with an offset instead."""

    type: Literal["rising"] = "rising"
    of: "Term"
    bars: Bars = 1


class Falling(_Node):
    """`of` fell on each of the last `bars` bars: three down closes in a row is `falling` close over 3 bars."""

    type: Literal["falling"] = "falling"
    of: "Term"
    bars: Bars = 1


class ForBars(_Node):
    """`condition` held on each of the last `bars` bars, the current one included."""

    type: Literal["for_bars"] = "for_bars"
    condition: "Condition"
    bars: Bars


class WithinBars(_Node):
    """`condition` held on at least one of the last `bars` bars, the current one included."""

    type: Literal["within_bars"] = "within_bars"
    condition: "Condition"
    bars: Bars


class All(_Node):
    """Every one of them."""

    type: Literal["all"] = "all"
    conditions: Annotated[tuple["Condition", ...], Field(min_length=1, max_length=20)]


class AnyOf(_Node):
    """At least one of them."""

    type: Literal["any"] = "any"
    conditions: Annotated[tuple["Condition", ...], Field(min_length=1, max_length=20)]


class Not(_Node):
    """The opposite; unknown stays unknown."""

    type: Literal["not"] = "not"
    condition: "Condition"


class Always(_Node):
    """True on every bar."""

    type: Literal["always"] = "always"


def _kind(value: object) -> str | None:
    """The tag of a term or condition, from JSON or from a model."""
    if isinstance(value, int | float):
        return "number"
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return kind if isinstance(kind, str) else None


Term: TypeAlias = Annotated[
    Annotated[Number, Tag("number")]
    | Annotated[Price, Tag("price")]
    | Annotated[Indicator, Tag("indicator")]
    | Annotated[Highest, Tag("highest")]
    | Annotated[Lowest, Tag("lowest")]
    | Annotated[Return, Tag("return")]
    | Annotated[Calendar, Tag("calendar")]
    | Annotated[Arithmetic, Tag("arithmetic")],
    Discriminator(_kind),
]

Condition: TypeAlias = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Comparison, Tag("comparison")]
    | Annotated[CrossesAbove, Tag("crosses_above")]
    | Annotated[CrossesBelow, Tag("crosses_below")]
    | Annotated[Rising, Tag("rising")]
    | Annotated[Falling, Tag("falling")]
    | Annotated[ForBars, Tag("for_bars")]
    | Annotated[WithinBars, Tag("within_bars")]
    | Annotated[Always, Tag("always")],
    Discriminator(_kind),
]


def walk(node: object) -> Iterator[object]:
    """`node` and every condition, term and number under it, outermost first."""
    yield node
    if isinstance(node, _Node):
        for name in type(node).model_fields:
            child = getattr(node, name)
            for one in child if isinstance(child, tuple) else (child,):
                if isinstance(one, _Node):
                    yield from walk(one)
