"""Finding what the catalogue and the templates have: entries for the index, and the shelf a question is about."""

from functools import lru_cache

from tools.search.index import Entry, Index
from tools.strategies.catalogue.model import Group, Item, catalogue
from tools.strategies.templates import Template, Templates

TEMPLATE = "template/"
"""Before the name of a template in the ids of entries: the index holds both."""


def entries(templates: Templates) -> tuple[Entry, ...]:
    """One entry for every item of the catalogue and every template."""
    made = catalogue()
    shelves = {group.id: group for group in made.groups}
    return (
        *(_of_item(item, shelves[item.group]) for item in made.items),
        *(_of_template(template) for template in templates.by_name.values()),
    )


def index(templates: Templates) -> Index:
    """The index over both."""
    return Index(entries(templates))


@lru_cache(maxsize=1)
def shelves() -> Index:
    """The index over the groups of the catalogue alone: what a question such as "anything for volatility?" is about."""
    return Index(tuple(Entry(group.id, group.name, group.description, group.aliases) for group in catalogue().groups))


def _of_item(item: Item, shelf: Group) -> Entry:
    several = item.outputs if len(item.outputs) > 1 else ()
    aliases = (*item.aliases, *(name for output in several for name in (output.title, *output.aliases)))
    text = " ".join((shelf.name, *item.thresholds, item.bias if item.bias not in ("", "neutral") else ""))
    return Entry(item.id, item.name, item.description, aliases, text)


def _of_template(template: Template) -> Entry:
    aliases = tuple(alias.phrase for alias in template.aliases)
    text = " ".join((template.category.replace("_", " "), "template strategy", *template.examples))
    return Entry(TEMPLATE + template.name, template.title, template.description, aliases, text)
