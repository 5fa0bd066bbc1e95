"""A parsed message to the parts of a strategy: when each side opens and closes, its limits, and what stays open."""

from collections.abc import Callable

from lark import Token as Leaf

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition
from tools.strategies.language.asking import Notes, Unclear
from tools.strategies.language.joining import both, either, inverse, opposite_way
from tools.strategies.language.leftover import MARKS, may_be_dropped, stretches_of_junk
from tools.strategies.language.limits import Limits
from tools.strategies.language.named import Names
from tools.strategies.language.parts import Parts, Side, SideParts
from tools.strategies.language.reading import Conditions
from tools.strategies.language.references import Role, op_of
from tools.strategies.language.said import Memory
from tools.strategies.language.trees import Node, first, kinds, leaves, number, text_of, tokens, trees
from tools.strategies.templates import Templates
from tools.strategies.timeframes import Timeframe

_MENTIONED = {
    "BOLL": "BBANDS",
    "RSI_": "RSI",
    "MACDLINE": "MACD",
    "EMA": "EMA",
    "SMA": "SMA",
    "MA": "",
    "ATR": "ATR",
    "VOLUME": "volume",
    "BREAKOUT": "",
    "DONCHIAN": "highest",
}


class Request(Limits):
    """Walks over the pieces of one message in order."""

    def __init__(self, notes: Notes, main: str, templates: Templates, timeframe: Timeframe = "1d") -> None:
        self.notes, self.parts = notes, Parts()
        self.bars_in_year = {"1d": 252, "1w": 52, "1mo": 12}[timeframe]
        self.memory = Memory()
        self.conditions = Conditions(notes, self.memory, main)
        self.names = Names(self.conditions, templates)
        self.side: Side = "long"
        self.later_entry = False
        self.section = ""
        self.after_exit = False

    def read(self, pieces: list[Node]) -> Parts:
        """Every piece in the order it was said; one that speaks of what comes later is read again at the end."""
        self.later_entry = any(piece.data in _OPENS for piece in pieces)
        for piece in pieces:
            if piece.data == "given":
                self._heard(self._give, piece)
        again = [piece for piece in pieces if self._unclear(piece) is not None]
        for piece in again:
            self._heard(self._reader(piece), piece)
        self.parts.strangers = [
            (token.start, token.end)
            for piece in pieces
            for token in leaves(piece)
            if token.kind in {"STRANGER", "VAGUE"}
        ]
        for stretch in stretches_of_junk(pieces):
            if may_be_dropped(stretch):
                self.notes.aside += [(token.start, token.end) for token in stretch if token.kind not in MARKS]
            else:
                self.parts.unplaced_at += [(token.start, token.end) for token in stretch]
                self.parts.unplaced.append(" ".join(token.said for token in stretch))
        return self.parts

    def _reader(self, piece: Node) -> Callable[[Node], None]:
        reader: Callable[[Node], None] = getattr(self, f"_{piece.data}", self._name)
        return reader

    def _unclear(self, piece: Node) -> Unclear | None:
        try:
            self._reader(piece)(piece)
        except Unclear as unclear:
            return unclear
        return None

    def _heard(self, reader: Callable[[Node], None], piece: Node) -> None:
        """The piece read, or asked about."""
        try:
            reader(piece)
        except Unclear as unclear:
            self.notes.ask(unclear.question)

    # pieces that say nothing more

    def _separator(self, _: Node) -> None: ...

    def _junk(self, _: Node) -> None: ...

    def _subject(self, _: Node) -> None: ...

    def _nothing(self, _: Node) -> None: ...

    def _mention(self, piece: Node) -> None:
        token = tokens(piece)[-1 if kinds(piece)[-1] != "BAND" else -2]
        if token.kind == "BANDIND":
            self.memory.band = self.conditions.terms.indicator(str(token.value), "upperband", [])
        if token.kind in {"RSI_", "IND"}:
            self.memory.mentioned = token
        self.parts.mentioned.append((text_of(piece), _MENTIONED.get(token.kind, str(token.value or ""))))

    def _given(self, piece: Node) -> None:
        """Numbers of an indicator said apart ("ATR over 20 days", "standard 12 26 9"): they were read first."""

    def _give(self, piece: Node) -> None:
        [said] = trees(piece)
        if said.data == "bare_numbers":
            self.conditions.terms.give(said)
        else:
            self.conditions.terms.read(said)

    def _topic(self, piece: Node) -> None:
        """ "RSI(14): long while it is above 50": what the rest speaks of."""
        term = self.conditions.terms.settled(self.conditions.terms.read(trees(piece)[0]))
        self.memory.left = term
        if not isinstance(term, int | float):
            self.memory.oscillator = term

    def _heading(self, piece: Node) -> None:
        """ "Exit:" alone: what follows without a verb belongs to it."""
        kind = kinds(piece)[0]
        self.section = {"LONGSIDE": "", "SHORTSIDE": "", "COVER": "EXIT"}.get(kind, kind)
        if kind in {"SHORTSIDE", "SHORT", "COVER"}:
            self.side = "short"
        elif kind in {"LONGSIDE", "ENTER"}:
            self.side = "long"

    def _replaced(self, _: Node) -> None:
        """ "Instead of waiting for the death cross": the usual exit is not wanted."""
        self.parts.held = True

    def _side(self, piece: Node) -> None:
        if "LONGONLY" in kinds(piece):
            self.parts.long_only = True
        else:
            self.parts.both_sides = True

    # opening

    def _enter(self, piece: Node) -> None:
        self._open("long", piece)

    def _enter_while(self, piece: Node) -> None:
        self._open("long", piece, state=True)

    def _enter_unless(self, piece: Node) -> None:
        self._open("long", piece, state=True, turned=True)

    def _enter_from_to(self, piece: Node) -> None:
        start, end = trees(piece)
        parts = self.parts.long
        parts.entry = self.conditions.read(start, Role(True, "long"))
        parts.exits.append(self.conditions.read(end, Role(False, "long")))
        self.side = "long"

    def _short(self, piece: Node) -> None:
        self._open("short", piece, state="WHILE" in kinds(piece))

    def _bare(self, piece: Node) -> None:
        named = any(one.template or one.entry is not None for one in self.parts.named)
        if self.section == "EXIT":
            self._close(self._closing_side(), piece)
            return
        left_first = self.parts.long.bare and self.parts.long.entry is None and bool(self.parts.long.exits)
        if (self.after_exit or left_first) and not self.section:
            raise Unclear(f"Does “{text_of(piece)}” belong to the entry or to the exit?")
        if self.parts.long.entry is None and self.parts.short.entry is None and not named:
            bare_short = self.section == "SHORT" or (self.parts.short.bare and not self.parts.long.bare)
            self._open("short" if bare_short else "long", piece)
            self._of(self.side).headless = not self.section
        elif self.section in {"ENTER", "SHORT"}:
            side = self._of(self.side)
            condition = self.conditions.read(trees(piece)[0], Role(True, self.side))
            side.entry = condition if side.entry is None else both(side.entry, condition)
        else:
            self._filter(piece)

    def _open(self, side: Side, piece: Node, *, state: bool = False, turned: bool = False) -> None:
        self._look_for_fill(piece)
        condition = self.conditions.read(trees(piece)[0], Role(True, side))
        self._open_with(side, inverse(condition) if turned else condition, state=state)

    def _open_with(self, side: Side, condition: Condition, *, state: bool = False) -> None:
        self.after_exit = False
        parts = self._of(side)
        parts.entry = condition if parts.entry is None else self._joined(parts, condition, side)
        parts.state = parts.state or state
        self.side = side

    def _joined(self, parts: SideParts, condition: Condition, side: Side) -> Condition:
        """A second entry of the same side; what was said before any order narrows the entry that is ordered."""
        if parts.entry is None or parts.entry == condition:
            return condition
        if parts.headless:
            parts.headless = False
            self.notes.assume("what was said before the entry has to be true for it as well")
            return both(parts.entry, condition)
        self.notes.assume(f"the two {side} entries are alternatives: either one opens a position")
        return either(parts.entry, condition)

    def _enter_both(self, piece: Node) -> None:
        """ "Above the 200-day, buy when RSI is under 10": both."""
        self._look_for_fill(piece)
        self._open_with("long", both(*(self.conditions.read(one, Role(True, "long")) for one in trees(piece))))

    def _short_both(self, piece: Node) -> None:
        self._look_for_fill(piece)
        self._open_with("short", both(*(self.conditions.read(one, Role(True, "short")) for one in trees(piece))))

    def _enter_bare(self, piece: Node) -> None:
        self._look_for_fill(piece)
        self.parts.long.bare = True

    def _hold_bare(self, _: Node) -> None:
        self.parts.long.bare = self.parts.long.state = True

    def _short_bare(self, piece: Node) -> None:
        self._look_for_fill(piece)
        self.parts.short.bare = True
        self.side = "short"

    def _enter_hold(self, piece: Node) -> None:
        self.parts.long.bare = True
        self._hold_for(piece)

    def _buy_and_hold(self, piece: Node) -> None:
        self.parts.named.append(self.names.buy_and_hold())

    def _enter_op(self, piece: Node) -> None:
        self.parts.long.entry = self._with_op(piece, Role(True, "long"))
        self.side = "long"

    def _short_op(self, piece: Node) -> None:
        self.parts.short.entry = self._with_op(piece, Role(True, "short"))
        self.side = "short"

    def _leave_op(self, piece: Node) -> None:
        self._of(self.side).exits.append(self._with_op(piece, Role(False, self.side)))

    def _with_op(self, piece: Node, role: Role) -> Condition:
        left, right = self.memory.left, self.memory.right
        if left is None or right is None:
            raise Unclear(f"“{text_of(piece)}” what?", "the 200-day average")
        op = op_of(trees(piece)[0]) or ">"
        return c.Comparison(op=op, left=left, right=right)

    # closing

    def _leave(self, piece: Node) -> None:
        if starts_with_a_condition(piece) and self._both_in_one(piece):
            return
        self._close(self._closing_side(), piece)

    def _both_in_one(self, piece: Node) -> bool:
        """ "20d breakout, 10d low exit": what stands before the comma is the entry where there is no other."""
        [said] = trees(piece)
        nothing_yet = self.parts.long.entry is None and self.parts.short.entry is None and not self.parts.named
        if said.data != "all_of" or "COMMA" not in kinds(said) or not nothing_yet or self.later_entry:
            return False
        entry, *rest = trees(said)
        self.parts.long.entry = self.conditions.read(entry, Role(True, "long"))
        role = Role(False, "long", opposite_way(self.parts.long.entry))
        self.parts.long.exits.append(both(*(self.conditions.read(one, role) for one in rest)))
        return True

    def _enter_leave(self, piece: Node) -> None:
        """ "Breakout above the 55-day high, out on the 20-day low": an entry without a verb, right before its exit."""
        entry, *leaving = trees(piece)
        if self.parts.long.entry is not None or self.parts.short.entry is not None:
            raise Unclear(f"Does “{text_of(entry)}” belong to the entry or to the exit?")
        self.parts.long.entry = self.conditions.read(entry, Role(True, "long"))
        role = Role(False, "long", opposite_way(self.parts.long.entry))
        for one in leaving:
            self._exit_item(one, "long", role)
        self.after_exit = True

    def _cover(self, piece: Node) -> None:
        if self._buys_again(piece):
            self._open("long", piece)
        else:
            self._close("short", piece)

    def _buys_again(self, piece: Node) -> bool:
        """ "Sell when ..., buy back when ...": where nothing was sold short, buying back is the entry."""
        short = self.parts.short
        return (
            text_of(piece).startswith("buy")
            and short.entry is None
            and not short.bare
            and self.parts.long.entry is None
            and bool(self.parts.long.exits)
            and len(trees(piece)) == 1
            and trees(piece)[0].data not in _LIMITS
        )

    def _closing_side(self) -> Side:
        if self.parts.short.entry is not None or self.parts.short.bare:
            return self.side
        return "long"

    def _close(self, side: Side, piece: Node) -> None:
        self._look_for_fill(piece)
        entry = self._of(side).entry
        role = Role(False, side, opposite_way(entry))
        for one in trees(piece):
            self._exit_item(one, side, role)
        self.after_exit = self._of(side).entry is not None

    def _exit_item(self, one: Node, side: Side, role: Role) -> None:
        if one.data == "any_of":
            for alternative in trees(one):
                self._exit_item(alternative, side, role)
        elif one.data in _LIMITS:
            reader: Callable[[Node], None] = getattr(self, f"_{one.data}")
            reader(one)
        elif not self._move_from_entry(one):
            exits, filters = _split_at_only(one)
            self._of(side).exits.append(both(*(self.conditions.read(part, role) for part in exits)))
            self.parts.filters += [self.conditions.read(part, Role(True, side)) for part in filters]

    def _move_from_entry(self, one: Node) -> bool:
        """In an exit, "rises 3 %" without a time is measured from the entry: a target, and "falls 4 %" a stop."""
        if one.data not in {"rose", "fell"} or trees(one) or first(one, ["UPDAY", "DOWNDAY", "DUR"]):
            return False
        size = abs(number(first(one, ["PCT", "NEGPCT"])))
        up = (one.data == "rose") == (self.side == "long")
        self._limit("take_profit" if up else "stop_loss", size)
        self.notes.assume(f"“{text_of(one)}” is measured from the entry")
        return True

    def _leave_reverse(self, _: Node) -> None:
        self._of(self._closing_side()).reverses = True

    def _cover_reverse(self, _: Node) -> None:
        self.parts.short.reverses = True

    def _no_longer(self, piece: Node) -> None:
        """ "When either one is no longer true" turns the entry round; "when both fail", each of its conditions."""
        entry = self._of(self.side).entry
        if entry is None:
            raise Unclear(f"“{text_of(piece)}”: what is no longer true?")
        if "BOTHOF" in kinds(piece) and isinstance(entry, c.All):
            self._of(self.side).exits.append(both(*(inverse(one) for one in entry.conditions)))
        else:
            self._of(self.side).state = True

    def _leave_unless(self, piece: Node) -> None:
        condition = self.conditions.read(trees(piece)[0], Role(False, self.side))
        self._of(self._closing_side()).exits.append(inverse(condition))

    def _leave_bare(self, _: Node) -> None: ...

    def _cover_bare(self, _: Node) -> None: ...

    def _otherwise(self, _: Node) -> None:
        self._of(self.side).state = True

    def _otherwise_short(self, piece: Node) -> None:
        if self.parts.long.entry is None:
            raise Unclear(f"“{text_of(piece)}”: otherwise than what?")
        self.parts.short.entry = inverse(self.parts.long.entry)
        self.side = "short"

    def _filter(self, piece: Node) -> None:
        self.parts.filters.append(self.conditions.read(trees(piece)[0], Role(True, self.side)))

    def _filter_above(self, piece: Node) -> None:
        level = self.conditions.terms.settled(self.conditions.terms.read(trees(piece)[0]))
        self.notes.assume(f"the filter “{text_of(piece)}” lets entries through above that average")
        self.parts.filters.append(c.Comparison(op=">", left=c.Price(), right=level))

    def _filter_not(self, piece: Node) -> None:
        self.parts.filters.append(inverse(self.conditions.read(trees(piece)[0], Role(True, self.side))))

    def _barred(self, piece: Node) -> None:
        """ "Don't buy when ...": entries only while it is not so; "don't buy unless ...": only while it is."""
        condition = self.conditions.read(trees(piece)[-1], Role(True, self.side))
        self.parts.filters.append(condition if "UNLESS" in kinds(piece) else inverse(condition))

    def _stranger(self, piece: Node) -> None:
        raise Unclear(f"What is “{text_of(piece)}” here: which price or indicator, and what of it?")

    def _undefined(self, piece: Node) -> None:
        raise Unclear(
            f"What is “{text_of(piece)}” here?", "the close above the 200-day average", "the 50-day average rising"
        )

    # names

    def _name(self, piece: Node) -> None:
        named = self.names.read(piece)
        self.parts.named.append(named)
        if named.side == "short":
            self.side = "short"


_OPENS = frozenset(
    "enter enter_while enter_unless enter_from_to short bare enter_op enter_leave enter_both short_both".split()
)
_LIMITS = frozenset(
    """hold_for hold_one hold_nth hold_number target stop trail atr_stop atr_trail atr_times atr_trail_times atr_bare
    stop_number trail_number target_number atr_target r_target stop_bare trail_bare target_bare""".split()
)


def _split_at_only(one: Node) -> tuple[list[Node], list[Node]]:
    """ "Sell over 80, only if it is above the average": what follows "only" narrows the entries, not the exit."""
    if one.data != "all_of":
        return [one], []
    exits: list[Node] = []
    filters: list[Node] = []
    narrowing = False
    for child in one.children:
        if isinstance(child, Leaf):
            narrowing = narrowing or child.type in {"ONLY", "WHILE"}
        else:
            (filters if narrowing else exits).append(child)
    return (exits, filters) if exits else ([one], [])


def starts_with_a_condition(piece: Node) -> bool:
    """Whether the condition stands before the verb: "RSI over 70, sell"."""
    opening = piece.children[0]
    return not isinstance(opening, Leaf) or opening.type not in {"EXIT", "COVER", "UNTIL"}
