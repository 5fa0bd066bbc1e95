"""`deskhand prompts lint | list`."""

import argparse
import json
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`lint` or `list`, and `--json`."""
    parser.add_argument("action", choices=["lint", "list"])
    parser.add_argument("--json", action="store_true", help="write JSON")


def run(arguments: argparse.Namespace) -> int:
    """Lint: 0 when nothing is found, 1 otherwise. List: every version with its status."""
    from bot import prompting

    if arguments.action == "lint":
        findings = prompting.lint()
        if arguments.json:
            sys.stdout.write(json.dumps({"ok": not findings, "findings": findings}) + "\n")
        else:
            sys.stdout.write(
                "".join(f"{finding}\n" for finding in findings) or "prompts: nothing to complain about\n"
            )
        return 1 if findings else 0
    rows = [
        {
            "id": prompt.head.id,
            "version": prompt.head.version,
            "status": prompt.head.status,
            "risk": prompt.head.risk,
            "owner": prompt.head.owner,
            "sha256": prompt.sha256,
        }
        for prompt in prompting.load()
    ]
    if arguments.json:
        sys.stdout.write(json.dumps(rows) + "\n")
    else:
        for row in rows:
            sys.stdout.write(f"{row['id']} v{row['version']}  {row['status']}  risk {row['risk']}  {row['owner']}\n")
    return 0
