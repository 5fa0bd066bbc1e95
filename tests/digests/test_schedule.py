"""Slots: one a chosen day by the clock of its place, also on the days on which that clock jumps."""

from datetime import UTC, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.digests.schedule import DAYS, Schedule, moment
from tools.errors import BadInput

WEEKDAYS = DAYS[:5]


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def utc(slots: list[float]) -> list[str]:
    return [f"{datetime.fromtimestamp(slot, UTC):%Y-%m-%d %H:%M}" for slot in slots]


def test_eight_in_london_is_eight_in_london_on_both_sides_of_both_changes():
    eight = Schedule(WEEKDAYS, time(8), "Europe/London")
    assert utc(eight.slots(at("2026-03-26"), at("2026-04-01"))) == [
        "2026-03-26 08:00",
        "2026-03-27 08:00",
        "2026-03-30 07:00",
        "2026-03-31 07:00",
    ]
    assert utc(eight.slots(at("2026-10-23"), at("2026-10-27"))) == ["2026-10-23 07:00", "2026-10-26 08:00"]


@pytest.mark.parametrize(
    ("zone", "clock", "day", "slots"),
    [
        ("Europe/London", time(1, 30), "2026-03-29", ["2026-03-29 01:30"]),  # does not exist: 02:30 by the new clock
        ("Europe/London", time(1, 30), "2026-10-25", ["2026-10-25 00:30"]),  # there twice: the first
        ("America/New_York", time(2, 30), "2026-03-08", ["2026-03-08 07:30"]),
        ("America/New_York", time(1, 30), "2026-11-01", ["2026-11-01 05:30"]),
    ],
)
def test_a_slot_in_a_gap_or_an_overlap_is_there_once(zone: str, clock: time, day: str, slots: list[str]):
    daily = Schedule(DAYS, clock, zone)
    begin = at(day, zone)
    assert utc(daily.slots(begin - 1, begin + 23.9 * 3600)) == slots


@given(
    st.sampled_from(
        ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "UTC"]
    ),
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    st.integers(at("1990-01-01"), at("2040-01-01")),
    st.lists(st.integers(0, 40 * 86400), max_size=6),
)
@settings(max_examples=50, deadline=None)
def test_whenever_one_looks_each_day_has_one_slot(zone: str, clock: time, begin: int, looks: list[int]):
    """Looking at any moments in between finds the same slots as looking once, one for each local day."""
    daily = Schedule(DAYS, clock, zone)
    end = begin + 40 * 86400
    whole = daily.slots(begin, end)
    moments = [begin, *sorted(begin + look for look in looks), end]
    pieces = [slot for a, b in pairwise(moments) for slot in daily.slots(a, b)]
    assert pieces == whole
    assert 39 <= len(whole) <= 41
    days = [datetime.fromtimestamp(slot, ZoneInfo(zone)).date() for slot in whole]
    assert len(set(days)) == len(days) or clock >= time(22) or clock <= time(3)


def test_the_first_of_its_days_in_a_month():
    first = Schedule(WEEKDAYS, time(9), "UTC", first_of_month=True)
    assert utc(first.slots(at("2026-07-31"), at("2026-10-02"))) == [
        "2026-08-03 09:00",
        "2026-09-01 09:00",
        "2026-10-01 09:00",
    ]
    assert utc([first.next(at("2026-08-04"))]) == ["2026-09-01 09:00"]


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Schedule(WEEKDAYS, time(8), "Europe/London"), "every weekday at 08:00 London time"),
        (Schedule(DAYS, time(17, 5), "UTC"), "every day at 17:05 UTC"),
        (
            Schedule(("mon", "thu"), time(7, 30), "America/New_York"),
            "every Monday and Thursday at 07:30 New York time",
        ),
        (Schedule(DAYS, time(9), "Asia/Tokyo", True), "on the first of every month at 09:00 Tokyo time"),
    ],
)
def test_in_words(schedule: Schedule, words: str):
    assert schedule.words() == words


def test_what_makes_no_sense_is_refused():
    with pytest.raises(BadInput, match="Mars"):
        Schedule(DAYS, time(8), "Mars/Olympus")
    with pytest.raises(BadInput, match="days"):
        Schedule((), time(8), "UTC")


def test_a_moment_says_its_zone():
    assert moment(at("2026-11-26 08:00"), "Europe/London") == "Thu 26 Nov 08:00 GMT"
