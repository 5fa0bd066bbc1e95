"""Superlatives, ranks, and what is said to hold without exception."""

from collections.abc import Iterator

from tools.narrative.checking.comparisons import is_exactly_of
from tools.narrative.checking.index import Index
from tools.narrative.checking.lexicon import SUPERLATIVES
from tools.narrative.checking.naming import year_of_rank
from tools.narrative.checking.numbers import ORDINALS
from tools.narrative.checking.owners import main_subject, subject_mask
from tools.narrative.checking.pairs import pair_holds, said_of_all, size_of
from tools.narrative.checking.periods import scope_mask
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Reading, metric_mask


def superlatives(reading: Reading) -> None:
    """ "Highest", "deepest", "longest": the figure or period named must be the extreme among its kind."""
    for position, item in enumerate(reading.items):
        if item.kind == "X":
            _superlative(reading, position, item)
    _named_extremes(reading)
    _dated_extreme(reading)
    _years_that_were(reading)


def _superlative(reading: Reading, position: int, item: Item) -> None:
    if _no_claim(reading, position, item) or _among_the_first(reading, position, item):
        return
    index = reading.index
    bound = next((b for b in reading.bound if b.at > position and not any(k in "BX" for k in reading.code[position + 1 : b.at])), None)  # fmt: skip
    bound = bound or next((b for b in reversed(reading.bound) if b.at < position), None)
    if bound is None or not bound.facts:
        if not _extreme_of_scope(reading, position, item):
            reading.find("superlative", item, "No facts bear out that this is the extreme.")
        return
    facts = index.bits(bound.facts)
    rank = ORDINALS.get(reading.items[position - 1].word, 1) if position else 1
    if rank > 1:
        if not any(_has_rank(index, fact, item.word, rank) for fact in facts):
            reading.find("superlative", item, "It is not of this rank among the facts of its kind.")
        return
    named = any(item.word in index.facts[fact].label.lower().split() for fact in facts)
    if not (named or _all_extreme(reading, position, item) or any(_is_extreme(index, f, item.word) for f in facts)):
        reading.find("superlative", item, "It is not the extreme among the facts of its kind.")


def _no_claim(reading: Reading, position: int, item: Item) -> bool:
    """ "Most of the time", "at best", "its worst": no claim, or one that names a figure and is held against it."""
    follows = reading.items[position + 1] if position + 1 < len(reading.items) else None
    if item.word == "most" and follows is not None and (follows.kind in "OTL" or follows.word.startswith("of ")):
        return True
    heads = reading.items[-1].word == ":" and not any(b.facts for b in reading.bound)
    if heads and not any(kind in "DG" for kind in reading.code):
        return True  # "The top 3 drawdowns:", whose rows are judged themselves
    led = position > 0 and reading.items[position - 1].word in ("at", "its")
    return led and item.word in ("best", "worst", "least", "most", "top")


def _all_extreme(reading: Reading, position: int, item: Item) -> bool:
    """ "The two worst years were ...": all figures are of the first few."""
    if not any(i.word.endswith(("years", "months", "days", "drawdowns", "falls")) for i in reading.items[position + 1 : position + 3]):  # fmt: skip
        return False
    firsts = [p for b in reading.bound for p in reading.index.bits(b.facts)[:1]]
    return all(_is_extreme(reading.index, p, item.word, len(reading.bound)) for p in firsts)


def _is_extreme(index: Index, fact: int, word: str, rank: int = 1) -> bool:
    """Among facts of the same kind and owner. A figure without siblings is no extreme, unless its name says so."""
    siblings = _siblings(index, fact)
    keys = index.keys[fact]
    if "max_drawdown" in keys and (SUPERLATIVES[word] == 2 or word == "worst"):
        return True
    if any(key.startswith(("best_", "worst_")) for key in keys):
        return (SUPERLATIVES[word] > 0) == any(key.startswith("best_") for key in keys) or SUPERLATIVES[word] == 2
    if len(siblings) < 2:
        return False
    direction = SUPERLATIVES[word]
    values = [size_of(index, p) if abs(direction) == 2 else index.values[p] or 0.0 for p in siblings]
    own = size_of(index, fact) if abs(direction) == 2 else index.values[fact] or 0.0
    ordered = sorted(values, reverse=direction > 0)[min(rank, len(values)) - 1]
    return own >= ordered - 1e-12 if direction > 0 else own <= ordered + 1e-12


