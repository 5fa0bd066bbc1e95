"""Lengths of time, percentages, dates and calendar words, put together from numbers and the words beside them."""

import datetime
import re

from tools.strategies.language.numbers import ordinal
from tools.strategies.language.tokens import Token, Value

SIGNS = {
    "(": "LP", ")": "RP", ",": "COMMA", ";": "SEMI", ":": "COLON", ".": "DOT", "+": "PLUS", "-": "DASH", "*": "STAR",
    "/": "SLASH", "%": "PERCENT", "neg": "NEG", "!=": "UNKNOWN", "$": "", '"': "", "'": "", "?": "DOT", "!": "DOT",
    "`": "", "¶": "NEWLINE", "minus": "NEG", "•": "SEMI", "{": "LP", "}": "RP", "~": "", "|": "SEMI", "#": "",
}  # fmt: skip
BARS_OF = {
    **dict.fromkeys("day days session sessions bar bars d candle candles".split(), 1),
    **dict.fromkeys("week weeks wk wks w".split(), 5),
    **dict.fromkeys("fortnight fortnights".split(), 10),
    **dict.fromkeys("month months mo mos m mth mths".split(), 21),
    **dict.fromkeys("quarter quarters".split(), 63),
    **dict.fromkeys("year years yr yrs y".split(), 252),
}
"""Bars in a unit of time: 5 a week, 21 a month, 252 a year."""
_PERIOD_WORDS = {"weekly": 5, "monthly": 21, "yearly": 252, "annual": 252, "quarterly": 63}
_PERCENT = frozenset("percent percents pct percentage".split())
_BASIS = frozenset("bp bps bips".split())
_MONTHS = "january february march april may june july august september october november december".split()
_SHORT_MONTHS = {month[:3]: number for number, month in enumerate(_MONTHS, 1)} | {"sept": 9}
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
WORDS = frozenset(
    [*BARS_OF, *_PERCENT, *_BASIS, *_MONTHS, *_SHORT_MONTHS, *_DAYS, *(f"{day}s" for day in _DAYS), *_PERIOD_WORDS]
) | frozenset("per cent basis point points trading calendar mon tue tues wed thu thur thurs fri tuesday's".split())
_ENDS_OF_TERMS = frozenset(
    "MA SMA EMA AVGKIND RP NUM PER HIGH LOW CLOSE OPEN IND RSI_ ATR LOWER UPPER MIDDLE PRICE".split()
)
_BEFORE_A_LEVEL = frozenset(
    "OR AT EXIT COMMA ABOVE BELOW OVER GE LE CROSS CROSSABOVE CROSSBELOW UPTHROUGH DOWNTHROUGH TO EQ".split()
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2099


def word(said: str) -> tuple[str, Value]:
    """Kind and value of a single word that is a unit, a month, a weekday or an ordinal; ("", None) otherwise."""
    if said in BARS_OF:
        return "UNIT", BARS_OF[said]
    if said in _PERCENT:
        return "PERCENT", None
    if said in _BASIS:
        return "BPS", None
    if said in _PERIOD_WORDS:
        return "PERIODIC", _PERIOD_WORDS[said]
    if said in _MONTHS or said in _SHORT_MONTHS:
        return "MONTH", _MONTHS.index(said) + 1 if said in _MONTHS else _SHORT_MONTHS[said]
    stem = said.removesuffix("s")
    if len(said) >= 3 and said not in {"sun", "sat"}:
        for number, day in enumerate(_DAYS, 1):
            if stem in {day, day[:3]} or (len(said) >= 3 and said in {day[:4], day[:5]} and day.startswith(said)):
                return "WEEKDAY", number
    nth = ordinal(said)
    return ("ORDINAL", nth) if nth else ("", None)


def composed(tokens: list[Token]) -> list[Token]:
    """Numbers joined to what follows them (percent, basis points, a unit, a date), then lengths to what is around."""
    return _around(_numbers(tokens))


def _numbers(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token, used = _at(tokens, at)
        out.append(token)
        at += used
    return out


def _around(tokens: list[Token]) -> list[Token]:
    """`for 5 days`, `over the last 3 months`, `after a week`, `20 days ago`, `max 10 days` as one token each."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        kind, used, value = _length(tokens, at)
        out.append(_joined(tokens, at, used, kind, value) if used else tokens[at])
        at += max(used, 1)
    return out


_LEADING = {
    ("FOR", "MAXHOLD"): "MAXDUR", ("MAXHOLD", "FOR"): "MAXDUR", ("FOR", "LASTN"): "INLASTDUR", ("IN", "LASTN"): "INLASTDUR",
    ("OVER", "LASTN"): "INLASTDUR", ("FROM", "LASTN"): "INLASTDUR", ("FOR", "GE"): "FORDUR", ("FOR", "OVER"): "FORDUR", ("HIGHEST", "FOR"): "MAXDUR",
    ("FOR",): "FORDUR", ("IN",): "INDUR", ("OVER",): "INDUR", ("LASTN",): "LASTDUR", ("AFTER",): "AFTERDUR", ("MAXHOLD",): "MAXDUR", ("LE",): "MAXDUR", ("ORLESS",): "MAXDUR",
}  # fmt: skip


_FOLLOWING = {"AGO": "AGODUR", "BEFORE": "AGODUR", "AFTER": "AFTERDUR", "ATLATEST": "MAXDUR", "ORLESS": "MAXDUR"}


def _length(tokens: list[Token], at: int) -> tuple[str, int, Value]:
    """Kind, tokens used and value of a length of time with the words around it; 0 used where there is none."""
    if edge := _edge_of_month(tokens, at):
        return edge, 3, tokens[at + 1].value
    if at + 1 < len(tokens) and _edge_of_month(tokens, at + 1):  # "in the last 3 days of the month"
        return "", 0, None
    for leading, kind in _LEADING.items():
        size = len(leading)
        if tuple(token.kind for token in tokens[at : at + size]) == leading and _kind(tokens, at + size) == "DUR":
            following = _kind(tokens, at + size + 1)
            after_price = at > 0 and tokens[at - 1].kind in _PRICED and tokens[at + 1].said.endswith(_SINGULAR)
            if leading == ("OVER",) and (after_price or _names_an_average(tokens[at + 1], following)):
                return "", 0, None
            if following == "AGO" or (kind in {"INDUR", "AFTERDUR"} and following in _NAMES_OF_SERIES):
                return "", 0, None
            if kind == "FORDUR" and following in {"LE", "ATLATEST", "MAXHOLD"}:
                return "MAXDUR", size + 2, tokens[at + size].value
            return kind, size + 1, tokens[at + size].value
    if tokens[at].said in {"max", "maximum"} and _kind(tokens, at + 1) == "DUR":
        return "MAXDUR", 2, tokens[at + 1].value
    return _length_before(tokens, at)


def _edge_of_month(tokens: list[Token], at: int) -> str:
    """ "Last 3 trading days (of the) month" and "first 3 ...": which end of it is meant, in days."""
    edge = {"LASTN": "LASTDAYS", "FIRST": "FIRSTDAYS"}.get(tokens[at].kind)
    if tokens[at].kind == "ORDINAL" and tokens[at].value == 1:
        edge = "FIRSTDAYS"
    days = _kind(tokens, at + 1) == "DUR" and re.search(r"\b(?:days?|sessions?|bars?)$", tokens[at + 1].said)
    month = _kind(tokens, at + 2) == "UNIT" and tokens[at + 2].value == BARS_OF["month"]
    return edge if edge and days and month else ""


_PRICED = frozenset("CLOSE PRICE IT SYMBOL BREAK CROSS HIGH LOW OPEN".split())
_SINGULAR = (" day", " week", " month", " d", "-day")
"""After a price, "over the 200 day" is above that average."""


def _names_an_average(length: Token, following: str) -> bool:
    """ "Over the 200-day" is above that average, "up over the 20-day period" a length of time."""
    return " - " in length.said and following in {"", "COMMA", "DOT", "SEMI", "AND", "EXIT", "ENTER", "OR", "THEN"}


def _length_before(tokens: list[Token], at: int) -> tuple[str, int, Value]:
    """ "20 days ago", "a week later", "ten days at the latest"."""
    kind, following = _kind(tokens, at), _kind(tokens, at + 1)
    if kind == "DUR" and following in _FOLLOWING and not (following == "BEFORE" and _kind(tokens, at + 2) == "ENTER"):
        return _FOLLOWING[following], 2, tokens[at].value
    if kind == "NUM" and following == "AGO":
        return "AGODUR", 2, int(float(str(tokens[at].value)))
    return "", 0, None


_NAMES_OF_SERIES = frozenset(
    "MA SMA EMA AVGKIND HIGH LOW IND RSI_ RETURN MOMENTUM ATR LOSINGSTREAK WINNINGSTREAK DOWNDAY UPDAY HIGHESTCLOSE LOWESTCLOSE LINE BREAKOUT CLOSE".split()
)


def _at(tokens: list[Token], at: int) -> tuple[Token, int]:
    first = tokens[at]
    match first.kind:
        case "NEG" if at and tokens[at - 1].kind in _ENDS_OF_TERMS:
            return Token("DASH", first.said, first.start, first.end), 1
        case "NEG" if _kind(tokens, at + 1) == "NUM":
            token, used = _number(tokens, at + 1)
            return _joined(
                tokens,
                at,
                used + 1,
                f"NEG{token.kind}" if token.kind == "PCT" else token.kind,
                _negative(token.value),
            ), used + 1
        case "PLUS" if _kind(tokens, at + 1) == "NUM" and at and tokens[at - 1].kind in _BEFORE_A_LEVEL:
            token, used = _number(tokens, at + 1)
            return _joined(
                tokens, at, used + 1, f"PLUS{token.kind}" if token.kind == "PCT" else token.kind, token.value
            ), used + 1
        case "NUM" | "PER":
            return _number(tokens, at)
        case "ARTICLE" if _kind(tokens, at + 1) in _UNITS:
            bars = round(_bars(tokens[at + 1]))
            return _joined(tokens, at, 2, "DUR", bars), 2
        case "UNIT" if (
            at > 1 and tokens[at - 1].kind == "LASTN" and tokens[at - 2].kind in {"OVER", "IN", "FOR", "FROM"}
        ):
            return _joined(tokens, at, 1, "DUR", first.value), 1
        case "HALFOF" if _kind(tokens, at + 1) == "PERCENT":
            return _joined(tokens, at, 2, "PCT", 0.005), 2
        case "MONTH" if _year(tokens, at + 1):
            return _joined(tokens, at, 2, "DATE", (float(_year(tokens, at + 1)), float(str(first.value)), 0.0)), 2
    return first, 1


def _number(tokens: list[Token], at: int) -> tuple[Token, int]:
    first = tokens[at]
    value = float(str(first.value))
    following = [_kind(tokens, at + step) for step in range(1, 4)]
    if following[0] == "PERCENT":
        return _joined(tokens, at, 2, "PCT", value / 100), 2
    if following[0] == "BPS":
        return _joined(tokens, at, 2, "PCT", value / 10_000), 2
    if following[0] in _UNITS and not _is_year(value, first.said):
        return _duration(tokens, at, value)
    if following[0] == "DASH" and following[1] in _UNITS:
        return _duration(tokens, at, value, dash=True)
    if "PARAM_PERIOD" in following[:2] and _period_word(tokens, at + 1):
        used = following.index("PARAM_PERIOD") + 2
        return _joined(tokens, at, used, "DUR", int(value)), used
    return _pairs_and_dates(tokens, at, value, following)


_UNITS = frozenset({"UNIT", "DAYWORD", "YEARWORD"})


def _bars(unit: Token) -> float:
    """Bars in the unit that a token names."""
    return {"DAYWORD": 1, "YEARWORD": 252}.get(unit.kind) or float(str(unit.value))


def _duration(tokens: list[Token], at: int, value: float, *, dash: bool = False) -> tuple[Token, int]:
    unit = tokens[at + 1 + dash]
    each = _bars(unit)
    bars = 252 if (value, each) == (52, 5) else int(round(value * each, 6))
    return _joined(tokens, at, 2 + dash, "DUR", bars), 2 + dash


def _period_word(tokens: list[Token], at: int) -> bool:
    if _kind(tokens, at) == "DASH":
        at += 1
    return tokens[at].said in {"period", "periods"} and _kind(tokens, at + 1) not in {"NUM", "EQ"}


def _pairs_and_dates(tokens: list[Token], at: int, value: float, following: list[str]) -> tuple[Token, int]:
    if following[0] == "DASH" and following[1] == "NUM" and following[2] == "DASH" and _kind(tokens, at + 4) == "NUM":
        day = _iso(tokens, at)
        if day:
            return _joined(tokens, at, 5, "DATE", day), 5
    if _is_year(value, tokens[at].said):
        if following[0] in {"DASH", "TO"} and _year(tokens, at + 2):
            return _joined(tokens, at, 3, "YEARS", (value, float(_year(tokens, at + 2)))), 3
        return Token("YEAR", tokens[at].said, tokens[at].start, tokens[at].end, value), 1
    if following[0] in {"SLASH", "DASH"} and following[1] == "NUM" and tokens[at].kind == "NUM":
        if _kind(tokens, at + 3) == following[0] and _kind(tokens, at + 4) == "NUM":
            three = tuple(float(str(tokens[at + step].value)) for step in (0, 2, 4))
            return _joined(tokens, at, 5, "TRIPLE", three), 5
        used = 4 if _kind(tokens, at + 3) == "UNIT" else 3
        return _joined(tokens, at, used, "PAIR", (value, float(str(tokens[at + 2].value)))), used
    return tokens[at], 1


def _iso(tokens: list[Token], at: int) -> tuple[float, ...] | None:
    year, month, day = (int(float(str(tokens[at + step].value))) for step in (0, 2, 4))
    try:
        datetime.date(year, month, day)
    except ValueError:
        return None
    return (float(year), float(month), float(day))


def _is_year(value: float, said: str) -> bool:
    return re.fullmatch(r"\d{4}", said) is not None and _FIRST_YEAR <= value <= _LAST_YEAR


def _year(tokens: list[Token], at: int) -> int:
    if _kind(tokens, at) not in {"NUM", "YEAR"} or not _is_year(float(str(tokens[at].value)), tokens[at].said):
        return 0
    return int(float(str(tokens[at].value)))


def _kind(tokens: list[Token], at: int) -> str:
    return tokens[at].kind if 0 <= at < len(tokens) else ""


def _negative(value: Value) -> Value:
    return -value if isinstance(value, int | float) else value


def _joined(tokens: list[Token], at: int, used: int, kind: str, value: Value) -> Token:
    first, last = tokens[at], tokens[at + used - 1]
    return Token(kind, " ".join(token.said for token in tokens[at : at + used]), first.start, last.end, value)
