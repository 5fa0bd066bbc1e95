"""Which noun or verb beside a quantity says which figure it is."""

from tools.narrative.checking.index import Index
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Reading, fitting, is_generic, leads_on, metric_mask

_SKIP_RIGHT = frozenset("AYEH")


_BETWEEN = frozenset("LHTAYE(SDGXNUWVKR)")


def facts_from_left(reading: Reading, at: int, left: int) -> tuple[int, bool]:
    """Facts of the noun or verb that leads to a quantity, and whether only a verb says so."""
    mask = metric_mask(reading.index, reading.items[left])
    if not is_generic(reading, left):
        return mask, False
    if reading.items[left].key == "loss" and any(i.until is not None for i in reading.items if i.kind == "D"):
        mask |= index_of(reading, "drawdown")
    if reading.items[at].unit == "money":
        return mask | facts_by_unit(reading, at, reading.items[at]), False
    nouns = _unbound_nouns(reading, at, reading.items[at])
    return mask | nouns, not nouns


_ELIDED = {
    "best": ("best_year", "best_month", "best_day", "best_trade"),
    "worst": ("worst_year", "worst_month", "worst_day", "worst_trade"),
}


def elided_facts(reading: Reading, at: int) -> int:
    """ "the best year was 29.6% and the worst -4.3%": the noun of the second is that of the first."""
    items, position = reading.items, at - 1
    while position >= 0 and (items[position].kind in "LH(VPD" or items[position].word in ("at", "of", "with", "by")):
        position -= 1
    if position < 0 or items[position].kind != "X" or items[position].word not in _ELIDED:
        return 0
    nouns = [noun for noun in reversed(items[:position]) if noun.kind == "M"]
    if not nouns and reading.before.metric:
        return sum(reading.index.by_key.get(key, 0) for key in _ELIDED[items[position].word])
    for noun in nouns:
        for key in noun.key.split(","):
            unit = "trade" if key.endswith("_trade") else key.partition("_")[2]
            if f"{items[position].word}_{unit}" in _ELIDED[items[position].word]:
                return reading.index.by_key.get(f"{items[position].word}_{unit}", 0)
    return 0


def index_of(reading: Reading, key: str) -> int:
    """Facts of a kind that belong to a period of their own."""
    return reading.index.by_key.get(key, 0) & reading.index.scoped


def of_both_nouns(reading: Reading, at: int, left: int, right: int) -> tuple[int, bool]:
    """Facts where a noun stands on either side of a quantity, and whether neither says more than a verb."""
    index, items = reading.index, reading.items
    first, second = metric_mask(index, items[left]), metric_mask(index, items[right])
    fits_first, fits_second = fitting(reading, items[at], first), fitting(reading, items[at], second)
    if fits_second and not fits_first:
        reading.taken.add(right)
        return with_totals(reading, at, second), is_generic(reading, right)
    if fits_first and not fits_second:
        return facts_from_left(reading, at, left)
    if "rule" in items[right].key.split(",") and fits_second:
        reading.taken.add(right)
        return second, False
    if "total_return" in items[right].key.split(",") and first and not first & ~index.annual:
        return second, False
    if first & second:
        reading.taken.add(right)
        return first & second, is_generic(reading, left) and is_generic(reading, right)
    direct = right == at + 1 and items[at].unit == "number"
    if items[left].kind == "V" or left in reading.taken or direct or is_generic(reading, left):
        reading.taken.add(right)
        return with_totals(reading, at, second), is_generic(reading, right)
    return first, is_generic(reading, left)


_COUNTED = frozenset("years months trades trade history data points".split())


_COUNTED = frozenset("years months trades trade history data points".split())


def strong_left(reading: Reading, at: int) -> int | None:
    """The noun or verb that leads straight to the quantity: "a Sharpe ratio of 0.28", "returned 3.6%"."""
    items, others = reading.items, 0
    position = at - 1
    while position >= 0:
        item = items[position]
        if item.kind == "M" and item.word in _COUNTED and items[at].unit == "percent":
            position -= 1
            continue
        if item.kind in "MV" or (item.kind in "UW" and item.word.endswith(" of")):
            noun = _noun_before(reading, position) if item.kind == "V" else None
            if noun is not None:
                return noun
            return position if position not in reading.taken else None
        if item.kind == "O":
            others += 1
            if others > 2:
                return None
        elif item.kind == "P":
            if items[position + 1].word not in ("at", "with"):
                return None
        elif item.kind not in _BETWEEN or (item.kind == "R"):
            return None
        position -= 1
    return None


