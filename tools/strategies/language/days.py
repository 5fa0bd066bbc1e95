"""Conditions about days: the calendar, what happens on one, its shape and gaps, and levels that are only named."""

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition, Term
from tools.strategies.language.asking import Unclear
from tools.strategies.language.joining import Op, both, cross, either
from tools.strategies.language.references import References
from tools.strategies.language.said import unit
from tools.strategies.language.trees import Node, first, kinds, leaves, number, text_of, tokens, trees

_SHARES = {"HALFOF": 0.5, "QUARTER": 0.25, "THIRD": 1 / 3, "FIFTH": 0.2, "TENTH": 0.1}


class Days(References):
    """Reads them."""

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

    def _edge_of_month(self, node: Node) -> Condition:
        """ "The last three trading days of the month"."""
        said = first(node, ["FIRSTDAYS", "LASTDAYS"])
        if said is not None and said.kind == "FIRSTDAYS":
            return c.Comparison(op="<=", left=c.Calendar(field="trading_day_of_month"), right=int(number(said)))
        left = c.Calendar(field="trading_days_left_in_month")
        return c.Comparison(op="<=", left=left, right=int(number(said)) - 1)

    def _nth_to_last(self, node: Node) -> Condition:
        nth = int(number(first(node, ["ORDINAL"])))
        return c.Comparison(op="==", left=c.Calendar(field="trading_days_left_in_month"), right=nth - 1)

    def _days_to_end(self, node: Node) -> Condition:
        days = int(number(first(node, ["AGODUR"])))
        return c.Comparison(op="==", left=c.Calendar(field="trading_days_left_in_month"), right=days)

    def _nth_of_month(self, node: Node) -> Condition:
        month = c.Comparison(op="==", left=c.Calendar(field="month"), right=int(number(first(node, ["MONTH"]))))
        if "LASTDAY" in kinds(node):
            return both(self._last_day(node), month)
        return both(self._first_day(node) if "FIRSTDAY" in kinds(node) else self._nth_day(node), month)

    def _nth_day(self, node: Node) -> Condition:
        nth = int(number(first(node, ["ORDINAL"])))
        return c.Comparison(op="==", left=c.Calendar(field="trading_day_of_month"), right=nth)

    def _stranger(self, node: Node) -> Condition:
        raise Unclear(f"What is “{text_of(node)}” here: which price or indicator, compared with what?")

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
        return cross(self._default_up(), c.Price(), level)

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


def _one_of(field: c.CalendarField, values: list[int]) -> Condition:
    term = c.Calendar(field=field)
    return either(*(c.Comparison(op="==", left=term, right=value) for value in values))
