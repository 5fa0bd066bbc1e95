"""Which facts the loose words of a sentence speak of: words of labels and of the phrases people use for a figure.

Phrases of the lexicon are matched whole by the first reading. Here single words count, reduced to their beginning, and
rare ones count more: "a single bad day cost 9.7%" speaks of days, "the hole was 77.9% deep" of a fall.
"""

import math
import re
from collections.abc import Iterable
from functools import lru_cache

from tools.narrative.checking.lexicon import IDIOMS, METRICS

_WORD = re.compile(r"[a-z]{2,}")
_PLAIN = frozenset(
    "an and are as at be been by for from had has have in into is it its of on or our than that the their them there these they this to us was we were what which while with would you your all over out up down if no not so do did does just only also more most less least very one two per benchmark strategy stated".split()
)  # fmt: skip
_FAMILIES = {
    word: stem
    for stem, words in {
        "loss": "red lose loses losing lost loss losses loser losers cost hole pain hit damage",
        "win": "win wins won winner winners winning profitable profit profits positive up",
        "fall": "fall falls fell fallen falling drop dropped decline declined slump trough low bottom slid hole dug deep depth deepest deeper underwater losses",
        "recov": "recover recovered recovery regain regained even back climb clawed",
        "year": "year years annual annually yearly annum pa annualised annualized",
        "day": "day days daily session sessions",
        "month": "month months monthly",
        "trade": "trade trades trading traded position positions transaction transactions",
        "best": "best strongest top highest largest biggest good",
        "worst": "worst weakest bad lowest poorest brutal terrible",
        "market": "market markets invested exposure",
        "turn": "turn turns turned turnover",
        "cost": "cost costs fee fees commission commissions slippage",
        "value": "worth value capital money account balance portfolio walked",
    }.items()
    for word in words.split()
}


@lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """The words of a text by what they begin with; words that say nothing are left out."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if word in _FAMILIES:
            found.add(_FAMILIES[word])
        if word not in _PLAIN:
            found.add(word.removesuffix("s")[:6])
    return frozenset(found)


_BY_KEY = {
    key: stems(" ".join(phrase for phrase in phrases.split("|") if phrase not in IDIOMS))
    for key, phrases in METRICS.items()
}


def words_for(label: str, keys: Iterable[str]) -> frozenset[str]:
    """Everything a fact can be called by."""
    return stems(label).union(*(_BY_KEY.get(key, ()) for key in keys))


@lru_cache(maxsize=8192)
def weight(facts: int, everything: int) -> float:
    """How much a word says that so many facts of all share."""
    return math.log(1 + everything / max(facts, 1))
