"""What is said about a digest: what to do with it, how often, when and where."""

import re
from collections.abc import Mapping

from bot.protocols import Json
from bot.routing.found import put
from bot.routing.periods import WEEKDAYS, Period


def digest(text: str, lower: str, found: Mapping[str, Json], period: Period | None) -> dict[str, Json]:
    """`action`, `cadence`, `days`, `time`, `time_zone` and `channel`, as `arguments` has them."""
    more: dict[str, Json] = {}
    put(more, "cadence", next((name for name, words in _CADENCES.items() if re.search(words, lower)), None))
    days = [day[:3] for day in WEEKDAYS if re.search(rf"\b{day}s?\b|\b{day[:3]}s?\b(?= |,|&|$|/)", lower)]
    put(more, "days", list[Json](days))
    if days and "cadence" not in more:
        more["cadence"] = "weekly"
    put(more, "time", _time(lower))
    put(
        more,
        "time_zone",
        next((zone for words, zone in _ZONES.items() if re.search(rf"\b(?:{words})\b", lower)), None),
    )
    channel = re.search(r"#[\w-]+", text)
    put(
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
