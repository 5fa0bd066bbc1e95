"""The proposer of strategies behind the configured model, with the prompt in force."""

from collections.abc import Callable, Mapping

from bot.model.client import Message, ModelClient, ModelError
from bot.prompting import PromptBook
from tools.errors import Unavailable
from tools.strategies.proposals import ProposedStrategy
from tools.strategies.proposing import Proposer

_PROMPT = "draft"


def model_proposers(client: ModelClient, prompts: PromptBook) -> Callable[[], Proposer]:
    """Gives the proposer of this moment; its name holds model and prompt version."""

    def proposer() -> Proposer:
        prompt = prompts.in_force(_PROMPT)
        instructions = prompt.render({})

        async def ask(slots: Mapping[str, object]) -> ProposedStrategy:
            messages = (Message("system", instructions), Message("user", prompt.render_user(slots)))
            try:
                proposal, _ = await client.structured(
                    messages,
                    ProposedStrategy,
                    purpose="draft",
                    max_tokens=prompt.head.model.max_tokens,
                    prompt=prompt.name,
                )
            except ModelError as error:
                raise Unavailable(f"The model proposed nothing: {error}") from error
            return proposal

        return Proposer(f"{client.model} {prompt.name}", ask)

    return proposer
