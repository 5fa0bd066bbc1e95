"""What the words around a figure say of each fact it could state: named sets of facts, near and far.

A piece of evidence is a name, which says how the words stand to the figure, and the facts they speak for: a noun right
before it, an owner named behind it, a date three figures earlier. How much each counts is fitted, see `weighing`.
"""

from collections.abc import Iterable, Iterator
from itertools import accumulate

from tools.narrative.checking.index import Index
from tools.narrative.checking.matching import fits_unit
from tools.narrative.checking.nouns import wholes_of
from tools.narrative.checking.numbers import ORDINALS
from tools.narrative.checking.owners import compared_with, is_object, main_subject, owner_after
from tools.narrative.checking.periods import fall_of_rank, scope_mask, time_behind
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Bound, Reading, is_generic, leads_on, metric_mask
from tools.narrative.checking.tones import lean_of, near_qualifiers
from tools.narrative.checking.vocabulary import stems, weight

Evidence = tuple[str, int, float]
"""Name, facts, strength."""

_PARTS = ("won", "lost", "open", "positive_years", "positive_months")
_COUNTED_OF = frozenset(("of", "out of", "in"))


class Layout:
    """One sentence, laid out once for all its figures: its nouns, and what stands between any two places."""

    def __init__(self, reading: Reading) -> None:
        code, items, index = reading.code, reading.items, reading.index
        self.counts = {
            name: [0, *accumulate(kind in kinds for kind in code)]
            for name, kinds in (("q", "Q"), ("b", "B"), ("p", "PJR)"), ("m", "M"))
        }
        self.counts["o"] = [0, *accumulate(i.kind == "O" and i.word.isalpha() for i in items)]
        self.nouns = [
            (at, _facts_of(index, items[at], reading), is_generic(reading, at))
            for at, kind in enumerate(code)
            if kind in "MVUW"
        ] + [
            (at, index.by_key.get("costs", 0), False)
            for at, kind in enumerate(code)
            if kind == "E" and items[at].word.endswith(("costs", "fees"))
        ]
        self.times = [(at, _time(reading, at)) for at, kind in enumerate(code) if kind in "DG"]
        several = any(
            (i.kind == "X" and i.word in ("longest", "shortest"))
            or (i.kind == "M" and i.word.endswith("s") and "drawdown" in i.key.split(","))
            for i in items
        )
        self.falls = index.spells.get("drawdown", 0) if several else 0
        self.said = 0
        for _, mask in self.times:
            self.said |= mask

    def between(self, name: str, first: int, last: int) -> int:
        """How many of a kind stand strictly between two places."""
        counts = self.counts[name]
        return counts[last] - counts[first + 1]


def _facts_of(index: Index, item: Item, reading: Reading) -> int:
    mask = metric_mask(index, item)
    keys = item.key.split(",") if item.kind == "M" else ()
    if "cagr" in keys:
        mask |= index.by_key.get("double_costs", 0) | index.by_key.get("triple_costs", 0)
    if "rule" in reading.keys and keys:
        mask |= _union(index.limits.get(key, 0) for key in keys)
    return mask


def _time(reading: Reading, at: int) -> int:
    """Facts of a date or period; a month without a year can be of any year."""
    item, index = reading.items[at], reading.index
    mask = scope_mask(reading, at)
    if item.kind == "D" and item.dates[0] == item.dates[1] and item.until is None:
        mask &= ~sum(1 << p for p in index.bits(index.moments) if index.spans[p] != item.dates)
    if not mask and item.kind == "D" and item.key == "month":
        month = f"-{item.dates[0] // 100 % 100:02d}"
        mask = _union(bits for group, bits in index.by_group.items() if group.endswith(month))
        mask |= _union(1 << p for p in index.bits(index.by_key.get("extreme", 0)) if (index.facts[p].period or "").endswith(month))  # fmt: skip
    return mask


def possible(index: Index, item: Item) -> int:
    """Facts that a figure of this unit can state, whatever its value."""
    broken = item.unit in ("number", "time") and item.decimals > 0
    name = (item.unit, item.key, item.also, item.currency, str(broken))
    found = index.able.get(name)
    if found is None:
        fits = (p for p, value in enumerate(index.values) if value is not None and fits_unit(item, index, p))
        found = index.able[name] = sum(1 << p for p in fits if not (broken and index.units[p] == "count"))
    return found


def evidence(reading: Reading, bound: Bound, facts: int) -> Iterator[Evidence]:
    """Everything the text says of which of the facts a figure states; and what can be said of them beforehand."""
    for name, mask in reading.index.sorts.items():
        yield name, mask, 1.0
    yield from attached(reading, bound, facts)
    near, far = loose_words(reading, bound)
    for where, words in (("near", near), ("far", far)):
        for word in words:
            yield from spoken_by(reading.index, word, where, facts)


