"""What of a message is rule and what is talk: stories and opinions are set aside, unknown words in a rule's place are not.

A rule may lack nothing that was said. A clause is talk where it has no word that a rule is made of, or where it tells of
the person instead of the trade. Inside a rule, an unknown word is set aside unless it stands where a price, an
indicator or a condition belongs; there it stays, as a `STRANGER`, and is asked about.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tools.strategies.language import kinds
from tools.strategies.language.definitions import Sentence, written_out
from tools.strategies.language.symbols import is_an_instrument
from tools.strategies.language.tokens import Reading, Token

_SENTENCE_ENDS = frozenset({"DOT", "SEMI", "NEWLINE"})
_BOUNDS = frozenset("COMMA DASH COLON LP RP BUT".split())
_FIRST_PERSON = re.compile(
    r"\b(i|i'm|im|i've|ive|i'd|my|me|we|we've|he|she|his|her|they|you|your|he's|she's|who|anyone|anybody|someone|nobody)\b"
)
_STORY = re.compile(
    r"\b(i|we|he|she|they|you|who)(?:'ve| have|'d| had|'s| has)? (?:\w+ly )?"
    r"(?:been|was|were|had|lost|made|bought|sold|got|went|used to|saw|read|heard|started|learned|learnt|tried|blew|watched|did|told|said|wrote|grew|spent|kept|gave|found|picked)\b"
    r"|\b(?:i've|ive|we've|i have|we have|he's|she's) (?:been|had|got|never|always|lost|made|read|seen|heard|tried|traded|done|used)\b"
    r"|\bmy (?!entry|rule|stop|exit|buy|sell|target|signal|idea|plan|strategy|system|setup|trigger|condition|risk|position)\w+(?: \w+){0,3}? (?:is|was|has|had|says|said|swears|thinks|keeps|told|tells|lost|made|likes|loves|does|did|wants|asked|uses|used|reckons|trades|traded|bought|sold)\b"
)
_OPINION = re.compile(
    r"^\W*(?:and |but |so |well |honestly |personally )*(?:i|we|he|she|they|people|everyone|everybody|folks|most people) (?:really |just |also |kinda |still |do |don't |dont |never )*"
    r"(?:like|love|hate|enjoy|believe|think|feel|know|guess|suspect|trust|follow|wonder|hope|doubt|find|care|understand|admit|dislike|am|are|is)\b"
    r"|^\W*(?:i'm|im|we're|i am|we are) (?:a|an|the|not|new|no|just a|tired|sick|curious|interested|old|looking|trying|hoping|wondering|thinking)\b"
)
_REASON = re.compile(r"\b(?:because|cause|cuz|coz|bc|in order to|the reason|so that|even though|although|though)\b")
_REQUEST = re.compile(
    r"\b(?:test|tested|run|backtest|check|see|data|period|history|from|since|through|start|only|years?)\b"
)
_PRONOUN_BEFORE = re.compile(
    r"\b(?:i|i'd|i'll|we|we'd|you|u|they|he|she|one|it|that|this|which|please|to|would|will|should|can|could|gonna)\W*$"
)
_VERBAL = re.compile(r"(?:ly|s|ed|ing)$")
_CHATTER_HEADS = frozenset(
    """let lets let's tell see show thanks thank pray hope repeat relax wait report compare check please call that's that i we you
    im i'm so then just go get give maybe probably etc keep take stay walk be do don't dont not hopefully ideally obviously""".split()
)
_NEEDS_MEANING = frozenset("WITH AFTER BEFORE WITHOUT UNLESS WHILE NOT UNTIL WHEN".split())
_TRAILERS = frozenset("COMMA DASH AND BUT".split())
_TRADES = frozenset("ENTER SHORT HOLD BUYHOLD ON".split())
_JOINS = frozenset("AND OR PLUS WITH".split())


@dataclass(frozen=True, slots=True)
class Sorted:
    """A message in sentences of rule, and what was set aside, as (start, end) in the normalised text."""

    sentences: tuple[Sentence, ...]
    aside: tuple[tuple[int, int], ...]
    whole: tuple[Sentence, ...]
    """The same sentences with the unknown words in them."""


def sort(reading: Reading) -> Sorted:
    """The sentences that carry rules, and the spans of the others."""
    aside: list[tuple[int, int]] = []
    kept: list[Sentence] = []
    whole: list[Sentence] = []
    spare: list[Token] = []
    every = written_out(list(_sentences(reading.tokens, aside)))
    named = any(token.kind == "SYMBOL" for sentence in every for token in sentence)
    orders = [_has(sentence, kinds.ORDERS) for sentence in every]
    for at, sentence in enumerate(every):
        if _is_talk(sentence, reading.text, any(orders[:at] + orders[at + 1 :])):
            aside.append(_extent(sentence, reading.text))
            if not _STORY.search(_said(sentence, reading.text)):
                spare += [token for token in sentence if token.kind == "SYMBOL"]
            continue
        rule, out = _without_title(sentence)
        aside += out
        rule, out = _without_talk(rule, reading.text) if rule else (rule, [])
        aside += out
        whole.append(rule)
        rule, out = _without_strangers(rule, reading.text, named)
        aside += out
        while rule and rule[-1].kind in _TRAILERS:
            rule = rule[:-1]
        if rule:
            kept.append(rule)
    if spare and not any(token.kind == "SYMBOL" for sentence in kept for token in sentence):
        kept.append(tuple(spare))
    return Sorted(tuple(kept), tuple(sorted(aside)), tuple(whole))


def _sentences(tokens: Iterable[Token], aside: list[tuple[int, int]]) -> Iterator[Sentence]:
    """The sentences; a question that the next one takes back ("Keltner? No - Bollinger") is set aside."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind not in _SENTENCE_ENDS:
            parts[-1].append(token)
            continue
        parts.append([])
        if token.said == "?":
            parts[-2].append(token)
    for part, following in zip(parts, [*parts[1:], []], strict=True):
        asked = bool(part) and part[-1].said == "?"
        body = tuple(part[:-1] if asked else part)
        if body and asked and following and following[0].said in _TAKEN_BACK:
            aside.append((body[0].start, following[0].end))
            following.pop(0)
        elif body:
            yield body


