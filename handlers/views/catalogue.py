"""The catalogue as messages: shelves with a menu, an entry with its parameters, the templates with examples to press."""

import json
from collections.abc import Sequence

from bot.protocols import Block, Json
from handlers.views.text import button, context, escape, section
from tools.strategies.catalogue.answers import Answer, Everything, Several, Shelf, TemplateList, example, examples
from tools.strategies.catalogue.finding import TEMPLATE
from tools.strategies.catalogue.model import Item
from tools.strategies.catalogue.wording import (
    also_called,
    default_of,
    facts_of,
    id_of,
    name_of,
    one_line,
    range_of,
    short,
)
from tools.strategies.templates import Template

ACTION = "draft.catalogue"
_MOST_OPTIONS = 100

Shown = tuple[str, tuple[Block, ...], bool]
"""Text, blocks, and whether it is a question."""


def shown(answer: Answer) -> Shown:
    """An answer about the catalogue as a message."""
    match answer:
        case Everything():
            return _everything(answer)
        case Shelf():
            return _shelf(answer)
        case TemplateList():
            return _templates(answer.templates)
        case Several():
            return _several(answer)
        case Item():
            return _item(answer)
        case Template():
            return _template(answer)


def _everything(answer: Everything) -> Shown:
    made = answer.catalogue
    lead = "I have nothing of that name. " if answer.missed else ""
    lead += f"{len(made.items)} things a strategy can read, on {len(made.groups)} shelves, and {len(answer.templates)} templates."
    lines = [f"• *{group.name}* ({len(made.of_group(group.id))}): {group.description}" for group in made.groups]
    menu = _menu("Look at a shelf", [(f"shelf/{group.id}", group.name) for group in made.groups])
    names = ", ".join(escape(template.title) for template in answer.templates)
    hint = (
        "Ask for example: _what do you have for volatility?_, _what is the supertrend?_, _which templates are there?_"
    )
    blocks = (section(lead), section("\n".join(lines)), section(f"*Templates*: {names}"), menu, context(hint))
    return f"{lead} Shelves: {', '.join(group.name for group in made.groups)}.", blocks, answer.missed


def _shelf(answer: Shelf) -> Shown:
    group, items = answer.group, answer.items
    lead = f"*{group.name}* ({group.description}): {len(items)} to choose from."
    lines = _patterns(items) if group.id == "pattern" else [f"• {one_line(item)}" for item in items]
    menu = _menu("Tell me more about", [(item.id, item.name) for item in items])
    blocks = [section(lead), *(section("\n".join(part)) for part in _parts(lines)), menu, *_presses(examples(items))]
    return f"{group.name}: {', '.join(item.name for item in items)}.", tuple(blocks), False


def _patterns(items: Sequence[Item]) -> list[str]:
    """Sixty shapes by what they speak for, names alone: the menu tells more."""
    titles = {"bullish": "Bullish", "bearish": "Bearish", "both": "Either way", "neutral": "Indecision"}
    return [
        f"*{title}*: {', '.join(item.name for item in items if item.bias == bias)}" for bias, title in titles.items()
    ]


def _templates(templates: Sequence[Template]) -> Shown:
    lines = [f"• *{escape(one.title)}*: {escape(one.description)}" for one in templates]
    menu = _menu("Parameters and examples of", [(TEMPLATE + one.name, one.title) for one in templates])
    tried = [one.examples[0] for one in templates if one.examples][:3]
    lead = f"There are {len(templates)} templates; anything else can be written as rules."
    blocks = (section(lead), *(section("\n".join(part)) for part in _parts(lines)), menu, *_presses(tried))
    return f"{lead} {', '.join(one.title for one in templates)}.", blocks, False


def _several(answer: Several) -> Shown:
    question = "Which of these do you mean?"
    lines = [f"• {one_line(found)}" for found in answer.found]
    buttons = [
        {**button(f"{ACTION}.{place}", short(name_of(found)), json.dumps({"show": id_of(found)}))}
        for place, found in enumerate(answer.found)
    ]
    names = ", ".join(name_of(found) for found in answer.found)
    return (
        f"{question} {names}.",
        (section(question), section("\n".join(lines)), {"type": "actions", "elements": buttons}),
        True,
    )


def _item(item: Item) -> Shown:
    blocks: list[Block] = [section(f"*{item.name}* (`{item.id}`)\n{item.description}.")]
    if item.parameters:
        lines = [f"• {one.description} (`{one.name}`): {default_of(one)}; {range_of(one)}" for one in item.parameters]
        blocks.append(section("*Parameters*: default; range\n" + "\n".join(lines)))
    facts = facts_of(item)
    if facts:
        blocks.append(section("\n".join(f"• {fact}" for fact in facts)))
    if item.aliases:
        blocks.append(context(f"Also called {also_called(item)}."))
    text = example(item)
    return f"{item.name}: {item.description}.", (*blocks, *_presses([text] if text else [])), False


def _template(template: Template) -> Shown:
    blocks: list[Block] = [section(f"*{escape(template.title)}* (`{template.name}`)\n{escape(template.description)}")]
    if template.parameters:
        lines = [
            f"• {escape(one.description)} (`{name}`): {one.default:g}; {one.minimum:g} to {one.maximum:g}"
            for name, one in template.parameters.items()
        ]
        blocks.append(section("*Parameters*: default; range\n" + "\n".join(lines)))
    rules = [f"• {escape(one.message[0].upper() + one.message[1:])}" for one in template.constraints]
    if rules:
        blocks.append(section("\n".join(rules)))
    called = ", ".join(escape(alias.phrase) for alias in template.aliases[:6])
    sides = "Long and short." if template.short else "Long only."
    blocks.append(context(f"{sides}{f' Also called {called}.' if called else ''}"))
    return f"{template.title}: {template.description}", (*blocks, *_presses(template.examples[:3])), False


def _menu(label: str, choices: Sequence[tuple[str, str]]) -> Block:
    options: list[Json] = [
        {"text": {"type": "plain_text", "text": short(name)}, "value": json.dumps({"show": id_})}
        for id_, name in choices[:_MOST_OPTIONS]
    ]
    menu: Block = {
        "type": "static_select",
        "action_id": f"{ACTION}.menu",
        "placeholder": {"type": "plain_text", "text": label},
        "options": options,
    }
    return {"type": "actions", "elements": [menu]}


def _presses(texts: Sequence[str]) -> tuple[Block, ...]:
    """A button for each example, under the words it stands for."""
    if not texts:
        return ()
    lines = "\n".join(f"{place}. _{escape(text)}_" for place, text in enumerate(texts, 1))
    buttons = [
        button(f"{ACTION}.try{place}", f"Try {place}" if len(texts) > 1 else "Try it", json.dumps({"draft": text}))
        for place, text in enumerate(texts, 1)
    ]
    return (section(f"*Try it*\n{lines}"), {"type": "actions", "elements": buttons})


def _parts(lines: Sequence[str], most: int = 2800) -> list[list[str]]:
    """Lines in parts that a section holds."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if sum(len(one) + 1 for one in parts[-1]) + len(line) > most:
            parts.append([])
        parts[-1].append(line)
    return parts
