"""Every pydantic model that is asked for becomes a schema that strict endpoints take."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from bot.model.schema import strict_schema


class Leaf(BaseModel):
    kind: Literal["leaf"] = "leaf"
    value: Annotated[str, Field(min_length=1, description="what it holds")]


class Branch(BaseModel):
    kind: Literal["branch"] = "branch"
    parts: list["Node"] = []


Node = Annotated[Leaf | Branch, Field(discriminator="kind")]


class Tree(BaseModel):
    root: Node
    best: Leaf | None = Field(None, description="a reference with words beside it")
    only: Leaf = Field(default_factory=lambda: Leaf(value="x"), description="another")
    size: Annotated[int, Field(ge=0, le=9)] = 3


def nodes(schema: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(schema, Mapping):
        yield schema
        for value in schema.values():
            yield from nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from nodes(value)


def test_closed_required_and_without_what_strict_mode_refuses() -> None:
    schema = strict_schema(Tree)
    objects = [node for node in nodes(schema) if node.get("type") == "object"]
    assert len(objects) == 3
    for node in objects:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])
    for node in nodes(schema):
        assert (
            not {"default", "oneOf", "discriminator", "const", "minLength"} & set(node) - {"default"}
            or "properties" in node
        )
        assert "$ref" not in node or len(node) == 1
    assert schema["properties"]["size"] == {"type": "integer", "minimum": 0, "maximum": 9}  # type: ignore[index,call-overload]


def test_a_property_named_like_a_keyword_is_kept() -> None:
    class Odd(BaseModel):
        title: str
        default: int
        examples: list[str]

    assert strict_schema(Odd)["required"] == ["title", "default", "examples"]


def test_open_dictionaries_are_a_defect() -> None:
    class Open(BaseModel):
        anything: dict[str, int]

    with pytest.raises(TypeError, match="open dictionaries"):
        strict_schema(Open)
