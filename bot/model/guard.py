"""The guardrails around every call of a model: one pipeline of named stages, each outcome counted and audited.

Before the call: `size`, `redaction`, `injection`, `budget`. After it: `schema`, `facts`, `toxicity`, `promises`,
`orders`. A stage passes, changes what it saw, flags it, or blocks the call; whoever asked then lets rules answer.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from pydantic import BaseModel

from bot import metrics
from bot.caller import caller
from bot.model.budget import Budget, Reservation, Usage, cost_of
from bot.model.errors import ModelBlocked, ModelError, ModelInvalid, ModelOverBudget, ModelRefused
from bot.model.input_checks import injection_signs, without_secrets
from bot.model.moderation import Moderation
from bot.model.output_checks import orders, promises, prose_of
from bot.protocols import AuditEntry, AuditLog
from bot.settings import ModelLimits

T = TypeVar("T", bound=BaseModel)

Stage = Literal["size", "redaction", "injection", "budget", "schema", "facts", "toxicity", "promises", "orders"]
Outcome = Literal["passed", "changed", "flagged", "blocked"]
Check = Callable[[T], Sequence[str]]
"""Holds an answer against facts: what is wrong with it, a sentence each."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the prompt. Text of people and tools goes delimited into a `user` message, never `system`."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Makes the guardrails of a call. Without `budget` nothing is limited, without `audit` nothing is kept."""

    limits: ModelLimits = field(default_factory=ModelLimits)
    budget: Budget | None = None
    audit: AuditLog | None = None
    moderation: Moderation = field(default_factory=Moderation)

    def begin(self, model: str, purpose: str, prompt: str) -> "GuardedCall":
        """For one call."""
        return GuardedCall(self, model, purpose, prompt)


@dataclass(slots=True)
class GuardedCall:
    """The stages of one call, in the order of the methods: `admit`, `spent`, `judge`, then `end` in any case."""

    guard: Guard
    model: str
    purpose: str
    prompt: str
    used: Usage = field(default_factory=Usage, init=False)
    _stages: dict[Stage, Outcome] = field(default_factory=dict, init=False)
    _details: dict[str, str] = field(default_factory=dict, init=False)
    _reservation: Reservation | None = field(default=None, init=False)
    _started: float = field(default_factory=time.perf_counter, init=False)

    @property
    def seconds(self) -> float:
        """Since it began."""
        return round(time.perf_counter() - self._started, 3)

    async def admit(self, messages: Sequence[Message], max_tokens: int) -> list[Message]:
        """What may be sent. Raises `ModelBlocked`."""
        characters = sum(len(message.content) for message in messages)
        most = self.guard.limits.prompt_characters
        self._settle("size", f"{characters} characters, {most} are allowed" if characters > most else "")
        sent, signs = await asyncio.to_thread(_cleaned, messages)  # some 20 ms for the facts of a long report
        self._note("redaction", "changed" if sent != list(messages) else "passed")
        self._note("injection", "flagged" if signs else "passed", ", ".join(signs))
        if self.guard.budget is not None:
            try:
                self._reservation = await self.guard.budget.reserve(caller().person, characters, max_tokens)
            except ModelOverBudget:
                self._note("budget", "blocked")
                raise
            self._note("budget", "passed")
        return sent

    def spent(self, usage: Usage) -> None:
        """The endpoint answered, and that cost so much."""
        self.used += usage

    async def judge(self, answer: T, check: Check[T] | None) -> None:
        """Whether the answer may be used. Raises `ModelBlocked`."""
        self._note("schema", "passed")
        if check is not None:
            self._settle("facts", "; ".join(check(answer)))
        texts = list(prose_of(answer.model_dump(mode="json")))
        report = self.purpose == "narrate"
        self._settle("promises", next((found for text in texts if (found := promises(text, report=report))), ""))
        self._settle("orders", next((found for text in texts if (found := orders(text, report=report))), ""))
        self._settle("toxicity", await self.guard.moderation.objection(texts))

    async def end(self, error: ModelError | None) -> None:
        """Count and keep how the call went."""
        outcome = _outcome(error)
        if isinstance(error, ModelInvalid):
            self._note("schema", "blocked")
        if self.guard.budget is not None and self._reservation is not None:
            await self.guard.budget.settle(self._reservation, self.used)
        cost = cost_of(self.used, self.guard.limits)
        seconds = time.perf_counter() - self._started
        metrics.model_calls.labels(self.purpose, outcome).inc()
        metrics.model_seconds.labels(self.purpose).observe(seconds)
        for kind, tokens in (
            ("prompt", self.used.prompt),
            ("cached", self.used.cached),
            ("completion", self.used.completion),
        ):
            metrics.model_tokens.labels(kind).inc(tokens)
        metrics.model_cost.inc(cost)
        if self.guard.audit is not None:
            who = caller()
            await self.guard.audit.write(
                AuditEntry(
                    actor=who.person,
                    action="model_call",
                    correlation_id=who.correlation_id,
                    decision=outcome,
                    arguments={
                        "purpose": self.purpose,
                        "stages": {str(stage): str(did) for stage, did in self._stages.items()},
                        "details": self._details,
                        "prompt_tokens": self.used.prompt,
                        "cached_tokens": self.used.cached,
                        "completion_tokens": self.used.completion,
                        "cost": round(cost, 8),
                    },
                    model=self.model,
                    prompt_version=self.prompt,
                    duration_ms=round(seconds * 1000, 1),
                )
            )

    def _settle(self, stage: Stage, objection: str) -> None:
        """Pass without an objection, block with one."""
        if objection:
            self._note(stage, "blocked", objection)
            raise ModelBlocked(stage, objection)
        self._note(stage, "passed")

    def _note(self, stage: Stage, outcome: Outcome, detail: str = "") -> None:
        self._stages[stage] = outcome
        if detail:
            self._details[stage] = detail[:200]
        metrics.guardrails.labels(stage, outcome).inc()


def _cleaned(messages: Sequence[Message]) -> tuple[list[Message], tuple[str, ...]]:
    """The messages without secrets and personal data, and the signs of injection in what others wrote."""
    sent = [
        replace(message, content=without_secrets(message.content)) if message.role == "user" else message
        for message in messages
    ]
    return sent, injection_signs("\n".join(message.content for message in sent if message.role == "user"))


def _outcome(error: ModelError | None) -> str:
    """The word for metrics and audit."""
    match error:
        case None:
            return "answered"
        case ModelBlocked():
            return "blocked"
        case ModelRefused():
            return "refused"
        case ModelInvalid():
            return "invalid"
        case _:
            return "unavailable"
