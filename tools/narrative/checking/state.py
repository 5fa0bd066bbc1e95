"""One sentence under judgement, its figures, and what a noun or verb in it stands for."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tools.narrative.checking.finding import Discourse, Finding
from tools.narrative.checking.index import Index
from tools.narrative.checking.matching import fits_unit
from tools.narrative.checking.reading import Item, Sentence
from tools.narrative.checking.scopes import Scopes

if TYPE_CHECKING:
    from tools.narrative.checking.evidence import Layout


@dataclass(slots=True)
class Bound:
    """A quantity and the facts it was found to state; empty `facts` where none."""

    item: Item
    at: int
    facts: int = 0
    metric: int = 0
    scope: int = 0
    scoped: bool = False
    subject: str = ""
    derived: bool = False
    """Whether it is the distance or ratio of its facts."""


@dataclass(slots=True)
class Unexplained:
    """A figure that no fact is, with what `explaining.explain` says of it where nothing else accounts for it."""

    bound: Bound
    written: int
    trouble: str
    likely: int


@dataclass(slots=True)
class Reading:
    """One sentence under judgement."""

    index: Index
    scopes: Scopes
    text: str
    sentence: Sentence
    before: Discourse
    items: list[Item]
    code: str
    findings: list[Finding] = field(default_factory=list)
    bound: list[Bound] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    used_scopes: set[int] = field(default_factory=set)
    pairs: dict[int, int] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)
    when: dict[int, int] = field(default_factory=dict)
    unexplained: list[Unexplained] = field(default_factory=list)
    """Figures that may follow from others of the sentence, judged when those are bound."""
    layout: "Layout | None" = None
    words: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    """Words and phrases of the sentence, and what they stand for, so that what is not said at all is not looked for at every figure."""

    def __post_init__(self) -> None:
        self.words = frozenset([item.word for item in self.items])
        self.keys = frozenset([item.key for item in self.items])

    def find(self, kind: str, item: Item, reason: str) -> None:
        """Report an item."""
        start, end = max(self.sentence.start, item.start - 30), min(self.sentence.end, item.end + 30)
        span = self.text[item.start : item.end]
        around = " ".join(self.text[start:end].split())
        self.findings.append(Finding(kind, span.strip() or around, f'{reason} ("…{around}…")'))


def metric_mask(index: Index, item: Item) -> int:
    """Facts that a noun or verb stands for."""
    if item.kind == "W":
        return index.by_key.get("return", 0)
    if item.kind == "U":
        return index.by_key.get("return", 0) | index.by_key.get("drawdown", 0)
    if item.kind == "V":
        return index.by_key.get("return", 0) | (index.by_key.get("lost", 0) if item.word == "lost" else 0)
    mask = 0
    for key in item.key.split(","):
        mask |= index.named.get(key[1:], 0) if key.startswith("=") else index.by_key.get(key, 0)
    return mask


def fitting(reading: Reading, item: Item, mask: int) -> int:
    """Those of the facts that a quantity of this unit can be about."""
    return sum(1 << p for p in reading.index.bits(mask) if fits_unit(item, reading.index, p))


def is_generic(reading: Reading, position: int) -> bool:
    """Whether a word says no more than that something was gained or lost."""
    return reading.items[position].kind in "UVW" or reading.items[position].key.split(",")[0] == "return"


def leads_on(reading: Reading, noun: int) -> bool:
    """Whether a noun leads to a quantity of its own: "..., the Sharpe ratio was 0.28"."""
    for item in reading.items[noun + 1 : noun + 6]:
        if item.kind == "Q":
            return True
        if item.kind not in "LTHAYE(":
            return False
    return False


def fits_noun(reading: Reading, item: Item, position: int) -> bool:
    """Whether a noun or verb has facts of the unit of a quantity."""
    return bool(fitting(reading, item, metric_mask(reading.index, reading.items[position])))
