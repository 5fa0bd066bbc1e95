"""When a digest is due: one slot a chosen day, at a wall-clock time somewhere, whatever its clocks do.

In a spring gap (02:30 does not exist) the slot is that much later by the new clock, in an autumn overlap (01:30 twice) it is the
first of the two: one slot a day in any case, and never two.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from tools.errors import BadInput

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LOOK_AHEAD: Final = timedelta(days=70)


@dataclass(frozen=True, slots=True)
class Schedule:
    """`days` are of `DAYS`, at least one. `first_of_month`: only the first of these days in each month."""

    days: tuple[str, ...]
    at: time
    zone: str
    first_of_month: bool = False

    def __post_init__(self) -> None:
        if not self.days or not set(self.days) <= set(DAYS):
            raise BadInput(f"A digest needs days to go out on: {', '.join(DAYS)}.")
        zone_of(self.zone)

    def slots(self, after: float, until: float) -> list[float]:
        """Every slot in (after, until], epoch seconds, oldest first."""
        zone = zone_of(self.zone)
        first = datetime.fromtimestamp(after, zone).date() - timedelta(days=1)
        last = datetime.fromtimestamp(until, zone).date() + timedelta(days=1)
        found = (self._slot(day, zone) for day in _each_day(first, last) if self._is_day(day))
        return [slot for slot in found if after < slot <= until]

    def next(self, after: float) -> float:
        """The first slot after a moment."""
        return self.slots(after, after + _LOOK_AHEAD.total_seconds())[0]

    def _slot(self, day: date, zone: ZoneInfo) -> float:
        # fold 0: the first of two; in a gap the offset before it, which is later by as much as the clocks jumped
        return datetime.combine(day, self.at, zone).timestamp()

    def _is_day(self, day: date) -> bool:
        if DAYS[day.weekday()] not in self.days:
            return False
        before = (day - timedelta(days=back) for back in range(1, day.day))
        return not self.first_of_month or not any(DAYS[one.weekday()] in self.days for one in before)

    def words(self) -> str:
        """As a person would say it: "every weekday at 08:00 London time"."""
        return f"{self._days_in_words()} at {self.at:%H:%M} {zone_in_words(self.zone)}"

    def _days_in_words(self) -> str:
        chosen = [day for day in DAYS if day in self.days]
        names = _listed([_NAMES[DAYS.index(day)] for day in chosen])
        if len(chosen) == 7:
            return "on the first of every month" if self.first_of_month else "every day"
        if chosen == list(DAYS[:5]):
            return "on the first weekday of every month" if self.first_of_month else "every weekday"
        return f"on the first {names} of every month" if self.first_of_month else f"every {names}"


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name: a file of a kilobyte, read once. Raises `BadInput`."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise BadInput(f"I do not know the time zone {name}; write one like Europe/London.") from None


def moment(slot: float, zone: str) -> str:
    """A slot by the clock of its zone: "Thu 26 Nov 08:00 GMT"."""
    return f"{datetime.fromtimestamp(slot, zone_of(zone)):%a %d %b %H:%M %Z}"


def zone_in_words(zone: str) -> str:
    """`Europe/London` as London time."""
    return "UTC" if zone in ("UTC", "Etc/UTC") else f"{zone.rsplit('/', 1)[-1].replace('_', ' ')} time"


def parse_time(said: str) -> time:
    """ "08:00" as a time. Raises `BadInput`."""
    try:
        return datetime.strptime(said, "%H:%M").replace(tzinfo=UTC).time()
    except ValueError:
        raise BadInput(f"{said!r} is not a time of day; write it like 08:00.") from None


def _each_day(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
