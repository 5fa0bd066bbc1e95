"""Trading days: which days an exchange is open, so that Monday morning does not call Friday's prices stale."""

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from tools.errors import BadInput

EVERY_DAY = "24/7"
WEEKDAYS = "weekdays"


class TradingCalendar:
    """The sessions of an exchange (`NYSE`, `XLON`, `XETR`...), a country's working days (`US`, `GB`), `weekdays`
    or `24/7`. Full holidays only: a half day is a session."""

    def __init__(self, name: str = "NYSE") -> None:
        self.name = name
        check_name(name)

    def is_session(self, day: date) -> bool:
        """Whether the market is open on that day."""
        return bool(np.is_busday(np.datetime64(day), busdaycal=_days(self.name, day.year, day.year)))

    def last_before(self, day: date) -> date:
        """The last session that is over before `day` begins."""
        earlier = day - timedelta(days=1)
        while not self.is_session(earlier):
            earlier -= timedelta(days=1)
        return earlier

    def between(self, after: date, upto: date) -> int:
        """How many sessions lie after `after`, up to and including `upto`; 0 where there are none."""
        if upto <= after:
            return 0
        days = _days(self.name, after.year, upto.year)
        return int(np.busday_count(after + timedelta(days=1), upto + timedelta(days=1), busdaycal=days))

    def sessions(self, first: date, last: date) -> list[date]:
        """Every session from `first` to `last`, both included."""
        if last < first:
            return []
        span = np.arange(np.datetime64(first), np.datetime64(last) + 1, dtype="datetime64[D]")
        return list(span[np.is_busday(span, busdaycal=_days(self.name, first.year, last.year))].astype(object))


def check_name(name: str) -> str:
    """The name as it is. Raises `BadInput` where there is no such calendar."""
    if name in (EVERY_DAY, WEEKDAYS):
        return name
    import holidays

    known = {*holidays.list_supported_financial(include_aliases=True), *holidays.list_supported_countries()}
    if name not in known:
        raise BadInput(
            f"There is no trading calendar called '{name}'; use an exchange such as NYSE, XLON or XETR, a country "
            f"such as US, '{WEEKDAYS}' or '{EVERY_DAY}'."
        )
    return name


@lru_cache(maxsize=64)
def _days(name: str, first: int, last: int) -> np.busdaycalendar:
    if name == EVERY_DAY:
        return np.busdaycalendar(weekmask="1111111")
    if name == WEEKDAYS:
        return np.busdaycalendar()
    import holidays

    years = range(first - 1, last + 2)
    financial = holidays.list_supported_financial(include_aliases=True)
    found = (
        holidays.financial_holidays(name, years=years)
        if name in financial
        else holidays.country_holidays(name, years=years)
    )
    mask = "".join("0" if weekday in found.weekend else "1" for weekday in range(7))
    return np.busdaycalendar(weekmask=mask, holidays=sorted(found))
