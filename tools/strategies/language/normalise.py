"""A message to tokens: characters made plain, numbers put together, phrases looked up, typos corrected and told."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from tools.strategies.language import times
from tools.strategies.language.numbers import with_numbers
from tools.strategies.language.tokens import Reading, Token, Word

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
    r"""[+-]di\b | %[kdrb]\b | \[\s*(?:t|i|n|today)?\s*-?\s*\d*\s*\] | ta\.[a-z]+
    | \d+(?:,\d{3})+(?:\.\d+)?(?!\d) | \d*\.?\d+r\b | \(\s*\) | \d*\.\d+ | \d+(?:st|nd|rd|th)\b | \d+
    | w/o\b | w/(?![a-z]) | [a-z&_]*[a-z_](?:'[a-z]+)? | && | \|\| | := | ==> | --> | => | -> | == | >= | <= | =< | != | & | \S""",
    re.VERBOSE,
)
_NUMERIC = re.compile(r"\d[\d,]*\.?\d*$|\.\d+$")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Phrases (words joined by a space) and the kind and value of their token. `fillers` say nothing."""

    phrases: Mapping[str, tuple[str, str]]
    fillers: Collection[str]
    typos: Mapping[str, str]
    longest: int
    single: tuple[str, ...]
    """Words worth correcting a typo to."""


def vocabulary(extra: Mapping[str, tuple[str, str]]) -> Vocabulary:
    """The shipped words and `extra` ones (indicators, symbols), which give way to the shipped."""
    shipped, fillers, typos = _shipped()
    phrases = {**extra, **shipped}
    words = {word for phrase in phrases for word in phrase.split()} | set(fillers) | set(times.WORDS)
    single = tuple(sorted(word for word in words if len(word) >= 4 and word.isalpha()))
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
    """Lower case, one kind of quote, dash and space; Slack's marks and control characters gone."""
    text = unicodedata.normalize("NFKC", text).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    text = _SLACK.sub(" ", text).translate(_PLAIN).lower().replace("_", " ")
    text = "".join(" " if unicodedata.category(char).startswith("C") else char for char in text)
    text = re.sub(r"(?<=[a-z])\.(?=[a-z]\.)|(?<=\b[a-z])\.(?=\s+[a-z])", "", text)
    return re.sub(r"\bs\s*&\s*p\b", "s&p", text)


def read(text: str, words: Vocabulary) -> Reading:
    """The message as tokens. What no vocabulary knows becomes a token of kind UNKNOWN."""
    normal = plain(text)
    found = with_numbers(_words(normal))
    corrected: dict[str, str] = {}
    found = [_corrected(word, words, corrected) for word in found]
    tokens = times.composed(_tokens(found, words))
    return Reading(normal, tuple(tokens), tuple(corrected.items()))


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
    if said.endswith("'s") and not _known(said, words) and _known(said.removesuffix("'s"), words):
        return Word(said.removesuffix("'s"), word.start, word.end, None, word.glued)
    if word.number is not None or not said.isalpha() or _known(said, words):
        return word
    better = words.typos.get(said) or _near(said, words.single)
    if better is None:
        return word
    corrected[said] = better
    return Word(better, word.start, word.end, None, word.glued)


@lru_cache(maxsize=8)
def _all_words(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in phrase.split())


def _known(said: str, words: Vocabulary) -> bool:
    return (
        said in words.fillers
        or said in times.WORDS
        or said in _all_words(tuple(words.phrases))
        or said in _all_words(tuple(words.fillers))
    )


def _near(said: str, candidates: tuple[str, ...]) -> str | None:
    """The one word that `said` is a slip of: one slip in five letters or more, two in eight or more."""
    if len(said) < 4:
        return None
    slips = 2 if len(said) >= 8 else 1
    if len(said) == 4:  # only a letter left out, and only where one word is meant
        candidates = tuple(
            word for word in candidates if len(word) == 5 and word[:2] + word[-1] == said[:2] + said[-1]
        )
        found = [word for word in candidates if DamerauLevenshtein.distance(word, said) == 1]
        return found[0] if len(found) == 1 else None
    best = process.extract(said, candidates, scorer=DamerauLevenshtein.distance, score_cutoff=slips, limit=5)
    near = [str(word) for word, distance, _ in best if word[0] == said[0] and distance == best[0][1]]
    if not near:
        return None
    return max(near, key=lambda word: _shared(word, said))