_TAKEN_BACK = frozenset({"no", "nah", "nope", "scratch that", "strike that"})


def _has(sentence: Sequence[Token], wanted: frozenset[str]) -> bool:
    return any(token.kind in wanted for token in sentence)


def _said(sentence: Sequence[Token], text: str) -> str:
    start, end = _extent(sentence, text)
    return text[start:end]


def _extent(sentence: Sequence[Token], text: str) -> tuple[int, int]:
    """From where to where a sentence or clause goes, with the small words around its tokens."""
    start = max(text.rfind(mark, 0, sentence[0].start) for mark in _MARKS) + 1
    end = min((at for mark in _MARKS if (at := text.find(mark, sentence[-1].end)) >= 0), default=len(text))
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return start, start + len(text[start:end].rstrip())


_MARKS = ".;,:!?¶"


def _is_talk(sentence: Sentence, text: str, ordered: bool) -> bool:
    """Whether a whole sentence says nothing about the trade. `ordered`: another sentence of the message gives an order."""
    unknown = _has(sentence, frozenset({"UNKNOWN"}))
    said = _said(sentence, text)
    if not _has(sentence, kinds.STRONG):
        spans = _has(sentence, kinds.SPANS) and _REQUEST.search(said) is not None
        unknown = unknown or (
            ordered and _has(sentence, frozenset({"PULLBACK"})) and not _has(sentence, kinds.NUMBERS)
        )
        return (unknown or bool(_STORY.search(said))) and (not spans or bool(_STORY.search(said)))
    orders = _has(sentence, kinds.ORDERS | kinds.NAMED)
    compared = _has(sentence, kinds.COMPARES | kinds.CONDITIONALS)
    if _STORY.search(said) and ordered and not _has(sentence, frozenset({"WHEN", "WHILE"})):
        return not compared
    if _OPINION.search(said) and not orders and not compared:
        return True
    return unknown and ordered and not orders and not compared and not _has(sentence, kinds.NUMBERS | kinds.LIMITS)


def _without_title(sentence: Sentence) -> tuple[Sentence, list[tuple[int, int]]]:
    """A sentence without its title ("Turtle of sorts on SPY: buy ..."): words before a colon that compare nothing.

    Numbers and instruments in it stay, and a title whose every word is one of trading is left to the grammar.
    """
    at = next((at for at, token in enumerate(sentence) if token.kind == "COLON"), 0)
    title = sentence[:at]
    plain = not _has(title, kinds.COMPARES | kinds.PERCENTS | kinds.ORDERS | kinds.CONDITIONALS | kinds.LIMITS)
    odd = [
        token
        for token in title
        if token.kind
        in {"UNKNOWN", "VAGUE", "TRENDWORD", "FILTER", "WEEKDAY", "MONTH", "VOLUME", "RISE", "GAP", "PULLBACK"}
    ]
    if not odd or not plain or (len(odd) == len(title) and odd[0].kind == "TRENDWORD"):
        return sentence, []
    numbered = _has(title, kinds.NUMBERS)
    out = odd if numbered else [token for token in title if token.kind != "SYMBOL"]
    kept = tuple(token for token in title if token not in out)
    return kept + sentence[at + (not kept) :], [(out[0].start, out[-1].end)]


def _without_talk(sentence: Sentence, text: str) -> tuple[Sentence, list[tuple[int, int]]]:
    """A sentence without its clauses of talk: between commas, dashes, colons, and what follows a "because"."""
    sentence, aside = _without_reason(sentence, text)
    kept: list[Token] = []
    for clause in _clauses(sentence):
        body = [token for token in clause if token.kind not in _BOUNDS]
        if body and not _has(body, kinds.STRONG) and _clause_is_talk(body, text):
            aside.append(_extent(body, text))
            kept += [token for token in clause if token.kind == "SYMBOL"]
            if clause[-1].kind in {"COMMA", "DASH"} and kept:
                kept.append(clause[-1])
        else:
            kept += clause
    return tuple(kept), aside


