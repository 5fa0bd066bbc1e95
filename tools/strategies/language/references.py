"""What a condition leaves out: what "it" is, what a level is compared with, which way a bare level is meant."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition, Term
from tools.strategies.language.asking import Notes, Unclear
from tools.strategies.language.joining import Op, Way, is_oscillator
from tools.strategies.language.said import It, Memory, Percent, Said, Window, averaged_over, of_symbol, shifted, unit
from tools.strategies.language.terms import Terms
from tools.strategies.language.trees import Node, kinds, text_of, trees

_PERCENTS = frozenset({"ADX", "ADXR", "DX", "PLUS_DI", "MINUS_DI", "AROON", "ULTOSC", "NATR", "PPO", "PERCENTRANK"})


@dataclass(frozen=True, slots=True)
class Role:
    """What a condition is for: `way` is the direction of a level that is only named ("at the lower band")."""

    opens: bool = True
    side: Literal["long", "short"] = "long"
    way: Way | None = None


class References:
    """Settles the two sides of a condition; what was spoken of is remembered for one message."""

    def __init__(self, notes: Notes, memory: Memory, main: str) -> None:
        self.notes, self.memory = notes, memory
        self.terms = Terms(notes, memory, main)
        self.role = Role()

    def _read(self, node: Node) -> Condition:
        reader: Callable[[Node], Condition] = getattr(self, f"_{node.data}")
        return reader(node)

    def _all(self, node: Node) -> list[Condition]:
        return [self._read(one) for one in trees(node)]

    def _spoken(self, left: Term, right: Term) -> None:
        self.memory.left, self.memory.right = left, right
        if not isinstance(right, int | float):
            self.memory.pairs.setdefault(right.model_dump_json(), left)

    def _spoken_of(self, node: Node) -> tuple[Term, Term]:
        if self.memory.left is None or self.memory.right is None:
            raise Unclear(f"“{text_of(node)}” what?", "the 200-day average", "the 20-day high")
        return self.memory.left, self.memory.right

    def _subject(self, left: Said, right: Said, said: str) -> Term:
        """The left side; where it is "it" or left out, what fits the right side."""
        if isinstance(left, Percent) or (isinstance(left, int | float) and unit(right) in {"price", "volume"}):
            raise Unclear(f"What is the number before “{said}”?")
        if not isinstance(left, It):
            return self.terms.settled(left)
        if isinstance(right, It):
            return self.memory.left if self.memory.left is not None and not left.named else c.Price()
        return self._spoken_before(left, right) or self._fitting(left, right, said)

    def _spoken_before(self, left: It, right: Said) -> Term | None:
        """What was compared with that level before, or the instrument's price where it is named."""
        if left.named:
            return shifted(c.Price(), left.bars) if unit(right) == "price" else None
        level = None if isinstance(right, int | float | Percent | It | Window) else right.model_dump_json()
        return shifted(self.memory.pairs[level], left.bars) if level in self.memory.pairs else None

    def _fitting(self, left: It, right: Said, said: str) -> Term:
        """What was spoken of last, in the units of the right side."""
        wanted = unit(right)
        last = self.memory.left
        if last is not None and (unit(last) == wanted or (wanted == "other" and unit(last) in {"index", "fraction"})):
            return shifted(last, left.bars)
        if wanted in {"price", "volume"}:
            return shifted(c.Price(field="volume" if wanted == "volume" else "close"), left.bars)
        if self.memory.oscillator is not None:
            return self.memory.oscillator
        if self.memory.mentioned is not None:
            return self.terms.named(self.memory.mentioned)
        if wanted == "other" and last is not None:
            return last
        raise Unclear(f"What should be compared with {said}?", "the RSI", "the close")

    def _object(self, right: Said, left: Term) -> Term:
        """The right side, in the units of the left."""
        if isinstance(right, It):
            return shifted(left, right.bars) if right.bars else self._level(left)
        if isinstance(right, Window):
            return self.terms.settled(right)
        value = right.value if isinstance(right, Percent) else right
        if not isinstance(value, int | float):
            looked_at = getattr(left, "symbol", None)
            value = averaged_over(_extreme_of(value, left), left)
            return of_symbol(value, looked_at) if looked_at and unit(value) == unit(left) else value
        if unit(left) == "fraction" and not isinstance(right, Percent) and abs(value) >= 1:
            self.notes.assume(f"{value:g} is read as {value:g} % for a return")
            return value / 100
        if unit(left) == "index" and isinstance(right, Percent):
            if not is_oscillator(left) and getattr(left, "name", "") not in _PERCENTS:
                raise Unclear(f"{value * 100:g} % of what?", f"{value * 100:g} % of the close")
            return value * 100
        if unit(left) in {"price", "volume"} and isinstance(right, Percent):
            raise Unclear(
                f"{value * 100:g} % of what? A price can be compared with an average or an earlier price.",
                f"{value * 100:g} % below the 50-day average",
                f"down {value * 100:g} % in a day",
            )
        return float(value)

    def _level(self, left: Term) -> Term:
        """What "it" is on the right: the level spoken of last that the left is not itself."""
        for term in (self.memory.right, self.memory.average, self.memory.band, self.memory.left):
            if term is not None and not isinstance(term, int | float) and term != left and unit(term) == unit(left):
                return term
        raise Unclear("What is it compared with?", "the 50-day average", "the close the day before")

    def _by_length(self, said: Said, around: str) -> Said:
        """ "The 20 drops under the 50", after averages of those lengths: a number is never compared with a number."""
        if not isinstance(said, int | float):
            return said
        known = self.memory.averages.get(said)
        if known is None:
            raise Unclear(f"What is {said:g} beside “{around}”?", f"the {said:g}-day average")
        return known

    def _default_up(self) -> bool:
        if self.role.way:
            return self.role.way == "up"
        return self.role.opens == (self.role.side == "long")

    def _default_op(self) -> Op:
        return ">" if self._default_up() else "<"

    def _touch_op(self) -> Op:
        return ">=" if self._default_up() else "<="

    def _level_op(self, settled: Term) -> Op:
        """Direction of a level that is only named: an entry waits for weakness in an oscillator, an exit for strength."""
        buys = self.role.opens == (self.role.side == "long")
        if self.role.way and unit(settled) == "price":
            return ">" if self.role.way == "up" else "<"
        return "<" if buys else ">"


