"""The writer of narratives behind the configured model, with the prompt in force."""

from collections.abc import Callable, Mapping

from bot.model.client import Message, ModelClient, ModelError
from bot.prompting import PromptBook
from tools.errors import Unavailable
from tools.narrative.proposals import ModelWriter, NarrativeDraft

_PROMPT = "narrate"


def model_writers(client: ModelClient, prompts: PromptBook) -> Callable[[], ModelWriter]:
    """Gives the writer of this moment: asked for each report, so that a prompt rolled back is out of use at once.

    Its name holds model, prompt version and text, so all three are in the cache key and in the report.
    """

    def writer() -> ModelWriter:
        prompt = prompts.in_force(_PROMPT)
        instructions = prompt.render({})

        async def ask(slots: Mapping[str, object]) -> NarrativeDraft:
            messages = (Message("system", instructions), Message("user", prompt.render_user(slots)))
            try:
                draft, _ = await client.structured(
                    messages,
                    NarrativeDraft,
                    purpose="narrate",
                    max_tokens=prompt.head.model.max_tokens,
                    prompt=prompt.name,
                )
            except ModelError as error:
                raise Unavailable(f"The model gave no draft: {error}") from error
            return draft

        return ModelWriter(f"{client.model} {prompt.name} {prompt.sha256[:12]}", ask)

    return writer