def attached(reading: Reading, bound: Bound, facts: int) -> Iterator[Evidence]:
    """What nouns, owners, times and neighbours say, by how they stand to the figure."""
    layout = reading.layout
    if layout is None:
        layout = reading.layout = Layout(reading)
    yield from _nouns(reading, layout, bound, facts)
    yield from _owner(reading, layout, bound)
    yield from _times(reading, layout, bound)
    yield from _manner(reading, layout, bound, facts)
    yield from _neighbours(reading, bound)


def _nouns(reading: Reading, layout: Layout, bound: Bound, facts: int) -> Iterator[Evidence]:
    index, at = reading.index, bound.at
    listed = reading.pairs.get(at)
    if listed is not None:
        yield "noun list", metric_mask(index, reading.items[listed]), 1.0
    fits = False
    for place, mask, generic in layout.nouns:
        if mask & facts:
            fits = fits or not generic
            where = _left(reading, layout, place, at) if place < at else _right(reading, layout, at, place)
            yield f"{'verb' if generic else 'noun'} {where}", mask, 1.0
        if generic:
            continue
        item = reading.items[place]
        if place > at and bound.item.unit == "money" and "final" in item.key.split(",") and leads_on(reading, place):
            yield "start", index.by_key.get("initial", 0), 1.0
    if bound.item.unit == "number" and bound.item.decimals and not fits and _moves(reading, at):
        yield "unit unsaid", index.everything, 1.0
    before = reading.before.metric
    if before & facts:
        yield ("topic too" if fits else "topic"), before, 1.0


def _moves(reading: Reading, at: int) -> bool:
    """ "It returned 0.57": what moves does so by a share or a sum."""
    before = reading.code[:at].rstrip("LHA")
    return before[-1:] == "V"


def _left(reading: Reading, layout: Layout, noun: int, at: int) -> str:
    figures, broken = layout.between("q", noun, at), layout.between("b", noun, at)
    taken = "t" if noun and reading.code[noun - 1] == "Q" else ""
    if figures > 1:
        return "l3" + taken
    if figures:
        return ("l2b" if broken else "l2") + taken
    if broken:
        return "l1b" + taken
    if layout.between("p", noun, at):
        return "l1p" + taken
    others, nouns = layout.between("o", noun, at), layout.between("m", noun, at)
    return ("l0" if not others else "l0o" if others < 3 else "l0oo") + ("m" if nouns else "") + taken


def _right(reading: Reading, layout: Layout, at: int, noun: int) -> str:
    leads = "x" if leads_on(reading, noun) else ""
    if layout.between("q", at, noun):
        return "r2" + leads
    if layout.between("b", at, noun) or layout.between("p", at, noun):
        return "r1" + leads
    others = layout.between("o", at, noun)
    return ("r0" if noun == at + 1 else "r0l" if not others else "r0o" if others < 3 else "r0oo") + leads


def _owned(index: Index, owner: str) -> int:
    if owner == "benchmark" and index.benchmark:
        return index.benchmark | index.neutral
    if owner == "stated" and index.stated:
        return index.stated
    return index.strategy | index.orphans


def _owner(reading: Reading, layout: Layout, bound: Bound) -> Iterator[Evidence]:
    index, at = reading.index, bound.at
    said = {i.key for i in reading.items if i.kind == "S"} | {reading.before.subject, reading.before.heading}
    if "benchmark" not in said:
        yield "benchmark unsaid" + (" versus" if "R" in reading.code else ""), index.benchmark & ~index.stated, 1.0
    if said.isdisjoint(("stated", "recomputed")):
        yield "stated unsaid", index.stated & ~index.orphans, 1.0
    name, owner = _owner_said(reading, layout, at)
    bound.subject = owner
    kind = " engine" if owner == "stated" and index.stated else ""
    yield name + kind, _owned(index, owner or "strategy"), 1.0
    for place in range(at):
        if reading.code[place] == "S" and not layout.between("q", place, at) and is_object(reading.items, place):
            yield "owner object", _owned(index, reading.items[place].key), 1.0


