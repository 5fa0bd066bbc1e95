"""The platform's strategy templates as templates of the desk: ours of that type, with their defaults and names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from pydantic import JsonValue

from tools.errors import BadInput
from tools.platform.client import Json, PlatformClient
from tools.strategies.templates import Template, Templates

PREFIX = "platform_"
"""Before the names of files and templates that came from the platform; an import replaces all of them."""
_SAYS_NOTHING = frozenset({"config_type", "lookback_period", "allocation"})


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import came to: templates by name, and a sentence for each template or setting that was left out."""

    templates: tuple[Template, ...] = ()
    left_out: tuple[str, ...] = ()


async def platform_templates(client: PlatformClient, ours: Templates) -> Taken:
    """Ask the platform. Raises what the client raises where it does not answer; an odd template is left out, with why."""
    answer = await client.get(client.config.paths.templates)
    listed = answer.get("templates", answer.get("data")) if isinstance(answer, Mapping) else answer
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise BadInput(f"{client.config.paths.templates} of the platform answered no list of templates.")
    taken = Taken()
    for one in listed:
        taken = _with(taken, one if isinstance(one, Mapping) else {}, ours)
    return taken


def keep(taken: Taken, folder: Path) -> list[Path]:
    """Write them as the desk's own files in place of those of the last import; the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{PREFIX}*.yaml"):
        old.unlink()
    paths = [folder / f"{template.name}.yaml" for template in taken.templates]
    for path, template in zip(paths, taken.templates, strict=True):
        data = template.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return paths


def _with(taken: Taken, said: Mapping[str, Json], ours: Templates) -> Taken:
    title, kind = str(said.get("name") or "").strip(), str(said.get("strategy_type") or "")
    base = next((one for one in ours.by_name.values() if one.platform and one.platform.strategy_type == kind), None)
    if not title or base is None or base.platform is None:
        return replace(
            taken,
            left_out=(
                *taken.left_out,
                f"{title or 'A template without a name'}: type {kind or 'unknown'} is none of ours.",
            ),
        )
    given = said.get("default_config")
    config = given if isinstance(given, Mapping) else {}
    mapped = {
        base.platform.config[name].param: value
        for name, value in config.items()
        if name in base.platform.config and isinstance(value, int | float) and not isinstance(value, bool)
    }
    wrong = base.wrong_parameters(mapped)
    if wrong:
        return replace(taken, left_out=(*taken.left_out, f"{title}: {wrong[0]}."))
    unused = [
        name
        for name, value in config.items()
        if name not in base.platform.config and name not in _SAYS_NOTHING and value
    ]
    notes = (
        (f"{title}: {', '.join(unused)} is not part of a template here; say it in the request.",) if unused else ()
    )
    made = _template(base, title, str(said.get("description") or ""), mapped, {one.name for one in taken.templates})
    return Taken((*taken.templates, made), (*taken.left_out, *notes))


def _template(
    base: Template, title: str, description: str, defaults: Mapping[str, int | float], names: set[str]
) -> Template:
    data: dict[str, JsonValue] = base.model_dump(mode="json", exclude_none=True)
    parameters = {
        name: {**one.model_dump(mode="json"), "default": defaults.get(name, one.default)}
        for name, one in base.parameters.items()
    }
    return Template.model_validate(
        {
            **data,
            "name": _name(title, names),
            "title": title[:80],
            "description": description.strip()[:300] or base.description,
            "parameters": parameters,
            "aliases": [{"phrase": title.lower()[:80]}],
            "examples": [f"{title.lower()[:80]} on SPY"],
        },
        strict=False,
    )


def _name(title: str, taken: set[str]) -> str:
    slug = PREFIX + (re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_") or "template")
    name, number = slug[:36], 2
    while name in taken:
        name, number = f"{slug[:33]}_{number}", number + 1
    return name
