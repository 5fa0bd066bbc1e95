"""What a quantity is about, by the words around it: which figure, whose, of when, and how hedged."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.narrative.checking.finding import Discourse, Finding
from tools.narrative.checking.index import Index
from tools.narrative.checking.matching import fits_unit, same
from tools.narrative.checking.numbers import ORDINALS
from tools.narrative.checking.reading import Item, Sentence
from tools.narrative.checking.scopes import Scopes

_SKIP_RIGHT = frozenset("AYEH")
_BETWEEN = frozenset("LHTAYE(SDGXNUWVKR)")
_PERIOD_LINKS = frozenset(
    "in on during for from between over of through throughout across at by since until after before when where".split()
)
_GAIN = frozenset("gain gains profit growth".split())
_LOSS = frozenset("loss losses".split())
_LAST_WORDS = frozenset("last latest recent currently now recently lately".split())
_AFTERTHOUGHTS = frozenset(
    ("or so", "or more", "or better", "or less", "or fewer", "or higher", "or lower", "give or take", "more or less")
)


@dataclass(slots=True)
class Bound:
    """A quantity and the facts it was found to state; empty `facts` where none."""

    item: Item
    at: int
    facts: int = 0
    metric: int = 0
    scope: int = 0
    scoped: bool = False
    subject: str = ""


@dataclass(slots=True)
class Reading:
    """One sentence under judgement."""

    index: Index
    scopes: Scopes
    text: str
    sentence: Sentence
    before: Discourse
    items: list[Item]
    code: str
    findings: list[Finding] = field(default_factory=list)
    bound: list[Bound] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    used_scopes: set[int] = field(default_factory=set)
    pairs: dict[int, int] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)
    when: dict[int, int] = field(default_factory=dict)

    def find(self, kind: str, item: Item, reason: str) -> None:
        """Report an item."""
        start, end = max(self.sentence.start, item.start - 30), min(self.sentence.end, item.end + 30)
        span = self.text[item.start : item.end]
        around = " ".join(self.text[start:end].split())
        self.findings.append(Finding(kind, span.strip() or around, f'{reason} ("…{around}…")'))


def metric_mask(index: Index, item: Item) -> int:
    """Facts that a noun or verb stands for."""
    if item.kind == "W":
        return index.by_key.get("return", 0)
    if item.kind == "U":
        return index.by_key.get("return", 0) | index.by_key.get("drawdown", 0)
    if item.kind == "V":
        return index.by_key.get("return", 0) | (index.by_key.get("lost", 0) if item.word == "lost" else 0)
    mask = 0
    for key in item.key.split(","):
        mask |= index.named.get(key[1:], 0) if key.startswith("=") else index.by_key.get(key, 0)
    return mask


def fitting(reading: Reading, item: Item, mask: int) -> int:
    """Those of the facts that a quantity of this unit can be about."""
    return sum(1 << p for p in reading.index.bits(mask) if fits_unit(item, reading.index, p))


def metric_of(reading: Reading, at: int, item: Item) -> tuple[int, bool]:
    """The facts a quantity can be about; with a rank ("second deepest fall") the drawdown of that rank."""
    mask, generic = _metric_of(reading, at, item)
    if item.unit == "times" and item.also == "words":
        mask |= reading.index.by_key.get("total_return", 0)
    by_rank = _ranked_year(reading, at)
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
    if mask & reading.index.by_key.get("max_drawdown", 0) and ranked(reading, at):
        mask |= reading.index.by_key.get("drawdown", 0)
    return mask, generic


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


def _ranked_year(reading: Reading, at: int) -> int:
    """ "The second best year was 2009, with 23.7%": the year of that rank."""
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


def at_other_costs(reading: Reading, at: int) -> int:
    """ "At double costs the CAGR would be 6.2%": the costs say which figure it is, whatever noun follows."""
    items = reading.items
    if not any(i.key in ("double_costs", "triple_costs") for i in items):
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
                return mask & ~(kinds["year"] | kinds["month"]) | found
    return mask


def is_said(reading: Reading, at: int) -> bool:
    """Whether a noun of figures of its unit leads straight to a quantity or follows it: then it can be no other."""
    if at in reading.pairs or _elided(reading, at) or _ranked_year(reading, at) or at_other_costs(reading, at):
        return True
    beside = [p for p in (_leading(reading, at), _next_noun(reading, at)) if p is not None]
    if reading.items[at].unit == "number" and any(reading.items[p].word == "lost" for p in beside):
        return True
    return any(not is_generic(reading, p) and _fits(reading, reading.items[at], p) for p in beside)


def _leading(reading: Reading, at: int) -> int | None:
    """As `_strong_left`, for a noun that another figure has too."""
    taken, reading.taken = reading.taken, set()
    found = _strong_left(reading, at)
    reading.taken = taken
    return found


def _metric_of(reading: Reading, at: int, item: Item) -> tuple[int, bool]:
    """The facts a quantity can be about by the words around it, and whether only "return" or a verb says so."""
    elided = _elided(reading, at)
    if elided:
        return elided, False
    if at in reading.pairs:
        return metric_mask(reading.index, reading.items[reading.pairs[at]]), False
    left = _strong_left(reading, at)
    right = _strong_right(reading, at)
    if left is not None and right is not None:
        return _both(reading, at, left, right)
    if right is not None:
        reading.taken.add(right)
        return _with_totals(reading, at, metric_mask(reading.index, reading.items[right])), is_generic(reading, right)
    if left is not None and not (item.unit == "number" and reading.items[left].word in _SAYS_LITTLE):
        return _from_left(reading, at, left)
    return _weak(reading, at, item)


_SAYS_LITTLE = frozenset("delivered managed achieved scored posted recorded registered produced".split())


def _from_left(reading: Reading, at: int, left: int) -> tuple[int, bool]:
    mask = metric_mask(reading.index, reading.items[left])
    if not is_generic(reading, left):
        return mask, False
    if reading.items[left].key == "loss" and any(i.until is not None for i in reading.items if i.kind == "D"):
        mask |= index_of(reading, "drawdown")
    if reading.items[at].unit == "money":
        return mask | _by_unit(reading, at, reading.items[at]), False
    nouns = _unbound_nouns(reading, at, reading.items[at])
    return mask | nouns, not nouns


_ELIDED = {
    "best": ("best_year", "best_month", "best_day", "best_trade"),
    "worst": ("worst_year", "worst_month", "worst_day", "worst_trade"),
}


def _elided(reading: Reading, at: int) -> int:
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


def is_generic(reading: Reading, position: int) -> bool:
    """Whether a word says no more than that something was gained or lost."""
    return reading.items[position].kind in "UVW" or reading.items[position].key.split(",")[0] == "return"


def _both(reading: Reading, at: int, left: int, right: int) -> tuple[int, bool]:
    index, items = reading.index, reading.items
    first, second = metric_mask(index, items[left]), metric_mask(index, items[right])
    fits_first, fits_second = fitting(reading, items[at], first), fitting(reading, items[at], second)
    if fits_second and not fits_first:
        reading.taken.add(right)
        return _with_totals(reading, at, second), is_generic(reading, right)
    if fits_first and not fits_second:
        return _from_left(reading, at, left)
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
        return _with_totals(reading, at, second), is_generic(reading, right)
    return first, is_generic(reading, left)


_COUNTED = frozenset("years months trades trade history data points".split())


def has_fitting_noun(reading: Reading, at: int) -> bool:
    """Whether any noun of the sentence names a figure of the quantity's unit."""
    return any(
        reading.code[p] == "M" and not is_generic(reading, p) and _fits(reading, reading.items[at], p)
        for p in range(len(reading.code))
    )


