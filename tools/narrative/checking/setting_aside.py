"""Numbers that are no figures: parameters in names, confidence levels, lists, suppositions; and malformed ones."""

from tools.narrative.checking.index import Index
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Reading, metric_mask

_PER_UNIT = 1000.0
"""Money below this, said of "every $1", is a multiple of it."""


def set_aside(reading: Reading) -> None:
    """Numbers that only describe become words: parameters in names, confidence levels, lengths of windows."""
    each = False
    for at, item in enumerate(reading.items):
        limit = reading.items[at + 1 : at + 4]
        if item.word == "our" and any(i.kind == "M" and "rule" in i.key.split(",") for i in limit):
            item.kind, item.key = "L", "link"  # our limit is nobody's figure
    for at, item in enumerate(reading.items):
        if item.kind == "Q" and item.unit == "number" and _is_a_sum(reading.index, item):
            item.unit = "money"
        each = each or (
            item.kind == "Q" and item.unit == "money" and item.value == 1 and _supposed(reading.items, at)
        )
        if each and item.kind == "Q" and item.unit == "money" and item.value < _PER_UNIT:
            item.unit = "times"
        if item.kind == "Q" and not item.problem and (item.unit == "window" or _part_of_a_name(reading, at, item)):
            if item.unit == "window":
                descriptive(reading, at, item)
            item.kind, item.word = "L", "level"
    reading.code = "".join(item.kind for item in reading.items)


def _is_a_sum(index: Index, item: Item) -> bool:
    """A sum without its currency, "grew from 100,000 to 290,700": the only facts of this size are money."""
    shown, half = item.value * item.scale, 0.5 * 10.0**-item.decimals * item.scale
    if item.also or not (shown >= 1000 or item.decimals >= 2):
        return False
    units = {index.units[position] for position in index.between(shown - half, shown + half)}
    return units == {"currency"}


def malformed(reading: Reading, item: Item) -> None:
    """Report a figure that can be read in two ways."""
    if item.problem == "scientific":
        reading.find("scientific notation", item, "Write the figure out; scientific notation hides its size.")
    else:
        reading.find(
            "separators",
            item,
            "Commas group thousands and a point marks decimals; this figure can be read in two ways.",
        )


def _part_of_a_name(reading: Reading, at: int, item: Item) -> bool:
    """Parameters in names: "50/200", "14-day"; and the confidence level of a value at risk."""
    items = reading.items
    before = items[at - 1] if at else None
    after = items[at + 1] if at + 1 < len(items) else None
    if item.value == 0 and any(i.word in ("rf", "risk", "risk free rate") for i in items[max(0, at - 4) : at]):
        return True
    if (
        item.word in reading.index.name_numbers
        and item.unit == "number"
        and (_in_a_slashed_name(items, at, reading.index) or _in_its_brackets(items, at))
    ):
        return True
    if _enumerates(items, at) or _figure_of_speech(items, at) or _supposed(items, at):
        return True
    tails = reading.index.by_key.get("var", 0) | reading.index.by_key.get("cvar", 0)
    if item.unit == "number" and item.value in (95.0, 99.0):
        return before is not None and _names(reading, before, tails)
    if item.unit != "percent" or item.value not in (95.0, 5.0, 99.0, 1.0):
        return False
    if not any(_names(reading, near, tails) for near in items[max(0, at - 6) : at + 5]):
        return False
    beside = before is not None and (before.word in (",", "(", "at", "worst") or _names(reading, before, tails))
    return beside or (after is not None and (after.word in _LEVEL or _names(reading, after, tails)))


def _in_a_slashed_name(items: list[Item], at: int, index: Index) -> bool:
    """ "50/200": both are parameters of a name."""
    for step in (-1, 1):
        if 0 <= at + 2 * step < len(items) and items[at + step].word == "/":
            other = items[at + 2 * step]
            return (other.word in index.name_numbers or other.word == "level") and other.unit == "number"
    return False


def _in_its_brackets(items: list[Item], at: int) -> bool:
    """ "RSI(2)": a parameter in brackets that touch the word before them."""
    return at > 1 and items[at - 1].kind == "(" and items[at - 2].end == items[at - 1].start


def _enumerates(items: list[Item], at: int) -> bool:
    """ "(1) ...; (2) ...", "1. ...": numbers of a list, from one on; and the zero of "PSR(0)"."""
    item = items[at]
    if item.unit != "number" or item.decimals or item.also or item.sign:
        return False
    closed = at + 1 < len(items) and items[at + 1].word in (")", ".")
    if at == 0:
        return closed and item.value < 30
    if items[at - 1].kind != "(" or (items[at + 1 : at + 2] and items[at + 1].kind != ")"):
        return False
    return item.value == 1 + sum(i.kind == "L" and i.word == "level" for i in items[:at]) or item.value == 0


_SUPPOSES = frozenset(("each", "every", "any", "for each", "for every", "for any"))


_SPELLS = frozenset(("worst", "best", "next", "any", "first"))


def _supposed(items: list[Item], at: int) -> bool:
    """ "For each 1% the market moves", "the worst twelve months": an amount supposed, a spell of time."""
    item, before = items[at], items[at - 1].word if at else ""
    if (item.unit == "time" and item.also == "words") or (item.unit == "time" and item.word.isalpha()):
        return before in _SPELLS
    return before in _SUPPOSES and item.value in (1.0, 10.0, 100.0)


def _figure_of_speech(items: list[Item], at: int) -> bool:
    """ "Half the story", "half the battle": a share of nothing that is counted."""
    if items[at].word != "half" or items[at].hedge:
        return False
    follows = next((i for i in items[at + 1 : at + 4] if i.kind != "L" and i.word != "of"), None)
    return (
        follows is not None
        and follows.kind == "O"
        and follows.word.isalpha()
        and (at == 0 or items[at - 1].kind != "H")
    )


_LEVEL = frozenset(("level", "one", "confidence", "confidence level", ":"))


def _names(reading: Reading, item: Item, facts: int) -> bool:
    """Whether a noun stands for some of these facts."""
    return item.kind == "M" and bool(metric_mask(reading.index, item) & facts)


def names_a_drawdown(reading: Reading, at: int, item: Item) -> bool:
    """ "Drawdown 2": the number names it."""
    named = (
        at > 0 and reading.items[at - 1].kind == "M" and reading.items[at - 1].word in ("drawdown", "dd", "number")
    )
    return named and item.unit == "number" and f"drawdown.{item.word}" in reading.index.by_group


def descriptive(reading: Reading, at: int, item: Item) -> None:
    """Check a window or a rank, which only describes."""
    if item.unit == "window":
        index = reading.index
        number = item.word
        in_definitions = any(f"{number}-" in fact.definition or f"{number}-" in fact.label for fact in index.facts)
        known = number in index.name_numbers or in_definitions or item.value == 1
        if not known:
            reading.find("number", item, "No fact, parameter or definition has this length of window.")
    elif item.unit == "ordinal" and not _ordinal(reading, at, int(item.value)):
        reading.find("ordinal", item, "No fact has this rank.")


def _ordinal(reading: Reading, at: int, number: int) -> bool:
    following = [i for i in reading.items[at + 1 : at + 4] if i.kind in "MX"]
    return bool(following) and f"drawdown.{number}" in reading.index.by_group
