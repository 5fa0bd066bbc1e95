"""Instruments in a message: which are traded, which are only looked at, and which nobody here knows."""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tools.market.known import NAMES, is_symbol
from tools.market.symbols import INSTRUMENTS
from tools.strategies.language.asking import Refused
from tools.strategies.language.parts import Parts
from tools.strategies.language.tokens import Token

_WRITTEN = re.compile(r"(?<![\w^$.&/=-])[$^]?[A-Za-z0-9]{2,10}(?:[.\-/=][A-Za-z0-9]{1,5})?(?![\w])")
_MARKED = re.compile(r"[$^][A-Za-z][A-Za-z0-9.\-/=]*")
_BEFORE_AN_INSTRUMENT = re.compile(
    r"(?:^|\b(?:buy|buying|sell|selling|short|shorting|trade|trading|trades|long|own|hold|holding|enter|on|for|in|into|of|with|and|or|the)\s+|,\s*)$",
    re.IGNORECASE,
)
_NOT_TICKERS = frozenset(
    """BTFD BTD OK FYI PLS ASAP OHLC NAV EOD MOC USD EUR GBP US UK EU LIB API HELLO HI HEY ATH ETF ETFS IBS PE EPS CPI GDP NFP PPI PMI FED
    FOMC ECB IV HV YTD QTD MTD AI ML AM PM CEO IPO BTW IMO""".split()
)
_SUBJECT_BEFORE = frozenset("WHEN WHILE AND OR EITHER UNLESS NOT AFTER UNTIL BOTHOF BUT ONLY ON COMMA WITH".split())
_PREDICATES = frozenset(
    """ABOVE BELOW OVER GE LE MORETHAN CROSS CROSSABOVE CROSSBELOW FALL RISE CLOSE BREAK NEW UP DOWN GAPUP GAPDOWN DOWNDAY UPDAY OPEN
    TURN DECREASING INCREASING OVERSOLD OVERBOUGHT PCT IN AT HIGH LOW TURNSUP TURNSDOWN NOT""".split()
)
_VERBS = frozenset("ENTER EXIT SHORT COVER HOLD BUYHOLD".split())
_BEFORE = frozenset("ON FOR FROM IN AT".split())
_JOINS = frozenset("AND OR COMMA SLASH PLUS DASH".split())


@dataclass(frozen=True, slots=True)
class Symbols:
    """The symbols with prices here, by what people call them. `usual` is traded where none is named."""

    available: tuple[str, ...]
    usual: str
    spans: Mapping[str, tuple[datetime.date, datetime.date]] = field(default_factory=dict)

    def words(self) -> dict[str, tuple[str, str]]:
        """Phrases for the vocabulary: the instruments with prices here."""
        found: dict[str, tuple[str, str]] = {}
        for instrument in INSTRUMENTS:
            if instrument.symbol in self.available:
                for phrase in instrument.words:
                    found[phrase] = ("SYMBOL", instrument.symbol)
        for symbol in self.available:
            found[symbol.lower()] = ("SYMBOL", symbol)
        return found

    @staticmethod
    def names() -> dict[str, tuple[str, str]]:
        """Phrases for the vocabulary: well-known instruments, whether they have prices here or not."""
        return {phrase: ("SYMBOL", symbol) for phrase, symbol in NAMES.items()}

    def written(self, text: str, is_word: Callable[[str], bool]) -> dict[str, str]:
        """What in the message is the symbol of an instrument, as it is written there, and the symbol.

        `$TSLA` and `^VIX` say so themselves; `QQQ` and `BTC-USD` are known or have the form of a symbol. What is also a
        word of the language (`MA`, `ALL`) needs the dollar sign, and in small letters it has to stand where an instrument does.
        """
        found: dict[str, str] = {}
        for match in _WRITTEN.finditer(text):
            said, start = match.group(), match.start()
            several = "/" in said and not is_symbol(said.upper())
            for written in said.split("/") if several else (said,):
                symbol = written.upper().removeprefix("$")
                plain = is_symbol(symbol) and not is_word(written.lower())
                placed = written.isupper() or "-" in written or _BEFORE_AN_INSTRUMENT.search(text, 0, start)
                if _MARKED.fullmatch(written) or (plain and placed):
                    found[written.removeprefix("$")] = symbol
        return found

    def check(self, text: str, sentences: Sequence[Sequence[Token]]) -> None:
        """Raise `Refused` where something that looks like a symbol stands for an instrument, and there is none of that name."""
        if text.upper() == text:
            return
        for sentence in sentences:
            for at, token in enumerate(sentence):
                written = token.said.upper()
                if (
                    is_an_instrument(sentence, at)
                    and re.fullmatch("[A-Z]{2,5}", written)
                    and re.search(rf"\b{written}\b", text)
                    and written not in _NOT_TICKERS
                ):
                    raise Refused(
                        f"There are no prices of {written} here, and it is no symbol I know, so it is not drafted. {self.have} "
                        f"If {written} is right, write ${written}, and it is drafted without a trial run."
                    )

    @property
    def have(self) -> str:
        """A sentence on what has prices here."""
        return f"There are prices of {', '.join(self.available) or 'nothing yet'}."

    def last_years(self, symbol: str, parts: Parts) -> None:
        """The last years of the data this desk has."""
        if symbol in self.spans:
            end = self.spans[symbol][1]
            parts.period["start"] = datetime.date(end.year - parts.last_years, end.month, min(end.day, 28))


_VERBS_BEFORE = frozenset("ENTER EXIT SHORT COVER HOLD BUYHOLD ON FOR WITH".split())
_AFTER = frozenset("WHEN WHILE COMMA DOT SEMI COLON ON AT FOR EXIT WITH UNKNOWN".split()) | {""}


def is_an_instrument(tokens: Sequence[Token], at: int) -> bool:
    """Whether an unknown word stands where the instrument belongs: "buy zzqx when", "golden cross on unicorns"."""
    before = tokens[at - 1].kind if at else ""
    after = tokens[at + 1].kind if at + 1 < len(tokens) else ""
    return tokens[at].kind in {"UNKNOWN", "VAGUE"} and before in _VERBS_BEFORE and after in _AFTER


def without_symbols(sentences: Sequence[Sequence[Token]]) -> tuple[tuple[str, ...], list[tuple[Token, ...]]]:
    """The symbols that are traded, and the sentences without them; a symbol whose price is compared stays."""
    every = [(tokens, at) for tokens in sentences for at, token in enumerate(tokens) if token.kind == "SYMBOL"]
    named = [str(tokens[at].value) for tokens, at in every]
    traded = [str(tokens[at].value) for tokens, at in every if not _is_looked_at(tokens, at)] or named[:1]
    traded = list(dict.fromkeys(traded))
    return tuple(traded), [_without(tokens, traded) for tokens in sentences]


def _without(tokens: Sequence[Token], traded: Sequence[str]) -> tuple[Token, ...]:
    kept: list[Token] = []
    listed = 0
    for at, token in enumerate(tokens):
        if token.kind == "INSTRUMENT" or (
            (token.kind == "SYMBOL" and str(token.value) in traded) and not _is_subject(tokens, at)
        ):
            if listed and all(one.kind in _JOINS for one in kept[listed:]):
                del kept[listed:]
            elif kept and kept[-1].kind in _BEFORE and not _starts_a_clause(tokens, at):
                kept.pop()
            listed = len(kept) or listed
            continue
        if token.kind == "RP" and kept and kept[-1].kind == "LP":
            kept.pop()
            continue
        kept.append(token)
    return tuple(kept)


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
