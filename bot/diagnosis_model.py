"""The reasoner of diagnoses behind the configured model, with the prompt in force."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.model.client import ModelClient, ModelError
from bot.model.tools import OfferedTool, ToolRequest
from bot.prompts.asking import messages
from bot.prompts.book import PromptBook
from tools.diagnostics.agent import Asked, Step
from tools.diagnostics.tool import Json, Tool
from tools.errors import Unavailable

_PROMPT: Final = "diagnose"


@dataclass(frozen=True, slots=True)
class ModelReasoner:
    """`tools.diagnostics.agent.Reasoner`."""

    client: ModelClient
    prompts: PromptBook

    async def step(self, question: str, evidence: str, offered: Sequence[Tool], note: str) -> Step:
        """One step. Raises `Unavailable` where the model gives nothing usable, or no prompt is in force."""
        prompt = await asyncio.to_thread(self.prompts.in_force, _PROMPT)
        slots = {"question": question[:2_000], "evidence": evidence, "note": note}
        tools = [OfferedTool(tool.name, tool.description, tool.schema()) for tool in offered]
        try:
            step, _ = await self.client.tool_step(
                messages(prompt, slots),
                tools,
                purpose="diagnose",
                max_tokens=prompt.head.model.max_tokens,
                prompt=prompt.name,
            )
        except ModelError as error:
            raise Unavailable(f"The model gave no step: {error}") from error
        return Step(tuple(Asked(call.name, _arguments(call)) for call in step.calls), step.answer)


def _arguments(call: ToolRequest) -> Mapping[str, Json] | None:
    try:
        read = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None
