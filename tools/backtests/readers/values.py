"""Numbers, dates, durations and curves out of what files say, checked on the way in."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal

import numpy as np

from tools.backtests.model import BacktestRun, Curve, Days, Scalar, Stated, Trade, Unit, Values
from tools.backtests.readers.document import Json, Table
from tools.errors import BadInput

ABSURD = 1e20
"""A figure this large is an overflow of its engine, not a result."""
_FIRST, _LAST = np.datetime64("1800-01-01", "s"), np.datetime64("2200-01-01", "s")
_DAY = np.timedelta64(86_400, "s")
_MISSING = frozenset(("", "nan", "nat", "none", "null", "na", "n/a", "<na>", "-", "--", "#n/a"))
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_COMMA_GROUPS = re.compile(r"[-+]?\d{1,3}(\.\d{3})+(,\d+)?")
_COMMA_DECIMAL = re.compile(r"[-+]?\d*,\d+(e[-+]?\d+)?", re.IGNORECASE)
_CURRENCY_MARK = re.compile(r"^([-+]?)([^\d\s.,()+-]{1,5})\s?([-+]?)(?=[\d.])")

# --- numbers ---------------------------------------------------------------------------------------------------------


def number(value: object) -> float | None:
    """A finite float of a number or of its text; None for anything else, infinities and huge integers included."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        try:
            converted = float(value)
        except OverflowError:
            return None
        return converted if math.isfinite(converted) else None
    if not isinstance(value, str):
        return None
    cell = value.strip().replace("−", "-")
    if not cell or len(cell) > 60 or "_" in cell:
        return None
    if _THOUSANDS.fullmatch(cell):
        cell = cell.replace(",", "")
    try:
        converted = float(cell)
    except ValueError:
        return None
    return converted if math.isfinite(converted) and cell.isascii() else None


def whole(value: object) -> int | None:
    """A whole number of a number or its text; None where there is none."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def marked(value: str) -> tuple[float, Literal["percent", "currency", "plain"], str] | None:
    """A figure with a unit in its text: "0.248%" (0.00248), "$199.00", "₹0", "BUSD99.75", "1.2"; None without one.

    Percent comes back as a fraction. The third value is the currency's mark.
    """
    cell = value.strip().replace("−", "-")
    if cell.endswith("%"):
        share = number(cell[:-1])
        return (share / 100.0, "percent", "") if share is not None else None
    mark = _CURRENCY_MARK.match(cell)
    if mark:
        amount = number(mark[1] + mark[3] + cell[mark.end() :])
        return (amount, "currency", mark[2]) if amount is not None else None
    plain = number(cell)
    return (plain, "plain", "") if plain is not None else None


def missing(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return cell.strip().lower() in _MISSING


def numbers(table: Table, index: int) -> Values:
    """A column as float64, NaN where it is blank. A decimal comma and a percent sign are understood; else BadInput."""
    cells = table.cells(index)
    quick = _plain_numbers(cells)
    if quick is not None:
        return quick
    style = _style(table, index, cells)
    result = np.empty(len(cells), dtype=np.float64)
    for row, cell in enumerate(cells):
        if missing(cell):
            result[row] = np.nan
            continue
        value = _styled(cell, style)
        if value is None:
            raise BadInput(f"{_where(table, index, row)} is {cell[:40]!r}, which is not a number that can be used.")
        result[row] = value
    return result


def _plain_numbers(cells: Sequence[str]) -> Values | None:
    """Finite numbers with a decimal point or none, read by numpy; None for all others."""
    if not all(cell and cell.isascii() and "_" not in cell and "," not in cell for cell in cells):
        return None
    try:
        found = np.array(cells, dtype=np.float64)
    except ValueError:
        return None
    return found if np.isfinite(found).all() else None


def is_numeric(table: Table, index: int) -> bool:
    """Whether most of a column's first cells with something in them are numbers; `numbers` names those that are not."""
    seen = [cell for cell in table.cells(index)[:200] if not missing(cell)]
    found = sum(_styled(cell, "comma") is not None or _styled(cell, "point") is not None for cell in seen)
    return found > len(seen) / 2


