"""Ids that are said, and what "it" and "the second one" stand for in a thread."""

import re
from collections.abc import Mapping

from bot.protocols import Intent, Json

ID = re.compile(
    r"(?<![\w./-])(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{24}"
    r"|[a-z0-9]+(?:-[a-z0-9]+)+-(?=[0-9a-f]*\d)[0-9a-f]{4,12}|(?:bt|run|draft|d|dr|ap|appr|nar|diag|inc|dg)[-_]\d+[a-z]?)(?![\w-])",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\b(?:bt|run|backtest|draft|narrative|approval|request|number|strategy|proposal|id|no\.?|report)s? #?(\d{1,8})(?![\w%/:-]|\.\d)"
    r"|\b(?:run|backtest|report|id) #?((?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{4,12})(?![\w.%/:-])"
    r"|(?<!\w)#(\d{1,8})\b",
    re.IGNORECASE,
)
_ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "last": -1,
}
_ORDINAL = re.compile(
    rf"\b(?:the )?({'|'.join(_ORDINALS)})(?: (?:one|of (?:them|these|those)|in the list))?(?=$|[?.!,]| (?:one|please|pls|in|of|with))",
    re.IGNORECASE,
)
_THAT = re.compile(
    r"\b(?:it|its|it's|this|that|those|these|them|both|the (?:same|former|latter)|one)\b", re.IGNORECASE
)


def ids_in(intent: Intent, text: str, subject: Mapping[str, Json]) -> list[str]:
    """The ids a text names, otherwise those of its thread that it stands for."""
    said = [match[0] for match in ID.finditer(text)]
    said += [next(filter(None, match.groups())) for match in _NUMBERED.finditer(text)]
    if intent in ("narrate", "approvals") and (only := re.fullmatch(r"\W*(\d{3,8})\W*", text)):
        said.append(only[1])
    if said:
        return list(dict.fromkeys(said))
    return _from_thread(intent, text, subject)


_SUBJECTS: dict[Intent, tuple[str, ...]] = {
    "narrate": ("backtest_id",),
    "compare": ("backtest_id",),
    "draft": ("draft_id",),
    "approvals": ("approval_id", "draft_id"),
    "diagnose": ("diagnosis_id",),
    "digest": ("digest_id",),
}


def _from_thread(intent: Intent, text: str, subject: Mapping[str, Json]) -> list[str]:
    several = subject.get("backtest_ids")
    if intent in ("narrate", "compare") and isinstance(several, list | tuple) and several:
        ids = [str(each) for each in several]
        ordinal = ordinal_in(text)
        if ordinal is not None:
            return [ids[ordinal - 1 if ordinal > 0 else ordinal]] if ordinal <= len(ids) else []
        return ids if intent == "compare" or _THAT.search(text) else []
    for key in _SUBJECTS.get(intent, ()):
        value = subject.get(key)
        if isinstance(value, str | int) and value != "" and not isinstance(value, bool):
            return [str(value)]
    return []


def ordinal_in(text: str) -> int | None:
    """1 for the first one, -1 for the last one; None where no place is said."""
    match = _ORDINAL.search(text)
    return _ORDINALS[match[1].lower()] if match else None
