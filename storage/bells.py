"""Who is told that there is work: a bell for each kind of it, rung in this process and in the others.

A bell only wakes; what there is to do is read from the rows. Whoever waits also looks by itself
once in a while, so a lost ring costs a moment and never a notice.
"""

import asyncio
import contextlib
from collections import defaultdict
from enum import StrEnum


class Work(StrEnum):
    """The kinds of work that wait for somebody."""

    updates = "updates"  # in the inbox
    notices = "notices"  # to be planned, or answers to be sent
    parcels = "parcels"  # planned, to be sent


class Bell:
    """Rings once for everybody who waits, and for whoever comes to wait next."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Returns when it has been rung since the last wait, or after so many seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)
        self._rung.clear()


class Bells:
    """Every waiting place has a bell of its own; ringing a kind of work rings all of them."""

    def __init__(self) -> None:
        self._bells: dict[Work, list[Bell]] = defaultdict(list)

    def hang(self, *kinds: Work) -> Bell:
        """A new bell that these kinds of work ring."""
        bell = Bell()
        for kind in kinds:
            self._bells[kind].append(bell)
        return bell

    def ring(self, kind: Work) -> None:
        for bell in self._bells[kind]:
            bell.ring()

    def ring_all(self) -> None:
        for kind in Work:
            self.ring(kind)
