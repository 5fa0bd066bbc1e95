"""Claims that relate facts: comparisons, differences and ratios, superlatives, "every year", and bare directions."""

from collections.abc import Iterator

from tools.narrative.checking import attribution as about
from tools.narrative.checking.attribution import Bound, Reading
from tools.narrative.checking.index import Index
from tools.narrative.checking.lexicon import SUPERLATIVES
from tools.narrative.checking.matching import near, written
from tools.narrative.checking.numbers import ORDINALS
from tools.narrative.checking.reading import Item

_LESS_IS_BETTER = frozenset("volatility max_drawdown drawdown var cvar tracking_error turnover costs cost_drag kurtosis down_capture length_dd recovery_days".split())  # fmt: skip
_UP = frozenset(("beats", "higher", "over", "at_least", "just_over"))
_DOWN = frozenset(("lags", "lower", "under", "at_most", "nearly"))
_MORE = frozenset("above more higher ahead better greater larger deeper longer beat outperformed beats outperforms exceeded over outperforming beating stronger advantage lead edge bigger extra additional excess wider surpassed topped".split())  # fmt: skip
_LESS = frozenset("below less lower behind worse smaller shallower shorter lagged trailed underperformed lags trails underperforms lagging trailing fewer under weaker short shortfall deficit".split())  # fmt: skip
_BY_SIZE = frozenset(("less than", "more than", "less", "more", "fewer than"))
_BOUNDS = frozenset(("no_less", "no_more", "at_least", "at_most", "over", "under", "just_over", "nearly"))
_GAPS = frozenset(
    "differential differentials outperformance underperformance pickup premium difference gap margin distance spread lead edge advantage shortfall deficit".split()
)


# Comparisons ----------------------------------------------------------------------------------------------------------


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
    family = index.benchmark if about.main_subject(reading, position) == "benchmark" else index.strategy
    metric = _nouns(reading, range(position - 1, -1, -1), stop="B") or index.by_key.get("return", 0)
    first, second = (
        [f for f in index.bits(about.scope_mask(reading, p) & metric & family) if _is_of(index, f, reading.items[p])]
        for p in (left, right)
    )
    if not first or not second:
        return False
    outcomes = [_holds(relation, index.values[a] or 0.0, index.values[b] or 0.0, _goodness(reading, 1 << a), _negated(reading, position))
                for a in first for b in second if _alike(index, a, b)]  # fmt: skip
    if outcomes and not any(outcomes):
        reading.find("comparison", item, "The facts compare the other way.")
    return bool(outcomes)


def _is_of(index: Index, fact: int, item: Item) -> bool:
    """Whether a fact is of exactly the year, month or regime that is named."""
    return index.groups[fact] == item.key if item.kind == "G" else index.spans[fact] == item.dates


def _two_figures_of_both(reading: Reading, position: int, item: Item, relation: str) -> None:
    """ "Held up better than the benchmark, falling 11.7% rather than 77.6%": the figures of both that the sentence gives."""
    given = [b for b in reading.bound if b.facts]
    for left in given:
        right = next((b for b in given if b is not left and _of_the_other(reading, left, b)), None)
        if right is None:
            continue
        goodness = _goodness(reading, left.facts)
        if not _holds(relation, _value(reading, left), _value(reading, right), goodness, _negated(reading, position)):
            reading.find("comparison", item, "The two figures compare the other way.")
        return
    reading.find("comparison", item, "There are no facts to compare these two by.")


def _of_the_other(reading: Reading, left: Bound, right: Bound) -> bool:
    """Whether two figures are of one kind, the first the strategy's and the second the benchmark's."""
    index = reading.index
    mine, theirs = index.bits(left.facts & ~index.benchmark), index.bits(right.facts & index.benchmark)
    return any(index.units[a] == index.units[b] and _alike(index, a, b) for a in mine for b in theirs)


