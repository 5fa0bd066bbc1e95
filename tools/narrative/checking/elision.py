"""What people leave out because the words beside it say it: "best and worst day", "the year after", "rolling 1y Sharpe"."""

from tools.narrative.checking.index import Index
from tools.narrative.checking.lexicon import YEARS_BESIDE
from tools.narrative.checking.reading import Item

_JOINS = frozenset(("and", "or", "/", ",", "&"))
_ROLLING = frozenset(("rolling", "trailing"))


def fill_in(items: list[Item], index: Index) -> None:
    """Give each elided item what it stands for; the list is changed in place."""
    for position in range(len(items) - 1, -1, -1):
        item = items[position]
        if item.kind == "X":
            _its_noun(items, position, item, index)
        elif item.kind == "O" and item.word in YEARS_BESIDE:
            _year_beside(items, position, item)
        elif (
            item.kind == "Q"
            and item.unit == "times"
            and position
            and items[position - 1].word in ("traded", "trades")
        ):
            item.unit = "number"
        elif item.kind == "Z" and item.word.startswith(("each ", "every ")) and "Q" in [i.kind for i in items[max(0, position - 4) : position]]:  # fmt: skip
            item.kind, item.key = "A", "annual"
        elif item.kind == "O" and item.word in _TALLIES and _tallies(items, position):
            item.kind, item.key = "M", _TALLIES[item.word]
        elif item.kind == "O" and item.word in _MARKETS and _stands_for_the_market(items, position):
            item.kind, item.key, item.also = "S", "benchmark", "market"
        elif item.word == "prints" and position and items[position - 1].kind == "M":
            item.kind, item.key = "L", "link"
    _windows(items)


_UP = "positive_years,positive_months,won"
_TALLIES = {
    "w": "won",
    "l": "lost",
    "wins": "won",
    "losses": "lost",
    "positive": _UP,
    "profitable": _UP,
    "green": _UP,
}
_MARKETS = frozenset(("market", "mkt"))


def _tallies(items: list[Item], position: int) -> bool:
    """ "30 W", "14 positive": a word straight after a count that no noun follows says what is counted."""
    follows = items[position + 1].kind if position + 1 < len(items) else ""
    return position > 0 and items[position - 1].kind == "Q" and follows != "M"


def _stands_for_the_market(items: list[Item], position: int) -> bool:
    """ "vol 21.4%, market 28.9%", "mkt made 6%": without its article, at the start of a stretch that has a figure."""
    before = items[position - 1].kind if position else "P"
    follows = "".join(i.kind for i in items[position + 1 : position + 3])
    return before in "PRB(J" and (follows[:1] == "Q" or follows in ("VQ", "LQ"))


_UNITS = {"day": "day", "days": "day", "session": "day", "month": "month", "months": "month", "year": "year", "years": "year", "trade": "trade", "trades": "trade"}  # fmt: skip
_EXTREMES = {"best": "best", "strongest": "best", "worst": "worst", "weakest": "worst"}


def _its_noun(items: list[Item], position: int, item: Item, index: Index) -> None:
    """ "The worst months", "best and worst day": the extreme of what is counted, also where the next word says it."""
    if item.word not in _EXTREMES or position + 1 >= len(items):
        return
    follows = items[position + 1]
    unit = _UNITS.get(follows.word, "")
    paired = position > 1 and items[position - 1].word in _JOINS and items[position - 2].kind == "X"
    if unit and follows.word.endswith("s") and not paired:
        return
    if unit and f"{_EXTREMES[item.word]}_{unit}" in index.by_key:
        follows.kind, follows.key = "L", ""
    elif follows.word in _JOINS and (noun := _noun_after(items, position + 2)) is not None:
        other = next((k for k in noun.key.split(",") if k.partition("_")[0] in ("best", "worst")), "")
        unit = other.partition("_")[2] if other.partition("_")[0] != _EXTREMES[item.word] else ""
    wanted = f"{_EXTREMES[item.word]}_{unit}"
    if unit and wanted in index.by_key:
        item.kind, item.key, item.word = "M", wanted, f"{item.word} {unit}"


def _noun_after(items: list[Item], position: int) -> Item | None:
    """The noun here, an article passed over."""
    position += position < len(items) and items[position].kind == "L"
    return items[position] if position < len(items) and items[position].kind == "M" else None


def _year_beside(items: list[Item], position: int, item: Item) -> None:
    """ "In 2008 ... the year after": the year next to the one named before."""
    named = next(
        (i for i in reversed(items[:position]) if i.kind == "D" and i.key == "year" and i.until is None), None
    )
    if named is not None:
        year = named.dates[0] // 10000 + YEARS_BESIDE[item.word]
        item.kind, item.key, item.dates = "D", "year", (year * 10000 + 101, year * 10000 + 1231)


def _windows(items: list[Item]) -> None:
    """ "Rolling 12-month Sharpe", "1y rolling beta": the length of the window is part of the name."""
    if _ROLLING.isdisjoint([item.word for item in items]):
        return
    position = 0
    while position < len(items):
        window, words = items[position], [i.word for i in items[max(0, position - 1) : position + 2]]
        if window.kind == "Q" and window.unit in ("window", "time") and _ROLLING & set(words):
            noun = next(
                (
                    i
                    for i in items[position : position + 3]
                    if i.kind == "M" and i.key.split(",")[0] in ("sharpe", "beta")
                ),
                None,
            )
            if noun is not None:
                noun.key = f"rolling_{noun.key.split(',')[0]}"
                window.kind, window.unit, window.key = "O", "", ""
        position += 1
