"""What is kept of a diagnosis for its thread: its words, its details, what it was about, which actions it offers."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, JsonValue

from tools.diagnostics.diagnosis import Diagnosis
from tools.diagnostics.executor import Call
from tools.diagnostics.registry import Registry
from tools.diagnostics.remedies import remedies
from tools.diagnostics.telling import Told, details, tell
from tools.narrative.text import value_text

_MOMENTS = ("time", "date", "seconds", "days")


class Offer(BaseModel):
    """An action that may help, with all its arguments."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tool: str
    connection: str
    arguments: dict[str, JsonValue]

    def call(self) -> Call:
        """As the executor takes it."""
        return Call(self.tool, self.arguments, self.connection)


class Remembered(BaseModel):
    """One diagnosis, as its thread remembers it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    at: datetime
    verdict: str
    topics: tuple[str, ...]
    told: Told
    details: tuple[str, ...]
    since: tuple[str, ...]
    """Moments and ages that tools measured of what is wrong."""
    runbook: str
    next_step: int
    offers: tuple[Offer, ...]
    cause: str
    escalate_to: str


def remember(found: Diagnosis, registry: Registry, told: Told | None = None) -> Remembered:
    """Everything that follow-ups and buttons need."""
    findings = [finding for story in found.stories for finding in story.findings]
    calls = remedies(findings, registry)
    return Remembered(
        id=found.id,
        at=found.at,
        verdict=found.verdict,
        topics=found.selection.topics,
        told=told or tell(found),
        details=tuple(details(found)),
        since=_since(found),
        runbook=found.runbook.id if found.runbook else "",
        next_step=found.next_step.number if found.next_step else 0,
        offers=tuple(
            Offer(tool=call.tool, connection=call.connection, arguments=dict(call.arguments)) for call in calls
        ),
        cause=found.cause.condition if found.cause else "",
        escalate_to=found.escalate_to,
    )


def _since(found: Diagnosis) -> tuple[str, ...]:
    wanted = {fact for story in found.stories for finding in story.findings for fact in finding.facts}
    facts = {fact.id: fact for result in found.results for fact in result.facts}
    chosen = [facts[name] for name in facts if name in wanted and facts[name].unit in _MOMENTS]
    return tuple(f"{fact.label}: {value_text(fact)}" for fact in chosen)
