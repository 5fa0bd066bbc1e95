"""Counts and shares of counts: parts of wholes, one in five, numbers that count what is listed."""

from itertools import pairwise

from tools.narrative.checking.index import Index
from tools.narrative.checking.owners import subject_mask
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Bound, Reading, fitting, metric_mask
from tools.narrative.checking.tones import bind


def counts_what_is_listed(reading: Reading, at: int, item: Item) -> bool:
    """ "The five years to avoid were ...", "the two Sharpe ratios": a number that only counts what the sentence names."""
    follows = reading.items[at + 1].word if at + 1 < len(reading.items) else ""
    if item.unit == "time" and item.value <= 3 and follows in ("later", "earlier", "afterwards"):
        return True
    if item.also == "words" and item.unit == "number" and item.value <= 5:
        noun = next((i for i in reading.items[at + 1 : at + 4] if i.kind in "MX"), None)
        counted = metric_mask(reading.index, noun) if noun is not None and noun.kind == "M" else 0
        units = {reading.index.units[p] for p in reading.index.bits(counted)}
        if noun is not None and noun.word.endswith("s") and noun.kind == "M" and "count" not in units:
            return True
    if item.unit not in ("number", "time") or item.decimals:
        return False
    years = sum(i.kind == "D" and i.key == "year" for i in reading.items[at:])
    return years == item.value >= 2 or _is_how_many_there_are(reading, at, item) or _points_back(reading, at, item)


_ENUMERATED = {"regime": "regime.", "cris": "stress.", "sell off": "stress.", "episode": "stress.", "stress": "stress.", "drawdown": "drawdown.", "fall": "drawdown.", "slump": "drawdown."}  # fmt: skip
"""What people count: the beginning of the word, and of the group of its facts."""


def _is_how_many_there_are(reading: Reading, at: int, item: Item) -> bool:
    """ "In all three regimes", "the five crises": as many as the facts have; of ranked drawdowns, so many of them."""
    index = reading.index
    following = reading.items[at + 1 : at + 5]
    ranked = any(i.kind == "X" for i in reading.items[max(0, at - 1) : at + 3])
    for other in following:
        if other.kind in "QBP(":
            return False
        for start, prefix in _ENUMERATED.items():
            if other.word.startswith(start) and other.word.endswith("s"):
                groups = {index.groups[p] for p in index.bits(index.everything) if index.values[p] is not None}
                number = sum(group.startswith(prefix) for group in groups)
                return item.value == number or (ranked and item.value < number)
        if ranked and other.kind in "MO" and other.word.endswith(("years", "months", "days")):
            return item.value <= 5
    return False


def _points_back(reading: Reading, at: int, item: Item) -> bool:
    """ "Over those three years": a number of what was named before."""
    before = reading.items[at - 1].word.split() if at else []
    return bool(before) and before[-1] in ("those", "these") and item.value <= 12


def one_in_many(reading: Reading, at: int, bound: Bound) -> bool:
    """ "five in eight": neither number is a count, together they are a share."""
    items = reading.items
    if bound.item.unit == "number" and _winners_to_losers(reading, at, bound):
        return True
    of = at + 2 if items[at + 1 : at + 2] and items[at + 1].kind == "M" else at + 1
    if bound.item.unit != "number" or of + 1 >= len(items) or items[of].word not in _OUT_OF:
        return False
    other = items[of + 1]
    if other.kind != "Q" or other.unit != "number" or not 0 < bound.item.value < other.value <= 20:
        return False
    share = Item(
        "Q", bound.item.start, other.end, value=bound.item.value / other.value, decimals=2, unit="part", also="words"
    )
    other.unit = "counted"
    mask = bound.metric | _shares(reading)
    share.hedge = next((i.key for i in items[of + 2 : of + 5] if i.kind == "H" and i.word.startswith("or ")), "")
    trial = Bound(share, at, metric=mask, subject=bound.subject)
    reading.items[at], kept = share, reading.items[at]
    trouble = bind(reading, trial, subject_mask(reading, bound.subject, mask) & mask & ~reading.index.scoped)
    reading.items[at] = kept
    bound.facts = trial.facts
    if trouble:
        other.unit = "number"
    return not trouble


def _winners_to_losers(reading: Reading, at: int, bound: Bound) -> bool:
    """ "Winners outnumbered losers nine to one"."""
    items, index = reading.items, reading.index
    if at + 2 >= len(items) or items[at + 1].word != "to" or items[at + 2].kind != "Q":
        return False
    for won in index.bits(index.by_key.get("won", 0)):
        for lost in index.bits(index.by_key.get("lost", 0)):
            if (index.values[won] or 0.0) * items[at + 2].value == (index.values[lost] or 0.0) * items[at].value:
                bound.facts, items[at + 2].unit = 1 << won, "counted"
                return True
    return False


def parts_of_wholes(reading: Reading) -> None:
    """ "11 of 19 years": two counts of one kind, the first no more than the second; and no sum stands twice."""
    for part, whole in pairwise(reading.bound):
        if part.item.unit in ("money", "time") and _said_twice(part, whole):
            reading.find("count", whole.item, "One figure stands for two.")
        between = {i.word for i in reading.items[part.at + 1 : whole.at] if i.kind != "L"}
        counted = part.facts and {part.item.unit, whole.item.unit} <= {"number", "time"} and not whole.item.decimals
        if counted and between and between <= _OUT_OF and not (between == {"in"} and whole.item.unit == "time"):
            _part_of_whole(reading, part, whole)


def _said_twice(first: Bound, second: Bound) -> bool:
    """Whether two figures are one fact in the same words."""
    return (
        first.facts == second.facts != 0
        and first.item.value == second.item.value
        and first.item.scale == second.item.scale
    )


_KINDS_OF_COUNT = (
    frozenset(("trades", "won", "lost", "open")),
    frozenset(("positive_years", "whole_years")),
    frozenset(("positive_months", "whole_months")),
)


def _part_of_whole(reading: Reading, part: Bound, whole: Bound) -> None:
    index = reading.index
    counts = [p for p in index.bits(part.metric | whole.metric) if index.values[p] == part.item.value]
    one = part.facts == whole.facts and len(counts) < 2
    kinds = [_kinds_of(index, bound.facts) for bound in (part, whole)]
    kin = [p for p in index.bits(index.by_unit.get("count", 0)) if index.values[p] == part.item.value]
    apart = bool(whole.facts and kinds[0]) and not any(_kinds_of(index, 1 << p) & kinds[1] for p in kin)
    if one or apart or part.item.value > whole.item.value:
        reading.find("count", whole.item, "The part and the whole cannot be these figures.")


def _kinds_of(index: Index, facts: int) -> set[int]:
    keys = {key for p in index.bits(facts) for key in index.keys[p]}
    return {number for number, kind in enumerate(_KINDS_OF_COUNT) if keys & kind}


_OUT_OF = frozenset(("in", "of", "out of", "of every", "in every", "out of every"))


def _shares(reading: Reading) -> int:
    """Shares of the nouns in the sentence: of trades, of days, of years."""
    mask = 0
    for item in reading.items:
        if item.kind == "M":
            mask |= fitting(reading, Item("Q", 0, 0, unit="part"), metric_mask(reading.index, item))
            if {"trades", "won"} & set(item.key.split(",")):
                mask |= reading.index.by_key.get("win_rate", 0)
    return mask
