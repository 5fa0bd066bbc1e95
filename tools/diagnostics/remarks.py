"""What a model may say of a diagnosis: an explanation in known words, about systems that were measured, and nothing else.

A list of forbidden words ends at the next language. So the words that are let through are listed instead: plain connecting
words, the desk's names for its systems, the words in which our own tools and the runbook of the cause describe trouble,
and what a finding or a figure says word for word. A text hidden in an alert or a row adds nothing to that vocabulary.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from tools.diagnostics.checking import bound, objections
from tools.diagnostics.conditions import CONDITIONS
from tools.diagnostics.diagnosis import Diagnosis
from tools.diagnostics.tool import Finding
from tools.redact import redact

_LONGEST: Final = 600
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+")
_PLAIN: Final = re.compile(r"[\x20-\x7e\u2013\u2019\u201c\u201d]*")
"""ASCII and the dashes and quotes of prose: letters that only look like others are none of them."""

_AT_EASE = re.compile(
    r"\b(?:healthy|fine|fresh|ok(?:ay)?|normal|safe|well|good|green|resolved|recovered|fixed|repaired|up to date|calm"
    r"|no (?:\w+ )?(?:issues?|problems?|faults?|errors?|action|incident|cause|need)|nothing|nobody|not (?:stale|broken|down|needed)|ignore|up|back|again|alive|online|works?|working|reachable)\b",
    re.IGNORECASE,
)
"""Words of relief: where something is wrong, a sentence with one of them is not worth the risk."""
_ORDERS = re.compile(
    r"`|https?:|www\.|<[@!#]|@\w|\b(?:please|must|should|i|me|my|you|your|we|us|trad(?:e|ing)|buy|sell|password|secret|token|credentials?)\b",
    re.IGNORECASE,
)
_CAUSAL: Final = re.compile(
    r"\b(?:caus\w*|reasons?|because|explain\w*|due|leads?|led|therefore|thus|so|root|results?|follows?)\b",
    re.IGNORECASE,
)
_CONNECTING: Final = """
    a an the this that these those it its they their there which who whose what when where while why how
    and or but so because since as for from of on in at to into by with without within about after before during until over under above below
    between through against than then also too only still already again once both each every all any some most more less many few other another
    not no never none is are was were be been being has have had having do does did done can cannot could may might will would
    cause causes caused causing reason explains explained explain means meaning due therefore thus leads led lead leaves left follows followed
    result results behind root likely probably possibly perhaps seems appears shows shown see seen found measured reported says said
    system systems service services server process processes job jobs run runs running ran machine host desk data value values
    needs need needed uses used use using takes taken take holds held hold keeps kept keep gives given give gets got get goes makes made make
    key keys row rows symbol symbols price prices reader readers writer writers short query queries
    waits waiting wait stops stopped stop started start starting begins began ended ends end fails failed failing failure fail
    depends depending dependent first last next one same own new old long longer large small high low higher lower much now yet today yesterday
    time seconds minutes hours days since number share rate limit limits part parts whole itself themselves directly because
