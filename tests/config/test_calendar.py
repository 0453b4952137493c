"""Working days against a second source, and which days are only an estimate."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import Calendar

CALENDAR = Calendar(range(2018, 2027))


@pytest.mark.parametrize("year", range(2018, 2027))
def test_every_day_agrees_with_a_second_source(year: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    differing = [
        d for d in days if d.year == year and CALENDAR.is_working(d) != chinese_calendar.is_workday(d)
    ]
    assert differing == []


@pytest.mark.parametrize("day", [date(2018, 12, 29), date(2026, 2, 14), date(2026, 10, 10)])
def test_a_make_up_weekend_works_whatever_was_asked_before(day: date) -> None:
    """29 December 2018 works by the notice for 2019."""
    assert Calendar([]).is_working(day)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 3, 12), 0, date(2026, 3, 12)),
        (date(2026, 3, 12), 2, date(2026, 3, 16)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
    ],
)
def test_counting_working_days(start: date, count: int, end: date) -> None:
    assert CALENDAR.add_working(start, count) == end


def test_the_working_day_before_and_after() -> None:
    assert CALENDAR.last_working_on_or_before(date(2026, 3, 22)) == date(2026, 3, 20)
    assert CALENDAR.last_working_on_or_before(date(2026, 2, 20)) == date(2026, 2, 14)
    assert CALENDAR.next_working(date(2026, 3, 20)) == date(2026, 3, 23)
    assert CALENDAR.first_working_on_or_after(date(2026, 3, 20)) == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("first", "last", "provisional"),
    [
        (date(2026, 3, 12), None, False),
        (date(2026, 12, 24), None, False),
        (date(2026, 12, 25), None, True),
        (date(2025, 12, 30), None, False),
        (date(2026, 12, 1), date(2026, 12, 20), False),
        (date(2026, 12, 1), date(2027, 1, 4), True),
        (date(2017, 5, 1), None, True),
        (date(2016, 5, 1), date(2026, 5, 1), True),
    ],
)
def test_days_that_a_notice_may_still_change(first: date, last: date | None, provisional: bool) -> None:
    assert CALENDAR.provisional(first, last) is provisional


def test_an_announced_year_the_package_does_not_know_stays_provisional() -> None:
    assert Calendar([2026, 2090]).provisional(date(2090, 5, 1))


@given(st.dates(min_value=date(1, 1, 10), max_value=date(9999, 12, 1)))
def test_no_year_crashes(day: date) -> None:
    assert CALENDAR.next_working(day) > day
    assert CALENDAR.last_working_on_or_before(day) <= day
    assert CALENDAR.provisional(day) is not None
