"""Whose figure a quantity is: the strategy's, the benchmark's, the engine's or recomputed."""

from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Reading


def subject_of(reading: Reading, at: int) -> str:
    """Whose figure a quantity is by the words: strategy, benchmark, stated, recomputed, or "" where they do not say."""
    if at in reading.owners:
        return reading.owners[at]
    after = owner_after(reading, at) or compared_with(reading, at)
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


def compared_with(reading: Reading, at: int) -> str:
    """ "8.8% against 12.8%": the second figure is of the one compared with."""
    if at in reading.when or not other_side(reading, at):
        return ""
    items = reading.items
    named = [i.key for i in items[:at] if i.kind == "S"]
    compared = [i.key for p, i in enumerate(items) if i.kind == "S" and is_object(items, p)]
    if compared:
        return compared[0]
    carried = reading.before.subject if reading.before.subject in ("stated", "recomputed") else "strategy"
    first = named[-1] if named else carried
    turned = {"strategy": "benchmark", "recomputed": "stated", "stated": "recomputed", "benchmark": "strategy"}
    if any(i.kind == "S" for i in items[at + 1 : at + 6]) or (
        turned[first] == "benchmark" and not reading.index.benchmark
    ):
        return ""
    return turned[first]


_OWNER_OPENS = frozenset("for by from in at that which off of".split())


def owner_after(reading: Reading, at: int) -> str:
    """ "3.7% for the benchmark", "0.53 that the engine reports", "56.8% suffered by the index"."""
    items, position = reading.items, at + 1
    if position < len(items) and items[position].kind == "S" and items[position].key in ("stated", "recomputed"):
        return items[position].key
    while position < len(items) and items[position].kind in "AYEM":
        position += 1
    predicate = _owner_in_predicate(items, position)
    if predicate:
        return predicate
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


def _owner_in_predicate(items: list[Item], position: int) -> str:
    """ "The 0.69 Sharpe is the engine's own number": whose it is, said behind the noun."""
    if not (0 < position < len(items) and items[position - 1].kind == "M" and items[position].word in ("is", "was")):
        return ""
    follows = [i for i in items[position + 1 : position + 4] if i.word != "the"]
    if not follows or follows[0].kind != "S" or follows[0].key == "strategy":
        return ""
    own = follows[0].word.endswith(" own") or [i.word for i in follows[1:2]] in ([], ["."], ["'s"])
    return follows[0].key if own else ""


def main_subject(reading: Reading, at: int) -> str:
    """The nearest subject before `at` that is not merely what another is compared with."""
    items = reading.items
    for position in range(at - 1, -1, -1):
        item = items[position]
        if item.kind != "S":
            continue
        if (item.also == "market" and is_place(items, position)) or _in_closed_brackets(items, position, at):
            continue
        if is_object(items, position) and not _attached(items, position, at):
            continue
        return item.key
    return ""


def _in_closed_brackets(items: list[Item], position: int, at: int) -> bool:
    """ "CAGR 6.2% (benchmark 4.8%), Sharpe 0.52": what brackets hold ends with them."""
    after = [item.kind for item in items[position:at] if item.kind in "()Q"]
    before = [item.kind for item in items[:position] if item.kind in "()"]
    return after[:2] == ["Q", ")"] and before[-1:] == ["("]


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
