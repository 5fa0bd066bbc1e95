"""From text to items: what each word, figure and date of a sentence is, before anything is judged."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.narrative.checking.index import Index, Span, disguise_name
from tools.narrative.checking.numbers import CARDINALS, MULTIPLES, PARTS

_MONTHS = {name: number for number, names in enumerate(
    ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
     "september sep sept", "october oct", "november nov", "december dec"), 1) for name in names.split()}  # fmt: skip
_MONTH = r"(?:(?i:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)|May)"
_YEAR = r"(?:19|20)\d\d"
_SHORT_YEAR = r"(?:['’]\d\d|0\d|3[2-9]|[4-9]\d)"
"""A year in two digits that can be no day: "dec 99", "Nov '17"."""

_TOKEN = re.compile(
    rf"""(?:(?P<plain>(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|Q[1-4]|US\$|[A-Z]{{3,4}}\s-?\d))[^\W\d_]{{2,}}(?![\w.&'/]))
    |(?P<isoday>\b{_YEAR}-\d\d-\d\d\b)
    |(?P<isomonth>\b{_YEAR}-(?:0[1-9]|1[0-2])\b(?![-\d]))
    |(?P<years>\b{_YEAR}\s?[-–/]\s?(?:{_YEAR}|\d\d)\b(?![\d.%]))
    |(?P<slash>\b\d{{1,2}}[/.]\d{{1,2}}[/.]{_YEAR}\b)
    |(?P<decade>\b(?:19|20)\d0'?s\b)
    |(?P<dayrange>\b\d{{1,2}}(?:st|nd|rd|th)?\s?(?:-|–|to|until)\s?\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b\.?,?\s+{_YEAR}\b)
    |(?P<dmy>\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b\.?,?\s+{_YEAR}\b)
    |(?P<mdy>\b{_MONTH}\b\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}\b)
    |(?P<dmyy>\b\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}\b\.?\s+['’]?\d\d\b(?![.,]\d|\s?%))
    |(?P<my>\b{_MONTH}\b\.?,?\s+(?:of\s+)?{_YEAR}\b)
    |(?P<myy>\b{_MONTH}\b\.?\s?{_SHORT_YEAR}\b(?![.,]\d|\s?%))
    |(?P<dm>\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b)
    |(?P<md>\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?![\d%,.]))
    |(?P<quarter>\bQ[1-4]\s*(?:of\s+)?{_YEAR}\b|\b{_YEAR}\s*Q[1-4]\b)
    |(?P<year>(?<![\w.,$€£¥₹#/-]){_YEAR}\b(?![,.]\d|\s?%|[-/]\w|\s(?:%|percent|per|pp|bps|trades?|returns?|days?|months?|years?|observations?|points?|weeks?|times|closed|winning|losing|calendar|trading|dollars|USD|EUR)\b))
    |(?P<number>(?<![\w.])[-+]?(?:(?:US)?[$€£¥₹]\s?|\b(?:USD|EUR|GBP|JPY|CHF|INR|USDT|BUSD|BTC|ETH)\s)?-?(?:\d+(?:[.,'’]\d+)*|\.\d+)(?:[eE][-+]?\d+)?)
    |(?P<suffix>%|(?<=\d)(?:bps|bp|pp|ppts?|bn|mn|mm|st|nd|rd|th|y|yrs?|mths?|mos?|wks?|d|[kKmMBbx×WL])\b|(?<=\d)×|(?<=\d)-(?=(?:day|week|month|year|bar)))
    |(?P<word>(?:p\.a\.|e\.g\.|i\.e\.|vs\.|approx\.|ca\.|c\.(?=\s?\d)|max\.|'s\b|n't\b|[^\W\d_][^\W\d_&.']*(?:[&.'](?!s\b|t\b)[^\W\d_]+)*(?:/yr\b|/year\b)?))
    |(?P<mark>[.!?;:,()|=/~≈<>≤≥–—\[\]{{}}"“”*•·×→-])
    )\s*""",
    re.VERBOSE,
)
_IRREGULAR = {"isn't", "wasn't", "didn't", "doesn't", "hasn't", "hadn't", "haven't", "weren't", "can't", "couldn't"}

_SCALES = {"k": 1e3, "K": 1e3, "m": 1e6, "M": 1e6, "mn": 1e6, "mm": 1e6, "b": 1e9, "B": 1e9, "bn": 1e9, "thousand": 1e3, "million": 1e6, "billion": 1e9, "hundred": 100.0}  # fmt: skip
_TIMES = {"y": 365.25, "mth": 30.4375, "minute": 1 / 1440, "minutes": 1 / 1440, "hour": 1 / 24, "hours": 1 / 24, "d": 1.0, "wk": 7.0, "wks": 7.0, "mo": 30.4375, "mos": 30.4375, "day": 1.0, "days": 1.0, "week": 7.0, "weeks": 7.0, "month": 30.4375, "months": 30.4375, "year": 365.25, "years": 365.25, "decade": 3652.5, "decades": 3652.5, "yrs": 365.25, "yr": 365.25, "mths": 30.4375, "calendar days": 1.0}  # fmt: skip
_CURRENCIES = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "dollars": "USD", "dollar": "USD", "euros": "EUR", "euro": "EUR", "pounds": "GBP", "yen": "JPY", "rupees": "INR"}  # fmt: skip
_CODES = frozenset("USD EUR GBP JPY CHF INR USDT BUSD BTC ETH CAD AUD USDC".split())


@dataclass(slots=True, eq=False)
class Item:
    """One thing a sentence says. `kind` is a letter; see `lexicon.Entry`, and Q quantity, D date, O other, P comma."""

    kind: str
    start: int
    end: int
    key: str = ""
    also: str = ""
    word: str = ""
    value: float = 0.0
    decimals: int = 0
    unit: str = ""
    sign: int = 0
    scale: float = 1.0
    currency: str = ""
    hedge: str = ""
    problem: str = ""
    dates: Span = (0, 0)
    until: "Span | None" = None


@dataclass(slots=True)
class Sentence:
    """Items of one sentence; `code` is their kinds in a row. `opens` starts a paragraph, `row` is a line of a list."""

    items: list[Item]
    code: str
    opens: bool
    row: bool
    start: int
    end: int


@dataclass(slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int
    low: str = field(default="")


def read(line: str, index: Index, *, opens: bool = True) -> Iterator[Sentence]:
    """Sentences of one line of a text, in order. `opens`: the line starts a paragraph."""
    shown = _protect(line, index)
    tokens: list[_Token] = []
    row = False
    for match in _TOKEN.finditer(shown):
        kind = match.lastgroup or ""
        found, start = match[kind], match.start()
        if kind == "plain":
            tokens.append(_Token("word", found, start, start + len(found), found.lower()))
            continue
        if not tokens and not row and found in "-*•·":
            row = True
            continue
        tokens.append(_Token(kind, found, start, start + len(found), found.lower()))
        if found == "." and _abbreviates(shown, start, tokens):
            tokens.pop()
            continue
        if kind == "mark" and found in ".!?" and _ends(shown, start + 1):
            yield _sentence(tokens, index, opens, row)
            tokens, opens = [], False
    if tokens:
        yield _sentence(tokens, index, opens, row)


def _ends(text: str, position: int) -> bool:
    return position >= len(text) or text[position].isspace() or text[position] in "\"”')*_"


def _abbreviates(text: str, position: int, tokens: list[_Token]) -> bool:
    """ "Ann. vol", "max. drawdown": a point after a short word, with a small letter behind it, ends no sentence."""
    follows = text[position + 1 : position + 3]
    word = tokens[-2] if len(tokens) > 1 else None
    return bool(
        word is not None and word.kind == "word" and len(word.text) <= 4
        and len(follows) == 2 and follows[0] == " " and follows[1].islower()
    )  # fmt: skip


def _protect(text: str, index: Index) -> str:
    """Quoted sentences of the facts blanked out, digits of known names made letters; the length stays."""
    low = text.lower()
    for sentence in index.sentences:
        start = low.find(sentence)
        while start >= 0:
            end = start + len(sentence)
            if not (text[end : end + 1].isalnum() and sentence[-1:].isalnum()):
                text = text[:start] + " " * len(sentence) + text[end:]
            start = low.find(sentence, end)
    for name, pattern in index.names:
        if name in low:
            text = pattern.sub(_hide, text)
    return text


def _hide(match: re.Match[str]) -> str:
    return disguise_name(match.group(0)).replace("%", " ").replace("/", " ").replace(":", " ")


def _sentence(tokens: list[_Token], index: Index, opens: bool, row: bool) -> Sentence:
    items: list[Item] = []
    position = 0
    while position < len(tokens):
        position = _next(tokens, position, items, index)
    _join_ranges(items)
    return Sentence(items, "".join(i.kind for i in items), opens, row, tokens[0].start, tokens[-1].end)


def _next(tokens: list[_Token], at: int, items: list[Item], index: Index) -> int:
    token = tokens[at]
    if token.kind == "word" and token.low in ("up", "down") and _is_tally(tokens, at):
        items.append(_result(token, token.low))
        return at + 1
    if token.kind == "word":
        return _word(tokens, at, items, index)
    if token.kind == "number":
        return _number(tokens, at, items)
    if token.kind in _DATE_READERS:
        items.append(_date(token))
        return at + 1
    if token.kind == "mark" and token.text != "-":
        items.append(_mark(token))
    elif token.kind == "decade":
        items.append(Item("O", token.start, token.end, word=token.low))
    elif token.text in _RESULTS:
        items.append(_result(token, token.text))
    return at + 1


_RESULTS = {"W": "won", "L": "lost", "up": "won", "down": "lost"}


def _is_tally(tokens: list[_Token], at: int) -> bool:
    """Whether "up" or "down" is one of a pair, each behind a whole number: "17 up, 19 down"."""
    shapes = [token.low if token.kind == "word" else token.kind for token in tokens[max(0, at - 4) : at + 5]]
    said = " ".join(shape for shape in shapes if shape not in ("mark", "and"))
    return "number up number down" in said


def _result(token: _Token, said: str) -> Item:
    """The winners of "73W / 136L" and of "17 up, 19 down"."""
    return Item("M", token.start, token.end, _RESULTS[said], word="winners" if _RESULTS[said] == "won" else "losers")


_MARKS: dict[str, tuple[str, str]] = {
    **dict.fromkeys("~≈", ("H", "about")), "<": ("H", "under"), "≤": ("H", "at_most"), ">": ("H", "over"), "≥": ("H", "at_least"),
    **dict.fromkeys(";—–|•·", ("B", "mark")), ",": ("P", ""), **dict.fromkeys(':=*"“”[]{}', ("L", "")), "/": ("P", ""), "(": ("(", ""), ")": (")", ""),
}  # fmt: skip


def _mark(token: _Token) -> Item:
    if token.text == "→":
        return Item("T", token.start, token.end, "to", word="to")
    kind, key = _MARKS.get(token.text, ("O", ""))
    return Item(kind, token.start, token.end, key, word=token.text)


def _word(tokens: list[_Token], at: int, items: list[Item], index: Index) -> int:
    token = tokens[at]
    low = token.low
    if low in CARDINALS or low in PARTS or low in MULTIPLES:
        taken = _number_words(tokens, at, items)
        if taken:
            return taken
    size = min(index.longest.get(low, 1), len(tokens) - at)
    words = _run(tokens, at, size) if size > 1 else [low]
    for length in range(len(words), 0, -1):
        phrase = " ".join(words[:length]) if length > 1 else low
        entry = index.phrases.get(phrase)
        if entry is None:
            continue
        last = _end_of(tokens, at, length)
        items.append(Item(entry.kind, token.start, tokens[last].end, entry.key, entry.also, phrase))
        return last + 1
    if low in _MONTHS and token.text[0].isupper() and (low != "may" or _dated(tokens, at, items)):
        number = _MONTHS[low]
        items.append(Item("D", token.start, token.end, "month", word=low, dates=(number * 100, number * 100)))
        return at + 1
    kind = "N" if low in _IRREGULAR else "O"
    items.append(Item(kind, token.start, token.end, word=low))
    return at + 1


def _dated(tokens: list[_Token], at: int, items: list[Item]) -> bool:
    """Whether "May" stands where a date would: after a preposition or a row's comma, or before a figure."""
    follows = at + 1 < len(tokens) and tokens[at + 1].kind == "number"
    return follows or bool(
        items and items[-1].word in ("in", "from", "to", "until", "since", "of", "by", "and", "between", ",", ":")
    )


def _run(tokens: list[_Token], at: int, size: int) -> list[str]:
    """Up to `size` words from here; a hyphen between words joins them."""
    words: list[str] = []
    position = at
    while position < len(tokens) and len(words) < size:
        token = tokens[position]
        if token.kind == "word":
            words.append(token.low)
        elif not (token.text == "-" and position > at):
            break
        position += 1
    return words


def _end_of(tokens: list[_Token], at: int, length: int) -> int:
    """Position of the token that holds word number `length` from here."""
    position, seen = at, 0
    while True:
        if tokens[position].kind == "word":
            seen += 1
            if seen == length:
                return position
        position += 1


def _number(tokens: list[_Token], at: int, items: list[Item]) -> int:
    token = tokens[at]
    item = _figure(token)
    items.append(item)
    return _units(tokens, at + 1, item, items)


_FIGURE = re.compile(r"([-+]?)((?:US)?[$€£¥₹]|[A-Z]{3,4}(?=\s))?\s?(-?)([\d.,'’]+)([eE][-+]?\d+)?")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def _figure(token: _Token) -> Item:
    match = _FIGURE.match(token.text)
    item = Item("Q", token.start, token.end, word=token.text, unit="number")
    if match is None:
        item.problem = "separators"
        return item
    sign, currency, inner, digits, exponent = match.groups()
    item.sign = -1 if "-" in (sign, inner) else 1 if sign == "+" else 0
    if currency:
        item.unit, item.currency = "money", _CURRENCIES.get(currency, currency)
    if exponent:
        item.problem = "scientific"
    if "," in digits or "'" in digits or "’" in digits or digits.count(".") > 1:
        if not _GROUPED.fullmatch(digits):
            item.problem = "separators"
        digits = re.sub("[,'’]", "", digits)
        if digits.count(".") > 1:
            digits = digits.replace(".", "", digits.count(".") - 1)
    item.value = float(digits + (exponent or ""))
    item.decimals = len(digits.partition(".")[2])
    return item


def _units(tokens: list[_Token], at: int, item: Item, items: list[Item]) -> int:
    """What follows a figure and belongs to it: percent, points, scale, currency, length of time."""
    at = _scale(tokens, at, item)
    if at >= len(tokens):
        return at
    low = tokens[at].low
    if low in ("st", "nd", "rd", "th") and tokens[at].kind == "suffix":
        item.unit = "ordinal"
    elif low in ("%", "percent", "pct"):
        return _percent(tokens, at, item)
    elif low == "per" and at + 1 < len(tokens) and tokens[at + 1].low == "cent":
        return _percent(tokens, at + 1, item)
    elif low == "percentage" and at + 1 < len(tokens) and tokens[at + 1].low in ("point", "points"):
        item.unit = "points"
        item.end = tokens[at + 1].end
        return at + 2
    elif low in ("pp", "ppt", "ppts") or (low in ("point", "points") and item.value < 200 and item.unit == "number"):
        item.unit = "points"
    elif low in ("bp", "bps") or (
        low == "basis" and at + 1 < len(tokens) and tokens[at + 1].low in ("point", "points")
    ):
        item.unit = "bps"
        at += low == "basis"
    elif low in ("x", "×", "times", "fold") and not (low == "times" and item.unit == "money"):
        item.unit = "times"
    elif tokens[at].text in _CODES or (low in _CURRENCIES and tokens[at].kind == "word"):
        item.unit, item.currency = "money", _CURRENCIES.get(low, tokens[at].text)
    else:
        return _length(tokens, at, item)
    item.end = tokens[at].end
    return at + 1


def _percent(tokens: list[_Token], at: int, item: Item) -> int:
    item.unit, item.end = "percent", tokens[at].end
    if at + 1 < len(tokens) and tokens[at + 1].low == "basis":
        item.unit = "bps"
    if at + 1 < len(tokens) and tokens[at + 1].low in ("point", "points"):
        item.unit, item.end = "points", tokens[at + 1].end
        return at + 2
    return at + 1


def _scale(tokens: list[_Token], at: int, item: Item) -> int:
    while at < len(tokens) and tokens[at].text in _SCALES and (tokens[at].kind == "suffix" or len(tokens[at].text) > 2 or tokens[at].text == "bn"):  # fmt: skip
        item.scale *= _SCALES[tokens[at].text]
        item.end = tokens[at].end
        at += 1
    return at


_TRADING = frozenset(("trading", "business", "market"))


def _length(tokens: list[_Token], at: int, item: Item) -> int:
    """A length of time: "12 days", "12 trading days", "3-year" (which only describes)."""
    position = at
    describes = tokens[position].text == "-"
    position += describes
    if position >= len(tokens):
        return at
    low = tokens[position].low
    following = tokens[position + 1].low if position + 1 < len(tokens) else ""
    kind = "time"
    if following in _TIMES and (low in _TRADING or (low in ("calendar", "full", "whole") and following == "days")):
        kind = "bars" if low in _TRADING else "time"
        position += 1
        low = tokens[position].low
    if low in ("bars", "sessions", "bar"):
        kind, factor = "bars", 1.0
    elif low in _TIMES:
        factor = _TIMES[low]
    else:
        return at
    if (
        not describes
        and position + 1 < len(tokens)
        and tokens[position].low in ("years", "months", "days", "year", "month", "day")
    ):
        item.also = _counted(tokens, position)
    item.unit = "window" if describes else kind
    item.scale *= factor
    item.key = low
    item.end = tokens[position].end
    return position + 1


def _counted(tokens: list[_Token], position: int) -> str:
    """A count of years, months or days ("11 years were positive") can also be read as a length of time."""
    return tokens[position].low


_DATE_READERS = frozenset("dayrange isoday isomonth years slash dmy mdy dmyy my myy dm md quarter year".split())


def _date(token: _Token) -> Item:
    numbers = [int(n) for n in re.findall(r"\d+", token.low)]
    month = next((_MONTHS[w] for w in re.findall(r"[a-z]+", token.low) if w in _MONTHS), 0)
    item = Item("D", token.start, token.end, _SHORT.get(token.kind, token.kind), word=token.low)
    if token.kind == "dayrange":
        item.dates, item.until = _one(numbers[2], month, numbers[0]), _one(numbers[2], month, numbers[1])
    elif token.kind == "years":
        last = numbers[1] if numbers[1] > 99 else numbers[0] // 100 * 100 + numbers[1]
        item.dates, item.until = _whole(numbers[0]), _whole(last)
    else:
        item.dates = _dates(token, numbers, month)
    if token.kind == "slash" and numbers[1] <= 31 and numbers[0] <= 12:
        item.also = str(_one(numbers[2], numbers[0], numbers[1])[0])
    return item


_SHORT = {"dmyy": "dmy", "myy": "my"}
"""Dates with a year in two digits are what they are with one in four."""


def _dates(token: _Token, numbers: list[int], month: int) -> Span:
    if token.kind == "isoday":
        return _one(*numbers)
    if token.kind == "isomonth":
        return _month(numbers[0], numbers[1])
    if token.kind == "slash":
        return _one(numbers[2], numbers[1], numbers[0])
    if token.kind in ("dmy", "mdy", "dmyy"):
        return _one(_century(numbers[1]), month, numbers[0])
    if token.kind in ("my", "myy"):
        return _month(_century(numbers[0]), month)
    if token.kind in ("dm", "md"):
        return (month * 100 + numbers[0],) * 2
    if token.kind == "quarter":
        quarter, year = (numbers[0], numbers[1]) if token.low[0] == "q" else (numbers[1], numbers[0])
        return year * 10000 + (quarter * 3 - 2) * 100 + 1, year * 10000 + quarter * 300 + 31
    return _whole(numbers[0])


def _century(year: int) -> int:
    """A year as written, in two digits or four."""
    return year if year > 99 else year + (2000 if year < 50 else 1900)


def _one(year: int, month: int, day: int) -> Span:
    return (year * 10000 + month * 100 + day,) * 2


def _month(year: int, month: int) -> Span:
    return year * 10000 + month * 100 + 1, year * 10000 + month * 100 + 31


def _whole(year: int) -> Span:
    return year * 10000 + 101, year * 10000 + 1231


def _join_ranges(items: list[Item]) -> None:
    """ "from D to D", "between D and D", "D - D" become one date with an end."""
    if [item.kind for item in items].count("D") < 2:
        return
    _plain_ranges(items)
    position = 0
    while position + 2 < len(items):
        first, middle, last = items[position : position + 3]
        joined = middle.word in ("to", "until", "till", "through", "–", "—", "-") or (
            middle.word == "and" and position > 0 and items[position - 1].word == "between"
        )
        if first.kind == last.kind == "D" and joined and first.until is None and last.until is None:
            if first.dates[0] < 1500:
                first.dates = _borrow_year(first, last)
            first.until, first.end = last.dates, last.end
            del items[position + 1 : position + 3]
        position += 1


_BETWEEN_DATES = frozenset(
    "to the a its low trough bottom of on high until till , peak and then recovery following".split()
)


def _plain_ranges(items: list[Item]) -> None:
    """ "the high of D to the low of D" is a range too: the words between the dates go."""
    position = 0
    while position < len(items):
        if items[position].kind == "D" and items[position].until is None:
            end = position + 1
            while end < len(items) and items[end].kind != "D" and set(items[end].word.split()) <= _BETWEEN_DATES:
                end += 1
            between = [item.word.split()[0] for item in items[position + 1 : end] if item.word]
            if (
                end < len(items)
                and items[end].kind == "D"
                and "to" in between
                and end - position > 2
                and between[0] == "to"
            ):
                items[position + 1 : end] = [Item("T", items[position].end, items[end].start, "to", word="to")]
        position += 1


def _borrow_year(first: Item, last: Item) -> Span:
    """ "from March to May 2009": the first date has the year of the second."""
    year = last.dates[0] // 10000
    month, day = divmod(first.dates[0], 100)
    return _one(year, month, day) if day else _month(year, month)


_NOUN_AFTER_ONE = frozenset("trade trades losing winning year month gap jump open closed trial recorded stale positive".split())  # fmt: skip


def _number_words(tokens: list[_Token], at: int, items: list[Item]) -> int:
    """Number words from here as one quantity; 0 where they are not one."""
    token, low = tokens[at], tokens[at].low
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if low in MULTIPLES:
        return _multiple(tokens, at, items, following)
    if low in PARTS and low not in CARDINALS:
        return _part(tokens, at, items)
    words = _run(tokens, at, 6)
    value, used = _cardinal(words)
    if not used:
        return 0
    if words[used : used + 3] == ["and", "a", "half"]:
        value, used = value + 0.5, used + 3
    last = _end_of(tokens, at, used)
    after = words[used] if used < len(words) else ""
    if after in PARTS and value < PARTS[after] and after not in ("second",):
        end = _end_of(tokens, at, used + 1)
        items.append(
            Item(
                "Q",
                token.start,
                tokens[end].end,
                word=" ".join(words[: used + 1]),
                value=value / PARTS[after],
                decimals=2,
                unit="part",
            )
        )
        return end + 1
    odds = len(items) > 1 and items[-1].word == "to" and items[-2].kind == "Q"
    if value == 1 and not (odds or following in _NOUN_AFTER_ONE or _one_in(tokens, at)):
        return 0
    if value == 0 or (value == 1 and following == "of" and items and items[-1].word in ("is", "was", "it")):
        return 0
    item = Item("Q", token.start, tokens[last].end, word=" ".join(words[:used]), value=value, unit="number")
    item.decimals = 0 if value == int(value) else 1
    items.append(item)
    item.also = "words"
    return _units(tokens, last + 1, item, items)


def _one_in(tokens: list[_Token], at: int) -> bool:
    """ "one in five", "one out of ten", "one of the 12"."""
    words = [token.low for token in tokens[at + 1 : at + 6]]
    if words[:1] not in (["in"], ["of"], ["out"]) or (at and tokens[at - 1].low == "every"):
        return False
    rest = [word for word in words[1:] if word not in ("of", "the", "its", "their", "every", "all")]
    return bool(rest) and (rest[0] in CARDINALS or rest[0].isdigit())


def _cardinal(words: list[str]) -> tuple[float, int]:
    """ "two hundred and ten", "twenty one": the value and how many words it took."""
    total, current, used = 0.0, 0.0, 0
    for position, word in enumerate(words):
        if (
            word == "and"
            and used
            and position + 1 < len(words)
            and words[position + 1] in CARDINALS
            and current >= 100
        ):
            continue
        if word not in CARDINALS:
            break
        number = CARDINALS[word]
        if number >= 1000:
            total, current = total + max(current, 1) * number, 0.0
        elif number in (100, 12) and word in ("hundred", "dozen"):
            current = max(current, 1) * number
        elif used and number < 20 and current % 10 == 0 and current % 100 >= 20 and number < 10:
            current += number
        elif used and not (current >= 100 and current % 100 == 0):
            break
        else:
            current += number
        used = position + 1
    return total + current, used


def _part(tokens: list[_Token], at: int, items: list[Item]) -> int:
    """ "half", "a third", "a quarter": a share; "third" or "quarter" alone are not."""
    low = tokens[at].low
    before = tokens[at - 1].low if at else ""
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if low == "half" and before in ("first", "second", "latter", "other", "better"):
        return 0
    if low != "half" and (
        before not in ("a", "one") or after in ("party", "day", "year", "month", "drawdown", "ago")
    ):
        return 0
    items.append(Item("Q", tokens[at].start, tokens[at].end, word=low, value=1 / PARTS[low], decimals=2, unit="part"))
    return at + 1


def _multiple(tokens: list[_Token], at: int, items: list[Item], following: str) -> int:
    """ "Doubled", "twice"; with costs behind it names a figure instead: "doubling the costs", "double digits"."""
    further = tokens[at + 2].low if at + 2 < len(tokens) else ""
    if following in ("costs", "them", "these", "digit", "digits", "check") or (
        following == "the" and further in ("costs", "cost")
    ):
        return 0
    token = tokens[at]
    items.append(
        Item("Q", token.start, token.end, word=token.low, value=MULTIPLES[token.low], unit="times", also="words")
    )
    return at + 1
