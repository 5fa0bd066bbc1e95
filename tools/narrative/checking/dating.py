"""Dates: each must be that of a fact, in the role the words give it."""

from tools.narrative.checking.owners import subject_mask, subject_of
from tools.narrative.checking.periods import fall_of_rank, scope_mask
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Reading, leads_on, metric_mask

_ROLES = (
    (frozenset("recovered recovery regained recover recoup recouped recovering good".split()), ("recover",)),
    (frozenset("trough bottom low bottomed troughed bottoming nadir".split()), ("trough",)),
    (
        frozenset(
            "peak high began peaked start started starting beginning begin begins starts commenced commences commencing opened opens from".split()
        ),
        ("start",),
    ),
    (
        frozenset(
            "ended ends end ending until through last finished finishes concluded concludes concluding".split()
        ),
        ("end", "trough", "recover"),
    ),
)


def check_dates(reading: Reading) -> None:
    """Every date must be that of a fact, in the role the words give it."""
    accepted = _dates_of_bound(reading)
    for position, item in enumerate(reading.items):
        if item.kind == "D" and item.key != "month" and position not in accepted:
            _date(reading, position, item)


def _dates_of_bound(reading: Reading) -> set[int]:
    """Dates that scope a quantity which was borne out: they were checked with it."""
    accepted: set[int] = set()
    for bound in reading.bound:
        if not bound.facts:
            continue
        for position, item in enumerate(reading.items):
            if item.kind == "D" and scope_mask(reading, position) & bound.facts and not _has_role(reading, position):
                accepted.add(position)
    return accepted


def _has_role(reading: Reading, position: int) -> bool:
    return bool(_roles(reading, position)) and reading.items[position].until is None


def _roles(reading: Reading, position: int) -> tuple[str, ...]:
    """The part a date plays: start, trough, recovery, end; () where the words do not say."""
    before = reading.items[max(0, position - 5) : position]
    if any(item.kind == "N" for item in before):
        return ()
    if [item.word for item in before[-2:]] in (["high", "of"], ["peak", "of"]):
        return ("start",)
    last = max((n for n, item in enumerate(before) if item.kind in "QD"), default=-1)
    if any(item.word in ("back", "old", "new", "regained", "again") for item in before[last + 1 :]):
        return ("recover",)
    for at in range(len(before) - 1, -1, -1):
        item = before[at]
        if item.kind in "QDB":
            return ()
        if item.word in ("high", "peak", "top") and _measured_from(reading.items[: position - len(before) + at]):
            continue
        for word in reversed(item.word.split()):
            for words, roles in _ROLES:
                if word in words:
                    return roles
    return ()


def _measured_from(before: list[Item]) -> bool:
    """Whether a high is only what a fall is measured from: "35.2% below the peak, was reached on ..."."""
    words = [item.word for item in before if item.word not in ("the", "its", "a", "previous", "former")]
    return bool(words) and words[-1] in ("below", "under", "off", "beneath")


def _date(reading: Reading, position: int, item: Item) -> None:
    scope = scope_mask(reading, position)
    if not scope:
        if item.until is not None or not _is_date_fact(reading, item, ()):
            reading.find("date", item, "No fact has this date or period.")
        return
    roles = _roles(reading, position)
    if item.key == "year" and (reading.items[position - 1].word == "through" or not _of_a_fall(reading)):
        roles = ()
    if roles and item.until is None and not _is_date_fact(reading, item, roles):
        reading.find("date", item, "A fact has this date, but not in this role.")
        return
    nouns = [i for i in reading.items if i.kind == "M" and not leads_on(reading, reading.items.index(i))]
    dated = 0
    for noun in nouns:
        dated |= metric_mask(reading.index, noun) & reading.index.by_key.get("extreme", 0)
    dated &= subject_mask(reading, subject_of(reading, position), dated)
    if dated and not reading.bound and not dated & scope:
        reading.find("date", item, "The figure named is of another date.")


def _of_a_fall(reading: Reading) -> bool:
    """Whether the words are about a drawdown: otherwise the "low" of a year is its poorest result."""
    falls = reading.index.by_key.get("drawdown", 0)
    return bool(falls & (reading.before.metric | sum(b.facts for b in reading.bound))) or any(
        "drawdown" in item.key for item in reading.items
    )


def _is_date_fact(reading: Reading, item: Item, roles: tuple[str, ...]) -> bool:
    group = {i.key for i in reading.items if i.kind == "G"}
    ranked = fall_of_rank(reading, len(reading.items))
    for name, day, of_group in reading.scopes.days():
        if roles and not any(role in name.rpartition(".")[2] for role in roles):
            continue
        if group and of_group and of_group not in group:
            continue
        if ranked and of_group and not reading.index.by_group.get(of_group, 0) & ranked:
            continue
        if item.dates[0] <= day <= item.dates[1] or (item.also and day == int(item.also)):
            return True
        if item.dates[0] < 1500 and day % 10000 == item.dates[0]:
            return True
    return False
