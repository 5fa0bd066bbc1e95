"""The writer of narratives behind the configured model, with the prompt in force."""

from bot import prompting
from bot.model.client import Message, ModelClient, ModelError
from tools.errors import Unavailable
from tools.narrative.proposals import ModelWriter, NarrativeDraft

_PROMPT = "narrate"
_MOST_TOKENS = 2500


def model_writer(client: ModelClient) -> ModelWriter:
    """A writer that asks `client`; its name holds the model and the prompt version, so both are in the cache key."""
    prompt = prompting.in_force(_PROMPT)

    async def ask(instructions: str, material: str) -> NarrativeDraft:
        messages = (Message("system", instructions), Message("user", material))
        try:
            draft, _ = await client.structured(messages, NarrativeDraft, purpose="narrate", max_tokens=_MOST_TOKENS)
        except ModelError as error:
            raise Unavailable(f"The model gave no draft: {error}") from error
        return draft

    return ModelWriter(f"{client.model} {prompt.name} {prompt.sha256[:12]}", prompt.render({}), ask)
