"""A pydantic model's JSON schema in the form that strict structured output takes.

Strict means: every object closed and all its properties required, no defaults, no `oneOf`, and only the keywords an
endpoint enforces. What is dropped here is not lost: the answer is validated with the pydantic model itself.
"""

from collections.abc import Mapping

from pydantic import BaseModel

from bot.protocols import Json

_DROPPED = frozenset({"default", "title", "examples", "discriminator", "minLength", "maxLength", "uniqueItems"})


def strict_schema(model: type[BaseModel]) -> dict[str, Json]:
    """The strict schema. Raises `TypeError` for a model with open dictionaries, which strict output cannot have."""
    return _object(_strict(model.model_json_schema()))


def _strict(node: Json) -> Json:
    if isinstance(node, str) or node is None or not isinstance(node, Mapping | list):
        return node
    if isinstance(node, list):
        return [_strict(each) for each in node]
    return _strict_mapping(node)


def _strict_mapping(node: Mapping[str, Json]) -> dict[str, Json]:
    kept: dict[str, Json] = {}
    for key, value in node.items():
        if key in ("properties", "$defs"):
            kept[key] = {name: _strict(each) for name, each in _object(value).items()}
        elif key not in _DROPPED:
            kept["anyOf" if key == "oneOf" else key] = _strict(value)
    if "const" in kept:
        kept["enum"] = [kept.pop("const")]
    if "$ref" in kept:
        return {"$ref": kept["$ref"]}
    if kept.get("type") == "object":
        _close(kept)
    return kept


def _close(node: dict[str, Json]) -> None:
    if node.get("additionalProperties", False) is not False or "properties" not in node:
        raise TypeError("strict output has no open dictionaries: give every property a name")
    node["additionalProperties"] = False
    node["required"] = list(_object(node["properties"]))


def _object(node: Json) -> dict[str, Json]:
    if not isinstance(node, Mapping):
        raise TypeError("a JSON schema is an object")
    return dict(node)
