"""The second reading of a figure: which facts bear it out, unless a word of the sentence contradicts them.

The first reading asks which figure the words name and whether the value is its. Where it does not know the words, or
attaches them wrongly, this one starts from the value: of the facts that are written so, with the same unit, sign and
direction, those stay that no noun, owner or period of the sentence speaks against. A figure with no such fact is
false; one that could be any of several, with nothing said, is unaccounted for.
"""

from tools.narrative.checking.matching import digits_shown, fits_unit, of_like_size, same
from tools.narrative.checking.naming import is_said
from tools.narrative.checking.owners import subject_mask
from tools.narrative.checking.periods import scope_mask
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Bound, Reading, fitting, is_generic, leads_on, metric_mask
from tools.narrative.checking.tones import hedge_of, lean_of, picked, qualified
from tools.narrative.checking.vocabulary import stems, weight

_OUTCOMES = frozenset("won lost positive_years positive_months positive_days".split())
_GLUE = frozenset("LHAYETXUWV(R")
_CLOSE = frozenset("LHAYEX")
_HEADLINE = frozenset(
    "volatility total_return cagr sharpe max_drawdown initial final observations trades length".split()
)


def bear_out(reading: Reading, bound: Bound) -> bool:
    """Whether some fact has the value of this figure and nothing said contradicts that it is meant; binds it."""
    item = bound.item
    if item.unit in ("points", "window", "ordinal"):
        return False
    facts = _with_value(reading, bound) or _with_unit_of_the_last(reading, bound)
    if not facts:
        return False
    facts &= _owned(reading, bound)
    facts &= _in_time(reading, bound, facts)
    facts = qualified(reading, bound.at, facts, _only_generic(reading, bound))
    named = _named(reading, bound)
    if named is not None:
        facts &= named
    elif facts:
        facts = _by_loose_words(reading, bound, facts)
    if not facts:
        return False
    bound.facts = picked(reading, bound, facts)
    if not bound.facts:
        return False
    bound.metric = bound.metric & facts or facts
    return True


def _with_value(reading: Reading, bound: Bound) -> int:
    """Facts that can be written like this, whatever the words around it name."""
    item, index = bound.item, reading.index
    lean = lean_of(reading, bound.at)
    hedge, comparing = hedge_of(reading, bound.at)
    mask = 0
    limits = (
        0 if any("rule" in i.key.split(",") for i in reading.items if i.kind == "M") else index.by_key.get("rule", 0)
    )
    if item.sign >= 0 and not _speaks_of_loss(reading):
        limits |= index.losses & ~index.by_key.get("rule", 0)
    few = item.value * 10**item.decimals < 10 and item.also != "words"
    for position in of_like_size(item, index):
        if limits >> position & 1 or (few and index.units[position] not in ("count", "days", "bars")):
            continue
        if fits_unit(item, index, position) and not same(item, index, position, lean, "" if comparing else hedge):
            mask |= 1 << position
    return mask


_LOSSES = frozenset("loss fall drawdo dd risk tail var short cost turn".split())


def _speaks_of_loss(reading: Reading) -> bool:
    """Whether any word is of losses, falls or costs, without which no unsigned figure is one."""
    if any(i.kind == "U" or i.key == "loss" for i in reading.items):
        return True
    metrics = {key for i in reading.items if i.kind == "M" for key in i.key.split(",")}
    losses = {key for p in reading.index.bits(reading.index.losses) for key in reading.index.keys[p]}
    return bool(metrics & losses or stems(" ".join(i.word for i in reading.items)) & _LOSSES)


def _with_unit_of_the_last(reading: Reading, bound: Bound) -> int:
    """ "943 days, and another 4,579": a bare number can have the unit of the figure before it."""
    item = bound.item
    last = next((b.item for b in reversed(reading.bound) if b is not bound), None)
    if (
        last is None
        or last.unit not in ("time", "bars")
        or item.unit != "number"
        or item.also
        or digits_shown(item) < 2
    ):
        return 0
    item.unit, item.scale = last.unit, last.scale
    return _with_value(reading, bound)


