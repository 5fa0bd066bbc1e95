"""Conditions and terms of a specification in English, in the unit of its bars: days, weeks or months."""

from collections.abc import Callable
from dataclasses import dataclass

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition, Term

_OPS = {">": "is above", ">=": "is at or above", "<": "is below", "<=": "is at or below", "==": "is"}
_FIELDS = {
    "close": "the close",
    "open": "the open",
    "high": "the high",
    "low": "the low",
    "volume": "volume",
    "typical": "the typical price",
}
_AVERAGES = {
    "SMA": "simple average",
    "EMA": "exponential average",
    "WMA": "weighted average",
    "DEMA": "double exponential average",
    "TEMA": "triple exponential average",
    "KAMA": "Kaufman average",
    "HMA": "Hull average",
}
_BANDS = {"upperband": "upper", "middleband": "middle", "lowerband": "lower"}
_NAMES = {
    "BBANDS": "Bollinger band",
    "KC": "Keltner channel",
    "DONCHIAN": "Donchian channel",
    "STOCH": "stochastic",
    "WILLR": "Williams %R",
    "PLUS_DI": "+DI",
    "MINUS_DI": "-DI",
}
_LINES = {
    "macd": "MACD line",
    "macdsignal": "MACD signal line",
    "macdhist": "MACD histogram",
    "slowk": "stochastic %K",
    "slowd": "stochastic %D",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True, slots=True)
