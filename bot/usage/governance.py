"""The governance report of a period: what ran, who decided, what was refused, and whether the record is whole.

Everything but the prompts in force is read from the audit, and each line names its audit row, so that a reader can go back
to it; the same lines make the Markdown and the CSV.
"""

import csv
import io
import json
import time
from calendar import timegm
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from bot.audit.log import ChainedAudit, Verdict
from bot.prompts.book import Lock
from bot.protocols import Json
from bot.storage.database import Database
from bot.storage.tables import audit
from tools.errors import BadInput

SECTIONS: Final[Mapping[str, str]] = {
    "prompts_in_force": "Prompt versions in force",
    "prompts_used": "Prompt versions that were used",
    "prompt_decisions": "Decisions on prompts",
    "submissions": "Submitted for a decision",
    "decisions": "Decisions",
    "refused": "Refused outputs of the model and held-back reports, by reason",
    "actions": "Action tools run",
    "role_changes": "Role changes",
    "digests": "Digests, by what became of them",
}
COLUMNS: Final = ("section", "row", "at", "who", "what", "subject", "result", "detail")
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `row` is the audit row it comes from; None for what is counted over several or read elsewhere."""

    section: str
    what: str
    subject: str = ""
    result: str = ""
    who: str = ""
    at: float | None = None
    row: int | None = None
    detail: str = ""

    def cells(self) -> tuple[str, ...]:
        """As in `COLUMNS`."""
        row = "" if self.row is None else str(self.row)
        return (self.section, row, _when(self.at), self.who, self.what, self.subject, self.result, self.detail)


@dataclass(frozen=True, slots=True)
class GovernanceReport:
    """Of the days `first` to `last` (UTC), both included."""

    first: str
    last: str
    lines: tuple[Line, ...]
    verdict: Verdict
    rows: int
    """Audit rows in the period."""


async def governance_report(
    database: Database, log: ChainedAudit, lock: Lock, first: str, last: str
) -> GovernanceReport:
    """Read the period and verify the whole chain. Raises `BadInput` for days that are none."""
    start, end = _moment(first, "--from"), _moment(last, "--to") + _DAY
    if end <= start:
        raise BadInput(f"--to {last} lies before --from {first}.")
    verdict = await log.verify()
    query = select(audit.c.seq, audit.c.at, audit.c.entry).where(audit.c.at >= start, audit.c.at < end)
    lines: list[Line] = list(_in_force(lock))
    counted: Counter[tuple[str, str]] = Counter()
    rows = 0
    async with database.snapshot() as connection, connection.stream(query.order_by(audit.c.seq)) as found:
        async for row in found:
            rows += 1
            try:
                entry = json.loads(row.entry)
            except ValueError:  # the verdict tells of it
                continue
            lines += _lines(row.seq, row.at, entry)
            counted.update(_counted(entry))
    lines += [Line(section, what, result=str(number)) for (section, what), number in sorted(counted.items())]
    order = list(SECTIONS)
    lines.sort(key=lambda line: order.index(line.section))
    return GovernanceReport(first, last, tuple(lines), verdict, rows)


def as_csv(report: GovernanceReport) -> str:
    """Every line, and the verdict as the last one."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_inert(cell) for cell in line.cells()] for line in report.lines)
    writer.writerow(
        [
            "audit",
            "",
            "",
            "",
            "verify",
            f"{report.verdict.rows} rows",
            _verdict(report.verdict),
            report.verdict.reason,
        ]
    )
    return out.getvalue()


def as_markdown(report: GovernanceReport) -> str:
    """A section each, those without a line saying so."""
    parts = [
        f"# Governance report, {report.first} to {report.last}",
        f"Days are UTC. {report.rows} audit rows lie in the period; numbers in the column Row are theirs.",
        "## Audit verification",
        _audit_words(report.verdict),
    ]
    for section, title in SECTIONS.items():
        lines = [line for line in report.lines if line.section == section]
        parts.append(f"## {title}")
        parts.append(_markdown_table(lines) if lines else "Nothing in this period.")
    return "\n\n".join(parts) + "\n"


def _in_force(lock: Lock) -> Iterator[Line]:
    """As the lock says now; what changed in the period stands under the decisions on prompts."""
    for prompt_id, version in sorted(lock.in_force.items()):
        name = f"{prompt_id}.v{version}"
        locked = lock.versions.get(name)
        approvals = ", ".join(f"{approval.who} on {approval.on}" for approval in locked.approvals) if locked else ""
        yield Line("prompts_in_force", prompt_id, name, "in force", approvals, detail=locked.sha256 if locked else "")


