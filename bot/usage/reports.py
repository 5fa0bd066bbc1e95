"""Counts and keeps what is written: each report with its writer, prompt version and findings, each draft refused."""

import re
from collections.abc import Sequence

from bot import metrics
from bot.audit.log import ChainedAudit
from bot.caller import caller
from bot.protocols import AuditEntry
from tools.narrative.report import Report

_PROMPT_VERSION = re.compile(r"\b[a-z][a-z0-9-]*\.v[1-9][0-9]*\b")


class AuditedReports:
    """Implements `tools.narrative.service.ReportWatch`."""

    def __init__(self, audit: ChainedAudit) -> None:
        self._audit = audit

    async def drafted(self, writer: str, findings: Sequence[str]) -> None:
        """The guardrail `facts` of a narrative: the model's draft against the facts of the run."""
        outcome = "blocked" if findings else "passed"
        metrics.guardrails.labels("facts", outcome).inc()
        who = caller()
        await self._audit.write(
            AuditEntry(
                actor=who.person,
                action="fact_check",
                correlation_id=who.correlation_id,
                decision=outcome,
                arguments={"findings": list(findings)[:10]},
                model=writer.split(" ")[0],
                prompt_version=prompt_version_of(writer),
            )
        )

    async def written(self, report: Report, seconds: float) -> None:
        """Which version wrote which report, and whether every figure in it could be traced."""
        kinds = [finding.kind for finding in report.checks.findings]
        for kind in kinds:
            metrics.findings.labels(kind).inc()
        metrics.narrative_seconds.observe(seconds)
        who = caller()
        await self._audit.write(
            AuditEntry(
                actor=who.person,
                action="report",
                correlation_id=who.correlation_id,
                decision="checked" if report.checks.ok else "held_back",
                arguments={"backtest_id": report.backtest_id, "detail": report.detail, "findings": kinds},
                result_hash=report.content_hash,
                model=report.writer.split(" ")[0],
                prompt_version=prompt_version_of(report.writer),
                duration_ms=round(seconds * 1000, 1),
            )
        )


def prompt_version_of(writer: str) -> str:
    """`narrate.v2` of a writer's name; empty for rules."""
    found = _PROMPT_VERSION.search(writer)
    return found[0] if found else ""
