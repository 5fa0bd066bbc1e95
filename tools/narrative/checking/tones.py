"""How a quantity is said: up or down, hedged, a year's or the whole test's; and whether a fact is it."""

from tools.narrative.checking.matching import fits_unit, same
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Bound, Reading, is_generic

_GAIN = frozenset("gain gains profit growth".split())


_LOSS = frozenset("loss losses".split())


_LAST_WORDS = frozenset("last latest recent currently now recently lately".split())


_AFTERTHOUGHTS = frozenset(
    ("or so", "or more", "or better", "or less", "or fewer", "or higher", "or lower", "give or take", "more or less")
)


def near_qualifiers(reading: Reading, at: int) -> frozenset[str]:
    """Kinds of what qualifies a figure beside it: A of a year, Y of a day."""
    items = reading.items
    if "A" not in reading.code and "Y" not in reading.code:
        return frozenset()
    found = {i.kind for i in (*qualifiers_behind(items, at), *_left_of(items, at))} & {"A", "Y"}
    opened = items[0].kind == "A" and set(reading.code[:at]).isdisjoint("QB")
    if opened or _shares_year(items, at):
        found.add("A")
    return frozenset(found)


def qualifiers_behind(items: list[Item], at: int) -> list[Item]:
    """What qualifies a figure from behind; in "6.2% and 3.7% a year" it qualifies both."""
    found: list[Item] = []
    for item in items[at + 1 : at + 8]:
        if item.kind in "AYEM":
            found.append(item)
        elif item.kind in "JRHQ" and not found and item.unit == ("percent" if item.kind == "Q" else ""):
            continue
        elif not (item.kind in "LT" and item.word in ("in", "of", "on average", "and", "to")):
            break
    return found


def _shares_year(items: list[Item], at: int) -> bool:
    """ "6.2% a year against 3.7%": what was said of the first figure holds for the second."""
    annual = False
    for item in reversed(items[:at]):
        if item.kind == "Q":
            return annual and item.unit == items[at].unit
        annual = annual or item.kind == "A"
        if item.kind not in "APRJLHSOGD" and item.word not in ("for", "to", "at", "with", "in", "during"):
            return False
    return False


def _left_of(items: list[Item], at: int) -> list[Item]:
    found: list[Item] = []
    for position in range(at - 1, max(-1, at - 10), -1):
        item = items[position]
        if item.kind in "QPBJ;)" or (item.kind == "A" and position and items[position - 1].kind == "Q"):
            break
        if item.kind == "A" or (item.kind == "Y" and position + 1 < at and items[position + 1].kind in "M"):
            found.append(item)
    return found


_SIDES = {"below": -1, "under": -1, "beneath": -1, "off": -1, "above": 1}


def lean_of(reading: Reading, at: int) -> int:
    """1 where the words say up, -1 where they say down, 0 where they do not say."""
    items = reading.items
    if items[at].unit == "times" and items[at].currency:
        return 0  # of each unit lost or put in
    following = next((i for i in items[at + 1 : at + 3] if i.kind != "A"), None)
    if following is not None and following.word in _SIDES and _from_a_high(items, at):
        return _SIDES[following.word]
    if following is not None and following.kind in "UWM" and _leaning(following):
        return _leaning(following)
    passive = [i.kind for i in items[at + 1 : at + 4]]
    if passive[:2] == ["L", "V"] and (len(passive) < 3 or items[at + 3].word in (".", ",")):
        return {"gain": 1, "loss": -1}.get(items[at + 2].key, 0)
    unknown = False
    for position in range(at - 1, -1, -1):
        item = items[position]
        if item.kind == "Q" and (unknown or items[at].sign):
            return 0
        unknown = unknown or (item.kind == "O" and item.word.isalpha())
        if item.kind == "V":
            level = item.key == "loss" and items[position + 1].word == "to"
            return 0 if level else {"gain": 1, "loss": -1, "neutral": 0}[item.key]
        if _leaning(item):
            return _leaning(item)
        named = item.kind == "M" and not is_generic(reading, position)
        bridged = item.kind == "B" and item.key == "break" and not any(i.kind in "VM" for i in items[position:at])
        if (item.kind == "B" and not bridged) or named or (item.kind == "S" and items[at].sign):
            return 0
    return 0


def _from_a_high(items: list[Item], at: int) -> bool:
    """ "77.9% below its high", "20% off its peak"."""
    return items[at + 1].word == "off" or any(
        word in ("high", "peak", "top") for i in items[at + 2 : at + 6] for word in i.word.split()
    )