def _owner_said(reading: Reading, layout: Layout, at: int) -> tuple[str, str]:
    """By which words a figure has an owner, the closest first, and who that is; nobody where none says so."""
    attached = (
        ("owner list", reading.owners.get(at, "")),
        ("owner after", owner_after(reading, at)),
        ("owner versus", compared_with(reading, at)),
        ("owner first", _first_of_two(reading, at)),
    )
    for name, owner in attached:
        if owner:
            return name, owner
    owner = main_subject(reading, at)
    if owner:
        place = max(p for p in range(at) if reading.items[p].kind == "S" and reading.items[p].key == owner)
        broken = "b" if layout.between("b", place, at) else ""
        return f"owner main{min(layout.between('q', place, at), 2)}{broken}", owner
    if reading.before.subject:
        return "owner carried", reading.before.subject
    return ("owner other" if "S" in reading.code[:at] else "owner none"), ""


def _first_of_two(reading: Reading, at: int) -> str:
    """ "A loss of 5.3% against 56.8%": with no owner named, the first figure is the strategy's."""
    figures = reading.code[at + 1 :].lstrip("AYLHP")
    named = "S" in reading.code or reading.before.subject in ("stated", "recomputed")
    return "strategy" if figures[:1] == "R" and "Q" in figures[1:4] and not named else ""


def _times(reading: Reading, layout: Layout, bound: Bound) -> Iterator[Evidence]:
    index, at, before = reading.index, bound.at, reading.before.scope
    carried = before if before and before != index.everything else 0
    rank = fall_of_rank(reading, at)
    for name, mask in index.spells.items():
        yield f"{name} unsaid", mask & ~(layout.said | carried | rank | layout.falls), 1.0
    if carried:
        yield ("time before too" if layout.times else "time before"), carried, 1.0
    if rank:
        yield "rank", rank, 1.0
    elif before & index.by_key.get("drawdown", 0) or reading.before.metric & index.by_key.get("drawdown", 0):
        yield "rank carried", _bare_rank(reading, at), 1.0
    behind = reading.when.get(at)
    behind = behind if behind is not None else time_behind(reading, at)
    if behind is not None:
        yield from _spoken(reading, "time behind", _time(reading, behind), behind)
    for place, mask in layout.times:
        if place == behind:
            continue
        first, last = min(place, at), max(place, at)
        figures = layout.between("q", first, last)
        apart = "b" if layout.between("b", first, last) else "p" if layout.between("p", first, last) else ""
        alone = "" if len(layout.times) == 1 else "o" if set("DG") & set(reading.code[first + 1 : last]) else "n"
        yield from _spoken(reading, f"time {'l' if place < at else 'r'}{min(figures, 2)}{apart}{alone}", mask, place)


def _spoken(reading: Reading, name: str, mask: int, place: int) -> Iterator[Evidence]:
    """A date alone does not mean a regime or crisis of that time, unless it is a range, but it can."""
    item, index = reading.items[place], reading.index
    if item.kind == "D" and item.until is None:
        yield f"{name} weather", mask & index.regimes, 1.0
        mask &= ~index.regimes
        if item.dates[0] == item.dates[1] and name.startswith(("time behind", "time l0")):
            yield "other moment", sum(1 << p for p in index.bits(index.moments) if index.spans[p] != item.dates), 1.0
    yield name, mask, 1.0


def _bare_rank(reading: Reading, at: int) -> int:
    """ "The second, 20.4%, started": of the falls that the paragraph speaks of."""
    for item in reversed(reading.items[:at]):
        if item.kind in "QM":
            return 0
        if item.word in ORDINALS:
            return reading.index.by_group.get(f"drawdown.{ORDINALS[item.word]}", 0)
    return 0


def _manner(reading: Reading, layout: Layout, bound: Bound, facts: int) -> Iterator[Evidence]:
    """A year's or a day's figure, up or down."""
    index, item = reading.index, bound.item
    kinds = near_qualifiers(reading, bound.at)
    yield from _yearly(reading, layout, bound, facts, said="A" in kinds)
    if "Y" in kinds:
        yield "a day", index.daily, 1.0
    lean = lean_of(reading, bound.at)
    if lean < 0:
        yield "down", index.negative, 1.0
    elif lean > 0:
        yield "up", index.everything & ~index.negative, 1.0
    elif not item.sign and _hurts(reading, bound.at):
        yield "hurts", index.negative, 1.0
    elif not item.sign:
        yield "plain", index.negative, 1.0
    if item.sign:
        yield ("minus", index.negative, 1.0) if item.sign < 0 else ("plus", index.everything & ~index.negative, 1.0)


_PAIN = frozenset(("loss", "fall"))


def speaks_of_loss(reading: Reading, bound: Bound) -> bool:
    """ "A year of pain took away 12.2%": a word of loss in the same stretch, be it neither noun nor verb of the lexicon."""
    return not _PAIN.isdisjoint(loose_words(reading, bound)[0])


def _hurts(reading: Reading, at: int) -> bool:
    return not _PAIN.isdisjoint(_stems_of(reading, max(0, at - 3), at + 3))


