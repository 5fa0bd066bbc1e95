"""Margins: a price a share, some ATR or some deviations away from a level, or near it."""

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition, Term
from tools.strategies.language.crossing import Crossing
from tools.strategies.language.joining import Op, both
from tools.strategies.language.references import is_down
from tools.strategies.language.said import It, Percent, Said, Window
from tools.strategies.language.trees import Node, first, kinds, number, text_of, trees


class Margins(Crossing):
    """Reads them."""

    def _margin(self, node: Node) -> Condition:
        amount, side, level = trees(node)[-3:]
        subject = self.terms.read(trees(node)[0]) if len(trees(node)) == 4 else It()
        return self._off(subject, amount, level, up=not is_down(kinds(side)))

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

    def _margin_within(self, node: Node) -> Condition:
        """ "Less than 2 % above the average": below that level; "less than 2 % below" it: above."""
        *subject, side, level = trees(node)
        up = not is_down(kinds(side))
        base = self.terms.read(level)
        left = self._subject(self.terms.read(subject[0]) if subject else It(), base, text_of(level))
        anchor = self._object(base, left)
        self._spoken(left, anchor)
        share = number(first(node, ["PCT"]))
        bound = c.Arithmetic(op="*", left=round(1 + share if up else 1 - share, 10), right=anchor)
        exact = "=" if "LE" in kinds(node) else ""
        op: Op = ("<=" if exact else "<") if up else (">=" if exact else ">")
        return c.Comparison(op=op, left=left, right=bound)

    def _margin_by(self, node: Node) -> Condition:
        amount, level = trees(node)[-1], trees(node)[-2]
        subject = self.terms.read(trees(node)[0]) if len(trees(node)) == 4 else It()
        return self._off(subject, amount, level, up=not is_down(kinds(trees(node)[-3])))

    def _margin_after(self, node: Node) -> Condition:
        """ "Above it by ... ", "above it more than 2 %"."""
        *subject, op, level, amount = trees(node)
        return self._off(self.terms.read(subject[0]) if subject else It(), amount, level, up=not is_down(kinds(op)))

    def _off(self, subject: Said, amount: Node, level: Node, *, up: bool) -> Condition:
        if not isinstance(subject, It | Percent | Window):
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
