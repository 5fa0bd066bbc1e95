"""What a question about the catalogue comes to: a shelf of it, one thing, several to choose from, the templates, all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from tools.search.index import Index, meaningful, words
from tools.search.meaning import Embedder, Searcher
from tools.strategies.catalogue.finding import TEMPLATE, index, shelves
from tools.strategies.catalogue.model import Catalogue, Group, Item, catalogue
from tools.strategies.templates import Template, Templates

_GENERIC: Final = frozenset(
    """indicator indicators technical study studies signal signals tool tools know support supported supports available
    list strategy strategies template templates catalogue catalog library exist exists kind kinds type types good best
    suitable work explain describe mean means define definition measure measures measuring built offer offers else
    option options choose pick recommend suggest other deskhand which there every whole full please possible read hey hi hello calculated computed defined formula works says
    """.split()
)
_TEMPLATES: Final = re.compile(
    r"\b(?:templates?|ready-made|built-?in strateg|strateg(?:y|ies) (?:types?|kinds?))\b", re.IGNORECASE
)
_ASKS: Final = re.compile(
    r"^\W*(?:what|whats|which|how (?:does|do)|do you|have you|is there|are there|any|anything|something|tell me|explain|describe|define|got)\b",
    re.IGNORECASE,
)
_SEVERAL: Final = re.compile(
    r"\b(?:for|about|any|anything|something|indicators|patterns|oscillators|averages|measures|bands|channels|all|list|got|(?:do|have) you (?:have|offer|got) (?:on|in|by way of))\b",
    re.IGNORECASE,
)
_TOO_SHORT_ALONE: Final = 2
"""Letters: "ha" alone is a laugh."""


@dataclass(frozen=True, slots=True)
class Everything:
    """All shelves and templates; `missed` where the question named something that nothing here is called."""

    catalogue: Catalogue
    templates: tuple[Template, ...]
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """The items of one group."""

    group: Group
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class TemplateList:
    """The templates."""

    templates: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """What was asked may be any of these, best first: ask."""

    found: tuple[Item | Template, ...]


Answer: TypeAlias = Everything | Shelf | TemplateList | Several | Item | Template


class Answers:
    """Answers questions about one desk's templates and the catalogue."""

    def __init__(self, templates: Templates, searcher: Searcher) -> None:
        self._templates = templates
        self._searcher = searcher
        self._only_templates = Searcher(_templates_alone(searcher))

    @classmethod
    def of(cls, templates: Templates, embedder: Embedder | None = None, folder: Path | None = None) -> "Answers":
        """Answers of these templates, with an embedder where the desk has one; its vectors are kept in `folder`."""
        return cls(templates, Searcher(index(templates), embedder, folder))

    async def answer(self, question: str) -> Answer:
        """What the question is about. Never raises."""
        left = " ".join(word for word in words(question) if word not in _GENERIC)
        if _TEMPLATES.search(question):
            found = await self._only_templates.search(left, 8)
            if not found.hits:
                return TemplateList(tuple(self._templates.by_name.values()))
            return self._one(found.best) if found.sure else Several(tuple(map(self._one, found.close)))
        shelf = shelves().named(_subject(left)) or shelves().named(left)
        if shelf and (_SEVERAL.search(question) or not self._searcher.index.named(_subject(left))):
            return self.shelf(shelf[0])
        found = await self._searcher.search(left, 8)
        if not found.hits:
            return Everything(catalogue(), tuple(self._templates.by_name.values()), missed=bool(_subject(left)))
        if found.sure:
            return self._one(found.best)
        called = [id_ for id_ in self._searcher.index.named(_subject(left)) if not id_.startswith(TEMPLATE)]
        if len(called) == 1:  # a template may have the name of its indicator
            return self._one(called[0])
        near = await Searcher(shelves()).search(left)
        if near.sure and _SEVERAL.search(question):
            return self.shelf(near.best)
        return self._one(found.best) if len(found.close) == 1 else Several(tuple(map(self._one, found.close)))

    def shelf(self, group: str) -> Shelf:
        """One shelf. Raises `KeyError` for an unknown one."""
        made = catalogue()
        return Shelf({one.id: one for one in made.groups}[group], made.of_group(group))

    def show(self, id_: str) -> Answer:
        """The entry or, with `shelf/` before it, the shelf of that id. Raises `BadInput` where there is none."""
        return self.shelf(id_.removeprefix("shelf/")) if id_.startswith("shelf/") else self._one(id_)

    def names_something(self, question: str) -> bool:
        """Whether a text that nothing else could be made of plainly asks for something in here."""
        subject = _subject(" ".join(word for word in words(question) if word not in _GENERIC))
        if self._searcher.index.named(subject):
            return bool(_ASKS.search(question)) or len(subject) > _TOO_SHORT_ALONE
        return bool(shelves().named(subject) and _ASKS.search(question) and _SEVERAL.search(question))

    def _one(self, id_: str) -> Item | Template:
        if id_.startswith(TEMPLATE):
            return self._templates.get(id_.removeprefix(TEMPLATE))
        return catalogue().get(id_)


