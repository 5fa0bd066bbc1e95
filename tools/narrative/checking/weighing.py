"""Which fact a figure states: a choice among all facts of its unit, by the words around it.

Each piece of evidence adds its weight to the facts it speaks for, and the weights of a fact together say how likely it
is that the words mean it. A figure is borne out where the facts that are written so hold a fair share of that; so a
word nobody taught the checker is no objection, and a word that speaks for a fact of another value is one.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from tools.narrative.checking.evidence import Evidence, attached, loose_words, possible, speaks_of_loss, spoken_by
from tools.narrative.checking.index import Index
from tools.narrative.checking.matching import of_like_size, same
from tools.narrative.checking.reading import Item
from tools.narrative.checking.state import Bound, Reading
from tools.narrative.checking.tones import hedge_of, lean_of

Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was fitted: the weight of each name of evidence, and the names that hardly ever mislead.

    What evidence that is `firm` does not speak for is contradicted, and what that of `never` speaks for is.
    """

    weights: dict[str, float]
    firm: frozenset[str]
    never: frozenset[str]


@cache
def fitted() -> Fitted:
    """As `fit_weights` wrote it."""
    text = (resources.files("tools.narrative.checking") / "weights.json").read_text(encoding="utf-8")
    found = json.loads(text)
    return Fitted(found["weights"], frozenset(found["firm"]), frozenset(found["never"]))


def contradicted(said: list[Evidence], facts: int, moments: int) -> int:
    """Facts that a word attached to the figure speaks against."""
    known, against = fitted(), 0
    times = owners = 0
    for name, mask, _ in said:
        if name in known.never:
            against |= mask
        elif name.removesuffix(" weather") in known.firm and mask & facts:
            if name.startswith("owner"):
                owners |= mask
            elif name.startswith(("time", "rank")):
                times |= mask
    times |= moments if times else 0
    return against | (~times if times else 0) | (~owners if owners else 0)


LEAST = 0.05
"""The least share of all that the facts which are written so must hold."""


def written_so(reading: Reading, bound: Bound) -> tuple[int, str]:
    """Facts that can be written like this: unit, rounding, hedge, sign and direction; and what forbids all of them."""
    found = 0 if _of_anothers(reading, bound) else _with_value(reading, bound) or _with_unit_beside(reading, bound)
    found &= _gross_or_net(reading)
    item, known = bound.item, reading.index.currency
    return found, "currency" if item.currency and known and item.currency != known else ""


def _of_anothers(reading: Reading, bound: Bound) -> bool:
    """ "Two thirds of the strategy's 134.9%": a ratio of two figures, never a figure itself."""
    if bound.item.unit not in ("part", "times"):
        return False
    follows = reading.items[bound.at + 1 : bound.at + 4]
    kinds = "".join(i.kind for i in follows)
    return kinds[:2] == "LS" or (follows[:1] != [] and follows[0].word == "of" and "S" in kinds[1:])


def _gross_or_net(reading: Reading) -> int:
    """Gross facts where the sentence says so, net ones where it does not, both where it says both."""
    index = reading.index
    kinds = {i.key for i in reading.items if i.kind == "E"} if "E" in reading.code else set()
    if any("gross" in i.word for i in reading.items if i.kind == "M") or len(kinds) == 2:
        return index.everything
    return index.gross if "gross" in kinds else ~index.gross


def _with_value(reading: Reading, bound: Bound) -> int:
    item, index = bound.item, reading.index
    lean = lean_of(reading, bound.at)
    hedge, comparing = hedge_of(reading, bound.at)
    hedge = "" if comparing else hedge
    able, found, unsigned = possible(index, item), 0, 0
    for position in set(of_like_size(item, index, hedge)):
        trouble = same(item, index, position, lean, hedge) if able >> position & 1 else "unit"
        found |= (not trouble) << position
        unsigned |= (trouble == "sign" and not item.sign) << position
    return found | (unsigned if unsigned and not lean and speaks_of_loss(reading, bound) else 0)