class Phrases:
    """`unit` is what a bar is called: day, week or month."""

    unit: str = "day"

    def condition(self, condition: Condition) -> str:
        """A condition as the end of a sentence that begins with "when"."""
        return _CONDITIONS[type(condition).__name__](self, condition)

    def _comparison(self, one: c.Comparison) -> str:
        if isinstance(one.left, c.Calendar) and isinstance(one.right, int | float):
            return self._calendar(one.left.field, one.op, int(one.right))
        if isinstance(one.left, c.Return) and isinstance(one.right, int | float):
            return self._return(one.left, one.op, float(one.right))
        margin = self._margin(one)
        return margin or f"{self.term(one.left)} {_OPS[one.op]} {self.term(one.right)}"

    def _margin(self, one: c.Comparison) -> str:
        """ "is more than 2 % below the average" for a comparison with 0.98 times it, in the direction of the margin."""
        right = one.right
        if not isinstance(right, c.Arithmetic) or right.op != "*" or not isinstance(right.left, int | float):
            return ""
        share = float(right.left)
        outward = (share > 1 and one.op.startswith(">")) or (share < 1 and one.op.startswith("<"))
        if not outward or not 0.5 <= share < 1.5:
            return ""
        least = "at least" if one.op.endswith("=") else "more than"
        return f"{self.term(one.left)} is {least} {self.term(right)}"

    def _return(self, left: c.Return, op: str, right: float) -> str:
        over = f"in a {self.unit}" if left.bars == 1 else f"over {left.bars} {self.unit}s"
        what = self.term(left.of)
        if right == 0 or (right > 0) != op.startswith(">"):
            return f"the return of {what} {over} {_OPS[op]} {percent(right)}"
        beyond = "" if op.endswith("=") else "more than "
        at_least = "at least " if op.endswith("=") else ""
        return f"{what} is {'up' if right > 0 else 'down'} {beyond}{at_least}{percent(abs(right))} {over}"

    def _calendar(self, field: str, op: str, value: int) -> str:
        names = {"day_of_week": _DAYS, "month": _MONTHS}.get(field)
        if names and 1 <= value <= len(names):
            word = names[value - 1]
            order = {
                "==": "it is",
                ">=": "the month is from",
                "<=": "the month is until",
                ">": "it is after",
                "<": "it is before",
            }
            return f"{order[op]} {word}"
        if field == "trading_days_left_in_month" and op == "<=" and value > 0:
            return f"it is one of the last {value + 1} trading days of the month"
        if field == "trading_day_of_month" and op == "<=" and value > 1:
            return f"it is one of the first {value} trading days of the month"
        if field == "trading_days_left_in_month":
            return (
                "it is the last trading day of the month"
                if value == 0 and op == "=="
                else f"the trading days left in the month {_OPS[op]} {value}"
            )
        what = "trading day" if field == "trading_day_of_month" else field.replace("_", " ")
        return f"it is {what} {value} of the month" if op == "==" else f"the {what} of the month {_OPS[op]} {value}"

    def _crosses_above(self, one: c.CrossesAbove) -> str:
        return f"{self.term(one.left)} crosses above {self.term(one.right)}"

    def _crosses_below(self, one: c.CrossesBelow) -> str:
        return f"{self.term(one.left)} crosses below {self.term(one.right)}"

    def _rising(self, one: c.Rising) -> str:
        return self._streak(one.of, one.bars, "rises", f"rises on {{}} {self.unit}s in a row")

    def _falling(self, one: c.Falling) -> str:
        return self._streak(one.of, one.bars, "falls", f"falls on {{}} {self.unit}s in a row")

    def _streak(self, of: Term, bars: int, once: str, often: str) -> str:
        return f"{self.term(of)} {once if bars == 1 else often.format(bars)}"

    def _for_bars(self, one: c.ForBars) -> str:
        return f"{self.condition(one.condition)} for {one.bars} {self.unit}s in a row"

    def _within_bars(self, one: c.WithinBars) -> str:
        return f"{self.condition(one.condition)} on one of the last {one.bars} {self.unit}s"

    def _all(self, one: c.All) -> str:
        return self._joined(one.conditions, " and ")

    def _any(self, one: c.AnyOf) -> str:
        return self._joined(one.conditions, " or ")

    def _joined(self, parts: tuple[Condition, ...], word: str) -> str:
        inner = [
            f"({self.condition(part)})" if isinstance(part, c.All | c.AnyOf) else self.condition(part)
            for part in parts
        ]
        return word.join(inner)

    def _not(self, one: c.Not) -> str:
        said = self.condition(one.condition)
        calendar = isinstance(one.condition, c.Comparison) and isinstance(one.condition.left, c.Calendar)
        return (
            f"it is not {said.removeprefix('it is ')}"
            if calendar and said.startswith("it is ")
            else f"it is not true that {said}"
        )

    def term(self, term: Term) -> str:
        """A term as it stands in a sentence."""
        if isinstance(term, int | float):
            return f"{term:g}"
        match term:
            case c.Price():
                return self._ago(_FIELDS[term.field], term.offset, term.symbol)
            case c.Highest():
                return self._ago(
                    f"the highest {self._extreme(term.of)} of the {term.bars} {self.unit}s before", term.offset
                )
            case c.Lowest():
                return self._ago(
                    f"the lowest {self._extreme(term.of)} of the {term.bars} {self.unit}s before", term.offset
                )
            case c.Return():
                return self._ago(f"the {term.bars}-{self.unit} return of {self.term(term.of)}", term.offset)
            case c.Calendar():
                return f"the {term.field.replace('_', ' ')}"
            case c.Arithmetic():
                return self._arithmetic(term)
        return self._ago(self._indicator(term), term.offset, term.symbol)

    def _extreme(self, of: Term) -> str:
        return self.term(of).removeprefix("the ")

    def _arithmetic(self, term: c.Arithmetic) -> str:
        left, right = term.left, term.right
        if term.op == "*" and isinstance(left, int | float) and not isinstance(right, int | float):
            if 0.5 <= left < 1.5 and left != 1:
                return f"{percent(abs(left - 1))} {'above' if left > 1 else 'below'} {self.term(right)}"
            return f"{left:g} times {self.term(right)}"
        words = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
        return f"{self._side_of(left)} {words[term.op]} {self._side_of(right)}"

    def _side_of(self, term: Term) -> str:
        inner = self.term(term)
        return f"({inner})" if isinstance(term, c.Arithmetic) and term.op in "+-" else inner

    def _indicator(self, term: c.Indicator) -> str:
        numbers = ", ".join(
            f"{value:g}" for key, value in term.parameters.items() if not key.endswith("matype") and key != "nbdevdn"
        )
        if term.name in _AVERAGES and set(term.parameters) == {"timeperiod"}:
            of = "" if term.input is None else f" of {self.term(term.input)}"
            return f"the {numbers}-{self.unit} {_AVERAGES[term.name]}{of}"
        shown = f"({numbers})" if numbers else ""
        if term.output in _BANDS:
            return f"the {_BANDS[term.output]} {_NAMES.get(term.name, term.name)}{shown}"
        line = (
            f"{_NAMES.get(term.name, term.name)} {term.output}" if term.output else _NAMES.get(term.name, term.name)
        )
        name = _LINES.get(term.output or "", line)
        of = "" if term.input is None else f" of {self.term(term.input)}"
        return f"{'the ' if term.output in _LINES else ''}{name}{shown}{of}"

    def _ago(self, said: str, bars: int, symbol: str | None = None) -> str:
        of = f" of {symbol}" if symbol else ""
        return f"{said}{of}" + (
            "" if not bars else f" the {self.unit} before" if bars == 1 else f" {bars} {self.unit}s ago"
        )


_CONDITIONS: dict[str, Callable[..., str]] = {
    "Comparison": Phrases._comparison,
    "CrossesAbove": Phrases._crosses_above,
    "CrossesBelow": Phrases._crosses_below,
    "Rising": Phrases._rising,
    "Falling": Phrases._falling,
    "ForBars": Phrases._for_bars,
    "WithinBars": Phrases._within_bars,
    "All": Phrases._all,
    "AnyOf": Phrases._any,
    "Not": Phrases._not,
    "Always": lambda *_: "always",
}


def condition_in_words(condition: Condition, unit: str = "day") -> str:
    """A condition as the end of a sentence that begins with "when"."""
    return Phrases(unit).condition(condition)


def term_in_words(term: Term, unit: str = "day") -> str:
    """A term as it stands in a sentence."""
    return Phrases(unit).term(term)


def percent(value: float) -> str:
    """A fraction as people write a share: 0.05 is 5 %."""
    return f"{round(value * 100, 8):g} %"
