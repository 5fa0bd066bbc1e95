"""What a routed text carries beside its intent. The names are these, and nothing else writes them.

Any intent:
    symbols    list of symbols, as the price store names them ("S&P 500" is SPY): ["SPY", "^IXIC"]
    period     {"start": ISO day | null, "end": ISO day | null}, both inclusive, null where it is open
    ids        list of ids that were said, or that "it", "that one", "the second one" stand for in the thread
narrate, compare:
    names      list of what runs were called, in the asker's words; `tools.backtests.find` knows which are meant
    pick       "latest", "best", "worst" or "all": a choice among stored runs; "all" also asks for the list of them
    count      how many of `pick` ("top 5")
    metric     the figure that was asked about or ranked by: a key of `METRICS`
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
from bot.routing.names import names_in
from bot.routing.periods import NUMBERS, WEEKDAYS, Period, period_in
from bot.routing.symbols import symbols_in

METRICS: dict[str, str] = {
    "sharpe": r"sharpe|risk[- ]adjusted",
    "sortino": r"sortino",
    "calmar": r"calmar",
    "max_drawdown": r"(?:max(?:imum)?\.? ?)?(?:drawdowns?|dd)\b|shallowest|deepest",
    "cagr": r"cagr|annuali[sz]ed return",
    "volatility": r"volatility|\bvol\b|riskiest|safest",
    "win_rate": r"win ?rate|hit ?rate",
    "profit_factor": r"profit factor",
    "turnover": r"turnover",
    "trades": r"trades\b",
    "beta": r"\bbeta\b",
    "var": r"\bc?var\b|tail risk",
    "costs": r"\bcosts?\b|\bfees\b",
    "total_return": r"returns?\b|profit|p&l|pnl|performance",
}
"""Canonical names of figures, each with the words that ask for it."""

_ID = re.compile(
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
        _put(found, "symbols", list[Json](symbols_in(text)))
    _put(found, "ids", list[Json](_ids(intent, text, subject)))
    reader = _READERS.get(intent)
    if reader is not None:
        found.update(reader(text, text.lower(), found, period))
    return found


def _means_period(intent: Intent, text: str, period: Period) -> bool:
    """Periods that are part of a rule or a time of day are no periods to report on."""
    if intent == "draft":
        return re.search(r"\d{4}|years|crisis|crash|\d0s", text[period.span[0] : period.span[1]]) is not None
    return intent not in ("digest", "help", "unknown")


def _put(found: dict[str, Json], name: str, value: Json) -> None:
    if value:
        found[name] = value


def _ids(intent: Intent, text: str, subject: Mapping[str, Json]) -> list[str]:
    said = [match[0] for match in _ID.finditer(text)]
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
        ordinal = _ordinal(text)
        if ordinal is not None:
            return [ids[ordinal - 1 if ordinal > 0 else ordinal]] if ordinal <= len(ids) else []
        return ids if intent == "compare" or _THAT.search(text) else []
    for key in _SUBJECTS.get(intent, ()):
        value = subject.get(key)
        if isinstance(value, str | int) and value != "" and not isinstance(value, bool):
            return [str(value)]
    return []


def _ordinal(text: str) -> int | None:
    match = _ORDINAL.search(text)
    return _ORDINALS[match[1].lower()] if match else None


def _narrate(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    more = _about_runs(text, lower, found, period)
    _put(more, "detail", _detail(lower))
    number = re.search(r"(?<![\w.])[-+]?(?:[$€£]\s?)?\d[\d,]*(?:\.\d+)?\s?(?:%|bps|pp|x\b)?", text)
    if _ORIGIN.search(lower):
        more["question"] = "origin"
        _put(more, "number", number[0].strip() if number else None)
    elif re.search(
        r"\bwhy(?:'?[ds])?\b|\bhow come\b|\bwhat (?:drove|caused|explains|killed)\b|\b(?:reasons?|cause|explanation) (?:for|of|behind)\b",
        lower,
    ):
        more["question"] = "why"
    elif re.search(r"\bwhat does .* mean\b|\bdefin(?:e|ition)|\bmeaning of", lower):
        more["question"] = "definition"
    elif re.search(r"\b(?:charts?|plots?|graphs?|heat ?maps?|curves?|pictures?)\b", lower):
        more["question"] = "chart"
    if _PRINTED.search(lower):
        more["format"] = "html" if re.search(r"\bhtml\b", lower) else "pdf"
    return more


_PRINTED = re.compile(
    r"\b(?:pdfs?|html|printable|print-?outs?|printed|hard ?copy|print (?:it|this|that|the|out|off|version|copy|edition))\b|\bprint\W*$"
)


_ORIGIN = re.compile(
    r"\bwhere(?:'s|'d| is| did| does| do)?\b.*\b(?:come|came|from|get|got)\b|\b(?:source|origin|provenance) of\b"
    r"|\bhow (?:is|was|are|were|did|do)\b.*\b(?:calculated|computed|derived|measured|arrive|get to|work out)\b|\bwho computed\b"
)


def _compare(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    more = _about_runs(text, lower, found, period)
    if re.search(
        r"\bbuy[ -]?(?:and|&|n)[ -]?hold\b|\bbenchmark|\bpassive|\b(?:the )?(?:index|market)\b|\bholding (?:spy|the)",
        lower,
    ):
        more["benchmark"] = True
    return more


def _about_runs(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    more: dict[str, Json] = {}
    if re.search(r"\b(?:files?|attach(?:ed|ing|ment)?s?|export|upload(?:ed|ing)?|dropped|csv|json|zip)\b", lower):
        more["file"] = True
    _pick(lower, more)
    metric = next((name for name, words in METRICS.items() if re.search(words, lower)), None)
    _put(more, "metric", metric)
    cut = text if period is None else f"{text[: period.span[0]]} {text[period.span[1] :]}"
    _put(more, "names", list[Json](names_in(_ID.sub(" ", cut))))
    ordinal = _ordinal(lower)
    if (
        ordinal is not None
        and "ids" not in found
        and re.search(r"\b(?:one|of them|in the list)\b|^\W*(?:and )?the \w+\W*$", lower)
    ):
        more["ordinal"] = ordinal
    return more


_RUNS = r"(?:back-?tests?|runs?|strateg(?:y|ies)|strats?|results?|reports?|ones?|performers?|performing)"


def _pick(lower: str, more: dict[str, Json]) -> None:
    count = re.search(
        rf"\b(?:top|best|worst|bottom|last|latest|first)[ -](\d{{1,2}}|{'|'.join(NUMBERS)})\b(?! ?(?:%|days?|weeks?|months?|years?|bars?|quarters?))",
        lower,
    )
    if count:
        more["count"] = NUMBERS.get(count[1]) or int(count[1])
    if re.search(
        rf"\b(?:latest|most recent|newest)\b|\b(?:last|last night's|yesterday's) (?:\w+ ){{0,2}}{_RUNS}|\blast (?:\d+|two|three|four|five) {_RUNS}",
        lower,
    ):
        more["pick"] = "latest"
    elif re.search(r"\b(?:worst|bottom|weakest)\b(?! (?:drawdown|month|day|year|trade|loss))", lower):
        more["pick"] = "worst"
    elif re.search(r"\b(?:best|top|strongest|highest|winner)\b(?! (?:drawdown|month|day|year|trade))", lower):
        more["pick"] = "best"
    elif re.search(
        rf"\b(?:list|all|every|which|what|any) (?:the |our |my |of |stored |saved |your |available )*{_RUNS}\b|\b(?:compare|rank) (?:all|everything)\b",
        lower,
    ):
        more["pick"] = "all"


def _detail(lower: str) -> str | None:
    if re.search(
        r"\b(?:brief(?:ly)?|short(?:er|ly)?(?! (?:side|selling|position))|tl;?dr|concise|quick(?:ly)?|one[- ]liner|bullets?|gist|headline|nutshell|bullet points)\b",
        lower,
    ):
        return "brief"
    if re.search(
        r"\b(?:detail(?:s|ed)?|in[- ]depth|full|thorough|comprehensive|complete|deep(?:er)?|longer|expand|elaborate|everything)\b",
        lower,
    ):
        return "detailed"
    return "standard" if re.search(r"\bstandard\b|\bnormal (?:length|detail|report)\b", lower) else None


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


def _digest(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    more: dict[str, Json] = {}
    _put(more, "cadence", next((name for name, words in _CADENCES.items() if re.search(words, lower)), None))
    days = [day[:3] for day in WEEKDAYS if re.search(rf"\b{day}s?\b|\b{day[:3]}s?\b(?= |,|&|$|/)", lower)]
    _put(more, "days", list[Json](days))
    if days and "cadence" not in more:
        more["cadence"] = "weekly"
    _put(more, "time", _time(lower))
    _put(
        more,
        "time_zone",
        next((zone for words, zone in _ZONES.items() if re.search(rf"\b(?:{words})\b", lower)), None),
    )
    channel = re.search(r"#[\w-]+", text)
    _put(
        more,
        "channel",
        channel[0].removeprefix("#")
        if channel and re.fullmatch(r"#[CG][A-Z0-9]{4,}", channel[0])
        else channel and channel[0],
    )
    action = next((name for name, words in _DIGEST_ACTIONS if re.search(words, lower)), None)
    planned = {"cadence", "time", "time_zone"} & more.keys()
    known = re.search(r"\b(?:the|our|my|this|that) (?:\w+ )?digest\b", lower)  # the one there is, not a new one
    more["action"] = action or (("change" if known else "create") if planned else "show")
    return more


_CADENCES = {
    "weekdays": r"\b(?:every|each) (?:week|business|working|trading) ?day\b|\bweekdays?\b|\b(?:business|working|trading) days\b|\bmon(?:day)?s?(?: ?- ?| to )fri(?:day)?s?\b",
    "monthly": r"\bmonthly\b|\b(?:every|each|of the) month\b|\bof every month\b|\bbusiness day of\b",
    "weekly": rf"\bweekly\b|\b(?:every|each|once a|a) week\b|\b(?:every|each) (?:{'|'.join(WEEKDAYS)})|\b(?:{'|'.join(WEEKDAYS)})s\b",
    "daily": r"\bdaily\b|\b(?:every|each) (?:day|morning|evening|afternoon|night)\b|\bnightly\b|\bper day\b",
}
_STOP = r"stop|hold|halt|pause|suspend|mute|skip|turn|switch|disable|don'?t|do not|no|freeze|silence|leave"
_FOR_A_TIME = (
    r"for now|for the (?:moment|time being)|for a (?:while|bit|time|few \w+|day|week|month)|temporarily|until|till|while"
    r"|(?:this|next) (?:week|month)|over (?:the )?\w+|during|today|tomorrow"
)
_AT_ONCE = r"now|right away|straight away|immediately|at once|asap|today's|yesterday's"
_DIGEST_ACTIONS = (
    (
        "list",
        r"\bany digests\b|\b(?:list|which|what) (?:\w+ )?digests\b|\b(?:show|list)\b.*\b(?:scheduled|subscriptions|digests)\b|\bwhen(?:'s| is| does)\b.*\b(?:digest|report|summary|go out)\b|\bwhat time\b|\bis there\b|\bdo we have\b|\bwho gets\b|\bwhere (?:does|do|is|are)\b|^\W*(?:my |our |the )?digests\W*$",
    ),
    ("preview", r"\bpreview\b|\bhow (?:would|will|does)\b.*\blook\b|\bwould (?:be in|look like|say|contain)\b"),
    # stopping for a time is no deleting
    ("pause", rf"\bon hold\b|\b(?:a|some) (?:rest|break)\b|\b(?:{_STOP})\b.*\b(?:{_FOR_A_TIME})\b"),
    (
        "resume",
        r"\b(?:resume|unpause|unmute|restart|reactivate|re-?enable)\b|\b(?:turn|switch|bring)\b.*\bback\b"
        r"|\b(?:start|begin|post|send|go|carry|run|have|get)\w*\b.*\bagain\b|\b(?:continue|carry on|go on)\b|\bon again\b",
    ),
    (
        "delete",
        r"\b(?:deleted?|removed|remove it|(?:remove|drop|scrap|bin|kill|end|axe|ditch) (?:the|this|that|my|our) (?:\w+ )?(?:digest|summary|report|briefing)"
        r"|cancel|discard|unsubscribe|stop|(?:turn|switch)\b.*\boff|disable|no more|get rid of|no longer)\b"
        r"|\b(?:don'?t|do not|not)\b.*\b(?:any ?more|any longer)\b|\btake\b.*\boff\b|\bgone\b",
    ),
    ("pause", r"\b(?:pause|mute|suspend|hold off|skip)\b"),
    ("send", rf"(?<!from )(?<!for )(?<!is )(?<!be )\b(?:{_AT_ONCE})\b"),
    (
        "move",
        r"\b(?:move|reschedule|shift|push)\b|\b(?:change|make)\b.*\b(?:time|earlier|later)\b|\bhour (?:earlier|later)\b|\bchange\b.*\bto \d|\bmake it \d",
    ),
    (
        "change",
        r"\b(?:add|include|exclude|drop|remove|leave out|take\b.*\bout|edit|change|configure|settings|only|shorter|longer|put|also|not on|make the)\b",
    ),
)
_ZONES = {
    "london|uk time|gmt|bst": "Europe/London",
    "new york|ny|nyc|et|est|edt|eastern": "America/New_York",
    "chicago|ct|central time": "America/Chicago",
    "tokyo|jst": "Asia/Tokyo",
    "zurich|zürich|frankfurt|paris|berlin|cet|cest": "Europe/Zurich",
    "hong kong|hk|hkt": "Asia/Hong_Kong",
    "singapore|sgt": "Asia/Singapore",
    "sydney|aest|aedt": "Australia/Sydney",
    "utc": "UTC",
    "europe/london": "Europe/London",
}
_TIME = re.compile(
    r"(?<![\w.:/-])(?:at |by |@ ?)?(?P<h>[01]?\d|2[0-3])(?:[:.h](?P<m>[0-5]\d))?\s?(?P<half>am|pm|a\.m\.|p\.m\.)?(?![\w.:/%-]|\.\d| ?(?:st|nd|rd|th|%|days?|weeks?|months?|hours?|backtests?|runs?))"
)


def _time(lower: str) -> str | None:
    if re.search(r"\b(?:noon|midday)\b", lower):
        return "12:00"
    for match in _TIME.finditer(lower):
        told = match["m"] or match["half"] or re.match(r"(?:at|by|@)", match[0])
        if not told and not re.search(r"\b(?:daily|weekdays?|days?|every|each|morning|to|it|move)\b", lower):
            continue
        hour = int(match["h"])
        half = (match["half"] or "")[:1]
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        return f"{hour:02d}:{match['m'] or '00'}"
    return None


def _approvals(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
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
    _put(more, "names", list[Json](names) if "ids" not in found else None)
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
    ("narrate", r"\bnarrat|\breport|\bback-?test|\bfiles?\b|\bengine|\bupload|\bimport|\bformat"),
    ("usage", r"\busage\b|\baudit|\bgovernance"),
)


def _unknown(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    return (
        {"courtesy": True}
        if re.search(
            r"\b(?:thank\w*|thx|ty|cheers|ok(?:ay)?|cool|great|nice|awesome|perfect|bye|good ?night|good bot|got it|sure|yes|no|lol|haha)\b",
            lower,
        )
        and len(lower.split()) < 8
        else {}
    )


_READERS = {
    "narrate": _narrate,
    "compare": _compare,
    "draft": _draft,
    "diagnose": _diagnose,
    "digest": _digest,
    "approvals": _approvals,
    "usage": _usage,
    "help": _help,
    "unknown": _unknown,
}
