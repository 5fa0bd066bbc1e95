"""Trees of terms ("the 20-day average", "RSI(2) three days ago", "2 ATR") to terms of a condition."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from tools.strategies import indicators
from tools.strategies.conditions import Arithmetic, Highest, Indicator, Lowest, Price, PriceField, Return, Term
from tools.strategies.language.asking import Notes, Unclear
from tools.strategies.language.said import (
    AVERAGES,
    BANDS,
    It,
    Memory,
    Percent,
    Said,
    Window,
    average,
    of_symbol,
    shifted,
    unit,
)
from tools.strategies.language.tokens import Token
from tools.strategies.language.trees import Node, first, kinds, leaves, number, text_of, tokens, trees
from tools.strategies.language.words import OUTPUTS, USUAL, label_of

_LENGTHS = ("DUR", "INDUR", "LASTDUR", "INLASTDUR", "FORDUR")
_FIELDS: Mapping[str, PriceField] = {
    "CLOSE": "close",
    "OPEN": "open",
    "HIGH": "high",
    "LOW": "low",
    "VOLUME": "volume",
    "PRICE": "close",
    "TYPICALPRICE": "typical",
    "HIGHESTHIGH": "high",
    "LOWESTLOW": "low",
    "HIGHESTCLOSE": "close",
    "LOWESTCLOSE": "close",
}
_TIMES = {"TWICE": 2.0, "TRIPLE": 3.0, "HALFOF": 0.5}


class Terms:
    """Reads terms, remembers them, and notes the defaults it takes. `main` is the symbol that is traded."""

    def __init__(self, notes: Notes, memory: Memory, main: str) -> None:
        self.notes, self.memory, self.main = notes, memory, main

    def read(self, node: Node) -> Said:
        """The term a tree stands for. Raises `Unclear`."""
        reader: Callable[[Node], Said] = getattr(self, f"_{node.data}")
        term = reader(node)
        self._remember(term)
        return term

    def _remember(self, term: Said) -> None:
        if isinstance(term, Indicator):
            if term.name in AVERAGES:
                self.memory.average = term
                self.memory.averages[term.parameters.get("timeperiod", 0)] = term
            elif term.name in BANDS:
                self.memory.band = term
            if unit(term) == "index":
                self.memory.oscillator = term

    # numbers and arithmetic

    def _number(self, node: Node) -> Said:
        token = tokens(node)[-1]
        value = number(token)
        if token.kind.endswith("PCT"):
            return Percent(value)
        return -value if kinds(node)[0] == "NEG" else value

    def _paren(self, node: Node) -> Said:
        return self.read(trees(node)[0])

    def _plus(self, node: Node) -> Said:
        return self._arithmetic("+", node)

    def _minus(self, node: Node) -> Said:
        return self._arithmetic("-", node)

    def _times(self, node: Node) -> Said:
        return self._arithmetic("*", node)

    def _divided(self, node: Node) -> Said:
        return self._arithmetic("/", node)

    def _arithmetic(self, op: Literal["+", "-", "*", "/"], node: Node) -> Said:
        left, right = (self.settled(self.read(one)) for one in trees(node))
        return Arithmetic(op=op, left=left, right=right)

    def _multiple(self, node: Node) -> Said:
        return Arithmetic(op="*", left=factor(node), right=self.settled(self.read(trees(node)[-1])))

    def _share_of(self, node: Node) -> Said:
        return Arithmetic(op="*", left=number(first(node, ["PCT"])), right=self.settled(self.read(trees(node)[0])))

    def settled(self, term: Said) -> Term:
        """A term on its own: "it" is what was spoken of last, a percentage its fraction."""
        if isinstance(term, Percent):
            return term.value
        if isinstance(term, Window):
            raise Unclear(f"The last {term.bars} of them: above or below all of them?")
        if isinstance(term, It):
            of = self.memory.left if self.memory.left is not None else Price()
            return shifted(of, term.bars)
        return term

    def _percent_b(self, node: Node) -> Said:
        """Where the close is between the Bollinger bands: 0 at the lower, 1 at the upper."""
        lower = self.indicator("BBANDS", "lowerband", _numbers(node))
        upper = lower.model_copy(update={"output": "upperband"})
        width = Arithmetic(op="-", left=upper, right=lower)
        return Arithmetic(op="/", left=Arithmetic(op="-", left=Price(), right=lower), right=width)

    def _day_range(self, _: Node) -> Said:
        return Arithmetic(op="-", left=Price(field="high"), right=Price(field="low"))

    # prices

    def _price(self, node: Node) -> Said:
        level = self.memory.right
        if tokens(node)[0].said in {"that", "this", "same"} and isinstance(level, Highest | Lowest):
            return level
        return Price(field=_field(node), offset=int(number(first(node, ["INDEX"]))))

    def _price_before(self, node: Node) -> Said:
        return Price(field=_field(node), offset=1)

    def _price_ago(self, node: Node) -> Said:
        return Price(field=_field(node), offset=int(number(first(node, ["AGODUR"]))))

    def _symbol_price(self, node: Node) -> Said:
        symbol = str(tokens(node)[0].value)
        other = None if symbol == self.main else symbol
        if len(kinds(node)) == 1 and other is None:
            return It(named=True)
        return Price(field=_field(node), symbol=other)

    def _of_symbol(self, node: Node) -> Said:
        symbol = first(node, ["SYMBOL"])
        term = self.read(trees(node)[0])
        if symbol is None or symbol.value == self.main or isinstance(term, It | Percent | Window):
            return term
        return of_symbol(term, str(symbol.value))

    def _stranger(self, node: Node) -> Said:
        raise Unclear(f"What is “{text_of(node)}” here: which price, indicator or number?")

    def _it(self, _: Node) -> Said:
        return It()

    def _ago(self, node: Node) -> Said:
        return It(int(number(first(node, ["AGODUR"]))))

    def _yesterday(self, _: Node) -> Said:
        return It(1)

    def _shifted(self, node: Node) -> Said:
        inner = self.read(trees(node)[0])
        ago = first(node, ["AGODUR", "INDEX"])
        bars = int(number(ago)) if ago else int("YESTERDAY" in kinds(node))
        return shifted(self.settled(inner), bars)

    # averages

    def _average(self, node: Node) -> Said:
        spoken = kinds(node)
        name = "EMA" if "EMA" in spoken else "SMA"
        named = first(node, ["AVGKIND"])
        if named is not None:
            name = str(named.value)
        length = first(node, (*_LENGTHS, "PER", "NUM"))
        of = _source(node)
        if length is None:
            return self._known_average(
                name, of, text_of(node), named="SMA" in spoken or "EMA" in spoken or bool(named)
            )
        if of == "close" and self._volume_is_subject() and not {"CLOSE", "PRICE"} & set(spoken):
            of = "volume"
        return average(name, int(number(length)), of)

    def _called(self, node: Node) -> Said:
        return self.read(trees(node)[0])

    def _known_average(self, name: str, of: PriceField, said: str, *, named: bool) -> Said:
        """An average without a length: the one spoken of before, or a question; volume's has a usual one."""
        before = self.memory.average
        wants_volume = of == "volume" or self._volume_is_subject()
        if before is not None and not wants_volume and (not named or before.name == name):
            return before
        if wants_volume:
            self.notes.assume("the average of volume is taken over 20 days, since you gave no length")
            return average("SMA", 20, "volume")
        raise Unclear(
            f"Over how many days is “{said}” taken?",
            "the 20-day average",
            "the 50-day average",
            "the 200-day average",
        )

    def _volume_is_subject(self) -> bool:
        return isinstance(self.memory.left, Price) and self.memory.left.field == "volume"

    # indicators

    def _indicator(self, node: Node) -> Said:
        token = first(node, ["IND", "RSI_", "MACDLINE", "ATR"])
        if token is None:
            raise Unclear(f"Which indicator is “{text_of(node)}”?")
        name, output = {"RSI_": ("RSI", ""), "MACDLINE": ("MACD", "macd"), "ATR": ("ATR", "")}.get(
            token.kind, _named(str(token.value))
        )
        return self.indicator(name, output, _numbers(node))

    def named(self, token: Token) -> Indicator:
        """The indicator a token names, with the numbers it has."""
        name, output = ("RSI", "") if token.kind == "RSI_" else _named(str(token.value))
        return self.indicator(name, output, [])

    def give(self, node: Node) -> None:
        """Three numbers on their own are MACD's."""
        self.memory.periods["MACD"] = dict(
            zip(("fastperiod", "slowperiod", "signalperiod"), _numbers(node), strict=False)
        )

    def _signal_line(self, node: Node) -> Said:
        before = self.memory.oscillator or self.memory.left
        if isinstance(before, Indicator) and before.name in OUTPUTS and "MACDLINE" not in kinds(node):
            signal = OUTPUTS[before.name][1]
            return before.model_copy(update={"output": signal, "offset": 0})
        return self.indicator("MACD", "macdsignal", _numbers(node))

    def _histogram(self, node: Node) -> Said:
        return self.indicator("MACD", "macdhist", _numbers(node))

    def indicator(self, name: str, output: str, given: Sequence[float]) -> Indicator:
        """An indicator with the numbers given in its usual order; the others are usual ones, and that is noted."""
        order = [key for key in indicators.function(name).parameters if not key.endswith("matype")]
        if name == "BBANDS":
            given = [*given[:2], *given[1:2]]
        if len(given) > len(order):
            raise Unclear(
                f"{label_of(name)} takes {len(order)} numbers; which of {', '.join(f'{n:g}' for n in given)} are they?"
            )
        whole = indicators.function(name).whole
        said = {key: int(value) if key in whole else float(value) for key, value in zip(order, given, strict=False)}
        known = self.memory.periods.get(name)
        if not said and known:
            said = {key: int(value) if key in whole else value for key, value in known.items()}
        elif said:
            self.memory.periods[name] = dict(said)
        parameters = {
            **{key: value for key, value in USUAL.get(name, defaults(name)).items() if key in order},
            **said,
        }
        if order and not said:
            shown = ", ".join(f"{parameters[key]:g}" for key in order if key in parameters and key != "nbdevdn")
            what = "no period" if len(order) == 1 else "no numbers"
            self.notes.assume(f"{label_of(name)} is {label_of(name)}({shown}), since you gave {what}")
        return Indicator(name=name, output=output or None, parameters=parameters)

    # extremes, returns, bands

    def _highest(self, node: Node) -> Said:
        field_, bars = self._extreme(node, "high")
        return Highest(of=Price(field=field_), bars=bars)

    def _lowest(self, node: Node) -> Said:
        field_, bars = self._extreme(node, "low")
        return Lowest(of=Price(field=field_), bars=bars)

    @staticmethod
    def _extreme(node: Node, default: PriceField) -> tuple[PriceField, int]:
        spoken = [kind for kind in kinds(node) if kind in _FIELDS]
        closes = [kind for kind in spoken if kind in {"CLOSE", "HIGHESTCLOSE", "LOWESTCLOSE"}]
        field_ = "close" if closes else _FIELDS[spoken[-1]] if spoken and spoken[-1] != "PRICE" else default
        return field_, max(1, int(number(first(node, (*_LENGTHS, "PERIODIC", "PER", "NUM")))))

    def _slope_of(self, node: Node) -> Said:
        """The regression's slope; of anything else the change from the bar before."""
        of = self.settled(self.read(trees(node)[0]))
        if isinstance(of, Indicator) and of.name == "LINEARREG":
            return of.model_copy(update={"name": "LINEARREG_SLOPE"})
        return Arithmetic(op="-", left=of, right=shifted(of, 1))

    def _average_of(self, node: Node) -> Said:
        """ "The 6-day SMA of ROC(12)"."""
        token = first(node, ["DUR", "NUM"])
        named = first(node, ["AVGKIND"])
        name = str(named.value) if named else "EMA" if "EMA" in kinds(node) else "SMA"
        of = self.settled(self.read(trees(node)[0]))
        return Indicator(name=name, parameters={"timeperiod": int(number(token))}, input=of)

    def _share_price(self, node: Node) -> Said:
        """ "ATR as a percentage of the price"."""
        return Arithmetic(op="/", left=self.settled(self.read(trees(node)[0])), right=Price())

    def _renamed(self, node: Node) -> Said:
        """ "Vol (20-day ATR as % of price)": what is in parentheses."""
        return self.read(trees(node)[0])

    def _window(self, node: Node) -> Said:
        length = first(node, ["NUM", *_LENGTHS, "AGODUR"])
        inner = trees(node)
        of = self.settled(self.read(inner[0])) if inner else Price(field=_source(node))
        return Window(of, max(1, int(number(length))))

    def _ret(self, node: Node) -> Said:
        length = first(node, (*_LENGTHS, "PERIODIC", "PER", "NUM"))
        if length is None:
            before = self.memory.left
            if isinstance(before, Return):
                return before
            raise Unclear(
                f"Over how many days is “{text_of(node)}” measured?", "the 20-day return", "the 6-month return"
            )
        return Return(bars=max(1, int(number(length))))

    def _band(self, node: Node) -> Said:
        spoken = kinds(node)
        edge = (
            "upperband"
            if {"UPPER", "TOP", "UP"} & set(spoken)
            else "middleband"
            if "MIDDLE" in spoken
            else "lowerband"
        )
        named = first(node, ["BANDIND"])
        before = self.memory.band
        numbers = _numbers(node)
        if before is not None and named is None and not numbers:
            return before.model_copy(update={"output": edge, "offset": 0})
        return self.indicator(str(named.value) if named else "BBANDS", edge, numbers)


