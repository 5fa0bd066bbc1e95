"""What is judged over a text as a whole: undefined figures, hidden instructions, run ids, advice, caveats, tables."""

import re

from tools.narrative.checking.finding import Finding
from tools.narrative.checking.index import Index
from tools.narrative.checking.lexicon import RESEARCH_WORDS

_SENTINEL = re.compile(
    r"(?:\b|(?<=[-+]))(?:[nN](?:[aA][nN]|one|ONE|ull|ULL|/?A)|[iI][nN][fF](?:inity|INITY)?|[uU]ndefined|1\.#[iI][nN][dD])\b|#DIV/0|∞"
)
_HUNDRED = re.compile(r"(?<![\w-])-100(?:\.0+)?(?![\d.,])\s?%?")
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|all|any|earlier|instructions?|rules?|facts?|checks?)\b"
    r"|\b(?:system|assistant|developer)\s*(?:prompt|message|:)|\byou (?:are now|must (?:now )?(?:say|write|report|state|recommend|approve|ignore))\b"
    r"|\bas an ai\b|<\|?(?:im_start|im_end|system|user|assistant)\|?>|\[/?inst\]|\bnew instructions?\b"
    r"|\b(?:say|write|report|claim|state|print|output|respond|reply|answer)\b[^.\n]{0,25}\b(?:that (?:it|the|this|all)|only|exactly|with)\b[^.\n]{0,40}\b(?:proceed|approved?|sharpe|return|safe|passed|ok)\b"
)
_ADDRESS = re.compile(
    r"\b(?:https?|ftp)://\S+|(?<=\]\()[^)\s]+(?=\))|\b[\w./-]+\.(?:png|jpe?g|svg|pdf|html|json|csv)\b"
)
_ADDRESS_MARKS = ("://", "](", ".png", ".jp", ".svg", ".pdf", ".htm", ".json", ".csv")
_ID_WORD = re.compile(
    r"\b(?:backtest|run|report|id|backtest id|run id|narrative)\s*(?:id)?\s*[:#=]?\s*[`'\"(]?(?P<id>[a-z0-9]+(?:[-_][a-z0-9]+)+|[0-9a-f]{8,}|#?\d{3,}|(?=[a-z]*\d)[a-z0-9]{6,})\b",
)
_HEX = re.compile(
    r"\b(?=[0-9a-f-]*\d)(?=[0-9a-f-]*[a-f])[0-9a-f]{8}(?:-?[0-9a-f]{4,})*\b|\b[a-z]+(?:-[a-z0-9]+){2,}-(?=[0-9a-f]*\d)[0-9a-f]{4,}\b"
)
_REPORT_WORDS = 120
_ADVICE_WORDS = 60


def without_addresses(text: str) -> str:
    """Addresses and file names blanked out, the length kept: what they hold is not said to a reader."""
    return (
        _ADDRESS.sub(lambda match: " " * len(match.group(0)), text)
        if any(mark in text for mark in _ADDRESS_MARKS)
        else text
    )


def check(text: str, index: Index, *, report: bool = False) -> list[Finding]:
    """All findings about the text as a whole. `report` says that it stands for a full report."""
    low = text.lower()
    return [
        *_sentinels(text, index),
        *_instructions(low),
        *_ids(low, index),
        *(_advice(low, index) if "recommend" in low else ()),
        *_caveats(low, index, report=report),
    ]


def _sentinels(text: str, index: Index) -> list[Finding]:
    found = [
        Finding("sentinel", match.group(0), "An undefined figure must be left out, not shown.")
        for match in _SENTINEL.finditer(text)
        if match.group(0).lower() not in ("none", "undefined", "null") or _stands_for_figure(text, match)
    ]
    ruined = any(value is not None and -1.0 <= value <= -0.9995 for value in index.values)
    if not ruined:
        found += [
            Finding("sentinel", match.group(0), "-100 is how an engine writes 'undefined'; no fact has it.")
            for match in _HUNDRED.finditer(text)
        ]
    return found


def _stands_for_figure(text: str, match: re.Match[str]) -> bool:
    """ "none of the years" is a word; "Sharpe: None" is a figure that is missing."""
    before = text[max(0, match.start() - 12) : match.start()].lower()
    after = text[match.end() : match.end() + 4].lower()
    return bool(re.search(r"(?:[:=(]|\bof|\bis|\bwas|\bat)\s*$", before)) and not after.startswith((" of", " the"))