def _extreme_of(term: Term, of: Term) -> Term:
    """ "OBV above its highest of 50 days": the extreme of what is compared, where that is no price."""
    if (
        isinstance(term, c.Highest | c.Lowest)
        and unit(term) == "price"
        and unit(of) in {"index", "other", "fraction"}
    ):
        return term.model_copy(update={"of": of})
    return term


def op_of(node: Node) -> Op | None:
    """The comparison that was said; None where only a verb was ("breaks", "reaches")."""
    spoken = kinds(node)
    if "GE" in spoken:
        return ">="
    if "LE" in spoken:
        return "<="
    if "EQ" in spoken:
        return "=="
    if {"BELOW"} & set(spoken):
        return "<"
    if {"ABOVE", "OVER", "MORETHAN"} & set(spoken):
        return ">"
    if {"TO", "AT"} & set(spoken):
        return "<=" if {"FALL", "DOWN", "DECREASING"} & set(spoken) else ">="
    return "<" if "DOWN" in spoken else ">" if {"UP", "OUT", "BREAKOUT"} & set(spoken) else None


def is_down(spoken: list[str]) -> bool:
    """Whether words like these mean the lower side."""
    if {"UP", "RISE", "ABOVE", "OVER"} & set(spoken):
        return False
    return bool({"BELOW", "DOWN", "FALL", "PULLBACK", "FROM"} & set(spoken))
