"""A message to tokens: characters made plain, numbers put together, phrases looked up, typos corrected and told."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from tools.strategies.language import context, frames, times
from tools.strategies.language.numbers import with_numbers
from tools.strategies.language.tokens import Reading, Token, Word
from tools.strategies.timeframes import Timeframe

_FOLDER = Path(__file__).parent
_PLAIN = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "–": "-",
        "—": " - ",
        "−": "-",
        "×": "x",
        "≥": ">=",
        "≤": "<=",
        "…": " . ",
    }
)
_SLACK = re.compile(r"<[@#!][^>]*>")
_WORD = re.compile(
    r"""[+-]di\b | %[kdrb]\b | \[\s*(?:t|i|n|today)?\s*-?\s*\d*\s*(?:bars?|days?)?\s*(?:ago|back|earlier)?\s*\] | ta\.[a-z]+
    | \d+(?:,\d{3})+(?:\.\d+)?(?!\d) | \d*\.?\d+r\b | \(\s*\) | \d*\.\d+ | \d+(?:st|nd|rd|th)\b | \d+
    | w/o\b | w/(?![a-z]) | [a-z&_]*[a-z_](?:'[a-z]+)? | && | \|\| | := | ==> | --> | => | -> | == | >= | <= | =< | != | & | \S""",
    re.VERBOSE,
)
_NUMERIC = re.compile(r"\d[\d,]*\.?\d*$|\.\d+$")


_NONE: Mapping[str, str] = MappingProxyType({})
Phrases = Mapping[str, tuple[str, str]]
"""Phrases with the kind and the value of their token."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Phrases (words joined by a space) and the kind and value of their token. `fillers` say nothing."""

    phrases: Phrases
    fillers: Collection[str]
    typos: Mapping[str, str]
    longest: int
    single: tuple[str, ...]
    """Words worth correcting a typo to."""


def vocabulary(extra: Phrases, names: Phrases) -> Vocabulary:
    """The shipped words and `extra` ones (indicators, symbols), which give way to the shipped.

    `names` are well-known too, and nothing is corrected to them: "apply" is no slip of Apple.
    """
    shipped, fillers, typos = _shipped()
    phrases = {**extra, **shipped}
    meant = {word for phrase in shipped for word in phrase.split()} | {word for word in extra if " " not in word}
    single = tuple(sorted(word for word in meant | set(times.WORDS) if len(word) >= 4 and word.isalpha()))
    phrases = {**names, **phrases}
    return Vocabulary(phrases, fillers, typos, max(phrase.count(" ") + 1 for phrase in phrases), single)


@lru_cache(maxsize=1)
def _shipped() -> tuple[dict[str, tuple[str, str]], frozenset[str], dict[str, str]]:
    phrases: dict[str, tuple[str, str]] = {}
    fillers: set[str] = set()
    typos: dict[str, str] = {}
    for kind, phrase in listed():
        if kind == "TYPO":
            wrong, right = phrase.split("=", 1)
            typos[wrong] = right
        elif kind == "FILLER":
            fillers.add(spelt(phrase))
        else:
            phrases[spelt(phrase)] = (kind, "")
    return phrases, frozenset(fillers), typos


