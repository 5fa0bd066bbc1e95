"""A finished report as it leaves: validated, and the same JSON on the command line, over HTTP and in the cache."""

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.backtests.model import Unit
from tools.narrative.facts import Fact
from tools.narrative.recommend import Recommendation


class FactModel(BaseModel):
    """A fact in JSON; see `tools.narrative.facts.Fact`."""

    model_config = ConfigDict(frozen=True)

    id: str
    label: str
    value: int | float | str
    unit: Unit
    period: str | None = None
    definition: str = ""
    engine: str = ""
    source: str = ""
    annualisation: float | None = None

    @classmethod
    def of(cls, fact: Fact) -> "FactModel":
        """From the plain form."""
        return cls.model_validate(fact.as_json())

    def plain(self) -> Fact:
        """Back to the plain form."""
        return Fact(**self.model_dump())


class SectionModel(BaseModel):
    """One section; paragraphs and list lines are separated by newlines."""

    model_config = ConfigDict(frozen=True)

    title: str
    text: str


class FindingModel(BaseModel):
    """Something in the text that the facts do not bear out. `class` is the kind of error, `span` the words."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)

    kind: str = Field(alias="class")
    span: str
    reason: str


class Checks(BaseModel):
    """What the checker found in `text`."""

    model_config = ConfigDict(frozen=True)

    ok: bool
    findings: tuple[FindingModel, ...] = ()


class Report(BaseModel):
    """A narrated backtest. `text` is the whole final text: title, sections, caveats."""

    model_config = ConfigDict(frozen=True)

    backtest_id: str
    engine: str
    title: str
    detail: Literal["brief", "standard", "detailed"]
    facts: tuple[FactModel, ...]
    sections: tuple[SectionModel, ...]
    text: str
    recommendation: Recommendation
    checks: Checks
    writer: str
    cached: bool = False

    @property
    def content_hash(self) -> str:
        """SHA-256 of text and facts: what an approval binds to, together with the charts."""
        facts = "\n".join(fact.model_dump_json() for fact in self.facts)
        return hashlib.sha256(f"{self.text}\0{facts}".encode()).hexdigest()
