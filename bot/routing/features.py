"""What the router looks at in a text: its words, the desk's meaning of them, and parts of words.

The same function serves the fitting and the running, so the two cannot drift apart.
"""

import re
from collections.abc import Iterable, Iterator

from bot.routing.lexicon import EVERYBODYS, LONGEST, PHRASES, PLAIN, WORDS
from bot.routing.symbols import NAMES, is_symbol

MOST_WORDS = 80
"""What is asked stands early; what follows in a very long text adds nothing but time."""

_WORD = re.compile(
    r"[^\W\d_]+(?:['&/.-]?[^\W\d_]+)*[.']?s?|\$?\^?[#\w]*\d[\w.,:%/-]*|[?!<>=+%/&-]|\.\.\.", re.UNICODE
)
_NUMBER = re.compile(r"\d")
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d(?:-(?:19|20)?\d\d)?")
_ORDINAL = re.compile(r"q[1-4]|h[12]|p1|5xx")


class Speller:
    """Sets right a word that nobody knows when one letter or two make it one of the desk's."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._memory: dict[str, str] = {}

    def __call__(self, word: str) -> str:
        """The word, or the desk's word that it is a misspelling of."""
        if len(word) < 4 or not word.isalpha() or not word.isascii() or word in self._known:
            return word
        if word not in self._memory:
            if len(self._memory) > 4096:
                self._memory.clear()
            self._memory[word] = self._nearest(word)
        return self._memory[word]

    def _nearest(self, word: str) -> str:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        cutoff = 1 if len(word) < 8 else 2
        found = process.extractOne(word, WORDS, scorer=OSA.distance, score_cutoff=cutoff)
        if found is None or found[0][0] != word[0] or (len(word) < 6 and sorted(found[0]) != sorted(word)):
            return word  # in short words only letters that changed places: "gold" is not "hold"
        return str(found[0])


def known_words(texts: Iterable[str]) -> frozenset[str]:
    """The words of these texts and of the lexicon: what is never taken for a misspelling."""
    said = {word for text in texts for word in _WORD.findall(text.lower()) if word.isalpha()}
    return frozenset(said.union(PLAIN, *(phrase.split() for phrase in [*PHRASES, *NAMES])))


def features(text: str, speller: Speller) -> list[str]:
    """The distinct features of a text that `text.plain` has cleaned; a few dozen to a few hundred strings."""
    words = [speller(word) for word in _WORD.findall(text.lower())[:MOST_WORDS]]
    shapes = ["0" if _NUMBER.search(word) else word for word in words]
    tagged, meant = _tagged(words)
    said = frozenset[str]().union(*tagged)
    found = dict.fromkeys(f"t:{tag}" for tag in said if tag.isupper())
    found.update(dict.fromkeys(_form(words, tagged)))
    found.update(dict.fromkeys(f"w:{word}" for word in shapes))
    found.update(dict.fromkeys(_pairs("p", shapes)))
    found.update(dict.fromkeys(_pairs("m", meant)))
    for word in shapes:
        if word.isalpha():
            found.update(dict.fromkeys(_parts(word)))
    return list(found)


def _tagged(words: list[str]) -> tuple[list[frozenset[str]], list[str]]:
    """Each word with its tags; and the text with each longest phrase of the lexicon replaced by its tags."""
    tags: list[set[str]] = [{word} for word in words]
    meant: list[str] = []
    covered = 0
    for at, word in enumerate(words):
        phrases = list(_phrases_at(words, at))
        for length, tag in phrases:
            for inside in tags[at : at + length]:
                inside.update(tag)
        if at >= covered:
            covered = at + max((length for length, _ in phrases), default=1)
            meant.append("|".join(phrases[0][1]) if phrases else word)
    for word, said in zip(words, tags, strict=True):
        if len(said) == 1 and _is_strange(word):
            said.add("STRANGE")
    return [frozenset(each) for each in tags], meant


def _phrases_at(words: list[str], at: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The phrases of the lexicon that begin here, longest first: how many words, and its tags."""
    for length in range(min(LONGEST, len(words) - at), 0, -1):
        found = _tags_of(words[at : at + length])
        if found:
            yield length, found


def _is_strange(word: str) -> bool:
    """A word of neither the desk nor everyday: the more of these, the less it is the desk's business."""
    return len(word) > 2 and word.isalpha() and word not in PLAIN


def _tags_of(phrase: list[str]) -> tuple[str, ...]:
    joined = " ".join(phrase)
    tags = PHRASES.get(joined, ())
    if is_symbol(joined):
        tags = (*tags, "SYMBOL")
    if len(phrase) == 1 and _NUMBER.search(joined):
        tags = (*tags, *_number(joined))
    return tags


def _number(word: str) -> tuple[str, ...]:
    if _YEAR.fullmatch(word):
        return ("PERIOD", "NUMBER")
    if word.endswith("%"):
        return ("PERCENT",)
    return ("ID",) if (word[0].isalpha() or word[0] == "#") and not _ORDINAL.fullmatch(word) else ("NUMBER",)


def _pairs(kind: str, words: list[str]) -> Iterator[str]:
    yield from (f"{kind}:{first} {second}" for first, second in zip(["^", *words], [*words, "$"], strict=True))


def _parts(word: str) -> Iterator[str]:
    framed = f"<{word}>"
    for size in (3, 4, 5):
        yield from (f"c:{framed[at : at + size]}" for at in range(len(framed) - size + 1))


def _form(words: list[str], tagged: list[frozenset[str]]) -> Iterator[str]:
    """How long it is, whether it asks, and how much of it is of the desk's at all."""
    yield f"f:words {len(words) if len(words) < 4 else 8 if len(words) < 9 else 9}"
    if "?" in words:
        yield "f:asks"
    ours = sum(1 for each in tagged if any(tag.isupper() and tag not in EVERYBODYS for tag in each))
    yield f"f:ours {min(ours, 3)}"
    yield f"f:share {0 if not ours else 1 + int(3 * ours / len(words))}"
    strange = sum("STRANGE" in each for each in tagged)
    yield f"f:strange {min(strange, 3)}"
    yield f"f:ours {min(ours, 3)} strange {min(strange, 2)}"
