"""What services say of other systems, held against what was measured of those."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tools.diagnostics.conditions import NOT_ANSWERING, Condition
from tools.diagnostics.connections.payload import verdict_of
from tools.diagnostics.tool import Claim, Finding, Result

_NOT_WELL: Final[frozenset[Condition]] = NOT_ANSWERING | {"locked", "corrupt", "missing", "connections_exhausted"}
_KINDS: Final[Mapping[str, str]] = {"postgresql": "postgres", "pg": "postgres", "parquet": "duckdb"}


def contradictions(results: Sequence[Result], kinds: Mapping[str, str]) -> list[Finding]:
    """A finding for each claim that a system is well which was found not to answer. `kinds` is connection to kind."""
    failing: dict[str, Finding] = {}
    for result in results:
        for finding in result.findings:
            if finding.condition in _NOT_WELL and finding.severity == "critical":
                failing.setdefault(finding.connection, finding)
    found: dict[tuple[str, str], Finding] = {}
    for result in results:
        for claim in result.claims:
            name = _meant(claim, kinds)
            if name in failing and name != result.connection and verdict_of(claim.says) == "good":
                found.setdefault((result.connection, name), _finding(result.connection, claim, failing[name]))
    return list(found.values())


def _finding(service: str, claim: Claim, measured: Finding) -> Finding:
    part = claim.about.rpartition(".")[2]
    said = f"{service} says '{claim.says}' of {part}, but {measured.connection} was measured: {measured.summary}"
    return Finding("claim_contradicted", "warning", said, service, measured.connection)


def _meant(claim: Claim, kinds: Mapping[str, str]) -> str:
    """The connection a claim speaks of: by its name, or by its kind where there is one of that kind only."""
    words = re.split(r"[^a-z0-9]+", claim.about.lower())
    for name in kinds:
        if re.sub(r"[^a-z0-9]+", " ", name.lower()).strip() in " ".join(words):
            return name
    for word in words:
        of_kind = [name for name, kind in kinds.items() if kind == _KINDS.get(word, word)]
        if len(of_kind) == 1:
            return of_kind[0]
    return ""
