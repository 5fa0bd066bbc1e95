"""`python run.py [seeds]`: escape rate per class with its 95 % interval, and false blocks on truthful text."""

import math
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from corpus import split
from fact_sets import golden_cross
from mutate import Mutant, mutants, paragraphs, without_caveats

from tools.narrative.checker import check
from tools.narrative.facts import FactSheet
from tools.narrative.service import compose, prepare
from tools.narrative.writer import Material, write


def materials() -> list[tuple[str, Material]]:
    """Reports over runs that differ, with 85 to over 400 facts."""
    found = []
    for fast, slow, trials in ((50, 200, 12), (20, 100, None), (10, 50, 40), (100, 200, 3)):
        run = golden_cross(fast=fast, slow=slow, trials=trials)
        found.append((f"{fast}/{slow} standard", prepare(run, "standard")))
        found.append((f"{fast}/{slow} detailed", prepare(run, "detailed")))
    material = found[0][1]
    few = [f for f in material.sheet if not f.id.startswith(("year.", "benchmark.year", "stress", "benchmark.stress", "regime", "benchmark.regime", "drawdown.3", "drawdown.4", "drawdown.5", "data."))]  # fmt: skip
    found.append(("85 facts", Material(FactSheet(few), material.recommendation, material.rules, "standard")))
    return found


def interval(escaped: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not total:
        return 0.0, 1.0
    z, share = 1.959964, escaped / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def main(seeds: int) -> None:
    tried: Counter[str] = Counter()
    escaped: dict[str, list[Mutant]] = defaultdict(list)
    blocked = lines = 0
    started = time.process_time()
    for name, material in materials():
        facts = tuple(material.sheet)
        for paragraph in paragraphs(material):
            lines += 1
            blocked += any(finding.kind != "caveat" for finding in check(paragraph.text, facts))
        blocked += bool(check(compose(golden_cross(), material, write(material), "rules").text, facts))
        for seed in range(seeds):
            seen: set[str] = set()
            for mutant in mutants(material, seed):
                if mutant.text in seen:
                    continue
                seen.add(mutant.text)
                tried[mutant.kind] += 1
                if not [f for f in check(mutant.text, facts) if f.kind != "caveat"]:
                    escaped[mutant.kind].append(mutant)
        run = golden_cross()
        if name == "50/200 standard":
            text = compose(run, material, write(material), "rules").text
            for mutant in without_caveats(text, material.sheet):
                tried[mutant.kind] += 1
                if not check(mutant.text, facts):
                    escaped[mutant.kind].append(mutant)
    for kind, total in sorted(tried.items()):
        low, high = interval(len(escaped[kind]), total)
        print(
            f"{kind:32} {len(escaped[kind]):5} of {total:6}  {len(escaped[kind]) / total:7.2%}  [{low:.2%}, {high:.2%}]"
        )
    total, out = sum(tried.values()), sum(map(len, escaped.values()))
    print(
        f"{'all':32} {out:5} of {total:6}  {out / total:7.2%}  [{interval(out, total)[0]:.2%}, {interval(out, total)[1]:.2%}]"
    )
    print(f"false blocks: writer {blocked} of {lines} lines")
    for label, cases in zip(("seen", "held out"), split(), strict=True):
        wrong = sum(bool(check(text, facts)) for text, facts in cases)
        low, high = interval(wrong, len(cases))
        print(f"false blocks: people, {label}: {wrong} of {len(cases)} [{low:.1%}, {high:.1%}]")
    print(f"{time.process_time() - started:.0f} s")
    if len(sys.argv) > 2:
        for kind, found in escaped.items():
            for mutant in found[: int(sys.argv[2])]:
                print(f"--- {kind} (was {mutant.was!r}): {mutant.text[:420]}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
