"""What people call an instrument, to its symbol. One small table; the store knows which symbols have prices."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instrument:
    """`symbol` as it is stored and shown, `name` for readers, `words` people use, lower case, without punctuation."""

    symbol: str
    name: str
    words: tuple[str, ...]


INSTRUMENTS = (
    Instrument(
        "SPY",
        "S&P 500",
        (
            "s&p 500",
            "s&p500",
            "s&p 500 index",
            "s&p",
            "s and p 500",
            "s and p",
            "s p 500",
            "sp 500",
            "sp500",
            "snp 500",
            "snp500",
            "snp",
            "spx",
            "gspc",
            "^gspc",
            "^spx",
            "spy",
            "spdr s&p 500",
            "standard and poors 500",
            "standard & poors 500",
            "standard and poors",
        ),
    ),
    Instrument(
        "^IXIC",
        "Nasdaq Composite",
        (
            "nasdaq composite",
            "nasdaq composite index",
            "nasdaq index",
            "nasdaq",
            "ixic",
            "^ixic",
        ),
    ),
)

_BY_WORDS = {words: instrument for instrument in INSTRUMENTS for words in instrument.words}
_ANY = re.compile(
    r"(?<![\w^&])(?:"
    + "|".join(re.escape(words).replace(r"\ ", r"[\s-]+") for words in sorted(_BY_WORDS, key=len, reverse=True))
    + r")(?![\w&]|\s*-?100\b)"
)


def resolve(words: str) -> Instrument | None:
    """The instrument that `words` name ("the S&P 500", "$SPY", "nasdaq"), or None."""
    plain = _plain(words).strip().removeprefix("$").removeprefix("the ").strip(" .,;:!?\"'()")
    return _BY_WORDS.get(re.sub(r"[\s-]+", " ", plain))


def mentioned(text: str) -> tuple[Instrument, ...]:
    """The instruments a text names, in order of first mention, each once."""
    found: dict[str, Instrument] = {}
    for match in _ANY.finditer(_plain(text)):
        instrument = _BY_WORDS[re.sub(r"[\s-]+", " ", match.group())]
        found.setdefault(instrument.symbol, instrument)
    return tuple(found.values())


def _plain(text: str) -> str:
    """Lower case; `S&amp;P` as Slack sends it, `Poor's`, `S & P` and `S.&P.` in one form."""
    plain = text.lower().replace("&amp;", "&").replace("’", "'").replace("poor's", "poors")
    return re.sub(r"\bs\.?\s*&\s*p\b\.?", "s&p", plain)
