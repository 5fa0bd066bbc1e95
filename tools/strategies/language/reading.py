"""Trees of conditions to conditions: each kind by its reader, and how they are joined."""

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition
from tools.strategies.language.asking import Unclear
from tools.strategies.language.comparing import Comparing
from tools.strategies.language.joining import Op, both, either, inverse
from tools.strategies.language.references import Role
from tools.strategies.language.said import shifted
from tools.strategies.language.trees import Node, first, number, text_of, trees
from tools.strategies.meaning import compares_itself


class Conditions(Comparing):
    """Reads conditions for one message."""

    def read(self, node: Node, role: Role) -> Condition:
        """The condition a tree stands for. Raises `Unclear`."""
        before = self.role
        self.role = role
        try:
            condition = self._read(node)
        finally:
            self.role = before
        if any(compares_itself(one) for one in c.walk(condition)):
            raise Unclear(f"“{text_of(node)}” compares something with itself; what is compared with what?")
        return condition

    def _all_of(self, node: Node) -> Condition:
        return both(*self._all(node))

    def _both_of(self, node: Node) -> Condition:
        return both(*self._all(node))

    def _any_of(self, node: Node) -> Condition:
        return either(*self._all(node))

    def _either(self, node: Node) -> Condition:
        return either(*self._all(node))

    def _unless(self, node: Node) -> Condition:
        wanted, *barred = self._all(node)
        return both(wanted, *map(inverse, barred))

    def _neither(self, node: Node) -> Condition:
        return both(*map(inverse, self._all(node)))

    def _negate(self, node: Node) -> Condition:
        return inverse(self._read(trees(node)[0]))

    def _grouped(self, node: Node) -> Condition:
        return self._read(trees(node)[0])

    def _for_bars(self, node: Node) -> Condition:
        inner = self._read(trees(node)[0])
        bars = int(number(first(node, ["FORDUR", "DUR", "NUM", "LASTDUR", "INLASTDUR"])))
        if isinstance(inner, c.Rising | c.Falling) and inner.bars == 1:
            return inner.model_copy(update={"bars": bars})
        return c.ForBars(condition=inner, bars=bars)

    def _within(self, node: Node) -> Condition:
        return c.WithinBars(condition=self._read(trees(node)[0]), bars=int(number(first(node, ["INLASTDUR"]))))

    def _explained(self, node: Node) -> Condition:
        """ "Three higher lows in a row (each low above the low before)": what is in parentheses says it again, or exactly."""
        said, exactly = self._all(node)
        if isinstance(said, c.Rising | c.Falling):
            op: Op = ">" if isinstance(said, c.Rising) else "<"
            once = c.Comparison(op=op, left=said.of, right=shifted(said.of, 1))
            return said if exactly == once else exactly
        return both(said, exactly)