def _instructions(low: str) -> list[Finding]:
    return [
        Finding("instruction", match.group(0)[:80], "This reads like an instruction hidden in a name or note.")
        for match in _INSTRUCTION.finditer(low)
    ]


def _ids(low: str, index: Index) -> list[Finding]:
    """Every run id named must be one the facts know."""
    known = " ".join(str(fact.value).lower() for fact in index.facts if isinstance(fact.value, str))
    if not any(fact.id.endswith((".id", "run_id", "backtest_id")) for fact in index.facts):
        return []
    found = {m["id"] for m in _ID_WORD.finditer(low)} | {m.group(0) for m in _HEX.finditer(low)}
    return [
        Finding("run id", name, "The facts are of another run.")
        for name in sorted(found)
        if re.search(r"\d", name) and not re.fullmatch(r"(?:19|20)\d\d(?:-\d\d){0,2}|\d{1,2}-[a-z]+", name, re.IGNORECASE)
        and not re.search(rf"(?<![\w-]){re.escape(name.lower().lstrip('#'))}(?![\w-])", known)
    ]  # fmt: skip


_ADVICE = re.compile(
    r"\brecommend(?:ation|ed|s|ing)?\b(?: is| to| that we| would be|:|\s|,|\*)*(?P<words>[^.;\n]{0,60})"
)


def _advice(low: str, index: Index) -> list[Finding]:
    """The recommendation, where the facts hold one."""
    fact = next((f for f in index.facts if f.id == "recommendation" or f.id.endswith(".recommendation")), None)
    if fact is None:
        return []
    wanted = str(fact.value).lower()
    found = []
    for match in _ADVICE.finditer(low):
        said = _first_advice(match["words"])
        if said and said != wanted:
            found.append(Finding("recommendation", match.group(0).strip()[:80], f"The rules led to '{wanted}'."))
    return found


def _first_advice(words: str) -> str:
    places = [
        (at, -len(phrase), advice)
        for advice, phrases in RESEARCH_WORDS.items()
        for phrase in phrases.split("|")
        if (at := _place(words, phrase)) >= 0
    ]
    if not places or min(places)[0] > 25:
        return ""
    return min(places)[2]


def _place(words: str, phrase: str) -> int:
    match = re.search(rf"\b{phrase}(?:ing|e?d|ion)?\b", words)
    return match.start() if match else -1


def _caveats(low: str, index: Index, *, report: bool) -> list[Finding]:
    """In a report every caveat among the facts must stand, in its words or in others that say it."""
    caveats = [f for f in index.facts if f.id.startswith("caveat") or ".caveat" in f.id]
    if not caveats or not (report or _is_report(low)):
        return []
    flat = " ".join(low.split())
    missing = [fact for fact in caveats if " ".join(str(fact.value).lower().split()) not in flat]
    sentences = re.split(r"(?<=[.!?])\s", flat) if missing else []
    return [
        Finding("caveat", str(fact.value)[:80], "A report must carry this caveat.")
        for fact in missing
        if not _paraphrased(str(fact.value), sentences)
    ]


def _is_report(low: str) -> bool:
    """A text that advises at some length, or several paragraphs, stands for a report; a remark in a thread does not."""
    words = len(low.split())
    return (words >= _REPORT_WORDS and low.count("\n") > 1) or (words >= _ADVICE_WORDS and "recommend" in low)


_PLAIN = frozenset("a an and are be been by for from has have in is it its not of on or out than that the their there these they this to was were with which cannot no only too much".split())  # fmt: skip


def _paraphrased(caveat: str, sentences: list[str]) -> bool:
    """Whether one sentence, or two in a row, hold most of the caveat's own words."""
    wanted = {word[:6] for word in re.findall(r"[a-z]+", caveat.lower()) if word not in _PLAIN}
    for first, second in zip(sentences, [*sentences[1:], ""], strict=True):
        held = {word[:6] for word in re.findall(r"[a-z]+", f"{first} {second}")}
        if len(wanted & held) >= 0.6 * len(wanted):
            return True
    return False