def _shared(word: str, said: str) -> int:
    """How many letters two words have in common from the start."""
    return next((at for at, (a, b) in enumerate(zip(word, said, strict=False)) if a != b), min(len(word), len(said)))


def _tokens(words: list[Word], known: Vocabulary) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(words):
        size, token = _phrase(words, at, known)
        if token is not None:
            out.append(token)
        at += size
    out = _in_and_out(_only_long(out))
    return [_bought(token, following) for token, following in zip(out, [*out[1:], None], strict=False)]


def _only_long(tokens: list[Token]) -> list[Token]:
    """ "long only when" is held only while; "long only" alone says that nothing is sold short."""
    out: list[Token] = []
    for token in tokens:
        before = out[-1] if out else None
        if before is not None and before.kind == "LONGONLY" and token.kind in {"WHEN", "WHILE"}:
            out[-1] = Token("ENTER", before.said, before.start, before.end)
            token = Token("WHILE", token.said, token.start, token.end)
        out.append(token)
    return out


_ENDS = frozenset("COMMA SEMI DOT WHEN COLON BELOW ABOVE LE GE OVER EQ".split())
_THROUGH = {"RISE": "CROSSABOVE", "UP": "CROSSABOVE", "FALL": "CROSSBELOW", "DOWN": "CROSSBELOW"}
_STARTS = frozenset("COMMA SEMI DOT AND THEN".split())
_PLAYS = frozenset("GAP GAPUP GAPDOWN BREAKOUT MOMENTUM RANGE".split())


def _in_and_out(tokens: list[Token]) -> list[Token]:
    """Words that are verbs only by what is around: "under 30 in, over 70 out", "a 10 % trailing", "a gap fade"."""
    out: list[Token] = []
    leaves = any(token.kind == "EXIT" and token.said == "out" for token in tokens)
    for at, token in enumerate(tokens):
        before = out[-1].kind if out else ""
        if token.said in {"through", "thru"} and before in _THROUGH:
            moved = out.pop()
            out.append(Token(_THROUGH[before], f"{moved.said} {token.said}", moved.start, token.end))
            continue
        following = tokens[at + 1].kind if at + 1 < len(tokens) else "DOT"
        if token.said == "just" and following in {"ENTER", "EXIT", "SHORT"}:
            continue
        kind = token.kind
        if token.said == "in" and leaves and following in _ENDS:
            kind = "ENTER"
        elif token.said == "trailing" and kind == "LASTN" and following not in {"NUM", "UNIT", "DAYWORD", "ORDINAL"}:
            kind = "TRAILING"
        elif token.said == "close" and following == "WHEN" and before in _STARTS:
            kind = "EXIT"
        elif token.said == "fade" and before in _PLAYS:
            kind = "REVERSION"
        out.append(Token(kind, token.said, token.start, token.end, token.value))
    return out


def _bought(token: Token, following: Token | None) -> Token:
    """ "by spy" is a slip of "buy SPY"."""
    if token.kind == "BY" and following is not None and following.kind == "SYMBOL":
        return Token("ENTER", token.said, token.start, token.end)
    return token


_ARTICLES = frozenset({"a", "an", "per"})


def _phrase(words: list[Word], at: int, known: Vocabulary) -> tuple[int, Token | None]:
    """The longest phrase from word `at` on: how many words, and its token (None for fillers)."""
    parts: list[str] = []
    best: tuple[int, Token | None] | None = None
    size = 0
    for word in words[at:]:
        size += 1
        if word.text == "-" and parts:
            continue
        parts.append(word.text)
        if size > 1 and len(word.text) == 1 and word.text in "(),;:.":
            break
        if len(parts) > known.longest:
            break
        phrase = " ".join(parts)
        if phrase in known.phrases and (size > 1 or word.number is None):
            kind, value = known.phrases[phrase]
            best = (size, Token(kind, phrase, words[at].start, word.end, value or None))
        elif phrase in known.fillers and (size > 1 or word.number is None):
            best = (size, None)
    if (best is None or best[0] == 1) and _before_a_unit(words, at):
        return 1, Token("ARTICLE", words[at].text, words[at].start, words[at].end, 1)
    return best or (1, _single(words[at]))


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
        return Token("RMULT", word.text, word.start, word.end)
    if re.fullmatch(r"\(\s*\)", word.text):
        return None
    if word.text.startswith("["):
        digits = re.sub(r"\D", "", word.text)
        return Token("INDEX", word.text, word.start, word.end, float(digits or 0))
    kind, value = times.word(word.text)
    return Token(kind or "UNKNOWN", word.text, word.start, word.end, value)
