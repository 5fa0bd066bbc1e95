"""Dates and durations as files write them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from tools.backtests.model import Days
from tools.backtests.readers.numbers import number
from tools.errors import BadInput

_FIRST, _LAST = np.datetime64("1800-01-01", "s"), np.datetime64("2200-01-01", "s")
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[T ](.*))?")
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[T ,]+(.*))?")
_COMPACT = re.compile(r"(1[89]|20|21)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_EPOCH = re.compile(r"-?\d{9,19}(\.0*)?")
_PLAIN_STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}:[0-9]{2})?(Z|\+00:00)?")
_MONTH = re.compile(r"(\d{4})[-/](\d{2})")
_YEAR = re.compile(r"(19|20)\d{2}")
_SHORT_YEAR = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2}(?:[T ,]+.*)?")
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?")
_HALF_DAY = re.compile(r"(\d{1,2}):(\d{2})(:\d{2})? ?([AP])M", re.IGNORECASE)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? +(?=\w)", re.IGNORECASE)
_DAYS_IN_WORDS = (
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%d-%b-%Y %H:%M:%S",
)  # fmt: skip
_MONTHS_IN_WORDS = ("%b-%Y", "%b %Y", "%B-%Y", "%B %Y")


def looks_like_date(cell: str) -> bool:
    """Whether a cell could be a date in one of the ways that `dates` reads or asks about."""
    cell = cell.strip()
    return len(cell) < 60 and bool(
        _one(cell) is not None or _YEAR_LAST.fullmatch(cell) or _SHORT_YEAR.fullmatch(cell)
    )


def looks_like_year(cell: str) -> bool:
    """Whether a cell is the number of a year, which only a column called so makes a date."""
    return bool(_YEAR.fullmatch(cell.strip()))


def dates(cells: Sequence[str], column: str = "date") -> Days:
    """A column of dates as datetime64[s].

    ISO 8601, year first, day and month in words, epoch seconds to nanoseconds, and day/month/year in either order where
    the column itself shows which; where it does not, BadInput asks for ISO dates. Months and years are dated to their
    last day. Stamps that are all midnight in a zone keep their day; others become UTC.
    """
    quick = _quick(cells)
    if quick is not None:
        return _in_range(quick, column)
    if cells and all(looks_like_year(cell) for cell in cells):
        return np.array([f"{cell.strip()}-12-31" for cell in cells], dtype="datetime64[s]")
    short = next((cell for cell in cells if _SHORT_YEAR.fullmatch(cell.strip())), None)
    if short is not None:
        raise BadInput(
            f"Column {column[:40]!r} has years of two digits, as in {short[:40]!r}, which read in more than one way; "
            "write dates as 2020-12-31."
        )
    day_first = _day_first(cells, column)
    moments: list[datetime] = []
    for row, cell in enumerate(cells):
        moment = _one(cell.strip()) if day_first is None else _slashed(cell.strip(), day_first)
        if moment is None:
            raise BadInput(
                f"Row {row + 1} of column {column[:40]!r} has {cell[:40]!r}, which is not a date that can be read."
            )
        moments.append(moment)
    local = all(moment.hour == moment.minute == moment.second == 0 for moment in moments)
    plain = [_naive(moment, keep_day=local) for moment in moments]
    result: Days = np.array(plain, dtype="datetime64[s]")
    return _in_range(result, column)


def _in_range(result: Days, column: str) -> Days:
    if len(result) and (result.min() < _FIRST or result.max() > _LAST):
        raise BadInput(f"Column {column[:40]!r} has dates outside the years 1800 to 2200.")
    return result


def _quick(cells: Sequence[str]) -> Days | None:
    """Plain ISO stamps, without a zone or all in UTC, and epochs, read by numpy; None for all others."""
    first = cells[0].strip() if cells else ""
    scale = {10: 1, 13: 10**3, 16: 10**6, 19: 10**9}.get(len(first)) if first.isdigit() and first.isascii() else None
    if scale is not None and all(len(cell) == len(first) and cell.isdigit() and cell.isascii() for cell in cells):
        return (np.array(cells, dtype=np.int64) // scale).astype("datetime64[s]")
    shape = _PLAIN_STAMP.fullmatch(first)
    if shape is None:
        return None
    suffix = shape[1] or ""
    # Every cell, not only the first: numpy would read a zone, or the word "now", in its own way.
    if not all((match := _PLAIN_STAMP.fullmatch(cell)) and (match[1] or "") == suffix for cell in cells):
        return None
    plain = [cell.removesuffix(suffix) for cell in cells]
    try:
        found: Days = np.array(plain, dtype="datetime64[s]")
    except ValueError:
        return None
    return None if np.isnat(found).any() else found


def moment_of(value: object) -> np.datetime64 | None:
    """One date of text or an epoch; None where it is none."""
    if isinstance(value, bool) or value is None:
        return None
    cell = repr(int(value)) if isinstance(value, float) and abs(value) < 1e19 else str(value).strip()
    found = _one(cell)
    if found is None:
        return None
    stamp = np.datetime64(_naive(found, keep_day=False), "s")
    return stamp if _FIRST <= stamp <= _LAST else None


def _naive(moment: datetime, *, keep_day: bool) -> datetime:
    if moment.tzinfo is None or keep_day:
        return moment.replace(tzinfo=None)
    try:
        return moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return datetime(1, 1, 1)


def _one(cell: str) -> datetime | None:
    """A date that reads in one way only."""
    if len(cell) > 60 or not cell.isascii():
        return _chinese(cell)
    if cell[4:5] == cell[7:8] == "-":
        try:
            return datetime.fromisoformat(cell)
        except ValueError:
            pass  # perhaps with more or fewer digits than ISO has
    try:
        if _ISO.fullmatch(cell):
            return _iso(cell)
        if match := _YEAR_FIRST.fullmatch(cell):
            return _iso(f"{match[1]}-{match[2]}-{match[3]}" + (f" {match[4]}" if match[4] else ""))
        if _COMPACT.fullmatch(cell):
            return datetime(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
        if _EPOCH.fullmatch(cell):
            return _epoch(cell)
        if match := _MONTH.fullmatch(cell):
            return _end_of_month(int(match[1]), int(match[2]))
        return _in_words(cell) if cell[:2].strip(" 0123456789") != cell[:2] or cell[:1].isalpha() else None
    except (ValueError, OverflowError, OSError):
        return None


def _iso(cell: str) -> datetime:
    day, _, time = cell.replace("T", " ", 1).partition(" ")
    parts = day.split("-")
    day = "-".join(part.zfill(2) for part in parts)
    time = _of_24_hours(time.strip())
    if not time:
        return datetime.fromisoformat(day)
    # More than microseconds (numpy, .NET): cut, a curve is in seconds.
    time = re.sub(r"(\.\d{6})\d+", r"\1", time.removesuffix(" UTC") + ("+00:00" if time.endswith(" UTC") else ""))
    return datetime.fromisoformat(f"{day} {time}")


def _epoch(cell: str) -> datetime | None:
    digits = cell.lstrip("-").split(".")[0]
    scale = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6, 18: 10**9, 19: 10**9}.get(len(digits))
    if scale is None:
        return None
    return datetime.fromtimestamp(int(cell.split(".")[0]) / scale, UTC)


def _of_24_hours(time: str) -> str:
    """ "04:30 PM" as 16:30; other times as they are."""
    match = _HALF_DAY.fullmatch(time)
    if match is None:
        return time
    hour = int(match[1]) % 12 + (12 if match[4] in "pP" else 0)
    return f"{hour:02d}:{match[2]}{match[3] or ''}"


def _in_words(cell: str) -> datetime | None:
    plain = _WEEKDAY.sub("", cell, count=1)
    for form in _DAYS_IN_WORDS:
        try:
            return datetime.strptime(plain, form)
        except ValueError:
            continue
    for form in _MONTHS_IN_WORDS:
        try:
            month = datetime.strptime(plain, form)
        except ValueError:
            continue
        return _end_of_month(month.year, month.month)
    return None


def _chinese(cell: str) -> datetime | None:
    match = _CHINESE.fullmatch(cell)
    try:
        return datetime(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _end_of_month(year: int, month: int) -> datetime:
    following = datetime(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def _day_first(cells: Sequence[str], column: str) -> bool | None:
    """True for day/month/year, False for month/day/year, None where dates are not written so."""
    sample = next((cell.strip() for cell in cells if cell.strip()), "")
    if _one(sample) is not None or not _YEAR_LAST.fullmatch(sample):
        return None
    matches = [match for cell in cells if (match := _YEAR_LAST.fullmatch(cell.strip()))]
    first, second = max(int(match[1]) for match in matches), max(int(match[3]) for match in matches)
    if first > 12 and second > 12:
        raise BadInput(f"Column {column[:40]!r} mixes day/month and month/day dates; write them as 2020-12-31.")
    if first > 12 or matches[0][2] == ".":
        return True
    if second > 12:
        return False
    orders = [_rises([_slashed(match[0], day_first) for match in matches]) for day_first in (True, False)]
    if len(matches) > 1 and orders[0] != orders[1]:
        return orders[0]
    raise BadInput(f"Column {column[:40]!r}: {sample!r} can be day/month or month/day; write dates as 2020-12-31.")


def _rises(moments: Sequence[datetime | None]) -> bool:
    known = [moment for moment in moments if moment is not None]
    return all(earlier < later for earlier, later in pairwise(known))


def _slashed(cell: str, day_first: bool) -> datetime | None:
    match = _YEAR_LAST.fullmatch(cell)
    if match is None:
        return None
    day, month = (match[1], match[3]) if day_first else (match[3], match[1])
    try:
        return _iso(f"{match[4]}-{month}-{day}" + (f" {match[5]}" if match[5] else ""))
    except ValueError:
        return None


_DURATION = re.compile(r"(?:(-?\d+) days?,? ?)?(?:(-?\d+):(\d{2}):(\d{2})(?:\.\d+)?)?")
_DOTTED = re.compile(r"(-?\d+)\.(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?")
_ISO_DURATION = re.compile(r"P(-?\d+)DT(-?\d+)H(-?\d+)M(-?\d+)(?:\.\d+)?S")


def duration_days(value: object) -> float | None:
    """Calendar days of "963 days 00:00:00", "1 day, 5:57:00", "4.02:00:00", "P963DT0H0M0S" or milliseconds."""
    amount = number(value)
    if amount is not None:
        return amount / 86_400_000.0
    if not isinstance(value, str):
        return None
    cell = value.strip()
    match = _ISO_DURATION.fullmatch(cell) or _DOTTED.fullmatch(cell) or (_DURATION.fullmatch(cell) if cell else None)
    if match is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return days + hours / 24 + minutes / 1440 + seconds / 86_400
