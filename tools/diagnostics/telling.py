"""A diagnosis in words: short first, the evidence with times and sources, what was not checked, what to do next.

Every sentence is a tool's own or a fixed one around it, and all of it is held to what the tools gave back by the same
checker as narratives (`checking`); a line that it objects to is said without its figures.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tools.diagnostics.causes import Story
from tools.diagnostics.checking import bound, objections
from tools.diagnostics.diagnosis import Diagnosis, Unchecked
from tools.diagnostics.question_forms import Opening, complains, opening
from tools.diagnostics.tool import Finding, Result
from tools.narrative.text import value_text

_MOST_EVIDENCE: Final = 6
_MOST_UNCHECKED: Final = 4
_MOST_WELL: Final = 3
_MOST_ASIDE: Final = 2
_MOST_OTHERS: Final = 3
_MOST_ALIKE: Final = 2
_MOST_DETAILS: Final = 12
_MOST_SAID: Final = 2
_BESIDE: Final = frozenset(
    "dependency_down quota_exhausted assertion_failed claim_contradicted claim_outdated clock_skew alert_firing jobs_given_up".split()
)
"""What leaves a system running: it is up, but not well."""
_COMMON: Final = frozenset(
    "the and any for how what which are does did has have is was with that this from our not".split()
)


@dataclass(frozen=True, slots=True)
class Told:
    """What is said. Every text is plain, one paragraph, without markup; `evidence` are lines of a list."""

    headline: str
    cause: str
    remark: str
    evidence: tuple[str, ...]
    aside: tuple[str, ...]
    unchecked: tuple[str, ...]
    next_step: str
    runbook: str
    escalate: str
    opening: Opening = ""

    @property
    def answer(self) -> str:
        """The headline, opened by yes or no where that was asked."""
        return f"{self.opening}. {self.headline}" if self.opening else self.headline

    @property
    def text(self) -> str:
        """All of it, as the command line and `answer` show it."""
        parts = [" ".join(part for part in (self.answer, self.cause) if part)]
        parts += [self.remark] if self.remark else []
        parts += [f"- {line}" for line in self.evidence]
        parts += [f"Elsewhere: {line}" for line in self.aside]
        if self.unchecked:
            parts.append("Not checked: " + "; ".join(self.unchecked) + ".")
        parts += [part for part in (self.next_step, self.runbook, self.escalate) if part]
        return "\n".join(parts)


def tell(found: Diagnosis) -> Told:
    """The words for a diagnosis."""
    writer = _Writer(found)
    return writer.told()


def details(found: Diagnosis) -> list[str]:
    """What each tool gave back, a paragraph of lines a tool: figures, claims, details, and what was asked when."""
    return [_detail(result, found.at) for result in found.results if result.status != "denied"]


class _Writer:
    def __init__(self, found: Diagnosis) -> None:
        self._found = found
        self._facts = bound(found)

    def told(self) -> Told:
        found = self._found
        return Told(
            headline=self._headline(),
            cause=self._cause(),
            remark=found.remark,
            evidence=tuple(self._evidence()),
            aside=tuple(self._checked(self._line(story.cause), story.cause) for story in found.aside[:_MOST_ASIDE]),
            unchecked=tuple(self._unchecked()),
            next_step=self._next(),
            runbook=f"Runbook: {found.runbook.title} ({found.runbook.id})." if found.runbook else "",
            escalate=f"If that does not help, escalate to @{found.escalate_to}." if found.runbook else "",
            opening=self._opening(),
        )

    def _headline(self) -> str:
        found = self._found
        match found.verdict:
            case "denied":
                return found.refusal
            case "unknown":
                return self._unknown()
            case "healthy":
                return self._healthy()
        return self._checked(_sentence(_symptom(found)), _symptom(found))

    def _healthy(self) -> str:
        found = self._found
        well = self._well()
        if len(well) == 1:
            return self._plainly(f"{self._measured(well[0])}.", "All is well.")
        if not found.selection.topics and not found.selection.connections:
            systems = dict.fromkeys(result.connection for result in well if result.connection)
            return f"Nothing wrong was found in {', '.join(systems)}."
        found_none = "I find nothing wrong with that. " if complains(found.question) else ""
        said = " ".join(f"{result.summary.rstrip('.')}." for result in well[:_MOST_SAID])
        return found_none + self._plainly(said, "All is well.")

    def _opening(self) -> Opening:
        found = self._found
        word = opening(found.question, found.verdict)
        beside = word == "No" and bool(found.stories) and _symptom(found).condition in _BESIDE
        return "Not quite" if beside else word

    def _well(self) -> list[Result]:
        """What was asked about and is well, the likeliest answer first; of everything, each system's in turn."""
        asked = _asked(self._found)
        well = [each for each in asked if each.status == "ok" and not _wrong(each)]
        if not self._found.selection.topics:
            return _in_turns(well)
        nothing = [each for each in asked if each.status == "no_data" and _closeness(each, self._found) > 1]
        return sorted([*well, *nothing], key=lambda each: -_closeness(each, self._found))

    def _unknown(self) -> str:
        found = self._found
        if not found.selection.asked and found.selection.missing:
            topic = found.selection.missing[0]
            there = f" Connected are {', '.join(found.connected)}." if found.connected else ""
            return f"I cannot tell about {topic.title}: nothing is connected for it. It needs {topic.needs}.{there}"
        if not found.selection.calls:
            return "I cannot tell: nothing is connected that I could ask. Add [[connections]] to deskhand.toml."
        why = next((result.summary for result in _asked(found) if result.status in ("no_data", "error")), "")
        return self._plainly(f"I cannot tell: {why}" if why else "I cannot tell.", "I cannot tell.")

    def _cause(self) -> str:
        """Why, for the first story; then what else is wrong. Empty where the symptom is all there is."""
        found = self._found
        if not found.stories:
            return ""
        first, *others = found.stories
        said: list[str] = []
        if first.cause != _symptom(found):
            words = self._checked(_sentence(first.cause), first.cause)
            said.append(f"{'Cause' if first.shown else 'Likely cause'}: {words}")
        more = [self._checked(_sentence(story.cause), story.cause).rstrip(".") for story in others]
        if more:
            rest = "; and more, in the details" if len(more) > _MOST_OTHERS else ""
            said.append(f"Also wrong, on its own: {'; '.join(more[:_MOST_OTHERS])}{rest}.")
        return " ".join(said)

    def _evidence(self) -> list[str]:
        """What was found; then what was asked about and is well."""
        found = self._found
        well = self._well()
        if not found.stories:
            alone = len(well) == 1 and found.verdict == "healthy"  # the headline says it
            return (
                []
                if alone
                else [self._plainly(self._measured(result), result.tool) for result in well][:_MOST_EVIDENCE]
            )
        findings = _few_alike([finding for story in found.stories for finding in story.findings])
        lines = [self._checked(self._line(finding), finding) for finding in findings[:_MOST_EVIDENCE]]
        measured = [self._plainly(self._measured(result), result.tool) for result in well]
        return lines + (measured[:_MOST_WELL] if found.selection.topics else [])

    def _line(self, finding: Finding) -> str:
        result = _result_of(self._found, finding)
        where = _where(result, self._found.at) if result is not None else finding.connection
        return f"{finding.summary.rstrip('.')} ({where})"

    def _measured(self, result: Result) -> str:
        return f"{result.summary.rstrip('.')} ({_where(result, self._found.at)})"

    def _unchecked(self) -> list[str]:
        shown = {finding.summary.rstrip(".") for story in self._stories() for finding in story.findings}
        missing = (
            {topic.title for topic in self._found.selection.missing} if not self._found.selection.asked else set()
        )
        left = [each for each in self._found.unchecked if each.why not in shown and each.what not in missing]
        said = [self._plainly(_reason(each), each.what) for each in left]
        kept = said[:_MOST_UNCHECKED]
        return [*kept, "and others, in the details"] if len(said) > len(kept) else kept

    def _stories(self) -> tuple[Story, ...]:
        return (*self._found.stories, *self._found.aside)

    def _next(self) -> str:
        step = self._found.next_step
        return f"Next: {step.title}." if step is not None else ""

    def _checked(self, text: str, finding: Finding) -> str:
        """The text; where the checker objects, what is wrong in plain words."""
        plain = f"{finding.condition.replace('_', ' ')} ({finding.connection})"
        return self._plainly(text, plain[0].upper() + plain[1:])

    def _plainly(self, text: str, otherwise: str) -> str:
        return otherwise if objections(text, self._facts) else text


