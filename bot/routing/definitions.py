"""Questions what an indicator or a pattern is: plain by their form, and only where the catalogue knows the name."""

import re

from bot.routing.arguments import METRICS

_FORMS = (
    r"(?:what|wat)(?:'s|s| is| are) (?:(?:a|an|the) )?(?P<name>.+?)(?: indicator| pattern| candle| oscillator)?",
    r"define (?:(?:a|an|the) )?(?P<name>.+?)",
    r"what (?:does|do) (?:(?:a|an|the) )?(?P<name>.+?) (?:measure|mean|show|tell (?:me|us|you)|say)",
    r"how (?:does|do|is|are) (?:(?:a|an|the) )?(?P<name>.+?) (?:work|calculated|computed|defined|measured)",
    r"(?:explain|describe|tell me about|whats about) (?:(?:a|an|the) )?(?P<name>.+?) (?:indicator|pattern|oscillator|candle)",
)
_ASKED = tuple(re.compile(form) for form in _FORMS)
_METRIC = re.compile("|".join(f"(?:{words})" for words in METRICS.values()))


def asks_what_it_is(words: str) -> bool:
    """Whether a text asks for the meaning of one indicator or pattern of the catalogue, and for nothing else."""
    said = re.sub(r"^(?:(?:hi|hey|please|pls|ok|and|so|can you|could you)\W+)*", "", words.lower()).rstrip(" ?!.")
    if len(said) > 80:
        return False
    names = {match["name"].strip() for form in _ASKED if (match := form.fullmatch(said))}
    return any(_is_in_the_catalogue(name) for name in names if not _METRIC.fullmatch(name))


def _is_in_the_catalogue(name: str) -> bool:
    from tools.strategies.catalogue.model import catalogue

    singular = name.removesuffix("s")
    return any(item.kind != "term" for form in (name, singular) for item in catalogue().called(form))
