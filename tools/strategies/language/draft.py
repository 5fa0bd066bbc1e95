"""A request in words to a specification, a question or a refusal, without a model: the whole way of the grammar."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue, ValidationError

from tools.errors import BadInput
from tools.strategies.language import refusals
from tools.strategies.language.asking import Notes, Question, Refused
from tools.strategies.language.build import Builder, fold
from tools.strategies.language.catalogued import indicator_words
from tools.strategies.language.normalise import Vocabulary, read, spelt, vocabulary
from tools.strategies.language.parse import parse
from tools.strategies.language.request import Request
from tools.strategies.language.revise import Reviser, wish_of
from tools.strategies.language.symbols import Symbols, without_symbols
from tools.strategies.language.tokens import Token
from tools.strategies.loading import BadSpecification, load
from tools.strategies.spec import Specification
from tools.strategies.templates import Templates, builtin

_MOST_CHARACTERS = 4000
_MOST_TOKENS = 160
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Read:
    """What a request came to. With status `ok` there is a specification; `assumed` are the defaults it takes."""

    status: Literal["ok", "clarify", "refused"]
    text: str
    specification: Specification | None = None
    assumed: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    questions: tuple[Question, ...] = ()
    refusal: str = ""
    unplaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Language:
    """What requests may name: the symbols with prices here, and the desk's templates."""

    symbols: Symbols
    templates: Templates = field(default_factory=builtin)

    @property
    def words(self) -> Vocabulary:
        """The vocabulary with this desk's symbols in it."""
        extra: Mapping[str, tuple[str, str]] = {**indicator_words(), **self.symbols.words()}
        return vocabulary({spelt(phrase): token for phrase, token in extra.items()})


