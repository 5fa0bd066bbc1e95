"""A request in words to a specification, a question or a refusal, without a model: the whole way of the grammar."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import JsonValue, ValidationError

from tools.errors import BadInput
from tools.market.known import NAMES
from tools.strategies.language import kinds, refusals, talk
from tools.strategies.language.asking import Notes, Question, Refused
from tools.strategies.language.build import Builder, fold
from tools.strategies.language.catalogued import indicator_words
from tools.strategies.language.definitions import Sentence
from tools.strategies.language.frames import clash_in_words
from tools.strategies.language.normalise import Phrases, Vocabulary, is_known, read, spelt, vocabulary
from tools.strategies.language.parse import parse
from tools.strategies.language.parts import Parts
from tools.strategies.language.request import Request
from tools.strategies.language.revise import Reviser, wish_of
from tools.strategies.language.symbols import Symbols, without_symbols
from tools.strategies.language.tokens import Reading
from tools.strategies.loading import BadSpecification, load
from tools.strategies.spec import Specification
from tools.strategies.templates import Templates, builtin
from tools.strategies.timeframes import Timeframe

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
    set_aside: tuple[str, ...] = ()
    """What was said besides the rule, as it was written."""


@dataclass(frozen=True, slots=True)
class Language:
    """What requests may name: the symbols with prices here, and the desk's templates."""

    symbols: Symbols
    templates: Templates = field(default_factory=builtin)

    @property
    def words(self) -> Vocabulary:
        """The vocabulary with this desk's symbols in it."""
        extra: Phrases = {**indicator_words(), **self.symbols.words()}
        return vocabulary(_spelt(extra), _spelt(self.symbols.names()))


