"""A model as the one who decides between readings that are too close to call."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from bot.model.client import Message, ModelClient
from bot.model.errors import ModelError
from bot.prompts.book import PromptBook, as_data
from bot.protocols import Intent
from bot.routing.text import MOST_CHARACTERS

_PROMPT = "route"


class RouteChoice(BaseModel):
    """What the model answers: one intent."""

    model_config = ConfigDict(extra="forbid")

    intent: Intent


@dataclass(frozen=True, slots=True)
class ModelChooser:
    """Asks the model; where it fails or names something else, the rules' reading stands."""

    client: ModelClient
    prompts: PromptBook = field(default_factory=PromptBook)

    async def choose(self, text: str, among: Sequence[Intent]) -> Intent | None:
        """One of `among`, or None."""
        prompt = await asyncio.to_thread(self.prompts.in_force, _PROMPT)
        # The message is data: JSON in a delimited slot of its own, in which no tag can be closed.
        quoted = as_data(text[:MOST_CHARACTERS])
        messages = [
            Message("system", prompt.render({})),
            Message("user", f"Readings: {', '.join(among)}\n<message>{quoted}</message>"),
        ]
        try:
            choice, _ = await self.client.structured(
                messages, RouteChoice, purpose="route", max_tokens=prompt.head.model.max_tokens, prompt=prompt.name
            )
        except ModelError:
            return None
        return choice.intent if choice.intent in among else None
