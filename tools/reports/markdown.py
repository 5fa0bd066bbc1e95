"""A report as Markdown: what the text says, with headings and the verdict in bold."""

import re
from itertools import pairwise

from tools.narrative.report import Report

HELD_BACK = "The text of this report is held back: the check could not trace all of it to the run's figures."
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(report: Report) -> str:
    """Title, sections, and the line that says where it is from; no text that failed its check."""
    if not report.checks.ok:
        return f"# {_escape(report.title)}\n\n{HELD_BACK}\n\n---\n\n{_escape(colophon(report))}\n"
    sections = [f"## {_escape(section.title)}\n\n{_paragraphs(section.text)}" for section in report.sections]
    return "\n\n".join([f"# {_escape(report.title)}", *sections, f"---\n\n{_escape(colophon(report))}"]) + "\n"


def colophon(report: Report) -> str:
    """Who wrote it, whether it passed its check, and the hash that names this text and these facts."""
    written = "by rules" if report.writer == "rules" else f"by {report.writer}"
    passed = "every figure checked against its fact" if report.checks.ok else "the check was not passed"
    return f"Written {written}; {len(report.facts)} facts, {passed}. Content {report.content_hash}."


def _paragraphs(text: str) -> str:
    """One blank line between paragraphs; lines of a list stay together."""
    lines = [f"- {_escape(line[2:])}" if line.startswith("- ") else _escape(line) for line in text.split("\n")]
    joined = lines[0]
    for before, line in pairwise(lines):
        joined += ("\n" if before.startswith("- ") and line.startswith("- ") else "\n\n") + line
    return joined


def _escape(text: str) -> str:
    """Names and texts of others are data: no markup of theirs is read."""
    return _MARKUP.sub(r"\\\1", text)
