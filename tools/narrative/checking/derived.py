"""Differences, ratios and shares of facts."""

from collections.abc import Iterator

from tools.narrative.checking.index import Index
from tools.narrative.checking.matching import near, written
from tools.narrative.checking.naming import loses
from tools.narrative.checking.owners import is_object, is_place, main_subject
from tools.narrative.checking.pairs import are_alike, fact_pairs, is_compared, said_direction, size_of
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Bound, Reading, metric_mask
from tools.narrative.checking.tones import hedge_of, lean_of


def derived(reading: Reading, bound: Bound) -> bool:
    """Whether a quantity is the distance or the ratio of two facts, in the direction the words give."""
    item = bound.item
    if item.unit == "money" and _profit(reading, bound):
        return True
    if item.unit == "number" and (_negative_years(reading, bound) or _count_of_a_rate(reading, bound)):
        return True
    if item.unit in ("percent", "part") and item.sign >= 0 and _share_of_the_counts(reading, bound):
        return True
    if item.unit in ("percent", "part") and loses(reading, bound.at):
        return _losers(reading, bound)
    if item.unit in ("points", "bps"):
        said = "R" in reading.code or is_compared(reading, bound.at) or bool(said_direction(reading, bound.at))
        return said and not item.sign and _distance(reading, bound)
    if item.unit in ("times", "part"):
        return _ratio(reading, bound)
    if item.unit in ("percent", "number", "money", "time") and is_compared(reading, bound.at):
        return _distance(reading, bound) or (item.unit == "percent" and _ratio(reading, bound))
    return False


def follows_from_what_is_said(reading: Reading, bound: Bound) -> bool:
    """Whether a quantity is the distance or ratio of two figures that this sentence and the one before state.

    "13.5 points better than the index (-40.2%)", "about three fifths of the index's 19.1%", "more than double our limit".
    """
    item = bound.item
    if item.sign or item.unit not in ("points", "bps", "times", "part", "time", "percent"):
        return False
    index = reading.index
    here = [(other.at, p) for other in reading.bound for p in index.bits(other.facts)]
    said = [(-1, p) for p in index.bits(reading.before.said)] + here
    direction = said_direction(reading, bound.at)
    for at, first in said:
        for later, second in here:
            if first == second or later <= at or not _can_be_held_together(index, first, second):
                continue
            if item.unit == "percent":
                changed, base = (first, second) if later > bound.at else (second, first)
                fits = _is_change(reading, bound, changed, base, direction)
            elif item.unit in ("times", "part"):
                fits = later > bound.at and _is_ratio_of(reading, bound, first, second)
            else:
                fits = _is_gap_of(reading, bound, first, second, direction)
            if fits:
                bound.facts, bound.derived = 1 << first | 1 << second, True
                return True
    return False


def _can_be_held_together(index: Index, first: int, second: int) -> bool:
    if index.units[first] != index.units[second] or index.units[first] in ("text", "date"):
        return False
    limit = "rule" in index.keys[first] | index.keys[second]
    return limit or index.units[first] in ("days", "currency") or are_alike(index, first, second)


def _is_ratio_of(reading: Reading, bound: Bound, first: int, second: int) -> bool:
    other = size_of(reading.index, second)
    hedge, _ = hedge_of(reading, bound.at)
    ratio = abs(size_of(reading.index, first) / other) if other else 0.0
    step = 10.0**-bound.item.decimals
    return _near_derived(bound.item, bound.item.value, step, ratio, hedge)


_SIDES = frozenset("below above off under over less more lower higher fewer longer shorter".split())


def _is_change(reading: Reading, bound: Bound, changed: int, base: int, direction: int) -> bool:
    """Of sums and counts: "36% below the peak of $61.3k", and the share in "45% of the capital of $10,000"."""
    other = size_of(reading.index, base)
    following = reading.items[bound.at + 1].word.split()[:1] if bound.at + 1 < len(reading.items) else []
    share = following == ["of"] and reading.index.units[base] == "currency"
    if reading.index.units[base] == "fraction" or not other or not (share or (direction and _SIDES & set(following))):
        return False
    ratio = size_of(reading.index, changed) / other
    change = ratio if share else ratio - 1
    hedge = hedge_of(reading, bound.at)[0]
    close = _near_derived(bound.item, bound.item.value * 0.01, 10.0**-bound.item.decimals * 0.01, abs(change), hedge)
    return close and (share or (change > 0) == (direction > 0))


def _is_gap_of(reading: Reading, bound: Bound, first: int, second: int, direction: int) -> bool:
    index, item = reading.index, bound.item
    if not direction:
        return False
    factor = {"points": 0.01, "bps": 0.0001}.get(item.unit, 1.0) * item.scale
    hedge, _ = hedge_of(reading, bound.at)
    owners = [index.benchmark >> p & 1 for p in (first, second)]
    gap = _gap(index, first, second)
    if owners[0] != owners[1] and bool(owners[0]) != (_subject_of_clause(reading, bound.at) == "benchmark"):
        gap = -gap
    close = _near_derived(item, item.value * factor, 10.0**-item.decimals * factor, abs(gap), hedge)
    return close and (direction > 0) == (gap > 0)


