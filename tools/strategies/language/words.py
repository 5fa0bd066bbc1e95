"""Names of indicators and symbols as entries of the vocabulary, and what goes without saying about indicators."""

USUAL: dict[str, dict[str, int | float]] = {
    "BBANDS": {"timeperiod": 20, "nbdevup": 2.0, "nbdevdn": 2.0},
}
"""Numbers the field takes where TA-Lib's defaults are others."""

OUTPUTS = {
    "MACD": ("macd", "macdsignal"),
    "STOCH": ("slowk", "slowd"),
    "STOCHF": ("fastk", "fastd"),
    "STOCHRSI": ("fastk", "fastd"),
}
"""Indicators with a line and its signal."""

ZONES = {
    "RSI": (30.0, 70.0),
    "STOCH": (20.0, 80.0),
    "STOCHF": (20.0, 80.0),
    "STOCHRSI": (20.0, 80.0),
    "MFI": (20.0, 80.0),
    "CCI": (-100.0, 100.0),
    "WILLR": (-80.0, -20.0),
    "CMO": (-50.0, 50.0),
}
"""Where an oscillator is called oversold and overbought."""


def label_of(name: str) -> str:
    """How an indicator is called in a sentence."""
    return _LABELS.get(name, name)


_LABELS = {
    "BBANDS": "the Bollinger band",
    "STOCH": "the stochastic",
    "WILLR": "Williams %R",
    "PLUS_DI": "+DI",
    "MINUS_DI": "-DI",
    "KC": "the Keltner channel",
}