def has_anchor(reading: Reading, at: int) -> bool:
    """Whether a noun or a verb leads straight to the quantity or follows it, so that it is said which figure it is."""
    return _strong_left(reading, at) is not None or _strong_right(reading, at) is not None


_COUNTED = frozenset("years months trades trade history data points".split())


def _strong_left(reading: Reading, at: int) -> int | None:
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


def _strong_right(reading: Reading, at: int) -> int | None:
    """The noun the quantity leads to; in "9 trades made money" the predicate, which says which trades."""
    found = _next_noun(reading, at)
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


def _next_noun(reading: Reading, at: int) -> int | None:
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


def leads_on(reading: Reading, noun: int) -> bool:
    """Whether a noun leads to a quantity of its own: "..., the Sharpe ratio was 0.28"."""
    for item in reading.items[noun + 1 : noun + 6]:
        if item.kind == "Q":
            return True
        if item.kind not in "LTHAYE(":
            return False
    return False


def _with_totals(reading: Reading, at: int, mask: int) -> int:
    """ "9 of 10 trades won": the second figure counts all trades though the noun says winners."""
    code = reading.code
    if (
        at >= 2
        and "Q" in code[max(0, at - 3) : at]
        and reading.items[at - 1].word in ("of", "its", "the", "in", "out of")
    ):
        for key in ("trades", "whole_years", "whole_months"):
            mask |= reading.index.by_key.get(key, 0)
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


