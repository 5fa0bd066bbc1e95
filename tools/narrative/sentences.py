"""Sentences with slots bound to facts and typed relations between them, and the renderer that fills them.

A slot is `{fact}` or `{form:fact}`, a relation `{form:fact,fact}`. The words around slots carry no figure: a digit or
a number word there is refused, which is what keeps a model from inventing one. Forms of one fact:

    {id}         the value with unit and sign         {abs:id}    without its sign
    {moved:id}   "gained 3.1%", "lost 3.1%"           {change:id} "a gain of 3.1%", "a loss of 3.1%"
    {period:id}  "in 2008", "from ... to ..."         {long:id}   a length of time in days, months or years
    {label:id}   the label                            {count:id|closed trade}  "1 closed trade", "12 closed trades"
    {definition:id}  how it is defined

Relations of two facts of one unit:

    {compare:a,b}     "above", "below" or "level with"     {difference:a,b}  the distance, "2.6 percentage points"
    {ratio:a,b}       "2.1 times"                          {trend:a,b}       "rose from 1.2% to 3.4%"
    {rank:a,b}        "better than", "worse than" or "on a par with", by what is better for that figure
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.narrative.facts import Fact, FactSheet
from tools.narrative.text import (
    number_text,
    percent_text,
    period_text,
    plural,
    ratio_text,
    value_text,
    years_text,
)

_SLOT = re.compile(r"\{(?:(?P<form>[a-z]+):)?(?P<ids>[a-zA-Z0-9_.,-]+)(?:\|(?P<noun>[a-z ]+))?\}")
_RAW_NUMBER = re.compile(
    r"\d|\b(zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty|ninety|hundreds?|thousands?|millions?|billions?|half|halved|third|thirds|quarters?|twice|thrice"
    r"|doubled?|tripled?|quadrupled?|percent|per cent|percentage)\b",
    re.IGNORECASE,
)
_LESS_IS_BETTER = re.compile(r"volatility|drawdown|tracking_error|var_95|cvar|costs|turnover|kurtosis")


class BadSentence(ValueError):
    """A sentence that cannot be rendered; the message says which slot and why."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A parsed slot."""

    form: str
    ids: tuple[str, ...]
    noun: str


def slots_of(template: str) -> tuple[Slot, ...]:
    """The slots of a sentence, in order."""
    return tuple(
        Slot(match["form"] or "value", tuple(match["ids"].split(",")), match["noun"] or "")
        for match in _SLOT.finditer(template)
    )


def raw_numbers(template: str) -> tuple[str, ...]:
    """Digits and number words outside slots: what a writer must not bring in by itself."""
    return tuple(match.group(0) for match in _RAW_NUMBER.finditer(_SLOT.sub(" ", template)))


class Renderer:
    """Fills slots from a sheet of facts."""

    def __init__(self, sheet: FactSheet) -> None:
        self._sheet = sheet
        self._currency = sheet.text("run.currency")

    def can(self, template: str) -> bool:
        """Whether every fact that a sentence needs exists."""
        return all(fact_id in self._sheet for slot in slots_of(template) for fact_id in slot.ids)

    def render(self, template: str) -> str:
        """The sentence with its slots filled. Raises `BadSentence` for an unknown fact or form, or a stray brace."""
        text = _SLOT.sub(lambda match: self._fill(slots_of(match.group(0))[0]), template)
        if "{" in text or "}" in text:
            raise BadSentence(f"not a slot: {text[text.find('{') : text.find('{') + 40]}")
        return text

    def _fill(self, slot: Slot) -> str:
        facts = [self._fact(fact_id) for fact_id in slot.ids]
        if slot.form in _PAIRS:
            if len(facts) != 2:
                raise BadSentence(f"{slot.form} relates two facts, not {len(facts)}")
            return _PAIRS[slot.form](_numbers(facts), facts)
        if len(facts) != 1:
            raise BadSentence(f"{slot.form} takes one fact, not {len(facts)}")
        return self._one(slot, facts[0])

    def _one(self, slot: Slot, fact: Fact) -> str:
        if slot.form == "value":
            return value_text(fact, self._currency)
        if slot.form == "abs":
            return value_text(fact, self._currency, magnitude=True)
        if slot.form == "label":
            return fact.label
        if slot.form == "definition":
            return fact.definition
        if slot.form == "period":
            return period_text(fact.period) if fact.period else ""
        value = _numbers([fact])[0]
        shown = value_text(fact, self._currency, magnitude=True)
        if slot.form == "moved":
            return "was flat" if value == 0 else f"{'gained' if value > 0 else 'lost'} {shown}"
        if slot.form == "change":
            return "no change" if value == 0 else f"a {'gain' if value > 0 else 'loss'} of {shown}"
        if slot.form == "long":
            return years_text(value)
        if slot.form == "count":
            return plural(value, slot.noun or "item")
        raise BadSentence(f"there is no form '{slot.form}'")

    def _fact(self, fact_id: str) -> Fact:
        fact = self._sheet.get(fact_id)
        if fact is None:
            raise BadSentence(f"there is no fact '{fact_id}'")
        return fact


def _numbers(facts: Sequence[Fact]) -> list[float]:
    numbers = [float(fact.value) for fact in facts if not isinstance(fact.value, str)]
    if len(numbers) != len(facts) or len({fact.unit for fact in facts}) != 1:
        raise BadSentence(f"figures of one unit are needed, not {', '.join(fact.id for fact in facts)}")
    return numbers


def _shown_equal(numbers: Sequence[float], facts: Sequence[Fact]) -> bool:
    return value_text(facts[0]) == value_text(facts[1]) or numbers[0] == numbers[1]


def _compare(numbers: Sequence[float], facts: Sequence[Fact]) -> str:
    if _shown_equal(numbers, facts):
        return "level with"
    return "above" if numbers[0] > numbers[1] else "below"


def _rank(numbers: Sequence[float], facts: Sequence[Fact]) -> str:
    if _shown_equal(numbers, facts):
        return "on a par with"
    first, second = numbers
    if _LESS_IS_BETTER.search(facts[0].id):
        first, second = -abs(first), -abs(second)
    return "better than" if first > second else "worse than"


def _difference(numbers: Sequence[float], facts: Sequence[Fact]) -> str:
    """The distance between the figures as they are shown, so that a reader who subtracts finds the same."""
    gap = abs(numbers[0] - numbers[1])
    if facts[0].unit == "fraction":
        points = percent_text(gap).rstrip("%")
        return points + (" percentage point" if points == "1.0" else " percentage points")
    if facts[0].unit in ("days", "bars", "count"):
        return number_text(gap, 0)
    return ratio_text(gap)


def _ratio(numbers: Sequence[float], facts: Sequence[Fact]) -> str:
    if numbers[1] == 0:
        raise BadSentence(f"{facts[1].id} is zero, so there is no ratio to it")
    return number_text(numbers[0] / numbers[1], 1) + " times"


def _trend(numbers: Sequence[float], facts: Sequence[Fact]) -> str:
    verb = "stayed at" if _shown_equal(numbers, facts) else "rose" if numbers[1] > numbers[0] else "fell"
    if verb == "stayed at":
        return f"{verb} {value_text(facts[1])}"
    return f"{verb} from {value_text(facts[0])} to {value_text(facts[1])}"


_PAIRS: dict[str, Callable[[Sequence[float], Sequence[Fact]], str]] = {
    "compare": _compare,
    "difference": _difference,
    "ratio": _ratio,
    "trend": _trend,
    "rank": _rank,
}
