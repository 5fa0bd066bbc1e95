"""What a routed text carries beside its intent. The names are these, and nothing else writes them.

Any intent:
    symbols    list of symbols, as the price store names them ("S&P 500" is SPY): ["SPY", "^IXIC"]
    period     {"start": ISO day | null, "end": ISO day | null}, both inclusive, null where it is open
    ids        list of ids that were said, or that "it", "that one", "the second one" stand for in the thread
narrate, compare:
    names      list of what runs were called, in the asker's words; `tools.backtests.find` knows which are meant
    pick       "latest", "best", "worst" or "all": a choice among stored runs; "all" also asks for the list of them
    count      how many of `pick` ("top 5")
    metric     the figure that was asked about or ranked by: a key of `about_runs.METRICS`
    detail     "brief", "standard" or "detailed"
    question   "origin" (where a figure is from; `number` holds it as written), "why", "definition", "chart"
    number     the figure whose origin is asked, as written: "0.28"
    benchmark  true where it is to be held against its benchmark or buy and hold
    file       true where an attached file is meant
    format     "pdf" or "html"
    ordinal    1 for "the first one", -1 for "the last one", where the thread does not say which that is
draft:
    revision   true where an earlier draft is to be changed; `ids` names it where it is known
    catalogue  true where the question is what indicators or templates there are
diagnose:
    action     "rerun", "invalidate", "terminate", "pause", "resume", "escalate" or "solved"; absent: a question
digest:
    action     "create", "list", "show", "send", "preview", "pause", "resume", "move", "change" or "delete"
    cadence    "daily", "weekdays", "weekly" or "monthly"
    days       list of "mon" ... "sun"
    time       "08:00"
    time_zone  an IANA name, where one was said
    channel    Slack's id, or a name with "#", where another channel than this one is meant
approvals:
    action     "list", "approve", "reject", "return", "publish", "discard", "submit", "withdraw", "remind", "extend",
               "rate", "status", "history", "registry" (which strategies are approved) or "export"
    reason     the words given with a decision
    channel    as above, for "publish"
    rating     1 to 5
usage:
    topic      "usage", "cost", "quality", "approvals", "incidents", "audit", "prompts" or "governance"
help:
    topic      the intent that help is asked about
unknown:
    courtesy   true where it is small talk ("thanks"), which deserves no list of commands

The subject of a thread (`Request.subject`) is read with these keys: `backtest_id`, `backtest_ids` (in the order they
were shown), `draft_id`, `approval_id`, `diagnosis_id`, `digest_id`; others are ignored.
"""

import re
from collections.abc import Mapping
from datetime import date

from bot.protocols import Intent, Json
from bot.routing import about_decisions, about_digests, about_runs
from bot.routing.found import put
from bot.routing.ids import ids_in
from bot.routing.periods import Period, period_in
from bot.routing.symbols import symbols_in


def arguments_of(intent: Intent, text: str, subject: Mapping[str, Json], today: date) -> dict[str, Json]:
    """The arguments of a text (as `text.plain` leaves it) whose intent is known."""
    found: dict[str, Json] = {}
    period = period_in(text, today)
    if period is not None and _means_period(intent, text, period):
        found["period"] = {
            "start": period.start.isoformat() if period.start else None,
            "end": period.end.isoformat() if period.end else None,
        }
    if intent in ("narrate", "compare", "draft", "diagnose"):
        put(found, "symbols", list[Json](symbols_in(text)))
    put(found, "ids", list[Json](ids_in(intent, text, subject)))
    reader = _READERS.get(intent)
    if reader is not None:
        found.update(reader(text, text.lower(), found, period))
    return found


def _means_period(intent: Intent, text: str, period: Period) -> bool:
    """Periods that are part of a rule or a time of day are no periods to report on."""
    if intent == "draft":
        return re.search(r"\d{4}|years|crisis|crash|\d0s", text[period.span[0] : period.span[1]]) is not None
    return intent not in ("digest", "help", "unknown")