def _yearly(reading: Reading, layout: Layout, bound: Bound, facts: int, *, said: bool) -> Iterator[Evidence]:
    """Whether it is said to be a year's figure, or that of the whole test."""
    index, code, cagr = reading.index, reading.code, reading.index.by_key.get("cagr", 0)
    close = [
        generic
        for at, mask, generic in layout.nouns
        if mask & facts and _close(layout, at, bound.at) and not (at < bound.at and code[at - 1 : at] == "Q")
    ]
    if said:
        yield "a year" if all(close) else "a year named", index.annual, 1.0
        if code[bound.at + 1 : bound.at + 2] == "A":
            yield "total a year", index.by_key.get("return", 0) & ~index.annual, 1.0
    elif close and all(close):
        annual = cagr | index.by_key.get("volatility", 0)
        before = "A" in code[: bound.at] or any(mask & annual for _, mask, generic in layout.nouns if not generic)
        before = before or bool((reading.before.metric | _union(b.facts for b in reading.bound)) & cagr)
        yield "year said" if before else "year unsaid", cagr, 1.0
    follows = reading.items[bound.at + 1 : bound.at + 2]
    if follows and follows[0].kind == "M" and "total_return" in follows[0].key.split(","):
        yield "year in total", index.annual & ~index.by_key.get("total_return", 0), 1.0


def spoken_of(reading: Reading, bound: Bound) -> int:
    """Facts of the nouns in the same stretch of words, whatever their unit."""
    layout = reading.layout or Layout(reading)
    return _union(mask for at, mask, _ in layout.nouns if _close(layout, at, bound.at))


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _close(layout: Layout, first: int, last: int) -> bool:
    first, last = min(first, last), max(first, last)
    return not (
        layout.between("q", first, last) or layout.between("b", first, last) or layout.between("p", first, last)
    )


def _neighbours(reading: Reading, bound: Bound) -> Iterator[Evidence]:
    """What the figures beside this one state: parts of wholes, the same of another owner or time."""
    index, code = reading.index, reading.code
    ahead = [i for i in reading.items[bound.at + 1 : bound.at + 4] if i.kind != "L"]
    if len(ahead) > 1 and ahead[0].word in _COUNTED_OF and ahead[1].kind == "Q":
        parts = 0
        for key in _PARTS:
            parts |= index.by_key.get(key, 0)
        yield "part", parts, 1.0
    behind = next((i for i in reversed(reading.items[: bound.at]) if i.kind != "L"), None)
    if behind is not None and behind.word in _COUNTED_OF and "Q" in code[max(0, bound.at - 4) : bound.at]:
        yield "whole", wholes_of(index, 0), 1.0
    nearest = True
    for earlier in reversed(reading.bound):
        if earlier is bound or not earlier.facts or earlier.item.unit != bound.item.unit:
            continue
        row = set(code[earlier.at + 1 : bound.at]) <= set("JPRAHLCSVTDG()") and nearest
        yield ("again in a row" if row else "again"), earlier.facts, 1.0
        if nearest:
            yield ("in a row" if row else "alike"), alike_of(index, earlier.facts) & ~earlier.facts, 1.0
        nearest = False


def alike_of(index: Index, facts: int) -> int:
    """Facts of the same kind, whoever's and whenever."""
    mask = 0
    for position in index.bits(facts):
        keys = index.keys[position] - {"drawdown", "return"} or index.keys[position]
        for key in keys:
            mask |= index.by_key.get(key, 0)
    return mask


def loose_words(reading: Reading, bound: Bound) -> tuple[frozenset[str], frozenset[str]]:
    """Single words of the stretch between the figures beside, and the others of the sentence."""
    code, at = reading.code, bound.at
    start = code.rfind("Q", 0, at) + 1
    end = code.find("Q", at + 1)
    end = len(code) if end < 0 else end
    near = next((p for p in range(at + 1, end) if code[p] in "PBJ;"), end)
    close = _stems_of(reading, start, near)
    return close, _stems_of(reading, 0, len(code)) - close


def spoken_by(index: Index, word: str, where: str, facts: int) -> Iterator[Evidence]:
    """What a word says: more where it is of a label itself, and the more the fewer facts it can be said of."""
    for name, known in (("label", index.labels), ("word", index.words)):
        mask = known.get(word, 0) & facts
        if mask:
            yield f"{name} {where}", mask, weight(mask.bit_count(), facts.bit_count())


def _stems_of(reading: Reading, start: int, end: int) -> frozenset[str]:
    none: frozenset[str] = frozenset()
    return none.union(*(stems(i.word) for i in reading.items[start:end] if i.kind not in "DQS"))
