"""One queue of one sender: one short unit of work keeps what came back and takes what goes next.

What came back waits for nothing: as soon as one turn is done the next begins. While one unit runs,
more comes back, so the fuller the wire the more each unit keeps. Taken is a handful at a time, for a
result that comes back during a unit waits for its end.
"""

import asyncio
import time as ticking
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import select

from notifications import meters
from notifications.heads import Queue
from notifications.leasing import Leasing, Parcel
from notifications.results import Results, Sent, count
from storage.bells import Work
from storage.engine import Database, later
from storage.post_box import Notice

log = structlog.get_logger(__name__)
HANDFUL = 16
LOOK_SECONDS = 1.0
SOON_SECONDS = 0.2
LAST_SECONDS = 18.0
Carry = Callable[[Parcel], Awaitable[Sent]]


class Pump:
    """Moves the messages of one queue; `carry` sends one and says what came of it."""

    def __init__(
        self, database: Database, queue: Queue, leasing: Leasing, results: Results, carry: Carry
    ) -> None:
        self.database = database
        self.queue = queue
        self.leasing = leasing
        self.results = results
        self.carry = carry
        self._anything = select(Notice.id).where(queue.holds(Notice), leasing.mine()).limit(1)
        self._flying: set[asyncio.Task[None]] = set()
        self._back: list[Sent] = []
        self._bell = database.bells.hang(Work.parcels, *([Work.notices] if queue.personal else []))

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; what is on the wire then is finished and kept."""
        while not stop.is_set():
            taken = await self._go_on(self._room())
            if not taken:
                await self._bell.wait(await self._patience())
        await self._finish()

    def wake(self) -> None:
        self._bell.ring()

    async def drain(self) -> bool:
        """Sends what may go at the present instant, once; whether there was anything."""
        parcels = await self.turn(self.queue.slots)
        await asyncio.gather(*map(self._fly, parcels))
        await self.turn(0)
        return bool(parcels)

    async def turn(self, room: int) -> list[Parcel]:
        """Keeps all that has come back and takes up to `room`, in one commit."""
        back = tuple(self._back)
        if not back and not room:
            return []
        async with self.database.claiming() as unit:
            await self.results.keep(unit, back)
            parcels = await self.leasing.take(unit, self.queue, room) if room else []
            await unit.commit()
        del self._back[: len(back)]
        count(back, self.results.time.now())
        return parcels

    def _room(self) -> int:
        return min(self.queue.slots - len(self._flying), HANDFUL)

    async def _go_on(self, room: int) -> bool:
        """A turn, and what it took is on its way; a database that is away is asked again later."""
        parcels: list[Parcel] = []
        with later(log, "sending_later", queue=self.queue.name, back=len(self._back)):
            parcels = await self.turn(room)
        for parcel in parcels:
            task = asyncio.create_task(self._fly(parcel))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        meters.IN_FLIGHT.labels(self.queue.name).set(len(self._flying))
        return bool(parcels)

    async def _fly(self, parcel: Parcel) -> None:
        self._back.append(await self.carry(parcel))
        self._bell.ring()

    async def _patience(self) -> float:
        """Seconds until the next look, where nobody rings before."""
        return SOON_SECONDS if self._flying or await self._waits() else LOOK_SECONDS

    async def _waits(self) -> bool:
        """Whether anything stands in the queue, for a pace or for a chat to be free."""
        with later(log, "looking_later", queue=self.queue.name):
            return bool(await self.database.look(self._anything))
        return False

    async def _finish(self) -> None:
        """No more is taken; a database that is away is waited for, a messenger not for ever."""
        end = ticking.monotonic() + LAST_SECONDS
        while self._back or (self._flying and ticking.monotonic() < end):
            await self._go_on(room=0)
            await self._bell.wait(SOON_SECONDS)
