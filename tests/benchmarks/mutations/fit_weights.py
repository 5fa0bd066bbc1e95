"""`python tests/benchmarks/mutations/fit_weights.py`: the weights of the checker's evidence, fitted again.

Every figure of a truthful text is a choice among all facts that such a figure could state; which one it is, is known
for texts filled from facts, and for those that people wrote it is any fact of that value. The weights make these
choices likely (log-linear, with a ridge), and the value of a false figure unlikely. Of evidence that hardly ever
misleads it is also noted that it can contradict. Every third line is held out of a first fit, to see what to expect.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from corpus import pairs, split
from many_runs import fact_maps
from measure import materials
from mutate import MUTATORS, paragraphs
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from voice_mutants import voice_mutants
from voices import _DATES, Said, texts

from tools.narrative.checker import _prepared, check
from tools.narrative.checking import claims, weighing
from tools.narrative.checking.evidence import Evidence, evidence, possible
from tools.narrative.checking.state import Bound, Reading
from tools.narrative.facts import Fact

_FILES = ("voices.txt", "voices_later.txt", "voices_last.txt", "voices_desk.txt")
_FALSE = frozenset(("wrong number", "transposed digits", "sign", "unit", "factor of 100", "metric swapped", "owner swapped", "strategy and benchmark swapped", "engine and recomputed swapped", "annualised and total", "ordinal", "rounded too far", "boundary word", "count", "number word"))  # fmt: skip
_BY_WORDS = frozenset(("annualised and total", "owner swapped", "ordinal"))
_RIDGE = 0.2
_ATTACHED = frozenset(("owner after", "owner list", "owner main0", "owner main1", "owner main2", "owner none", "owner first", "rank", "time behind", "time l0", "time l0n", "time l0p", "time l1p", "time r0p"))  # fmt: skip
_ABSENT = frozenset(("benchmark unsaid", "other moment", "month unsaid", "regime unsaid", "stated unsaid", "stress unsaid", "total a year", "unit unsaid", "year in total", "year unsaid"))  # fmt: skip
"""What may contradict, where the corpora agree."""
_FIRM, _NEVER = 0.985, 0.006
_WEIGH = weighing.weigh

Vector = NDArray[np.float64]
Spans = list[tuple[int, int, tuple[str, ...]]]


@dataclass(frozen=True)
class Choice:
    """One figure: what is said of the facts, which of them could be meant, and which are (or, if `false`, are not)."""

    said: tuple[Evidence, ...]
    facts: int
    stated: int
    worth: float
    held_out: bool
    false: bool = False


class Watch:
    """Stands in for `weigh` while texts are checked, and notes the choices."""

    def __init__(self) -> None:
        self.found: list[Choice] = []
        self._spans: Spans | None = None
        self._changed: tuple[int, bool] | None = None
        self._worth, self._held_out = 1.0, False

    def read(self, text: str, facts: Sequence[Fact], spans: Spans | None, worth: float, *, held_out: bool) -> None:
        """A truthful text; `spans` says of which facts its stretches are, None that it is not known."""
        self._spans, self._changed, self._worth, self._held_out = spans, None, worth, held_out
        self._check(text, facts)

    def read_false(self, text: str, was: str, facts: Sequence[Fact], kind: str, *, held_out: bool) -> None:
        """A text made false at one place."""
        place = next((n for n, (a, b) in enumerate(zip(text, was, strict=False)) if a != b), min(len(text), len(was)))
        self._changed, self._worth, self._held_out = (place, kind in _BY_WORDS), 1.0, held_out
        self._check(text, facts)

    def _check(self, text: str, facts: Sequence[Fact]) -> None:
        _prepared(tuple(facts))[0].judged.clear()
        check(text, facts)

    def weigh(self, reading: Reading, bound: Bound, written: int) -> weighing.Weighed:
        """As `weighing.weigh`, but what is true binds whatever the weights are now."""
        facts = possible(reading.index, bound.item) | written
        said = tuple(evidence(reading, bound, facts))
        weighed = _WEIGH(reading, bound, written)
        if self._changed is not None:
            if self._is_changed(reading, bound):
                if written:
                    self.found.append(Choice(said, facts, written, self._worth, self._held_out, false=True))
                return weighed
            return weighed if weighed.written or not written else _certain(weighed, written)
        stated = written if self._spans is None else self._stated(reading, bound, facts, written)
        if stated:
            self.found.append(Choice(said, facts, stated, self._worth, self._held_out))
        return _certain(weighed, written & stated) if written & stated else weighed

    def _is_changed(self, reading: Reading, bound: Bound) -> bool:
        place, by_words = self._changed or (0, False)
        figures = [i for i in reading.items if i.kind == "Q"]
        over = [i for i in figures if i.start - 1 <= place <= i.end]
        before = [i for i in figures if i.end <= place] if by_words else []
        return bound.item is (over[0] if over else before[-1] if before else None)

    def _stated(self, reading: Reading, bound: Bound, facts: int, written: int) -> int:
        """The facts of the stretch that a figure stands in, and those that are written alike and equal."""
        index, item = reading.index, bound.item
        names = {
            name for start, end, ids in self._spans or () if start < item.end and item.start < end for name in ids
        }
        stated = sum(1 << p for p, fact in enumerate(index.facts) if fact.id in names) & facts
        sizes = {round(abs(index.values[p] or 0.0), 9) for p in index.bits(stated)}
        return stated | sum(1 << p for p in index.bits(written) if round(abs(index.values[p] or 0.0), 9) in sizes)


def _certain(weighed: weighing.Weighed, stated: int) -> weighing.Weighed:
    places = [place for place in range(len(weighed.shares)) if stated >> place & 1]
    shares = np.zeros_like(weighed.shares)
    shares[places] = 1.0 / len(places)
    return weighing.Weighed(shares, stated, np.inf)


def gather() -> list[Choice]:
    """Choices of all corpora, in the same order every time."""
    watch, rng = Watch(), random.Random(4)
    claims.weigh = watch.weigh  # type: ignore[attr-defined]
    try:
        _read_voices(watch, rng)
        for cases in split():
            for number, (text, facts) in enumerate(cases):
                watch.read(text, facts, None, 2.0, held_out=number % 3 == 1)
        for number, pair in enumerate(pairs()):
            watch.read(pair.true, pair.facts, None, 4.0, held_out=number % 3 == 1)
        _read_reports(watch, rng)
    finally:
        claims.weigh = _WEIGH  # type: ignore[attr-defined]
    return watch.found


def _read_voices(watch: Watch, rng: random.Random) -> None:
    for _, facts in fact_maps():
        for number, said in _lines(facts):
            _read_voice(watch, said, facts, rng, held_out=number % 3 == 1)


def _read_reports(watch: Watch, rng: random.Random) -> None:
    for _, material in materials():
        facts = tuple(material.sheet)
        for number, paragraph in enumerate(paragraphs(material)):
            held_out = number % 3 == 1
            watch.read(paragraph.text, facts, None, 0.5, held_out=held_out)
            for mutant in (made for mutator in MUTATORS for made in mutator(paragraph, material.sheet, rng)):
                if mutant.kind in _FALSE and rng.random() < 0.2:
                    watch.read_false(mutant.text, paragraph.text, facts, mutant.kind, held_out=held_out)


def _lines(facts: Mapping[str, Fact]) -> Iterator[tuple[int, tuple[Said, ...]]]:
    for file in _FILES:
        for number, said in texts(facts, file=file):
            if "\n" not in "".join(piece.text for piece in said):
                yield number, said


def _read_voice(
    watch: Watch, said: tuple[Said, ...], facts: Mapping[str, Fact], rng: random.Random, *, held_out: bool
) -> None:
    text, known = "".join(piece.text for piece in said), tuple(facts.values())
    if rng.random() < 0.25:
        spans: Spans = []
        end = 0
        for piece in said:
            if len(piece.ids) == 1 and piece.form not in _DATES and piece.form != "text":
                spans.append((end, end + len(piece.text), piece.ids))
            end += len(piece.text)
        watch.read(text, known, spans, 1.0, held_out=held_out)
    for mutant in voice_mutants(said, facts, rng):
        if mutant.kind in _FALSE and rng.random() < 0.06:
            watch.read_false(mutant.text, text, known, mutant.kind, held_out=held_out)


class Fit:
    """All choices as one sparse matrix: a row for every set of facts that all evidence of a choice treats alike."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.choices = choices
        names: dict[str, int] = {}
        rows: list[dict[str, float]] = []
        owner, size, stated = [], [], []
        for number, choice in enumerate(choices):
            for members, said in _cells(choice):
                owner.append(number)
                size.append(members.bit_count())
                stated.append((members & choice.stated).bit_count())
                rows.append(said)
                for name in said:
                    names.setdefault(name, len(names))
        entries = [(row, names[name], value) for row, said in enumerate(rows) for name, value in said.items()]
        at, column, value = zip(*entries, strict=True)
        self.names = list(names)
        self._rows = csr_matrix((value, (at, column)), shape=(len(rows), len(names)))
        self._owner, self._size, self._stated = np.array(owner), np.array(size, float), np.array(stated, float)
        self._false = np.array([choice.false for choice in choices])
        self._worth = np.array([choice.worth for choice in choices])
        self.held_out = np.array([choice.held_out for choice in choices])

    def solve(self, used: NDArray[np.bool_]) -> Vector:
        """The weights that make the choices in use most likely."""
        worth = self._worth * used
        wanted = np.where(self._false[self._owner], self._size - self._stated, self._stated)

        def loss(weights: Vector) -> tuple[float, Vector]:
            likely, whole = self._likely(weights)
            part = np.bincount(self._owner, likely * wanted, len(worth)) + 1e-9 * whole
            pull = likely * (self._size / whole[self._owner] - wanted / part[self._owner]) * worth[self._owner]
            value = -(worth * np.log(part / whole)).sum() + _RIDGE * (weights @ weights)
            return float(value), self._rows.T @ pull + 2 * _RIDGE * weights

        found = minimize(loss, np.zeros(len(self.names)), jac=True, method="L-BFGS-B", options={"maxiter": 150})
        return np.asarray(found.x)

    def shares(self, weights: Vector) -> Vector:
        """How likely the facts written like each figure are meant."""
        likely, whole = self._likely(weights)
        return np.bincount(self._owner, likely * self._stated, len(whole)) / whole

    def report(self, weights: Vector, chosen: NDArray[np.bool_]) -> str:
        """Of some choices, the truths that would be blocked and the falsehoods that would pass."""
        shares, least = self.shares(weights), weighing.LEAST
        true, false = shares[chosen & ~self._false], shares[chosen & self._false]
        return f"{np.mean(true < least):.2%} of {len(true)} truths below the least share, {np.mean(false >= least):.2%} of {len(false)} falsehoods above"

    def _likely(self, weights: Vector) -> tuple[Vector, Vector]:
        scores = self._rows @ weights
        top = np.full(len(self.choices), -np.inf)
        np.maximum.at(top, self._owner, scores)
        likely = np.exp(scores - top[self._owner])
        return likely, np.bincount(self._owner, likely * self._size, len(self.choices))