def _clause_is_talk(body: Sequence[Token], text: str) -> bool:
    unknown = sum(token.kind in {"UNKNOWN", "FILTER", "NOT"} for token in body)
    numbers = _has(body, kinds.NUMBERS | kinds.SPANS)
    said = _said(body, text)
    if numbers:
        return bool(_STORY.search(said)) or (unknown >= 1 and bool(_FIRST_PERSON.search(said)))
    return unknown >= 1


def _clauses(sentence: Sentence) -> Iterator[list[Token]]:
    part: list[Token] = []
    for token in sentence:
        part.append(token)
        if token.kind in _BOUNDS:
            yield part
            part = []
    if part:
        yield part


def _without_reason(sentence: Sentence, text: str) -> tuple[Sentence, list[tuple[int, int]]]:
    """The sentence without its "because ...", up to the next comma, where that compares nothing with a number."""
    start, end = sentence[0].start, sentence[-1].end
    for match in _REASON.finditer(text, start, end):
        inside = []
        for token in sentence:
            if token.start >= match.start():
                if token.kind in {"COMMA", "DASH", "RP"}:
                    break
                inside.append(token)
        told = not (_has(inside, kinds.ORDERS) or (_has(inside, kinds.COMPARES) and _has(inside, kinds.NUMBERS)))
        if inside and told:
            rest = tuple(token for token in sentence if token not in inside)
            return rest, [(match.start(), inside[-1].end)]
    return sentence, []


def _without_strangers(sentence: Sentence, text: str, named: bool) -> tuple[Sentence, list[tuple[int, int]]]:
    """Unknown words gone where nothing is missing without them; a STRANGER where something is, or an INSTRUMENT."""
    out: list[Token] = []
    aside: list[tuple[int, int]] = []
    at = 0
    while at < len(sentence):
        instrument = not named and sentence[at - 1].kind in _TRADES and is_an_instrument(sentence, at)
        instrument = instrument and sentence[min(at + 1, len(sentence) - 1)].kind != "COLON"
        if sentence[at].kind != "UNKNOWN" and not instrument:
            out.append(sentence[at])
            at += 1
            continue
        stop = at + 1
        while stop < len(sentence) and sentence[stop].kind == "UNKNOWN":
            stop += 1
        first, last = sentence[at], sentence[stop - 1]
        said = text[first.start : last.end]
        if instrument:
            out.append(replace(first, kind="INSTRUMENT", said=said, end=last.end))
        elif _is_missed(sentence, at, stop, text):
            out.append(replace(first, kind="STRANGER", said=said, end=last.end))
        else:
            if out and out[-1].kind == "WHEN" and out[-1].said == "as":
                first = out.pop()
            aside.append((first.start, last.end))
        at = stop
    return tuple(out), aside


def _is_missed(sentence: Sentence, at: int, stop: int, text: str) -> bool:
    """Whether the unknown words from `at` to `stop` stand where a price, an indicator or a condition belongs."""
    before = sentence[at - 1].kind if at else ""
    after = sentence[stop].kind if stop < len(sentence) else ""
    following = sentence[stop + 1].kind if stop + 1 < len(sentence) else ""
    said = sentence[at].said
    adverb = stop - at == 1 and said.endswith("ly")
    if adverb:
        return False
    spoken = bool(_PRONOUN_BEFORE.search(text[: sentence[at].start].rstrip() + " "))
    compares = after in kinds.COMPARES or (after in kinds.MOVES and following in kinds.TERM_STARTS)
    if compares and after != "EQ":
        if before in kinds.TERM_ENDS:
            return not all(_VERBAL.search(token.said) for token in sentence[at:stop])
        return not spoken
    if before in kinds.COMPARES - {"INCREASING", "DECREASING", "POSITIVE", "NEGATIVE", "OVERSOLD", "OVERBOUGHT"}:
        return True
    if before in _NEEDS_MEANING:
        if sentence[at - 1].said == "as":
            return False
        return not spoken and not (
            before == "WITH" and _has(sentence[stop:], kinds.NUMBERS | kinds.LIMITS) and after not in kinds.ENDS
        )
    if before == "ON" and at > 1 and sentence[at - 2].kind in kinds.ORDERS | {"IT", "SYMBOL"}:
        return after not in kinds.TERM_STARTS
    if before in _JOINS:
        return _in_condition(sentence[:at]) and said not in _CHATTER_HEADS and not _is_order(after)
    return False


def _is_order(kind: str) -> bool:
    return kind in kinds.ORDERS or kind in kinds.LIMITS or kind in kinds.LENGTHS or kind in kinds.PERCENTS


def _in_condition(before: Sequence[Token]) -> bool:
    """Whether the words before the joining word are in a condition, not in an order or a limit."""
    for token in reversed(before):
        if token.kind in kinds.COMPARES | kinds.CONDITIONALS | kinds.EVENTS:
            return True
        if token.kind in kinds.LIMITS | kinds.ORDERS:
            return False
    return False
