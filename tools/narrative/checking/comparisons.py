"""Comparisons of two figures, two owners or two periods, and with what no fact is about."""

from tools.narrative.checking.index import Index
from tools.narrative.checking.matching import written
from tools.narrative.checking.owners import main_subject, subject_mask
from tools.narrative.checking.pairs import (
    are_alike,
    are_comparable,
    fact_pairs,
    facts_of_nouns,
    goodness_of,
    holds_between,
    is_negated,
    pair_holds,
    said_of_all,
    value_of,
)
from tools.narrative.checking.periods import scope_mask
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Bound, Reading, metric_mask
from tools.narrative.checking.tones import hedge_of

_BY_SIZE = frozenset(("less than", "more than", "less", "more", "fewer than"))


_BOUNDS = frozenset(("no_less", "no_more", "at_least", "at_most", "over", "under", "just_over", "nearly"))


def compare_all(reading: Reading) -> None:
    """Every "higher than", "beat", "deeper than" between two figures or two subjects."""
    for position, item in enumerate(reading.items):
        if item.kind == "C" or (item.kind == "H" and (item.also or item.key in _BOUNDS)):
            _compare(reading, position, item)
    _of_others(reading)


_OTHERS = frozenset("peers peer competitors competitor rivals rival funds managers category quartile decile percentile".split())  # fmt: skip


def _of_others(reading: Reading) -> None:
    """ "Among the top 10% of its peers": of other funds there are no facts."""
    if not any(kind in "CXQH" for kind in reading.code) or "N" in reading.code:
        return
    for item in reading.items:
        if item.kind == "O" and item.word in _OTHERS:
            reading.find("comparison", item, "There are no facts about others of its kind.")


def _compare(reading: Reading, position: int, item: Item) -> None:
    relation = item.key if item.kind == "C" else item.also or item.key
    right = _right_operand(reading, position)
    if isinstance(right, Bound):
        partner = next((b for b in reading.bound if b.at > right.at and b.facts), None)
        if (
            partner is not None
            and "M" in reading.code[position : right.at]
            and set(reading.code[right.at + 1 : partner.at]) <= set("ALR")
        ):
            _order(reading, position, item, relation, (right, partner))
        else:
            _two_figures(reading, position, item, relation, right)
    elif isinstance(right, int):
        _two_subjects(reading, position, item, relation, right)
    elif not _two_periods(reading, position, item, relation) and not _figure_and_noun(
        reading, position, item, relation
    ):
        _against_the_unknown(reading, position, item)


_RACES = frozenset("beat beats beating outperformed outperforms outperforming outpaced outpaces outdid surpassed bettered outstripped outran trounced underperformed underperforms underperforming trailed trails lagged lags".split())  # fmt: skip


def _against_the_unknown(reading: Reading, position: int, item: Item) -> None:
    """ "It beat most hedge funds": of those there are no facts."""
    following = reading.items[position + 1 : position + 5]
    stop = next(
        (n for n, i in enumerate(following) if i.kind in "PBTDGJQ" or not i.word[:1].isalpha()), len(following)
    )
    if item.word in _RACES and any(i.kind == "O" for i in following[:stop]):
        reading.find("comparison", item, "There are no facts about what this is compared with.")


def _two_periods(reading: Reading, position: int, item: Item, relation: str) -> bool:
    """ "2009 was better than 2008": their returns, or the figure that is named."""
    left = next((p for p in range(position - 1, -1, -1) if reading.code[p] in "DG"), None)
    right = next(
        (p for p in range(position + 1, min(position + 4, len(reading.code))) if reading.code[p] in "DG"), None
    )
    if left is None or right is None or set(reading.code[left + 1 : position]) & {"Q", "B", "S", "V", "C"}:
        return False
    index = reading.index
    family = index.benchmark if main_subject(reading, position) == "benchmark" else index.strategy
    metric = facts_of_nouns(reading, range(position - 1, -1, -1), stop="B") or index.by_key.get("return", 0)
    first, second = (
        [f for f in index.bits(scope_mask(reading, p) & metric & family) if is_exactly_of(index, f, reading.items[p])]
        for p in (left, right)
    )
    if not first or not second:
        return False
    outcomes = [holds_between(relation, index.values[a] or 0.0, index.values[b] or 0.0, goodness_of(reading, 1 << a), is_negated(reading, position))
                for a in first for b in second if are_alike(index, a, b)]  # fmt: skip
    if outcomes and not any(outcomes):
        reading.find("comparison", item, "The facts compare the other way.")
    return bool(outcomes)


