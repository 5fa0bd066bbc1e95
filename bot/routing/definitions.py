"""Questions what an indicator or a pattern is: plain by their form, and only where the catalogue knows the name."""

import re

from bot.routing.about_runs import METRICS
from bot.routing.lexicon import PHRASES

_THE = r"(?:(?:a|an|the|some) )?"
_KIND = r"(?: indicators?| patterns?| candles?| oscillators?)?"
_FORMS = (
    rf"(?:what|wat)(?:'s|s| is| are|s is) (?:meant by )?{_THE}(?P<name>.+?){_KIND}(?: (?:used )?for)?",
    rf"(?:define|(?:the )?(?:meaning|definition|formula) (?:of|for)) {_THE}(?P<name>.+?){_KIND}",
    rf"what (?:does|do) {_THE}(?P<name>.+?){_KIND} (?:measure|mean|show|do|say|stand for|tell (?:me|us|you))",
    rf"how (?:does|do|is|are) {_THE}(?P<name>.+?){_KIND} (?:work|calculated|computed|defined|measured|worked out)",
    rf"how (?:do|does|can|should|would) (?:i|we|you|one) (?:read|interpret|use|calculate|compute) {_THE}(?P<name>.+?){_KIND}",
)
_BARE = (
    rf"(?:explain|describe|tell|teach|whats about|what about|remind)(?: (?:me|us))?(?: (?:about|of|what|how))? {_THE}(?P<name>.+?)"
    rf"{_KIND}(?: (?:is|are|works?))?(?: (?:to|for) (?:me|us))?(?: (?:simply|again|in (?:simple|plain) (?:words|terms|english)))?"
)
_MORE_OF_IT = re.compile(r"\W+(?:and )?(?:how|when|why|what)\b.*\b(?:it|its|they|them)\b.*$")
"""What is asked of the same thing after it: "what is RSI, and how would I use it"."""
_ASKED = tuple(re.compile(form) for form in _FORMS)
_TO_EXPLAIN = re.compile(_BARE)
_METRIC = re.compile("|".join(f"(?:{words})" for words in METRICS.values()))


def asks_what_it_is(words: str) -> bool:
    """Whether a text asks for the meaning of one indicator or pattern of the catalogue, and for nothing else."""
    said = re.sub(r"^(?:(?:hi|hey|please|pls|ok|and|so|can you|could you)\W+)*", "", words.lower())
    said = re.sub(r"\W+(?:please|pls|plz|thanks)\W*$", "", said).rstrip(" ?!.")
    said = _MORE_OF_IT.sub("", said)
    if len(said) > 80:
        return False
    names = {match["name"].strip() for form in _ASKED if (match := form.fullmatch(said))}
    explained = _TO_EXPLAIN.fullmatch(said)
    if explained and "STRATEGY" not in PHRASES.get(explained["name"], ()):  # "explain momentum" may mean a run of it
        names.add(explained["name"].strip())
    return any(_is_in_the_catalogue(name) for name in names if not _METRIC.fullmatch(name))


def _is_in_the_catalogue(name: str) -> bool:
    from tools.strategies.catalogue.model import catalogue

    singular = name.removesuffix("s")
    return any(item.kind != "term" for form in (name, singular) for item in catalogue().called(form))
