"""Which figures a quantity can be by the words around it."""

from tools.narrative.checking.index import Index
from tools.narrative.checking.nouns import (
    elided_facts,
    facts_by_unit,
    facts_from_left,
    next_noun,
    of_both_nouns,
    strong_left,
    strong_right,
    wholes_of,
    with_totals,
    word_before,
)
from tools.narrative.checking.numbers import ORDINALS
from tools.narrative.checking.owners import main_subject, subject_of
from tools.narrative.checking.periods import fall_of_rank
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Reading, fits_noun, fitting, is_generic, leads_on, metric_mask
from tools.narrative.checking.tones import qualifiers_behind


def metric_of(reading: Reading, at: int, item: Item) -> tuple[int, bool]:
    """The facts a quantity can be about; with a rank ("second deepest fall") the drawdown of that rank."""
    mask, generic = _metric_of(reading, at, item)
    if item.unit == "times" and item.also == "words":
        mask |= reading.index.by_key.get("total_return", 0)
    by_rank = _ranked_year(reading, at) or _of_each_unit(reading, item)
    if by_rank:
        return by_rank, False
    if item.unit in ("percent", "part") and loses(reading, at):
        return 0, False
    dearer = at_other_costs(reading, at)
    if dearer:
        return dearer, False
    whole = _whole_of_a_count(reading, at, item)
    if whole:
        return whole, False
    mask = _rule_of(reading, at, _years_or_months(reading, at, mask))
    if mask & reading.index.by_key.get("max_drawdown", 0) and fall_of_rank(reading, at):
        mask |= reading.index.by_key.get("drawdown", 0)
    return mask, generic


def _of_each_unit(reading: Reading, item: Item) -> int:
    """ "$5.65 for every $1 lost": the profit factor; of a unit put in, what it became."""
    if item.unit != "times" or not item.currency:
        return 0
    loses = any("los" in word[:3] for i in reading.items for word in i.word.split())
    return reading.index.by_key.get("profit_factor" if loses else "total_return", 0)


def _whole_of_a_count(reading: Reading, at: int, item: Item) -> int:
    """The second figure of "136 of 240 months"."""
    if not item.also or item.unit != "time" or item.decimals or at < 2:
        return 0
    part = next((i for i in reversed(reading.items[:at]) if i.kind != "L"), None)
    before = [i.kind for i in reading.items[max(0, at - 3) : at]]
    if part is None or part.word not in ("of", "out of", "in") or "Q" not in before:
        return 0
    return reading.index.by_key.get(f"whole_{item.also.rstrip('s')}s", 0)


def loses(reading: Reading, at: int) -> bool:
    """ "60% of trades lost": the share of the others is the win rate."""
    following = reading.items[at + 1 : at + 5]
    trades = next((n for n, i in enumerate(following) if i.kind == "M" and "trade" in i.word), None)
    if trades is None:
        return False
    return "lost" in following[trades].word.split() or any(
        "lost" in i.word.split() or i.word in ("were losers", "losers") for i in following[trades + 1 :]
    )


_ORDINALS = frozenset(ORDINALS)


def _ranked_year(reading: Reading, at: int) -> int:
    """ "The second best year was 2009, with 23.7%": the year of that rank."""
    if _ORDINALS.isdisjoint(reading.words):
        return 0
    for position in range(1, at):
        item = reading.items[position]
        number = ORDINALS.get(reading.items[position - 1].word, 0)
        if item.kind == "M" and number > 1:
            return year_of_rank(reading, position, number)
    return 0


