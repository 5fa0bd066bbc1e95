"""`deskhand runbooks lint | list | show NAME`."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tools.diagnostics.runbooks import Runbook


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`lint`, `list` or `show NAME`, and `--json`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    lint = actions.add_parser("lint", help="unknown tools, missing owners and sections, dead links")
    listed = actions.add_parser("list", help="every runbook with its owner")
    show = actions.add_parser("show", help="one runbook, to read where Slack is not there")
    show.add_argument("name", metavar="NAME")
    for action in (lint, listed, show):
        action.add_argument("--json", action="store_true", help="write JSON")


def run(arguments: argparse.Namespace) -> int:
    """Lint: 0 when nothing is found, 1 otherwise. List: every runbook of ours and of the desk's own folder."""
    from tools.diagnostics import runbooks

    folders = _folders()
    if arguments.action == "lint":
        from tools.diagnostics.registry import known_tools

        return _tell(runbooks.lint(folders, known_tools()), as_json=arguments.json)
    found = runbooks.load(folders)
    if arguments.action == "show":
        _show(found.get(arguments.name), as_json=arguments.json)
    else:
        _list(found.all(), as_json=arguments.json)
    return 0


def _folders() -> "list[Path]":
    from bot.settings import load_settings
    from tools.diagnostics.runbooks import FOLDER

    return [FOLDER, load_settings().home / "runbooks"]


def _tell(findings: list[str], *, as_json: bool) -> int:
    import json

    if as_json:
        sys.stdout.write(json.dumps({"ok": not findings, "findings": findings}) + "\n")
    else:
        sys.stdout.write("".join(f"{finding}\n" for finding in findings) or "runbooks: nothing to complain about\n")
    return 1 if findings else 0


def _list(runbooks: "tuple[Runbook, ...]", *, as_json: bool) -> None:
    import json

    if as_json:
        rows = [
            {"id": one.id, "title": one.title, "owner": one.owner, "escalate_to": one.escalate_to} for one in runbooks
        ]
        sys.stdout.write(json.dumps(rows) + "\n")
        return
    for one in runbooks:
        sys.stdout.write(f"{one.id:<26} {one.title}  ({one.owner}; escalates to {one.escalate_to})\n")


def _show(runbook: "Runbook", *, as_json: bool) -> None:
    import json

    if as_json:
        steps = [
            {"number": step.number, "title": step.title, "text": step.text, "tool": step.tool}
            for step in runbook.steps
        ]
        shown = {"id": runbook.id, "title": runbook.title, "sections": dict(runbook.sections), "steps": steps}
        sys.stdout.write(json.dumps(shown) + "\n")
        return
    sections = "\n\n".join(f"{heading}\n{text}" for heading, text in runbook.sections.items())
    sys.stdout.write(f"{runbook.title}\nowner {runbook.owner}, escalates to {runbook.escalate_to}\n\n{sections}\n")