class Reader:
    """Reads requests; one for a desk, safe to use from several threads."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._words = language.words

    @property
    def usual_symbol(self) -> str:
        """What is traded where nothing is named."""
        return self._language.symbols.usual

    @property
    def symbols(self) -> tuple[str, ...]:
        """What has prices here."""
        return self._language.symbols.available

    def tokens(self, text: str) -> tuple[Token, ...]:
        """The request as the grammar sees it."""
        return read(text, self._words).tokens

    def read(self, text: str) -> Read:
        """The request as a specification, as questions, or refused. Never raises for any text."""
        try:
            return self._read(text)
        except Refused as refused:
            return Read("refused", text, refusal=str(refused))
        except (ValidationError, ValueError, OverflowError):  # a number that no bar, date or share can be
            return Read("clarify", text, questions=(_BAD_NUMBER,))

    def _read(self, text: str) -> Read:
        if len(text) > _MOST_CHARACTERS:
            raise Refused(f"That is longer than {_MOST_CHARACTERS:,} characters; a strategy fits in a few sentences.")
        refusals.check(text)
        reading = read(text, self._words)
        self._language.symbols.check(text, reading)
        if not any(token.kind not in _EMPTY for token in reading.tokens):
            refusals.nothing_said(text, reading)
        if len(reading.tokens) > _MOST_TOKENS:
            raise Refused("That is too long to be one strategy; say when it buys, when it sells, and its stops.")
        notes = Notes()
        traded, tokens = without_symbols(_without_title(reading.tokens, notes))
        symbol = traded[0] if traded else self._language.symbols.usual
        if not tokens:
            return Read("clarify", text, questions=(_WHOLE,))
        built = self._built(reading.text, tokens, notes, symbol)
        if not traded:
            notes.assume(f"it trades {symbol}, since you named no instrument")
        if built is None or notes.questions:
            return Read(
                "clarify", text, None, tuple(notes.assumed), reading.corrected, tuple(notes.questions),
                unplaced=tuple(notes.unplaced),
            )  # fmt: skip
        return self._finished(text, built, traded or (symbol,), notes, reading.corrected)

    def revise(self, before: Specification, text: str) -> Read:
        """A change said in words, applied; `clarify` where it cannot be placed. Never raises for any text."""
        try:
            return self._revised(before, text)
        except Refused as refused:
            return Read("refused", text, refusal=str(refused))
        except (ValidationError, ValueError, OverflowError):
            return Read("clarify", text, questions=(_BAD_NUMBER,))

    def _revised(self, before: Specification, text: str) -> Read:
        if len(text) > _MOST_CHARACTERS:
            raise Refused(f"That is longer than {_MOST_CHARACTERS:,} characters; say one change at a time.")
        refusals.check(text)
        wish, notes = wish_of(text), Notes()
        reading = read(wish.text, self._words)
        self._language.symbols.check(text, reading)
        traded, tokens = without_symbols(reading.tokens)
        parts = None
        if tokens and len(tokens) <= _MOST_TOKENS and not (wish.level or wish.pair):
            with _lock:
                tree = parse(tokens)
            parts = Request(notes, before.symbols[0], self._language.templates).read(tree)
        written = Reviser(notes, self._language.templates).apply(before, wish, parts, traded)
        if written is None or notes.questions:
            return Read("clarify", text, None, tuple(notes.assumed), reading.corrected, tuple(notes.questions))
        symbols = tuple(str(symbol) for symbol in written.pop("symbols"))  # type: ignore[union-attr]
        return self._finished(text, written, symbols, notes, reading.corrected)

    def _built(self, text: str, tokens: tuple[Token, ...], notes: Notes, symbol: str) -> dict[str, JsonValue] | None:
        with _lock:
            tree = parse(tokens)
        parts = Request(notes, symbol, self._language.templates).read(tree)
        if parts.last_years:
            self._language.symbols.last_years(symbol, parts)
        stretches = _stretches(text, parts.unplaced_at)
        notes.unplaced += stretches
        notes.questions[:0] = [_what_is(words) for words in stretches]
        return Builder(notes, self._language.templates).build(parts)

    def _finished(
        self,
        text: str,
        built: dict[str, JsonValue],
        symbols: tuple[str, ...],
        notes: Notes,
        corrected: tuple[tuple[str, str], ...],
    ) -> Read:
        try:
            specification = load({"symbols": list(symbols), **built}, self._language.templates)
        except BadSpecification as error:
            raise Refused(str(error)) from None
        specification = fold(specification, self._language.templates)
        refusals.check_meaning(specification, self._language.templates)
        return Read("ok", text, specification, tuple(notes.assumed), corrected)


_EMPTY = frozenset(
    "UNKNOWN COMMA DOT SEMI COLON DASH NUM AND OR IN ON AT FOR FROM TO WITH IT WHEN UP DOWN OVER OPEN BY TODAY ARTICLE LP RP SLASH NEW AFTER BUT NOT WITHOUT ONLY RUN TOP UNIT ORDINAL SYMBOL WHILE WHERE IS UNTIL HIGH LOW CLOSE BOTTOM".split()
)
_LONGEST_TITLE = 6
_RULES = frozenset(
    "WHEN WHILE IF ABOVE BELOW OVER GE LE EQ CROSS CROSSABOVE CROSSBELOW STOP TARGET TRAILING NOT UNLESS".split()
)
_BAD_NUMBER = Question("One of the numbers in that cannot be used: which length, level or date is meant?")
_WHOLE = Question(
    "When should it buy, and when should it sell?",
    ("buy when RSI is under 30, sell when it is over 70", "golden cross", "buy a 20-day high, sell a 10-day low"),
)


def _without_title(tokens: tuple[Token, ...], notes: Notes) -> tuple[Token, ...]:
    """The rule behind a title ("Fade strength: short it if ..."), where the title has words no rule knows and no number."""
    at = next((at for at, token in enumerate(tokens[:_LONGEST_TITLE]) if token.kind == "COLON"), None)
    if not at or at + 1 >= len(tokens):
        return tokens
    title = tokens[:at]
    plain = all(not isinstance(token.value, int | float | tuple) and token.kind not in _RULES for token in title)
    if not plain or not any(token.kind == "UNKNOWN" for token in title):
        return tokens
    notes.assume(f"“{' '.join(token.said for token in title)}” is read as a title")
    return tokens[at + 1 :]


def _stretches(text: str, spans: list[tuple[int, int]]) -> list[str]:
    """What could not be placed, as it was written; words a little apart are shown as one stretch, small ones alone left out."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start - merged[-1][1] <= _GAP:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    said = [text[start:end] for start, end in merged]
    telling = [words for words in said if len(words) > _SHORT or " " in words]
    return telling or said


_GAP, _SHORT = 20, 5


def _what_is(words: str) -> Question:
    return Question(
        f"I cannot place “{words}”. What does it mean for the rule: which price, indicator or number, compared with what?"
    )


__all__ = ["BadInput", "Language", "Read", "Reader"]
