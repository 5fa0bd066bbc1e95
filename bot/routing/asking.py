"""A model as the one who decides between readings that are too close to call."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from bot import prompting
from bot.model.client import Message, ModelClient
from bot.model.errors import ModelError
from bot.protocols import Intent
from bot.routing.text import MOST_CHARACTERS

_MOST_TOKENS = 60
_PROMPT = "route"


class RouteChoice(BaseModel):
    """What the model answers: one intent."""

    model_config = ConfigDict(extra="forbid")

    intent: Intent


@dataclass(frozen=True, slots=True)
class ModelChooser:
    """Asks the model; where it fails or names something else, the rules' reading stands."""

    client: ModelClient

    async def choose(self, text: str, among: Sequence[Intent]) -> Intent | None:
        """One of `among`, or None."""
        # The message is data: JSON in a delimited slot of its own, in which no tag can be closed.
        quoted = json.dumps(text[:MOST_CHARACTERS], ensure_ascii=False).replace("<", "\\u003c")
        messages = [
            Message("system", _instructions()),
            Message("user", f"Readings: {', '.join(among)}\n<message>{quoted}</message>"),
        ]
        try:
            choice, _ = await self.client.structured(messages, RouteChoice, purpose="route", max_tokens=_MOST_TOKENS)
        except ModelError:
            return None
        return choice.intent if choice.intent in among else None


@cache
def _instructions() -> str:
    return prompting.in_force(_PROMPT).render({})
