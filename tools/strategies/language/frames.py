"""Which bars a message is about, and lengths of time counted in them."""

from collections.abc import Mapping
from dataclasses import replace

from tools.strategies.language.tokens import Token
from tools.strategies.timeframes import UNITS, Timeframe

_SAID: Mapping[str, Timeframe] = {"WEEKBARS": "1w", "MONTHBARS": "1mo"}
_PERIODIC: Mapping[float, Timeframe] = {5: "1w", 21: "1mo"}
_SERIES = frozenset(
    """CLOSE RSI_ IND MACDLINE ATR BOLL AVGKIND SMA EMA MA BANDIND UPPER LOWER MIDDLE
    MACDCROSS GOLDENCROSS DEATHCROSS DONCHIAN TURTLE RSIREV BOLLREV SIGNALLINE HISTOGRAM""".split()
)
_ENDS = frozenset("COMMA DOT SEMI COLON WHEN WHILE EXIT ENTER AND".split()) | {""}
_BEFORE = frozenset("ON IN WITH FOR AT FROM BY TO IT".split())
_BARS_IN: Mapping[Timeframe, Mapping[float, float]] = {
    "1w": {5: 1, 10: 2, 21: 52 / 12, 63: 13, 252: 52},
    "1mo": {21: 1, 63: 3, 252: 12},
}
"""Bars of a timeframe in a unit, by the trading days in that unit."""
_BARS = frozenset("bar bars candle candles".split())


def timeframe_of(tokens: list[Token], usual: Timeframe) -> Timeframe:
    """The bars that are named ("weekly chart", "monthly close"); `usual` where none are."""
    for at, token in enumerate(tokens):
        if token.kind in _SAID:
            return _SAID[token.kind]
        if _names_bars(tokens, at):
            return _PERIODIC[_days(token)]
    return usual


def in_bars_of(tokens: list[Token], timeframe: Timeframe) -> tuple[list[Token], str]:
    """The tokens without the words that name the bars, units counted in bars; and the first length that cannot be."""
    out: list[Token] = []
    clash = ""
    tokens = _without_closes(tokens)
    for at, token in enumerate(tokens):
        if token.kind in _SAID or _names_bars(tokens, at):
            alone = token.kind in _SAID or _alone(tokens, at, tokens[at + 1].kind if at + 1 < len(tokens) else "")
            if alone and out and out[-1].kind in _BEFORE:
                out.pop()
            continue
        bars = _counted(token, timeframe) if timeframe != "1d" else None
        if bars is None:
            out.append(token)
            continue
        if not bars and _counts(tokens, at):
            clash = clash or f"{_counts(tokens, at)} {token.said}"
        out.append(replace(token, kind="PERIODIC" if token.kind == "PERIODIC" else "UNIT", value=bars or 1))
    return out, clash


def _without_closes(tokens: list[Token]) -> list[Token]:
    """ "Using weekly closes, ...": the bars are named and nothing is compared."""
    kinds = [*(token.kind for token in tokens), ""]
    for at in range(len(tokens) - 2):
        if kinds[at : at + 3] == ["WITH", "PERIODIC", "CLOSE"] and kinds[at + 3] in _ENDS:
            return [*tokens[:at], *tokens[at + 3 :]]
    return tokens


def clash_in_words(clash: str, timeframe: Timeframe) -> str:
    """The question where a length cannot be counted in the bars that were named."""
    unit = UNITS[timeframe]
    return f"“{clash}” on {unit}ly bars: which length in {unit}s is meant? Or should all of it run on daily bars?"


def _names_bars(tokens: list[Token], at: int) -> bool:
    """ "Weekly close", "monthly RSI": an adjective right before a series is about its bars; "on the weekly" too."""
    if tokens[at].kind != "PERIODIC" or _days(tokens[at]) not in _PERIODIC:
        return False
    following = tokens[at + 1].kind if at + 1 < len(tokens) else ""
    return following in _SERIES or _alone(tokens, at, following)


def _alone(tokens: list[Token], at: int, following: str) -> bool:
    """ "On the weekly, ...", "SPY weekly: ...": nothing that it could belong to follows."""
    return (at == 0 or tokens[at - 1].kind in {"ON", "SYMBOL"}) and following in _ENDS


def _days(token: Token) -> float:
    return float(token.value) if isinstance(token.value, int | float) else 0.0


def _counted(token: Token, timeframe: Timeframe) -> float | None:
    """Bars in the unit that a token names, 0 where it is shorter than one; None where it names no unit."""
    if token.said in _BARS:
        return 1
    days = {"DAYWORD": 1.0, "YEARWORD": 252.0}.get(token.kind) or (
        _days(token) if token.kind in {"UNIT", "PERIODIC"} else 0.0
    )
    return _BARS_IN[timeframe].get(days, 0) if days else None


def _counts(tokens: list[Token], at: int) -> str:
    """The number before a unit, with or without a dash between them."""
    before = at - 1
    if before > 0 and tokens[before].kind == "DASH":
        before -= 1
    return tokens[before].said if before >= 0 and tokens[before].kind == "NUM" else ""
