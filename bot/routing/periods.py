"""Periods as people say them, as ISO days: "in 2008", "since March", "Q3 2011", "Jan 2010 until June 2012", "ytd".

An open end is None. A month, quarter or weekday without a year is the last one that has begun. Named crises are the
S&P 500's peak and trough days.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = "january february march april may june july august september october november december".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
NUMBERS = {
    word: value
    for value, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
}
_CRISES = (
    (
        r"(?:dot[ -]?com|tech) (?:crash|bust|bubble|bear market|collapse)|dot[ -]?com(?! bubble)",
        "2000-03-24",
        "2002-10-09",
    ),
    (
        r"(?:great |global )?financial crisis|gfc|credit crunch|subprime crisis|great recession|lehman(?: crisis)?",
        "2007-10-09",
        "2009-03-09",
    ),
    (r"(?:covid|corona|pandemic|covid-19)(?:virus)?(?: crash| crisis| sell-?off)?", "2020-02-19", "2020-03-23"),
)


@dataclass(frozen=True, slots=True)
class Period:
    """Both days are inclusive; None is open."""

    start: date | None
    end: date | None
    span: tuple[int, int]
    """Where in the text it was said."""


_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?:19[5-9]\d|20[0-4]\d)"
_HALF = r"first half|second half|1st half|2nd half|h[12]"
_QUARTER = r"(?:first|second|third|fourth|last|1st|2nd|3rd|4th) quarter|q[1-4]"
_ATOM = (
    rf"{_YEAR}-\d\d-\d\d|{_YEAR}/\d\d?/\d\d?|\d\d?[./]\d\d?[./]{_YEAR}|{_YEAR}-(?:0[1-9]|1[0-2])(?!\d)"
    rf"|{_YEAR} ?(?:q[1-4]|h[12])|(?:{_QUARTER}|{_HALF})(?: of)?,? ?(?:{_YEAR}|'\d\d)"
    rf"|{_DAY} (?:of )?{_MONTH},? {_YEAR}|{_MONTH} {_DAY},? {_YEAR}|{_MONTH},? (?:of )?(?:{_YEAR}|'\d\d)"
    rf"|{_DAY} (?:of )?{_MONTH}(?!\w)|{_MONTH} {_DAY}(?!\w)|(?:the )?(?:{_YEAR}|['’]?\d0)s|(?:{_YEAR})(?![\d%]|-(?!(?:19|20)\d\d)|,\d|[ -](?:days?|bars?|trades?|shares?|users?)\b)"
    rf"|{_QUARTER}|{_HALF}|{_MONTH}(?!\w)|(?:{'|'.join(WEEKDAYS)})(?!\w)|yesterday|today|now"
)
_BOUND = r"(?<![\w$#^-])"
_RANGE = re.compile(
    rf"{_BOUND}(?:(?:from|between|since|over|during|in) )?(?:the )?(?P<a>{_ATOM})\s?(?:-|to|until|till|til|through|thru|up to|and)\s?(?:the end of )?(?P<b>{_ATOM})(?!\w)"
)
_SHORT_RANGE = re.compile(rf"{_BOUND}(?P<a>{_YEAR})\s?[-/]\s?(?P<b>\d\d)(?![\d-])")
_SINCE = re.compile(
    rf"{_BOUND}(?:since|from|after|starting(?: in| from)?|beginning(?: in)?|as of)(?: the)?(?: (?:start|beginning|end) of)? (?P<a>{_ATOM})(?!\w)(?! ?\d{{1,2}}:)(?: onwards?| on)?"
)
_UNTIL = re.compile(
    rf"{_BOUND}(?P<how>until|till|up to|through|before|prior to|to|ending(?: in)?)(?: the)?(?: (?:start|beginning|end) of)? (?P<a>{_ATOM})(?!\w)"
)
_AT = re.compile(
    rf"{_BOUND}(?P<how>in|during|for|of|over|on|throughout|within|this|last|past|late|early|mid|by)?(?: the)? ?(?P<a>{_ATOM})(?!\w)"
)
_UNITS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365, "yr": 365}
_AGO = re.compile(
    rf"{_BOUND}(?:last|past|previous|prior|trailing|latest)(?: few)? ?(?P<n>\d{{1,4}}|{'|'.join(NUMBERS)})[ -]?(?P<unit>days?|weeks?|fortnights?|months?|quarters?|years?|yrs?|d|w|m|y)\b"
)
_CALENDAR = re.compile(
    rf"{_BOUND}(?P<which>last|this|previous|past|current) (?P<unit>week|month|quarter|year)(?!\w|-)"
)
_TO_DATE = re.compile(
    rf"{_BOUND}(?:(?P<short>[ymqw])td|(?P<unit>year|month|quarter|week)[ -]to[ -]date|so far this (?P<far>year|month|quarter|week))\b"
)
_CRISIS = re.compile(
    _BOUND + "(?:" + "|".join(f"(?P<c{at}>{words})" for at, (words, _, _) in enumerate(_CRISES)) + r")(?!\w)"
)
_PREPOSED = re.compile(r"(?:may|mar(?:ch)?)", re.IGNORECASE)


def period_in(text: str, today: date) -> Period | None:
    """The first period of the most telling kind in a text (as `text.plain` leaves it), or None."""
    lower = text.lower()
    for find in (_to_date, _range, _since_or_until, _relative, _crisis, _at):
        found = find(lower, today)
        if found is not None:
            return found
    return None


def _to_date(text: str, today: date) -> Period | None:
    match = _TO_DATE.search(text)
    if match is None:
        return None
    unit = {"y": "year", "m": "month", "q": "quarter", "w": "week"}[
        (match["short"] or match["unit"] or match["far"])[0]
    ]
    return Period(_calendar(unit, today, 0)[0], today, match.span())


def _range(text: str, today: date) -> Period | None:
    match = _RANGE.search(text)
    if match is not None:
        first, last = match["a"], match["b"]
        end = _atom(last, today)
        start = _atom(_with_year(first, last), today)
        if start and end and start[0] > end[1] and not _YEAR_SAID.search(first):
            start = (_back(start[0], 1, "y") - timedelta(days=1), start[1])
        if start and end and start[0] <= end[1]:
            return Period(start[0], end[1], match.span())
    match = _SHORT_RANGE.search(text)
    if match is not None:
        first_year = int(match["a"])
        last_year = first_year // 100 * 100 + int(match["b"])
        if last_year > first_year:
            return Period(date(first_year, 1, 1), date(last_year, 12, 31), match.span())
    return None


def _with_year(first: str, last: str) -> str:
    """`Jan` of "Jan to June 2012" borrows the year."""
    year = re.search(_YEAR, last)
    borrow = year is not None and re.search(rf"{_YEAR}|'\d\d", first) is None
    return (
        f"{first} {year[0]}"
        if borrow and year is not None and re.match(rf"{_MONTH}|{_QUARTER}|{_DAY} ", first)
        else first
    )


def _since_or_until(text: str, today: date) -> Period | None:
    match = _SINCE.search(text)
    if match is not None and (found := _atom(match["a"], today)):
        if match[0].startswith("from") and match["a"] in ("yesterday", "today", "now"):
            return Period(found[0], found[1], match.span())
        start = found[1] + timedelta(days=1) if match[0].startswith("after") else found[0]
        return Period(start, None, match.span())
    match = _UNTIL.search(text)
    if match is not None and (found := _atom(match["a"], today)) and _YEAR_SAID.search(match["a"]):
        before = match["how"] in ("before", "prior to")
        return Period(None, found[0] - timedelta(days=1) if before else found[1], match.span())
    return None


_YEAR_SAID = re.compile(rf"{_YEAR}|'\d\d")


def _relative(text: str, today: date) -> Period | None:
    match = _AGO.search(text)
    if match is not None:
        count = NUMBERS.get(match["n"]) or int(match["n"])
        return Period(_back(today, count, match["unit"][0]), today, match.span())
    match = _CALENDAR.search(text)
    if match is not None:
        back = 0 if match["which"] in ("this", "current") else 1
        start, end = _calendar(match["unit"], today, back)
        since = re.search(r"\b(?:since|from|after)(?: the)? ?$", text[: match.start()])
        return Period(start, None if since else min(end, today), match.span())
    return None


def _back(today: date, count: int, unit: str) -> date:
    count = min(count, 20_000)
    days = {"d": 1, "w": 7, "f": 14}
    if unit in days:
        return today - timedelta(days=count * days[unit])
    months = today.year * 12 + today.month - 1 - count * {"m": 1, "q": 3, "y": 12}[unit]
    year, month = divmod(max(months, 12), 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1])) + timedelta(days=1)


def _calendar(unit: str, today: date, back: int) -> tuple[date, date]:
    """The calendar unit that is `back` before the one of today."""
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return monday, monday + timedelta(days=6)
    size = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = (today.year * 12 + today.month - 1) // size * size - size * back
    return _months(first, size)


def _months(first: int, size: int) -> tuple[date, date]:
    year, month = divmod(first, 12)
    last_year, last_month = divmod(first + size - 1, 12)
    return date(year, month + 1, 1), date(last_year, last_month + 1, monthrange(last_year, last_month + 1)[1])


def _crisis(text: str, today: date) -> Period | None:
    match = _CRISIS.search(text)
    if match is None or match.lastgroup is None:
        return None
    _, start, end = _CRISES[int(match.lastgroup[1:])]
    return Period(date.fromisoformat(start), date.fromisoformat(end), match.span())


def _at(text: str, today: date) -> Period | None:
    for match in _AT.finditer(text):
        bare = match["how"] is None
        if match["a"] == "now" or (bare and (_PREPOSED.fullmatch(match["a"].rstrip(".")) or match["a"] in WEEKDAYS)):
            continue
        found = _atom(match["a"], today)
        if found:
            return Period(found[0], found[1], match.span())
    return None


def _atom(said: str, today: date) -> tuple[date, date] | None:
    """First and last day of one date, month, quarter, half, year, decade or weekday; None where it is no date."""
    for read in (_day, _part_of_year, _year, _recent):
        try:
            found = read(said.removeprefix("the ").strip(), today)
        except ValueError:
            return None
        if found is not None:
            return found
    return None


def _day(said: str, today: date) -> tuple[date, date] | None:
    if match := re.fullmatch(rf"({_YEAR})[-/](\d\d?)[-/](\d\d?)", said):
        day = date(int(match[1]), int(match[2]), int(match[3]))
    elif match := re.fullmatch(rf"(\d\d?)[./](\d\d?)[./]({_YEAR})", said):
        first, second = int(match[1]), int(match[2])
        if first <= 12 and second <= 12 and first != second and "/" in said:
            return None  # day first or month first: not ours to guess
        day = date(int(match[3]), first, second) if second > 12 else date(int(match[3]), second, first)
    elif match := re.fullmatch(
        rf"(?:(?P<d>{_DAY}) (?:of )?(?P<m>{_MONTH})|(?P<m2>{_MONTH}) (?P<d2>{_DAY}))(?:,? (?P<y>{_YEAR}))?", said
    ):
        number = int(re.sub(r"\D", "", match["d"] or match["d2"]))
        month = _month(match["m"] or match["m2"])
        year = int(match["y"]) if match["y"] else today.year
        day = date(year, month, number)
        if not match["y"] and day > today:
            day = date(year - 1, month, number)
    else:
        return None
    return day, day


def _part_of_year(said: str, today: date) -> tuple[date, date] | None:
    year_said = re.search(rf"({_YEAR})|'(\d\d)", said)
    year = _full_year(year_said) if year_said else None
    if match := re.search(rf"{_QUARTER}|{_HALF}", said):
        words = match[0]
        if words.startswith("last"):
            return _months((year or today.year) * 12 + 9, 3)
        number = int(_ORDINALS.get(words.split()[0], words[-1]))
        size = 6 if "half" in words or words[0] == "h" else 3
        return _begun((number - 1) * size, size, year, today)
    if match := re.fullmatch(rf"({_MONTH}),?(?: of)?(?: ?(?:{_YEAR}|'\d\d))?", said):
        return _begun(_month(match[1]) - 1, 1, year, today)
    if match := re.fullmatch(rf"({_YEAR})-(\d\d)", said):
        return _months(int(match[1]) * 12 + int(match[2]) - 1, 1)
    return None


_ORDINALS = {"first": "1", "1st": "1", "second": "2", "2nd": "2", "third": "3", "3rd": "3", "fourth": "4", "4th": "4"}


def _begun(first: int, size: int, year: int | None, today: date) -> tuple[date, date]:
    found = _months((year or today.year) * 12 + first, size)
    return found if year or found[0] <= today else _months((today.year - 1) * 12 + first, size)


def _year(said: str, today: date) -> tuple[date, date] | None:
    if re.fullmatch(_YEAR, said):
        return date(int(said), 1, 1), date(int(said), 12, 31)
    if match := re.fullmatch(rf"(?:({_YEAR})|['’]?(\d0))s", said):
        first = int(match[1]) if match[1] else 1900 + int(match[2]) if int(match[2]) >= 50 else 2000 + int(match[2])
        return date(first, 1, 1), date(first + 9, 12, 31)
    return None


def _recent(said: str, today: date) -> tuple[date, date] | None:
    if said in ("today", "now"):
        return today, today
    if said == "yesterday":
        return today - timedelta(days=1), today - timedelta(days=1)
    if said in WEEKDAYS:
        day = today - timedelta(days=(today.weekday() - WEEKDAYS.index(said) - 1) % 7 + 1)
        return day, day
    return None


def _month(said: str) -> int:
    return next(at for at, name in enumerate(MONTHS, start=1) if name.startswith(said.rstrip(".")[:3]))


def _full_year(match: re.Match[str]) -> int:
    if match[1]:
        return int(match[1])
    short = int(match[2])
    return 1900 + short if short >= 50 else 2000 + short