def _owned(reading: Reading, bound: Bound) -> int:
    index = reading.index
    return subject_mask(reading, bound.subject, index.everything, bound.at)


def _in_time(reading: Reading, bound: Bound, facts: int) -> int:
    """Facts of the date or period that is said, and without one those of the whole test."""
    index = reading.index
    if bound.scoped:
        return bound.scope
    first = index.by_group.get("drawdown.1", 0)
    for position, kind in enumerate(reading.code):
        if kind in "DG" and position not in reading.used_scopes:
            first |= scope_mask(reading, position)
    return ~index.scoped | first | (reading.before.scope if reading.before.scope != index.everything else 0)


def _named(reading: Reading, bound: Bound) -> int | None:
    """Facts of the nouns that speak of this figure; None where no noun of the sentence can."""
    if is_said(reading, bound.at):
        return bound.metric
    beside = _beside(reading, bound.at)
    fitting = [mask for noun in beside if (mask := _specific(reading, bound.item, noun))]
    if fitting:
        return _union(fitting)
    nouns = [noun for noun, kind in enumerate(reading.code) if kind == "M" and reading.items[noun].key != "rule"]
    free = [
        mask
        for noun in nouns
        if not (_taken(reading, noun, bound.at) or set(reading.items[noun].key.split(",")) <= _OUTCOMES)
        and (mask := _specific(reading, bound.item, noun))
    ]
    return _union(free) if free and not any(is_generic(reading, noun) for noun in beside) else None


def _by_loose_words(reading: Reading, bound: Bound, facts: int) -> int:
    """Those of the facts that verbs, neighbouring figures or single words speak of, or that stand out by themselves."""
    spoken = _spoken_of(reading, bound, facts)
    if any(is_generic(reading, noun) for noun in _beside(reading, bound.at)):
        return facts & _moves(reading, bound) or spoken or 0
    earlier = next((b for b in reversed(reading.bound) if b is not bound and b.facts and _in_a_row(reading, b, bound)), None)  # fmt: skip
    if earlier is not None:
        alike = facts & (earlier.metric | _parallel(reading, earlier))
        mixed = not is_said(reading, earlier.at) and _clear(reading, bound, facts)
        return alike or (facts if mixed else 0)
    if spoken is not None:
        return spoken
    return facts if _clear(reading, bound, facts) else 0


_ENOUGH = 0.7


def _spoken_of(reading: Reading, bound: Bound, facts: int) -> int | None:
    """Those of the facts that the loose words around a figure speak of at least as much as of any other fact.

    None where the words speak of no fact at all.
    """
    index = reading.index
    rivals = fitting(reading, bound.item, _owned(reading, bound) & _in_time(reading, bound, facts))
    for words in _words_around(reading, bound.at):
        scores: dict[int, float] = {}
        for word in words:
            mask = index.words.get(word, 0) & rivals
            worth = weight(mask.bit_count(), rivals.bit_count())
            for position in index.bits(mask):
                scores[position] = scores.get(position, 0.0) + worth
        best = max(scores.values(), default=0.0)
        found = sum(1 << p for p in index.bits(facts) if best and scores.get(p, 0.0) >= best * _ENOUGH)
        if best:
            return found
        earlier = next(
            (b for b in reversed(reading.bound) if b is not bound and b.facts and b.item.unit == bound.item.unit),
            None,
        )
        if earlier is not None:
            return facts & (earlier.metric | _parallel(reading, earlier))
    return None


def _words_around(reading: Reading, at: int) -> list[set[str]]:
    """Words between the figures beside this one; then those of the whole sentence."""
    code = reading.code
    start = next((p for p in range(at - 1, -1, -1) if code[p] == "Q"), -1) + 1
    end = next((p for p in range(at + 1, len(code)) if code[p] == "Q"), len(code))
    near = next((p for p in range(at + 1, end) if code[p] in "PBJ"), end)
    spans = (reading.items[start:near], reading.items[start:end], reading.items)
    return [stems(" ".join(i.word for i in span if i.kind not in "DQS")) for span in spans]


