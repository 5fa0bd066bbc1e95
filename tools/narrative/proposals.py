"""The writer behind a model: it proposes sentences with slots, from facts given as data."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from tools.narrative.facts import Fact
from tools.narrative.text import value_text
from tools.narrative.writer import DraftSection, Material, write

_LEFT_OUT = ("month.", "caveat.", "run.id", "run.note", "difference.")
_MOST_SECTIONS = 8
_MOST_SENTENCES = 12


class SectionProposal(BaseModel):
    """A title and sentences with slots."""

    model_config = ConfigDict(extra="forbid")

    title: str
    sentences: list[str]


class NarrativeDraft(BaseModel):
    """What a model answers."""

    model_config = ConfigDict(extra="forbid")

    sections: list[SectionProposal]


class AsksModel(Protocol):
    """Asks a model. Raises `tools.errors.Unavailable` where it has no valid answer."""

    async def __call__(self, instructions: str, material: str) -> NarrativeDraft:
        """The draft for `material`, under `instructions`."""
        ...


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """`name` is the model and the prompt version. Summary and caveats stay those of the rules: no draft may lose them."""

    name: str
    instructions: str
    ask: AsksModel

    async def write(self, material: Material, findings: Sequence[str] = ()) -> tuple[DraftSection, ...]:
        """The summary by rules, then the model's sections."""
        draft = await self.ask(self.instructions, as_data(material, findings))
        summary = write(material)[:1]
        proposed = [
            DraftSection(section.title.strip(), (" ".join(section.sentences[:_MOST_SENTENCES]),))
            for section in draft.sections[:_MOST_SECTIONS]
            if section.sentences
        ]
        return (*summary, *proposed)


def as_data(material: Material, findings: Sequence[str] = ()) -> str:
    """Facts, rules, a reviewer's note and findings, each as JSON between tags; what does not change comes first."""
    facts = [_fact(fact, material) for fact in material.sheet if not fact.id.startswith(_LEFT_OUT)]
    rules = [
        {"met": rule.outcome, "clause": rule.met if rule.outcome else rule.missed}
        for rule in material.rules
        if rule.outcome is not None
    ]
    judged = {"recommendation": material.recommendation, "rules": rules}
    parts = [
        f"<facts>{_json(facts)}</facts>",
        f"<rules>{_json(judged)}</rules>",
        f"<detail>{material.detail}</detail>",
    ]
    if material.note:
        parts.append(f"<note>{_json(material.note[:2000])}</note>")
    if findings:
        parts.append(f"<findings>{_json(list(findings)[:20])}</findings>")
    return "\n".join(parts)


def _fact(fact: Fact, material: Material) -> dict[str, str | None]:
    shown = value_text(fact, material.sheet.text("run.currency") or "USD")
    return {"id": fact.id, "label": fact.label, "value": shown, "unit": fact.unit, "period": fact.period}


def _json(value: object) -> str:
    """JSON in which no tag can be opened or closed."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