def example(item: Item) -> str:
    """A request that uses the item, empty where none is natural."""
    name = item.aliases[0] if item.aliases and len(item.id) > 5 else item.id
    name = item.name.lower() if item.kind == "pattern" or item.group == "averages" else name
    levels = item.thresholds
    if item.kind == "pattern":
        if item.bias == "both":
            name = next((alias for alias in item.aliases if alias.startswith("bullish ")), "")
        side = "short SPY" if item.bias == "bearish" else "buy SPY"
        return f"{side} on {_with_article(name)}, exit after 5 days" if item.bias != "neutral" and name else ""
    if "oversold" in levels and len(item.outputs) == 1:
        return f"buy SPY when {name} is below {levels['oversold']:g}, sell when it is above {levels['overbought']:g}"
    if "trending" in levels:
        return f"buy SPY when price is above its 200-day average and {name} is above {levels['trending']:g}"
    if item.group == "averages" and item.id in {"SMA", "EMA", "WMA", "DEMA", "TEMA", "HMA", "KAMA", "RMA", "TRIMA"}:
        return f"buy SPY when it closes above its 50-day {name}, sell when it closes below it"
    return _EXAMPLES.get(item.id, "")


def examples(items: Sequence[Item], most: int = 3) -> list[str]:
    """Requests that use some of the items, the best known first, each once."""
    known = sorted(items, key=lambda item: _KNOWN.index(item.id) if item.id in _KNOWN else len(_KNOWN))
    return list(dict.fromkeys(text for item in known if (text := example(item))))[:most]


def _with_article(name: str) -> str:
    if name.endswith("s") or name.startswith(("two ", "three ")):
        return name
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


_KNOWN: Final = tuple(
    """RSI MACD BBANDS SMA EMA ADX STOCH DONCHIAN CDLENGULFING CDLHAMMER CDLSHOOTINGSTAR CDLMORNINGSTAR RVOL MFI CCI
    highest return day_of_week month ATR""".split()
)
_EXAMPLES: Final = {
    "MACD": "buy SPY when MACD crosses above its signal line, sell when it crosses below",
    "BBANDS": "buy SPY when it closes below the lower Bollinger band, sell at the middle band",
    "DONCHIAN": "buy SPY on a 55-day breakout, exit on a 20-day low",
    "highest": "buy SPY when it closes above its 20-day high, sell when it closes below its 10-day low",
    "lowest": "buy SPY when it closes above its 20-day high, sell when it closes below its 10-day low",
    "return": "buy SPY when its 12-month return is above 0, sell when it is below 0",
    "RVOL": "buy SPY when volume is above 1.5 times its 20-day average and price rises, exit after 5 days",
    "volume": "buy SPY when volume is above 1.5 times its 20-day average and price rises, exit after 5 days",
    "ATR": "buy SPY on a 20-day breakout with a stop 2 ATR below the entry",
    "day_of_week": "buy SPY on Mondays, exit after 3 days",
    "month": "buy SPY in November, sell in May",
}


def _subject(left: str) -> str:
    return " ".join(meaningful(left))


def _templates_alone(searcher: Searcher) -> Index:
    return Index(tuple(entry for entry in searcher.index.entries if entry.id.startswith(TEMPLATE)))
