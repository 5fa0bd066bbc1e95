"""What is said about approvals: which decision, its reason, a rating."""

import re
from collections.abc import Mapping

from bot.protocols import Json
from bot.routing.found import put
from bot.routing.names import names_in
from bot.routing.periods import Period


def approvals(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    """`action`, `reason`, `rating`, `channel` and `names`, as `arguments` has them."""
    told = next((name for name, words in _DECIDING.items() if words.search(lower)), None)
    asked = next((name for name, words in _DECISIONS if re.search(words, lower)), "list")
    more: dict[str, Json] = {"action": asked if told is None or asked == "publish" else told}
    reason = re.search(r"(?:\bbecause\b|\bnote:|\bas\b|[,:;]|\s-\s)\s*(.{3,})$", text)
    if more["action"] in ("reject", "return", "discard", "approve") and reason:
        more["reason"] = reason[1].strip()
    channel = re.search(r"#[A-Za-z][\w-]*", text)
    if more["action"] == "publish" and channel:
        more["channel"] = (
            channel[0].removeprefix("#") if re.fullmatch(r"#[CG][A-Z0-9]{4,}", channel[0]) else channel[0]
        )
    rating = re.search(r"\b([1-5])(?: ?/ ?5\b| stars?\b| (?:out )?of (?:5|five)\b|\W*$)", lower)
    if more["action"] == "rate" and rating:
        more["rating"] = int(rating[1])
    names = names_in(text)
    put(more, "names", list[Json](names) if "ids" not in found else None)
    return more


_DO_IT = {
    "remind": r"remind|nudge|chase|ping",
    "extend": r"extend",
    "submit": r"submit|request (?:an )?approval|put .* up for|put .* for (?:approval|sign-?off)|(?:put|take) (?:it|this|that) forward|ready for (?:approval|sign-? ?off|review)|(?:it |this |that |be |go |put )+.*for(?:ward for)? (?:approval|sign-?off)|(?:pass|send|forward|hand) .* (?:on )?(?:for|to) (?:approval|sign-?off|review|the approvers)",
    "withdraw": r"withdraw|cancel|revoke|undo|pull .* from|take .* (?:back|out)\b|take back",
    "return": r"send (?:it |the |this |that )?.*back\b|return",
    "discard": r"discard|bin\b|throw .* away",
    "reject": r"reject|rejct|decline|veto|deny\b|refuse|turn .*down|no go|kill|thumbs down|don't approve|do not approve|disapprove|not approv",
    "publish": r"publish(?!ed\b)|release|(?:approved?|sign off) (?:it |this |that )?(?:,|and|then|&)+ ?(?:then )?(?:publish|release|put|post|send|share)|(?:like|want|need|get|have|can|could|may|we'd|for)\b.*\bpublish(?:ed)?\b|make .* public\b|put .* out\b",
    "rate": r"rate\b|rating|[1-5]\W*$|(?:\w+ ){0,3}[1-5] (?:out )?of (?:5|five)\b|(?:i'd )?give (?:it|this|that) an? [1-5]\b|score\b",
    "export": r"export|download",
    "approve": r"(?:i )?(?:approve|aprove|aproove|approved|accept|lgtm|green ?light|green-light|ship it|sign (?:it |this |that )?off|sign off|sign)\b"
    r"|give .* (?:green light|go-ahead|thumbs up)|thumbs up|go ahead|happy (?:with|to approve)|i'm happy|(?:i am |i'm )?content (?:with|for|to)|(?:i have )?no objections?|fine (?:by|with) me|good to go|ok(?:ay)? (?:draft|from me|#?\d)",
}
_DECIDING = {
    name: re.compile(
        rf"^\W*(?:(?:please|pls|plz|can|could|would|you|now|hey|hi|hello|ok|okay|yes|yep|no|nope|sure|looks? good|looks? fine|fine|great|bulk|and|then|let's|i'd like to|i want to|i)\W+)*(?:{words})"
    )
    for name, words in _DO_IT.items()
}
_DECISIONS = (
    ("export", r"\bexport\b|\bcsv\b|\bapprovals? log\b|\blog for\b"),
    (
        "rate",
        r"\b[1-5] (?:out of|of) (?:5|five)\b|\b[1-5] ?/ ?5\b|\b(?:[1-5]|one|two|three|four|five) stars?\b|\b(?:give|score|rate)\b.*\b[1-5]\b\W*$|\bdeserves an? [1-5]\b",
    ),
    ("withdraw", r"\btake it back\b|\bundo\b"),
    (
        "publish",
        r"\bapprove\b.*\bpublish\b|\b(?:like|want|get|need|can|could|may|have (?:it|this|the))\b.*\bpublished\W*(?:$|in\b|to\b|on\b|please)",
    ),
    (
        "registry",
        r"^(?!.*\b(?:to be|not|need\w*|wait\w*|await\w*|pending|rejected|who)\b)(?=.*\bregist(?:ry|ered)\b|.*\bapproved strategies\b|.*\bstrategies\b.*\bapproved?\b)",
    ),
    (
        "history",
        r"\bwho (?:approved|rejected|signed|decided|vetoed|published|okayed|reviewed)\b|\bhistory\b|\bpast\b|\bdecisions since\b|\b(?:was|were|did we|got|what's been|have we)\b.*\b(?:approved?|rejected?|signed)\b.*\b(?:week|month|year|quarter|yesterday|today|in [a-z]+|since)\b|\b(?:show|list) (?:the |all )*(?:approved|rejected)\b",
    ),
    (
        "status",
        r"\bstatus\b|\bwhere (?:is|are|'s)\b|\b(?:is|was|has|did|were|why was|when was|when does)\b.*\b(?:approved?|rejected|signed? off|sign off|expired?|declined)\b|\bhow many approvals\b|\bwho (?:still )?(?:has|can|must|needs)\b|\bfour eyes\b",
    ),
)