def _few_alike(findings: Sequence[Finding]) -> list[Finding]:
    """A condition of one system is shown twice at most; the rest is in the details."""
    kept: list[Finding] = []
    for finding in findings:
        alike = [one for one in kept if (one.condition, one.connection) == (finding.condition, finding.connection)]
        if len(alike) < _MOST_ALIKE:
            kept.append(finding)
    return kept


def _symptom(found: Diagnosis) -> Finding:
    """What the asker sees: of the first story, the finding that was asked about and that nothing else follows from."""
    story = found.stories[0]
    asked = {(call.tool, call.connection) for call in found.selection.asked}
    shown = [
        finding
        for result in found.results
        if (result.tool, result.connection) in asked
        for finding in result.findings
    ]
    effects = [finding for finding in reversed(story.findings) if finding in shown]
    return effects[0] if effects else story.cause


def _wrong(result: Result) -> bool:
    return any(finding.severity != "info" for finding in result.findings)


def _in_turns(results: Sequence[Result]) -> list[Result]:
    """The first of each system, then the second of each."""
    seen = Counter[str]()
    turns: list[tuple[int, Result]] = []
    for each in results:
        seen[each.connection] += 1
        turns.append((seen[each.connection], each))
    return [each for _, each in sorted(turns, key=lambda pair: pair[0])]


