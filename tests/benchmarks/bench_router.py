"""How often the router is right, how often it asks, and how long it takes: `python tests/benchmarks/bench_router.py`.

`held out` is the third of utterances.jsonl that fitting never sees; `later` and `voices` were written after it, `later`
with the arguments that a text carries. Nothing was fitted to these.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bot.routing.fit import Utterance, held_out, read_corpus
from bot.routing.router import INTENTS, route_by_rules

CORPUS = Path(__file__).parent.parent / "corpus"
TODAY = date(2026, 11, 24)


def report(title: str, corpus: Sequence[Utterance]) -> None:
    """One line an intent: right of all; then the whole, the share asked about, and the errors that asking catches."""
    right, whole = Counter[str](), Counter[str]()
    asked = wrong = caught = 0
    for each in corpus:
        routed = route_by_rules(each.text, each.subject, TODAY)
        whole[each.intent] += 1
        right[each.intent] += routed.intent == each.intent
        asked += bool(routed.alternatives)
        if routed.intent != each.intent:
            wrong += 1
            caught += each.intent in {other.intent for other in routed.alternatives}
    print(f"\n{title}: {sum(right.values()) / len(corpus):.1%} of {len(corpus)}")
    for intent in INTENTS:
        print(f"  {intent:10} {right[intent]:4} of {whole[intent]:4}  {right[intent] / max(whole[intent], 1):7.1%}")
    print(f"  asks about {asked / len(corpus):.1%}; of {wrong} errors {caught} would be put right by asking")


def arguments(path: Path) -> None:
    """How many of the arguments that texts carry are found."""
    right = whole = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found = route_by_rules(row["text"], {}, TODAY).arguments
        whole += len(row.get("arguments", {}))
        right += sum(found.get(name) == value for name, value in row.get("arguments", {}).items())
    print(f"  arguments: {right} of {whole}")


def latency(corpus: Sequence[Utterance]) -> None:
    """Warm milliseconds a text, arguments included."""
    took = []
    for each in [*corpus[:50], *corpus]:
        started = time.perf_counter()
        route_by_rules(each.text, each.subject, TODAY)
        took.append((time.perf_counter() - started) * 1000)
    warm = sorted(took[50:])
    print(
        f"\nwarm: p50 {warm[len(warm) // 2]:.2f} ms, p99 {warm[int(len(warm) * 0.99)]:.2f} ms, most {warm[-1]:.2f} ms"
    )


def cold() -> None:
    """A whole process of `deskhand route`, best of five."""
    command = [sys.executable, "-m", "bot.cli", "route", "--json", "why is the price data stale"]
    took = []
    for _ in range(5):
        started = time.perf_counter()
        answer = subprocess.run(command, check=True, capture_output=True, cwd=CORPUS.parent.parent)
        took.append(time.perf_counter() - started)
    print(f"cold: {min(took) * 1000:.0f} ms for a process that answers {json.loads(answer.stdout)['intent']}")


def main() -> None:
    everything = read_corpus(CORPUS / "utterances.jsonl")
    held = [each for each in everything if held_out(each.text)]
    report("held out", held)
    report("voices", read_corpus(CORPUS / "utterances_voices.jsonl"))
    report("later", read_corpus(CORPUS / "utterances_later.jsonl"))
    arguments(CORPUS / "utterances_later.jsonl")
    latency(held)
    cold()


if __name__ == "__main__":
    main()
