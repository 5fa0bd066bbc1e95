"""Conditions about movement: changes over a time, streaks, trends, turns, and zones of oscillators."""

from typing import Literal

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition, Term
from tools.strategies.language.asking import Unclear
from tools.strategies.language.days import Days
from tools.strategies.language.joining import Op, Way, both, cross
from tools.strategies.language.said import It, average, shifted
from tools.strategies.language.trees import Node, first, kinds, leaves, number, text_of, tokens, trees
from tools.strategies.language.words import ZONES, label_of

_SHORTEST_LINE = 10
_STEPS: dict[str, tuple[Way, c.PriceField]] = {
    "HIGHERLOW": ("up", "low"),
    "HIGHERHIGH": ("up", "high"),
    "LOWERLOW": ("down", "low"),
    "LOWERHIGH": ("down", "high"),
}


class Moves(Days):
    """Reads them."""

    def _moved_at_once(self, op: Node, share: float) -> Condition:
        """ "Falls at least 1 %": from one close to the next."""
        self.notes.assume(f"“{text_of(op)} {abs(share) * 100:g} %” is measured from one close to the next")
        up, exact = "RISE" in kinds(op), "GE" in kinds(op)
        self.memory.left = c.Return(bars=1)
        sign: Op = (">=" if exact else ">") if up else ("<=" if exact else "<")
        return c.Comparison(op=sign, left=c.Return(bars=1), right=abs(share) if up else -abs(share))

    def _stepping(self, node: Node) -> Condition:
        kind = next(kind for kind in kinds(node) if kind in _STEPS)
        way, field_ = _STEPS[kind]
        token = first(node, ["NUM", "DUR", "FORDUR", "INLASTDUR"])
        of = c.Price(field=field_)
        self.memory.left = of
        bars = max(1, int(number(token))) if token else 1
        return c.Rising(of=of, bars=bars) if way == "up" else c.Falling(of=of, bars=bars)

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
        """The close, or the indicator that "it" is, or that was compared before "and rising 3 days in a row"."""
        last = self.memory.left
        spoken = "IT" in kinds(node) or {"rising", "falling", "increasing", "decreasing"} & set(text_of(node).split())
        return last if spoken and isinstance(last, c.Indicator) else c.Price()

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

    def _rising_for(self, node: Node) -> Condition:
        return c.Rising(of=self._of(node), bars=self._over(node))

    def _falling_for(self, node: Node) -> Condition:
        return c.Falling(of=self._of(node), bars=self._over(node))

    def _rising_it(self, node: Node) -> Condition:
        return c.Rising(of=self._spoken_indicator(node), bars=self._over(node))

    def _falling_it(self, node: Node) -> Condition:
        return c.Falling(of=self._spoken_indicator(node), bars=self._over(node))

    def _spoken_indicator(self, node: Node) -> Term:
        """ "RSI above 50 and rising": what was compared, where it is an indicator."""
        last = self.memory.left
        if isinstance(last, c.Indicator) and tokens(node)[0].said in {
            "rising",
            "falling",
            "increasing",
            "decreasing",
        }:
            return last
        raise Unclear(f"What is “{text_of(node)}”?", "the close rising for 3 days", "the 50-day average rising")

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
        return cross(up, left, 0.0)

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