def _closeness(result: Result, found: Diagnosis) -> int:
    """How many words of the question the tool's name and its answer have; the health of a system says most of it."""
    asked = _stems(found.question)
    named = len(asked & _stems(result.tool.replace("_", " ")))
    return named * 2 + len(asked & _stems(result.summary)) + result.tool.endswith("health")


def _stems(text: str) -> set[str]:
    return {word[:6].rstrip("s") for word in re.findall(r"[a-z]{3,}", text.lower()) if word not in _COMMON}


def _asked(found: Diagnosis) -> list[Result]:
    asked = {(call.tool, call.connection) for call in found.selection.asked}
    return [result for result in found.results if (result.tool, result.connection) in asked]


def _result_of(found: Diagnosis, finding: Finding) -> Result | None:
    return next((result for result in found.results if finding in result.findings), None)


def _where(result: Result, otherwise: datetime) -> str:
    time = result.evidence[-1].time if result.evidence else otherwise
    place = f"{result.tool} on {result.connection}" if result.connection else result.tool
    return f"{place}, {clock(time)}"


def clock(moment: datetime) -> str:
    """When something was measured: "03:12:07 UTC"."""
    return moment.astimezone(UTC).strftime("%H:%M:%S UTC")


def _reason(each: Unchecked) -> str:
    return f"{each.what} ({each.why})"


def _sentence(finding: Finding) -> str:
    """Its summary as a sentence, with the system it is about."""
    said = finding.summary.strip().rstrip(".")
    names = [name.lower() for name in (finding.connection, finding.subject) if name]
    if not any(name in said.lower() for name in names):
        return f"{finding.connection}: {said}."
    starts_with_its_name = said.lower().startswith(finding.connection.lower())
    return (said if starts_with_its_name else said[:1].upper() + said[1:]) + "."


def _detail(result: Result, at: datetime) -> str:
    lines = [f"{_where(result, at)}: {result.summary}"]
    lines += [f"  {fact.label}: {value_text(fact)}" for fact in result.facts[:_MOST_DETAILS]]
    lines += [
        f"  {claim.by} says of {claim.about}: {claim.says}"
        + (
            f" (said {clock(claim.said_at)} on {claim.said_at.date().isoformat()})"
            if claim.said_at
            else " (it does not say when)"
        )
        for claim in result.claims
    ]
    lines += [f"  {line}" for line in result.lines[:_MOST_DETAILS]]
    lines += [f"  asked: {query}" for query in dict.fromkeys(each.query for each in result.evidence)][:_MOST_DETAILS]
    return "\n".join(lines)