def _styled(cell: str, style: Literal["point", "comma"]) -> float | None:
    percent = cell.endswith("%")
    bare = cell[:-1].strip() if percent else cell
    if style == "comma" and (_COMMA_DECIMAL.fullmatch(bare) or _COMMA_GROUPS.fullmatch(bare)):
        bare = bare.replace(".", "").replace(",", ".")
    value = number(bare)
    return value / 100.0 if value is not None and percent else value


def _style(table: Table, index: int, cells: Sequence[str]) -> Literal["point", "comma"]:
    commas = [cell.rstrip("%").strip() for cell in cells if "," in cell]
    if not commas:
        return "point"
    if all(_COMMA_DECIMAL.fullmatch(cell) or _COMMA_GROUPS.fullmatch(cell) for cell in commas):
        if not all(_THOUSANDS.fullmatch(cell) for cell in commas):
            return "comma"
        raise BadInput(
            f"{_where(table, index, 0)}: it is unclear whether {commas[0]!r} is a decimal comma; write a point."
        )
    return "point"


def _where(table: Table, index: int, row: int) -> str:
    name = table.columns[index][:40]
    return f"Row {row + 1}, column {name!r}" if name else f"Row {row + 1}, column {index + 1}"


# --- dates -----------------------------------------------------------------------------------------------------------

_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[T ](.*))?")
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[T ,]+(.*))?")
_COMPACT = re.compile(r"(1[89]|20|21)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_EPOCH = re.compile(r"-?\d{9,19}(\.0*)?")
_PLAIN_STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}:[0-9]{2})?(Z|\+00:00)?")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_IN_WORDS = ("%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%d-%b-%Y %H:%M:%S")


def looks_like_date(cell: str) -> bool:
    """Whether a cell could be a date in one of the ways `dates` reads."""
    cell = cell.strip()
    return bool(_one(cell) is not None or _YEAR_LAST.fullmatch(cell)) and len(cell) < 60


def dates(cells: Sequence[str], column: str = "date") -> Days:
    """A column of dates as datetime64[s].

    ISO 8601, year first, day and month in words, epoch seconds to nanoseconds, and day/month/year in either order where
    the column itself shows which; where it does not, BadInput asks for ISO dates. Stamps that are all midnight in a
    zone keep their day; others become UTC.
    """
    quick = _quick(cells)
    if quick is not None:
        return _in_range(quick, column)
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
        return None
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
            month = np.datetime64(cell, "M")
            return datetime.fromisoformat(str((month + 1).astype("datetime64[D]") - 1))
        return _in_words(cell) if cell[:2].strip(" 0123456789") != cell[:2] or cell[:1].isalpha() else None
    except (ValueError, OverflowError, OSError):
        return None


def _iso(cell: str) -> datetime:
    day, _, time = cell.replace("T", " ", 1).partition(" ")
    parts = day.split("-")
    day = "-".join(part.zfill(2) for part in parts)
    time = time.strip()
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


def _in_words(cell: str) -> datetime | None:
    for form in _IN_WORDS:
        try:
            return datetime.strptime(cell, form)
        except ValueError:
            continue
    return None


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


# --- durations -------------------------------------------------------------------------------------------------------

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


# --- curves ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Series:
    """A checked curve and what was done to get it, as sentences."""

    curve: Curve
    notes: tuple[str, ...] = ()


def series(when: Days, values: Values, what: str, *, least: int = 2) -> Series:
    """Dates ascending and once each, values finite. Blank values before the first and after the last are left out.

    Raises BadInput for infinities, holes, one date with two values, and fewer than `least` values.
    """
    notes: list[str] = []
    present = np.nonzero(~np.isnan(values))[0]
    if len(present) < least:
        raise BadInput(f"The {what} has {len(present)} values; at least {least} are needed.")
    order = np.argsort(when, kind="stable")
    if np.any(np.diff(when) < np.timedelta64(0, "s")):
        notes.append(f"The rows of the {what} were not in order of date and were sorted.")
    when, values = when[order], values[order]
    present = np.nonzero(~np.isnan(values))[0]
    first, last = int(present[0]), int(present[-1]) + 1
    if first or last < len(values):
        notes.append(f"{first + len(values) - last} empty rows at the ends of the {what} were left out.")
    when, values = when[first:last], values[first:last]
    _refuse_bad(when, values, what)
    same = np.nonzero(np.diff(when) == np.timedelta64(0, "s"))[0]
    if len(same):
        unequal = same[values[same] != values[same + 1]]
        if len(unequal):
            raise BadInput(f"The {what} has two different values for {_shown(when[unequal[0]])}.")
        notes.append(f"{len(same)} repeated rows of the {what} were left out.")
        kept = np.concatenate(([True], np.diff(when) != np.timedelta64(0, "s")))
        when, values = when[kept], values[kept]
    if len(values) < least:
        raise BadInput(f"The {what} has {len(values)} dates; at least {least} are needed.")
    return Series(Curve(when, np.ascontiguousarray(values)), tuple(notes))


