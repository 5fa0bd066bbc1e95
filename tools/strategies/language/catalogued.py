"""Names of the catalogue's indicators and patterns as entries of the vocabulary.

The catalogue's aliases serve a search, where near is good; a rule needs exact. So an alias counts here only where it
means one item and shares a word with the item's name, or is an abbreviation of it.
"""

from collections.abc import Iterator
from functools import lru_cache

from tools.strategies.catalogue.model import Item, Output, catalogue

_KINDS = {
    "RSI": "RSI_",
    "ATR": "ATR",
    "MACD": "MACDLINE",
    "KC": "BANDIND",
    "ACCBANDS": "BANDIND",
    "BBANDS": "BOLL",
    "DONCHIAN": "DONCHIAN",
}
_BY_GRAMMAR = frozenset({"SMA", "EMA", "ROC", "ROCP", "ROCR", "ROCR100", "MOM", "MAX", "MIN", "MINMAX", "SUM", "MA"})
"""Items that the grammar has words of its own for."""
_SHORTEST_STEM = 4
_SHORTEST_ID = 2


@lru_cache(maxsize=1)
def indicator_words() -> dict[str, tuple[str, str]]:
    """Phrases, and the kind and value of their token: `NAME` or `NAME.output`."""
    found: dict[str, tuple[str, str]] = {}
    for item in catalogue().items:
        if item.kind == "term" or item.id in _BY_GRAMMAR:
            continue
        kind = "PATTERN" if item.kind == "pattern" else _kind(item)
        for phrase in _phrases(item):
            found.setdefault(phrase, (kind, item.id))
        if kind == "IND" and len(item.outputs) > 1:
            for output in item.outputs:
                for phrase in _of_output(output):
                    found[phrase] = ("IND", f"{item.id}.{output.name}")
    return found | {"wmas": ("AVGKIND", "WMA"), "%r": ("IND", "WILLR"), "williams r": ("IND", "WILLR")}


def _kind(item: Item) -> str:
    if item.id in _KINDS:
        return _KINDS[item.id]
    return (
        "AVGKIND"
        if item.group == "averages" and [one.name for one in item.parameters][:1] == ["timeperiod"]
        else "IND"
    )


def _phrases(item: Item) -> Iterator[str]:
    if len(item.id) > _SHORTEST_ID:
        yield item.id.lower()
    yield item.name.lower()
    if "(" in item.name and item.name.split("(")[1][0] in "+-":
        yield item.name.lower().split("(")[1].rstrip(")")
    yield item.name.lower().split(" (")[0]
    for alias in (one.lower() for one in item.aliases):
        only = catalogue().called(alias)
        if (
            [one.id for one in only] == [item.id]
            and not any(char.isdigit() for char in alias)
            and (_related(alias, item) or item.kind == "pattern")
        ):
            yield alias


def _of_output(output: Output) -> Iterator[str]:
    for name in (output.title.lower(), *output.aliases):
        if len(catalogue().outputs_called(name)) == 1 or name == output.title.lower() or name in {"%k", "%d"}:
            yield name


def _related(alias: str, item: Item) -> bool:
    """Whether the alias shares a word with the name, or is made of its initials or of TA-Lib's name."""
    named = [word for word in item.name.lower().replace("-", " ").split() if len(word) >= _SHORTEST_STEM]
    words = alias.replace("-", " ").split()
    shared = any(
        word[:_SHORTEST_STEM] == one[:_SHORTEST_STEM]
        for word in words
        for one in named
        if len(word) >= _SHORTEST_STEM
    )
    initials = "".join(word[0] for word in item.name.lower().replace("-", " ").split())
    generic = set(words) <= _GENERIC
    return (
        (shared and not generic)
        or alias in {initials, item.id.lower()} - {"er", "tr", "ac", "ad", "ao"}
        or alias.startswith(item.id.lower())
    )


_GENERIC = frozenset(
    "average averages moving price volume line index oscillator strength trend channel band bands true range day high low close money flow rate change".split()
)
