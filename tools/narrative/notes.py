"""What a reviewer's note asks of the writer by rules: more or less of it, a section first, a section left out.

A note is free text and stays with the redraft as it was written; what the rules made of it is said beside it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.narrative.draft import Detail, DraftSection

_DETAILS: tuple[tuple[Detail, str], ...] = (
    ("brief", r"\bbrief(?:er|ly)?\b|\bshort(?:er|en)?\b|\bconcise\b|\btoo (?:long|much)\b|\bsummary only\b|\btrim\b|\bless detail"),
    ("detailed", r"\bdetail(?:ed|s)?\b|\blonger\b|\bin full\b|\bfull report\b|\bin depth\b|\btoo (?:short|brief)\b|\beverything\b"),
    ("standard", r"\bstandard\b"),
)  # fmt: skip
_SECTIONS: tuple[tuple[str, str], ...] = (
    ("Against the benchmark", r"benchmark|buy[- ]and[- ]hold|relative"),
    ("Drawdowns", r"draw-?downs?|falls|losses|recover(?:y|ies)"),
    ("Trades and costs", r"trades?|trading|costs?|fees?|slippage|turnover"),
    ("Statistical evidence", r"statistic\w*|significan\w+|evidence|luck|overfit\w*"),
    ("Market regimes", r"regimes?|bull|bear"),
    ("Market crises", r"cris[ie]s|stress|2008|crash(?:es)?"),
    ("Calendar years", r"calendar years?|by year|yearly|annual (?:returns?|table)|each year"),
    ("Monthly returns", r"month(?:s|ly)?"),
    ("Returns", r"returns?"),
    ("Risk", r"risks?|volatility|var\b"),
    ("The engine's figures and ours", r"engine'?s?"),
    ("Definitions", r"definitions?|glossary|terms"),
    ("Data", r"data"),
)
_OUT = re.compile(r"\b(?:without|leave out|drop|remove|cut|omit|skip|no need for|take out|delete)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[.;,\n]|\bbut\b|\band (?=add|lead|show|start|put|drop|leave|remove|make)", re.IGNORECASE)
_MORE: frozenset[str] = frozenset({"Calendar years", "Monthly returns", "Data", "Definitions"})
"""Sections of the detailed report only."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was understood. `first` sections come right after the summary, `out` sections are left out."""

    detail: Detail | None = None
    first: tuple[str, ...] = ()
    out: tuple[str, ...] = ()

    @property
    def understood(self) -> bool:
        """Whether there is anything the rules can do."""
        return bool(self.detail or self.first or self.out)

    def level(self, before: Detail) -> Detail:
        """The detail to write in: as asked, or enough for the sections asked for."""
        if self.detail is not None:
            return self.detail
        if set(self.first) & _MORE:
            return "detailed"
        return "standard" if self.first and before == "brief" else before


def wishes_of(note: str) -> Wishes:
    """Read a note, clause by clause."""
    detail: Detail | None = None
    first: list[str] = []
    out: list[str] = []
    for clause in _CLAUSE.split(note):
        leaves_out = bool(_OUT.search(clause))
        named = _named(clause)
        (out if leaves_out else first).extend(name for name in named if name not in (*first, *out))
        if not leaves_out and detail is None and not named:
            detail = next((level for level, words in _DETAILS if re.search(words, clause, re.IGNORECASE)), None)
    return Wishes(detail, tuple(first), tuple(out))


def _named(clause: str) -> list[str]:
    """Sections that a clause names, in its order; "monthly returns" is one section and not two."""
    found: list[tuple[int, str]] = []
    left = clause
    for title, words in _SECTIONS:
        if match := re.search(rf"\b(?:{words})\b", left, re.IGNORECASE):
            found.append((match.start(), title))
            left = left[: match.start()] + " " * len(match[0]) + left[match.end() :]
            if title == "Monthly returns":
                left = re.sub(r"returns?", lambda m: " " * len(m[0]), left, flags=re.IGNORECASE)
    return [title for _, title in sorted(found)]


def arranged(sections: Sequence[DraftSection], wishes: Wishes) -> tuple[DraftSection, ...]:
    """The sections as wished; the summary stays where it is."""
    if not sections:
        return ()
    summary, *rest = sections
    kept = [section for section in rest if section.title not in wishes.out]
    rank = {title: place for place, title in enumerate(wishes.first)}
    ordered = sorted(kept, key=lambda section: rank.get(section.title, len(rank)))
    return (summary, *ordered)


def done(wishes: Wishes, before: Detail) -> str:
    """What the rules made of it, for people: "in full detail; Drawdowns first; without Market crises"."""
    level = wishes.level(before)
    parts = {"brief": ["in brief"], "standard": ["at standard length"], "detailed": ["in full detail"]}[level]
    parts = parts if level != before else []
    if wishes.first:
        parts.append(f"{', '.join(wishes.first)} first")
    if wishes.out:
        parts.append(f"without {', '.join(wishes.out)}")
    return "; ".join(parts)
