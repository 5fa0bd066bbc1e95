"""`deskhand factcheck REPORT.json | --batch FILE`: hold a report's text against its facts."""

import argparse
import json
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A report, or a file with one report a line."""
    parser.add_argument("report", nargs="?", metavar="REPORT.json", help="a report with text and facts")
    parser.add_argument("--batch", metavar="FILE", help="JSON lines, one report a line; one answer a line")
    parser.add_argument("--json", action="store_true", help="write JSON")


def run(arguments: argparse.Namespace) -> int:
    """0 where every text is borne out, 1 where one is not. Raises `BadInput` for what is not a report."""
    from tools.errors import BadInput

    if bool(arguments.report) == bool(arguments.batch):
        raise BadInput("Give a report, or --batch with a file of them.")
    if arguments.batch:
        return _batch(_read(arguments.batch))
    answer = _answer(_read(arguments.report))
    if arguments.json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(_words(answer))
    return 0 if answer["ok"] else 1


def _read(name: str) -> str:
    from tools.errors import BadInput

    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise BadInput(f"{name} cannot be read: {reason}.") from error


def _batch(content: str) -> int:
    from tools.errors import BadInput

    every = True
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            answer = _answer(line)
        except BadInput as problem:
            raise BadInput(f"Line {number}: {problem}") from problem
        every = every and bool(answer["ok"])
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return 0 if every else 1


def _answer(payload: str) -> dict[str, object]:
    from tools.narrative import checker
    from tools.narrative.report import parse_report

    report = parse_report(payload)
    findings = checker.check(report.text, report.plain_facts(), report=report.is_whole)
    return {
        "ok": not findings,
        "findings": [{"class": item.kind, "span": item.span, "reason": item.reason} for item in findings],
    }


def _words(answer: dict[str, object]) -> str:
    findings = answer["findings"]
    if not isinstance(findings, list) or not findings:
        return "Every figure, date, direction and cause is borne out by the facts.\n"
    return "".join(f"{item['class']}: {item['span']}: {item['reason']}\n" for item in findings)
