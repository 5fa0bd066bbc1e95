"""Which facts a date, a period or the name of a regime or crisis is about."""

from tools.narrative.checking.index import Index, Span, day_of
from tools.narrative.checking.reading import Item

_OPEN_ENDED = frozenset("since until till through to by from starting ending beginning up".split()) | {"as of", "up until", "from around"}  # fmt: skip


_REMEMBERED = 2048


class Scopes:
    """Masks of scopes, remembered with the facts."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known: dict[tuple[Span, Span | None, str], int] = {}
        self._crises = sum(bits for group, bits in index.by_group.items() if group.startswith(("stress", "crisis")))
        self._group_days: dict[str, list[tuple[str, int]]] = {}
        for position in index.bits(index.dates):
            day = day_of(str(index.facts[position].value))
            if day is not None:
                self._group_days.setdefault(index.groups[position], []).append((index.facts[position].id, day))

    def mask(self, item: Item, preposition: str) -> int:
        """Facts that a date or group item is about; 0 where none is."""
        if item.kind == "G":
            return self._index.by_group.get(item.key, 0)
        key = (item.dates, item.until, preposition if preposition in _OPEN_ENDED else "")
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = self._dated(item, preposition)
        return self._known[key]

    def days(self) -> list[tuple[str, int, str]]:
        """Every date fact: id, day and group."""
        return [(name, day, group) for group, found in self._group_days.items() for name, day in found]

    def _dated(self, item: Item, preposition: str) -> int:
        index, mask = self._index, 0
        groups: set[str] = set()
        for span, bits in index.by_span.items():
            if self._covers(item, span):
                mask |= bits
                groups |= {index.groups[p] for p in index.bits(bits) if index.groups[p].startswith("drawdown")}
            elif self._touches(item, span):
                mask |= bits & self._crises
        mask |= self._own_group(item)
        for group, found in self._group_days.items():
            if group and self._in_group(item, [day for _, day in found]):
                groups.add(group)
        for group in groups:
            mask |= index.by_group[group]
        if index.whole is not None and self._is_whole(item, index.whole, preposition):
            mask |= index.everything & ~index.scoped
            if item.until is None:
                mask |= sum(bits for group, bits in index.by_group.items() if group.startswith("drawdown"))
        return mask

    def _own_group(self, item: Item) -> int:
        """Facts of the calendar year or month that the date is, also where the test covers only a part of it."""
        year, month = item.dates[0] // 10000, item.dates[0] // 100 % 100
        if item.until is not None or item.dates[0] == item.dates[1]:
            return 0
        if item.dates == (year * 10000 + 101, year * 10000 + 1231):
            return self._index.by_group.get(f"year.{year}", 0)
        if item.dates[1] // 100 == item.dates[0] // 100:
            return self._index.by_group.get(f"month.{year}-{month:02d}", 0)
        return 0

    @staticmethod
    def _covers(item: Item, span: Span) -> bool:
        """A range has both ends; a date holds the whole span."""
        if item.until is not None:
            return _within(span[0], item.dates) and _ends_within(span[1], item.until)
        if item.dates[0] < 1500:
            return False
        return item.dates[0] <= span[0] and _ends_within(span[1], item.dates)

    @staticmethod
    def _touches(item: Item, span: Span) -> bool:
        """A crisis is named by a year or month in which it began or ended."""
        return item.until is None and (_within(span[0], item.dates) or _within(span[1], item.dates))

    def _in_group(self, item: Item, days: list[int]) -> bool:
        if item.until is not None:
            return any(_within(day, item.dates) for day in days) and any(_within(day, item.until) for day in days)
        return any(_within(day, item.dates) for day in days)

    @staticmethod
    def _is_whole(item: Item, whole: Span, preposition: str) -> bool:
        if item.until is not None:
            return _within(whole[0], item.dates) and _within(whole[1], item.until)
        exact = item.dates[0] == item.dates[1]
        if not exact and preposition not in _OPEN_ENDED:
            return False
        return _within(whole[0], item.dates) or _within(whole[1], item.dates)


def _within(day: int, dates: Span) -> bool:
    if dates[0] < 1500:
        return day // 100 % 100 == dates[0] // 100 and (dates[0] % 100 == 0 or day % 100 == dates[0] % 100)
    return dates[0] <= day <= dates[1]


def _ends_within(day: int, dates: Span) -> bool:
    """Months of facts end on a nominal day 31, those of a text too."""
    return dates[0] <= day <= dates[1] or day == dates[1]
