"""Fits the router's weights to a corpus: `python -m bot.routing.fit tests/corpus`, a few seconds, repeatable.

Multinomial logistic regression, regularised, solved in the dual (one row a text), which is small. Of
`utterances.jsonl` only the part that `held_out` leaves is looked at; all of `utterances_seen.jsonl` is.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.protocols import Intent, Json
from bot.routing.features import Speller, features, known_words
from bot.routing.lexicon import PHRASES, PLAIN
from bot.routing.router import INTENTS, QUANTUM, WEIGHTS
from bot.routing.symbols import NAMES
from bot.routing.text import plain

SCALES = {"t": 0.4, "f": 0.25, "m": 0.3, "w": 0.3, "p": 0.2, "c": 0.15}
"""How much each kind of feature weighs, by its first letter. Chosen by cross-validation on the fitted part."""
RIDGE = 0.05
_STEPS = 300
_LEAST = 2
"""Hundredths. Leaving out what weighs less halves the file."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One line of the corpus."""

    text: str
    intent: Intent
    subject: dict[str, Json] = field(default_factory=dict)


def read_corpus(path: Path) -> list[Utterance]:
    """The utterances of a JSON-lines file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Utterance(row["text"], row["intent"], row.get("subject", {})) for row in rows]


def held_out(text: str) -> bool:
    """Whether a text is kept from fitting: a third of all texts, by their hash, so nobody chooses which."""
    return hashlib.sha256(text.encode()).digest()[0] % 3 == 0


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights a feature, by intent in the order of `INTENTS`; `known` words are not set right."""

    weights: dict[str, Matrix]
    known: frozenset[str]


def fit(corpus: Sequence[Utterance], scales: dict[str, float] = SCALES, ridge: float = RIDGE) -> Fitted:
    """Fit to all of `corpus`."""
    known = known_words(plain(each.text) for each in corpus)
    speller = Speller(known)
    rows = [features(plain(each.text), speller) for each in corpus]
    return Fitted(solve(rows, [INTENTS.index(each.intent) for each in corpus], scales, ridge), known)


def solve(
    rows: Sequence[Sequence[str]], intents: Sequence[int], scales: dict[str, float], ridge: float
) -> dict[str, Matrix]:
    """The weights of every feature of `rows`, and the bias."""
    index = {name: at for at, name in enumerate(dict.fromkeys(name for row in rows for name in row))}
    data = np.zeros((len(rows), len(index) + 1))
    data[:, -1] = 1.0
    for at, row in enumerate(rows):
        for name in row:
            data[at, index[name]] = scales[name[0]]
    wanted = np.eye(len(INTENTS))[list(intents)]
    dual = _solve_dual(data @ data.T, wanted, ridge)
    learned = data.T @ dual
    weights = {name: learned[at] * scales[name[0]] for name, at in index.items()}
    weights["bias"] = learned[-1]
    return weights


def _solve_dual(gram: Matrix, wanted: Matrix, ridge: float) -> Matrix:
    """Minimise the mean log loss plus `ridge` / (2 n) times the squared weights, by accelerated gradient steps."""
    step = 1.0 / (_largest_eigenvalue(gram) / 2 + ridge)
    dual = np.zeros_like(wanted)
    ahead = dual
    for turn in range(_STEPS):
        scores = gram @ ahead
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        following = ahead - step * ((chances - wanted) + ridge * ahead)
        ahead = following + turn / (turn + 3) * (following - dual)
        dual = following
    return dual


def _largest_eigenvalue(gram: Matrix) -> float:
    """By repeated multiplication, a hundredth more for safety: far cheaper than a decomposition, and as repeatable."""
    vector = np.ones(len(gram))
    size = 0.0
    for _ in range(50):
        vector = gram @ vector
        size = float(np.linalg.norm(vector))
        vector /= size
    return size * 1.01


def fitted_texts(folder: Path) -> list[Utterance]:
    """What is fitted to: the part of `utterances.jsonl` that is not held out, and all of `utterances_seen.jsonl`."""
    kept = [each for each in read_corpus(folder / "utterances.jsonl") if not held_out(each.text)]
    return kept + read_corpus(folder / "utterances_seen.jsonl")


def fingerprint(corpus: Sequence[Utterance]) -> str:
    """A hash of all that weights follow from; weights with another one are out of date."""
    follows_from = (
        [(each.text, each.intent) for each in corpus],
        sorted(PHRASES.items()),
        sorted(PLAIN),
        sorted(NAMES),
        (SCALES, RIDGE),
    )
    return hashlib.sha256(json.dumps(follows_from).encode()).hexdigest()


def write(fitted: Fitted, fitted_to: str, path: Path = WEIGHTS) -> None:
    """Keep the weights as hundredths; a feature that weighs next to nothing is left out."""
    rounded = {name: [round(float(each) * QUANTUM) for each in row] for name, row in fitted.weights.items()}
    kept = {name: row for name, row in sorted(rounded.items()) if max(map(abs, row)) >= _LEAST}
    lines = [
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(row, separators=(',', ':'))}"
        for name, row in kept.items()
    ]
    known = json.dumps(" ".join(sorted(fitted.known)), ensure_ascii=False)
    path.write_text(
        f'{{"fitted_to": "{fitted_to}",\n"known": ' + known + ',\n"weights": {\n' + ",\n".join(lines) + "\n}}\n",
        encoding="utf-8",
    )


def main() -> None:
    """Fit to a corpus, given as its folder, and write the weights beside this module."""
    corpus = fitted_texts(Path(sys.argv[1]))
    write(fit(corpus), fingerprint(corpus))


if __name__ == "__main__":
    main()
