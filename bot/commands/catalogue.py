"""`deskhand catalogue [TEXT] [--json]`: what strategies can be made of, all of it or what a question is about."""

import argparse
import asyncio
import json
import sys
from typing import TYPE_CHECKING

from bot.protocols import Json

if TYPE_CHECKING:
    from bot.settings import Settings
    from tools.strategies.catalogue.answers import Answer
    from tools.strategies.catalogue.model import Item
    from tools.strategies.templates import Template


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A question, or nothing for the whole."""
    parser.add_argument("text", nargs="?", default="", help="what you look for, such as: anything for volatility")
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.add_argument(
        "--import-platform",
        action="store_true",
        help="keep the templates of the configured platform as templates of this desk",
    )


def run(arguments: argparse.Namespace) -> int:
    """0 where something was found, 1 where nothing is called so."""
    from bot.settings import load_settings
    from tools.strategies.catalogue.answers import Answers, Everything
    from tools.strategies.templates import of_desk

    settings = load_settings()
    if arguments.import_platform:
        return asyncio.run(_import(settings))
    answers = Answers.of(of_desk(settings.home))
    answer = asyncio.run(answers.answer(arguments.text))
    if arguments.json:
        sys.stdout.write(json.dumps(_as_json(answer), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(_as_text(answer))
    return 1 if isinstance(answer, Everything) and answer.missed else 0


async def _import(settings: "Settings") -> int:
    from tools.errors import BadInput
    from tools.platform.client import PlatformClient
    from tools.platform.templates import keep, platform_templates
    from tools.strategies.templates import builtin

    if settings.platform is None:
        raise BadInput("no platform is configured: write its url under [platform] in deskhand.toml")
    async with PlatformClient(settings.platform) as client:
        taken = await platform_templates(client, builtin())
    paths = keep(taken, settings.home / "strategies")
    for template, path in zip(taken.templates, paths, strict=True):
        sys.stdout.write(f"{template.title}: {path}\n")
    for sentence in taken.left_out:
        sys.stdout.write(f"left out: {sentence}\n")
    return 0 if paths else 1


def _found(answer: "Answer") -> tuple[str, list["Item | Template"]]:
    """What kind of answer it is, and the entries in it."""
    from tools.strategies.catalogue import answers

    match answer:
        case answers.Everything():
            return "nothing" if answer.missed else "everything", [*answer.catalogue.items, *answer.templates]
        case answers.Shelf():
            return "shelf", list(answer.items)
        case answers.TemplateList():
            return "templates", list(answer.templates)
        case answers.Several():
            return "several", list(answer.found)
    return "one", [answer]


def _as_json(answer: "Answer") -> dict[str, Json]:
    from tools.strategies.catalogue.wording import id_of

    kind, found = _found(answer)
    entries: list[Json] = [
        {"id": id_of(one), **one.model_dump(mode="json", exclude_defaults=True, exclude={"id"})} for one in found
    ]
    return {"answer": kind, "entries": [] if kind == "nothing" else entries}


def _as_text(answer: "Answer") -> str:
    from tools.strategies.catalogue.answers import example
    from tools.strategies.catalogue.model import Item
    from tools.strategies.catalogue.wording import also_called, default_of, facts_of, id_of, name_of, range_of

    kind, found = _found(answer)
    if kind == "nothing":
        return "Nothing is called that. `deskhand catalogue` lists everything.\n"
    if kind == "several":
        return "Which of these?\n" + "".join(f"  {id_of(one):28} {name_of(one)}\n" for one in found)
    if kind != "one":
        return "".join(f"{id_of(one):28} {name_of(one)}: {one.description}\n" for one in found)
    (one,) = found
    lines = [f"{name_of(one)} ({id_of(one)})", one.description]
    if isinstance(one, Item):
        lines += [f"  {p.name} = {default_of(p)}: {p.description} ({range_of(p)})" for p in one.parameters]
        lines += [f"  {fact.replace('`', '').replace('*', '')}" for fact in facts_of(one)]
        lines += [f"  Also called {also_called(one)}"] if one.aliases else []
        lines += [f"  For example: {example(one)}"] if example(one) else []
    else:
        lines += [
            f"  {n} = {p.default:g}: {p.description} ({p.minimum:g} to {p.maximum:g})"
            for n, p in one.parameters.items()
        ]
        lines += [f"  For example: {text}" for text in one.examples]
    return "\n".join(lines) + "\n"
