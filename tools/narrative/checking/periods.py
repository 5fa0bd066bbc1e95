"""Of when a quantity is: dates, regimes, ranks of falls, and what needs no date."""

from tools.narrative.checking.numbers import ORDINALS
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Reading

_PERIOD_LINKS = frozenset(
    "in on during for from between over of through throughout across at by since until after before when where".split()
)


def scope_of(reading: Reading, at: int) -> tuple[int, bool]:
    """Facts of the date, regime or crisis that a quantity is said to belong to; all, False where none is."""
    right = reading.when.get(at)
    right = right if right is not None else _scope_right(reading, at)
    if right is not None:
        reading.used_scopes.add(right)
        mask = scope_mask(reading, right)
        return mask & ~reading.index.regimes if reading.code[right] == "D" and "G" not in reading.code else mask, True
    mask, found, broken = reading.index.everything, False, False
    by_rank = fall_of_rank(reading, at)
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
        mask &= ~reading.index.regimes
    if found:
        return mask, True
    return (reading.before.scope or reading.index.everything), False


def _ranged(reading: Reading, at: int) -> bool:
    """Whether a range other than that of the whole test stands in the sentence: it can be that of a crisis."""
    whole = reading.index.whole
    return "D" in reading.code and any(
        i.kind == "D" and i.until is not None and whole is not None and not (i.dates[0] <= whole[0] <= i.dates[1])
        for i in reading.items
    )


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


_RANKS = frozenset((*ORDINALS, "drawdown", "dd"))


def fall_of_rank(reading: Reading, at: int) -> int:
    """ "the second deepest drawdown", "Drawdown 3": the facts of that one."""
    mask = 0
    if _RANKS.isdisjoint(reading.words):
        return mask
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