def _among_the_first(reading: Reading, position: int, item: Item) -> bool:
    """ "The top three drawdowns: 56.8%, 49.1% and 19.8%": every figure is among so many."""
    number = reading.items[position + 1] if position + 1 < len(reading.items) else None
    if number is None or number.kind not in "QL" or not 2 <= number.value <= 12 or number.decimals:
        return False
    index = reading.index
    figures = [b for b in reading.bound if b.at > position + 1 and b.facts and b.item.unit != "number"]
    return bool(figures) and all(
        any(_has_rank(index, f, item.word, rank) or (item.word == "top" and _has_rank(index, f, "largest", rank))
            for f in index.bits(b.facts) for rank in range(1, int(number.value) + 1))
        for b in figures
    )  # fmt: skip


def _has_rank(index: Index, fact: int, word: str, rank: int) -> bool:
    """Whether a fact is the n-th among its siblings."""
    direction = SUPERLATIVES[word]
    sizes = {p: size_of(index, p) if abs(direction) == 2 else index.values[p] or 0.0 for p in _siblings(index, fact)}
    ordered = sorted(sizes.values(), reverse=direction > 0)
    return rank <= len(ordered) and abs(ordered[rank - 1] - sizes[fact]) <= 1e-12


def _siblings(index: Index, fact: int) -> list[int]:
    """Facts that differ only in group: the years, the drawdowns, the regimes."""
    group = index.groups[fact]
    if not group:
        return []
    kind, tail = group.split(".")[0], index.facts[fact].id.rpartition(".")[2]
    owner = index.benchmark >> fact & 1
    if kind == "rolling":
        prefix = index.facts[fact].id.rpartition(".")[0]
        return [p for p in index.bits(index.everything) if index.facts[p].id.startswith(prefix)]
    return [
        p
        for p in index.bits(index.everything)
        if index.groups[p].startswith(kind + ".")
        and (index.benchmark >> p & 1) == owner
        and index.facts[p].id.endswith("." + tail)
    ]


def _extreme_of_scope(reading: Reading, position: int, item: Item) -> bool:
    """ "Calm markets were the strongest": the period named is the extreme though no figure is given."""
    index = reading.index
    scope = 0
    for at, other in enumerate(reading.items):
        if other.kind in "DG":
            scope |= scope_mask(reading, at)
    wanted = subject_mask(reading, main_subject(reading, position), index.everything)
    nouns = [
        i for i in (*reading.items[position : position + 4], *reversed(reading.items[:position])) if i.kind == "M"
    ]
    metric = metric_mask(index, nouns[0]) if nouns else index.by_key.get("return", 0)
    for fact in index.bits(scope & metric & wanted):
        if _siblings(index, fact) and _is_extreme(index, fact, item.word):
            return True
    return False


_EXTREMES = ("best_year", "worst_year", "best_month", "worst_month", "best_day", "worst_day")


def _named_extremes(reading: Reading) -> None:
    """A second figure or rank ("its second best year") is not the best."""
    items = reading.items
    for position, item in enumerate(items):
        number = ORDINALS.get(items[position - 1].word, 0) if position else 0
        ranked = number > 1 and not _rank_holds(reading, position, number)
        if item.kind == "M" and ranked and any(key in _EXTREMES for key in item.key.split(",")):
            reading.find("ordinal", item, "No fact gives this rank.")


def _rank_holds(reading: Reading, position: int, number: int) -> bool:
    """Whether the year or month named is the one of this rank."""
    fact = year_of_rank(reading, position, number)
    dates = [at for at, item in enumerate(reading.items) if item.kind == "D"]
    stated = any(bound.facts & fact for bound in reading.bound)
    return bool(fact) and (stated or any(scope_mask(reading, at) & fact for at in dates))


def _dated_extreme(reading: Reading) -> None:
    """ "In 2011 it lost 4.3%, its worst year": the date must be the extreme's own, where one of each is named."""
    nouns = [i for i in reading.items if i.kind == "M" and any(key in _EXTREMES for key in i.key.split(","))]
    dates = [at for at, i in enumerate(reading.items) if i.kind == "D"]
    if len(nouns) != 1 or len(dates) != 1 or any(i.word in ORDINALS for i in reading.items):
        return
    index = reading.index
    mask = metric_mask(index, nouns[0]) & index.by_key.get("extreme", 0)
    owner = main_subject(reading, len(reading.items)) or reading.before.subject
    mask &= index.benchmark if owner == "benchmark" else ~index.benchmark
    if mask and not scope_mask(reading, dates[0]) & mask:
        reading.find("superlative", nouns[0], "The extreme named is of another date.")