def _leaning(item: Item) -> int:
    """Of "a loss of", "gains", "total loss", "lost money"."""
    moves = item.kind == "M" and not {"return", "total_return", "lost"}.isdisjoint(item.key.split(","))
    last = item.word.rpartition(" ")[2] if moves else ""
    if item.kind == "U" or last in _LOSS or (moves and item.word.startswith("lost ")):
        return -1
    return 1 if item.kind == "W" or last in _GAIN else 0


def bind(reading: Reading, bound: Bound, candidates: int) -> str:
    """Empty where a candidate fact is what the quantity states; otherwise the nearest thing to it that is wrong."""
    index, item = reading.index, bound.item
    lean = lean_of(reading, bound.at)
    hedge, comparing = hedge_of(reading, bound.at)
    worst = ""
    matched = 0
    for position in index.bits(candidates):
        if not fits_unit(item, index, position):
            worst = worst or "unit"
            continue
        trouble = same(item, index, position, lean, "" if comparing else hedge)
        if not trouble:
            matched |= 1 << position
        elif trouble != "value":
            worst = trouble
        elif worst in ("", "unit"):
            worst = "value"
    bound.facts = picked(reading, bound, matched)
    if bound.facts:
        return "" if _same_currency(reading, item) else "currency"
    return worst or "metric"


def _same_currency(reading: Reading, item: Item) -> bool:
    return not (item.currency and reading.index.currency and item.currency != reading.index.currency)


def picked(reading: Reading, bound: Bound, matched: int) -> int:
    """Of the latest, lowest and highest of a rolling figure, the one the words name."""
    words = {i.word for i in reading.items[max(0, bound.at - 4) : bound.at + 2]}
    if words & _LAST_WORDS and any("rolling" in reading.index.facts[p].id for p in reading.index.bits(matched)):
        return sum(1 << p for p in reading.index.bits(matched) if "latest" in reading.index.facts[p].id)
    return matched


_COMPARING_HEDGES = frozenset(("over", "under", "at_least", "at_most"))


_FIRM = frozenset("just well is was for took lasted lasting ran running".split())


_COMPARING_HEDGES = frozenset(("over", "under", "at_least", "at_most"))


def hedge_of(reading: Reading, at: int) -> tuple[str, bool]:
    """The hedge of a quantity, and whether the same words may compare two figures instead."""
    items = reading.items
    if items[at].hedge:
        return items[at].hedge, False
    after = items[at + 1] if at + 1 < len(items) else None
    if after is not None and after.kind == "H" and after.word in _AFTERTHOUGHTS:
        return after.key, False
    position = at - 1
    while position >= 0 and items[position].kind == "L" and items[position].word in ("a", "an", "the", "'s"):
        position -= 1
    if position < 0 or items[position].kind != "H":
        return "", False
    hedge, before = items[position], items[max(0, position - 6) : position]
    if hedge.word == "over" and position and items[position - 1].kind == "Q":
        return "", False
    of_time = hedge.word in ("over", "within", "under") and items[at].unit in ("time", "bars")
    if of_time and not (before and before[-1].word in _FIRM):
        return "", False
    if hedge.key in ("over", "under") and _denied(before):
        return "no_more" if hedge.key == "over" or hedge.word == "worse than" else "no_less", False
    while position > 0 and (
        items[position - 1].kind in "PAYELJ)" or items[position - 1].word in ("well", "far", "much")
    ):
        position -= 1
    behind = position > 0 and (items[position - 1].kind == "Q" or position - 1 in reading.taken)
    known = items[at - 1].word == "the" or _names_another(items, at)
    return hedge.key, behind and hedge.key in _COMPARING_HEDGES and known


def _denied(before: list[Item]) -> bool:
    """ "Never lost more than": the bound holds the other way; a colon or comma ends what "not" speaks of."""
    for item in reversed(before):
        if item.kind in "PB" or item.word == ":":
            return False
        if item.word in ("never", "not", "no"):
            return True
    return False


def _names_another(items: list[Item], at: int) -> bool:
    """Whether the figure is said to be somebody else's, or a limit: then it is compared with, not hedged."""
    following = items[at + 1 : at + 5]
    return any(i.kind in "SR" or (i.kind == "M" and "rule" in i.key.split(",")) for i in following)
