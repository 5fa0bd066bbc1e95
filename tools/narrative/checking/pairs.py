"""Facts of one kind of two owners, and how one figure lies to another."""

from collections.abc import Iterator

from tools.narrative.checking.index import Index
from tools.narrative.checking.owners import subject_mask
from tools.narrative.checking.periods import scope_mask
from tools.narrative.checking.state import Bound, Reading, metric_mask

_LESS_IS_BETTER = frozenset("volatility max_drawdown drawdown var cvar tracking_error turnover costs cost_drag kurtosis down_capture length_dd recovery_days".split())  # fmt: skip


_MORE = frozenset("above more higher ahead better greater larger deeper longer beat outperformed beats outperforms exceeded over outperforming beating stronger advantage lead edge bigger extra additional excess wider surpassed topped".split())  # fmt: skip


_LESS = frozenset("below less lower behind worse smaller shallower shorter lagged trailed underperformed lags trails underperforms lagging trailing fewer under weaker short shortfall deficit".split())  # fmt: skip


_GAPS = frozenset(
    "differential differentials outperformance underperformance pickup premium difference gap margin distance spread lead edge advantage shortfall deficit".split()
)


def are_comparable(reading: Reading, left: Bound, right: Bound) -> bool:
    """Whether two figures have one unit."""
    units = reading.index.units
    first, second = reading.index.bits(left.facts), reading.index.bits(right.facts)
    return bool(first and second) and units[first[0]] == units[second[0]]


def value_of(reading: Reading, bound: Bound) -> float:
    """The value of the fact that a figure states."""
    return reading.index.values[reading.index.bits(bound.facts)[0]] or 0.0


def is_negated(reading: Reading, position: int) -> bool:
    """Whether the relation at a position is denied."""
    near = any(i.kind == "N" for i in reading.items[max(0, position - 3) : position])
    return near or any(i.word in ("neither", "nor") for i in reading.items[:position])


def holds_between(relation: str, first: float, second: float, goodness: int, negated: bool) -> bool:
    """Whether the relation holds of two values; `goodness` is -1 where less is better."""
    if relation == "level":
        close = abs(first - second) <= 0.02 * max(abs(first), abs(second), 1e-9)
        return close != negated
    if relation in ("beats", "lags"):
        first, second = first * goodness, second * goodness
    if relation in ("higher", "beats", "deeper", "over", "just_over"):
        return (first <= second) if negated else first > second
    if relation in ("lower", "lags", "shallower", "under", "nearly"):
        return (first >= second) if negated else first < second
    if relation == "at_least":
        return first >= second
    return first <= second


def goodness_of(reading: Reading, mask: int) -> int:
    """-1 where less of these facts is better, otherwise 1."""
    positions = reading.index.bits(mask)
    return -1 if positions and reading.index.keys[positions[0]] & _LESS_IS_BETTER else 1


def said_of_all(reading: Reading) -> int:
    """ "In every crisis", "each year": the facts of all of them; 0 where the sentence does not say so."""
    if "Z" not in reading.code and not _says_all_of_so_many(reading):
        return 0
    text = " ".join(item.word for item in reading.items)
    for word, prefix in (("cris", "stress"), ("year", "year"), ("month", "month"), ("regime", "regime")):
        if word in text:
            return sum(bits for group, bits in reading.index.by_group.items() if group.startswith(prefix))
    return 0


def _says_all_of_so_many(reading: Reading) -> bool:
    """ "In all three regimes", "in each of the five crises"."""
    return any(
        word in ("all", "each", "every") and "Q" in reading.code[at + 1 : at + 5]
        for at, item in enumerate(reading.items)
        for word in item.word.split()[-1:]
    )


def pair_holds(reading: Reading, relation: str, first: int, second: int, negated: bool) -> bool:
    """Whether a relation holds of two facts, by size where they are losses."""
    index = reading.index
    a, b = index.values[first] or 0.0, index.values[second] or 0.0
    goodness = -1 if index.keys[first] & _LESS_IS_BETTER else 1
    if index.losses >> first & 1 or relation in ("deeper", "shallower"):
        a, b = abs(a), abs(b)
    return holds_between(relation, a, b, goodness, negated)


