"""The proposer of strategies behind the configured model, with the prompt in force."""

from collections.abc import Callable

from bot.model.client import ModelClient
from bot.prompts.asking import Question
from bot.prompts.book import PromptBook
from tools.strategies.proposals import ProposedStrategy
from tools.strategies.proposing import Proposer


def model_proposers(client: ModelClient, prompts: PromptBook) -> Callable[[], Proposer]:
    """Gives the proposer of this moment; its name holds model and prompt version."""

    def proposer() -> Proposer:
        question = Question.in_force(client, prompts, "draft", ProposedStrategy)
        return Proposer(question.name, question.ask)

    return proposer