def listed() -> Iterator[tuple[str, str]]:
    """Kind and phrase of every entry of the vocabulary's file."""
    text = (_FOLDER / "vocabulary.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for entry in re.split(r"\n(?=[A-Z_]+: )", "\n".join(lines)):
        kind, _, listed = entry.partition(": ")
        for phrase in re.split(r" \|\s+", listed):
            yield kind, phrase.strip()


def spelt(phrase: str) -> str:
    """A phrase as its words appear in a message: `w/` and `^gspc` are two words each."""
    return " ".join(word.text for word in _words(plain(phrase)) if word.text != "-")


def plain(text: str) -> str:
    """Lower case, one kind of quote, dash and space; Slack's marks and control characters gone; lines end in `¶`."""
    text = unicodedata.normalize("NFKC", text).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    text = _SLACK.sub(" ", text).translate(_PLAIN).replace("_", " ")
    if _NUMBERED.search(text):
        text = re.sub(r"(?:^|\s)[1-9]\)\s", " ; ", text)
    for pattern, instead in _MARKS:
        text = pattern.sub(instead, text)
    text = text.lower()
    text = "".join(" " if unicodedata.category(char).startswith("C") else char for char in text)
    text = re.sub(r"(?<=[a-z])\.(?=[a-z]\.)|(?<=\b[a-z])\.(?=\s+[a-z])", "", text)
    return re.sub(r"\bs\s*(?:&|and|n)\s*p\b", "s&p", text)


_NUMBERED = re.compile(r"(?:^|\s)1\)\s.*\s2\)\s", re.DOTALL)


def _spelt_out(match: re.Match[str]) -> str:
    """ "e m a" as "ema", where that is an indicator."""
    joined = match.group().replace(" ", "")
    return joined if joined.lower() in {"ema", "sma", "rsi", "atr", "cci", "adx", "macd", "mfi"} else match.group()


_MARKS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"https?://\S+"), " "),
    (re.compile(r"\bfull stop\b", re.IGNORECASE), " . "),  # dictated
    (re.compile(r"\b([emrsaci]) ([mstdc]) ([aixrc])\b(?: d\b)?", re.IGNORECASE), _spelt_out),
    (re.compile(r"\bdef (\w+)\([^)]*\)\s*:\s*(?:return\b)?"), r"\1: "),
    (re.compile(r"\b(?:pos|position|signal|weight)\s*:?=\s*\+?1\b", re.IGNORECASE), "long"),
    (re.compile(r"\b(?:pos|position|signal|weight)\s*:?=\s*-1\b", re.IGNORECASE), "short"),
    (re.compile(r"\b(?:pos|position|signal|weight)\s*:?=\s*0\b", re.IGNORECASE), "flat"),
    (re.compile(r"(?<=[,;])\s*-1 (?=if|when|otherwise|else)", re.IGNORECASE), " short "),
    (re.compile(r"(?<=[,;])\s*\+?1 (?=if|when|otherwise|else)", re.IGNORECASE), " long "),
    (re.compile(r"(?<=[,;])\s*0 (?=if|when|otherwise|else)", re.IGNORECASE), " flat "),
    (re.compile(r"(?<![\w:]):[a-z][a-z0-9+\-]*:(?!\w)"), " "),  # emoji by name
    (re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])"), r"\1"),  # bold
    (
        re.compile(
            r"\b(avg|approx|vs|incl|min|max|mov|vol|comp|std|dev|ca|resp|etc)\.(?=\s+[a-z0-9])", re.IGNORECASE
        ),
        r"\1",
    ),
    (re.compile(r"(?m)^[ \t]*(?:[-*>•·]+|\(?\d{1,2}[.)]|\(?[a-e]\))[ \t]+"), "\n"),  # items of a list
    (re.compile(r"(?:(?<=[.;:])[ \t]+|^)\d[.)][ \t]+(?=[A-Za-z])"), " ; "),
    (re.compile(r"\s*[\r\n\u2028\u2029]+\s*"), " ¶ "),
)
"""Marks of chat and lists, and what stands for them."""


def read(text: str, words: Vocabulary, symbols: Mapping[str, str] = _NONE, timeframe: Timeframe = "1d") -> Reading:
    """The message as tokens. What no vocabulary knows becomes a token of kind UNKNOWN.

    `symbols` are instruments written in this message: as they are spelt there, and the symbol. `timeframe` is that of
    the bars that are meant where the message names none.
    """
    normal = plain(text)
    found = with_numbers(_words(normal))
    names = {spelt(written): ("SYMBOL", symbol) for written, symbol in symbols.items()}
    corrected: dict[str, str] = {}
    spared = {part for name in names for part in name.split()}
    found = [word if word.text in spared else _corrected(word, words, corrected) for word in found]
    loose = _tokens(found, words, names)
    meant = frames.timeframe_of(loose, timeframe)
    loose, clash = frames.in_bars_of(loose, meant)
    return Reading(normal, tuple(times.composed(loose)), tuple(corrected.items()), meant, clash)


def _words(text: str) -> list[Word]:
    out: list[Word] = []
    end = -1
    for match in _WORD.finditer(text):
        said = match.group()
        number = float(said.replace(",", "")) if _NUMERIC.match(said) else None
        glued = match.start() == end and bool(out) and out[-1].text[-1:].isalpha() and out[-1].text != "neg"
        if said == "-" and _minus(text, match.start()):
            said = "neg"
        out.append(Word(said, match.start(), match.end(), number, glued))
        end = match.end()
    return out


def _minus(text: str, at: int) -> bool:
    """Whether the dash at `at` is a minus sign: right before a number, and not between words or numbers."""
    before = text[at - 1] if at else " "
    return re.match(r"-\.?\d", text[at:]) is not None and before in " (<>=,:+"


def _corrected(word: Word, words: Vocabulary, corrected: dict[str, str]) -> Word:
    said = word.text
    if said.endswith("'s") and not is_known(said, words) and is_known(said.removesuffix("'s"), words):
        return Word(said.removesuffix("'s"), word.start, word.end, None, word.glued)
    if word.number is not None or not said.isalpha() or is_known(said, words):
        return word
    better = words.typos.get(said) or _near(said, words.single)
    if better is None:
        return word
    corrected[said] = better
    return Word(better, word.start, word.end, None, word.glued)


@lru_cache(maxsize=8)
def _all_words(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in phrase.split())


