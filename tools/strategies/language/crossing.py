"""Crosses, with and without their sides and direction, and levels left and come back to."""

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition
from tools.strategies.language.asking import Unclear
from tools.strategies.language.joining import both, cross
from tools.strategies.language.moves import Moves
from tools.strategies.language.said import It, Percent, Window, average
from tools.strategies.language.trees import Node, first, kinds, number, text_of, tokens, trees
from tools.strategies.language.words import OUTPUTS, ZONES


class Crossing(Moves):
    """Reads them."""

    def _back_after(self, node: Node) -> Condition:
        """ "Back above 40 after being below it": a cross."""
        said = self._read(trees(node)[0])
        if isinstance(said, c.Comparison) and said.op != "==":
            return cross(said.op.startswith(">"), said.left, said.right)
        raise Unclear(f"“{text_of(node)}”: within how many days of the first does the second count?", "within 5 days")

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
                return cross(up, one.left, one.right)
        raise Unclear(f"“{text_of(node)}”: within how many days of the first does the second count?", "within 5 days")

    def _inside_band(self, node: Node) -> Condition:
        """ "Back inside the lower band": a cross up through it, and down through the upper."""
        band = self.terms.settled(self.terms.read(trees(node)[-1])) if trees(node) else None
        if not isinstance(band, c.Indicator) or band.output not in {"lowerband", "upperband"}:
            raise Unclear(f"“{text_of(node)}”: from below the lower band or from above the upper one?")
        self._spoken(c.Price(), band)
        return cross(band.output == "lowerband", c.Price(), band)

    def _cross_up(self, node: Node) -> Condition:
        return self._crossed(node, up=True)

    def _cross_down(self, node: Node) -> Condition:
        return self._crossed(node, up=False)

    def _cross_any(self, node: Node) -> Condition:
        """ "Crosses" without a direction; "crosses over" is up, unless it is the entry's cross said again to leave."""
        over = "over" in text_of(node).split()
        before = self.memory.left, self.memory.right
        crossed = self._crossed(node, up=self._default_up())
        if over and isinstance(crossed, c.CrossesBelow) and (crossed.left, crossed.right) != before:
            return c.CrossesAbove(left=crossed.left, right=crossed.right)
        return crossed

    def _crossed(self, node: Node, *, up: bool) -> Condition:
        said = trees(node)
        if not said:
            left, right = self._spoken_of(node)
            return cross(up, left, right)
        subject = self.terms.read(said[0]) if len(said) == 2 else It()
        if len(said) == 2 and not isinstance(subject, It | Percent | Window):
            self.memory.left = subject
        other = self.terms.read(said[-1])
        if isinstance(subject, int | float):
            subject, other = self._by_length(subject, text_of(node)), self._by_length(other, text_of(node))
        if isinstance(other, It) and self.memory.right is not None:
            other = self.memory.right
        left = self._subject(subject, other, text_of(said[-1]))
        right = self._object(other, left)
        self._spoken(left, right)
        return cross(up, left, right)

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
            cross(up, outputs[0], outputs[1]), c.Comparison(op="<" if up else ">", left=outputs[0], right=level)
        )

    def _cross_noun(self, node: Node) -> Condition:
        left, right = trees(node)
        subject = self.terms.settled(self.terms.read(left))
        self.memory.left = subject
        other = self._object(self.terms.read(right), subject)
        self._spoken(subject, other)
        return cross("BELOW" not in kinds(node), subject, other)

    def _cross_call(self, node: Node) -> Condition:
        left, right = (self.terms.read(one) for one in trees(node))
        subject = self.terms.settled(left)
        other = self._object(right, subject)
        self._spoken(subject, other)
        return cross("CROSSABOVE" in kinds(node), subject, other)

    def _cross_same(self, node: Node) -> Condition:
        left, right = self._spoken_of(node)
        return cross(self._default_up(), left, right)

    def _cross_pair(self, node: Node) -> Condition:
        pair = tokens(node)[0].value
        fast, slow = pair if isinstance(pair, tuple) else (0.0, 0.0)
        left, right = average("SMA", int(fast)), average("SMA", int(slow))
        self._spoken(left, right)
        return cross(True, left, right)
