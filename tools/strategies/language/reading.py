"""Trees of conditions to conditions: comparisons, crosses, margins, streaks, calendar, and how they are joined."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition, Term
from tools.strategies.language.asking import Notes, Unclear
from tools.strategies.language.terms import (
    It,
    Memory,
    Percent,
    Said,
    Terms,
    average,
    averaged_over,
    factor,
    of_symbol,
    shifted,
    unit,
)
from tools.strategies.language.trees import Node, first, kinds, leaves, number, text_of, tokens, trees
from tools.strategies.language.words import OUTPUTS, ZONES, label_of

Op = Literal[">", ">=", "<", "<=", "=="]
Way = Literal["up", "down"]

_FLIPPED: dict[str, Op] = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}
_PERCENTS = frozenset({"ADX", "ADXR", "DX", "PLUS_DI", "MINUS_DI", "AROON", "ULTOSC", "NATR", "PPO", "PERCENTRANK"})
_SHORTEST_LINE = 10
_SHARES = {"HALFOF": 0.5, "QUARTER": 0.25, "THIRD": 1 / 3, "FIFTH": 0.2, "TENTH": 0.1}


@dataclass(frozen=True, slots=True)
class Role:
    """What a condition is for: `way` is the direction of a level that is only named ("at the lower band")."""

    opens: bool = True
    side: Literal["long", "short"] = "long"
    way: Way | None = None


class Conditions:
    """Reads conditions for one message."""

    def __init__(self, notes: Notes, memory: Memory, main: str) -> None:
        self.notes, self.memory = notes, memory
        self.terms = Terms(notes, memory, main)
        self.role = Role()

    def read(self, node: Node, role: Role) -> Condition:
        """The condition a tree stands for. Raises `Unclear`."""
        before = self.role
        self.role = role
        try:
            return self._read(node)
        finally:
            self.role = before

    def _read(self, node: Node) -> Condition:
        reader: Callable[[Node], Condition] = getattr(self, f"_{node.data}")
        return reader(node)

    def _all(self, node: Node) -> list[Condition]:
        return [self._read(one) for one in trees(node)]

    # joined

    def _all_of(self, node: Node) -> Condition:
        return both(*self._all(node))

    def _both_of(self, node: Node) -> Condition:
        return both(*self._all(node))

    def _any_of(self, node: Node) -> Condition:
        return either(*self._all(node))

    def _either(self, node: Node) -> Condition:
        return either(*self._all(node))

    def _unless(self, node: Node) -> Condition:
        wanted, barred = self._all(node)
        return both(wanted, inverse(barred))

    def _negate(self, node: Node) -> Condition:
        return inverse(self._read(trees(node)[0]))

    def _grouped(self, node: Node) -> Condition:
        return self._read(trees(node)[0])

    def _for_bars(self, node: Node) -> Condition:
        inner = self._read(trees(node)[0])
        bars = int(number(first(node, ["FORDUR", "DUR", "NUM"])))
        if isinstance(inner, c.Rising | c.Falling) and inner.bars == 1:
            return inner.model_copy(update={"bars": bars})
        return c.ForBars(condition=inner, bars=bars)

    def _within(self, node: Node) -> Condition:
        return c.WithinBars(condition=self._read(trees(node)[0]), bars=int(number(first(node, ["INLASTDUR"]))))

    # comparisons

    def _compare(self, node: Node) -> Condition:
        left, op, right = trees(node)
        return self._compared(self.terms.read(left), op, right)

    def _compare_not(self, node: Node) -> Condition:
        return inverse(self._compare(node))

    def _compare_elided(self, node: Node) -> Condition:
        op, right = trees(node)
        return self._compared(It(), op, right)

    def _compare_same(self, node: Node) -> Condition:
        left, right = self._spoken_of(node)
        return c.Comparison(op=_op(trees(node)[0]) or self._default_op(), left=left, right=right)

    def _compared(self, left: Said, op: Node, right_tree: Node) -> Condition:
        if not isinstance(left, It | Percent):
            self.memory.left = left
        right = self.terms.read(right_tree)
        if isinstance(left, int | float):
            left, right = self._by_length(left, text_of(op)), self._by_length(right, text_of(right_tree))
        if isinstance(right, It) and right.bars == 0:
            right = self.memory.right if self.memory.right is not None else right
        settled = self._subject(left, right, text_of(right_tree))
        other = self._object(right, settled)
        self._spoken(settled, other)
        written = _op(op)
        if "BREAK" in kinds(op) and not isinstance(other, c.Highest | c.Lowest):
            up = written == ">" if written else self._default_up()
            return (c.CrossesAbove if up else c.CrossesBelow)(left=settled, right=other)
        if written is None:
            written = (
                ">" if isinstance(other, c.Highest) else "<" if isinstance(other, c.Lowest) else self._touch_op()
            )
        return c.Comparison(op=written, left=settled, right=other)

    def _compare_lengths(self, node: Node) -> Condition:
        """ "10 > 30 > 90 SMA": averages of those lengths, each against the next."""
        kind = "EMA" if "EMA" in kinds(node) else "SMA"
        lines = [average(kind, int(number(token))) for token in tokens(node) if token.kind in {"NUM", "PER"}]
        self.memory.averages.update({line.parameters["timeperiod"]: line for line in lines})
        self._spoken(lines[0], lines[1])
        return both(
            *(
                c.Comparison(op=_op(op) or self._default_op(), left=left, right=right)
                for left, op, right in zip(lines, trees(node), lines[1:], strict=False)
            )
        )

    def _by_length(self, said: Said, around: str) -> Said:
        """ "The 20 drops under the 50", after averages of those lengths: a number is never compared with a number."""
        if not isinstance(said, int | float):
            return said
        known = self.memory.averages.get(said)
        if known is None:
            raise Unclear(f"What is {said:g} beside “{around}”?", f"the {said:g}-day average")
        return known

    def _chain(self, node: Node) -> Condition:
        left, op, middle, second, right = trees(node)
        one = self._compared(self.terms.read(left), op, middle)
        if middle.data == "number":
            return both(one, self._compared(It(), second, right))
        return both(one, self._compared(self.terms.read(middle), second, right))

    def _between(self, node: Node) -> Condition:
        *subject, low, high = (self.terms.read(one) for one in trees(node))
        settled = self._subject(subject[0] if subject else It(), low, text_of(node))
        bounds = [self._object(low, settled), self._object(high, settled)]
        self._spoken(settled, bounds[1])
        return both(
            c.Comparison(op=">=", left=settled, right=bounds[0]), c.Comparison(op="<=", left=settled, right=bounds[1])
        )

    def _or_beyond(self, node: Node) -> Condition:
        subject, level = trees(node)
        left = self.terms.settled(self.terms.read(subject))
        right = self._object(self.terms.read(level), left)
        self._spoken(left, right)
        return c.Comparison(op=">=" if "ORMORE" in kinds(node) else "<=", left=left, right=right)

    def _at_level(self, node: Node) -> Condition:
        *_, zone = trees(node)
        term = self.terms.read(trees(zone)[0])
        settled = self.terms.settled(term)
        level = self._object(number(first(node, ["NUM"])), settled)
        self._spoken(settled, level)
        return c.Comparison(op=self._level_op(settled), left=settled, right=level)

    def _at_term(self, node: Node) -> Condition:
        *subject, at = (self.terms.read(one) for one in trees(node))
        settled = self._subject(subject[0] if subject else It(), at, text_of(node))
        other = self._object(at, settled)
        self._spoken(settled, other)
        if isinstance(other, c.Highest | c.Lowest):
            return self._beyond(other)
        if isinstance(other, c.Indicator) and other.output in {"upperband", "lowerband"} and unit(settled) == "price":
            return self._at_edge(other)
        return c.Comparison(op=self._level_op(settled), left=settled, right=other)

    def _is_multiple(self, node: Node) -> Condition:
        subject, of = trees(node)
        left = self.terms.settled(self.terms.read(subject))
        self.memory.left = left
        level = averaged_over(self.terms.settled(self.terms.read(of)), left)
        right = c.Arithmetic(op="*", left=factor(node), right=level)
        self._spoken(left, right)
        return c.Comparison(op=">", left=left, right=right)

    def _signed(self, node: Node) -> Condition:
        said = trees(node)
        left = self._subject(self.terms.read(said[0]) if said else It(), 0.0, text_of(node))
        self._spoken(left, 0.0)
        return c.Comparison(op=">" if "POSITIVE" in kinds(node) else "<", left=left, right=0.0)

    def _sequence(self, node: Node) -> Condition:
        """ "Under 30, then back above 30" is a cross; anything else is asked how far apart it may be."""
        one, two = (self._read(part) for part in trees(node))
        within = first(node, ["INDUR"])
        if within is not None:
            return both(c.WithinBars(condition=one, bars=int(number(within)) + 1), two)
        if isinstance(one, c.Comparison) and isinstance(two, c.Comparison | c.CrossesAbove | c.CrossesBelow):
            same = (one.left, one.right) == (two.left, two.right)
            up = isinstance(two, c.CrossesAbove) or (isinstance(two, c.Comparison) and two.op.startswith(">"))
            if same and up == one.op.startswith("<"):
                return _cross(up, one.left, one.right)
        raise Unclear(f"“{text_of(node)}”: within how many days of the first does the second count?", "within 5 days")

    def _inside_band(self, node: Node) -> Condition:
        """ "Back inside the lower band": a cross up through it, and down through the upper."""
        band = self.terms.settled(self.terms.read(trees(node)[-1])) if trees(node) else None
        if not isinstance(band, c.Indicator) or band.output not in {"lowerband", "upperband"}:
            raise Unclear(f"“{text_of(node)}”: from below the lower band or from above the upper one?")
        self._spoken(c.Price(), band)
        return _cross(band.output == "lowerband", c.Price(), band)

    def _two_compared(self, node: Node) -> Condition:
        """ "The 3-month and the 12-month return are both positive": each on its own."""
        left, right, *rest = trees(node)
        terms = [self.terms.settled(self.terms.read(one)) for one in (left, right)]
        if [token.kind for token in leaves(left)] == ["DUR"]:
            terms[0] = _of_length(terms[1], int(number(leaves(left)[0])))
        if unit(terms[0]) != unit(terms[1]):
            raise Unclear(f"“{text_of(node)}”: what are the two that are compared?")
        self._spoken(terms[0], terms[1])
        if rest:
            level, op = self.terms.read(rest[1]), _op(rest[0]) or self._default_op()
            return both(*(c.Comparison(op=op, left=one, right=self._object(level, one)) for one in terms))
        spoken = set(kinds(node))
        if {"POSITIVE", "NEGATIVE"} & spoken:
            sign: Op = ">" if "POSITIVE" in spoken else "<"
            return both(*(c.Comparison(op=sign, left=one, right=0.0) for one in terms))
        way = c.Rising if {"INCREASING", "RISE"} & spoken else c.Falling
        return both(*(way(of=one) for one in terms))

    def _both_rising(self, node: Node) -> Condition:
        return both(*(c.Rising(of=one) for one in self._spoken_of(node)))

    def _both_falling(self, node: Node) -> Condition:
        return both(*(c.Falling(of=one) for one in self._spoken_of(node)))

    def _both_compared(self, node: Node) -> Condition:
        op, level = trees(node)
        left, right = self._spoken_of(node)
        said = self.terms.read(level)
        written = _op(op) or self._default_op()
        return both(*(c.Comparison(op=written, left=one, right=self._object(said, one)) for one in (left, right)))

    # what is left out

    def _spoken(self, left: Term, right: Term) -> None:
        self.memory.left, self.memory.right = left, right

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
            return self.memory.left if self.memory.left is not None else c.Price()
        wanted = unit(right)
        last = self.memory.left
        if last is not None and (unit(last) == wanted or (wanted == "other" and unit(last) in {"index", "fraction"})):
            return shifted(last, left.bars)
        if wanted in {"price", "volume"}:
            return shifted(c.Price(field="volume" if wanted == "volume" else "close"), left.bars)
        if self.memory.oscillator is not None:
            return self.memory.oscillator
        if wanted == "other" and last is not None:
            return last
        raise Unclear(f"What should be compared with {said}?", "the RSI", "the close")

    def _object(self, right: Said, left: Term) -> Term:
        """The right side, in the units of the left."""
        if isinstance(right, It):
            return shifted(left, right.bars) if right.bars else self.terms.settled(right)
        value = right.value if isinstance(right, Percent) else right
        if not isinstance(value, int | float):
            looked_at = getattr(left, "symbol", None)
            value = averaged_over(value, left)
            return of_symbol(value, looked_at) if looked_at and unit(value) == unit(left) else value
        if unit(left) == "fraction" and not isinstance(right, Percent) and abs(value) >= 1:
            self.notes.assume(f"{value:g} is read as {value:g} % for a return")
            return value / 100
        if unit(left) == "index" and isinstance(right, Percent):
            if not _is_oscillator(left) and getattr(left, "name", "") not in _PERCENTS:
                raise Unclear(f"{value * 100:g} % of what?", f"{value * 100:g} % of the close")
            return value * 100
        if unit(left) in {"price", "volume"} and isinstance(right, Percent):
            raise Unclear(
                f"{value * 100:g} % of what? A price can be compared with an average or an earlier price.",
                f"{value * 100:g} % below the 50-day average",
                f"down {value * 100:g} % in a day",
            )
        return float(value)

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

    # crosses

    def _cross_up(self, node: Node) -> Condition:
        return self._crossed(node, up=True)

    def _cross_down(self, node: Node) -> Condition:
        return self._crossed(node, up=False)

    def _cross_any(self, node: Node) -> Condition:
        return self._crossed(node, up=self._default_up())

    def _crossed(self, node: Node, *, up: bool) -> Condition:
        said = trees(node)
        if not said:
            left, right = self._spoken_of(node)
            return _cross(up, left, right)
        subject = self.terms.read(said[0]) if len(said) == 2 else It()
        if len(said) == 2 and not isinstance(subject, It | Percent):
            self.memory.left = subject
        other = self.terms.read(said[-1])
        if isinstance(subject, int | float):
            subject, other = self._by_length(subject, text_of(node)), self._by_length(other, text_of(node))
        if isinstance(other, It) and self.memory.right is not None:
            other = self.memory.right
        left = self._subject(subject, other, text_of(said[-1]))
        right = self._object(other, left)
        self._spoken(left, right)
        return _cross(up, left, right)

    def _cross_zone_up(self, node: Node) -> Condition:
        return self._crossed_in_zone(node, up=True)

    def _cross_zone_down(self, node: Node) -> Condition:
        return self._crossed_in_zone(node, up=False)

    def _crossed_in_zone(self, node: Node, *, up: bool) -> Condition:
        """ "Stochastics cross up below 20": the line through its signal, while under that level."""
        line = self.terms.settled(self.terms.read(trees(node)[0]))
        if not isinstance(line, c.Indicator) or line.name not in OUTPUTS:
            raise Unclear(f"“{text_of(node)}”: what does it cross?", "its 10-day average", "the level of 30")
        said = trees(node)[1:]
        level = self._object(self.terms.read(said[0]), line) if said else ZONES[line.name][0]
        outputs = [line.model_copy(update={"output": output}) for output in OUTPUTS[line.name]]
        self._spoken(outputs[0], level)
        self.notes.assume(f"“{text_of(node)}” is the line crossing its signal line at that level")
        return both(
            _cross(up, outputs[0], outputs[1]), c.Comparison(op="<" if up else ">", left=outputs[0], right=level)
        )

    def _cross_noun(self, node: Node) -> Condition:
        left, right = trees(node)
        subject = self.terms.settled(self.terms.read(left))
        self.memory.left = subject
        other = self._object(self.terms.read(right), subject)
        self._spoken(subject, other)
        return _cross("BELOW" not in kinds(node), subject, other)

    def _cross_call(self, node: Node) -> Condition:
        left, right = (self.terms.read(one) for one in trees(node))
        subject = self.terms.settled(left)
        other = self._object(right, subject)
        self._spoken(subject, other)
        return _cross("CROSSABOVE" in kinds(node), subject, other)

    def _cross_same(self, node: Node) -> Condition:
        left, right = self._spoken_of(node)
        return _cross(self._default_up(), left, right)

    def _cross_pair(self, node: Node) -> Condition:
        pair = tokens(node)[0].value
        fast, slow = pair if isinstance(pair, tuple) else (0.0, 0.0)
        left, right = average("SMA", int(fast)), average("SMA", int(slow))
        self._spoken(left, right)
        return _cross(True, left, right)

    # margins and changes

    def _margin(self, node: Node) -> Condition:
        amount, side, level = trees(node)[-3:]
        subject = self.terms.read(trees(node)[0]) if len(trees(node)) == 4 else It()
        return self._off(subject, amount, level, up=not _is_down(kinds(side)))

    def _discount(self, node: Node) -> Condition:
        said = [one for one in trees(node) if one.data != "amount"]
        amount = next(one for one in trees(node) if one.data == "amount")
        subject = self.terms.read(said[0]) if len(said) == 2 else It()
        return self._off(subject, amount, said[-1], up="PREMIUM" in kinds(node))

    def _move_from(self, node: Node) -> Condition:
        amount, level = trees(node)
        return self._off(It(), amount, level, up="RISE" in kinds(node))

    def _near(self, node: Node) -> Condition:
        share = number(first(node, ["PCT"]))
        subject = self.terms.read(trees(node)[0]) if len(trees(node)) == 2 else It()
        said = self.terms.read(trees(node)[-1])
        level = self.memory.right if said == It() and self.memory.right is not None else self.terms.settled(said)
        left = self._subject(subject, level, text_of(node))
        self._spoken(left, level)
        low, high = (c.Arithmetic(op="*", left=round(1 + way * share, 10), right=level) for way in (-1, 1))
        return both(c.Comparison(op=">=", left=left, right=low), c.Comparison(op="<=", left=left, right=high))

    def _margin_by(self, node: Node) -> Condition:
        amount, level = trees(node)[-1], trees(node)[-2]
        subject = self.terms.read(trees(node)[0]) if len(trees(node)) == 4 else It()
        return self._off(subject, amount, level, up=not _is_down(kinds(trees(node)[-3])))

    def _off(self, subject: Said, amount: Node, level: Node, *, up: bool) -> Condition:
        if not isinstance(subject, It | Percent):
            self.memory.left = subject
        base = self.terms.read(level)
        if base == It() and self.memory.right is not None and not isinstance(self.memory.right, int | float):
            base = self.memory.right
        left = self._subject(subject, base, text_of(level))
        anchor = self._object(base, left)
        self._spoken(left, anchor)
        right, exact = self._margin_level(amount, anchor, up)
        op: Op = (">=" if exact else ">") if up else ("<=" if exact else "<")
        return c.Comparison(op=op, left=left, right=right)

    def _margin_level(self, amount: Node, anchor: Term, up: bool) -> tuple[Term, bool]:
        spoken = kinds(amount)
        exact = "GE" in spoken or "ORMORE" in spoken
        if "PCT" in spoken:
            share = number(first(amount, ["PCT"]))
            return c.Arithmetic(op="*", left=round(1 + share if up else 1 - share, 10), right=anchor), exact
        size = number(first(amount, ["NUM"]))
        if "STD" in spoken:
            return self._deviations(size, anchor, up), exact
        length = first(amount, ["DUR"])
        atr = self.terms.indicator("ATR", "", [number(length)] if length else [])
        return c.Arithmetic(
            op="+" if up else "-", left=anchor, right=c.Arithmetic(op="*", left=size, right=atr)
        ), exact

    def _deviations(self, size: float, anchor: Term, up: bool) -> Term:
        bars = anchor.parameters.get("timeperiod", 20) if isinstance(anchor, c.Indicator) else 20
        band = self.terms.indicator("BBANDS", "upperband" if up else "lowerband", [bars, size])
        self.memory.band = band
        return band

    def _fell(self, node: Node) -> Condition:
        return self._moved(node, up=False)

    def _rose(self, node: Node) -> Condition:
        return self._moved(node, up=True)

    def _moved(self, node: Node, *, up: bool) -> Condition:
        size = abs(number(first(node, ["PCT", "NEGPCT"])))
        spoken = kinds(node)
        exact = "GE" in spoken or "ORMORE" in spoken
        term = c.Return(bars=self._length(node))
        self.memory.left = term
        op: Op = (">=" if exact else ">") if up else ("<=" if exact else "<")
        return c.Comparison(op=op, left=term, right=size if up else -size)

    def _up_over(self, node: Node) -> Condition:
        return c.Comparison(op=">", left=c.Return(bars=self._length(node)), right=0.0)

    def _down_over(self, node: Node) -> Condition:
        return c.Comparison(op="<", left=c.Return(bars=self._length(node)), right=0.0)

    def _length(self, node: Node) -> int:
        """Bars of a change; a day where nothing is said, which is noted."""
        for one in [node, *trees(node)]:
            token = first(one, ["INDUR", "INLASTDUR", "FORDUR", "LASTDUR", "DUR"])
            if token is not None:
                return max(1, int(number(token)))
        day = {"DAYWORD", "TODAY", "YESTERDAY", "DOWNDAY", "UPDAY"} & {token.kind for token in leaves(node)}
        if not day:
            self.notes.assume(f"“{text_of(node)}” is measured from one close to the next, since you gave no time")
        return 1

    # streaks, trends, turns

    def _line(self, node: Node) -> Term | None:
        """ "The 50-day is rising" speaks of an average, "50 days rising" of a run of days."""
        length = first(node, ["DUR"])
        bare = not trees(node) and not {"INAROW", "UPDAY", "DOWNDAY", "CLOSE"} & set(kinds(node))
        if length is None or not bare or length.said.split()[-1] not in {"day", "week", "month", "d"}:
            return None
        bars = int(number(length))
        if bars < _SHORTEST_LINE:
            return None
        self.notes.assume(f"“{text_of(node)}” is read as the {bars}-day average")
        line = average("SMA", bars)
        self.memory.left = line
        return line

    def _down_streak(self, node: Node) -> Condition:
        line = self._line(node)
        if line is not None:
            return c.Falling(of=line)
        return c.Falling(of=self._streaking(node), bars=self._count(node))

    def _up_streak(self, node: Node) -> Condition:
        line = self._line(node)
        if line is not None:
            return c.Rising(of=line)
        return c.Rising(of=self._streaking(node), bars=self._count(node))

    def _streaking(self, node: Node) -> Term:
        """The close, or the indicator that "it" is."""
        last = self.memory.left
        return last if "IT" in kinds(node) and isinstance(last, c.Indicator) else c.Price()

    @staticmethod
    def _count(node: Node) -> int:
        return max(1, int(number(first(node, ["NUM", "ORDINAL", "DUR", "FORDUR", "INLASTDUR", "LASTDUR"]))))

    def _one_down(self, _: Node) -> Condition:
        return c.Comparison(op="<", left=c.Price(), right=c.Price(offset=1))

    def _one_up(self, _: Node) -> Condition:
        return c.Comparison(op=">", left=c.Price(), right=c.Price(offset=1))

    def _down_before(self, _: Node) -> Condition:
        return c.Comparison(op="<", left=c.Price(offset=1), right=c.Price(offset=2))

    def _up_before(self, _: Node) -> Condition:
        return c.Comparison(op=">", left=c.Price(offset=1), right=c.Price(offset=2))

    def _first_close(self, node: Node) -> Condition:
        op, right = trees(node)
        self.memory.left = c.Price()
        return self._compared(c.Price(), op, right)

    def _closes_for(self, node: Node) -> Condition:
        return c.ForBars(condition=self._first_close(node), bars=self._count(node))

    def _rising_for(self, node: Node) -> Condition:
        return c.Rising(of=self._of(node), bars=self._over(node))

    def _falling_for(self, node: Node) -> Condition:
        return c.Falling(of=self._of(node), bars=self._over(node))

    def _rising_over(self, node: Node) -> Condition:
        of = self._of(node)
        return c.Comparison(op=">", left=of, right=shifted(of, self._over(node)))

    def _falling_over(self, node: Node) -> Condition:
        of = self._of(node)
        return c.Comparison(op="<", left=of, right=shifted(of, self._over(node)))

    def _of(self, node: Node) -> Term:
        of = self.terms.settled(self.terms.read(trees(node)[0]))
        self.memory.left = of
        return of

    @staticmethod
    def _over(node: Node) -> int:
        token = first(node, ["FORDUR", "INDUR", "INLASTDUR", "DUR"])
        return max(1, int(number(token))) if token else 1

    def _turns_positive(self, node: Node) -> Condition:
        return self._through_zero(node, up=True)

    def _turns_negative(self, node: Node) -> Condition:
        return self._through_zero(node, up=False)

    def _through_zero(self, node: Node, *, up: bool) -> Condition:
        said = trees(node)
        left = self._subject(self.terms.read(said[0]) if said else It(), 0.0, text_of(node))
        self._spoken(left, 0.0)
        return _cross(up, left, 0.0)

    def _turns_up(self, node: Node) -> Condition:
        return self._turned(node, up=True)

    def _turns_down(self, node: Node) -> Condition:
        return self._turned(node, up=False)

    def _turned(self, node: Node, *, up: bool) -> Condition:
        said = trees(node)
        of = self.terms.settled(self.terms.read(said[0]) if said else It())
        self.memory.left = of
        now, before = (c.Rising, c.Falling) if up else (c.Falling, c.Rising)
        return both(now(of=of), before(of=shifted(of, 1)))

    def _oversold(self, node: Node) -> Condition:
        return self._zone(node, 0)

    def _overbought(self, node: Node) -> Condition:
        return self._zone(node, 1)

    def _zone(self, node: Node, at: Literal[0, 1]) -> Condition:
        said = trees(node)
        term = self.terms.read(said[0]) if said else It()
        if not isinstance(term, c.Indicator) or term.name not in ZONES:
            known = self.memory.oscillator
            term = (
                known
                if isinstance(known, c.Indicator) and known.name in ZONES
                else self.terms.indicator("RSI", "", [])
            )
        given = first(node, ["NUM"])
        level = number(given) if given is not None else ZONES[term.name][at]
        word = ("oversold", "overbought")[at]
        self.notes.assume(f"{word} is {label_of(term.name)} {('under', 'over')[at]} {level:g}")
        self._spoken(term, level)
        return c.Comparison(op=("<", ">")[at], left=term, right=level)

    # calendar

    def _weekdays(self, node: Node) -> Condition:
        return _one_of("day_of_week", [int(number(token)) for token in tokens(node) if token.kind == "WEEKDAY"])

    def _months(self, node: Node) -> Condition:
        return _one_of("month", [int(number(token)) for token in tokens(node) if token.kind == "MONTH"])

    def _months_range(self, node: Node) -> Condition:
        start, end = (int(number(token)) for token in leaves(node) if token.kind == "MONTH")
        month = c.Calendar(field="month")
        parts = (c.Comparison(op=">=", left=month, right=start), c.Comparison(op="<=", left=month, right=end))
        return both(*parts) if start <= end else either(*parts)

    def _calendar(self, node: Node) -> Condition:
        return self._read(trees(node)[0])

    def _last_day(self, _: Node) -> Condition:
        return c.Comparison(op="==", left=c.Calendar(field="trading_days_left_in_month"), right=0)

    def _first_day(self, _: Node) -> Condition:
        return c.Comparison(op="==", left=c.Calendar(field="trading_day_of_month"), right=1)

    def _nth_day(self, node: Node) -> Condition:
        nth = int(number(first(node, ["ORDINAL"])))
        return c.Comparison(op="==", left=c.Calendar(field="trading_day_of_month"), right=nth)

    # events

    def _at_extreme(self, node: Node) -> Condition:
        extreme = self.terms.settled(self.terms.read(trees(node)[0]))
        bare = not {"HIGH", "LOW", "HIGHESTHIGH", "LOWESTLOW", "VOLUME"} & {token.kind for token in leaves(node)}
        if isinstance(extreme, c.Highest | c.Lowest) and "CLOSE" in kinds(node) and bare:
            extreme = extreme.model_copy(update={"of": c.Price()})
        return self._beyond(extreme)

    def _beyond(self, extreme: Term) -> Condition:
        if not isinstance(extreme, c.Highest | c.Lowest):
            raise Unclear("The highest or lowest over how many days?", "the 20-day high", "the 52-week high")
        left: Term = c.Price(field="volume") if unit(extreme) == "volume" else c.Price()
        self._spoken(left, extreme)
        return c.Comparison(op=">" if isinstance(extreme, c.Highest) else "<", left=left, right=extreme)

    def _own_extreme(self, node: Node) -> Condition:
        """ "Today's high is the highest in 60 days": the extreme of that very price."""
        price, said = trees(node)
        left = self.terms.settled(self.terms.read(price))
        extreme = self.terms.settled(self.terms.read(said))
        if not isinstance(extreme, c.Highest | c.Lowest):
            return self._beyond(extreme)
        if isinstance(left, c.Price) and left.field in {"high", "low", "open", "volume"}:
            extreme = extreme.model_copy(update={"of": left})
            self._spoken(left, extreme)
            return c.Comparison(op=">" if isinstance(extreme, c.Highest) else "<", left=left, right=extreme)
        bare = not {"HIGH", "LOW", "HIGHESTHIGH", "LOWESTLOW", "VOLUME"} & {token.kind for token in leaves(said)}
        if bare and "CLOSE" in {token.kind for token in leaves(price)}:
            extreme = extreme.model_copy(update={"of": c.Price()})
        return self._beyond(extreme)

    def _breakout(self, node: Node) -> Condition:
        bars = int(number(first(node, ["DUR"])))
        if self.role.opens and self.role.side == "short":
            return self._beyond(c.Lowest(of=c.Price(field="low"), bars=bars))
        return self._beyond(c.Highest(of=c.Price(field="high"), bars=bars))

    def _breakdown(self, node: Node) -> Condition:
        return self._beyond(c.Lowest(of=c.Price(field="low"), bars=int(number(first(node, ["DUR"])))))

    def _at_band(self, node: Node) -> Condition:
        band = self.terms.settled(self.terms.read(trees(node)[0]))
        return self._at_edge(band)

    def _at_edge(self, band: Term) -> Condition:
        self._spoken(c.Price(), band)
        output = band.output if isinstance(band, c.Indicator) else None
        op: Op = "<" if output == "lowerband" else ">" if output == "upperband" else self._level_op(c.Price())
        return c.Comparison(op=op, left=c.Price(), right=band)

    def _broken(self, node: Node) -> Condition:
        level = self.terms.settled(self.terms.read(trees(node)[0]))
        self._spoken(c.Price(), level)
        return _cross(self._default_up(), c.Price(), level)

    def _touches(self, node: Node) -> Condition:
        level = self.terms.settled(self.terms.read(trees(node)[0]))
        below = (isinstance(level, c.Indicator) and level.output == "lowerband") or (
            not (isinstance(level, c.Indicator) and level.output == "upperband") and self._level_op(c.Price()) == "<"
        )
        self._spoken(c.Price(), level)
        return c.Comparison(op="<=" if below else ">=", left=c.Price(field="low" if below else "high"), right=level)

    def _pattern(self, node: Node) -> Condition:
        name = str(tokens(node)[0].value)
        bullish = self.role.opens == (self.role.side == "long")
        return c.Comparison(op=">" if bullish else "<", left=c.Indicator(name=name), right=0)

    def _always(self, _: Node) -> Condition:
        return c.Always()

    def _gap_down(self, node: Node) -> Condition:
        return self._gap(node, up=False)

    def _gap_up(self, node: Node) -> Condition:
        return self._gap(node, up=True)

    def _gap(self, node: Node, *, up: bool) -> Condition:
        token = first(node, ["PCT", "NEGPCT"])
        before: Term = c.Price(offset=1)
        if token is not None:
            share = abs(number(token))
            before = c.Arithmetic(op="*", left=round(1 + share if up else 1 - share, 10), right=before)
        self.notes.assume("a gap is the open against the close before")
        return c.Comparison(op=">" if up else "<", left=c.Price(field="open"), right=before)

    def _inside_day(self, _: Node) -> Condition:
        return both(
            c.Comparison(op="<", left=c.Price(field="high"), right=c.Price(field="high", offset=1)),
            c.Comparison(op=">", left=c.Price(field="low"), right=c.Price(field="low", offset=1)),
        )

    def _outside_day(self, _: Node) -> Condition:
        return both(
            c.Comparison(op=">", left=c.Price(field="high"), right=c.Price(field="high", offset=1)),
            c.Comparison(op="<", left=c.Price(field="low"), right=c.Price(field="low", offset=1)),
        )

    def _top_range(self, node: Node) -> Condition:
        return self._range(node, top=True)

    def _bottom_range(self, node: Node) -> Condition:
        return self._range(node, top=False)

    @staticmethod
    def _range(node: Node, *, top: bool) -> Condition:
        token = first(node, ["PCT", "ORDINAL", *_SHARES])
        share = _SHARES.get(token.kind, number(token)) if token else 0.25
        share = 1 / share if token is not None and token.kind == "ORDINAL" else share
        whole = c.Arithmetic(op="-", left=c.Price(field="high"), right=c.Price(field="low"))
        above = c.Arithmetic(op="-", left=c.Price(), right=c.Price(field="low"))
        bound = c.Arithmetic(op="*", left=round(1 - share if top else share, 10), right=whole)
        return c.Comparison(op=">" if top else "<", left=above, right=bound)


def unique(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Each condition once, in order."""
    found: list[Condition] = []
    for condition in conditions:
        if condition not in found:
            found.append(condition)
    return tuple(found)


