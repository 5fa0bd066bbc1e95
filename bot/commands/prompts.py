"""`deskhand prompts lint | list | diff | approve | rollback`."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.prompts.lifecycle import Step


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One subcommand each."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    for name, what in (
        ("lint", "check every prompt: form, policies, slots, secrets, and that approved texts are unchanged"),
        ("list", "every version with its status, and which one is in force"),
    ):
        action = actions.add_parser(name, help=what)
        action.add_argument("--json", action="store_true", help="write JSON")
    compare = actions.add_parser("diff", help="two versions of a prompt; by default the one in force and the newest")
    compare.add_argument("id", help="for example narrate")
    compare.add_argument("old", nargs="?", type=int, metavar="OLD")
    compare.add_argument("new", nargs="?", type=int, metavar="NEW")
    approve = actions.add_parser(
        "approve", help="approve a version; with the last approval needed it comes into force"
    )
    approve.add_argument("version", help="for example narrate.v2")
    rollback = actions.add_parser("rollback", help="put an earlier approved version in force")
    rollback.add_argument("id", help="for example narrate")
    rollback.add_argument("--to", type=int, metavar="VERSION", help="which one; the one before where not given")
    rollback.add_argument("--reason", default="", help="why, for the audit")
    for action in (approve, rollback):
        action.add_argument("--by", metavar="NAME", help="who decides; your login name where not given")


def run(arguments: argparse.Namespace) -> int:
    """Lint: 0 when nothing is found, 1 otherwise. The others: 0."""
    from bot.settings import load_settings

    folder = load_settings().prompts
    match arguments.action:
        case "lint":
            return _lint(folder, arguments.json)
        case "list":
            return _list(folder, arguments.json)
        case "diff":
            from bot.prompts.lifecycle import diff

            sys.stdout.write(diff(folder, arguments.id, arguments.old, arguments.new) or "no difference\n")
        case _:
            sys.stdout.write(f"{_decide(folder, arguments).said}\n")
    return 0


def _lint(folder: Path, as_json: bool) -> int:
    from bot.prompts.lint import lint

    findings = lint(folder)
    if as_json:
        sys.stdout.write(json.dumps({"ok": not findings, "findings": findings}) + "\n")
    else:
        sys.stdout.write("".join(f"{finding}\n" for finding in findings) or "prompts: nothing to complain about\n")
    return 1 if findings else 0


def _list(folder: Path, as_json: bool) -> int:
    from bot.prompts.book import load, read_lock

    lock = read_lock(folder)
    rows: list[dict[str, object]] = []
    for prompt in load(folder):
        head, locked = prompt.head, lock.versions.get(prompt.name)
        approvals = locked.approvals if locked is not None and locked.sha256 == prompt.sha256 else []
        in_force = lock.in_force.get(head.id) == head.version
        rows.append(
            {
                "id": head.id,
                "version": head.version,
                "status": head.status,
                "in_force": in_force,
                "risk": head.risk,
                "owner": head.owner,
                "policies": head.policies,
                "approvals": [approval.model_dump() for approval in approvals],
                "sha256": prompt.sha256,
            }
        )
        if not as_json:
            by = f"  approved by {', '.join(approval.who for approval in approvals)}" if approvals else ""
            running = "  in force" if in_force else ""
            sys.stdout.write(
                f"{head.id} v{head.version}  {head.status}  risk {head.risk}  {head.owner}{by}{running}\n"
            )
    if as_json:
        sys.stdout.write(json.dumps(rows) + "\n")
    return 0


def _decide(folder: Path, arguments: argparse.Namespace) -> "Step":
    """Change the files, then keep who did it. The audit is opened first: what cannot be recorded is not done."""
    import asyncio

    from bot.logs import configure_logging
    from tools.errors import Problem

    configure_logging("error")
    try:
        return asyncio.run(_decided(folder, arguments))
    except OSError as error:
        raise Problem(f"Cannot write to {folder}: {error.strerror}. Decide where the prompts are kept.") from None


async def _decided(folder: Path, arguments: argparse.Namespace) -> "Step":
    import asyncio
    import secrets

    from bot.audit.opened import open_audit
    from bot.prompts.lifecycle import approve, login_name, rollback
    from bot.settings import load_settings

    login = login_name()
    by = arguments.by or login
    async with open_audit(load_settings()) as audit:
        if arguments.action == "approve":
            step = await asyncio.to_thread(approve, folder, arguments.version, by, login)
        else:
            step = await asyncio.to_thread(
                rollback, folder, arguments.id, by, to=arguments.to, reason=arguments.reason, login=login
            )
        await audit.write(step.entry(secrets.token_hex(5)))
    return step
