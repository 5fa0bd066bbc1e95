"""How a fact is written: value, unit, sign, date and period, in English with en-US numbers.

At least two significant figures are always shown, so that rounding never changes what a figure says.
"""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime

from tools.narrative.facts import Fact

_SYMBOLS: Mapping[str, str] = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_CERTAIN = 0.999
_NOTHING = 0.002


def number_text(value: float, decimals: int) -> str:
    """Grouped by comma, with a plain hyphen for minus; never "-0.0"."""
    text = f"{value:,.{decimals}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text


def percent_text(value: float) -> str:
    """A fraction in percent: one decimal, more for small figures."""
    percent = abs(value) * 100
    if percent < _NOTHING:
        return "0.0%"
    decimals = 0 if percent >= 1000 else 1 if percent >= 0.95 else 2 if percent >= 0.095 else 3
    return number_text(value * 100, decimals) + "%"


def ratio_text(value: float) -> str:
    """A bare ratio: two decimals, more for small figures."""
    size = abs(value)
    return number_text(value, 1 if size >= 100 else 2 if size >= 0.095 or size < 5e-5 else 3 if size >= 0.0095 else 4)


def money_text(value: float, currency: str) -> str:
    """Money with its symbol, or its code behind where there is none; an amount alone where the currency is not known."""
    amount = number_text(abs(value), _money_decimals(abs(value)))
    sign = "-" if value < 0 else ""
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{amount}" if symbol else f"{sign}{amount} {currency}".rstrip()


def _money_decimals(amount: float) -> int:
    """Cents, none over a thousand, and for small amounts (coins of a crypto currency) as many as show two figures."""
    if amount >= 1000:
        return 0
    return 2 if amount >= 0.095 or amount < 5e-9 else 1 - math.floor(math.log10(amount) + 1e-9)


def date_text(iso: str) -> str:
    """`2008-10-15` as "15 October 2008", `2008-10` as "October 2008", `2008` as it is."""
    parts = iso.split("-")
    if len(parts) == 1:
        return iso
    if len(parts) == 2:
        return date(int(parts[0]), int(parts[1]), 1).strftime("%B %Y")
    moment = date.fromisoformat(iso)
    return f"{moment.day} {moment.strftime('%B %Y')}"


def period_text(period: str) -> str:
    """With its preposition: "in 2008", "in October 2008", "on 15 October 2008", "from ... to ..."."""
    first, separator, last = period.partition(" to ")
    if separator:
        return f"from {date_text(first)} to {date_text(last)}"
    return ("on " if first.count("-") == 2 else "in ") + date_text(first)


def plural(count: float, noun: str) -> str:
    """ "1 trade", "2 trades"; the noun given in the singular."""
    shown = number_text(count, 0)
    return f"{shown} {noun}" if shown == "1" else f"{shown} {noun}s"


def years_text(days: float) -> str:
    """A length in calendar days as people say it: minutes below an hour, hours below two days, days up to a year, then months, then years."""
    if days == 0:
        return "0 days"
    if days < 1 / 1440:
        return "less than 1 minute"
    if days < 1 / 24:
        return _length(days * 1440, "minute")
    if days < 1.95:
        return _length(days * 24, "hour")
    if days < 365:
        return _length(days, "day")
    if days < 700:
        return plural(round(days / 30.4375), "month")
    return number_text(days / 365.25, 1).removesuffix(".0") + " years"


def _length(value: float, noun: str) -> str:
    """Below ten one decimal is kept, so that rounding stays fair."""
    if value >= 10 or abs(value - round(value)) < 0.05:
        return plural(round(value), noun)
    return f"{number_text(value, 1)} {noun}s"


def duration_text(seconds: float) -> str:
    """A measured length of time: "4.2 ms", "1.5 s", "12 minutes", "3.5 hours", "6 days"."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.{1 if seconds < 0.00995 else 0}f} ms"
    if seconds < 99.5:
        return f"{seconds:.{1 if seconds < 9.95 else 0}f} s"
    if seconds < 5_400:
        return plural(round(seconds / 60), "minute")
    return _length(seconds / 3_600, "hour") if seconds < 172_800 else _length(seconds / 86_400, "day")


def bytes_text(size: float) -> str:
    """Bytes in decimal steps, as disks are sold: "512 MB", "1.2 GB"."""
    unit = "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if abs(size) < 999.5:
            break
        size, unit = size / 1000, larger
    return f"{number_text(size, 0 if unit == 'bytes' or abs(size) >= 9.95 else 1)} {unit}"


def moment_text(iso: str) -> str:
    """An ISO 8601 moment as "24 November 2026, 03:12 UTC"."""
    moment = datetime.fromisoformat(iso)
    at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return f"{at.day} {at.strftime('%B %Y, %H:%M')} UTC"


def _worded(value: str, unit: str) -> str:
    if unit == "time":
        return moment_text(value)
    return date_text(value) if unit == "date" else value


def value_text(fact: Fact, currency: str = "USD", *, magnitude: bool = False) -> str:
    """The value of a fact with its unit. `magnitude` drops the sign, where a word carries it."""
    if isinstance(fact.value, str):
        return _worded(fact.value, fact.unit)
    value = abs(float(fact.value)) if magnitude else float(fact.value)
    if fact.unit == "fraction":
        if fact.id.startswith("rule."):
            return percent_text(value).replace(".0%", "%")
        return _chance(value) if fact.id.startswith("significance.") else percent_text(value)
    if fact.unit == "currency":
        return money_text(value, currency)
    if fact.unit == "days":
        return _days(value)
    if fact.unit == "bars":
        return plural(round(value), "trading day")
    if fact.unit == "count":
        return number_text(value, 0 if float(value).is_integer() else 1)
    if fact.unit == "seconds":
        return duration_text(value)
    if fact.unit == "bytes":
        return bytes_text(value)
    return ratio_text(value)


def _days(value: float) -> str:
    """Days, and hours or minutes where a part of one day is all there is."""
    if 0 < value < 1:
        return years_text(value)
    return plural(round(value), "day") if value >= 10 or value.is_integer() else number_text(value, 1) + " days"


def _chance(value: float) -> str:
    """A probability, never rounded to certainty."""
    if value > _CERTAIN:
        return "more than 99.9%"
    if value < 1 - _CERTAIN:
        return "less than 0.1%"
    return percent_text(value)