def _weak(reading: Reading, at: int, item: Item) -> tuple[int, bool]:
    """No noun stands beside the quantity: the nearest that fits its unit, then what such a unit is usually about."""
    if item.unit == "money" and not any(k in "MV" for k in reading.code[:at]):
        return _by_unit(reading, at, item), False
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
        (_by_unit(reading, at, item), False),
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
    annual = item.unit == "percent" and any(i.kind == "A" for i in _right_of(reading.items, at))
    mask, generic = index.by_key.get("cagr", 0) if annual else 0, False
    nouns = [p for p in range(at - 1, -1, -1) if code[p] in "MV" and _fits(reading, item, p)]
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
    if item.unit == "number" and at and _word_before(reading, at) in ("of", "out of", "in"):
        for key in ("trades", "whole_years", "whole_months"):
            mask |= reading.index.by_key.get(key, 0)
    return mask


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


def _word_before(reading: Reading, at: int) -> str:
    """The word before, articles passed over."""
    position = at - 1
    while position > 0 and reading.items[position].kind == "L":
        position -= 1
    return reading.items[position].word


def _elided_years(reading: Reading, at: int, item: Item) -> bool:
    """ "needs 8.4 years; we have 19.2": the unit is that of the figure before."""
    last = next((b for b in reversed(reading.bound[:-1]) if b.item.unit == "time"), None)
    if last is None or item.unit != "number" or item.decimals == 0:
        return False
    item.unit, item.scale = "time", last.item.scale
    return True


def _by_unit(reading: Reading, at: int, item: Item) -> int:
    """Money that grew, and money that doubled, need no noun."""
    if item.unit == "times":
        return reading.index.by_key.get("total_return", 0)
    if item.unit != "money":
        return 0
    grew = any("final" in i.key.split(",") for i in reading.items[at + 1 : at + 5] if i.kind == "M")
    return reading.index.by_key.get("initial", 0) | (0 if grew else reading.index.by_key.get("final", 0))


def _pair_of_counts(reading: Reading, at: int) -> bool:
    """The first figure of "107 of 230 months were positive"."""
    following = [i for i in reading.items[at + 1 : at + 4] if i.kind != "L"]
    return len(following) > 1 and following[0].word in ("of", "out of", "in") and following[1].kind == "Q"


def _fits(reading: Reading, item: Item, position: int) -> bool:
    return bool(fitting(reading, item, metric_mask(reading.index, reading.items[position])))


def pair_lists(reading: Reading) -> None:
    """ "Sharpe, Sortino and Calmar of 0.28, 0.40 and 0.06": as many nouns, owners or periods as figures, in order."""
    for group in _figures_in_a_row(reading):
        _of_both_sides(reading, group)
        for kinds, keep in (("M", reading.pairs), ("S", None), ("DG", reading.when)):
            listed = _listed_before(reading, group[0], kinds)
            if len(listed) != len(group) or (kinds == "M" and not _a_list(reading, listed, group)):
                continue
            if keep is not None:
                keep.update(zip(group, listed, strict=True))
            else:
                reading.owners.update({q: reading.items[s].key for q, s in zip(group, listed, strict=True)})


def _a_list(reading: Reading, nouns: list[int], group: list[int]) -> bool:
    """Nouns joined by "and" or a slash, figures so or by a comma: "Sharpe and Sortino of 0.28 and 0.40"."""
    between = range(nouns[-2] + 1, nouns[-1])
    joined = any(reading.code[p] == "J" or reading.items[p].word == "/" for p in between)
    return joined and any(kind in "JP" for kind in reading.code[group[-2] + 1 : group[-1]])