def _cells(choice: Choice) -> list[tuple[int, dict[str, float]]]:
    cells: list[tuple[int, dict[str, float]]] = [(choice.facts, {})]
    for name, mask, strength in choice.said:
        parted = []
        for members, said in cells:
            inside = members & mask
            if inside:
                parted.append((inside, {**said, name: said.get(name, 0.0) + strength}))
            if inside != members:
                parted.append((members & ~mask, said))
        cells = parted
    return cells


def trusted(choices: Sequence[Choice]) -> tuple[list[str], list[str]]:
    """Evidence that what is meant is nearly always within, and such that it is never only what it speaks for."""
    seen, within, only = Counter[str](), Counter[str](), Counter[str]()
    for choice in choices:
        if choice.false:
            continue
        said: dict[str, int] = {}
        for name, mask, _ in choice.said:
            if mask & choice.facts:
                said[name] = said.get(name, 0) | mask
        for name, mask in said.items():
            seen[name] += 1
            within[name] += bool(mask & choice.stated)
            only[name] += not choice.stated & ~mask
    firm = sorted(name for name in _ATTACHED if within[name] >= min(_FIRM * seen[name], seen[name] - 1))
    never = sorted(name for name in _ABSENT if only[name] <= _NEVER * seen[name])
    return firm, never


def main() -> None:
    choices = gather()
    fit = Fit(choices)
    first = fit.solve(~fit.held_out)
    print("fitted on:", fit.report(first, ~fit.held_out))
    print("held out: ", fit.report(first, fit.held_out))
    weights = fit.solve(np.ones(len(choices), bool))
    firm, never = trusted(choices)
    found = {name: round(float(value), 2) for name, value in sorted(zip(fit.names, weights, strict=True))}
    path = Path(weighing.__file__).with_name("weights.json")
    path.write_text(json.dumps({"firm": firm, "never": never, "weights": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
