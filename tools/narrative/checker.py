"""The independent checker of a final text: it reads only the text and the facts, and shares no code with the writer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.narrative.facts import Fact


@dataclass(frozen=True, slots=True)
class Finding:
    """Words of the text that the facts do not bear out."""

    kind: str
    span: str
    reason: str


def check(text: str, facts: Sequence[Fact]) -> tuple[Finding, ...]:
    """Everything in `text` that cannot be accounted for; empty when all can."""
    return tuple(
        Finding("sentinel", match.group(0), "An undefined figure must not be shown.")
        for match in re.finditer(r"\b(?:nan|inf|infinity)\b", text, re.IGNORECASE)
    )