def _of_both_sides(reading: Reading, group: list[int]) -> None:
    """ "Lower than the benchmark (12.5% vs 19.1%)": the first figure is not of the one compared with."""
    if len(group) != 2 or "R" not in reading.code[group[0] : group[1]]:
        return
    owner = next((p for p in range(group[0] - 1, -1, -1) if reading.code[p] in "SQ"), None)
    if owner is None or reading.code[owner] != "S" or not is_object(reading.items, owner):
        return
    if reading.items[owner].key in _OTHER and "P" in reading.code[owner : group[0]].replace("(", "P"):
        key = reading.items[owner].key
        main = main_subject(reading, owner)
        reading.owners[group[0]] = main if main not in ("", key) else _OTHER[key]
        reading.owners[group[1]] = key


_OTHER = {"benchmark": "strategy", "strategy": "benchmark"}
_IN_A_ROW = frozenset("AHLJPR")


def _figures_in_a_row(reading: Reading) -> Iterator[list[int]]:
    """Two figures or more of one unit with only "and", "against", commas or slashes between them."""
    row: list[int] = []
    for at, item in enumerate(reading.items):
        if item.kind == "Q":
            if row and item.unit != reading.items[row[-1]].unit:
                if len(row) > 1:
                    yield row
                row = []
            row.append(at)
        elif not (item.kind in _IN_A_ROW or item.word in ("/", "to") or _in_brackets(reading, at)) and row:
            if len(row) > 1:
                yield row
            row = []
    if len(row) > 1:
        yield row


def _in_brackets(reading: Reading, at: int) -> bool:
    """ "+22.0% (December 1999)": a date in brackets breaks no row."""
    opened = reading.code.rfind("(", max(0, at - 3), at + 1)
    closed = reading.code.find(")", at, at + 4)
    return opened >= 0 and closed >= 0 and set(reading.code[opened : closed + 1]) <= set("()DTL")


def _listed_before(reading: Reading, at: int, kinds: str) -> list[int]:
    """What is listed before a row of figures, back to the last figure or break."""
    code = reading.code
    found: list[int] = []
    for position in range(at - 1, -1, -1):
        if code[position] in "QB":
            break
        if code[position] in kinds and (code[position] != "M" or _names_figures_of(reading, position, at)):
            if found and set(code[position + 1 : found[-1]]) <= {"L"}:
                return []
            found.append(position)
        elif found and not _listing(reading, position):
            return found[::-1] if len(found) > 1 else []
    return found[::-1]


def _names_figures_of(reading: Reading, noun: int, at: int) -> bool:
    return not is_generic(reading, noun) and _fits(reading, reading.items[at], noun)


def _listing(reading: Reading, position: int) -> bool:
    return reading.code[position] in "LTJPRHCXN" or reading.items[position].word in (
        "/",
        "neither",
        "nor",
        "ratio",
        "ratios",
    )


def subject_of(reading: Reading, at: int) -> str:
    """Whose figure a quantity is by the words: strategy, benchmark, stated, recomputed, or "" where they do not say."""
    if at in reading.owners:
        return reading.owners[at]
    after = _owner_after(reading, at) or _compared_with(reading, at)
    return after or main_subject(reading, at) or reading.before.subject


def other_side(reading: Reading, at: int) -> bool:
    """Whether a figure stands behind "against" or "compared with" and an earlier one before it."""
    versus = next((p for p in range(at - 1, 0, -1) if reading.code[p] in "RB"), 0)
    versus = versus or _short_versus(reading, at)
    if not versus or reading.code[versus] == "B":
        return False
    return any(bound.at < versus for bound in reading.bound) and not any(k in "MV" for k in reading.code[versus:at])


def _short_versus(reading: Reading, at: int) -> int:
    """ "34.8% to 20.9%" in a race, and "0.49, not 0.69"."""
    items = reading.items
    if at < 2:
        return 0
    race = items[at - 1].word == "to" and items[at - 2].kind == "Q" and "C" in reading.code
    denied = items[at - 1].kind == "N" and items[at - 2].kind == "P" and at > 2 and items[at - 3].kind == "Q"
    return at - 1 if race or denied else 0


def _compared_with(reading: Reading, at: int) -> str:
    """ "8.8% against 12.8%": the second figure is of the one compared with."""
    if at in reading.when or not other_side(reading, at):
        return ""
    items = reading.items
    named = [i.key for i in items[:at] if i.kind == "S"]
    compared = [i.key for p, i in enumerate(items) if i.kind == "S" and is_object(items, p)]
    if compared:
        return compared[0]
    first = named[-1] if named else reading.before.subject or "strategy"
    turned = {"strategy": "benchmark", "recomputed": "stated", "stated": "recomputed", "benchmark": "strategy"}
    if any(i.kind == "S" for i in items[at + 1 : at + 6]) or (
        turned[first] == "benchmark" and not reading.index.benchmark
    ):
        return ""
    return turned[first]


