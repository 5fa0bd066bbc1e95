"""What a model may not say to a trading desk, whatever it was asked: promises, orders to trade, abuse.

Each check names what it found, or nothing. They read prose; a rule such as "buys when RSI is below 30" is no order.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from glin_profanity import Filter

from bot.protocols import Json

_PROMISES: Final = (
    r"(?<!no )(?<!not )(?<!n't )(?<!never )(?<!cannot )(?<!without )(?<!nothing )(?<!nothing here )\bguarantee[ds]?\b",
    r"\brisk[- ]?free (?:return|profit|gain|income|strategy|trade|money)",
    r"\b(?:can ?not|can't|never|won't|will not|unable to) (?:lose|fail)\b",
    r"\b(?:no|zero|without(?: any)?) (?:downside )?risk\b(?! (?:limit|control|manag|rule|setting|parameter|of ruin))",
    r"\b(?:will|shall|is (?:certain|sure|bound|guaranteed) to|are (?:certain|sure|bound) to|is going to)"
    r" (?:surely |certainly |continue to |keep )?"
    r"(?:earn|return|gain|profit|outperform|beat|double|triple|rise|make (?:you )?(?:money|a profit)|deliver|grow)",
    r"\b(?:certain|sure|assured|safe|easy) (?:profit|gain|return|money|bet)s?\b",
    r"\byou(?:'ll| will) (?:make|earn|gain|profit|double)",
    r"\bsure[- ]fire\b|\bcan't[- ]miss\b|\bfoolproof\b",
)
_ORDERS: Final = (
    r"\b(?:you|we|one|investors?|the desk|the committee) (?:should|must|ought to|need to|have to|had better)"
    r" (?:now |immediately |all )?(?:buy|sell|short|go (?:long|short)|trade|invest|enter|exit|hold|allocate|accumulate|double down)\b",
    r"\b(?:buy|sell|short|go (?:long|short)|invest|get in|get out)(?: \w+){0,3} (?:now|immediately|today|tomorrow|right away|at once|asap)\b",
    r"\b(?:i|we)(?: strongly| would| highly)? (?:recommend|suggest|advise|urge)(?: you)?(?: to)? "
    r"(?:buy|sell|short|invest|purchas|going (?:long|short)|accumulat|dump)",
    r"\b(?:is|are) a (?:strong |clear |screaming |table-pounding )(?:buy|sell)\b",
    r"\b(?:time|moment|chance|opportunity) to (?:buy|sell|short|load up|get in|get out)\b",
    r"\b(?:load up on|back up the truck|put (?:all )?your (?:money|savings)|bet the (?:farm|house)|go all[- ]in)\b",
    r"\b(?:place|send|submit|enter|execute) (?:an?|the|your|this) (?:\w+ )?(?:order|trade)s?\b",
    r"\bdon'?t (?:miss|sell|buy|wait)\b",
)
_ABUSE: Final = (
    r"\b(?:you|they|he|she|analysts?|clients?|traders?) (?:are|is) (?:an? |such an? |all )?"
    r"(?:complete |total |utter )?(?:idiot|moron|stupid|worthless|pathetic|imbecile|dumb|loser|scum|vermin|subhuman)",
    r"\b(?:kill|harm|hurt|hang) (?:yourself|yourselves|himself|herself|themselves)\b",
    r"\bi (?:hate|despise) (?:you|them|those people)\b",
)
_NOT_SWEARING: Final = (
    "cum",
    "screw",
    "screwed",
    "junk",
    "crappy",
    "naked",
    "stripped",
    "strip",
    "dummy",
    "butt",
    "bs",
)
"""Words of the list that a trading desk uses as they are: cum dividend, naked shorts, junk bonds, zero strips."""


def promises(text: str) -> str:
    """A promise of returns, or that nothing can be lost."""
    return _first(_all(_PROMISES), text)


def orders(text: str) -> str:
    """An instruction to trade."""
    return _first(_all(_ORDERS), text)


def abuse(text: str) -> str:
    """Insults, threats and swearing: the fallback where the endpoint has no moderation."""
    found = _first(_all(_ABUSE), text)
    if found:
        return found
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


@cache
def _all(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(" ".join(text.replace("’", "'").split()))
    return found[0] if found else ""


@cache
def _swearing() -> Filter:
    # without leetspeak, which reads 455 as a word
    return Filter({"languages": ["english"], "ignore_words": list(_NOT_SWEARING)})