def _named(value: str) -> tuple[str, str]:
    name, _, output = value.partition(".")
    return name, output


def defaults(name: str) -> dict[str, int | float]:
    """The numbers an indicator has where nothing is said."""
    return dict(indicators.function(name).parameters)


def factor(node: Node) -> float:
    """The number of "twice", "1.5x", "half" under a node."""
    for token in tokens(node):
        if token.kind in _TIMES:
            return _TIMES[token.kind]
        if token.kind == "NUM":
            return number(token)
    return 1.0


def _field(node: Node) -> PriceField:
    spoken = [kind for kind in kinds(node) if kind in _FIELDS]
    return _FIELDS[spoken[-1]] if spoken else "close"


def _source(node: Node) -> PriceField:
    spoken = [kind for kind in kinds(node) if kind in {"CLOSE", "OPEN", "HIGH", "LOW", "VOLUME"}]
    return _FIELDS[spoken[-1]] if spoken else "close"


def _numbers(node: Node) -> list[float]:
    found: list[float] = []
    for token in tokens(node):
        if token.kind in {"NUM", "PER", "DUR", "INDUR", "FORDUR"}:
            found.append(number(token))
        elif token.kind in {"PAIR", "TRIPLE"} and isinstance(token.value, tuple):
            found.extend(token.value)
    return found


def all_numbers(node: Node) -> list[float]:
    """Every number under a node, in order, durations in bars."""
    found: list[float] = []
    for token in leaves(node):
        if isinstance(token.value, tuple):
            found.extend(token.value)
        elif isinstance(token.value, int | float):
            found.append(float(token.value))
    return found


def parameter_token(token: Token) -> bool:
    """Whether a token carries a number."""
    return isinstance(token.value, int | float | tuple)