_OWNER_OPENS = frozenset("for by from in at that which off of".split())


def _owner_after(reading: Reading, at: int) -> str:
    """ "3.7% for the benchmark", "0.53 that the engine reports", "56.8% suffered by the index"."""
    items, position = reading.items, at + 1
    if position < len(items) and items[position].kind == "S" and items[position].key in ("stated", "recomputed"):
        return items[position].key
    while position < len(items) and items[position].kind in "AYEM":
        position += 1
    if position + 1 < len(items) and items[position].kind in "VO" and items[position + 1].word in ("by", "for"):
        position += 1
    if position >= len(items) or not (items[position].word in _OWNER_OPENS or items[position].kind == "("):
        return ""
    opening = items[position].word
    position += 1
    while position < len(items) and items[position].kind in "LT" and items[position].word != ":":
        position += 1
    if position >= len(items) or items[position].kind != "S":
        return ""
    if items[position].also == "market" and opening not in ("for", "by"):
        return ""
    follow = items[position + 1].word if position + 1 < len(items) else ""
    closed = position + 2 < len(items) and items[position + 2].kind == ")"
    if follow == ":" or (follow == "'s" and not closed) or (opening == "(" and follow != ")"):
        return ""
    return items[position].key


def main_subject(reading: Reading, at: int) -> str:
    """The nearest subject before `at` that is not merely what another is compared with."""
    items = reading.items
    for position in range(at - 1, -1, -1):
        item = items[position]
        if item.kind != "S":
            continue
        if item.also == "market" and is_place(items, position):
            continue
        if is_object(items, position) and not _attached(items, position, at):
            continue
        return item.key
    return ""


def is_place(items: list[Item], position: int) -> bool:
    """ "on the S&P 500" says where a strategy trades, not whose figure it is."""
    before = [i for i in items[max(0, position - 2) : position] if i.word != "the"]
    return bool(before) and before[-1].word in ("on", "in", "of", "for", "trading", "trades", "using")


def is_object(items: list[Item], position: int) -> bool:
    """Whether a subject is what another is compared with: "than the benchmark"."""
    for item in reversed(items[max(0, position - 4) : position]):
        if item.kind in "CR" or (item.kind == "H" and item.also):
            return True
        if item.word in ("to", "over", "with", "against", "from"):
            return True
        if item.kind == "S":
            continue
        if item.kind not in "LT":
            return False
    return False


def _attached(items: list[Item], position: int, at: int) -> bool:
    """ "than the benchmark's 0.28", "than the benchmark, which returned 3.6%"."""
    for number, item in enumerate(items[position + 1 : at]):
        if item.kind in "LMAHVXUWY(" and item.word != ":":
            continue
        if item.kind == "T" and item.word in ("of", "at", "over", "from"):
            continue
        if item.kind == "P" and items[position + 2 + number].word in ("which", "at"):
            continue
        return False
    return True


def _owns(reading: Reading, at: int) -> bool:
    """Whether the benchmark is the subject itself, not what something is measured against: it has no beta of its own."""
    for position in range(min(at, len(reading.items)) - 1, -1, -1):
        if reading.code[position] == "S":
            alone = not any(i.kind in "SQ" and i.key != "benchmark" for i in reading.items[:position])
            return alone and reading.items[position].key == "benchmark" and not is_object(reading.items, position)
    return False


def _says_benchmark(reading: Reading) -> bool:
    """Whether the sentence says "benchmark" itself; "buy and hold" or "the index" can be the run's own name."""
    return any(item.kind == "S" and item.word == "benchmark" for item in reading.items)


def subject_mask(reading: Reading, subject: str, metric: int, at: int = 0) -> int:
    """Facts of a subject, with those that belong to nobody in particular."""
    index = reading.index
    if subject == "benchmark" and not index.benchmark and not _says_benchmark(reading):
        return index.strategy | index.orphans
    if subject == "benchmark":
        carried = (
            reading.before.subject == "benchmark"
            and "S" not in reading.code[:at]
            and not any(i.word in ("it", "its") for i in reading.items)
        )
        neutral = index.neutral & ~(index.relative if _owns(reading, at) else 0)
        return index.benchmark | neutral | (index.strategy if carried else 0)
    if subject == "stated" and index.stated & metric:
        said = {key for p in index.bits(index.stated & metric) for key in index.keys[p]}
        return index.stated | sum(1 << p for p in index.bits(index.strategy & metric) if not index.keys[p] & said)
    if subject == "stated":
        return index.strategy | index.stated
    return index.strategy | index.orphans


