"""What terms are while a message is read: terms, "it", percentages, windows; what is remembered of them; their units."""

from dataclasses import dataclass, field
from typing import Literal

from tools.strategies.conditions import Arithmetic, Highest, Indicator, Lowest, Price, PriceField, Return, Term
from tools.strategies.language.tokens import Token

Unit = Literal["price", "volume", "index", "fraction", "other"]
AVERAGES = frozenset("SMA EMA WMA DEMA TEMA T3 HMA ZLEMA KAMA RMA TRIMA VWMA ALMA FRAMA MA".split())
BANDS = frozenset("BBANDS KC ACCBANDS DONCHIAN".split())


@dataclass(frozen=True, slots=True)
class It:
    """What was spoken of last; `bars` earlier."""

    bars: int = 0
    named: bool = False
    """Whether the instrument itself was named: its price, where a price fits."""


@dataclass(frozen=True, slots=True)
class Percent:
    """A number said in percent, as a fraction."""

    value: float


@dataclass(frozen=True, slots=True)
class Window:
    """Each of the last `bars` values of a term: above all of them is above the highest."""

    of: Term
    bars: int


Said = Term | It | Percent | Window


@dataclass(slots=True)
class Memory:
    """What "it", "the average", "crosses back" can refer to: the terms spoken of last, of each sort."""

    left: Term | None = None
    right: Term | None = None
    average: Indicator | None = None
    averages: dict[float, Indicator] = field(default_factory=dict)
    band: Indicator | None = None
    oscillator: Term | None = None
    pairs: dict[str, Term] = field(default_factory=dict)
    """What was compared with a level, by the level."""
    mentioned: Token | None = None
    """An indicator that was only named so far."""
    periods: dict[str, dict[str, float]] = field(default_factory=dict)


def average(name: str, bars: int, of: PriceField = "close") -> Indicator:
    """A moving average of a price field; of one bar it is that bar's value, which TA-Lib's SMA does not do."""
    source = None if of == "close" else Price(field=of)
    return Indicator(name=name, parameters={"timeperiod": bars}, input=source)


def averaged_over(term: Term, of: Term) -> Term:
    """ "ATR above its 50-day average": the average of what it is compared with, not of the price."""
    if isinstance(term, Arithmetic):
        return term.model_copy(update={"left": averaged_over(term.left, of), "right": averaged_over(term.right, of)})
    if isinstance(term, Indicator) and term.name in AVERAGES and term.input is None and unit(of) == "index":
        return term.model_copy(update={"input": of})
    return term


def shifted(term: Term, bars: int) -> Term:
    """The term `bars` bars earlier."""
    if not bars or isinstance(term, int | float):
        return term
    if isinstance(term, Arithmetic):
        return term.model_copy(update={"left": shifted(term.left, bars), "right": shifted(term.right, bars)})
    if isinstance(term, Price | Indicator | Highest | Lowest | Return):
        return term.model_copy(update={"offset": term.offset + bars})
    return term


def of_symbol(term: Term, symbol: str) -> Term:
    """The term read on another instrument's bars."""
    if isinstance(term, Price | Indicator):
        return term.model_copy(update={"symbol": symbol})
    if isinstance(term, Highest | Lowest | Return):
        return term.model_copy(update={"of": of_symbol(term.of, symbol)})
    return term


def unit(term: Said | None) -> Unit:
    """What a term's numbers are: decides what "it" can be and whether two terms can be compared."""
    match term:
        case Percent() | Return():
            return "fraction"
        case Price(field="volume"):
            return "volume"
        case Price():
            return "price"
        case Highest() | Lowest():
            return unit(term.of)
        case Arithmetic(op="/"):
            return "other"
        case Arithmetic():
            return unit(term.right if isinstance(term.left, int | float) else term.left)
        case Indicator():
            return _unit_of_indicator(term)
    return "other"


def _unit_of_indicator(term: Indicator) -> Unit:
    if term.input is not None and term.name in AVERAGES:
        return unit(term.input)
    if term.name in AVERAGES | BANDS | {
        "SAR",
        "SUPERTREND",
        "VWAP",
        "HT_TRENDLINE",
        "LINEARREG",
        "MIDPOINT",
        "MIDPRICE",
    }:
        return "price"
    return "index"
