"""When people may be disturbed: open windows of working days, and where a moment is placed (promise 5).

All instants are aware and in the county's zone. Rules: domain §7.2 R4, R5.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.calendar import Calendar
from config.models import QuietFile

LOOK_BACK_DAYS = 30


class Hours:
    """The open windows of a county."""

    def __init__(self, quiet: QuietFile, calendar: Calendar, zone: ZoneInfo) -> None:
        self.quiet = quiet
        self.calendar = calendar
        self.zone = zone
        self._of_day: dict[date, list[tuple[datetime, datetime]]] = {}

    def at(self, day: date, moment: time) -> datetime:
        return datetime.combine(day, moment, self.zone)

    def morning(self, day: date) -> datetime:
        """The instant of the morning list of `day`."""
        return self.at(day, self.quiet.morning)

    def morning_on_or_before(self, day: date) -> datetime:
        return self.morning(self.calendar.last_working_on_or_before(day))

    def morning_from(self, moment: datetime) -> datetime:
        """The first morning list at or after `moment`."""
        day = moment.astimezone(self.zone).date()
        while not self.calendar.is_working(day) or self.morning(day) < moment:
            day += timedelta(days=1)
        return self.morning(day)

    def _windows(self, day: date) -> list[tuple[datetime, datetime]]:
        if day not in self._of_day:
            windows = self.quiet.windows if self.calendar.is_working(day) else ()
            self._of_day[day] = [(self.at(day, w.opens), self.at(day, w.closes)) for w in windows]
        return self._of_day[day]

    def is_open(self, moment: datetime) -> bool:
        day = moment.astimezone(self.zone).date()
        return any(opens <= moment < closes for opens, closes in self._windows(day))

    def next_open(self, moment: datetime) -> datetime:
        """`moment` itself when open; else the next opening, on a new day with the morning list."""
        if self.is_open(moment):
            return moment
        day = moment.astimezone(self.zone).date()
        for opens in self._openings_from(day):
            if opens > moment:
                return opens
        raise AssertionError("unreachable: openings never end")

    def _openings_from(self, day: date) -> Iterator[datetime]:
        while True:
            for nth, (opens, _) in enumerate(self._windows(day)):
                yield max(opens, self.morning(day)) if nth == 0 else opens
            day += timedelta(days=1)

    def last_open(self, moment: datetime) -> datetime:
        """`moment` itself when open; else the last call of the window before it."""
        if self.is_open(moment):
            return moment
        local = moment.astimezone(self.zone)
        last_call = timedelta(minutes=self.quiet.last_call_minutes)
        for back in range(LOOK_BACK_DAYS):
            for _, closes in reversed(self._windows(local.date() - timedelta(days=back))):
                if closes <= moment:
                    return closes - last_call
        return moment

    def place(self, moment: datetime, *, must_by: date | None, now: datetime) -> datetime:
        """Where an unsolicited message of `moment` goes (promise 5).

        Forward to the next opening; where that is after `must_by`, into the last window before
        the end of that day; at once if no window remains.
        """
        forward = self.next_open(moment)
        if must_by is None or forward.astimezone(self.zone).date() <= must_by:
            return forward
        midnight = self.at(must_by + timedelta(days=1), time(0))
        return max(self.last_open(midnight), now)