def _refuse_bad(when: Days, values: Values, what: str) -> None:
    wrong = np.nonzero(~np.isfinite(values))[0]
    if len(wrong):
        kind = "no number" if np.isnan(values[wrong[0]]) else "an infinite number"
        raise BadInput(f"The {what} has {kind} on {_shown(when[wrong[0]])}.")
    if float(np.max(np.abs(values))) > ABSURD:
        raise BadInput(f"The {what} has a value beyond all bounds on {_shown(when[int(np.argmax(np.abs(values)))])}.")


def _shown(when: np.datetime64) -> str:
    return str(when)[:10] if str(when).endswith("00:00:00") else str(when)


def by_day(when: Days) -> Days:
    """The same without times of day, where no two fall on one day; engines write a session's close or its midnight."""
    days: Days = when.astype("datetime64[D]").astype("datetime64[s]")
    return days if len(np.unique(days)) == len(days) else when


def equity_of_returns(returns: Curve, capital: float = 1.0) -> Curve:
    """Capital, one period before the first return, then its growth by each. Raises BadInput for a loss of over all."""
    wrong = np.nonzero(returns.values < -1.0)[0]
    if len(wrong):
        value = float(returns.values[wrong[0]])
        raise BadInput(
            f"A return of {value:g} on {_shown(returns.dates[wrong[0]])} would be a loss of more than everything: "
            "returns must be fractions (0.01 is 1 %)."
        )
    with np.errstate(over="ignore"):
        growth = capital * np.cumprod(1.0 + returns.values)
    if not np.all(np.isfinite(growth)):
        raise BadInput("The returns compound beyond all bounds: they must be fractions (0.01 is 1 %).")
    return with_capital(Curve(returns.dates, np.asarray(growth, dtype=np.float64)), capital)


def with_capital(curve: Curve, capital: float) -> Curve:
    """The curve with the capital in front, one period earlier."""
    when = np.concatenate(([_before(curve.dates)], curve.dates))
    return Curve(when, np.concatenate(([capital], curve.values)))


def _before(when: Days) -> np.datetime64:
    """One period before the first date: a weekday where no date is on a weekend, the month's end where all are."""
    step = np.median(np.diff(when).astype(np.int64)) if len(when) > 1 else 86_400
    if step > 27 * 86_400:
        month = when[0].astype("datetime64[M]")
        return np.datetime64(month.astype("datetime64[D]") - 1, "s")
    if step < 86_400:
        return np.datetime64(when[0] - np.timedelta64(int(max(step, 1)), "s"), "s")
    if step > 3 * 86_400:
        return np.datetime64(when[0] - np.timedelta64(int(step), "s"), "s")
    earlier = when[0] - _DAY
    weekdays_only = not np.any(_weekday(when) >= 5)
    while weekdays_only and _weekday(np.array([earlier]))[0] >= 5:
        earlier -= _DAY
    return np.datetime64(earlier, "s")


def _weekday(when: Days) -> Values:
    return ((when.astype("datetime64[D]").astype(np.int64) + 3) % 7).astype(np.float64)


# --- what engines state ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Metric:
    """How one key of an engine is read: `factor` brings it to our unit (0.01 for percent, -1 for a positive drawdown)."""

    name: str
    unit: Unit
    definition: str
    label: str = ""
    factor: float = 1.0
    annualisation: float | None = None
    undefined: tuple[float, ...] = ()
    """Values with which the engine says "undefined"."""
    read: Callable[[object], float | None] = number


