"""Tools as a model is offered them, and what it asks for: plain values, the same for every way of asking."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.protocols import Json


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """`parameters` is a JSON schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


class ToolRequest(BaseModel):
    """`arguments` is a JSON object as text, as Chat Completions has it."""

    model_config = ConfigDict(extra="forbid")

    name: str
    arguments: str


class ToolStep(BaseModel):
    """Tools to run next, or, with none, the answer."""

    model_config = ConfigDict(extra="forbid")

    calls: list[ToolRequest]
    answer: str


def offered_json(tool: OfferedTool) -> Json:
    """As Chat Completions takes it."""
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)},
    }


def described(tools: Sequence[OfferedTool]) -> str:
    """For an endpoint without tool calls: what may be asked for, in the prompt."""
    if not tools:
        return "No tool is offered any more: leave `calls` empty and write `answer`."
    lines = [f"- {tool.name}: {tool.description} Arguments: {json.dumps(dict(tool.parameters))}" for tool in tools]
    return (
        "Tools that may be asked for in `calls`, each with `arguments` as a JSON object in text; leave `calls` empty to "
        "answer:\n" + "\n".join(lines)
    )
