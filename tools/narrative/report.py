"""A finished report as it leaves: validated, and the same JSON on the command line, over HTTP and in the cache."""

import hashlib
import re
from functools import cached_property
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.backtests.model import Unit
from tools.errors import BadInput
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
    """"rules", or the model with the prompt version that asked it and the hash of its text."""
    needs_review: bool = False
    """Written by a model: somebody has to read it before it is published."""
    cached: bool = False

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of text and facts: what an approval binds to, together with the charts."""
        facts = "\n".join(fact.model_dump_json() for fact in self.facts)
        return hashlib.sha256(f"{self.text}\0{facts}".encode()).hexdigest()


_NUMERIC = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


class FactInput(BaseModel):
    """A fact as others write it: only an id is asked for; a period may be an object with start and end."""

    model_config = ConfigDict(extra="ignore")

    id: str
    label: str | None = None
    value: int | float | str | bool | None = None
    unit: str | None = None
    period: str | dict[str, str | None] | list[str] | int | None = None
    definition: str | None = None
    engine: str | None = None
    source: str | None = None
    annualisation: float | str | None = None

    def plain(self) -> Fact | None:
        """The fact, or None where it has no value."""
        if self.value is None:
            return None
        unit = (self.unit or ("text" if isinstance(self.value, str) else "ratio")).strip().lower()
        value: int | float | str = self.value
        if isinstance(value, str) and unit not in ("text", "date") and _NUMERIC.fullmatch(value.strip()):
            value = float(value)
        return Fact(
            id=self.id,
            label=self.label or self.id.rpartition(".")[2].replace("_", " "),
            value=value,
            unit=cast("Unit", unit),
            period=_period(self.period),
            definition=self.definition or "",
            engine=self.engine or "",
            source=self.source or "",
            annualisation=self.annualisation if isinstance(self.annualisation, float) else None,
        )


class ReportInput(BaseModel):
    """What `deskhand factcheck` reads of a report; the rest of it is not trusted."""

    model_config = ConfigDict(extra="ignore")

    text: str
    facts: list[FactInput]
    sections: object = None

    @property
    def is_whole(self) -> bool:
        """Whether the text is a full report: it holds the titles of two or more sections given beside it."""
        given = self.sections if isinstance(self.sections, list) else []
        titles = [section.get("title") for section in given if isinstance(section, dict)]
        return len(titles) > 1 and all(isinstance(title, str) and title in self.text for title in titles)

    def plain_facts(self) -> tuple[Fact, ...]:
        """The facts that have a value."""
        return tuple(fact for given in self.facts if (fact := given.plain()) is not None)


def _period(given: str | dict[str, str | None] | list[str] | int | None) -> str | None:
    if isinstance(given, dict):
        ends = [end for end in (given.get("start") or given.get("from"), given.get("end") or given.get("to")) if end]
        return " to ".join(ends) or None
    if isinstance(given, list):
        return " to ".join(given) or None
    return str(given) if given is not None else None


def parse_report(payload: str | bytes) -> ReportInput:
    """A report in JSON. Raises `BadInput` saying which field is wrong."""
    try:
        return ReportInput.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise BadInput(f"This is not a report with text and facts: {where}: {first['msg']}.") from None
