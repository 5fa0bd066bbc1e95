"""Answers about a report from its facts alone: where a figure is from, what it means, how a period went."""

import re
from collections.abc import Sequence

from tools.errors import NotFound
from tools.narrative.facts import OURS, Fact, FactSheet
from tools.narrative.sentences import Renderer
from tools.narrative.text import date_text, number_text, period_text, value_text

_NUMBER = re.compile(r"-?[\d,]*\.?\d+")
_MOST = 3


def origin_of(facts: Sequence[Fact], said: str) -> str:
    """Where a figure of a report comes from: "0.28", "-56.8 %". One paragraph a fact that shows as it.

    Raises `NotFound` where no figure of the report does.
    """
    found = [fact for fact in facts if _shows_as(fact, said)]
    if not found:
        raise NotFound(f"No figure of this report shows as '{said.strip()[:40]}'.")
    sheet = FactSheet(facts)
    return "\n\n".join(_origin(fact, sheet) for fact in found[:_MOST])


def definition_of(facts: Sequence[Fact], said: str) -> str:
    """What a figure means: "Calmar ratio". Raises `NotFound` where the report has none of that name."""
    words = said.lower().split()
    for fact in facts:
        if fact.definition and all(word in f"{fact.label} {fact.id}".lower() for word in words):
            return f"{fact.label}: {fact.definition}"
    raise NotFound(f"This report has no figure called '{said.strip()[:60]}'.")


def how_it_went(facts: Sequence[Fact], year: str) -> str:
    """What the facts say about a year: return, against the benchmark, falls and crises in it; and that they hold no
    causes. Raises `NotFound` for a year outside the test.
    """
    sheet = FactSheet(facts)
    key = f"year.{year}.return"
    if key not in sheet:
        raise NotFound(f"The test does not cover {year[:10]}.")
    sentences = [f"In {year} the strategy {{moved:{key}}}, and the benchmark {{moved:benchmark.{key}}}.", f"In {year} the strategy {{moved:{key}}}."]  # fmt: skip
    renderer = Renderer(sheet)
    said = [renderer.render(next(sentence for sentence in sentences if renderer.can(sentence)))]
    for fact in facts:
        if re.fullmatch(r"drawdown\.\d+\.depth", fact.id) and year in (fact.period or ""):
            said.append(_fall(fact, sheet))
        elif re.fullmatch(r"stress\.\w+\.return", fact.id) and year in (fact.period or ""):
            name = sheet.text(fact.id.replace(".return", ".name"))
            said.append(renderer.render(f"In the {name}, {{period:{fact.id}}}, the strategy {{moved:{fact.id}}}."))
    said.append("The facts hold what happened and when; they hold no causes.")
    return " ".join(said)


def _fall(fact: Fact, sheet: FactSheet) -> str:
    key = fact.id.removesuffix(".depth")
    recovery = sheet.get(f"{key}.recovery")
    ending = "it was not recovered by the end of the test"
    if recovery is not None and recovery.unit == "date":
        ending = f"it was recovered on {date_text(str(recovery.value))}"
    return f"The strategy had a drawdown of {value_text(fact, magnitude=True)} {period_text(fact.period or '')}; {ending}."


def _shows_as(fact: Fact, said: str) -> bool:
    """Whether the fact, rounded to the digits that were said, is what was said."""
    match = _NUMBER.search(said.replace("\u2212", "-"))
    if match is None or isinstance(fact.value, str):
        return False
    if ("%" in said) != (fact.unit == "fraction") and "%" in said:
        return False
    digits = match.group(0).lstrip("-").replace(",", "")
    value = abs(float(fact.value)) * (100 if fact.unit == "fraction" else 1)
    decimals = len(digits.partition(".")[2])
    return number_text(value, decimals).replace(",", "") == number_text(float(digits), decimals).replace(",", "")


def _origin(fact: Fact, sheet: FactSheet) -> str:
    shown = value_text(fact, sheet.text("run.currency"))
    when = f" {period_text(fact.period)}" if fact.period else ""
    text = (
        f"{shown} is the {fact.label[0].lower() + fact.label[1:] if fact.label[1:2].islower() else fact.label}{when}."
    )
    if fact.definition:
        text += f" {fact.definition.rstrip('.')}."
    if fact.engine == OURS and not fact.id.startswith("stated."):
        text += f" Deskhand computed it from the {fact.source}"
    else:
        text += f" It stands in the output of {fact.engine} at {fact.source}"
    if fact.annualisation is not None:
        text += f", annualised with {number_text(fact.annualisation, 0)} periods a year"
    return text + "."