def _moves(reading: Reading, bound: Bound) -> int:
    """What "made", "lost" and "a return of" can be: returns, falls and what a trade made."""
    keys = ["return", "average_trade", "best_trade", "worst_trade"]
    if lean_of(reading, bound.at) < 0 or bound.item.sign < 0:
        keys.append("drawdown")
    return _union([reading.index.by_key.get(key, 0) for key in keys])


def _parallel(reading: Reading, earlier: Bound) -> int:
    """Facts of the same kind as an earlier figure's, whoever's they are."""
    index = reading.index
    keys = {index.keys[p] for p in index.bits(earlier.facts)}
    return _union([index.by_key.get(key, 0) for found in keys for key in found - {"return", "drawdown"}])


def _union(masks: list[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _specific(reading: Reading, item: Item, noun: int) -> int:
    """Facts of a noun that says more than "return" and has figures of this unit."""
    if is_generic(reading, noun):
        return 0
    return fitting(reading, item, metric_mask(reading.index, reading.items[noun]))


def _beside(reading: Reading, at: int) -> list[int]:
    """The noun or verb that leads to a figure and the noun that follows it, with only small words between."""
    code, items = reading.code, reading.items
    left = next((p for p in range(at - 1, -1, -1) if not _small(reading, p)), -1)
    right = next((p for p in range(at + 1, len(code)) if code[p] not in _GLUE or code[p] in "VUW"), len(code))
    found = [left] if left >= 0 and code[left] in "MVUW" else []
    if right < len(code) and code[right] == "M":
        close = all(kind in _CLOSE for kind in code[at + 1 : right]) and not found
        if close or not leads_on(reading, right):
            found.append(right)
    if found == [left] and code[left] != "M":
        subject = next((p for p in range(left - 1, -1, -1) if code[p] not in "LHATS("), -1)
        found += [subject] if subject >= 0 and code[subject] == "M" else []
    return [p for p in found if items[p].key != "rule" or len(found) == 1]


def _small(reading: Reading, position: int) -> bool:
    kind = reading.code[position]
    return kind in "LHAYETX(RSDG" or (kind == "O" and reading.items[position].word.isalpha())


def _taken(reading: Reading, noun: int, at: int) -> bool:
    """Whether a noun stands beside another figure, and so speaks of that one."""
    return any(
        noun in _beside(reading, other) for other, kind in enumerate(reading.code) if kind == "Q" and other != at
    )


def _in_a_row(reading: Reading, earlier: Bound, bound: Bound) -> bool:
    """ "40.5%, 28.6% and 6.7%", "6.2% a year, trailing the 3.7% of the index": figures in a row share their noun."""
    between = reading.code[earlier.at + 1 : bound.at]
    return earlier.item.unit == bound.item.unit and set(between) <= set("JPRAHLCSV(T)") and between.count("T") < 2


def _only_generic(reading: Reading, bound: Bound) -> bool:
    """Whether nothing but "return" or a verb says which figure it is."""
    beside = _beside(reading, bound.at)
    verbs = any(reading.code[noun] in "VUW" for noun in beside)
    risk = any(b.facts & reading.index.by_key.get("volatility", 0) for b in reading.bound)
    if risk and not verbs:
        return False
    return bool(beside) and all(is_generic(reading, noun) for noun in beside)


def _clear(reading: Reading, bound: Bound, facts: int) -> bool:
    """With no noun at all: one of the figures a report leads with, and only one of them."""
    index = reading.index
    kinds = [index.keys[p] & _HEADLINE for p in index.bits(facts)]
    leading = {kind for kind in kinds if kind and (bound.item.sign < 0 or "max_drawdown" not in kind)}
    whole = bound.item.unit == "number" and not bound.item.decimals
    if digits_shown(bound.item) >= 3 and (whole or bound.item.unit in ("time", "bars", "money")):
        return not facts & index.scoped and len({index.keys[p] for p in index.bits(facts & ~index.stated)}) == 1
    if digits_shown(bound.item) < 2 or len(leading) != 1 or bound.item.unit in ("part", "times"):
        return False
    scoped = [p for p in index.bits(facts) if index.scoped >> p & 1 and "max_drawdown" not in index.keys[p]]
    return not scoped or bound.scoped
