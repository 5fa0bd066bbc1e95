"""The unit of truth: one figure, date or word with its meaning, period and origin.

Units: `fraction` (0.05 is 5 %), `ratio`, `currency`, `count`, `days` (calendar), `bars` (trading), `date` (ISO day),
`text`; of diagnostics also `seconds`, `bytes` and `time` (an ISO 8601 moment in UTC). A period is one ISO day, month or year, or `<day> to <day>`.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from tools.backtests.model import Unit

FactValue = float | int | str
FactJson = dict[str, str | float | int | None]

OURS = "deskhand"
"""`engine` of a figure recomputed here from the run's own curve, as opposed to one the engine stated."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure. `source` is the path within the engine's output, or what it was computed from."""

    id: str
    label: str
    value: FactValue
    unit: Unit
    period: str | None = None
    definition: str = ""
    engine: str = OURS
    source: str = ""
    annualisation: float | None = None

    def as_json(self) -> FactJson:
        """The form that `deskhand narrate --json` writes and `deskhand factcheck` reads."""
        return {
            "id": self.id,
            "label": self.label,
            "value": self.value,
            "unit": self.unit,
            "period": self.period,
            "definition": self.definition,
            "engine": self.engine,
            "source": self.source,
            "annualisation": self.annualisation,
        }


class FactSheet:
    """Facts in order, by id. Adding a figure that is undefined (None, NaN, infinite) adds nothing."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._facts: dict[str, Fact] = {fact.id: fact for fact in facts}

    def add(
        self,
        fact_id: str,
        label: str,
        value: FactValue | None,
        unit: Unit,
        *,
        period: str | None = None,
        definition: str = "",
        source: str = "equity curve",
        engine: str = OURS,
        annualisation: float | None = None,
    ) -> None:
        """Add a fact; the first with an id stays."""
        if value is None or (isinstance(value, float) and not math.isfinite(value)) or fact_id in self._facts:
            return
        self._facts[fact_id] = Fact(fact_id, label, value, unit, period, definition, engine, source, annualisation)

    def include(self, facts: Iterable[Fact]) -> None:
        """Add facts made elsewhere; the first with an id stays."""
        for fact in facts:
            self._facts.setdefault(fact.id, fact)

    def rename(self, fact_id: str, value: str) -> None:
        """Give a text fact that is there another value."""
        self._facts[fact_id] = replace(self._facts[fact_id], value=value)

    def get(self, fact_id: str) -> Fact | None:
        """The fact, or None."""
        return self._facts.get(fact_id)

    def number(self, fact_id: str) -> float | None:
        """The value of a numeric fact, or None where there is none."""
        fact = self._facts.get(fact_id)
        return float(fact.value) if fact is not None and not isinstance(fact.value, str) else None

    def text(self, fact_id: str) -> str:
        """The value of a text or date fact, or an empty string."""
        fact = self._facts.get(fact_id)
        return fact.value if fact is not None and isinstance(fact.value, str) else ""

    def under(self, prefix: str) -> tuple[Fact, ...]:
        """Facts whose id starts with `prefix`, in order."""
        return tuple(fact for key, fact in self._facts.items() if key.startswith(prefix))

    def __contains__(self, fact_id: str) -> bool:
        return fact_id in self._facts

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts.values())

    def __len__(self) -> int:
        return len(self._facts)

    def as_mapping(self) -> Mapping[str, Fact]:
        """Facts by id."""
        return self._facts
