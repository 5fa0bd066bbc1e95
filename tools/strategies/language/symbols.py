"""Instruments in a message: which are traded, which are only looked at, and which nobody here knows."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools.market.symbols import INSTRUMENTS
from tools.strategies.language.asking import Refused
from tools.strategies.language.request import Parts
from tools.strategies.language.tokens import Reading, Token

_TICKER = re.compile(r"(?<![\w^$.])[$^]?[A-Z]{2,5}(?![\w.])")
_NOT_TICKERS = frozenset(
    """RSI SMA EMA WMA MACD ATR ADX CCI MFI ROC BB DI OBV SAR KC AND OR NOT IF THEN ELSE BUY SELL EXIT ENTRY ENTER LONG SHORT FLAT HOLD STOP
    TP SL MA DMA VWAP BTFD BTD OK FYI PLS ASAP TGT OHLC NAV EOD MOC GO IN ON AT IS IT TO OF WHEN OPEN HIGH LOW CLOSE CASH OUT UP DOWN ABOVE
    BELOW CROSS WILLR STOCH THE FOR WITH DAY DAYS BARS BAR RULES RULE TRADE NO ALL ANY SIGNAL SYSTEM USD EUR GBP US UK EU TA LIB API I A
    HELLO HI HEY MY WE PLEASE PRICE VOL VOLUME ALWAYS NEVER TEST RUN DRAFT""".split()
)
_KNOWN_WITHOUT_PRICES = re.compile(
    r"\b(?:apple|microsoft|google|amazon|tesla|nvidia|meta|bitcoin|btc|ethereum|eth|gold|silver|crude oil|oil|russell(?: 2000)?|dow(?: jones)?|dax|ftse(?: 100)?|"
    r"nikkei|qqq|iwm|dia|gld|tlt|vix|nasdaq[ -]?100|ndx|euro ?stoxx(?: 50)?|treasur(?:y|ies)|bonds?|eurusd)\b",
    re.IGNORECASE,
)
_SUBJECT_BEFORE = frozenset("WHEN WHILE AND OR EITHER UNLESS NOT AFTER UNTIL BOTHOF BUT ONLY ON COMMA".split())
_PREDICATES = frozenset(
    """ABOVE BELOW OVER GE LE MORETHAN CROSS CROSSABOVE CROSSBELOW FALL RISE CLOSE BREAK NEW UP DOWN GAPUP GAPDOWN DOWNDAY UPDAY OPEN
    TURN DECREASING INCREASING OVERSOLD OVERBOUGHT PCT IN AT HIGH LOW TURNSUP TURNSDOWN NOT""".split()
)
_VERBS = frozenset("ENTER EXIT SHORT COVER HOLD BUYHOLD".split())
_BEFORE = frozenset("ON FOR FROM IN AT".split())


@dataclass(frozen=True, slots=True)
class Symbols:
    """The symbols with prices here, by what people call them. `usual` is traded where none is named."""

    available: tuple[str, ...]
    usual: str
    spans: Mapping[str, tuple[datetime.date, datetime.date]] = field(default_factory=dict)

    def words(self) -> dict[str, tuple[str, str]]:
        """Phrases for the vocabulary."""
        found: dict[str, tuple[str, str]] = {}
        for instrument in INSTRUMENTS:
            if instrument.symbol in self.available:
                for phrase in instrument.words:
                    found[phrase] = ("SYMBOL", instrument.symbol)
        for symbol in self.available:
            found[symbol.lower()] = ("SYMBOL", symbol)
        return found

    def check(self, text: str, reading: Reading) -> None:
        """Raise `Refused` where the message trades an instrument that has no prices here."""
        unknown = self._unknown(text, reading)
        if unknown:
            have = ", ".join(self.available)
            raise Refused(f"There are no prices of {unknown} here, so it cannot be drafted; there are {have}.")

    def _unknown(self, text: str, reading: Reading) -> str:
        known = _KNOWN_WITHOUT_PRICES.search(text)
        if known and known.group().lower() not in self.words():
            return known.group()
        called = {*self.words(), *(symbol.lower() for symbol in self.available)}
        words = {token.said for token in reading.tokens if token.kind == "UNKNOWN"}
        shouting = text.upper() == text
        for match in _TICKER.finditer(text):
            said = match.group()
            unknown = said.lower() in words and said not in _NOT_TICKERS and not shouting
            if (said.startswith("$") or unknown) and said.lstrip("$").lower() not in called:
                return said
        return _after_a_verb(reading)

    def last_years(self, symbol: str, parts: Parts) -> None:
        """The last years of the data this desk has."""
        if symbol in self.spans:
            end = self.spans[symbol][1]
            parts.period["start"] = datetime.date(end.year - parts.last_years, end.month, min(end.day, 28))


def _after_a_verb(reading: Reading) -> str:
    """ "buy zzqx when": one unknown word where the instrument belongs."""
    tokens = reading.tokens
    for verb, word, following in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (
            verb.kind in {"ENTER", "SHORT"}
            and word.kind == "UNKNOWN"
            and following.kind in {"WHEN", "WHILE"}
            and len(word.said) <= 5
            and not reading.text[verb.end : word.start].strip()
        ):
            return word.said.upper()
    return ""


def without_symbols(tokens: Sequence[Token]) -> tuple[tuple[str, ...], tuple[Token, ...]]:
    """The symbols that are traded, and the tokens without them; a symbol whose price is compared stays."""
    traded: list[str] = []
    for at, token in enumerate(tokens):
        if token.kind == "SYMBOL" and not _is_looked_at(tokens, at):
            traded.append(str(token.value))
    every = [str(token.value) for token in tokens if token.kind == "SYMBOL"]
    traded = list(dict.fromkeys(traded)) or every[:1]
    kept: list[Token] = []
    for at, token in enumerate(tokens):
        if token.kind == "SYMBOL" and str(token.value) in traded and not _is_subject(tokens, at):
            if kept and kept[-1].kind in _BEFORE and not _starts_a_clause(tokens, at):
                kept.pop()
            continue
        kept.append(token)
    return tuple(traded), tuple(kept)


def _starts_a_clause(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].kind in {"IND", "RSI_"} and tokens[at - 1].kind == "WHEN"


def _is_looked_at(tokens: Sequence[Token], at: int) -> bool:
    """Whether a symbol is compared, not traded: it stands where a condition has its subject."""
    before = tokens[at - 1].kind if at else ""
    return (
        before in {"WHEN", "WHILE", "AND", "OR", "EITHER", "UNLESS", "NOT", "UNTIL"}
        and at + 1 < len(tokens)
        and (tokens[at + 1].kind in _PREDICATES or tokens[at + 1].kind in {"RSI_", "IND", "RETURN"})
    )


def _is_subject(tokens: Sequence[Token], at: int) -> bool:
    before = tokens[at - 1].kind if at else "WHEN"
    after = tokens[at + 1].kind if at + 1 < len(tokens) else ""
    return before in _SUBJECT_BEFORE and after in _PREDICATES and before not in _VERBS