def qualified(reading: Reading, at: int, metric: int, generic: bool) -> int:
    """A year's figure or the whole test's, gross or net, of a day or not."""
    index, items = reading.index, reading.items
    near = [*_right_of(items, at), *_left_of(items, at)]
    if any(i.kind == "A" for i in near) or (generic and (items[0].kind == "A" or _shares_year(items, at))):
        metric &= index.annual
    elif generic:
        metric &= ~index.by_key.get("cagr", 0)
    if any(i.kind == "Y" for i in near):
        metric &= index.daily
    if any(i.kind == "M" and "gross" in i.word for i in items):
        return metric
    kinds = {i.key for i in items if i.kind == "E"}
    if "gross" in kinds:
        return metric & index.gross if "net" not in kinds else metric
    return metric & ~index.gross


def _right_of(items: list[Item], at: int) -> list[Item]:
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


def scope_of(reading: Reading, at: int) -> tuple[int, bool]:
    """Facts of the date, regime or crisis that a quantity is said to belong to; all, False where none is."""
    right = reading.when.get(at)
    right = right if right is not None else _scope_right(reading, at)
    if right is not None:
        reading.used_scopes.add(right)
        mask = scope_mask(reading, right)
        return mask & ~index_regimes(reading.index) if reading.code[
            right
        ] == "D" and "G" not in reading.code else mask, True
    mask, found, broken = reading.index.everything, False, False
    by_rank = ranked(reading, at)
    if by_rank:
        mask, found = by_rank, True
    for position in range(at - 1, -1, -1):
        broken = broken or reading.items[position].word == ";"
        if reading.code[position] == "Q" and found:
            break
        if reading.code[position] in ("G" if broken else "DG") and position not in reading.used_scopes:
            mask &= scope_mask(reading, position)
            found = True
            if reading.items[position].key == "month":
                break
    if found and "G" not in reading.code and not _ranged(reading, at):
        mask &= ~index_regimes(reading.index)
    if found:
        return mask, True
    return (reading.before.scope or reading.index.everything), False


def _ranged(reading: Reading, at: int) -> bool:
    """Whether a range other than that of the whole test stands in the sentence: it can be that of a crisis."""
    whole = reading.index.whole
    return any(
        i.kind == "D" and i.until is not None and whole is not None and not (i.dates[0] <= whole[0] <= i.dates[1])
        for i in reading.items
    )


def index_regimes(index: Index) -> int:
    """Facts of regimes and crises: a date alone does not name them, though they have one."""
    return sum(bits for group, bits in index.by_group.items() if group.startswith(("regime", "stress", "crisis")))


def scope_mask(reading: Reading, position: int) -> int:
    """Facts that a date or the name of a period is about; a month takes the year that heads its line."""
    items = reading.items
    item = items[position]
    before = items[position - 1].word if position else ""
    if item.kind == "D" and item.key == "month" and item.dates[0] < 1500:
        year = next((i for i in items[:position] if i.kind == "D" and i.key == "year"), None)
        if year is not None:
            start = year.dates[0] // 10000 * 10000 + item.dates[0]
            item.dates = (start + 1, start + 31)
    return reading.scopes.mask(item, before)


def _scope_right(reading: Reading, at: int) -> int | None:
    items, position, comma = reading.items, at + 1, False
    while position < len(items) and items[position].kind in "AYEMUW":
        position += 1
    while position < len(items):
        item = items[position]
        if item.kind in "DG":
            break
        if item.kind == "L" and position + 1 < len(items) and items[position + 1].kind == "G":
            position += 1
            continue
        if item.kind == "P" and not comma and position + 1 < len(items) and items[position + 1].kind in "TD":
            comma = True
        elif not (item.kind == "(" or item.word in _PERIOD_LINKS or item.word in ("fell", "spent") or (item.kind == "L" and item.word in ("the", "calendar", "'s", "all")) or (item.kind == "O" and item.word in ("year", "month", "calendar", "whole"))):  # fmt: skip
            return None
        position += 1
    if position >= len(items) or position in reading.used_scopes:
        return None
    if comma and not _closes(items, position):
        return None
    return position