def is_exactly_of(index: Index, fact: int, item: Item) -> bool:
    """Whether a fact is of exactly the year, month or regime that is named."""
    return index.groups[fact] == item.key if item.kind == "G" else index.spans[fact] == item.dates


def _two_figures_of_both(reading: Reading, position: int, item: Item, relation: str) -> None:
    """ "Held up better than the benchmark, falling 11.7% rather than 77.6%": the figures of both that the sentence gives."""
    given = [b for b in reading.bound if b.facts]
    for left in given:
        right = next((b for b in given if b is not left and _of_the_other(reading, left, b)), None)
        if right is None:
            continue
        goodness = goodness_of(reading, left.facts)
        if not holds_between(
            relation, value_of(reading, left), value_of(reading, right), goodness, is_negated(reading, position)
        ):
            reading.find("comparison", item, "The two figures compare the other way.")
        return
    reading.find("comparison", item, "There are no facts to compare these two by.")


def _of_the_other(reading: Reading, left: Bound, right: Bound) -> bool:
    """Whether two figures are of one kind, the first the strategy's and the second the benchmark's."""
    index = reading.index
    mine, theirs = index.bits(left.facts & ~index.benchmark), index.bits(right.facts & index.benchmark)
    return any(index.units[a] == index.units[b] and are_alike(index, a, b) for a in mine for b in theirs)


def _figure_and_noun(reading: Reading, position: int, item: Item, relation: str) -> bool:
    """ "The Sortino ratio, 0.40, is higher than the Sharpe ratio"."""
    left = next((b for b in reversed(reading.bound) if b.at < position and b.facts), None)
    following = reading.items[position + 1 : position + 4]
    noun = next((i for i in following if i.kind == "M"), None)
    if left is None or noun is None or any(i.kind not in "LM" for i in following[: following.index(noun)]):
        return False
    index = reading.index
    own = subject_mask(reading, left.subject, index.everything) & ~index.scoped
    other = index.bits(metric_mask(index, noun) & own)
    first = index.bits(left.facts)[0]
    if (
        len(other) == 1
        and index.units[other[0]] == index.units[first]
        and other[0] != first
        and not holds_between(
            relation, index.values[first] or 0.0, index.values[other[0]] or 0.0, 1, is_negated(reading, position)
        )
    ):
        reading.find("comparison", item, "The two figures compare the other way.")
    return True


def _right_operand(reading: Reading, position: int) -> Bound | int | None:
    """The figure or the subject that the comparison ends in; None where it is a hedge or a figure of speech."""
    for at in range(position + 1, min(position + 9, len(reading.items))):
        item = reading.items[at]
        if item.kind == "Q":
            bound = next((b for b in reading.bound if b.at == at), None)
            return bound if bound is not None and bound.facts else None
        if item.kind == "S":
            own = next(
                (b for b in reading.bound if b.at > at and not any(k in "BPJ" for k in reading.code[at : b.at])), None
            )
            if (
                own is not None
                and own.facts
                and own.at - at < 5
                and any(b.facts and b.at < position for b in reading.bound)
            ):
                return own
            return at
        if item.kind not in "LTMXAPHEYGRWUO(":
            return None
    return None


def _two_figures(reading: Reading, position: int, item: Item, relation: str, right: Bound) -> None:
    left = next(
        (
            b
            for b in reversed(reading.bound)
            if b.at < position and b.facts and not b.derived and are_comparable(reading, b, right)
        ),
        None,
    )
    if left is None or _hedges_only(reading, item, position, right):
        return
    _order(reading, position, item, relation, (left, right))


