"""Of when a quantity is: dates, regimes, ranks of falls, and what needs no date."""

from tools.narrative.checking.numbers import ORDINALS
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Reading

_PERIOD_LINKS = frozenset(
    "in on during for from between over of through throughout across at by since until after before when where".split()
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


def time_behind(reading: Reading, at: int) -> int | None:
    """The date or period right behind a figure, "3.1% in 2003", "16.2%, from May to July 2009"; None where none is."""
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
    if position >= len(items):
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
            break
    return any(item.kind == "X" and item.word in ("deepest", "steepest") for item in following[:1])
