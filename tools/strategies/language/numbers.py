"""Numbers, however they are written: figures, words ("two hundred and fifty"), fractions of a day's sign."""

import re

from tools.strategies.language.tokens import Word

_ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: (value + 2) * 10
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
} | {"fourty": 40}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_ORDINALS = {
    word: value + 1
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split()
    )
}
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)$")


def ordinal(word: str) -> int | None:
    """3 for `third` and `3rd`."""
    match = _ORDINAL.match(word)
    return int(match.group(1)) if match else _ORDINALS.get(word)


def with_numbers(words: list[Word]) -> list[Word]:
    """Number words put together: `two hundred and fifty` becomes one word with number 250."""
    out: list[Word] = []
    at = 0
    while at < len(words):
        value, used = _spelt(words, at)
        if used == 1 and words[at].text == "one" and not _counts(words, at):
            used = 0
        if used:
            first, last = words[at], words[at + used - 1]
            said = " ".join(word.text for word in words[at : at + used])
            out.append(Word(said, first.start, last.end, value))
            at += used
        else:
            out.append(words[at])
            at += 1
    return out


_COUNTED = frozenset(
    """day days session sessions bar bars week weeks month months quarter quarters year years fortnight percent pct per % bp bps basis - atr atrs
    standard std sigma deviation deviations or point times half third and x trading calendar candle down up consecutive straight""".split()
)


def _counts(words: list[Word], at: int) -> bool:
    """Whether "one" counts something; in "a quick one" and "one goes long" it is a pronoun."""
    following = words[at + 1].text if at + 1 < len(words) else ""
    before = words[at - 1].text if at else ""
    return following in _COUNTED or before in {
        "than",
        "above",
        "below",
        "over",
        "under",
        "least",
        "most",
        "=",
    }


def _spelt(words: list[Word], at: int) -> tuple[float, int]:
    """The number spelt from word `at` on, and how many words it takes; 0 where there is none."""
    total, current, used, seen = 0.0, 0.0, 0, False
    last = ""
    while at + used < len(words):
        word = words[at + used].text
        if word in _ONES and last not in {"ones"}:
            if last == "tens" and not 0 < _ONES[word] < 10:
                break
            current, last = current + _ONES[word], "ones"
        elif word in _TENS and last not in {"ones", "tens"}:
            current, last = current + _TENS[word], "tens"
        elif word in _SCALES and (seen or word == "hundred" or _article(words, at + used)):
            current = max(current, 1) * _SCALES[word]
            last = "scale"
            if word != "hundred":
                total, current = total + current, 0.0
        elif (word == "-" and seen and _hyphenated(words, at + used + 1, last)) or (
            word == "and" and last == "scale" and _continues(words, at + used + 1)
        ):
            used += 1
            continue
        elif word == "point" and seen and _continues(words, at + used + 1):
            decimals, more = _decimals(words, at + used + 1)
            return total + current + decimals, used + 1 + more
        else:
            break
        used, seen = used + 1, True
    if seen and _half(words, at + used):
        return total + current + 0.5, used + 3
    return total + current, used if seen else 0


def _article(words: list[Word], at: int) -> bool:
    return at > 0 and words[at - 1].text == "a"


def _hyphenated(words: list[Word], at: int, last: str) -> bool:
    """ "Fifty-five" and "two-hundred"."""
    scale = last == "ones" and at < len(words) and words[at].text in _SCALES
    return scale or (last == "tens" and _continues(words, at))


def _continues(words: list[Word], at: int) -> bool:
    return at < len(words) and (words[at].text in _ONES or words[at].text in _TENS)


def _decimals(words: list[Word], at: int) -> tuple[float, int]:
    digits = ""
    while at + len(digits) < len(words) and words[at + len(digits)].text in _ONES:
        digits += str(_ONES[words[at + len(digits)].text])[0]
    return float(f"0.{digits}"), len(digits)


def _half(words: list[Word], at: int) -> bool:
    return [word.text for word in words[at : at + 3]] == ["and", "a", "half"]
