"""What is done to a `jintang` process before it starts: its clock, its pace, and where it is to die.

The product has no hook for this. Every passage of a commit or a send is numbered from the moment a
point is written into the point file; at the one that is asked for the process kills itself.
"""

import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import notifications.dispatcher
import workflows.schedule
from bot.channel import TelegramChannel
from config import clock
from notifications.channel import Outcome, Outgoing
from tests.faults.clock import SPEED, FileClock

OURS = ("bot", "jintang", "notifications", "storage", "web", "workflows")
NOT_A_PLACE = "storage.engine"
CLOCK, POINT, PLACES, DIED = "clock", "point", "places", "died"
ANYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Point:
    """Before or after the `nth` passage of a commit or a send, anywhere or at one place of the code."""

    when: str
    what: str
    place: str
    nth: int

    def __str__(self) -> str:
        return f"{self.when} {self.what} {self.place} {self.nth}"

    @classmethod
    def read(cls, words: str) -> "Point":
        when, what, place, nth = words.split()
        return cls(when, what, place, int(nth))

    def fits(self, when: str, what: str, place: str) -> bool:
        return (self.when, self.what) == (when, what) and self.place in (ANYWHERE, place)


class Fate:
    """Watches the passages of one process and ends it where the point file says."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = 0
        self._point: Point | None = None
        self._count = 0
        self._places: set[str] = set()

    def pass_by(self, when: str, what: str, place: str) -> None:
        self._note(f"{when} {what} {place}")
        point = self._asked()
        if point is not None and point.fits(when, what, place):
            self._count += 1
            if self._count == point.nth:
                (self._folder / DIED).write_text(f"{when} {what} {place}")
                os.kill(os.getpid(), signal.SIGKILL)

    def _note(self, passage: str) -> None:
        """A passage of a kind not seen before is made known."""
        if passage not in self._places:
            self._places.add(passage)
            with (self._folder / PLACES).open("a") as places:
                places.write(passage + "\n")

    def _asked(self) -> Point | None:
        try:
            seen = (self._folder / POINT).stat().st_mtime_ns
        except FileNotFoundError:
            return None
        if seen != self._seen:
            self._seen, self._count = seen, 0
            self._point = Point.read((self._folder / POINT).read_text())
        return self._point


def arm(folder: Path) -> None:
    """This process lives by the clock of `folder` and dies where its point file says."""
    _live_by(FileClock(folder / CLOCK))
    fate = Fate(folder)
    commit, send = AsyncSession.commit, TelegramChannel.send

    @wraps(commit)
    async def committed(session: AsyncSession) -> None:
        await _between(fate, "commit", _place(sys._getframe(1)), lambda: commit(session))

    @wraps(send)
    async def sent(channel: TelegramChannel, message: Outgoing) -> Outcome:
        kind = "answer" if message.edits_message else "message"
        outcome: Outcome = await _between(fate, "send", kind, lambda: send(channel, message))
        return outcome

    AsyncSession.commit = committed  # type: ignore[method-assign]
    TelegramChannel.send = sent  # type: ignore[method-assign]


async def _between(fate: Fate, what: str, place: str, work: Callable[[], Awaitable[Any]]) -> Any:
    fate.pass_by("before", what, place)
    done = await work()
    fate.pass_by("after", what, place)
    return done


def _place(frame: FrameType | None) -> str:
    """The function of ours that commits."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] in OURS and module != NOT_A_PLACE:
            return f"{module}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "elsewhere"


def _live_by(file: FileClock) -> None:
    """Policy time, and real time from the moment a clock is made, are the file's and as fast."""

    def system_now(_: clock.SystemClock) -> datetime:
        return file.now()

    def begin(steady: clock.SteadyClock) -> None:
        steady._start, steady._ticks = file.now(), time.monotonic()

    def steady_now(steady: clock.SteadyClock) -> datetime:
        return steady._start + timedelta(seconds=(time.monotonic() - steady._ticks) * SPEED)

    clock.SystemClock.now = system_now  # type: ignore[method-assign]
    clock.SteadyClock.__init__ = begin  # type: ignore[method-assign]
    clock.SteadyClock.now = steady_now  # type: ignore[method-assign]
    notifications.dispatcher.TIDY_SECONDS /= SPEED
    workflows.schedule.TICK_SECONDS = 0.5  # type: ignore[assignment]
