"""The writer of narratives behind the configured model, with the prompt in force."""

from collections.abc import Callable

from bot.model.client import ModelClient
from bot.prompts.asking import Question
from bot.prompts.book import PromptBook
from tools.narrative.proposals import ModelWriter, NarrativeDraft


def model_writers(client: ModelClient, prompts: PromptBook) -> Callable[[], ModelWriter]:
    """Gives the writer of this moment, asked for each report.

    Its name holds model, prompt version and text, so all three are in the cache key and in the report.
    """

    def writer() -> ModelWriter:
        question = Question.in_force(client, prompts, "narrate", NarrativeDraft)
        return ModelWriter(f"{question.name} {question.prompt.sha256[:12]}", question.ask)

    return writer