def _figure_and_noun(reading: Reading, position: int, item: Item, relation: str) -> bool:
    """ "The Sortino ratio, 0.40, is higher than the Sharpe ratio"."""
    left = next((b for b in reversed(reading.bound) if b.at < position and b.facts), None)
    following = reading.items[position + 1 : position + 4]
    noun = next((i for i in following if i.kind == "M"), None)
    if left is None or noun is None or any(i.kind not in "LM" for i in following[: following.index(noun)]):
        return False
    index = reading.index
    own = about.subject_mask(reading, left.subject, index.everything) & ~index.scoped
    other = index.bits(about.metric_mask(index, noun) & own)
    first = index.bits(left.facts)[0]
    if (
        len(other) == 1
        and index.units[other[0]] == index.units[first]
        and other[0] != first
        and not _holds(
            relation, index.values[first] or 0.0, index.values[other[0]] or 0.0, 1, _negated(reading, position)
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
        (b for b in reversed(reading.bound) if b.at < position and b.facts and _comparable(reading, b, right)), None
    )
    if left is None or _hedges_only(reading, item, position, right):
        return
    _order(reading, position, item, relation, (left, right))


def _order(reading: Reading, position: int, item: Item, relation: str, pair: tuple[Bound, Bound]) -> None:
    """Whether two figures lie to each other as the words say."""
    left, right = pair
    first, second = _value(reading, left), _value(reading, right)
    by_size = relation in ("deeper", "shallower") or bool(left.facts & reading.index.losses)
    if by_size:
        first, second = abs(first), abs(second)
    if not _holds(
        relation, first, second, _goodness(reading, left.facts) if not by_size else 1, _negated(reading, position)
    ):
        reading.find("comparison", item, "The two figures compare the other way.")


def _hedges_only(reading: Reading, item: Item, position: int, right: Bound) -> bool:
    """ "above 0.5" hedges the one figure of the sentence; the fact it matched is not 0.5 itself."""
    hedge, comparing = about.hedge_of(reading, right.at)
    if not hedge or not comparing:
        return bool(hedge)
    index = reading.index
    shown = [abs(written(right.item, index, p)[0] - abs(index.values[p] or 0.0)) for p in index.bits(right.facts)]
    return bool(shown) and min(shown) > abs(_value(reading, right)) * 0.05


def _comparable(reading: Reading, left: Bound, right: Bound) -> bool:
    units = reading.index.units
    first, second = reading.index.bits(left.facts), reading.index.bits(right.facts)
    return bool(first and second) and units[first[0]] == units[second[0]]


def _value(reading: Reading, bound: Bound) -> float:
    return reading.index.values[reading.index.bits(bound.facts)[0]] or 0.0


def _negated(reading: Reading, position: int) -> bool:
    near = any(i.kind == "N" for i in reading.items[max(0, position - 3) : position])
    return near or any(i.word in ("neither", "nor") for i in reading.items[:position])


def _holds(relation: str, first: float, second: float, goodness: int, negated: bool) -> bool:
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


def _goodness(reading: Reading, mask: int) -> int:
    positions = reading.index.bits(mask)
    return -1 if positions and reading.index.keys[positions[0]] & _LESS_IS_BETTER else 1


def _two_subjects(reading: Reading, position: int, item: Item, relation: str, other_at: int) -> None:
    index = reading.index
    other = reading.items[other_at].key
    own = about.main_subject(reading, position) or reading.before.subject or "strategy"
    if own == other:
        own = "strategy" if other == "benchmark" else "benchmark"
    if relation in ("deeper", "shallower"):
        metric = index.by_key.get("max_drawdown", 0)
    elif "volatile" in item.word or "risk" in item.word:
        metric = index.by_key.get("volatility", 0)
    else:
        metric = _compared_metric(reading, position, item, other_at)
    everywhere = _everywhere(reading)
    if everywhere:
        metric = index.by_key.get("return", 0)
    pairs = list(_pairs(reading, metric, own, other, everywhere or _near_scope(reading, other_at)))
    if not pairs:
        _two_figures_of_both(reading, position, item, relation)
        return
    losing = any(i.kind == "V" and i.key == "loss" for i in reading.items[:position]) and item.word in _BY_SIZE
    relation = {"lower": "shallower", "higher": "deeper"}.get(relation, relation) if losing else relation
    outcomes = [_pair_holds(reading, relation, a, b, _negated(reading, position)) for a, b in pairs]
    if not (all(outcomes) if everywhere else any(outcomes)):
        reading.find("comparison", item, "The facts compare the other way.")


def _everywhere(reading: Reading) -> int:
    """ "In every crisis", "each year": the facts of all of them; 0 where the sentence does not say so."""
    if "Z" not in reading.code:
        return 0
    text = " ".join(item.word for item in reading.items)
    for word, prefix in (("cris", "stress"), ("year", "year"), ("month", "month"), ("regime", "regime")):
        if word in text:
            return sum(bits for group, bits in reading.index.by_group.items() if group.startswith(prefix))
    return 0


def _pair_holds(reading: Reading, relation: str, first: int, second: int, negated: bool) -> bool:
    index = reading.index
    a, b = index.values[first] or 0.0, index.values[second] or 0.0
    goodness = -1 if index.keys[first] & _LESS_IS_BETTER else 1
    if index.losses >> first & 1 or relation in ("deeper", "shallower"):
        a, b = abs(a), abs(b)
    return _holds(relation, a, b, goodness, negated)


def _compared_metric(reading: Reading, position: int, item: Item, other_at: int) -> int:
    """By which figure: the noun of the clause, otherwise return."""
    index = reading.index
    if position and reading.code[position - 1] == "V":
        return index.by_key.get("cagr", 0) | index.by_key.get("total_return", 0)
    left = _nouns(reading, range(position - 1, -1, -1), stop="B")
    right = _nouns(reading, range(other_at + 1, len(reading.items)), stop="BQ")
    for mask in (right, left) if item.kind == "C" and item.key in ("beats", "lags") else (left, right):
        if mask:
            return mask
    if any(i.kind in "DG" for i in reading.items):
        return index.by_key.get("return", 0)
    if reading.before.metric and item.key not in ("beats", "lags"):
        return reading.before.metric
    return index.by_key.get("cagr", 0) | index.by_key.get("total_return", 0)


def _nouns(reading: Reading, positions: range, stop: str) -> int:
    for at in positions:
        if reading.code[at] in stop:
            return 0
        if reading.code[at] == "M":
            mask = about.metric_mask(reading.index, reading.items[at])
            if "return" in reading.items[at].key.split(","):
                mask = reading.index.by_key.get("cagr", 0) | reading.index.by_key.get("total_return", 0)
            return mask
    return 0


def _near_scope(reading: Reading, at: int) -> int | None:
    """The date or period right behind what is compared: "worse than the benchmark in 2023"."""
    for position in range(at + 1, min(at + 6, len(reading.items))):
        if reading.code[position] in "DG":
            return about.scope_mask(reading, position)
        if reading.code[position] in "BQJ":
            return None
    return None


def _pairs(
    reading: Reading, metric: int, own: str, other: str, scope: int | None = None
) -> Iterator[tuple[int, int]]:
    """Facts of one kind, one of each subject, of the same group."""
    index = reading.index
    scope = _sentence_scope(reading) if scope is None else scope
    mine = metric & about.subject_mask(reading, own, metric) & ~(index.benchmark if own != "benchmark" else 0)
    theirs = metric & about.subject_mask(reading, other, metric) & (index.benchmark if other == "benchmark" else index.everything)  # fmt: skip
    for a in index.bits(mine & scope):
        for b in index.bits(theirs & scope):
            if (
                a != b
                and index.units[a] == index.units[b]
                and index.groups[a] == index.groups[b]
                and _alike(index, a, b)
            ):
                yield a, b


def _alike(index: Index, first: int, second: int) -> bool:
    ours, theirs = index.keys[first] - {"return", "drawdown"}, index.keys[second] - {"return", "drawdown"}
    if ours or theirs:
        return bool(ours & theirs)
    return bool(index.keys[first] & index.keys[second])


def _sentence_scope(reading: Reading) -> int:
    mask = reading.index.everything
    found = False
    for position, item in enumerate(reading.items):
        if item.kind in "DG":
            mask &= about.scope_mask(reading, position)
            found = True
    if found:
        return mask
    return reading.before.scope or reading.index.everything & ~(
        reading.index.scoped & ~reading.index.by_group.get("drawdown.1", 0)
    )


# Differences and ratios -----------------------------------------------------------------------------------------------


def derived(reading: Reading, bound: Bound) -> bool:
    """Whether a quantity is the distance or the ratio of two facts, in the direction the words give."""
    item = bound.item
    if item.unit == "money" and _profit(reading, bound):
        return True
    if item.unit == "number" and _negative_years(reading, bound):
        return True
    if item.unit in ("percent", "part") and item.sign >= 0 and _share_of_the_counts(reading, bound):
        return True
    if item.unit in ("percent", "part") and about.loses(reading, bound.at):
        return _losers(reading, bound)
    if item.unit in ("points", "bps"):
        said = "R" in reading.code or _compares(reading, bound.at) or bool(_direction(reading, bound.at))
        return said and not item.sign and _distance(reading, bound)
    if item.unit in ("times", "part"):
        return _ratio(reading, bound)
    if item.unit in ("percent", "number", "money", "time") and _compares(reading, bound.at):
        return _distance(reading, bound) or (item.unit == "percent" and _ratio(reading, bound))
    return False


def _share_of_the_counts(reading: Reading, bound: Bound) -> bool:
    """ "Positive in 136 of 240 months (57%)": the share that two counts of the sentence make."""
    hedge, _ = about.hedge_of(reading, bound.at)
    shown = bound.item.value * (0.01 if bound.item.unit == "percent" else 1.0)
    step = 10.0**-bound.item.decimals * 0.01
    counts = [b for b in reading.bound if b.at < bound.at and b.facts and b.item.unit in ("number", "time") and not b.item.decimals]  # fmt: skip
    for part in counts:
        for whole in counts:
            first, second = part.item.value, whole.item.value
            close = 0.9 * shown <= first / max(second, 1) <= 1.1 * shown
            if 0 < first < second and close and near(bound.item, shown, step, first / second, hedge):
                bound.facts = part.facts
                return True
    return False


def _profit(reading: Reading, bound: Bound) -> bool:
    """ "A profit of $219,313": the final value less the capital."""
    index = reading.index
    hedge, _ = about.hedge_of(reading, bound.at)
    for start in index.bits(index.by_key.get("initial", 0)):
        for end in index.bits(index.by_key.get("final", 0)):
            gain = (index.values[end] or 0.0) - (index.values[start] or 0.0)
            shown, step = written(bound.item, index, end)
            made = about.lean_of(reading, bound.at)
            if near(bound.item, shown, step, abs(gain), hedge) and made and (made > 0) == (gain > 0):
                bound.facts = 1 << end
                return True
    return False


def _losers(reading: Reading, bound: Bound) -> bool:
    index = reading.index
    hedge, _ = about.hedge_of(reading, bound.at)
    for rate in index.bits(index.by_key.get("win_rate", 0) & ~index.benchmark):
        shown, step = written(bound.item, index, rate)
        if near(bound.item, shown, step, 1.0 - (index.values[rate] or 0.0), hedge):
            bound.facts = 1 << rate
            return True
    return False


def _negative_years(reading: Reading, bound: Bound) -> bool:
    """ "Seven of twenty years were negative": the whole years less the positive ones."""
    index = reading.index
    words = " ".join(f"{item.word} {item.key}" for item in reading.items[bound.at :])
    for unit in ("year", "month"):
        if unit not in words or not any(
            w in words for w in ("negative", "lost money", "losing", "down", "a loss", "in the red")
        ):
            continue
        for whole in index.bits(index.by_key.get(f"whole_{unit}s", 0)):
            for positive in index.bits(index.by_key.get(f"positive_{unit}s", 0)):
                if bound.item.value == (index.values[whole] or 0.0) - (index.values[positive] or 0.0):
                    bound.facts = 1 << positive
                    return True
    return False


def _compares(reading: Reading, at: int) -> bool:
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


def _direction(reading: Reading, at: int) -> int:
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


def _distance(reading: Reading, bound: Bound) -> bool:
    index, item = reading.index, bound.item
    direction = _direction(reading, bound.at)
    factor = {"points": 0.01, "percent": 0.01, "bps": 0.0001}.get(item.unit, 1.0) * item.scale
    shown, step = item.value * factor, 10.0**-item.decimals * factor
    hedge, _ = about.hedge_of(reading, bound.at)
    if hedge in ("over", "under") and item.unit in ("points", "bps"):
        hedge = "" if direction and not _hedge_is_close(reading, bound.at) else hedge
    for a, b in _derived_pairs(reading, bound):
        gap = _gap(index, a, b)
        rounded = abs(round(abs(_size(index, a)) / factor, item.decimals) - round(abs(_size(index, b)) / factor, item.decimals)) if item.unit != "time" else -1  # fmt: skip
        close = _near_derived(item, shown, step, abs(gap), hedge) or (item.unit in ("points", "percent") and abs(rounded - item.value) < 1e-9 and not hedge)  # fmt: skip
        if close and (not direction or (direction > 0) == (gap > 0) or gap == 0):
            bound.facts = 1 << a | 1 << b
            return True
    return False


def _hedge_is_close(reading: Reading, at: int) -> bool:
    return at > 0 and reading.items[at - 1].kind == "H"


def _size(index: Index, position: int) -> float:
    value = index.values[position] or 0.0
    return abs(value) if index.losses >> position & 1 else value


def _near_derived(item: Item, shown: float, step: float, actual: float, hedge: str) -> bool:
    """As for a fact, but "over" and "under" must come close: any two facts have some difference."""
    slack = 1.34 if item.unit == "part" else 1.1
    close = shown / slack <= actual <= shown * slack
    return near(item, shown, step, actual, hedge) and (close or hedge in ("", "about"))


def _gap(index: Index, first: int, second: int) -> float:
    return _size(index, first) - _size(index, second)


def _ratio(reading: Reading, bound: Bound) -> bool:
    index, item = reading.index, bound.item
    shown = item.value * (0.01 if item.unit == "percent" else 1.0) * item.scale
    step = 10.0**-item.decimals * (0.01 if item.unit == "percent" else 1.0)
    hedge, _ = about.hedge_of(reading, bound.at)
    direction = _direction(reading, bound.at)
    if item.unit == "part" and _share_of_counts(reading, bound, shown, hedge):
        return True
    for a, b in _derived_pairs(reading, bound):
        other = _size(index, b)
        if other == 0:
            continue
        ratio = _size(index, a) / other
        change = (
            0.0
            if reading.items[bound.at + 1 : bound.at + 2] and reading.items[bound.at + 1].word == "of"
            else ratio - 1
        )
        if _near_derived(item, shown, step, ratio, hedge) and ratio > 0 and (item.unit != "percent" or not direction):
            bound.facts = 1 << a | 1 << b
            return True
        if item.unit in ("percent", "part") and direction and (change > 0) == (direction > 0) and _near_derived(item, shown, step, abs(change), hedge):  # fmt: skip
            bound.facts = 1 << a | 1 << b
            return True
    return False


def _share_of_counts(reading: Reading, bound: Bound, shown: float, hedge: str) -> bool:
    index = reading.index
    for part, whole in (
        ("won", "trades"),
        ("lost", "trades"),
        ("positive_years", "whole_years"),
        ("positive_months", "whole_months"),
    ):
        top, bottom = index.by_key.get(part, 0) & bound.metric, index.by_key.get(whole, 0)
        for a in index.bits(top):
            for b in index.bits(bottom):
                total = index.values[b] or 0.0
                if total and near(bound.item, shown, 0.01, (index.values[a] or 0.0) / total, hedge):
                    bound.facts = 1 << a
                    return True
    return False


def _derived_pairs(reading: Reading, bound: Bound) -> Iterator[tuple[int, int]]:
    """Pairs a difference may be of: strategy and benchmark, engine's and ours, in the order the words give."""
    named = [i.key for i in reading.items if i.kind == "S"]
    metric = _derived_metric(reading, bound)
    if "stated" in named or "recomputed" in named:
        yield from _pairs(reading, metric, named[0] if named[0] in ("stated", "recomputed") else "stated", "strategy")
        yield from _pairs(reading, metric, "strategy", "stated")
        return
    first = about.main_subject(reading, len(reading.items)) if not named else _first_main(reading)
    first = first or reading.before.subject or "strategy"
    if first not in ("strategy", "benchmark"):
        first = "strategy"
    yield from _pairs(reading, metric, first, "benchmark" if first == "strategy" else "strategy")
    if not named:
        yield from _pairs(reading, metric, "strategy", "stated")


def _first_main(reading: Reading) -> str:
    for position, item in enumerate(reading.items):
        if item.kind == "S" and not (item.also == "market" and about.is_place(reading.items, position)):
            if about.is_object(reading.items, position) or _of_a_share(reading.items, position):
                return "strategy" if item.key == "benchmark" else "benchmark"
            return item.key
    return ""


def _of_a_share(items: list[Item], position: int) -> bool:
    """ "three quarters of the benchmark's", "twice the benchmark's": what the ratio is to."""
    for item in reversed(items[max(0, position - 4) : position]):
        if item.kind == "Q":
            return item.unit in ("part", "times", "percent")
        if item.word not in ("of", "the", "that of", "that", "as much as", "as", "what"):
            return False
    return False


def _derived_metric(reading: Reading, bound: Bound) -> int:
    index = reading.index
    nouns = [i for i in reading.items if i.kind == "M" and i.key.split(",")[0] != "return"]
    mask = 0
    for noun in nouns:
        mask |= about.metric_mask(index, noun)
    if mask:
        return mask
    near_annual = any(i.kind == "A" for i in reading.items)
    returns = (
        index.by_key.get("cagr", 0)
        if near_annual
        else index.by_key.get("total_return", 0) | index.by_key.get("cagr", 0)
    )
    if any(i.kind in "DG" for i in reading.items):
        returns |= index.by_key.get("return", 0)
    if not any(i.kind in "MVC" for i in reading.items) and reading.before.metric:
        return reading.before.metric
    return returns


# Superlatives and "every" ---------------------------------------------------------------------------------------------


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
    if item.word == "most" and position + 1 < len(reading.items) and reading.items[position + 1].kind in "OTL":
        return True
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
    values = [_size(index, p) if abs(direction) == 2 else index.values[p] or 0.0 for p in siblings]
    own = _size(index, fact) if abs(direction) == 2 else index.values[fact] or 0.0
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
    sizes = {p: _size(index, p) if abs(direction) == 2 else index.values[p] or 0.0 for p in _siblings(index, fact)}
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
            scope |= about.scope_mask(reading, at)
    wanted = about.subject_mask(reading, about.main_subject(reading, position), index.everything)
    nouns = [
        i for i in (*reading.items[position : position + 4], *reversed(reading.items[:position])) if i.kind == "M"
    ]
    metric = about.metric_mask(index, nouns[0]) if nouns else index.by_key.get("return", 0)
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
    fact = about.year_of_rank(reading, position, number)
    dates = [at for at, item in enumerate(reading.items) if item.kind == "D"]
    stated = any(bound.facts & fact for bound in reading.bound)
    return bool(fact) and (stated or any(about.scope_mask(reading, at) & fact for at in dates))


def _dated_extreme(reading: Reading) -> None:
    """ "In 2011 it lost 4.3%, its worst year": the date must be the extreme's own, where one of each is named."""
    nouns = [i for i in reading.items if i.kind == "M" and any(key in _EXTREMES for key in i.key.split(","))]
    dates = [at for at, i in enumerate(reading.items) if i.kind == "D"]
    if len(nouns) != 1 or len(dates) != 1 or any(i.word in ORDINALS for i in reading.items):
        return
    index = reading.index
    mask = about.metric_mask(index, nouns[0]) & index.by_key.get("extreme", 0)
    owner = about.main_subject(reading, len(reading.items)) or reading.before.subject
    mask &= index.benchmark if owner == "benchmark" else ~index.benchmark
    if mask and not about.scope_mask(reading, dates[0]) & mask:
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
        facts = index.bits(about.scope_mask(reading, at) & kinds & index.strategy)
        named = f"{'best' if SUPERLATIVES[item.word] > 0 else 'worst'}_"
        facts = [f for f in facts if _is_of(index, f, reading.items[at])]
        if not any(
            _is_extreme(index, f, item.word) or any(k.startswith(named) for k in index.keys[f]) for f in facts
        ):
            reading.find("superlative", item, "The facts do not bear out that this was the extreme.")


def universals(reading: Reading) -> None:
    """ "Every year", "never", "always": computed over the facts of years, months or crises, otherwise refused."""
    if "Z" not in reading.code:
        return
    compared = any("than" in item.word.split() for item in reading.items)
    for position, item in enumerate(reading.items):
        if item.kind == "Z" and reading.code[position + 1 : position + 2] != "Q" and _of_figures(reading, item):
            stated = any(bound.at > position and bound.facts for bound in reading.bound)
            bounded = compared and (stated or bool(_everywhere(reading)))
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
    owner = about.main_subject(reading, position) or about.main_subject(reading, len(reading.items)) or "strategy"
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
        return all(_pair_holds(reading, "beats", a, b, False) for p in facts for a, b in _year_pairs(index, p))
    down = lean is not None and (lean.key == "loss" or lean.word in ("loss", "losses", "lost"))
    if losing or item.word == "never":
        return all(value >= 0 for value in values)
    return all(value < 0 for value in values) if down else all(value > 0 for value in values)


def _year_pairs(index: Index, fact: int) -> Iterator[tuple[int, int]]:
    for other in index.bits(index.benchmark & index.by_key.get("return", 0)):
        if index.groups[other] == index.groups[fact]:
            yield fact, other


# Directions -----------------------------------------------------------------------------------------------------------


_PROFIT = frozenset("profitable positive gained".split())
_NO_PROFIT = frozenset("unprofitable negative".split())


def directions(reading: Reading) -> None:
    """ "It made money", "lost money", "was profitable", "recovered": without a figure, still a claim."""
    words = {i.word for i in reading.items}
    joined = " ".join(i.word for i in reading.items)
    _into(reading)
    if not reading.bound:
        _money(reading, joined, words)
    _recovered(reading, joined)
    for item in reading.items:
        if item.kind == "M" and "psr" in item.key.split(",") and ("below zero" in joined or "negative" in words):
            reading.find("direction", item, "The fact is the probability of being above zero.")


def _into(reading: Reading) -> None:
    """ "A $100,000 stake shrank to $319,313": up or down by the capital at the start."""
    index = reading.index
    for bound in reading.bound:
        final = bound.facts & index.by_key.get("final", 0)
        verb = next((i for i in reversed(reading.items[: bound.at]) if i.kind not in "LTH"), None)
        if not final or verb is None or verb.word.split()[0] not in _CHANGES:
            continue
        start = index.bits(index.by_key.get("initial", 0) & ~index.stated) or index.bits(
            index.by_key.get("initial", 0)
        )
        grew = bool(start) and (index.values[index.bits(final)[0]] or 0.0) >= (index.values[start[0]] or 0.0)
        if start and grew != _CHANGES[verb.word.split()[0]]:
            reading.find("direction", verb, "The facts say the opposite.")


_CHANGES = {**dict.fromkeys("grew grown growing rose risen rising climbed swelled increased".split(), True), **dict.fromkeys("shrank shrunk shrinking fell fallen falling dwindled declined dropped".split(), False)}  # fmt: skip


def _money(reading: Reading, joined: str, words: set[str]) -> None:
    index = reading.index
    negated = any(i.kind == "N" for i in reading.items) or " no money" in joined
    gains = "made money" in joined or "make money" in joined or "profitable" in words
    loses = any(said in joined for said in ("lost money", "lose money", "lost any money")) or "unprofitable" in words
    if gains == loses or "trade" in joined or "Z" in reading.code:
        return
    subject = about.main_subject(reading, len(reading.items)) or reading.before.subject
    family = index.benchmark if subject == "benchmark" else about.subject_mask(reading, subject, 0) & ~index.benchmark
    returns = index.by_key.get("return", 0) & ~index.by_key.get("extreme", 0) & family
    scopes = [about.scope_mask(reading, at) for at, kind in enumerate(reading.code) if kind in "DG"]
    if not scopes:
        scopes = [index.by_key.get("total_return", 0)]
    for scope in scopes:
        values = [index.values[p] or 0.0 for p in index.bits(returns & scope)]
        if values and all((value < 0 if loses else value > 0) == negated for value in values):
            item = next(i for i in reading.items if "money" in i.word or i.word in ("profitable", "unprofitable"))
            reading.find("direction", item, "The facts say the opposite.")
            return


def _recovered(reading: Reading, joined: str) -> None:
    """Whether a fall was recovered, where the facts know."""
    if "recover" not in joined and "regain" not in joined:
        return
    item = next((i for i in reading.items if i.word.startswith(("recover", "regain"))), None)
    if item is None or item.kind == "M" or any(i.kind in "X" and i.word in ("longest",) for i in reading.items):
        return
    if any(i.word == "until" for i in reading.items[reading.items.index(item) :]):
        return
    never = any(i.kind == "N" for i in reading.items) or "never" in joined or "yet to" in joined
    ranked = about.ranked(reading, len(reading.items))
    index = reading.index
    for position, date in enumerate(reading.items):
        if date.kind == "D" and not ranked:
            ranked = about.scope_mask(reading, position)
    falls = [g for g in index.by_group if index.by_group[g] & ranked and g.startswith("drawdown")]
    if len(falls) > 1:
        return
    group = falls[0] if falls else "drawdown.1"
    fact = next((f for f in reading.index.facts if f.id == f"{group}.recovery"), None)
    if fact is None or about.subject_of(reading, reading.items.index(item)) == "benchmark":
        return
    open_still = fact.unit == "text" and "not" in str(fact.value)
    if never != open_still and not (never and reading.bound):
        reading.find("direction", item, "The facts say otherwise about the recovery.")
