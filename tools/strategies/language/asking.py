"""What a reading leaves behind besides conditions: assumptions to state, questions to ask, reasons to refuse."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the person can say. `choices` are answers that can be given as they are, as replies."""

    text: str
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.choices:
            return self.text
        return f"{self.text} For example: {'; '.join(self.choices)}."


class Unclear(Exception):
    """A part of the request that cannot be placed without an answer."""

    def __init__(self, text: str, *choices: str) -> None:
        super().__init__(text)
        self.question = Question(text, choices)


class Refused(Exception):
    """A request that is not drafted; `str` is the sentence that says why and what can be asked instead."""


@dataclass(slots=True)
class Notes:
    """Filled while a request is read. `assumed` are defaults that were taken, one clause each, to be stated."""

    assumed: dict[str, None] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    aside: list[tuple[int, int]] = field(default_factory=list)

    def assume(self, clause: str) -> None:
        """State a default that was taken."""
        self.assumed[clause] = None

    def ask(self, question: Question) -> None:
        """Ask once."""
        if question not in self.questions:
            self.questions.append(question)