def state(metrics: Mapping[str, Metric], found: Mapping[str, Json], path: str = "") -> tuple[list[Stated], list[str]]:
    """The metrics that `found` has, and sentences about those that it states as undefined or infinite.

    `path` is put before each key; keys that are not plain words are quoted.
    """
    stated: list[Stated] = []
    left_out: list[str] = []
    for key, metric in metrics.items():
        if key not in found:
            continue
        value = metric.read(found[key])
        if value is None or value in metric.undefined or abs(value) >= ABSURD:
            if _says_something(found[key]):
                left_out.append(metric.label or key)
            continue
        stated.append(
            Stated(
                name=metric.name,
                value=value * metric.factor if metric.factor != 1.0 else value,
                unit=metric.unit,
                path=joined(path, key),
                definition=metric.definition,
                label=metric.label or key,
                annualisation=metric.annualisation,
            )
        )
    shown = ", ".join(left_out)
    return stated, [f"The engine states no usable value for: {shown}."] if left_out else []


def durations_as_written(metrics: Mapping[str, Metric], found: Mapping[str, Json]) -> dict[str, Metric]:
    """The metrics with durations read as the rest of the file is written.

    A bare number is milliseconds where `Start` is, bars where `Start` is a bar's number, and nothing that could be
    known where `Start` is a date in text.
    """
    start = number(found.get("Start"))
    if start is not None and abs(start) > 1e9:
        return dict(metrics)
    bars = start is not None
    made: dict[str, Metric] = {}
    for key, metric in metrics.items():
        if metric.read is duration_days and bars:
            metric = replace(metric, unit="bars", read=number)
        elif metric.read is duration_days:
            metric = replace(metric, read=_duration_in_words)
        made[key] = metric
    return made


def _duration_in_words(value: object) -> float | None:
    return duration_days(value) if isinstance(value, str) and number(value) is None else None


def _says_something(value: Json) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def joined(path: str, key: str) -> str:
    """`statistics."Sharpe Ratio"`: a path as `Stated` carries it."""
    quoted = key if key.replace("_", "").isalnum() else f'"{key[:80]}"'
    return f"{path}.{quoted}" if path else quoted


def contradictions(run: BacktestRun) -> BacktestRun:
    """The run with a sentence for each figure it states twice with values that rounding does not explain."""
    notes: list[str] = []
    seen: dict[str, Stated] = {}
    for item in run.stated:
        other = seen.setdefault(item.name, item)
        if other is not item and other.unit == item.unit and not _same(other, item):
            notes.append(
                f"{item.label} is stated twice with different values: {_said(other)} ({other.definition}) "
                f"and {_said(item)} ({item.definition})."
            )
    return replace(run, notes=(*run.notes, *notes)) if notes else run


def _same(one: Stated, other: Stated) -> bool:
    slack = 0.006 if one.unit == "fraction" else 0.0006
    return math.isclose(one.value, other.value, rel_tol=0.01, abs_tol=slack if one.unit != "count" else 0.0)


def _said(item: Stated) -> str:
    value = f"{item.value * 100:.4g} %" if item.unit == "fraction" else f"{item.value:.6g}"
    return f"{value} at {item.path}"


# --- runs ------------------------------------------------------------------------------------------------------------

_NOT_ASKED = 60


def scalars(found: Mapping[str, Json], keys: Sequence[str] = ()) -> dict[str, Scalar]:
    """The scalar values, of `keys` or all, as a run's configuration: texts cut, at most 60."""
    chosen = [key for key in (keys or found) if key in found and not isinstance(found[key], dict | list)]
    made: dict[str, Scalar] = {}
    for key in chosen[:_NOT_ASKED]:
        value = found[key]
        if isinstance(value, str):
            made[key[:80]] = value[:200]
        elif isinstance(value, float) and not math.isfinite(value):
            continue
        elif not isinstance(value, dict | list):
            made[key[:80]] = value
    return made


def symbols_of(trades: Sequence[Trade]) -> tuple[str, ...]:
    """What was traded, in order of first appearance, at most 100."""
    return tuple(dict.fromkeys(trade.symbol for trade in trades if trade.symbol))[:100]


def years_of_days(days: str) -> float | None:
    """252 of "Sharpe Ratio (252 days)"; None without such a number."""
    match = re.search(r"\((\d{1,4}) days\)", days)
    return float(match[1]) if match else None
