"""A parsed message to the parts of a strategy: when each side opens and closes, its limits, and what stays open."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from lark import Token as Leaf

from tools.strategies import conditions as c
from tools.strategies.conditions import Condition
from tools.strategies.language import reading
from tools.strategies.language.asking import Notes, Unclear
from tools.strategies.language.named import Named, Names
from tools.strategies.language.reading import Conditions, Role, both, inverse
from tools.strategies.language.terms import Memory
from tools.strategies.language.trees import Node, first, kinds, number, text_of, tokens, trees
from tools.strategies.templates import Templates

Side = Literal["long", "short"]
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
_SHARES = {"HALFOF": 0.5, "QUARTER": 0.25, "THIRD": 1 / 3, "FIFTH": 0.2, "TENTH": 0.1}


@dataclass(slots=True)
class SideParts:
    """What was said of one side. `state` means that it is held only while its entry holds."""

    entry: Condition | None = None
    exits: list[Condition] = field(default_factory=list)
    state: bool = False
    reverses: bool = False
    bare: bool = False


@dataclass(slots=True)
class Parts:
    """Everything a message said, before defaults."""

    long: SideParts = field(default_factory=SideParts)
    short: SideParts = field(default_factory=SideParts)
    filters: list[Condition] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    mentioned: list[tuple[str, str]] = field(default_factory=list)
    risk: dict[str, object] = field(default_factory=dict)
    sizing: dict[str, float] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)
    period: dict[str, datetime.date] = field(default_factory=dict)
    last_years: int = 0
    held: bool = False
    """Whether a holding period was said as the plan ("hold for a month"), not as a limit."""
    fill: str = ""
    long_only: bool = False
    both_sides: bool = False
    unplaced: list[str] = field(default_factory=list)
    unplaced_at: list[tuple[int, int]] = field(default_factory=list)


class Request:
    """Walks over the pieces of one message in order."""

    def __init__(self, notes: Notes, main: str, templates: Templates) -> None:
        self.notes, self.parts = notes, Parts()
        self.memory = Memory()
        self.conditions = Conditions(notes, self.memory, main)
        self.names = Names(self.conditions, templates)
        self.side: Side = "long"
        self.later_entry = False
        self.after_exit = False

    def read(self, tree: Node) -> Parts:
        """Every piece in the order it was said; one that speaks of what comes later is read again at the end."""
        pieces = trees(tree)
        self.later_entry = any(piece.data in _OPENS for piece in pieces)
        again = [piece for piece in pieces if self._unclear(piece) is not None]
        for piece in again:
            unclear = self._unclear(piece)
            if unclear is not None:
                self.notes.ask(unclear.question)
        junk = [token for piece in pieces if piece.data == "junk" for token in tokens(piece)]
        self.parts.unplaced_at = [(token.start, token.end) for token in junk]
        self.parts.unplaced = [text for text in (text_of(piece) for piece in pieces if piece.data == "junk") if text]
        return self.parts

    def _unclear(self, piece: Node) -> Unclear | None:
        reader: Callable[[Node], None] = getattr(self, f"_{piece.data}", self._name)
        try:
            reader(piece)
        except Unclear as unclear:
            return unclear
        return None

    # pieces that say nothing more

    def _separator(self, _: Node) -> None: ...

    def _junk(self, _: Node) -> None: ...

    def _subject(self, _: Node) -> None: ...

    def _nothing(self, _: Node) -> None: ...

    def _mention(self, piece: Node) -> None:
        token = tokens(piece)[-1 if kinds(piece)[-1] != "BAND" else -2]
        if token.kind == "BANDIND":
            self.memory.band = self.conditions.terms.indicator(str(token.value), "upperband", [])
        self.parts.mentioned.append((text_of(piece), _MENTIONED.get(token.kind, str(token.value or ""))))

    def _side(self, piece: Node) -> None:
        if "LONGONLY" in kinds(piece):
            self.parts.long_only = True
        else:
            self.parts.both_sides = True

    def _fill(self, piece: Node) -> None:
        self.parts.fill = "close" if "ATCLOSE" in kinds(piece) else "next_open"

    def _look_for_fill(self, piece: Node) -> None:
        if {"ATCLOSE", "ATOPEN"} & set(kinds(piece)):
            self._fill(piece)
        if "LONGONLY" in kinds(piece):
            self.parts.long_only = True

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
        if self.after_exit:
            raise Unclear(f"Does “{text_of(piece)}” belong to the entry or to the exit?")
        if self.parts.long.entry is None and self.parts.short.entry is None and not named:
            bare_short = self.parts.short.bare and not self.parts.long.bare
            self._open("short" if bare_short else "long", piece)
        else:
            self._filter(piece)

    def _open(self, side: Side, piece: Node, *, state: bool = False, turned: bool = False) -> None:
        self._look_for_fill(piece)
        condition = self.conditions.read(trees(piece)[0], Role(True, side))
        self.after_exit = False
        parts = self._of(side)
        condition = inverse(condition) if turned else condition
        parts.entry = condition if parts.entry is None else self._joined(parts, condition, side)
        parts.state = parts.state or state
        self.side = side

    def _joined(self, parts: SideParts, condition: Condition, side: Side) -> Condition:
        """A second entry of the same side."""
        if parts.entry is None or parts.entry == condition:
            return condition
        self.notes.assume(f"the two {side} entries are alternatives: either one opens a position")
        return reading.either(parts.entry, condition)

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
        op = reading._op(trees(piece)[0]) or ">"
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
        role = Role(False, "long", reading.opposite_way(self.parts.long.entry))
        self.parts.long.exits.append(both(*(self.conditions.read(one, role) for one in rest)))
        return True

    def _enter_leave(self, piece: Node) -> None:
        """ "Breakout above the 55-day high, out on the 20-day low": an entry without a verb, right before its exit."""
        entry, *leaving = trees(piece)
        if self.parts.long.entry is not None or self.parts.short.entry is not None:
            raise Unclear(f"Does “{text_of(entry)}” belong to the entry or to the exit?")
        self.parts.long.entry = self.conditions.read(entry, Role(True, "long"))
        role = Role(False, "long", reading.opposite_way(self.parts.long.entry))
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
        role = Role(False, side, reading.opposite_way(entry))
        for one in trees(piece):
            self._exit_item(one, side, role)
        self.after_exit = self._of(side).entry is not None

    def _exit_item(self, one: Node, side: Side, role: Role) -> None:
        if one.data in _LIMITS:
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

    # limits

    def _stop(self, piece: Node) -> None:
        self._limit("stop_loss", abs(number(first(piece, ["PCT", "NEGPCT"]))))

    def _stop_number(self, piece: Node) -> None:
        self._limit("stop_loss", self._share(piece))

    def _trail_number(self, piece: Node) -> None:
        self._limit("trailing_stop", self._share(piece))

    def _target_number(self, piece: Node) -> None:
        self._limit("take_profit", self._share(piece))

    def _share(self, piece: Node) -> float:
        """A limit without a unit: below 1 a fraction, otherwise percent; the reading is said."""
        value = number(first(piece, ["NUM"]))
        share = value if value < 1 else value / 100
        self.notes.assume(f"“{text_of(piece)}” is read as {round(share * 100, 6):g} %")
        return share

    def _trail(self, piece: Node) -> None:
        self._limit("trailing_stop", abs(number(first(piece, ["PCT", "NEGPCT"]))))

    def _target(self, piece: Node) -> None:
        self._limit("take_profit", abs(number(first(piece, ["PCT", "PLUSPCT"]))))

    def _limit(self, name: str, value: object) -> None:
        if name in self.parts.risk and self.parts.risk[name] != value:
            raise Unclear(f"There are two values for the {name.replace('_', ' ')}; which one is meant?")
        self.parts.risk[name] = value

    def _hold_for(self, piece: Node) -> None:
        token = first(piece, ["AFTERDUR", "INDUR", "MAXDUR", "FORDUR", "DUR"])
        self._limit("max_holding_bars", max(1, int(number(token))))

        self.parts.held = "HOLD" in kinds(piece) and not {"MAXDUR", "ATLATEST"} & set(kinds(piece))

    def _hold_number(self, piece: Node) -> None:
        self._limit("max_holding_bars", max(1, int(number(first(piece, ["NUM"])))))

    def _hold_one(self, _: Node) -> None:
        self._limit("max_holding_bars", 1)

    def _hold_nth(self, piece: Node) -> None:
        nth = int(number(first(piece, ["ORDINAL"])))
        calendar = any(isinstance(node, c.Calendar) for node in c.walk(self.parts.long.entry))
        if calendar:
            day = c.Calendar(field="trading_day_of_month")
            self._of(self.side).exits.append(c.Comparison(op="==", left=day, right=nth))
        else:
            self._limit("max_holding_bars", nth)

    def _atr_stop(self, piece: Node) -> None:
        self._atr(*self._atr_size(trees(piece)[0]), trailing=False)

    def _atr_trail(self, piece: Node) -> None:
        self._atr(*self._atr_size(trees(piece)[0]), trailing=True)

    def _atr_times(self, piece: Node) -> None:
        self._atr(number(first(piece, ["NUM"])), 14, trailing=False, usual=True)

    def _atr_trail_times(self, piece: Node) -> None:
        self._atr(number(first(piece, ["NUM"])), 14, trailing=True, usual=True)

    def _atr_bare(self, piece: Node) -> None:
        length = first(piece, ["DUR"])
        self.notes.assume("the ATR stop is 2 ATR away, since you gave no multiple")
        self._atr(2.0, int(number(length)) if length else 14, trailing=False, usual=length is None)

    def _atr(self, multiple: float, period: int, *, trailing: bool, usual: bool = False) -> None:
        if usual:
            self.notes.assume("ATR is ATR(14), since you gave no period")
        self._limit("atr_stop", {"multiple": multiple, "period": period, "trailing": trailing})

    def _atr_size(self, node: Node) -> tuple[float, int]:
        said = tokens(node)
        atr_at = next(at for at, token in enumerate(said) if token.kind == "ATR")
        before = [token for token in said[:atr_at] if token.kind in {"NUM", "TWICE", "TRIPLE"}]
        lengths = [token for token in said if token.kind in {"DUR", "FORDUR", "INDUR"}]
        after = [token for token in said[atr_at + 1 :] if token.kind in {"NUM", "PER"}]
        if before:
            multiple = {"TWICE": 2.0, "TRIPLE": 3.0}.get(before[0].kind, number(before[0]))
            period = lengths or after
        else:
            multiple, period = number(after[-1]), lengths or after[:-1]
        if not period:
            self.notes.assume("ATR is ATR(14), since you gave no period")
        return multiple, int(number(period[0])) if period else 14

    def _atr_target(self, piece: Node) -> None:
        raise Unclear(
            f"“{text_of(piece)}”: a target is a percentage above the entry here. Which percentage?",
            "take profit at 6 %",
        )

    # what a strategy cannot do here

    def _scaling(self, piece: Node) -> None:
        raise Unclear(
            f"“{text_of(piece)}”: a position is opened and closed as a whole here. What closes all of it?",
            "sell all of it at a 5 % profit",
            "sell when RSI is over 70",
        )

    def _daily_only(self, piece: Node) -> None:
        raise Unclear(
            f"“{text_of(piece)}”: strategies run on daily bars here. Which lengths in days or weeks are meant?",
            "the 40-week average, taken as 200 trading days",
        )

    def _undefined(self, piece: Node) -> None:
        raise Unclear(
            f"What is “{text_of(piece)}” here?", "the close above the 200-day average", "the 50-day average rising"
        )

    def _stop_bare(self, _: Node) -> None:
        if not {"stop_loss", "atr_stop", "trailing_stop"} & self.parts.risk.keys():
            raise Unclear("How far away is the stop?", "a 3 % stop", "a stop 2 ATR below the entry")

    def _trail_bare(self, _: Node) -> None:
        if "trailing_stop" not in self.parts.risk and "atr_stop" not in self.parts.risk:
            raise Unclear("How far behind does the stop trail?", "a 5 % trailing stop", "a 3 ATR trailing stop")

    def _target_bare(self, _: Node) -> None:
        if "take_profit" not in self.parts.risk:
            raise Unclear("How far away is the target?", "take profit at 5 %")

    # money and time

    def _size(self, piece: Node) -> None:
        self.parts.sizing["fraction"] = number(first(piece, ["PCT"]))

    def _size_part(self, piece: Node) -> None:
        self.parts.sizing["fraction"] = _SHARES[next(kind for kind in kinds(piece) if kind in _SHARES)]

    def _risk_per(self, piece: Node) -> None:
        self.parts.sizing["risk_per_trade"] = number(first(piece, ["PCT"]))

    def _fee(self, piece: Node) -> None:
        self.parts.costs["fee"] = number(first(piece, ["PCT"]))

    def _slippage(self, piece: Node) -> None:
        self.parts.costs["slippage"] = number(first(piece, ["PCT"]))

    def _no_costs(self, piece: Node) -> None:
        said = kinds(piece)
        self.parts.costs["fee"] = 0.0
        if "SLIPPAGE" in said or "FEE" in said:
            self.parts.costs["slippage"] = 0.0 if "SLIPPAGE" in said else self.parts.costs.get("slippage", 0.0)

    def _years(self, piece: Node) -> None:
        token = first(piece, ["YEARS"])
        if token is not None and isinstance(token.value, tuple):
            self._from(datetime.date(int(token.value[0]), 1, 1))
            self._until(datetime.date(int(token.value[1]), 12, 31))

    def _from_to(self, piece: Node) -> None:
        start, end = [token for token in tokens(piece) if token.kind in {"YEAR", "DATE"}]
        self._from(_day(start.value, last=False))
        self._until(_day(end.value, last=True))

    def _from_on(self, piece: Node) -> None:
        self._from(_day(tokens_of_time(piece), last=False))

    def _up_to(self, piece: Node) -> None:
        self._until(_day(tokens_of_time(piece), last=True))

    def _within_year(self, piece: Node) -> None:
        self._from(_day(tokens_of_time(piece), last=False))
        self._until(_day(tokens_of_time(piece), last=True))

    def _last_years(self, piece: Node) -> None:
        self.parts.last_years = max(1, round(number(first(piece, ["INLASTDUR"])) / 252))

    def _from(self, day: datetime.date) -> None:
        self.parts.period["start"] = day

    def _until(self, day: datetime.date) -> None:
        self.parts.period["end"] = day

    # names

    def _name(self, piece: Node) -> None:
        named = self.names.read(piece)
        self.parts.named.append(named)
        if named.side == "short":
            self.side = "short"

    def _of(self, side: Side) -> SideParts:
        return self.parts.long if side == "long" else self.parts.short


_OPENS = frozenset(
    {"enter", "enter_while", "enter_unless", "enter_from_to", "short", "bare", "enter_op", "enter_leave"}
)
_LIMITS = frozenset(
    """hold_for hold_one hold_nth hold_number target stop trail atr_stop atr_trail atr_times atr_trail_times atr_bare
    stop_number trail_number target_number atr_target stop_bare trail_bare target_bare""".split()
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


def tokens_of_time(piece: Node) -> object:
    """The value of the date or year under a node."""
    token = first(piece, ["YEAR", "DATE"])
    return token.value if token else None


def _day(value: object, *, last: bool) -> datetime.date:
    """The first or last day of a year, a month or a date as the tokens carry them."""
    if isinstance(value, tuple):
        year, month, day = (int(part) for part in value)
        if day:
            return datetime.date(year, month, day)
        following = datetime.date(year + month // 12, month % 12 + 1, 1)
        return following - datetime.timedelta(days=1) if last else datetime.date(year, month, 1)
    year = int(value) if isinstance(value, int | float) else 1900
    return datetime.date(year, 12, 31) if last else datetime.date(year, 1, 1)


__all__ = ["Parts", "Request", "SideParts", "both"]
