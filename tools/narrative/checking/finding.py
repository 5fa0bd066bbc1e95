"""What the checker reports, and what it carries from sentence to sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Words of the text that the facts do not bear out: the kind of error, the words, and why, for a reader."""

    kind: str
    span: str
    reason: str


@dataclass(frozen=True, slots=True)
class Discourse:
    """What earlier sentences of a paragraph leave standing: whose figures, which and of when (as masks of facts)."""

    subject: str = ""
    metric: int = 0
    scope: int = 0
    heading: str = ""
    said: int = 0
    """Facts that the sentence before stated."""