def _years_that_were(reading: Reading) -> None:
    """ "Its best being 2009": a year or month named right after a superlative must be the extreme one."""
    index = reading.index
    for position, item in enumerate(reading.items):
        if item.kind != "X" or item.word not in ("best", "worst", "strongest", "weakest"):
            continue
        at = next(
            (p for p in range(position + 1, min(position + 5, len(reading.items))) if reading.code[p] not in "LTPO("),
            None,
        )
        if at is None or reading.code[at] != "D" or reading.items[at].key not in ("year", "my"):
            continue
        kinds = index.by_key.get("return", 0) | index.by_key.get("extreme", 0)
        facts = index.bits(scope_mask(reading, at) & kinds & index.strategy)
        named = f"{'best' if SUPERLATIVES[item.word] > 0 else 'worst'}_"
        facts = [f for f in facts if is_exactly_of(index, f, reading.items[at])]
        rank = ORDINALS.get(reading.items[position - 1].word, 1) if position else 1
        if rank > 1:
            holds = any(_has_rank(index, f, item.word, rank) for f in facts)
            if not holds:
                reading.find("superlative", item, "It is not of this rank among the facts of its kind.")
            continue
        if not any(
            _is_extreme(index, f, item.word) or any(k.startswith(named) for k in index.keys[f]) for f in facts
        ):
            reading.find("superlative", item, "The facts do not bear out that this was the extreme.")


_NEARLY = frozenset("practically almost nearly virtually mostly".split())


def universals(reading: Reading) -> None:
    """ "Every year", "never", "always": computed over the facts of years, months or crises, otherwise refused."""
    if "Z" not in reading.code:
        return
    compared = any("than" in item.word.split() for item in reading.items)
    for position, item in enumerate(reading.items):
        nearly = position and reading.items[position - 1].word in _NEARLY
        if (
            item.kind == "Z"
            and not nearly
            and reading.code[position + 1 : position + 2] != "Q"
            and _of_figures(reading, item)
        ):
            stated = any(bound.at > position and bound.facts for bound in reading.bound)
            bounded = compared and (stated or bool(said_of_all(reading)))
            if not bounded and not _universal_holds(reading, position, item):
                reading.find("superlative", item, "The facts do not bear out that it was so without exception.")


def _of_figures(reading: Reading, item: Item) -> bool:
    """Whether "none of", "always" is said of figures at all; "none of this has been traded" is not."""
    said = " ".join(i.word for i in reading.items)
    periods = any(word in said for word in ("year", "month", "cris", "regime", "trades", "quarter", "week", "day"))
    return periods or any(i.kind in "VUWMCX" for i in reading.items)


def _universal_holds(reading: Reading, position: int, item: Item) -> bool:
    index = reading.index
    kind = next((k for k in ("year", "month", "crisis", "regime", "trade") if k in item.word), "")
    if not kind:
        kind = next((k for i in reading.items for k in ("year", "month") if k in i.word), "")
    prefix = {"year": "year.", "month": "month.", "crisis": "stress.", "regime": "regime."}.get(kind, "")
    owner = main_subject(reading, position) or main_subject(reading, len(reading.items)) or "strategy"
    family = index.benchmark if owner == "benchmark" else index.strategy
    facts = [
        p for p in index.bits(family & index.by_key.get("return", 0)) if prefix and index.groups[p].startswith(prefix)
    ]
    values = [index.values[p] or 0.0 for p in facts]
    if not values:
        return False
    lean = next((i for i in reading.items if i.kind in "VUWM" and i.word), None)
    losing = any(w in item.word for w in ("no losing", "without", "no negative", "not one losing"))
    beat = any(i.kind == "C" and i.key == "beats" for i in reading.items)
    if beat:
        return all(pair_holds(reading, "beats", a, b, False) for p in facts for a, b in _year_pairs(index, p))
    down = lean is not None and (lean.key == "loss" or lean.word in ("loss", "losses", "lost"))
    if losing or item.word == "never":
        return all(value >= 0 for value in values)
    return all(value < 0 for value in values) if down else all(value > 0 for value in values)


def _year_pairs(index: Index, fact: int) -> Iterator[tuple[int, int]]:
    for other in index.bits(index.benchmark & index.by_key.get("return", 0)):
        if index.groups[other] == index.groups[fact]:
            yield fact, other
