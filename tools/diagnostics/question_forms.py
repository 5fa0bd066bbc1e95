"""How something is asked: whether somebody checks or says that something is wrong, and what yes and no would mean."""

import re
from typing import Final, Literal

Opening = Literal["", "Yes", "No", "Not quite"]

_GREETING: Final = (
    r"^\W*(?:(?:hi|hey|hello|morning|good morning|ok|okay|so|and|but|pls|please|sorry|quick question)\b[\s,!.:-]*)*"
)
_YES_OR_NO: Final = re.compile(
    _GREETING + r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|any|anything|anybody)\b",
    re.IGNORECASE,
)
_CHECK: Final = re.compile(
    _GREETING + r"(?:how|what|whats|when|which|who|where|should|status|check|show|list|tell|give|run|look|see)\b",
    re.IGNORECASE,
)
_WELL: Final = (
    r"up|healthy|ok|okay|fine|well|alive|fresh|current|working|running|finish\w*|complet\w*|done|succe\w*|good|green|there|back|reachable|sound"
    r"|clean|connected|respond\w*|answer\w*|available|online|load(?:ed)?|arriv\w*"
)
_UNWELL: Final = (
    r"down|out of|slow\w*|stuck|stale|old|outdated|full|broken|break|fail\w*|dead|lag\w*|late|behind|blocked|blocking|locked|wrong|missing|anomal\w*"
    r"|problems?|issues?|errors?|expir\w*|leak\w*|hang\w*|hung|weird|odd|bad|lost|lose|empty|gone|gaps?|duplicates?|alerts?|firing|page|throttled|exceeded|overloaded|blind|lying"
)
_PREDICATE: Final = re.compile(
    rf"(?P<flip>\bnot\b|n't\b)|\bup[- ]to[- ]date\b|\b(?:(?P<unwell>{_UNWELL})|(?P<well>{_WELL}))\b", re.IGNORECASE
)


def complains(text: str) -> bool:
    """Whether the text says that something is wrong, rather than checks whether it is: a statement, or "why"."""
    return not (_YES_OR_NO.search(text) or _CHECK.search(text))


def opening(text: str, verdict: str) -> Opening:
    """The word that answers a question of yes or no; empty for other questions, and where it would mislead."""
    asked = _YES_OR_NO.search(text)
    hopes = _hopes(text[asked.end() :]) if asked is not None else None
    if asked is None or hopes is None:
        return ""
    if verdict == "healthy":
        return "Yes" if hopes else "No"
    if not hopes:
        return ""  # what is wrong need not be what was feared
    return {"broken": "No", "degraded": "Not quite"}.get(verdict, "")  # type: ignore[return-value]


def _hopes(text: str) -> bool | None:
    """Whether the first thing asked for is good; None where nothing is said of it."""
    flipped = False
    for found in _PREDICATE.finditer(text):
        if found["flip"]:
            flipped = True
            continue
        return bool(found["unwell"]) == flipped
    return None