"""


def sayable(answer: str, found: Diagnosis, described: Collection[str] = (), secrets: Sequence[str] = ()) -> str:
    """The answer where every figure in it is a tool's, every word is known, and each sentence is about what was found
    wrong; else nothing. `described` are the descriptions of the tools there are."""
    said = " ".join(answer.split())
    if not said or len(said) > _LONGEST or redact(said) != said or not _PLAIN.fullmatch(said):
        return ""
    if _ORDERS.search(said) or any(secret in said for secret in secrets):
        return ""
    if any(tool.replace("_", " ") in said.lower().replace("_", " ") for tool in _tools(found)):
        return ""
    if found.verdict in ("broken", "degraded", "unknown") and _AT_EASE.search(said):
        return ""
    known = _vocabulary(found, described)
    if not all(_stem(word) in known for word in _WORD.findall(_without_quotes(said, found))):
        return ""
    if not all(_is_about(part, found) and not _denies(part, found) for part in _SENTENCE.split(said)):
        return ""
    related = _is_related(said, found)
    if not related and _CAUSAL.search(said):
        return ""
    return "" if any(each.kind != "cause" or not related for each in objections(said, bound(found))) else said


def _vocabulary(found: Diagnosis, described: Iterable[str]) -> set[str]:
    means = found.runbook.sections.get("What it means", "") if found.runbook is not None else ""
    texts = [_CONNECTING, *CONDITIONS, *described, means, *found.connected]
    return {_stem(word) for text in texts for word in _WORD.findall(text)}


def _without_quotes(said: str, found: Diagnosis) -> str:
    """What is left when a finding's sentence and a figure's name are taken out; longest first."""
    wrong = _wrong(found)
    labels = [fact.label for result in found.results for fact in result.facts]
    texts = [text for text in (*labels, *(finding.summary for finding in wrong)) if " " in text]
    for quoted in sorted({*texts, *(finding.subject for finding in wrong if finding.subject)}, key=len, reverse=True):
        said = re.sub(rf"(?<!\w){re.escape(quoted.rstrip('.'))}(?!\w)", " ", said, flags=re.IGNORECASE)
    return said


def _wrong(found: Diagnosis) -> list[Finding]:
    return [finding for story in (*found.stories, *found.aside) for finding in story.findings]


def _is_about(sentence: str, found: Diagnosis) -> bool:
    """Whether it speaks of what is wrong, by its kind or in a finding's own sentence; a system's name alone is no news."""
    low, wrong = sentence.lower(), _wrong(found)
    if any(finding.summary.rstrip(".").lower() in low for finding in wrong):
        return True
    return bool({_stem(word) for word in _WORD.findall(low)} & _conditions(wrong))


def _is_related(said: str, found: Diagnosis) -> bool:
    """Whether everything wrong that it speaks of hangs together by the rules: then it may say what comes of what."""
    low = said.lower()
    stems = {_stem(word) for word in _WORD.findall(low)}
    systems = {name for name in found.connected if re.search(rf"(?<![\w-]){re.escape(name.lower())}(?![\w-])", low)}
    conditions = {finding.condition for finding in _wrong(found) if _conditions([finding]) & stems}
    return any(
        systems <= {finding.connection for finding in story.findings}
        and conditions <= {finding.condition for finding in story.findings}
        for story in (*found.stories, *found.aside)
    )


def _denies(sentence: str, found: Diagnosis) -> bool:
    """Whether it takes back what was measured: "no evictions", "the evictions have stopped"."""
    stems = [_stem(word) for word in _WORD.findall(sentence)]
    about = _conditions(_wrong(found)) & set(stems)
    over = {*_OVER} & set(stems)
    near = [stems[max(0, at - 3) : at] for at, stem in enumerate(stems) if stem in about]
    return bool(about and over) or any({*_NOT} & set(before) for before in near)


def _conditions(findings: Iterable[Finding]) -> set[str]:
    return {_stem(word) for finding in findings for word in finding.condition.split("_")} - _VAGUE


def _tools(found: Diagnosis) -> set[str]:
    """An explanation speaks of systems; one that speaks of tools tells somebody what to run."""
    return {call.tool for call in found.selection.calls} | {result.tool for result in found.results}


def _stem(word: str) -> str:
    low = word.lower().removesuffix("'s")
    if len(low) < 5:
        return low
    return re.sub(r"(?:ions?|ing|ed|es|s|ly|e|d)$", "", low)


_VAGUE: Final = frozenset(
    _stem(word) for word in ("high", "low", "in", "down", "out", "down", "failed", "running", "crossed", "up")
)
_NOT: Final = ("not", "no", "never", "none", "without", "cannot", "nor")
_OVER: Final = tuple(_stem(word) for word in ("stopped", "stop", "ended", "over", "yesterday", "before"))
