"""Holds a diagnosis' words to what its tools gave back, with the checker of narratives.

Figures, dates and times must be a tool's facts, or stand in a sentence of a tool that is quoted whole. What rules have
related may be quoted as well; no other cause is let through.
"""

from collections.abc import Iterable, Iterator, Sequence

from tools.diagnostics.diagnosis import Diagnosis
from tools.diagnostics.tool import Result
from tools.narrative.checker import Finding, check
from tools.narrative.facts import Fact


def bound(found: Diagnosis) -> tuple[Fact, ...]:
    """Everything that a text about this diagnosis may say."""
    return (*facts_of(found.results), *_quotable("asked", [found.question, found.at.strftime("%H:%M:%S UTC")]))


def facts_of(results: Sequence[Result]) -> tuple[Fact, ...]:
    """The facts of results, and their sentences as texts that may be quoted."""
    facts = {fact.id: fact for result in results for fact in result.facts}
    return (*facts.values(), *_quotable("said", _said(results)))


def objections(text: str, facts: Sequence[Fact]) -> tuple[Finding, ...]:
    """What in the text the tools do not bear out; empty when all is accounted for."""
    return check(text, facts)


def _said(results: Iterable[Result]) -> Iterator[str]:
    for result in results:
        yield result.summary
        yield from (finding.summary for finding in result.findings)
        yield from (claim.says for claim in result.claims)
        yield from result.lines
        yield result.connection
        for evidence in result.evidence:
            yield evidence.query
            yield evidence.time.strftime("%H:%M:%S UTC")


def _quotable(prefix: str, texts: Iterable[str]) -> list[Fact]:
    distinct = dict.fromkeys(" ".join(text.split()).rstrip(".") for text in texts)
    return [
        Fact(f"{prefix}.{number}", "what a tool said", text, "text") for number, text in enumerate(distinct) if text
    ]
