"""Words a message defines ("uptrend = 50 SMA above 200 SMA", "width = (upper - lower) / middle") put in place of themselves."""

from collections.abc import Sequence
from dataclasses import replace

from tools.strategies.language.kinds import ORDERS
from tools.strategies.language.tokens import Token

Sentence = tuple[Token, ...]

_NAMES = frozenset("UNKNOWN TRENDWORD VAGUE MOMENTUM".split())
_STARTS = frozenset("COLON COMMA DASH".split())


def written_out(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences without the definitions, and with what was defined in parentheses where the word stands."""
    meanings: dict[str, Sentence] = {}
    rest: list[Sentence] = []
    for sentence in sentences:
        before, name, meaning = _definition(sentence)
        if name:
            meanings[name] = _put_in(meaning, meanings)
            sentence = before
        rest.append(sentence)
    return [_put_in(sentence, meanings) for sentence in rest if sentence] if meanings else list(sentences)


def _definition(sentence: Sentence) -> tuple[Sentence, str, Sentence]:
    """What stands before a definition in a sentence, the word it defines, and its meaning."""
    for at, token in enumerate(sentence):
        if token.kind != "EQ" or not at or at + 2 >= len(sentence):
            continue
        start = at
        while start and (
            sentence[start - 1].kind in _NAMES
            or (token.said == ":=" and at - start < 2 and sentence[start - 1].kind not in ORDERS)
        ):
            start -= 1
        opens = not start or sentence[start - 1].kind in _STARTS
        if start < at and opens:
            return sentence[:start], _name(sentence[start:at]), sentence[at + 1 :]
        return sentence, "", ()
    return sentence, "", ()


def _name(tokens: Sequence[Token]) -> str:
    return " ".join(token.said for token in tokens)


def _put_in(sentence: Sentence, meanings: dict[str, Sentence]) -> Sentence:
    out: list[Token] = []
    at = 0
    while at < len(sentence):
        for name, meaning in meanings.items():
            size = name.count(" ") + 1
            words = sentence[at : at + size]
            if _name(words) == name:
                first = words[0]
                out += [replace(first, kind="LP", said="("), *meaning, replace(first, kind="RP", said=")")]
                at += size
                break
        else:
            out.append(sentence[at])
            at += 1
    return tuple(out)