def _with_unit_beside(reading: Reading, bound: Bound) -> int:
    """ "943 days, and another 4,579", "-3.2 versus -2.3 per cent": a bare figure can have the unit of the one beside it."""
    item = bound.item
    if item.unit != "number" or item.also:
        return 0
    at, code = bound.at, reading.code
    before, after = code.rfind("Q", 0, at), code.find("Q", at + 1)
    for place, units in ((before, ("time", "bars")), (after, ("time", "bars", "percent"))):
        between = code[min(place, at) + 1 : max(place, at)]
        if place < 0 or reading.items[place].unit not in units or not set(between) <= set("JPRHLTNO"):
            continue
        if place == after and "P" in between:
            continue
        kept = item.unit, item.scale
        item.unit, item.scale = reading.items[place].unit, reading.items[place].scale
        found = _with_value(reading, bound)
        if found:
            return found
        item.unit, item.scale = kept
    return 0


_ALIKE = 0.37
"""Facts count as meant alike down to this part of the likeliest."""
_SPOKEN, _UNSPOKEN = 4.5, 0.15
"""Where the words hardly speak for any fact, one that is written so by chance is likelier: the share must be larger."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """How the facts that a figure could state share what the words mean; and those of them that are written like it."""

    shares: Shares
    written: int
    top: float
    """The sum of the weights of what speaks for the likeliest fact."""

    def share(self, index: Index) -> float:
        """Of the facts that are written like the figure."""
        return float(sum(self.shares[p] for p in index.bits(self.written)))

    def meant(self, index: Index) -> int:
        """Which of them the words mean."""
        found = index.bits(self.written)
        least = max((float(self.shares[p]) for p in found), default=0.0) * _ALIKE
        return sum(1 << p for p in found if self.shares[p] >= least)

    def likely(self) -> int:
        """What the words mean most, written so or not."""
        return sum(1 << int(p) for p in np.flatnonzero(self.shares >= self.shares.max(initial=0.0) * _ALIKE))

    def borne_out(self, index: Index, item: Item) -> bool:
        """Whether a fact is what is written; where words hardly speak for any, one is so by chance more easily."""
        unspoken = self.top < _SPOKEN and item.unit != "time"
        return bool(self.written) and self.share(index) >= (_UNSPOKEN if unspoken else LEAST)


def weigh(reading: Reading, bound: Bound, written: int) -> Weighed:
    """The facts that a figure could state, by the words around it; `written` are those that are written like it."""
    index = reading.index
    facts = possible(index, bound.item) | written
    said = list(attached(reading, bound, facts))
    written &= ~contradicted(said, facts, index.moments)
    scores = _scores(reading, bound, said, facts)
    scores = np.where(index.row(facts) > 0, scores, -np.inf)
    top = float(scores.max(initial=-np.inf))
    likely = np.exp(scores - top) if facts else index.row(0)
    return Weighed(likely / max(float(likely.sum()), 1e-300), written, top)


def _scores(reading: Reading, bound: Bound, said: list[Evidence], facts: int) -> Shares:
    """For every fact the sum of the weights of what speaks for it."""
    index, known = reading.index, fitted().weights
    worths: dict[int, float] = {}
    for name, mask, strength in said:
        worth = known.get(name, 0.0) * strength
        if worth and mask:
            worths[mask] = worths.get(mask, 0.0) + worth
    rows = [_beforehand(index)]
    for where, words in zip(("near", "far"), loose_words(reading, bound), strict=True):
        rows += [_of_word(index, word, where, facts) for word in words if word in index.words]
    rows += [index.row(mask) * worth for mask, worth in worths.items()]
    return np.asarray(np.sum(rows, axis=0))


def _beforehand(index: Index) -> Shares:
    """What is likely before a word is said: a Sharpe ratio sooner than the return of a month."""
    found = index.vectors.get(("", "", 0))
    if found is None:
        known = fitted().weights
        found = sum((index.row(mask) * known.get(name, 0.0) for name, mask in index.sorts.items()), index.row(0))
        index.vectors["", "", 0] = found
    return found


def _of_word(index: Index, word: str, where: str, facts: int) -> Shares:
    found = index.vectors.get((word, where, facts))
    if found is None:
        known = fitted().weights
        spoken = spoken_by(index, word, where, facts)
        found = sum((index.row(mask) * (known.get(name, 0.0) * strength) for name, mask, strength in spoken), index.row(0))  # fmt: skip
        if len(index.vectors) >= _REMEMBERED:
            index.vectors.clear()
        index.vectors[word, where, facts] = found
    return found


_REMEMBERED = 4096
