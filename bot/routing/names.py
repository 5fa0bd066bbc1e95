"""What runs are called in a text: "compare the golden cross with buy and hold on the S&P" names two."""

import re

from bot.routing.lexicon import PHRASES
from bot.routing.symbols import is_symbol

_OF_NAMES = {"STRATEGY", "INDICATOR"}
_CHANNEL = re.compile(r"#[\w-]+")
_WRITTEN = re.compile(r"^[A-Z][a-z]+|[A-Za-z]\d|\d[A-Za-z/]|[a-z][A-Z]|_")
_QUOTED = re.compile(r"\"([^\"]{2,80})\"|(?<!\w)'([^']{2,80})'(?!\w)")
_BETWEEN = re.compile(
    r"\s*(?:,|;|/| vs\.? | v\.? | versus | against | compared (?:to|with) | or | relative to | than | over | with(?= the| my| our| buy| [a-z]+ )"
    r"|(?<!buy)(?<!hold) and (?!hold)| better than | beats? | outperform(?:ed|s)? | & (?!hold|p))\s*",
    re.IGNORECASE,
)
_NOISE = frozenset(
    """a about above actually again all also am an and any anything are as asap ask at attached attachment back backtest
    backtested backtests be been before behave behaved best better between brief briefly brought but by can case chart check come
    committee compare comparing comparison could csv curve curves dear desk deskhand detail detailed details did differ difference
    differences different do document does doing done down draw drawdown drawdowns drop each equity every everything executive
    explain export fare fared file files find first for from full gave generate get give given go good got graph great had
    has have head hello help her here hey hi highest his hold hows how how's i i'd i'm ic if in interpret into investment is it it's
    its json just kindly know last latest least let like list look looked looking looks lose losing lost lowest made make many max me mean
    memo metric money more most much my narrate narrated narrative need new newest now number numbers of off ok okay on one ones open
    our out over pdf per perform performance performed performing performs please plot pls plz prepare produce profit provide pull put
    quick quickly ran rank ranking rather read recap recent report reports result results return returned returns right run runs
    say sharpe short show side since so some sort sortino standard stats stored strategies strategy sum summarise summarize summary
    table take talk tell test tests than thanks that that's the their them then there these they thing this those three through
    to today together top two up us versus volatility vs walk want was way we went were what what's whats when where which who whose
    why will win with won work worked worse worst would write writeup write-up year years yesterday you your five one-pager rate
    next other each during among amongst awaiting narratives contrast contrasts ahead behind us stack stacks shorter longer far morning us hand
    approve published publication printable print version reviewed rate rating approved approval approvals reject rejected draft drafts publish released release pending review sign signoff queue
    submit send discard needs status stop""".split()
)
_LOUD = re.compile(r"[^\w&^'()+./-]+")


def names_in(text: str) -> list[str]:
    """Phrases that may name runs, in the order they are said; empty where nothing but request words is left."""
    quoted = [next(filter(None, match)) for match in _QUOTED.findall(text)]
    if quoted:
        return quoted
    names = [_trimmed(part) for part in _BETWEEN.split(f" {_CHANNEL.sub(' ', text)} ")]
    return [name for name in dict.fromkeys(names) if name and _is_name(name)]


def _trimmed(part: str) -> str:
    words = [word.strip(".-'") for word in _LOUD.sub(" ", part).split()]
    words = [word for word in words if word]
    while words and _is_noise(words[0]) and not any(_is_strategy(words[:size]) for size in (2, 3)):
        words.pop(0)
    while words and _is_noise(words[-1]) and not any(_is_strategy(words[-size:]) for size in (2, 3)):
        words.pop()
    return " ".join(words)


def _is_name(phrase: str) -> bool:
    """A name holds a strategy, an indicator or a symbol, or is written like a name: with capitals or digits in it."""
    words = phrase.split()
    spelt = phrase.lower().split()
    parts = (" ".join(spelt[at : at + size]) for size in (1, 2, 3) for at in range(len(spelt) - size + 1))
    known = any(_OF_NAMES & set(PHRASES.get(part, ())) or is_symbol(part) for part in parts)
    return known or (len(words) <= 6 and any(_WRITTEN.search(word) for word in words))


def _is_strategy(words: list[str]) -> bool:
    return "STRATEGY" in PHRASES.get(" ".join(words).lower(), ())


def _is_noise(word: str) -> bool:
    return word.lower() in _NOISE or len(word) == 1