class Reader:
    """Reads requests; one for a desk, safe to use from several threads."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._words = language.words

    @property
    def usual_symbol(self) -> str:
        """What is traded where nothing is named."""
        return self._language.symbols.usual

    def reading(self, text: str) -> Reading:
        """The rules in the request as the grammar sees them."""
        reading = self._reading(text)
        rules = tuple(token for sentence in talk.sort(reading).sentences for token in sentence)
        return replace(reading, tokens=rules)

    def _reading(self, text: str, timeframe: Timeframe = "1d") -> Reading:
        written = self._language.symbols.written(text, lambda word: is_known(word, self._words))
        return read(text, self._words, written, timeframe)

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
        reading = self._reading(text)
        sorted_ = talk.sort(reading)
        self._language.symbols.check(text, sorted_.whole)
        if not any(token.kind in kinds.STRONG | kinds.NUMBERS for token in reading.tokens):
            refusals.nothing_said(text)
        if sum(map(len, sorted_.sentences)) > _MOST_TOKENS:
            raise Refused("That is too long to be one strategy; say when it buys, when it sells, and its stops.")
        notes = Notes()
        for token in (token for sentence in sorted_.sentences for token in sentence):
            if token.kind == "SYMBOL" and token.said in NAMES:
                notes.assume(f"“{token.said}” is taken as {token.value}")
            elif token.kind == "INSTRUMENT":
                notes.unplaced.append(token.said)
                notes.ask(self._which(token.said))
        traded, sentences = without_symbols(sorted_.sentences)
        symbol = traded[0] if traded else self._language.symbols.usual
        if reading.clash:
            return Read("clarify", text, questions=(Question(clash_in_words(reading.clash, reading.timeframe)),))
        built = self._built(reading, sentences, notes, symbol)
        if not traded:
            notes.assume(f"it trades {symbol}, since you named no instrument")
        aside = stretches(reading.text, [*sorted_.aside, *notes.aside])
        if built is None or notes.questions:
            return Read(
                "clarify", text, None, tuple(notes.assumed), reading.corrected, tuple(notes.questions or (_WHOLE,)),
                unplaced=tuple(notes.unplaced), set_aside=aside,
            )  # fmt: skip
        return self._finished(text, built, traded or (symbol,), notes, reading.corrected, aside)

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
        reading = self._reading(wish.text, before.timeframe)
        sorted_ = talk.sort(reading)
        self._language.symbols.check(wish.text, sorted_.whole)
        traded, sentences = without_symbols(sorted_.sentences)
        parts = None
        if any(sentences) and sum(map(len, sentences)) <= _MOST_TOKENS and not (wish.level or wish.pair):
            parts = self._parts(sentences, notes, before.symbols[0], reading.timeframe)
        if reading.clash:
            notes.ask(Question(clash_in_words(reading.clash, reading.timeframe)))
        reviser = Reviser(notes, self._language.templates)
        written = reviser.apply(before, wish, parts, traded, reading.timeframe)
        if written is None or notes.questions:
            return Read("clarify", text, None, tuple(notes.assumed), reading.corrected, tuple(notes.questions))
        symbols = tuple(str(symbol) for symbol in written.pop("symbols"))  # type: ignore[union-attr]
        return self._finished(text, written, symbols, notes, reading.corrected)

    def _built(
        self, reading: Reading, sentences: Sequence[Sentence], notes: Notes, symbol: str
    ) -> dict[str, JsonValue] | None:
        parts = self._parts(sentences, notes, symbol, reading.timeframe)
        if parts.last_years:
            self._language.symbols.last_years(symbol, parts)
        unplaced = telling(stretches(reading.text, parts.unplaced_at, _FAR))
        notes.unplaced += [*unplaced, *stretches(reading.text, parts.strangers)]
        notes.questions[:0] = [_what_is(words) for words in unplaced]
        built = Builder(notes, self._language.templates).build(parts)
        return {**built, "timeframe": reading.timeframe} if built is not None else None

    def _which(self, words: str) -> Question:
        return Question(
            f"I cannot place “{words}”. If an instrument is meant, which ticker is it? {self._language.symbols.have} "
            "If it is part of the rule, which price, indicator or number is it?"
        )

    def _parts(self, sentences: Sequence[Sentence], notes: Notes, symbol: str, timeframe: Timeframe) -> Parts:
        with _lock:
            pieces = [piece for sentence in sentences if sentence for piece in parse(sentence)]
        return Request(notes, symbol, self._language.templates, timeframe).read(pieces)

    def _finished(
        self,
        text: str,
        built: dict[str, JsonValue],
        symbols: tuple[str, ...],
        notes: Notes,
        corrected: tuple[tuple[str, str], ...],
        aside: tuple[str, ...] = (),
    ) -> Read:
        try:
            specification = load({"symbols": list(symbols), **built}, self._language.templates)
        except BadSpecification as error:
            raise Refused(str(error)) from None
        specification = fold(specification, self._language.templates)
        refusals.check_meaning(specification, self._language.templates)
        return Read("ok", text, specification, tuple(notes.assumed), corrected, set_aside=aside)


def _spelt(phrases: Phrases) -> Phrases:
    return {spelt(phrase): token for phrase, token in phrases.items()}


_NEAR, _FAR, _SHORT = 3, 20, 5
_BAD_NUMBER = Question("One of the numbers in that cannot be used: which length, level or date is meant?")
_WHOLE = Question(
    "When should it buy, and when should it sell?",
    ("buy when RSI is under 30, sell when it is over 70", "golden cross", "buy a 20-day high, sell a 10-day low"),
)


def telling(stretches: tuple[str, ...]) -> tuple[str, ...]:
    """Those that say something on their own, where there are any."""
    return tuple(words for words in stretches if len(words) > _SHORT or " " in words) or stretches


def stretches(text: str, spans: Iterable[tuple[int, int]], gap: int = _NEAR) -> tuple[str, ...]:
    """Parts of the message as they were written; those a little apart as one stretch."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start - merged[-1][1] <= gap:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    said = [text[start:end] for start, end in merged]
    return tuple(words.replace(" ¶ ", " ") for words in said)


def _what_is(words: str) -> Question:
    return Question(
        f"I cannot place “{words}”. What does it mean for the rule: which price, indicator or number, compared with what?"
    )


__all__ = ["BadInput", "Language", "Read", "Reader"]