def both(*parts: Condition) -> Condition:
    """All of them, flat."""
    flat = unique(one for part in parts for one in (part.conditions if isinstance(part, c.All) else (part,)))
    return flat[0] if len(flat) == 1 else c.All(conditions=flat)


def either(*parts: Condition) -> Condition:
    """Any of them, flat."""
    flat = unique(one for part in parts for one in (part.conditions if isinstance(part, c.AnyOf) else (part,)))
    return flat[0] if len(flat) == 1 else c.AnyOf(conditions=flat)


def inverse(condition: Condition) -> Condition:
    """What is true where the condition is false."""
    match condition:
        case c.Comparison(op=op) if op in _FLIPPED:
            return condition.model_copy(update={"op": _FLIPPED[op]})
        case c.Not():
            return condition.condition
        case c.All():
            return either(*(inverse(one) for one in condition.conditions))
        case c.AnyOf():
            return both(*(inverse(one) for one in condition.conditions))
    return c.Not(condition=condition)


def reverse(condition: Condition) -> Condition | None:
    """The cross back of a cross, alone or among other conditions; None where there is none."""
    match condition:
        case c.CrossesAbove():
            return c.CrossesBelow(left=condition.left, right=condition.right)
        case c.CrossesBelow():
            return c.CrossesAbove(left=condition.left, right=condition.right)
        case c.All():
            found = [back for back in map(reverse, condition.conditions) if back is not None]
            return found[0] if len(found) == 1 else None
    return None


