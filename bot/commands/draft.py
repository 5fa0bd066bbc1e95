"""`deskhand draft TEXT | --batch FILE [--json]`: a request in words to a strategy specification, tried on real prices."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.strategies.drafting import Draft, Drafter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A text, or a file with one text a line."""
    parser.add_argument("text", nargs="?", help="what a person wrote")
    parser.add_argument("--batch", metavar="FILE", help="a file with one text a line; writes one JSON object a line")
    parser.add_argument("--json", action="store_true", help="write JSON")


def run(arguments: argparse.Namespace) -> int:
    """0 drafted, 1 a question or a refusal (a batch is 0 once every line is answered). Raises `BadInput`."""
    from bot.desk.embedded import ensure_prices
    from bot.settings import load_settings
    from tools.errors import BadInput
    from tools.strategies.drafting import open_drafter

    if (arguments.text is None) == (arguments.batch is None):
        raise BadInput("give one text, or --batch with a file that has one text a line")
    texts = [arguments.text] if arguments.batch is None else _lines(arguments.batch)
    settings = load_settings()
    drafter = open_drafter(settings.home, ensure_prices(settings.home))
    drafts = (drafter.draft(text) for text in texts)
    if arguments.batch is not None:
        for draft in drafts:
            sys.stdout.write(json.dumps(draft.to_json(drafter.templates), ensure_ascii=False) + "\n")
        return 0
    return _one(next(drafts), drafter, as_json=arguments.json)


def _one(draft: "Draft", drafter: "Drafter", *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps(draft.to_json(drafter.templates), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(_text(draft, drafter))
    return 0 if draft.status == "ok" else 1


def _text(draft: "Draft", drafter: "Drafter") -> str:
    from tools.strategies.drafting import set_aside
    from tools.strategies.english import describe

    if draft.specification is None:
        return f"{draft.status}: {draft.explanation(drafter.templates)}\n"
    lines = [draft.specification.name, "", describe(draft.specification, drafter.templates)]
    lines += [f"Assumed: {assumed}." for assumed in draft.read.assumed]
    lines += [set_aside(draft.read.set_aside)] if draft.read.set_aside else []
    lines += [f"Note: {warning}" for warning in draft.warnings]
    lines += ["", json.dumps(draft.specification.to_json(), indent=2)]
    return "\n".join(lines) + "\n"


def _lines(path: str) -> list[str]:
    from pathlib import Path

    from bot.commands.route import lines_of

    return lines_of(Path(path))
