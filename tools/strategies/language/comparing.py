"""Comparisons: of two terms, of one with two, of several with one; and how often they held."""

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition, Term
from tools.strategies.language.asking import Unclear
from tools.strategies.language.joining import Op, both, inverse
from tools.strategies.language.margins import Margins
from tools.strategies.language.references import op_of
from tools.strategies.language.said import It, Percent, Said, Window, average, averaged_over, unit
from tools.strategies.language.terms import factor
from tools.strategies.language.trees import Node, first, kinds, leaves, number, text_of, tokens, trees
from tools.strategies.language.words import ZONES


class Comparing(Margins):
    """Reads them."""

    def _two_barred(self, node: Node) -> Condition:
        """ "Neither the 5-day nor the 20-day return is positive"."""
        said = self._two_compared(node)
        return both(*map(inverse, said.conditions)) if isinstance(said, c.All) else inverse(said)

    def _both_ops(self, node: Node) -> Condition:
        """ "Both above its 50-day and below its 200-day average"."""
        *subject, one, low, other, high = trees(node)
        left = self.terms.read(subject[0]) if subject else It()
        return both(self._compared(left, one, low), self._compared(It(), other, high))

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
        return c.Comparison(op=op_of(trees(node)[0]) or self._default_op(), left=left, right=right)

    def _compared(self, left: Said, op: Node, right_tree: Node) -> Condition:
        if not isinstance(left, It | Percent | Window):
            self.memory.left = left
        right = self.terms.read(right_tree)
        if isinstance(right, Percent) and isinstance(left, It | c.Price) and {"FALL", "RISE"} & set(kinds(op)):
            return self._moved_at_once(op, right.value)
        if isinstance(left, int | float):
            left, right = self._by_length(left, text_of(op)), self._by_length(right, text_of(right_tree))
        if isinstance(right, It) and right.bars == 0:
            right = self.memory.right if self.memory.right is not None else right
        written = op_of(op)
        if isinstance(right, Window):
            right = (c.Highest if written and written.startswith(">") else c.Lowest)(of=right.of, bars=right.bars)
        settled = self._subject(left, right, text_of(right_tree))
        other = self._object(right, settled)
        self._spoken(settled, other)
        if "BREAK" in kinds(op) and not isinstance(other, c.Highest | c.Lowest):
            up = written == ">" if written else self._default_up()
            return (c.CrossesAbove if up else c.CrossesBelow)(left=settled, right=other)
        if written is None and isinstance(other, int | float) and isinstance(settled, c.Indicator):
            low, high = ZONES.get(settled.name, (other, other))
            written = ">=" if other >= (low + high) / 2 else "<="
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
                c.Comparison(op=op_of(op) or self._default_op(), left=left, right=right)
                for left, op, right in zip(lines, trees(node), lines[1:], strict=False)
            )
        )

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
            level, op = self.terms.read(rest[1]), op_of(rest[0]) or self._default_op()
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
        written = op_of(op) or self._default_op()
        return both(*(c.Comparison(op=written, left=one, right=self._object(said, one)) for one in (left, right)))

    def _first_close(self, node: Node) -> Condition:
        op, right = trees(node)
        self.memory.left = c.Price()
        return self._compared(c.Price(), op, right)

    def _closes_for(self, node: Node) -> Condition:
        return c.ForBars(condition=self._first_close(node), bars=self._count(node))


def _of_length(like: Term, bars: int) -> Term:
    """ "The 3-month and the 12-month return": the first is what the second is, over its own length."""
    if isinstance(like, c.Return):
        return like.model_copy(update={"bars": bars})
    if isinstance(like, c.Indicator) and "timeperiod" in like.parameters:
        return like.model_copy(update={"parameters": {**like.parameters, "timeperiod": bars}})
    raise Unclear(f"What is taken over {bars} days?", f"the {bars}-day average", f"the {bars}-day return")