def _subject_of_clause(reading: Reading, at: int) -> str:
    start = max((p for p in range(at) if reading.code[p] in "PB"), default=-1) + 1
    named = (
        i.key
        for p, i in enumerate(reading.items[:at])
        if p >= start and i.kind == "S" and not is_object(reading.items, p)
    )
    return next(named, "strategy")


def _share_of_the_counts(reading: Reading, bound: Bound) -> bool:
    """ "Positive in 136 of 240 months (57%)": the share that two counts of the sentence make."""
    hedge, _ = hedge_of(reading, bound.at)
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
    hedge, _ = hedge_of(reading, bound.at)
    for start in index.bits(index.by_key.get("initial", 0)):
        for end in index.bits(index.by_key.get("final", 0)):
            gain = (index.values[end] or 0.0) - (index.values[start] or 0.0)
            shown, step = written(bound.item, index, end)
            made = lean_of(reading, bound.at)
            if near(bound.item, shown, step, abs(gain), hedge) and made and (made > 0) == (gain > 0):
                bound.facts = 1 << end
                return True
    return False


def _losers(reading: Reading, bound: Bound) -> bool:
    index = reading.index
    hedge, _ = hedge_of(reading, bound.at)
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


def _count_of_a_rate(reading: Reading, bound: Bound) -> bool:
    """ "29 of 66 trades", "29 winners": the share of winners times all trades, or the rest, where only the share is known."""
    index, item = reading.index, bound.item
    of = reading.items[bound.at + 1].word if bound.at + 1 < len(reading.items) else ""
    said = of in ("of", "out of") or {"winners", "losers", "winning trades", "losing trades"} & reading.words
    if item.decimals or index.by_key.get("won", 0) or not said:
        return False
    lost = any(word in ("losers", "losing trades", "lost") for word in reading.words)
    for rate in index.bits(index.by_key.get("win_rate", 0)):
        for trades in index.bits(index.by_key.get("trades", 0)):
            total = index.values[trades] or 0.0
            won = (index.values[rate] or 0.0) * total
            if abs(won - round(won)) < 0.02 and item.value == (total - round(won) if lost else round(won)):
                bound.facts = 1 << rate
                return True
    return False


def _distance(reading: Reading, bound: Bound) -> bool:
    index, item = reading.index, bound.item
    direction = said_direction(reading, bound.at)
    factor = {"points": 0.01, "percent": 0.01, "bps": 0.0001}.get(item.unit, 1.0) * item.scale
    shown, step = item.value * factor, 10.0**-item.decimals * factor
    hedge, _ = hedge_of(reading, bound.at)
    if hedge in ("over", "under") and item.unit in ("points", "bps"):
        hedge = "" if direction and not _hedge_is_close(reading, bound.at) else hedge
    for a, b in _derived_pairs(reading, bound):
        gap = _gap(index, a, b)
        rounded = abs(round(abs(size_of(index, a)) / factor, item.decimals) - round(abs(size_of(index, b)) / factor, item.decimals)) if item.unit != "time" else -1  # fmt: skip
        close = _near_derived(item, shown, step, abs(gap), hedge) or (item.unit in ("points", "percent") and abs(rounded - item.value) < 1e-9 and not hedge)  # fmt: skip
        if close and (not direction or (direction > 0) == (gap > 0) or gap == 0):
            bound.facts = 1 << a | 1 << b
            return True
    return False


def _hedge_is_close(reading: Reading, at: int) -> bool:
    return at > 0 and reading.items[at - 1].kind == "H"


def _near_derived(item: Item, shown: float, step: float, actual: float, hedge: str) -> bool:
    """As for a fact, but "over" and "under" must come close: any two facts have some difference."""
    slack = 1.34 if item.unit == "part" else 1.1
    close = shown / slack <= actual <= shown * slack
    return near(item, shown, step, actual, hedge) and (close or hedge in ("", "about"))


def _gap(index: Index, first: int, second: int) -> float:
    return size_of(index, first) - size_of(index, second)


def _ratio(reading: Reading, bound: Bound) -> bool:
    index, item = reading.index, bound.item
    shown = item.value * (0.01 if item.unit == "percent" else 1.0) * item.scale
    step = 10.0**-item.decimals * (0.01 if item.unit == "percent" else 1.0)
    hedge, _ = hedge_of(reading, bound.at)
    direction = said_direction(reading, bound.at)
    if item.unit == "part" and _share_of_counts(reading, bound, shown, hedge):
        return True
    for a, b in _derived_pairs(reading, bound):
        other = size_of(index, b)
        if other == 0:
            continue
        ratio = size_of(index, a) / other
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
        yield from fact_pairs(
            reading, metric, named[0] if named[0] in ("stated", "recomputed") else "stated", "strategy"
        )
        yield from fact_pairs(reading, metric, "strategy", "stated")
        return
    first = main_subject(reading, len(reading.items)) if not named else _first_main(reading)
    first = first or reading.before.subject or "strategy"
    if first not in ("strategy", "benchmark"):
        first = "strategy"
    yield from fact_pairs(reading, metric, first, "benchmark" if first == "strategy" else "strategy")
    if not named:
        yield from fact_pairs(reading, metric, "strategy", "stated")


def _first_main(reading: Reading) -> str:
    for position, item in enumerate(reading.items):
        if item.kind == "S" and not (item.also == "market" and is_place(reading.items, position)):
            if is_object(reading.items, position) or _of_a_share(reading.items, position):
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
        mask |= metric_mask(index, noun)
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