def _draft(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    more: dict[str, Json] = {}
    if re.search(
        r"\b(?:which|what|list|any|anything|is there|do you (?:have|support|know)|can you do|show)\b.*\b(?:indicators?|templates?|patterns?|oscillators?)\b|\bwhat (?:do|have) you (?:have|got)\b|\bdo you (?:support|have|know)\b|anything (?:like|for)\b",
        lower,
    ):
        more["catalogue"] = True
    elif "ids" in found or _REVISES.search(lower):
        more["revision"] = True
    return more


_REVISES = re.compile(
    r"^\W*(?:(?:please|pls|can you|could you|now|and|ok|okay|actually|hmm|same)\W+)*(?:make (?:it|the)|change|set (?:the|it|take|stop)|use|tighten|widen|raise|lower"
    r"|increase|decrease|swap|switch|replace|remove|drop|add|edit|revise|tweak|modify|adjust|only|without|with|rename|allow|try it|turn (?:on|off)|have)\b|\binstead\b|\brather than\b|^\W*same\b"
)


def _diagnose(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    if _ASKS.search(lower) and not _ASKED_TO.search(lower):
        return {}
    action = next((name for name, words in _ACTIONS.items() if re.search(words, lower)), None)
    return {"action": action} if action else {}


_ASKS = re.compile(
    r"\b(?:how|why|did|has|was|is|are|which|when|runbook)\b|^\W*(?:and\W+|so\W+)?wh(?:o|at|ere)(?:'?s)?\b|\b(?:not|isn'?t|n't|never|nothing|still)\b.*\b(?:fixed|solved|resolved|working|back)\b"
)
_ASKED_TO = re.compile(
    r"^\W*(?:(?:please|pls|can|could|would|you|someone|somebody|now|ok|hey|hi)\W+)*(?:re-?run|restart|retry|flush|clear|purge|kill|terminate|pause|resume|escalate|page|invalidate"
    r"|wake|call (?:ops|the|them|out)|alert|bin|drop|wipe|dump|get (?:a|some)\w*|raise (?:this|it)|kick off|stop the|cancel)\b"
    r"|\bit's fixed\b|\bthat fixed it\b|^\W*(?:it|that|this|everything|all)(?:'s| is| are)? (?:now )?(?:works?|working|back|good|fine|fixed|resolved|solved)\b(?!.*\?)"
)
_ACTIONS = {
    "escalate": r"\bescalat|\b(?:page|call|ring|wake|alert|get|raise|tell|notify)\b.*\b(?:on-? ?call|ops|engineers?|duty|human|platform team|some(?:one|body)|them|up)\b|\bhand (?:this|it|over)\b.*\b(?:to|over)\b",
    "solved": r"\bsolved\b|\b(?:is|it's|that|was|been) (?:now )?(?:fixed|resolved)\b|^\W*(?:fixed|resolved)\b|\bclose (?:it|this|the incident)\b|\b(?:works?|working|back|good|fine|ok) (?:again|now)\b|\bback to normal\b|\bit(?:'s| is) back\b",
    "rerun": r"\bre-?(?:run|start|trigger|launch|do|submit|play)\b|\bretry\b|\bbackfill\b|\b(?:run|start|kick) .*\bagain\b",
    "invalidate": r"\b(?:flush|clear|purge|invalidate|empty|wipe)\b|\b(?:bin|drop|dump|throw|discard|delete|remove|evict)\b.*\bcache",
    "terminate": r"\b(?:kill|terminate|cancel)\b",
    "pause": r"\bpause\b",
    "resume": r"\bresume\b|\bunpause\b",
}


def _usage(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    return {"topic": next((name for name, words in _TOPICS if re.search(words, lower)), "usage")}


_TOPICS = (
    ("governance", r"governance|compliance"),
    ("audit", r"\baudit\b|role changes|who (?:asked|ran|did|triggered)\b|activity"),
    ("prompts", r"\bprompts?\b"),
    ("cost", r"\bcosts?\b|\bworth\b|\bpay(?:ing|s)?\b|\bspen[dt]|\btokens?\b|\bbill\b|\bbudget|\bmoney\b"),
    ("incidents", r"time to resol|mttr|escalation|incident"),
    ("approvals", r"approv|revision|conversion"),
    (
        "quality",
        r"accura|quality|rating|feedback|satisf|fact[- ]?check|blocked|refus|complain|dislike|wrong|thumbs|errors\b|reliab|error rate|useful|fallback",
    ),
)


def _help(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    topic = next((name for name, words in _HELP_TOPICS if re.search(words, lower)), None)
    return {"topic": topic} if topic else {}


_HELP_TOPICS = (
    ("compare", r"\bcompar"),
    ("approvals", r"\bapprov|\bsign[- ]?off|\bfour eyes|\breject"),
    ("digest", r"\bdigest|\bschedul|\bsummary\b"),
    ("draft", r"\bdraft|\bstrateg|\bindicator|\btemplate"),
    ("diagnose", r"\bdiagnos|\bhealth|\bfresh|\bincident|\bescalat|\brunbook|\bpipeline"),
    (
        "narrate",
        r"\bnarrat|\breport|\bback-?test|\bfiles?\b|\bengine|\bupload|\bimport|\bformat|freqtrade|quantconnect|\blean\b|vectorbt|backtrader|zipline|pyfolio|nautilus",
    ),
    ("usage", r"\busage\b|\baudit|\bgovernance"),
)


def _unknown(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    return (
        {"courtesy": True}
        if re.search(
            r"\b(?:thank\w*|thx|ty|cheers|ok(?:ay)?|cool|great|nice|awesome|perfect|bye|good ?night|good bot|got it|sure|yes|lol|haha)\b",
            lower,
        )
        and len(lower.split()) < 8
        and not re.search(r"\b(?:no|not|wrong|bad|incorrect|useless)\b|n't\b", lower)
        else {}
    )


_READERS = {
    "narrate": about_runs.narrate,
    "compare": about_runs.compare,
    "draft": _draft,
    "diagnose": _diagnose,
    "digest": about_digests.digest,
    "approvals": about_decisions.approvals,
    "usage": _usage,
    "help": _help,
    "unknown": _unknown,
}
