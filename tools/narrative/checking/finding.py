"""What the checker reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Words of the text that the facts do not bear out: the kind of error, the words, and why, for a reader."""

    kind: str
    span: str
    reason: str
