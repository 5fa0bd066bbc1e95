"""What writers work from and what they give: facts and rules in, sentences with slots out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from tools.narrative.facts import FactSheet
from tools.narrative.recommend import Recommendation, Rule
from tools.narrative.sentences import Renderer

Detail = Literal["brief", "standard", "detailed"]


@dataclass(frozen=True, slots=True)
class DraftSection:
    """A title and paragraphs of sentences with slots. A paragraph that starts with "- " is a line of a list."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What a writer works from. `note` is what a reviewer asked to be changed, empty otherwise."""

    sheet: FactSheet
    recommendation: Recommendation
    rules: tuple[Rule, ...]
    detail: Detail
    note: str = ""


class Writer(Protocol):
    """Writes sentences with slots; never figures."""

    @property
    def name(self) -> str:
        """What a report shows as its writer, and what its cache key holds: the model and prompt version, or "rules"."""
        ...

    async def write(self, material: Material, findings: Sequence[str] = ()) -> tuple[DraftSection, ...]:
        """A draft; with `findings` of the checker, a repaired one. Raises `tools.errors.Unavailable` without one."""
        ...


class Page:
    """Collects sentences into paragraphs, passing over those whose facts are missing."""

    def __init__(self, sheet: FactSheet, title: str) -> None:
        self._renderer = Renderer(sheet)
        self._title = title
        self._paragraphs: list[str] = []
        self._open: list[str] = []

    def say(self, *choices: str) -> bool:
        """Add the first of these sentences whose facts exist."""
        for sentence in choices:
            if self._renderer.can(sentence):
                self._open.append(sentence)
                return True
        return False

    def item(self, *choices: str) -> None:
        """The same, as a line of a list."""
        self.end_paragraph()
        if self.say(*choices):
            self._paragraphs.append("- " + self._open.pop())

    def end_paragraph(self) -> None:
        """What follows starts a new paragraph."""
        if self._open:
            self._paragraphs.append(" ".join(self._open))
            self._open = []

    def section(self) -> DraftSection:
        """What was collected."""
        self.end_paragraph()
        return DraftSection(self._title, tuple(self._paragraphs))
