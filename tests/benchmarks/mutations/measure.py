"""Escape rates of seeded errors and false blocks of truthful text, with 95 % intervals."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from corpus import Case
from fact_sets import golden_cross
from mutate import Mutant, mutants, paragraphs, without_caveats
from voice_mutants import voice_mutants
from voices import texts

from tools.narrative.checker import check
from tools.narrative.draft import Material
from tools.narrative.facts import Fact, FactSheet
from tools.narrative.service import compose, prepare
from tools.narrative.writer import write

_NOT_IN_FEW = ("year.", "benchmark.year", "stress", "benchmark.stress", "regime", "benchmark.regime", "drawdown.3", "drawdown.4", "drawdown.5", "data.")  # fmt: skip


@dataclass
class Tally:
    """Mutants tried and those that escaped, by kind of error."""

    tried: Counter[str] = field(default_factory=Counter)
    escaped: dict[str, list[Mutant]] = field(default_factory=lambda: defaultdict(list))

    @property
    def total(self) -> int:
        """All mutants."""
        return sum(self.tried.values())

    @property
    def out(self) -> int:
        """All escapes."""
        return sum(map(len, self.escaped.values()))


def materials() -> list[tuple[str, Material]]:
    """Reports over runs that differ, with some 110 to over 400 facts, many of them near each other in value."""
    found = []
    for fast, slow, trials in ((50, 200, 12), (20, 100, None), (10, 50, 40), (100, 200, 3)):
        run = golden_cross(fast=fast, slow=slow, trials=trials)
        found += [(f"{fast}/{slow} {detail}", prepare(run, detail)) for detail in ("standard", "detailed")]
    material = found[0][1]
    few = [fact for fact in material.sheet if not fact.id.startswith(_NOT_IN_FEW)]
    found.append(("few facts", Material(FactSheet(few), material.recommendation, material.rules, "standard")))
    return found


def caught(mutant: Mutant, facts: Sequence[Fact]) -> bool:
    """Whether the checker objects to more than a missing caveat, unless that is the error."""
    return any(finding.kind != "caveat" or mutant.kind == "caveat left out" for finding in check(mutant.text, facts))


def escapes(material: Material, seed: int, tally: Tally, *, most: int | None = None) -> None:
    """Try every mutant of a report, or the first `most` of each kind."""
    facts = tuple(material.sheet)
    seen: set[str] = set()
    here: Counter[str] = Counter()
    text = compose(golden_cross(), material, write(material), "rules").text
    for mutant in (*mutants(material, seed), *without_caveats(text, material.sheet)):
        if mutant.text in seen or (most is not None and here[mutant.kind] >= most):
            continue
        seen.add(mutant.text)
        here[mutant.kind] += 1
        tally.tried[mutant.kind] += 1
        if not caught(mutant, facts):
            tally.escaped[mutant.kind].append(mutant)


def writer_blocks(material: Material) -> list[str]:
    """Lines of a report, and the whole of it, that are blocked though true."""
    facts = tuple(material.sheet)
    lines = [p.text for p in paragraphs(material) if any(f.kind != "caveat" for f in check(p.text, facts))]
    whole = compose(golden_cross(), material, write(material), "rules").text
    return lines + ([whole] if check(whole, facts) else [])


def people_blocks(cases: Iterable[Case]) -> list[str]:
    """Truthful texts by people that are blocked."""
    return [text for text, facts in cases if check(text, facts)]


def voice_blocks(facts: Mapping[str, Fact], *, unread: bool | None = None) -> tuple[list[str], int]:
    """Texts in other people's words that are blocked, and how many there are over these facts."""
    filled = ["".join(piece.text for piece in said) for _, said in texts(facts, unread=unread)]
    return [text for text in filled if _objections(text, facts)], len(filled)


def voice_escapes(facts: Mapping[str, Fact], seed: int, tally: Tally, *, unread: bool | None = None) -> None:
    """Try every mutant of those texts that are not blocked anyway."""
    rng = random.Random(seed)
    for _, said in texts(facts, unread=unread):
        if _objections("".join(piece.text for piece in said), facts):
            continue
        for mutant in voice_mutants(said, facts, rng):
            tally.tried[mutant.kind] += 1
            if not _objections(mutant.text, facts):
                tally.escaped[mutant.kind].append(mutant)


def _objections(text: str, facts: Mapping[str, Fact]) -> bool:
    return any(finding.kind != "caveat" for finding in check(text, tuple(facts.values())))


def interval(hits: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not total:
        return 0.0, 1.0
    z, share = 1.959964, hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)