def _noun_before(reading: Reading, verb: int) -> int | None:
    """ "the average trade returned": the noun is the subject of the verb and says which figure it is."""
    position = verb - 1
    while (position >= 0 and reading.items[position].kind in "LXHADG(") or (
        position >= 0 and reading.items[position].kind == "T"
    ):
        position -= 1
    if position >= 0 and reading.items[position].kind == "M" and not is_generic(reading, position):
        return position if position not in reading.taken else None
    return None


def strong_right(reading: Reading, at: int) -> int | None:
    """The noun the quantity leads to; in "9 trades made money" the predicate, which says which trades."""
    found = next_noun(reading, at)
    if found is None or reading.items[at].unit not in ("number", "time"):
        return found
    code, items = reading.code, reading.items
    further = found + 1
    while further < len(items) and items[further].kind in "L":
        further += 1
    if further < len(items) and code[further] == "M" and items[further].key.split(",")[0] in _PREDICATES:
        reading.taken.add(found)
        return further
    return found


_PREDICATES = frozenset("won lost open positive_years positive_months win_rate positive_days".split())


def next_noun(reading: Reading, at: int) -> int | None:
    """The noun straight after the quantity: "a 0.28 Sharpe", "12 closed trades", "57% of the time"."""
    position, others = at + 1, 0
    items = reading.items
    while position < len(items):
        item = items[position]
        if item.kind == "V" and item.word == "lost" and items[at].unit == "number":
            return position
        if item.kind == "M":
            if items[at].unit == "money" and "final" in item.key.split(",") and leads_on(reading, position):
                return None
            if leads_on(reading, position) and others + (position - at) > 1 and items[position - 1].kind == "L":
                return None
            limit = items[position + 1 : position + 2]
            return position + 1 if limit and limit[0].kind == "M" and "rule" in limit[0].key.split(",") else position
        if item.kind in _SKIP_RIGHT or item.kind == "X" or (item.kind == "T" and item.word in ("of", "in", "after")):
            position += 1
            continue
        if item.kind == "O" and others == 0 and item.word not in (".",):
            others += 1
            position += 1
            continue
        if item.kind == "L" and item.word in ("a", "the", "its", "their", "all", "'s"):
            position += 1
            continue
        return None
    return None


def with_totals(reading: Reading, at: int, mask: int) -> int:
    """ "9 of 10 trades won": the second figure counts all trades though the noun says winners."""
    code = reading.code
    if (
        at >= 2
        and "Q" in code[max(0, at - 3) : at]
        and reading.items[at - 1].word in ("of", "its", "the", "in", "out of")
    ):
        mask |= wholes_of(reading.index, mask)
    return mask


_WHOLES = {
    "trades": ("won", "lost", "open", "win_rate"),
    "whole_years": ("positive_years",),
    "whole_months": ("positive_months",),
}


def wholes_of(index: Index, parts: int) -> int:
    """What counts of this kind are parts of: trades of winners, years of positive years; all where none is a part."""
    own = {key for p in index.bits(parts) for key in index.keys[p]}
    known = [whole for whole, kinds in _WHOLES.items() if own & set(kinds)]
    mask = 0
    for whole in known or _WHOLES:
        mask |= index.by_key.get(whole, 0)
    return mask


def _unbound_nouns(reading: Reading, at: int, item: Item) -> int:
    """Nouns of the clause without a figure of their own: "on its worst day it lost 6.7%"."""
    mask = 0
    start = max((p for p in range(at) if reading.code[p] == "B"), default=-1) + 1
    end = next((p for p in range(at, len(reading.code)) if reading.code[p] in "BQ" and p > at), len(reading.code))
    for position in range(start, end):
        noun = reading.items[position]
        if noun.kind == "M" and position not in reading.taken and not is_generic(reading, position):
            if (
                position < at
                and any(reading.code[p] == "Q" for p in range(position, at))
                and leads_on(reading, position)
            ):
                continue
            if position > at and leads_on(reading, position):
                continue
            mask |= fitting(reading, item, metric_mask(reading.index, noun))
    return mask


def word_before(reading: Reading, at: int) -> str:
    """The word before, articles passed over."""
    position = at - 1
    while position > 0 and reading.items[position].kind == "L":
        position -= 1
    return reading.items[position].word


def facts_by_unit(reading: Reading, at: int, item: Item) -> int:
    """Money that grew, and money that doubled, need no noun."""
    if item.unit == "times":
        return reading.index.by_key.get("total_return", 0)
    if item.unit != "money":
        return 0
    index = reading.index
    grew = any("final" in i.key.split(",") for i in reading.items[at + 1 : at + 5] if i.kind == "M")
    facts = index.by_key.get("initial", 0) | (0 if grew else index.by_key.get("final", 0))
    days = [i.dates for i in reading.items if i.kind == "D" and i.until is None]
    dated = sum(1 << p for p in index.bits(facts) if index.spans[p] in days)
    return dated if len(days) == 1 and dated else facts