def _order(reading: Reading, position: int, item: Item, relation: str, pair: tuple[Bound, Bound]) -> None:
    """Whether two figures lie to each other as the words say, in any reading in which they are two facts."""
    index = reading.index
    left, right = pair
    by_size = relation in ("deeper", "shallower") or bool(left.facts & index.losses)
    goodness = 1 if by_size else goodness_of(reading, left.facts)
    ways = [(a, b) for a in index.bits(left.facts) for b in index.bits(right.facts) if a != b]
    for first, second in ways or [(index.bits(left.facts)[0], index.bits(right.facts)[0])]:
        values = (index.values[first] or 0.0, index.values[second] or 0.0)
        sizes = (abs(values[0]), abs(values[1])) if by_size else values
        if holds_between(relation, *sizes, goodness, is_negated(reading, position)):
            return
    reading.find("comparison", item, "The two figures compare the other way.")


def _hedges_only(reading: Reading, item: Item, position: int, right: Bound) -> bool:
    """ "above 0.5" hedges the one figure of the sentence; the fact it matched is not 0.5 itself."""
    hedge, comparing = hedge_of(reading, right.at)
    if not hedge or not comparing:
        return bool(hedge)
    index = reading.index
    shown = [abs(written(right.item, index, p)[0] - abs(index.values[p] or 0.0)) for p in index.bits(right.facts)]
    return bool(shown) and min(shown) > abs(value_of(reading, right)) * 0.05


def _two_subjects(reading: Reading, position: int, item: Item, relation: str, other_at: int) -> None:
    index = reading.index
    other = reading.items[other_at].key
    own = main_subject(reading, position) or reading.before.subject or "strategy"
    if own == other:
        own = "strategy" if other == "benchmark" else "benchmark"
    if relation in ("deeper", "shallower"):
        metric = index.by_key.get("max_drawdown", 0)
    elif "volatile" in item.word or "risk" in item.word:
        metric = index.by_key.get("volatility", 0)
    else:
        metric = _compared_metric(reading, position, item, other_at)
    everywhere = said_of_all(reading)
    if everywhere:
        metric = index.by_key.get("return", 0)
    pairs = list(fact_pairs(reading, metric, own, other, everywhere or _near_scope(reading, other_at)))
    if not pairs:
        _two_figures_of_both(reading, position, item, relation)
        return
    losing = any(i.kind == "V" and i.key == "loss" for i in reading.items[:position]) and item.word in _BY_SIZE
    relation = {"lower": "shallower", "higher": "deeper"}.get(relation, relation) if losing else relation
    outcomes = [pair_holds(reading, relation, a, b, is_negated(reading, position)) for a, b in pairs]
    if not (all(outcomes) if everywhere else any(outcomes)):
        reading.find("comparison", item, "The facts compare the other way.")


def _compared_metric(reading: Reading, position: int, item: Item, other_at: int) -> int:
    """By which figure: the noun of the clause, otherwise return."""
    index = reading.index
    if position and reading.code[position - 1] == "V":
        return index.by_key.get("cagr", 0) | index.by_key.get("total_return", 0)
    left = facts_of_nouns(reading, range(position - 1, -1, -1), stop="B")
    right = facts_of_nouns(reading, range(other_at + 1, len(reading.items)), stop="BQ")
    for mask in (right, left) if item.kind == "C" and item.key in ("beats", "lags") else (left, right):
        if mask:
            return mask
    if any(i.kind in "DG" for i in reading.items):
        return index.by_key.get("return", 0)
    if reading.before.metric and item.key not in ("beats", "lags"):
        return reading.before.metric
    return index.by_key.get("cagr", 0) | index.by_key.get("total_return", 0)


def _near_scope(reading: Reading, at: int) -> int | None:
    """The date or period right behind what is compared: "worse than the benchmark in 2023"."""
    for position in range(at + 1, min(at + 6, len(reading.items))):
        if reading.code[position] in "DG":
            return scope_mask(reading, position)
        if reading.code[position] in "BQJ":
            return None
    return None
