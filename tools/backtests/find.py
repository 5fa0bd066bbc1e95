"""Which stored run is meant by a name, an id or a few words.

People say "the golden cross on the S&P", not `golden-cross-50-200-on-the-s-p-500-spy-1a2b`. A run matches by how well
its name, strategy, symbols and engine cover what was said; two runs that match equally well are both returned.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from tools.backtests.model import RunSummary

_NOISE = frozenset(
    """a about an and any are as at backtest backtests bot can could deskhand did do does for from gave give get had has
    have how i in is it its last latest look looked me my of on our over perform performance performed please report
    result results run runs show strategy strategies summarise summarize summary tell test tested than that the their
    this to us versus vs was we went were what which with would you""".split()
)
_GOOD_ENOUGH = 62.0
_MARGIN = 6.0


@dataclass(frozen=True, slots=True)
class Found:
    """`best` is the run meant, None where nothing fits or several do; `others` are the near ones, best first."""

    best: RunSummary | None
    others: tuple[RunSummary, ...] = ()
    several: bool = False
    """True where `others` all fit, False where they are only the nearest of what does not."""


def find_run(said: str, runs: Sequence[RunSummary], *, symbols: Sequence[str] = ()) -> Found:
    """The run meant by `said` among `runs` (newest first). `symbols` narrow it, where any run has one of them."""
    for run in runs:
        if said.strip().lower() in {name.lower() for name in (run.id, run.also) if name}:
            return Found(run)
    words = _words(said)
    wanted = {symbol.upper() for symbol in symbols}
    on_symbol = [run for run in runs if wanted & {symbol.upper() for symbol in run.symbols}]
    candidates = on_symbol or list(runs)
    if not words:
        return Found(candidates[0]) if len(candidates) == 1 else Found(None, tuple(candidates), several=True)
    scored = sorted(((_score(words, run), run) for run in candidates), key=lambda pair: -pair[0])
    if not scored or scored[0][0] < _GOOD_ENOUGH:
        return Found(None, tuple(run for _, run in scored[:5]))
    near = [run for score, run in scored if score >= scored[0][0] - _MARGIN and score >= _GOOD_ENOUGH]
    return Found(near[0]) if len(near) == 1 else Found(None, tuple(near), several=True)


def _score(words: list[str], run: RunSummary) -> float:
    """0 to 100: the mean, over the words said, of the best match among the run's own words."""
    own = _words(" ".join((run.name, run.strategy or "", run.id, run.engine, *run.symbols)))
    if not own:
        return 0.0
    best = [max(_similar(word, other) for other in own) for word in words]
    return sum(best) / len(best)


def _similar(word: str, other: str) -> float:
    if word == other:
        return 100.0
    if word.isdigit() or other.isdigit() or min(len(word), len(other)) < 4:
        return 0.0
    score = fuzz.ratio(word, other)
    return score if score >= 75 else 0.0


def _words(text: str) -> list[str]:
    plain = text.lower().replace("s&p", "sp").replace("p&l", "pnl")
    return [word for word in re.findall(r"[a-z0-9^]+", plain) if word not in _NOISE]