def way_of(condition: Condition) -> Way | None:
    """Whether a condition waits for prices below a level or above one."""
    match condition:
        case c.Comparison(op=op) if unit(condition.left) == "price" or _is_oscillator(condition.left):
            return "up" if op.startswith(">") else "down"
        case c.CrossesAbove() if unit(condition.left) == "price":
            return "up"
        case c.CrossesBelow() if unit(condition.left) == "price":
            return "down"
        case c.All():
            ways = {way for way in map(way_of, condition.conditions) if way}
            return ways.pop() if len(ways) == 1 else None
    return None


def _is_oscillator(term: Term) -> bool:
    return isinstance(term, c.Indicator) and term.name in ZONES


def opposite_way(entry: Condition | None) -> Way | None:
    """Where the exit of an entry is to be looked for, where the entry says it."""
    way = way_of(entry) if entry is not None else None
    return None if way is None else "down" if way == "up" else "up"


def _of_length(like: Term, bars: int) -> Term:
    """ "The 3-month and the 12-month return": the first is what the second is, over its own length."""
    if isinstance(like, c.Return):
        return like.model_copy(update={"bars": bars})
    if isinstance(like, c.Indicator) and "timeperiod" in like.parameters:
        return like.model_copy(update={"parameters": {**like.parameters, "timeperiod": bars}})
    raise Unclear(f"What is taken over {bars} days?", f"the {bars}-day average", f"the {bars}-day return")


def _cross(up: bool, left: Term, right: Term) -> Condition:
    return (c.CrossesAbove if up else c.CrossesBelow)(left=left, right=right)


def _one_of(field: c.CalendarField, values: list[int]) -> Condition:
    term = c.Calendar(field=field)
    return either(*(c.Comparison(op="==", left=term, right=value) for value in values))


def _op(node: Node) -> Op | None:
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


def _is_down(spoken: list[str]) -> bool:
    if {"UP", "RISE", "ABOVE", "OVER"} & set(spoken):
        return False
    return bool({"BELOW", "DOWN", "FALL", "PULLBACK", "FROM"} & set(spoken))