def _closes(items: list[Item], position: int) -> bool:
    """After a comma, "in 2013" belongs to what came before only where the clause ends with it."""
    if position + 1 >= len(items):
        return True
    return items[position + 1].kind in "PBJ)" or items[position + 1].word == "."


def ranked(reading: Reading, at: int) -> int:
    """ "the second deepest drawdown", "Drawdown 3": the facts of that one."""
    mask = 0
    after = [p for p in range(at, len(reading.items)) if "Q" not in reading.code[at + 1 : p + 1]]
    for position in (*range(min(at, len(reading.items) - 1)), *after[1:-1]):
        item = reading.items[position]
        number = ORDINALS.get(item.word, 0)
        if (
            number
            and (number > 1 or reading.items[position + 1].kind == "X")
            and _ranks_a_fall(reading.items[position + 1 : position + 4])
        ):
            mask |= reading.index.by_group.get(f"drawdown.{number}", 0)
        if item.kind == "M" and item.word in ("drawdown", "dd") and position + 1 < len(reading.items):
            follower = reading.items[position + 1]
            if follower.kind == "Q" and follower.unit == "number" and follower.decimals == 0 and position + 1 != at:
                mask |= reading.index.by_group.get(f"drawdown.{int(follower.value)}", 0)
    return mask


def _ranks_a_fall(following: list[Item]) -> bool:
    """ "second deepest drawdown", "third drawdown"; not "a third of the upside"."""
    for item in following:
        if item.kind == "M":
            return bool({"drawdown", "max_drawdown"} & set(item.key.split(",")))
        if item.kind == "T":
            return False
    return False


def in_scope(reading: Reading, candidates: int, scope: int, scoped_here: bool, at: int) -> int:
    """Candidates within the scope; without one, those that need none."""
    index = reading.index
    if scoped_here:
        return candidates & scope
    first = index.by_group.get("drawdown.1", 0)
    falls = 0
    if any(_any_drawdown(reading, p) for p in range(min(at + 3, len(reading.items)))):
        falls = index.by_key.get("drawdown", 0)
    if _speaks_of_an_extreme(reading, at):
        return candidates  # the superlative itself is held against its siblings
    free = candidates & (~index.scoped | first | falls)
    if reading.before.scope:
        free |= candidates & reading.before.scope
    return free


def _any_drawdown(reading: Reading, position: int) -> bool:
    """ "Drawdowns", "a drawdown", "losses from a high": any of them, where "the drawdown" is the deepest."""
    item = reading.items[position]
    if item.kind != "M" or "drawdown" not in item.key.split(","):
        return False
    if any(i.kind in "DG" or (i.kind == "O" and i.word[:2].isdigit()) for i in reading.items):
        return True
    before = reading.items[position - 1].word if position else ""
    return item.word.endswith("s") or before in ("a", "another", "one", "second", "third", "further", "other")


def _speaks_of_an_extreme(reading: Reading, at: int) -> bool:
    """Whether a superlative stands before a figure in the same stretch of words."""
    for position in range(at - 1, max(-1, at - 13), -1):
        if reading.code[position] in "QB":
            return False
        if reading.code[position] == "X":
            return True
    return False


_SIDES = {"below": -1, "under": -1, "beneath": -1, "off": -1, "above": 1}


def lean_of(reading: Reading, at: int) -> int:
    """1 where the words say up, -1 where they say down, 0 where they do not say."""
    items = reading.items
    following = next((i for i in items[at + 1 : at + 3] if i.kind != "A"), None)
    if following is not None and following.word in _SIDES and _from_a_high(items, at):
        return _SIDES[following.word]
    if following is not None and following.kind in "UWM" and _leaning(following):
        return _leaning(following)
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
    """Of "a loss of", "gains"."""
    if item.kind == "U" or (item.kind == "M" and item.word in _LOSS):
        return -1
    return 1 if item.kind == "W" or (item.kind == "M" and item.word in _GAIN) else 0


def match(reading: Reading, bound: Bound, candidates: int) -> str:
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
        items[position - 1].kind in "PAYEL)" or items[position - 1].word in ("well", "far", "much")
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