@lru_cache(maxsize=1)
def _everyday() -> frozenset[str]:
    lines = (_FOLDER / "everyday.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def is_known(said: str, words: Vocabulary) -> bool:
    """Whether a word (lower case) means something in the language."""
    return _means_something(said, words) or said in _everyday()


def _means_something(said: str, words: Vocabulary) -> bool:
    return (
        said in words.fillers
        or said in times.WORDS
        or said in _all_words(tuple(words.phrases))
        or said in _all_words(tuple(words.fillers))
    )


def _near(said: str, candidates: tuple[str, ...]) -> str | None:
    """The one word that `said` is a slip of: one slip of typing in five letters or more, two in nine or more."""
    if len(said) < 4:
        return None
    if len(said) == 4:  # only a letter left out, and only where one word is meant
        candidates = tuple(
            word for word in candidates if len(word) == 5 and word[:2] + word[-1] == said[:2] + said[-1]
        )
        found = [word for word in candidates if DamerauLevenshtein.distance(word, said) == 1]
        return found[0] if len(found) == 1 else None
    slips = 2 if len(said) >= _LONG else 1
    best = process.extract(said, candidates, scorer=DamerauLevenshtein.distance, score_cutoff=slips, limit=8)
    near = [str(word) for word, distance, _ in best if word[0] == said[0] and distance == best[0][1]]
    near = [word for word in near if len(said) >= _LONG or _is_slip(said, word)]
    if not near:
        return None
    return max(near, key=lambda word: _shared(word, said))


_LONG = 9
_VOWELS = frozenset("aeiouy")


def _is_slip(said: str, word: str) -> bool:
    """Whether a finger makes this of the word: letters swapped, one left out, one doubled, a vowel for a vowel."""
    at = _shared(said, word)
    if len(said) == len(word):
        swapped = said[at : at + 2] == word[at : at + 2][::-1]
        return swapped or {said[at], word[at]} <= _VOWELS or {said[at], word[at]} in _SOUNDS
    if len(said) < len(word):
        return True
    return said[at] == said[at - 1] or said[at] in _VOWELS | {"h", "k", "e"} or at == len(word)


_SOUNDS = ({"c", "s"}, {"c", "k"}, {"s", "z"}, {"f", "v"}, {"m", "n"})


def _shared(word: str, said: str) -> int:
    """How many letters two words have in common from the start."""
    return next((at for at, (a, b) in enumerate(zip(word, said, strict=False)) if a != b), min(len(word), len(said)))


def _tokens(words: list[Word], known: Vocabulary, names: Phrases) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(words):
        size, token = _phrase(words, at, known, names)
        if token is not None:
            out.append(token)
        at += size
    return context.settled(out)


_ARTICLES = frozenset({"a", "an", "per"})


def _phrase(words: list[Word], at: int, known: Vocabulary, names: Phrases) -> tuple[int, Token | None]:
    """The longest phrase from word `at` on: how many words, and its token (None for fillers)."""
    exact: list[str] = []
    short: list[str] = []
    best: tuple[int, Token | None] | None = None
    size = 0
    for word in words[at:]:
        size += 1
        if word.text == "-" and exact:
            continue
        exact.append(word.text)
        if word.text not in _DETERMINERS or size == 1:
            short.append(word.text)
        whole = " ".join(exact)
        if whole in names:
            best = (size, Token(names[whole][0], whole, words[at].start, word.end, names[whole][1]))
            continue
        begun = any(name.startswith(f"{whole} ") for name in names)
        if size > 1 and len(word.text) == 1 and word.text in "(),;:.¶" and not begun:
            break
        if len(short) > known.longest:
            break
        if size > 1 or word.number is None:
            shorter = whole if word.text in _DETERMINERS else " ".join(short)
            best = _entry(known, (whole, shorter), words[at : at + size]) or best
    if (best is None or best[0] == 1) and _before_a_unit(words, at):
        return 1, Token("ARTICLE", words[at].text, words[at].start, words[at].end, 1)
    return best or (1, _single(words[at]))


def _entry(known: Vocabulary, phrases: Iterable[str], words: list[Word]) -> tuple[int, Token | None] | None:
    """The vocabulary's entry for one of the phrases, which are these words."""
    for phrase in phrases:
        if phrase in known.phrases:
            kind, value = known.phrases[phrase]
            said = " ".join(word.text for word in words if word.text != "-")
            return len(words), Token(kind, said, words[0].start, words[-1].end, value or None)
        if phrase in known.fillers:
            return len(words), None
    return None


_DETERMINERS = frozenset("the my our its your their his her a an".split())
"""Left out inside a phrase: "below my entry" is "below entry"."""


def _before_a_unit(words: list[Word], at: int) -> bool:
    return (
        words[at].text in _ARTICLES
        and at + 1 < len(words)
        and len(words[at + 1].text) > 2
        and words[at + 1].text in times.BARS_OF
    )


def _single(word: Word) -> Token | None:
    if word.number is not None:
        return Token("PER" if word.glued else "NUM", word.text, word.start, word.end, word.number)
    if word.text in times.SIGNS:
        kind = times.SIGNS[word.text]
        return Token(kind, word.text, word.start, word.end) if kind else None
    if re.fullmatch(r"[\d.]+r", word.text):
        return Token("RMULT", word.text, word.start, word.end, float(word.text[:-1]))
    if re.fullmatch(r"\(\s*\)", word.text):
        return None
    if word.text.startswith("["):
        digits = re.sub(r"\D", "", word.text)
        return Token("INDEX", word.text, word.start, word.end, float(digits or 0))
    kind, value = times.word(word.text)
    return Token(kind or "UNKNOWN", word.text, word.start, word.end, value)