def year_of_rank(reading: Reading, position: int, number: int) -> int:
    """The fact of the n-th best or worst year or month that a noun names; 0 where the noun is another."""
    index, item = reading.index, reading.items[position]
    for unit in ("year", "month"):
        for word, best in (("best", True), ("worst", False)):
            if f"{word}_{unit}" in item.key.split(","):
                family = index.benchmark if main_subject(reading, position) == "benchmark" else index.strategy
                facts = [
                    p
                    for p in index.bits(family & index.by_key.get("return", 0))
                    if index.groups[p].startswith(unit + ".")
                ]
                facts = [p for p in facts if "part" not in index.facts[p].label]
                facts.sort(key=lambda p: index.values[p] or 0.0, reverse=best)
                return 1 << facts[number - 1] if number <= len(facts) else 0
    return 0


_DEARER = frozenset(("double_costs", "triple_costs"))


def at_other_costs(reading: Reading, at: int) -> int:
    """ "At double costs the CAGR would be 6.2%": the costs say which figure it is, whatever noun follows."""
    items = reading.items
    if _DEARER.isdisjoint(reading.keys):
        return 0
    end = next((p for p in range(at + 1, len(items)) if items[p].kind in "QB"), len(items))
    start = next((p for p in range(at - 1, -1, -1) if items[p].kind in "QB"), -1) + 1
    for position in (*range(start, at), *range(at + 1, min(end, at + 5))):
        if items[position].kind == "M" and items[position].key in ("double_costs", "triple_costs"):
            if position > at and leads_on(reading, position):
                continue
            others = {
                k
                for i in items[start:end]
                if i.kind == "M"
                for k in i.key.split(",")
                if "costs" not in k and k[0] != "="
            }
            return (
                reading.index.by_key.get(items[position].key, 0) if not others or others & {"cagr", "return"} else 0
            )
    return 0


_LIMITED = (
    ("drawdown", frozenset(("max_drawdown", "drawdown"))),
    ("sharpe", frozenset(("sharpe",))),
    ("confidence", frozenset(("psr", "dsr", "min_track_record"))),
)


def _rule_of(reading: Reading, at: int, mask: int) -> int:
    """A limit is that of the figure which is held against it: a drawdown has none of confidence."""
    index = reading.index
    rules = index.bits(mask & index.by_key.get("rule", 0))
    if not rules:
        return mask
    nouns = [i for i in reading.items[:at] if i.kind == "M"]
    named = {key for i in nouns for key in i.key.split(",") if key != "rule" and key[:1] != "="}
    for position in rules:
        label = index.facts[position].label.lower()
        limits = next((keys for word, keys in _LIMITED if word in label), None)
        if named and limits is not None and not named & limits:
            mask &= ~(1 << position)
    return mask


def _years_or_months(reading: Reading, at: int, mask: int) -> int:
    """ "Had a positive return" can be said of years, months and days: the nearest of these words decides."""
    index = reading.index
    kinds = {"year": index.by_key.get("positive_years", 0), "month": index.by_key.get("positive_months", 0)}
    if not all(mask & found for found in kinds.values()):
        return mask
    for position in (*range(at, max(-1, at - 8), -1), *range(at + 1, min(len(reading.items), at + 5))):
        item = reading.items[position]
        for word, found in kinds.items():
            if word in item.word or (item.kind == "Q" and item.key.startswith(word)):
                return mask & ~(kinds["year"] | kinds["month"] | index.by_key.get("won", 0)) | found
    return mask


def is_said(reading: Reading, at: int) -> bool:
    """Whether a noun of figures of its unit leads straight to a quantity or follows it: then it can be no other."""
    if at in reading.pairs or elided_facts(reading, at) or _ranked_year(reading, at) or at_other_costs(reading, at):
        return True
    beside = [p for p in (_leading(reading, at), next_noun(reading, at)) if p is not None]
    if reading.items[at].unit == "number" and any(reading.items[p].word == "lost" for p in beside):
        return True
    counts = reading.items[at].unit == "number"  # "4,831 returns" are observations, whatever else returns are
    return any((counts or not is_generic(reading, p)) and fits_noun(reading, reading.items[at], p) for p in beside)


def _leading(reading: Reading, at: int) -> int | None:
    """As `strong_left`, for a noun that another figure has too."""
    taken, reading.taken = reading.taken, set()
    found = strong_left(reading, at)
    reading.taken = taken
    return found


