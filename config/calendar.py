"""Working days of China with 调休, and which of them are only an estimate (暂估).

The days come from the `holidays` package. Rules: domain §2.4, design §6.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import holidays

_SATURDAY = 5
_LAST_OF_ITS_NOTICE = (12, 24)  # the days after it hang on the notice for the next year


class Calendar:
    """Working days; `announced_years` are those whose holidays the State Council has announced."""

    def __init__(self, announced_years: Iterable[int]) -> None:
        self._days = holidays.country_holidays("CN")
        self._known = frozenset(announced_years) & frozenset(self._days.special_public_holidays)
        self._loaded: set[int] = set()
        self._working: dict[date, bool] = {}

    def is_working(self, day: date) -> bool:
        """Whether offices work on `day`; a year the package does not know has plain weekends."""
        if day not in self._working:
            self._working[day] = self._found_working(day)
        return self._working[day]

    def _found_working(self, day: date) -> bool:
        if not self._days.start_year <= day.year <= self._days.end_year:
            return day.weekday() < _SATURDAY
        self._load(day.year)
        if day.weekday() < _SATURDAY:
            return day not in self._days
        return day in self._days.weekend_workdays

    def add_working(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; `day` itself is not counted, 0 gives it back."""
        for _ in range(count):
            day = self.next_working(day)
        return day

    def next_working(self, day: date) -> date:
        """The first working day after `day`."""
        return self.first_working_on_or_after(day + timedelta(days=1))

    def first_working_on_or_after(self, day: date) -> date:
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def last_working_on_or_before(self, day: date) -> date:
        while not self.is_working(day):
            day -= timedelta(days=1)
        return day

    def working_between(self, first: date, last: date) -> int:
        """Working days after `first`, up to and with `last`."""
        return sum(self.is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))

    def provisional(self, first: date, last: date | None = None) -> bool:
        """Whether working days from `first` to `last` may still be changed by a notice to come.

        The last week of a year hangs on the notice of the next: 29 December 2018 was made a
        working Saturday by the notice for 2019.
        """
        years = range(first.year, _year_governing(last or first) + 1)
        return not self._known.issuperset(years)

    def _load(self, year: int) -> None:
        """Reads `year` and the next, whose notice may move days of this December."""
        for one in (year, year + 1):
            if one not in self._loaded and one <= self._days.end_year:
                self._loaded.add(one)
                self._days.get(date(one, 1, 1))


def _year_governing(day: date) -> int:
    return day.year + ((day.month, day.day) > _LAST_OF_ITS_NOTICE)
