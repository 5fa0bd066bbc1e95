"""One error at a time in texts as people write them, over any run; what is true there is known slot by slot."""

import random
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from mutate import Mutant
from voices import _DATES, _FORMS, Said, Unfit, _day, _slot

from tools.narrative.facts import Fact

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_FLIPS = {
    "below": "above", "above": "below", "more than": "less than", "less than": "more than",
    "lower": "higher", "higher": "lower", "shallower": "deeper", "trailing": "beating", "ahead": "behind", "better than": "worse than",
    "just under": "just over", "a little over": "just under", "gained": "lost", "lost": "gained", "shed": "gained",
    "falling": "rising", "lose": "gain", "grew": "shrank", "slid": "rose", "gave up": "gained", "Fewer than": "More than", "More than": "Fewer than",
    "under the": "over the", "clears": "misses", "smaller": "larger", "in favour of the strategy": "in favour of the benchmark",
    "three times": "twice", "second largest": "third largest", "largest": "smallest", "nearly": "just over", "just over": "nearly",
}  # fmt: skip
_CAUSES = ("because the central bank cut rates", "thanks to strong earnings", "driven by momentum in technology shares", "as investors fled to safety")  # fmt: skip
_INVENTED = (
    "It also beat most hedge funds.", "Its Sharpe ratio is among the top 10% of its peers.", "The strategy never had a losing month.",
    "Every year was positive.", "The trend has since reversed, with a loss of 7.3%.", "Returns doubled every four years.",
)  # fmt: skip


def _join(said: tuple[Said, ...], at: int, text: str) -> str:
    return "".join(text if n == at else piece.text for n, piece in enumerate(said))


def voice_mutants(said: tuple[Said, ...], facts: Mapping[str, Fact], rng: random.Random) -> Iterator[Mutant]:
    """False texts made from a true one."""
    whole = "".join(piece.text for piece in said)
    for at, piece in enumerate(said):
        if not piece.ids:
            yield from _words(said, at, piece, whole)
        elif piece.form in _DATES:
            yield from _dates(said, at, piece, facts, rng)
        elif piece.form == "text":
            if piece.ids == ("recommendation",):
                other = rng.choice([w for w in ("proceed", "optimise", "research", "reject") if w != piece.text])
                yield Mutant("recommendation", _join(said, at, other), piece.text)
        else:
            yield from _figures(said, at, piece, facts, rng)
    if whole.endswith(".") and not whole.endswith("deviation."):
        yield Mutant("cause invented", f"{whole[:-1]}, {rng.choice(_CAUSES)}.", "")
        claim = rng.choice(_INVENTED)
        if claim != "Every year was positive." and not ("losing month" in claim and _all_months_up(facts)):
            yield Mutant("claim invented", f"{whole} {claim}", "")


def _all_months_up(facts: Mapping[str, Fact]) -> bool:
    months = [f for name, f in facts.items() if name.startswith("month.") or name == "strategy.worst_month"]
    return not months or all(float(f.value) >= 0 for f in months)


def _figures(
    said: tuple[Said, ...], at: int, piece: Said, facts: Mapping[str, Fact], rng: random.Random
) -> Iterator[Mutant]:
    match = _NUMBER.search(piece.text)
    hedged = re.search(r"(?:about|roughly)\s*$", said[at - 1].text) if at else None
    if match is not None and piece.form not in ("near", "yrs") and hedged is None:
        digits = match.group(0)
        value, decimals = float(digits.replace(",", "")), len(digits.partition(".")[2])

        def put(text: str) -> str:
            return _join(said, at, piece.text[: match.start()] + text + piece.text[match.end() :])

        for share in (rng.uniform(0.03, 0.2), -rng.uniform(0.03, 0.2)):
            changed = (
                f"{value + max(abs(value * share), 2 * 10.0**-decimals) * (1 if share > 0 else -1):,.{decimals}f}"
            )
            if changed != digits and not changed.startswith("-"):
                yield Mutant("wrong number", put(changed), digits)
        places = [n for n in range(len(digits) - 1) if digits[n].isdigit() and digits[n + 1].isdigit() and digits[n] != digits[n + 1]]  # fmt: skip
        if places:
            n = rng.choice(places)
            yield Mutant("transposed digits", put(digits[:n] + digits[n + 1] + digits[n] + digits[n + 2 :]), digits)
        if piece.text[:1] in "+-" and value:
            yield Mutant("sign", _join(said, at, ("-" if piece.text[0] == "+" else "+") + piece.text[1:]), digits)
        if "%" in piece.text:
            yield Mutant("unit", put(digits).replace(f"{digits}%", f"{digits}", 1), digits)
            yield Mutant("factor of 100", put(f"{value * 100:,.{max(decimals - 2, 0)}f}"), digits)
    if len(piece.ids) == 1 and not piece.ids[0].startswith(("rule", "costs.fee", "costs.slippage")):
        yield from _swaps(said, at, piece, facts, rng)


