"""The router: intent by fitted weights, arguments by rules, and a model only where the weights are unsure."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, get_args

from bot.protocols import Intent, Json, Routed, ThreadMessage
from bot.routing.arguments import arguments_of
from bot.routing.definitions import asks_what_it_is
from bot.routing.features import Speller, features
from bot.routing.text import is_mention_only, plain
from tools.diagnostics.followups import follow_up

if TYPE_CHECKING:
    from bot.model.client import ModelClient
    from bot.prompts.book import PromptBook

INTENTS: tuple[Intent, ...] = get_args(Intent)
WEIGHTS = Path(__file__).with_name("weights.json")
QUANTUM = 100.0
"""Weights are kept as whole hundredths."""

CLOSE = 0.25
"""Readings whose chance is this near the best one's are asked about: under 5 % of texts, by cross-validation."""

_MOST_READINGS = 3

_LEANS: dict[str, dict[Intent, float]] = {
    "backtest_id": {"narrate": 3.0, "compare": 2.5},
    "backtest_ids": {"compare": 3.0, "narrate": 2.5},
    "draft_id": {"draft": 3.0, "approvals": 2.5},
    "approval_id": {"approvals": 3.0},
    "diagnosis_id": {"diagnose": 4.0},
    "digest_id": {"digest": 4.0},
}
"""What a thread's subject adds to the intents that belong in it: enough to read "why?", not to outweigh plain words."""


class Chooser(Protocol):
    """Who decides where the weights are unsure; a model, in practice."""

    async def choose(self, text: str, among: Sequence[Intent]) -> Intent | None:
        """One of `among`, or None where it cannot say; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Weights:
    """Hundredths for each feature, by intent in the order of `INTENTS`."""

    of: Mapping[str, Sequence[int]]
    speller: Speller


@cache
def load_weights(path: Path = WEIGHTS) -> Weights:
    """What `bot.routing.fit` wrote; read once."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return Weights(content["weights"], Speller(frozenset(content["known"].split())))


def route_by_rules(text: str, subject: Mapping[str, Json], today: date) -> Routed:
    """Intent, confidence (the fitted chance, 0 to 1) and arguments; the same for the same text, subject and day."""
    words = plain(text)
    if not words:
        return Routed("help", 1.0) if is_mention_only(text) else Routed("unknown", 0.0)
    if (subject.get("diagnosis_id") or subject.get("runbook")) and follow_up(words, in_thread=True):
        return Routed("diagnose", 1.0, arguments_of("diagnose", words, subject, today))
    if asks_what_it_is(words):
        return Routed("draft", 1.0, {**arguments_of("draft", words, {}, today), "catalogue": True})
    chances = sorted(_chances(words, subject).items(), key=lambda pair: -pair[1])[:_MOST_READINGS]
    best, *near = [
        Routed(intent, round(chance, 4), arguments_of(intent, words, subject, today))
        for intent, chance in chances
        if chances[0][1] - chance < CLOSE
    ]
    return replace(best, alternatives=tuple(near))


def _chances(words: str, subject: Mapping[str, Json]) -> dict[Intent, float]:
    weights = load_weights()
    found = features(words, weights.speller)
    totals = list(weights.of["bias"])
    for name in found:
        row = weights.of.get(name)
        if row is not None:
            totals = [total + weight for total, weight in zip(totals, row, strict=True)]
    scores = {intent: total / QUANTUM for intent, total in zip(INTENTS, totals, strict=True)}
    for key, leans in _LEANS.items():
        if subject.get(key):
            for intent, lean in leans.items():
                scores[intent] += lean
            break
    most = max(scores.values())
    shares = {intent: exp(score - most) for intent, score in scores.items()}
    whole = sum(shares.values())
    return {intent: share / whole for intent, share in shares.items()}


def _utc_day() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class DeskRouter:
    """The bot's router. Without a `chooser`, what is too close to call keeps its alternatives and is asked about."""

    chooser: Chooser | None = None
    today: Callable[[], date] = _utc_day

    async def route(self, text: str, *, subject: Mapping[str, Json], thread: Sequence[ThreadMessage] = ()) -> Routed:
        """As `bot.protocols.Router`. The thread's own texts are not read: its `subject` says what it is about."""
        by_rules = route_by_rules(text, subject, self.today())
        if self.chooser is None or not by_rules.alternatives:
            return by_rules
        readings = {reading.intent: reading for reading in (by_rules, *by_rules.alternatives)}
        chosen = await self.chooser.choose(plain(text), tuple(readings))
        if chosen is None or chosen not in readings:
            return by_rules
        return replace(readings[chosen], alternatives=())


def build_router(model: "ModelClient | None", prompts: "PromptBook") -> DeskRouter:
    """The router with the configured model's help, or on rules alone."""
    from bot.routing.asking import ModelChooser

    load_weights()  # read from disk now, not on the event loop with the first question
    return DeskRouter(ModelChooser(model, prompts) if model is not None else None)
