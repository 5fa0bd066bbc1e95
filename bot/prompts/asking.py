"""One way to put a prompt in force to the model: instructions as the system's message, slots as data in the user's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from bot.model.client import Message, ModelClient, ModelError
from bot.prompts.book import Prompt, PromptBook
from tools.errors import Unavailable

T = TypeVar("T", bound=BaseModel)


def messages(prompt: Prompt, slots: Mapping[str, object]) -> tuple[Message, ...]:
    """What is sent for a prompt and its slots."""
    return Message("system", prompt.render({})), Message("user", prompt.render_user(slots))


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """A prompt that is in force now, with the model and the schema its answers have."""

    client: ModelClient
    prompt: Prompt
    schema: type[T]

    @classmethod
    def in_force(cls, client: ModelClient, prompts: PromptBook, prompt_id: str, schema: type[T]) -> "Question[T]":
        """Of this moment, so that a prompt that is rolled back is out of use at once. Raises where none is in force."""
        return cls(client, prompts.in_force(prompt_id), schema)

    @property
    def name(self) -> str:
        """Model and prompt version."""
        return f"{self.client.model} {self.prompt.name}"

    async def ask(self, slots: Mapping[str, object]) -> T:
        """The answer. Raises `Unavailable` where the model gives none that has the schema."""
        head = self.prompt.head
        try:
            answer, _ = await self.client.structured(
                messages(self.prompt, slots),
                self.schema,
                purpose=head.id,
                max_tokens=head.model.max_tokens,
                prompt=self.prompt.name,
            )
        except ModelError as error:
            raise Unavailable(f"The model gave no answer to {self.prompt.name}: {error}") from error
        return answer
