"""`deskhand diagnose TEXT`: a question about the desk's systems, answered with tools."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.protocols import Json, Role
    from bot.settings import Settings
    from tools.diagnostics.causes import Story
    from tools.diagnostics.diagnosis import Diagnosis

_HERE = "local"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`TEXT`, `--roles`, `--config`, `--details`, `--json`."""
    parser.add_argument("text", metavar="TEXT", help="the question, in your own words")
    parser.add_argument("--roles", default="operator", metavar="A,B", help="ask as these roles (default operator)")
    parser.add_argument("--config", metavar="FILE", help="the settings file, in place of DESKHAND_CONFIG")
    parser.add_argument("--details", action="store_true", help="also what each tool gave back")
    parser.add_argument("--json", action="store_true", help='{"answer", "tools", "denied", "runbook", "escalate_to"}')


def run(arguments: argparse.Namespace) -> int:
    """0 where all that was asked about is well; 1 where something is wrong, refused, or cannot be told."""
    import asyncio
    import json

    from bot.logs import configure_logging
    from bot.settings import load_settings
    from tools.diagnostics.telling import details, tell

    configure_logging("error")
    roles = _roles(arguments.roles)
    found = asyncio.run(_diagnose(arguments.text, roles, load_settings(arguments.config or "")))
    if arguments.json:
        sys.stdout.write(json.dumps(as_json(found)) + "\n")
    else:
        shown = [tell(found).text, *(details(found) if arguments.details else [])]
        sys.stdout.write("\n\n".join(shown) + "\n")
    return 0 if found.verdict == "healthy" else 1


def as_json(found: "Diagnosis") -> "dict[str, Json]":
    """The documented keys first; then the verdict and what it rests on."""
    from tools.diagnostics.telling import tell

    told = tell(found)
    return {
        "answer": told.text,
        "tools": [
            {"name": each.tool, "status": each.status, "connection": each.connection} for each in found.results
        ],
        "denied": list(found.denied),
        "runbook": found.runbook.id if found.runbook else None,
        "escalate_to": found.escalate_to or None,
        "verdict": found.verdict,
        "causes": _causes(found.stories),
        "elsewhere": _causes(found.aside),
        "evidence": list(told.evidence),
        "unchecked": [{"what": each.what, "why": each.why} for each in found.unchecked],
        "next_step": told.next_step or None,
    }


def _causes(stories: "Sequence[Story]") -> "list[Json]":
    return [
        {"condition": story.cause.condition, "connection": story.cause.connection, "summary": story.cause.summary}
        for story in stories
    ]


def _roles(given: str) -> "frozenset[Role]":
    from bot.access.permissions import ROLES
    from tools.errors import BadInput

    named = [name.strip().lower() for name in given.split(",") if name.strip()]
    wrong = [name for name in named if name not in ROLES]
    if wrong or not named:
        raise BadInput(f"There is no role '{', '.join(wrong)}'; there are {', '.join(ROLES)}.")
    return frozenset(role for role in ROLES if role in named)


async def _diagnose(text: str, roles: "frozenset[Role]", settings: "Settings") -> "Diagnosis":
    from datetime import UTC, datetime

    from bot.access.permissions import StaticAccess
    from bot.core import open_core
    from bot.diagnostics import Asker, open_diagnostics
    from bot.routing.arguments import arguments_of
    from bot.routing.text import plain
    from tools.diagnostics.diagnosis import Question, given_by

    async def silent(_: str) -> None:
        return None

    words = plain(text)
    question = Question(words, given_by(arguments_of("diagnose", words, {}, datetime.now(UTC).date())))
    access = StaticAccess({_HERE: roles}, settings.roles.groups)
    async with open_core(settings) as core, open_diagnostics(core, core.audit) as diagnostics:
        asker = Asker(access, await access.person(_HERE))
        found = await diagnostics.diagnostician.diagnose(question, asker, silent)
        if diagnostics.agent is None:
            return found
        return await diagnostics.agent.elaborate(found, question, asker, silent)
