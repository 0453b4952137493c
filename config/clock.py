"""Time as it is given to everything that decides: a clock that tests and the demo can move."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the instant now, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SteadyClock:
    """Real time from the moment it is made, however the machine's clock is set meanwhile (design §5)."""

    def __init__(self) -> None:
        self._start = datetime.now(UTC)
        self._ticks = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._ticks)


class SetClock:
    """A clock that stands where it was put."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        if now < self._now:
            raise ValueError("时钟不能往回拨")
        self._now = now.astimezone(UTC)


class LocalTime:
    """A clock together with the county's time zone: today's date is a local date."""

    def __init__(self, clock: Clock, zone: str = "Asia/Shanghai") -> None:
        self.clock = clock
        self.zone = ZoneInfo(zone)

    def now(self) -> datetime:
        """The instant now in the county's zone."""
        return self.clock.now().astimezone(self.zone)

    def today(self) -> date:
        return self.now().date()