def _metric_of(reading: Reading, at: int, item: Item) -> tuple[int, bool]:
    """The facts a quantity can be about by the words around it, and whether only "return" or a verb says so."""
    elided = elided_facts(reading, at)
    if elided:
        return elided, False
    if at in reading.pairs:
        return metric_mask(reading.index, reading.items[reading.pairs[at]]), False
    left = strong_left(reading, at)
    right = strong_right(reading, at)
    if left is not None and right is not None:
        return of_both_nouns(reading, at, left, right)
    if right is not None:
        reading.taken.add(right)
        return with_totals(reading, at, metric_mask(reading.index, reading.items[right])), is_generic(reading, right)
    if left is not None and not (item.unit == "number" and reading.items[left].word in _SAYS_LITTLE):
        return facts_from_left(reading, at, left)
    return _weak(reading, at, item)


_SAYS_LITTLE = frozenset("delivered managed achieved scored posted recorded registered produced".split())


def _weak(reading: Reading, at: int, item: Item) -> tuple[int, bool]:
    """No noun stands beside the quantity: the nearest that fits its unit, then what such a unit is usually about."""
    if item.unit == "money" and not any(k in "MV" for k in reading.code[:at]):
        return facts_by_unit(reading, at, item), False
    mask, generic = _nearest_nouns(reading, at, item)
    if item.unit in ("time", "bars"):
        return _lengths(reading, at, mask), generic and bool(mask)
    mask |= _totals(reading, at, item)
    if mask:
        return mask, generic
    if _elided_years(reading, at, item):
        return reading.index.by_key.get("length", 0), False
    row = _of_a_row(reading, item)
    guesses = (
        (facts_by_unit(reading, at, item), False),
        (_of_the_engine(reading, at), False),
        (_of_a_race(reading, item), True),
        (row, True),
        (_of_the_year(reading, at, item), False),
        (fitting(reading, item, reading.before.metric), False),
        (reading.index.by_key.get("return", 0) if item.unit == "percent" and "S" in reading.code else 0, True),
    )
    return next((guess for guess in guesses if guess[0]), (0, False))


def _nearest_nouns(reading: Reading, at: int, item: Item) -> tuple[int, bool]:
    """The nearest noun to the left that fits, and one to the right that no figure of its own follows."""
    index, code = reading.index, reading.code
    annual = item.unit == "percent" and any(i.kind == "A" for i in qualifiers_behind(reading.items, at))
    mask, generic = index.by_key.get("cagr", 0) if annual else 0, False
    nouns = [p for p in range(at - 1, -1, -1) if code[p] in "MV" and fits_noun(reading, item, p)]
    left = next((p for p in nouns if p not in reading.taken), nouns[0] if nouns else None)
    if left is not None:
        mask |= metric_mask(index, reading.items[left])
        generic = is_generic(reading, left)
    right = next((p for p in range(at + 1, len(code)) if code[p] in "MBQ"), None)
    if right is not None and code[right] == "M" and (left is None or not leads_on(reading, right)):
        found = metric_mask(index, reading.items[right])
        if fitting(reading, item, found) and (left is None or "P" not in code[at + 1 : right]):
            mask |= found
            generic = generic and is_generic(reading, right)
    return mask, generic


_OF_THE_TEST = frozenset("over in during across spanning covering versus below above against than short have had available test history backtest sample".split())  # fmt: skip


def _of_the_test(reading: Reading, at: int) -> bool:
    """ "Over 19.2 years", "we have 19.2 years", "19.2 years of the test"."""
    near = reading.items[max(0, at - 4) : at] + reading.items[at + 1 : at + 4]
    return any(word in _OF_THE_TEST for i in near for word in i.word.split())


