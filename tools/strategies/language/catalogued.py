"""Names of indicators as entries of the vocabulary."""


def indicator_words() -> dict[str, tuple[str, str]]:
    """Phrases, and the kind and value of their token: `NAME` or `NAME.output`."""
    found: dict[str, tuple[str, str]] = {}
    for phrases, kind, value in _WORDS:
        for phrase in phrases.split(" | "):
            found[phrase] = (kind, value)
    return found


_WORDS = (
    ("rsi | relative strength index | relative strength | wilder's rsi | ta.rsi", "RSI_", "RSI"),
    ("wma | weighted moving average | linear weighted moving average | wmas", "AVGKIND", "WMA"),
    ("cci | commodity channel index", "IND", "CCI"),
    ("adx | average directional index | trend strength", "IND", "ADX"),
    ("+di | plus di", "IND", "PLUS_DI"),
    ("-di | minus di", "IND", "MINUS_DI"),
    ("mfi | money flow index", "IND", "MFI"),
    ("williams %r | williams r | willr | %r | williams", "IND", "WILLR"),
    ("stochastic | %k | stochastic %k | stochastic k | stoch | stoch k | slow stochastic | stochastics", "IND", "STOCH.slowk"),
    ("%d | stochastic %d | stochastic d", "IND", "STOCH.slowd"),
)
