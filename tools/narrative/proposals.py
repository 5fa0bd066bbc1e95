"""The writer behind a model: it proposes sentences with slots, from facts given as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from tools.narrative.draft import DraftSection, Material
from tools.narrative.facts import Fact
from tools.narrative.text import value_text
from tools.narrative.writer import write

_LEFT_OUT = ("month.", "caveat.", "run.id", "run.note", "difference.")
_REGIMES = ("regime.", "stress.", "year.")
_SIGNALS = ("signal.", "data.", "significance.")
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

    async def __call__(self, slots: Mapping[str, object]) -> NarrativeDraft:
        """The draft from what stands in the slots of the prompt; see `slots_of`."""
        ...


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """`name` is the model and the prompt version. Summary and caveats stay those of the rules: no draft may lose them."""

    name: str
    ask: AsksModel

    async def write(self, material: Material, findings: Sequence[str] = ()) -> tuple[DraftSection, ...]:
        """The summary by rules, then the model's sections."""
        draft = await self.ask(slots_of(material, findings))
        summary = write(material)[:1]
        proposed = [
            DraftSection(section.title.strip(), (" ".join(section.sentences[:_MOST_SENTENCES]),))
            for section in draft.sections[:_MOST_SECTIONS]
            if section.sentences
        ]
        return (*summary, *proposed)


def slots_of(material: Material, findings: Sequence[str] = ()) -> dict[str, object]:
    """What the slots of the prompt hold: figures, regimes and signals apart, rules, a reviewer's note, findings."""
    facts = [fact for fact in material.sheet if not fact.id.startswith(_LEFT_OUT)]
    rules = [
        {"met": rule.outcome, "clause": rule.met if rule.outcome else rule.missed}
        for rule in material.rules
        if rule.outcome is not None
    ]
    return {
        "kpis": [_fact(fact, material) for fact in facts if not fact.id.startswith((*_REGIMES, *_SIGNALS))],
        "regimes": [_fact(fact, material) for fact in facts if fact.id.startswith(_REGIMES)],
        "signals": [_fact(fact, material) for fact in facts if fact.id.startswith(_SIGNALS)],
        "rules": {"recommendation": material.recommendation, "rules": rules},
        "detail": material.detail,
        "note": material.note[:2000],
        "findings": list(findings)[:20],
    }


def _fact(fact: Fact, material: Material) -> dict[str, str | None]:
    shown = value_text(fact, material.sheet.text("run.currency"))
    return {"id": fact.id, "label": fact.label, "value": shown, "unit": fact.unit, "period": fact.period}
