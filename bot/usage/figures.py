"""Every figure about the bot itself: what it is called, what it counts, and how it comes from what is kept.

Definitions stand here once; Slack, the command line, the Home tab and the dashboard show the same words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.protocols import Figure, FigureTopic, FigureUnit
from bot.usage.activity import Tally


@dataclass(frozen=True, slots=True)
class Kept:
    """What tables say of a period, beside the audit."""

    good: int = 0
    bad: int = 0
    opened: int = 0
    escalated: int = 0
    solved: int = 0
    solved_unescalated: int = 0
    hours_to_solve: float | None = None
    rating: float | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure. `of` gives None where there is nothing to measure yet."""

    id: str
    topic: FigureTopic
    label: str
    unit: FigureUnit
    means: str
    of: Callable[[Tally, Kept], float | None]


def measured(tally: Tally, kept: Kept) -> tuple[Figure, ...]:
    """Every figure of a period."""
    return tuple(
        Figure(figure.id, figure.topic, figure.label, _rounded(figure.of(tally, kept)), figure.unit, figure.means)
        for figure in FIGURES
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _decisions(tally: Tally, *verdicts: str) -> int:
    """Narratives and drafts that a verdict closed."""
    return sum(
        number
        for (kind, *words), number in tally.events.items()
        if kind == "decision"
        and words[0] in ("draft", "narrative")
        and words[1] in verdicts
        and words[2] in ("decided", "expired")
    )


def _cached(tally: Tally, _kept: Kept) -> float | None:
    return _share(tally.sums["cached_tokens"], tally.sums["prompt_tokens"])


def _satisfied(_tally: Tally, kept: Kept) -> float | None:
    return _share(kept.good, kept.good + kept.bad)


def _traced(tally: Tally, _kept: Kept) -> float | None:
    checked = sum(number for key, number in tally.events.items() if key[0] == "report" and key[2] == "checked")
    return _share(checked, tally.count("report"))


_CLOSING: Final = ("approve", "reject", "discard", "expire")

FIGURES: Final[Sequence[Definition]] = (
    Definition("answers", "usage", "Requests answered", "count",
               "Messages, commands, buttons and HTTP calls that got an answer, refusals included.",
               lambda t, k: t.count("answer")),
    Definition("people", "usage", "People", "count",
               "Different people and HTTP clients who asked for anything.", lambda t, k: len(t.people)),
    Definition("daily_people", "usage", "People a day", "number",
               "Mean number of people on the days on which anybody asked.", lambda t, k: _share(t.people_days, t.days)),
    Definition("narrations", "usage", "Narratives asked for", "count",
               "Answered requests of the intent narrate.", lambda t, k: t.count("answer", "narrate", "allowed")),
    Definition("comparisons", "usage", "Comparisons", "count",
               "Answered requests of the intent compare.", lambda t, k: t.count("answer", "compare", "allowed")),
    Definition("drafts", "usage", "Drafting requests", "count",
               "Answered requests of the intent draft.", lambda t, k: t.count("answer", "draft", "allowed")),
    Definition("diagnoses", "usage", "Diagnostic requests", "count",
               "Answered requests of the intent diagnose.", lambda t, k: t.count("answer", "diagnose", "allowed")),
    Definition("refused", "usage", "Refused by role", "count",
               "Requests refused because of the roles of who asked.",
               lambda t, k: sum(n for key, n in t.events.items() if key[0] == "answer" and key[2] == "denied")),
    Definition("reports", "quality", "Reports generated", "count",
               "Reports written and checked; one that is repeated from the cache counts once.",
               lambda t, k: t.count("report")),
    Definition("factual_accuracy", "quality", "Factual accuracy", "share",
               "Reports in which every figure, date and direction was traced to a fact, of all generated.", _traced),
    Definition("findings", "quality", "Fact-check findings", "count",
               "Statements in generated reports that no fact bears out; those reports are held back.",
               lambda t, k: t.count("finding")),
    Definition("drafts_refused", "quality", "Model drafts refused", "count",
               "Narratives proposed by the model that did not pass the facts.",
               lambda t, k: t.count("fact_check", "blocked")),
    Definition("narrative_seconds", "quality", "Narrative turnaround", "seconds",
               "Mean time from taking up a request of the intent narrate to its posted answer.",
               lambda t, k: _share(t.sums["narrate_seconds"], t.count("answer", "narrate", "allowed"))),
    Definition("answer_seconds", "quality", "Time to answer", "seconds",
               "Mean time from taking up any allowed request to its posted answer.",
               lambda t, k: _share(t.sums["answer_seconds"],
                                   sum(n for key, n in t.events.items() if key[0] == "answer" and key[2] == "allowed"))),
    Definition("reviewer_rating", "quality", "Reviewers' rating", "number",
               "Mean of the ratings from 1 to 5 that reviewers gave narratives.", lambda t, k: k.rating),
    Definition("good", "quality", "Answers called good", "count", "Thumbs up under answers.", lambda t, k: k.good),
    Definition("bad", "quality", "Answers called bad", "count", "Thumbs down under answers.", lambda t, k: k.bad),
    Definition("satisfaction", "quality", "Satisfaction", "share", "Thumbs up of all thumbs.", _satisfied),
    Definition("submitted", "approvals", "Submitted for approval", "count",
               "Drafts and narratives put before approvers.",
               lambda t, k: t.count("decision", "draft", "submit") + t.count("decision", "narrative", "submit")),
    Definition("approved", "approvals", "Approved", "count",
               "Drafts and narratives with all approvals they needed.", lambda t, k: _decisions(t, "approve")),
    Definition("sent_back", "approvals", "Sent back", "count",
               "Drafts and narratives returned with a note.", lambda t, k: _decisions(t, "send_back")),
    Definition("approval_conversion", "approvals", "Approval conversion", "share",
               "Approved, of all that were approved, rejected, discarded or expired.",
               lambda t, k: _share(_decisions(t, "approve"), _decisions(t, *_CLOSING))),
    Definition("revision_cycles", "approvals", "Revision cycles", "number",
               "Times sent back for each one approved.",
               lambda t, k: _share(_decisions(t, "send_back"), _decisions(t, "approve"))),
    Definition("tools", "incidents", "Diagnostic tools run", "count",
               "Runs of tools, failed ones included.", lambda t, k: t.count("tool")),
    Definition("tools_failed", "incidents", "Tools that failed", "count",
               "Runs of tools that ended in an error: unreachable, timed out, refused by the system.",
               lambda t, k: t.count("tool", "error")),
    Definition("actions", "incidents", "Actions run", "count",
               "Action tools that ran after a confirmation.", lambda t, k: t.count("action")),
    Definition("incidents", "incidents", "Incidents", "count", "Incidents opened.", lambda t, k: k.opened),
    Definition("escalations", "incidents", "Escalations", "count",
               "Incidents handed to people on call.", lambda t, k: k.escalated),
    Definition("escalations_avoided", "incidents", "Escalations avoided", "count",
               "Incidents solved without one.", lambda t, k: k.solved_unescalated),
    Definition("hours_to_resolution", "incidents", "Time to resolution", "hours",
               "Mean time from opening an incident to solving it.", lambda t, k: k.hours_to_solve),
    Definition("model_calls", "cost", "Model calls", "count",
               "Calls of the language model, failed ones included.", lambda t, k: t.count("model_call")),
    Definition("model_failures", "cost", "Model calls without an answer", "count",
               "Calls that were refused, invalid, stopped by a guardrail or not answered; rules answered instead.",
               lambda t, k: t.count("model_call") - sum(
                   n for key, n in t.events.items() if key[0] == "model_call" and key[2] == "answered")),
    Definition("guardrails", "cost", "Guardrails that stopped a call", "count",
               "Stages of the guardrails that blocked a prompt or an answer.",
               lambda t, k: sum(n for key, n in t.events.items() if key[0] == "guardrail" and key[2] == "blocked")),
    Definition("tokens", "cost", "Model tokens", "count", "Tokens of prompts and answers.",
               lambda t, k: t.sums["prompt_tokens"] + t.sums["completion_tokens"]),
    Definition("cached_share", "cost", "Cached tokens", "share",
               "Prompt tokens that the endpoint had ready, of all prompt tokens.", _cached),
    Definition("cost", "cost", "Model cost", "money",
               "What the tokens cost at the prices in the settings, in their currency.", lambda t, k: t.sums["cost"]),
    Definition("role_changes", "governance", "Role changes", "count",
               "Changes of the members of groups that give roles.", lambda t, k: t.count("role_change")),
    Definition("prompt_decisions", "governance", "Prompt decisions", "count",
               "Approvals and roll backs of prompt versions.", lambda t, k: t.count("prompt")),
)  # fmt: skip
