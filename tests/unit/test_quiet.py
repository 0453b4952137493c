"""Quiet hours: tables of a year's odd days, and what holds for every moment (promise 5)."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.county import CALENDAR, HOURS, ZONE, moment, short

HALF_HOUR = timedelta(minutes=30)
DAYS = st.dates(date(2025, 12, 20), date(2027, 1, 10))
MOMENTS = st.builds(datetime.combine, DAYS, st.times(), st.just(ZONE))

PLACES = [
    # moment, open, next_open, last_open
    ("2026-03-12 07:59", False, "03-12 08:30", "03-11 19:30"),
    ("2026-03-12 08:00", True, "03-12 08:00", "03-12 08:00"),
    ("2026-03-12 11:59", True, "03-12 11:59", "03-12 11:59"),
    # lunch
    ("2026-03-12 12:00", False, "03-12 14:00", "03-12 11:30"),
    ("2026-03-12 13:59", False, "03-12 14:00", "03-12 11:30"),
    ("2026-03-12 14:00", True, "03-12 14:00", "03-12 14:00"),
    ("2026-03-12 20:00", False, "03-13 08:30", "03-12 19:30"),
    ("2026-03-13 00:00", False, "03-13 08:30", "03-12 19:30"),
    # a weekend
    ("2026-03-13 20:00", False, "03-16 08:30", "03-13 19:30"),
    ("2026-03-14 10:00", False, "03-16 08:30", "03-13 19:30"),
    ("2026-03-15 23:59", False, "03-16 08:30", "03-13 19:30"),
    # Spring Festival, 15 to 23 February; Saturdays the 14th and the 28th are worked
    ("2026-02-14 10:00", True, "02-14 10:00", "02-14 10:00"),
    ("2026-02-14 20:00", False, "02-24 08:30", "02-14 19:30"),
    ("2026-02-17 09:00", False, "02-24 08:30", "02-14 19:30"),
    ("2026-02-23 23:00", False, "02-24 08:30", "02-14 19:30"),
    ("2026-02-28 15:00", True, "02-28 15:00", "02-28 15:00"),
    ("2026-02-28 13:00", False, "02-28 14:00", "02-28 11:30"),
    # National Day, 1 to 7 October; Sunday 20 September and Saturday 10 October are worked
    ("2026-10-03 10:00", False, "10-08 08:30", "09-30 19:30"),
    ("2026-09-20 10:00", True, "09-20 10:00", "09-20 10:00"),
    ("2026-10-10 12:30", False, "10-10 14:00", "10-10 11:30"),
    # a Friday that is Mid-Autumn
    ("2026-09-25 10:00", False, "09-28 08:30", "09-24 19:30"),
]


@pytest.mark.parametrize(("at", "is_open", "following", "before"), PLACES)
def test_windows(at: str, is_open: bool, following: str, before: str) -> None:
    assert HOURS.is_open(moment(at)) is is_open
    assert short(HOURS.next_open(moment(at))) == following
    assert short(HOURS.last_open(moment(at))) == before


PLACED = [
    # moment, must_by, now, place
    ("2026-03-14 00:00", None, "2026-03-11 09:00", "03-16 08:30"),
    ("2026-03-14 00:00", date(2026, 3, 16), "2026-03-11 09:00", "03-16 08:30"),
    ("2026-03-14 00:00", date(2026, 3, 15), "2026-03-11 09:00", "03-13 19:30"),
    # the last call of Friday has gone: at once
    ("2026-03-14 00:00", date(2026, 3, 15), "2026-03-13 19:40", "03-13 19:40"),
    ("2026-03-14 00:00", date(2026, 3, 15), "2026-03-14 02:00", "03-14 02:00"),
    # over the Spring Festival
    ("2026-02-16 00:00", date(2026, 2, 22), "2026-02-10 09:00", "02-14 19:30"),
    ("2026-02-16 00:00", date(2026, 2, 24), "2026-02-10 09:00", "02-24 08:30"),
    # within one day
    ("2026-03-12 12:30", date(2026, 3, 12), "2026-03-12 12:30", "03-12 14:00"),
    ("2026-03-12 20:30", date(2026, 3, 12), "2026-03-12 18:00", "03-12 19:30"),
    ("2026-03-12 20:30", date(2026, 3, 12), "2026-03-12 20:30", "03-12 20:30"),
]


@pytest.mark.parametrize(("at", "must_by", "now", "place"), PLACED)
def test_place(at: str, must_by: date | None, now: str, place: str) -> None:
    assert short(HOURS.place(moment(at), must_by=must_by, now=moment(now))) == place


@given(MOMENTS, MOMENTS, st.none() | DAYS)
def test_a_message_is_never_in_quiet_time_nor_too_late_unless_at_once(
    at: datetime, now: datetime, must_by: date | None
) -> None:
    placed = HOURS.place(at, must_by=must_by, now=now)
    assert placed == now or HOURS.is_open(placed)
    assert placed == now or must_by is None or placed.date() <= must_by


@given(MOMENTS)
def test_next_open_is_open_and_leaves_no_window_out(at: datetime) -> None:
    found = HOURS.next_open(at)
    assert HOURS.is_open(found)
    assert found >= at
    assert HOURS.next_open(found) == found
    half_hours = range(int((found - at) / HALF_HOUR))
    skipped = [at + nth * HALF_HOUR for nth in half_hours if HOURS.is_open(at + nth * HALF_HOUR)]
    assert all(one.date() == found.date() and found.time() == time(8, 30) for one in skipped if found != at)


@given(MOMENTS)
def test_last_open_is_open_and_the_nearest_last_call(at: datetime) -> None:
    found = HOURS.last_open(at)
    assert HOURS.is_open(found)
    assert found <= at
    if found != at:
        closed = found + HALF_HOUR
        assert found.time() in (time(11, 30), time(19, 30))
        between = [closed + nth * HALF_HOUR for nth in range(int((at - closed) / HALF_HOUR))]
        assert not any(HOURS.is_open(one) for one in between)


@given(MOMENTS)
def test_the_morning_list_comes_on_the_first_working_morning(at: datetime) -> None:
    found = HOURS.morning_from(at)
    assert found >= at
    assert found.time() == time(8, 30)
    assert CALENDAR.is_working(found.date())
    days = [found.date() - timedelta(days=back) for back in range(1, (found.date() - at.date()).days + 1)]
    assert not any(CALENDAR.is_working(day) and HOURS.morning(day) >= at for day in days)


@given(DAYS)
def test_the_morning_before_is_of_a_working_day_and_not_later(day: date) -> None:
    found = HOURS.morning_on_or_before(day).date()
    assert found <= day
    assert CALENDAR.is_working(found)