def _swaps(
    said: tuple[Said, ...], at: int, piece: Said, facts: Mapping[str, Fact], rng: random.Random
) -> Iterator[Mutant]:
    """The figure of another metric, of the other side, of another year, in the same form."""
    own = facts[piece.ids[0]]
    tail = own.id.rpartition(".")[2]
    others = [f for f in facts.values() if f.unit == own.unit and f.id != own.id and not isinstance(f.value, str)]
    twins = [f for f in others if f.id in (f"benchmark.{tail}", own.id.replace("benchmark.", "strategy."), f"benchmark.{own.id}", f"stated.{tail}")]  # fmt: skip
    others = [f for f in others if f not in twins and not f.id.startswith(("rule.", "stated."))]
    for kind, pool in (("owner swapped", twins), ("metric swapped", rng.sample(others, min(3, len(others))))):
        for other in pool:
            if _alike(float(other.value), float(own.value)):
                continue
            try:
                text = _slot(other.id, piece.form, facts).text
            except Unfit:
                continue
            if text.lstrip("+-") != piece.text.lstrip("+-"):
                yield Mutant(kind, _join(said, at, text), f"{piece.text} ({other.id})")


def _alike(first: float, second: float) -> bool:
    return abs(abs(first) - abs(second)) <= 0.02 * max(abs(first), abs(second), 1e-12)


def _dates(
    said: tuple[Said, ...], at: int, piece: Said, facts: Mapping[str, Fact], rng: random.Random
) -> Iterator[Mutant]:
    own = _day(facts[piece.ids[0]])
    moves = {"y": (365, 731), "m": (62, 400), "d": (3, 45, 366), "us": (3, 45, 366), "iso": (3, 45, 366)}[piece.form]
    for days in moves:
        other = own + timedelta(days=days * rng.choice((1, -1)))
        text = _DATES[piece.form](other)
        if text != piece.text and other > date(1990, 1, 1):
            yield Mutant("date", _join(said, at, text), piece.text)


def _words(said: tuple[Said, ...], at: int, piece: Said, whole: str) -> Iterator[Mutant]:
    for word, other in _FLIPS.items():
        for match in re.finditer(rf"\b{re.escape(word)}\b", piece.text):
            text = _join(said, at, piece.text[: match.start()] + other + piece.text[match.end() :])
            yield Mutant("word flipped", text, word)
    if re.search(r"the strategy\b", piece.text) and "benchmark" not in whole and "index" not in whole and any(p.ids for p in said):  # fmt: skip
        yield Mutant("owner swapped", _join(said, at, piece.text.replace("the strategy", "the benchmark", 1)), "")
    if re.search(r"(?i)\ban? year\b|p\.a\.|annualised", piece.text) and at and said[at - 1].form in ("p1", "s1"):
        changed = re.sub(r"^(,? )(a year|p\.a\.|annualised|per annum)", r"\1in total", piece.text)
        if changed != piece.text and said[at - 1].ids[0].endswith("cagr"):
            yield Mutant("annualised and total", _join(said, at, changed), piece.text)


__all__ = ["_FORMS", "voice_mutants"]