def _lengths(reading: Reading, at: int, mask: int) -> int:
    """A length of time without a noun is that of the test, or of a fall."""
    fall = any(
        (i.kind in "MX" and "drawdown" in i.key) or i.word.startswith(("recover", "trough", "regain"))
        for i in reading.items
    )
    carried = reading.before.metric & reading.index.by_key.get("drawdown", 0)
    usual: tuple[str, ...] = (
        ("length", "observations") if not mask else ("length",) if _of_the_test(reading, at) else ()
    )
    if not mask and (fall or carried):
        usual = ("length_dd", "recovery_days", "fall_days")
    for key in usual:
        mask |= reading.index.by_key.get(key, 0)
    return mask


def _totals(reading: Reading, at: int, item: Item) -> int:
    """Both figures of "107 of 230 months were positive" and of "thirteen positive years out of twenty"."""
    mask = 0
    if _pair_of_counts(reading, at):
        for noun in reading.items[at:]:
            mask |= metric_mask(reading.index, noun) if noun.kind == "M" else 0
    rest = [i.kind for i in reading.items[at + 1 : at + 3]]
    if rest == ["L", "N"]:
        mask |= reading.index.by_key.get("won", 0) | reading.index.by_key.get("lost", 0)
    if item.unit == "number" and at and word_before(reading, at) in ("of", "out of", "in"):
        mask |= wholes_of(reading.index, _counted_before(reading, at))
    return mask


def _counted_before(reading: Reading, at: int) -> int:
    """Facts of the noun between a part and its whole: "8 winners out of 11"; 0 where none stands there."""
    start = max((p for p in range(at) if reading.code[p] == "Q"), default=at)
    nouns = (i for i in reading.items[start:at] if i.kind == "M")
    return next((mask for noun in nouns if (mask := metric_mask(reading.index, noun))), 0)


def _of_the_engine(reading: Reading, at: int) -> int:
    return _with_counterpart(reading.index) if subject_of(reading, at) in ("stated", "recomputed") else 0


def _of_a_race(reading: Reading, item: Item) -> int:
    """ "It beat the benchmark, 8.8% against 12.8%": returns."""
    race = any(i.kind == "C" and i.key in ("beats", "lags") for i in reading.items)
    return reading.index.by_key.get("return", 0) if race and item.unit == "percent" else 0


def _of_the_year(reading: Reading, at: int, item: Item) -> int:
    """ "No year was worse than -4.3%": the extremes of years."""
    if item.unit != "percent":
        return 0
    for word in ("year", "month", "day"):
        if any(i.word == word for i in reading.items[:at]):
            return reading.index.by_key.get(f"worst_{word}", 0) | reading.index.by_key.get(f"best_{word}", 0)
    return 0


def _of_a_row(reading: Reading, item: Item) -> int:
    """ "2008: -38.5%": a bare percentage beside a date, or in a list, is a return."""
    dated = reading.sentence.row or any(i.kind in "DG" for i in reading.items)
    return reading.index.by_key.get("return", 0) if dated and item.unit == "percent" else 0


def _with_counterpart(index: Index) -> int:
    """Figures that the engine states and that were recomputed."""
    keys = {key for p in index.bits(index.stated) for key in index.keys[p]}
    return sum(1 << p for p in index.bits(index.everything & ~index.scoped) if index.keys[p] & keys)


def _elided_years(reading: Reading, at: int, item: Item) -> bool:
    """ "needs 8.4 years; we have 19.2": the unit is that of the figure before."""
    last = next((b for b in reversed(reading.bound[:-1]) if b.item.unit == "time"), None)
    if last is None or item.unit != "number" or item.decimals == 0:
        return False
    item.unit, item.scale = "time", last.item.scale
    return True


def _pair_of_counts(reading: Reading, at: int) -> bool:
    """The first figure of "107 of 230 months were positive"."""
    following = [i for i in reading.items[at + 1 : at + 4] if i.kind != "L"]
    return len(following) > 1 and following[0].word in ("of", "out of", "in") and following[1].kind == "Q"
