"""Time (rules §1): working days, open windows, and where a moment is placed; instants are aware and local."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
MORNING = time(8, 30)
WINDOWS = ((time(8), time(12)), (time(14), time(20)))
LAST_CALL = timedelta(minutes=30)


def at(day: date, moment: time = time()) -> datetime:
    return datetime.combine(day, moment, ZONE)


@cache
def works(day: date) -> bool:
    """Whether offices work on `day`, 调休 included."""
    return bool(chinese_calendar.is_workday(day))


def working_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    while count:
        day += DAY
        count -= works(day)
    return day


def working_by(day: date) -> date:
    """The last working day on or before `day`."""
    while not works(day):
        day -= DAY
    return day


def is_open(moment: datetime) -> bool:
    return works(moment.date()) and any(opens <= moment.time() < closes for opens, closes in WINDOWS)


def _openings(day: date) -> Iterator[datetime]:
    while True:
        if works(day):
            yield at(day, MORNING)
            yield from (at(day, opens) for opens, _ in WINDOWS[1:])
        day += DAY


def _closings_back(day: date) -> Iterator[datetime]:
    while True:
        if works(day):
            yield from (at(day, closes) for _, closes in reversed(WINDOWS))
        day -= DAY


def next_open(moment: datetime) -> datetime:
    if is_open(moment):
        return moment
    return next(opening for opening in _openings(moment.date()) if opening >= moment)


def last_open(moment: datetime) -> datetime:
    if is_open(moment):
        return moment
    return next(close for close in _closings_back(moment.date()) if close <= moment) - LAST_CALL


def place(moment: datetime, must_by: date | None, now: datetime) -> datetime:
    forward = next_open(moment)
    if must_by is None or forward.date() <= must_by:
        return forward
    return max(last_open(at(must_by + DAY)), now)


def morning_by(day: date) -> datetime:
    """08:30 of the last working day on or before `day`."""
    return at(working_by(day), MORNING)


def morning_from(moment: datetime) -> datetime:
    """The first 08:30 of a working day at or after `moment`."""
    day = moment.date()
    while not works(day) or at(day, MORNING) < moment:
        day += DAY
    return at(day, MORNING)


def morning_after(moment: datetime) -> datetime:
    """08:30 of the next working day."""
    return at(working_after(moment.date(), 1), MORNING)