def facts_of_nouns(reading: Reading, positions: range, stop: str) -> int:
    """Facts of the first noun among some positions, before any of `stop`."""
    for at in positions:
        if reading.code[at] in stop:
            return 0
        if reading.code[at] == "M":
            mask = metric_mask(reading.index, reading.items[at])
            if "return" in reading.items[at].key.split(","):
                mask = reading.index.by_key.get("cagr", 0) | reading.index.by_key.get("total_return", 0)
            return mask
    return 0


def fact_pairs(
    reading: Reading, metric: int, own: str, other: str, scope: int | None = None
) -> Iterator[tuple[int, int]]:
    """Facts of one kind, one of each subject, of the same group."""
    index = reading.index
    scope = _sentence_scope(reading) if scope is None else scope
    mine = metric & subject_mask(reading, own, metric) & ~(index.benchmark if own != "benchmark" else 0)
    theirs = metric & subject_mask(reading, other, metric) & (index.benchmark if other == "benchmark" else index.everything)  # fmt: skip
    for a in index.bits(mine & scope):
        for b in index.bits(theirs & scope):
            if (
                a != b
                and index.units[a] == index.units[b]
                and index.groups[a] == index.groups[b]
                and are_alike(index, a, b)
            ):
                yield a, b


def are_alike(index: Index, first: int, second: int) -> bool:
    """Whether two facts are of one kind."""
    ours, theirs = index.keys[first] - {"return", "drawdown"}, index.keys[second] - {"return", "drawdown"}
    if ours or theirs:
        return bool(ours & theirs)
    return bool(index.keys[first] & index.keys[second])


def _sentence_scope(reading: Reading) -> int:
    mask = reading.index.everything
    found = False
    for position, item in enumerate(reading.items):
        if item.kind in "DG":
            mask &= scope_mask(reading, position)
            found = True
    if found:
        return mask
    return reading.before.scope or reading.index.everything & ~(
        reading.index.scoped & ~reading.index.by_group.get("drawdown.1", 0)
    )


def is_compared(reading: Reading, at: int) -> bool:
    """Whether the words around a plain figure make it a difference: "by 1.2", "0.3 higher", "a gap of"."""
    items = reading.items
    before = [i.word for i in items[max(0, at - 3) : at]]
    after = items[at + 1].word.split() if at + 1 < len(items) else []
    gap = any(word in _GAPS for i in items[max(0, at - 5) : at + 4] for word in i.word.split())
    share = [i.kind for i in items[at + 1 : at + 4] if i.kind != "L"]
    if items[at].unit == "percent" and at + 1 < len(items) and items[at + 1].word == "of" and share[1:2] == ["S"]:
        return True
    gap = gap or any(i.word in ("differ", "differs", "apart") for i in items[max(0, at - 3) : at + 2])
    return "by" in before or gap or bool(set(after) & (_MORE | _LESS))


def said_direction(reading: Reading, at: int) -> int:
    """1 where the words say the first is more, -1 less, 0 where they do not say. The nearest word counts."""
    places = [*range(at + 1, at + 3), *range(at - 1, at - 9, -1), *range(at + 3, at + 8)]
    for position in places:
        if not 0 <= position < len(reading.items):
            continue
        item = reading.items[position]
        words = set(item.word.split())
        if item.kind == "C" and item.key in ("beats", "higher", "deeper"):
            return 1
        if item.kind == "C" and item.key in ("lags", "lower", "shallower"):
            return -1
        if words & _LESS:
            return -1
        if words & _MORE:
            return 1
    return 0


def size_of(index: Index, position: int) -> float:
    """The value of a fact, without sign where it is a loss by nature."""
    value = index.values[position] or 0.0
    return abs(value) if index.losses >> position & 1 else value
