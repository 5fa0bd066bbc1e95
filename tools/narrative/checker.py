"""The independent checker of a final text.

It reads only the text and the facts and shares no code with the writer. Every number, date, direction, comparison,
superlative and cause must be accounted for by a fact; what cannot be is a finding. It serves texts of the writer, of a
model and of people alike, and every text a reader sees: message, title, alt text, fallback.
"""

from collections.abc import Sequence
from functools import lru_cache

from tools.narrative.checking import claims, wholes
from tools.narrative.checking.characters import examine
from tools.narrative.checking.finding import Finding
from tools.narrative.checking.index import Index, build
from tools.narrative.checking.scopes import Scopes
from tools.narrative.facts import Fact

__all__ = ["Finding", "check"]


def check(text: str, facts: Sequence[Fact], *, report: bool = False) -> tuple[Finding, ...]:
    """Everything in `text` that the facts do not bear out; empty when all is accounted for.

    A text that stands for a full report must also carry every caveat among the facts, in its words or in others that
    say it. `report` says that it does; without it, one of several paragraphs and 120 words, or one that recommends in
    60, is taken for one. A sentence in a thread needs no caveat.
    """
    index, scopes = _prepared(tuple(facts))
    plain, findings = examine(text)
    plain = wholes.without_addresses(plain)
    findings += wholes.check(plain, index, report=report)
    findings += claims.judge(plain, index, scopes)
    return tuple(dict.fromkeys(findings))


@lru_cache(maxsize=16)
def _prepared(facts: tuple[Fact, ...]) -> tuple[Index, Scopes]:
    index = build(facts)
    return index, Scopes(index)
