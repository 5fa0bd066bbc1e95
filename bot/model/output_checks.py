"""What a model may not say to a trading desk, whatever it was asked: promises, orders to trade, abuse.

Each check names what it found, or nothing. They read prose a clause at a time and look for a *kind of statement*, put together
from families of words (`wording.yaml`: the future, certainty, gain, advice, verbs of trading), not for phrases. A report speaks
of the past and of rules, so "buys when RSI is below 30", "returns are not guaranteed" and "proceed to paper trading" are none of
these. Where the checks err they stop too much: a report stopped is written by rules instead, a promise let through is published.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from glin_profanity import Filter
from pydantic import TypeAdapter

from bot.protocols import Json


def _read() -> Mapping[str, str]:
    """Each family as one pattern for whole words."""
    read = yaml.safe_load(Path(__file__).with_name("wording.yaml").read_text(encoding="utf-8"))
    families = TypeAdapter(dict[str, list[str]]).validate_python(read)
    return {name: rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)" for name, patterns in families.items()}


_FAMILIES: Final = _read()
_CLAUSES: Final = re.compile(r"(?<=[.!?;])\s+|\n+|,? (?:but|yet|and so|so that)\b|(?<=:) ")
_A_FEW_WORDS: Final = r"(?: [\w%$.,{}&'^-]+){0,5}? "
_NAME: Final = r"(?-i:[A-Z^][A-Z.^]{1,5}\b|[A-Z][a-z]+\b)|\$|\d|\{"
_NOT_SWEARING: Final = "cum screw screwed junk crappy naked stripped strip dummy butt bs".split()
"""Words of the list that a trading desk uses as they are: cum dividend, naked shorts, junk bonds, zero strips."""


def promises(text: str, *, report: bool = False) -> str:
    """A promise of returns, or that nothing can be lost; in a report, anything foretold."""
    return next(
        filter(None, (_promise(clause) or (_foretold(clause) if report else "") for clause in _clauses(text))), ""
    )


def orders(text: str, *, report: bool = False) -> str:
    """An instruction to trade; in a report, anything said to the reader."""
    return next(
        filter(None, (_order(clause) or (_spoken(clause) if report else "") for clause in _clauses(text))), ""
    )


def abuse(text: str) -> str:
    """Insults, threats and swearing: the fallback where the endpoint has no moderation."""
    insult = next(filter(None, (_found("abuse", clause) for clause in _clauses(text))), None)
    if insult:
        return insult[0]
    words = _swearing().check_profanity(text)["profane_words"]
    return str(words[0]) if words else ""


def prose_of(answer: Json) -> Iterator[str]:
    """Every text of an answer that is more than a word."""
    if isinstance(answer, str):
        if " " in answer.strip():
            yield answer
    elif isinstance(answer, Mapping):
        for value in answer.values():
            yield from prose_of(value)
    elif isinstance(answer, Sequence):
        for value in answer:
            yield from prose_of(value)


def _promise(clause: str) -> str:
    """The future or certainty with a gain, the future of the reader, or loss that is ruled out; none of it denied."""
    told = _found("no_loss", clause) or _found("idiom", clause)
    if told and not _found("denied", clause[: told.start()]):
        return told[0]
    if _found("denied", clause) or _found("lessened", clause):
        return ""
    future = None if _is_rule(clause) else _found("future", clause)
    said = _found("certain", clause) or future
    gain = _found("gain", clause)
    if said and gain:
        return f"{said[0]} ... {gain[0]}"
    if future and (you := _found("you", clause)):
        return f"{you[0]} ... {future[0]}"
    return guarantee[0] if (guarantee := _found("guarantee", clause)) else ""


def _order(clause: str) -> str:
    """Advice with a verb of trading behind it, a clause that begins with one, or a security rated a buy."""
    if _is_rule(clause) or _found("paper", clause):
        return ""
    for advised in _advised().finditer(clause):
        before, with_advice = clause[: advised.start()], clause[: advised.end("advice")]
        if not _denies_advice().search(before) and not _rules_speak().search(with_advice):
            return advised[0]
    ordered = _ordered().search(clause) or _rated().search(clause)
    return ordered[0].strip() if ordered and not _found("denied", clause[: ordered.start()]) else ""


def _foretold(clause: str) -> str:
    if hype := _found("hype", clause):
        return hype[0]
    future = _found("foretold", clause)
    if not future or _is_rule(clause) or _found("lessened", clause) or _found("denied", clause[: future.start()]):
        return ""
    return future[0]


def _spoken(clause: str) -> str:
    said = _found("reader", clause) or _family("summons").match(clause)
    return said[0] if said else ""


def _is_rule(clause: str) -> bool:
    """Whether it says what a strategy does under a condition, to nobody in particular."""
    return bool(_found("condition", clause)) and not _found("spoken_to", clause)


def _clauses(text: str) -> Iterator[str]:
    for clause in _CLAUSES.split(text.replace("’", "'")):
        yield " ".join(_family("emphatic").sub("", clause).split())


def _found(family: str, clause: str) -> re.Match[str] | None:
    return _family(family).search(clause)


@cache
def _family(name: str) -> re.Pattern[str]:
    return re.compile(_FAMILIES[name], re.IGNORECASE)


@cache
def _advised() -> re.Pattern[str]:
    traded = (
        rf"{_FAMILIES['trade']}(?![- ]{_FAMILIES['noun']})|{_FAMILIES['handle']}{_A_FEW_WORDS}{_FAMILIES['market']}"
    )
    return re.compile(
        rf"(?P<advice>{_FAMILIES['advice']})(?:,? ?{_FAMILIES['between']})* ?\b(?:{traded})", re.IGNORECASE
    )


@cache
def _ordered() -> re.Pattern[str]:
    begins = r"(?:^|(?<=[;:!?—–] )|^(?:so|then|now|just|simply|first|action|bottom line)[:,]? )(?:\w+ly |now |then |just |please )*"
    thing = rf"(?:{_FAMILIES['something']}|{_NAME})"
    handled = rf"{_FAMILIES['handle']}(?= {thing}){_A_FEW_WORDS}{_FAMILIES['market']}"
    return re.compile(
        rf"{begins}(?:{_FAMILIES['starts']}|{_FAMILIES['begins']} (?=(?:out |off )?{thing})|{handled})", re.IGNORECASE
    )


@cache
def _rated() -> re.Pattern[str]:
    verb = r"(?:is|are|remains?|looks like|screams|rated?)(?: it| this)?"
    return re.compile(
        rf"\b{verb} (?:an? )?(?:\w+ly |strong |clear |screaming |table-pounding |outright |conviction )*(?:buy|sell)\b"
        rf"(?!,? (?:at|on|or|when|whenever|if|in)\b)(?![- ]{_FAMILIES['noun']})",
        re.IGNORECASE,
    )


@cache
def _denies_advice() -> re.Pattern[str]:
    return re.compile(rf"{_FAMILIES['not_advised']}(?: \w+){{0,3}} ?$", re.IGNORECASE)


@cache
def _rules_speak() -> re.Pattern[str]:
    return re.compile(rf"{_FAMILIES['rules_speak']}$", re.IGNORECASE)


@cache
def _swearing() -> Filter:
    # without leetspeak, which reads 455 as a word
    return Filter({"languages": ["english"], "ignore_words": list(_NOT_SWEARING)})