def _lines(row: int, at: float, entry: Mapping[str, Json]) -> Iterator[Line]:
    given = entry.get("arguments")
    arguments: Mapping[str, Json] = given if isinstance(given, Mapping) else {}
    who, decision = str(entry.get("actor", "")), str(entry.get("decision", ""))

    def line(section: str, what: str, subject: str, detail: str = "") -> Line:
        return Line(section, what, subject, decision, who, at, row, detail)

    match entry.get("action"):
        case "prompt":
            yield line(
                "prompt_decisions", decision, str(entry.get("prompt_version", "")), str(arguments.get("reason", ""))
            )
        case "decision":
            what = str(arguments.get("what", ""))
            subject = f"{arguments.get('kind', '')} {arguments.get('subject', '')} v{arguments.get('version', '')}"
            writer = arguments.get("writer")
            said = [f"written by {writer}"] if writer else []
            said += [str(arguments["note"])] if arguments.get("note") else []
            yield line("submissions" if what == "submit" else "decisions", what, subject, "; ".join(said))
        case "action" if arguments.get("phase") != "before":
            approved = arguments.get("approved_by")
            by = (
                ", ".join(map(str, approved))
                if isinstance(approved, Sequence) and not isinstance(approved, str)
                else ""
            )
            detail = f"approved by {by}" if by else ""
            yield line("actions", str(entry.get("tool", "")), str(arguments.get("connection", "")), detail)
        case "role_change":
            detail = f"added {_names(arguments.get('added'))}; removed {_names(arguments.get('removed'))}"
            yield line("role_changes", "members", str(arguments.get("group", "")), detail)


def _counted(entry: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """What is counted instead of listed: prompt versions used, refusals by reason."""
    said = entry.get("arguments")
    arguments: Mapping[str, Json] = said if isinstance(said, Mapping) else {}
    decision = str(entry.get("decision", ""))
    match entry.get("action"):
        case "model_call":
            yield "prompts_used", f"{entry.get('prompt_version') or 'no prompt version'} with {entry.get('model')}"
            stages = arguments.get("stages")
            blocked = [s for s, did in stages.items() if did == "blocked"] if isinstance(stages, Mapping) else []
            yield from (("refused", f"guardrail {stage}") for stage in blocked)
            if decision == "refused":
                yield "refused", "declined by the model or its endpoint"
        case "digest":
            yield "digests", f"{arguments.get('digest', '')}: {decision}"
        case "fact_check" if decision == "blocked":
            yield "refused", "narrative draft against the facts"
        case "report" if decision == "held_back":
            kinds = arguments.get("findings")
            for kind in kinds if isinstance(kinds, Sequence) and not isinstance(kinds, str) else ():
                yield "refused", f"report held back: {kind}"


def _names(value: Json) -> str:
    return ", ".join(map(str, value)) or "nobody" if isinstance(value, list) else "nobody"


def _markdown_table(lines: Sequence[Line]) -> str:
    """Only the columns that say anything."""
    titles = ("Row", "At", "Who", "What", "Subject", "Result", "Detail")
    cells = [line.cells()[1:] for line in lines]
    kept = [place for place in range(len(titles)) if any(row[place] for row in cells)]
    out = [
        [titles[place] for place in kept],
        ["---"] * len(kept),
        *([_flat(row[place]) for place in kept] for row in cells),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in out)


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _inert(cell: str) -> str:
    """A spreadsheet runs what begins like a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _audit_words(verdict: Verdict) -> str:
    if not verdict.ok:
        return f"**Broken at row {verdict.first_broken}**: {verdict.reason}. Rows before it are in order."
    witnessed = (
        f", the witness outside the database agrees up to row {verdict.witnessed}" if verdict.witnessed else ""
    )
    return f"{verdict.rows} rows, all as they were written{witnessed}."


def _verdict(verdict: Verdict) -> str:
    return "ok" if verdict.ok else f"broken at row {verdict.first_broken}"


def _when(at: float | None) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(at)) if at is not None else ""


def _moment(day: str, option: str) -> float:
    try:
        return float(timegm(time.strptime(day, "%Y-%m-%d")))
    except ValueError:
        raise BadInput(f"{option} takes a day such as 2026-11-01, not '{day[:40]}'.") from None
