"""The sender: takes messages into hand, sends them outside of any transaction, keeps the results.

Answers and notices run side by side, so that a storm of notices holds back no answer; within each,
chats run side by side, so that a slow chat holds back nobody else.
"""

import asyncio
import time as ticking
from contextlib import suppress
from dataclasses import replace

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.clock import Clock, LocalTime
from config.models import Policy
from notifications import disclosure, meters
from notifications.channel import Channel, Outcome, Outgoing, Result
from notifications.leasing import ANSWERS, LEASE_SECONDS, NOTICES, Leasing, Parcel, Queue
from notifications.outbox import set_free
from notifications.pace import Limits
from notifications.results import Results, Sent
from notifications.states import Change, State, before
from storage.bells import Bell, Work
from storage.engine import Database, later
from storage.post_box import Notice
from storage.states import being

log = structlog.get_logger(__name__)
LOOK_SECONDS = 1.0
SOON_SECONDS = 0.2
REFILL_SECONDS = 0.02
TIDY_SECONDS = 5.0
REQUEST_SECONDS = 15.0
LAST_SECONDS = 18.0


class Dispatcher:
    """One sender of one bot over one channel."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        channel: Channel,
        bot_id: int,
        limits: Limits | None,
        time: LocalTime,
        real: Clock,
        *,
        default: bool = True,
    ) -> None:
        self.database = database
        self.policy = policy
        self.channel = channel
        self.time = time
        self.real = real
        self.leasing = Leasing(policy, bot_id, limits, default=default)
        self.results = Results(database, channel.name, bot_id, time, real)

    async def run(self, stop: asyncio.Event) -> None:
        """Sends until told to stop; what is on the wire then is finished and kept."""
        sent = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.results.run(sent))
            group.create_task(self._tidy(stop))
            pumps = [group.create_task(self._pump(queue, stop)) for queue in (ANSWERS, NOTICES)]
            await asyncio.wait(pumps)
            sent.set()
            self.results.finish()

    async def recover(self) -> None:
        """After a stop: what was in the hand of the process that is gone goes once more, marked."""
        await self.results.expire(everything=True)

    async def drain(self) -> bool:
        """Sends until nothing is to go at the present instant; whether there was anything."""
        sent = False
        while parcels := await self._some():
            sent = True
            await asyncio.gather(*map(self._carry, parcels))
            await self.results.write()
        return sent

    async def _some(self) -> list[Parcel]:
        """Answers first."""
        await self._drop_useless()
        return await self._lease(ANSWERS, ANSWERS.slots) or await self._lease(NOTICES, NOTICES.slots)

    # --- the pump ----------------------------------------------------------------------------

    async def _pump(self, queue: Queue, stop: asyncio.Event) -> None:
        bell = self.database.bells.hang(Work.parcels, *([Work.notices] if queue.personal else []))
        flying: set[asyncio.Task[None]] = set()
        while not stop.is_set():
            await _room(flying, queue.slots // 2)
            parcels = await self._leased(queue, queue.slots - len(flying))
            for parcel in parcels:
                task = asyncio.create_task(self._carry(parcel))
                flying.add(task)
                task.add_done_callback(flying.discard)
            meters.IN_FLIGHT.labels(queue.name).set(len(flying))
            if not parcels:
                await self._rest(queue, bell, flying, stop)
        if flying:
            await asyncio.wait(flying, timeout=LAST_SECONDS)

    async def _leased(self, queue: Queue, room: int) -> list[Parcel]:
        """A lease; a database that is away has nothing to send."""
        with later(log, "leasing_later", queue=queue.name):
            return await self._lease(queue, room)
        return []

    async def _lease(self, queue: Queue, room: int) -> list[Parcel]:
        async with self.database.claiming(Work.notices) as session:
            parcels = await self.leasing.take(session, queue, room, self.real.now())
            await session.commit()
            return parcels

    async def _rest(
        self, queue: Queue, bell: Bell, flying: set[asyncio.Task[None]], stop: asyncio.Event
    ) -> None:
        """Until there is news, or the next chat may be written to again."""
        seconds = SOON_SECONDS if flying or await self._waits(queue) else LOOK_SECONDS
        ringing = asyncio.create_task(bell.wait(seconds))
        stopping = asyncio.create_task(stop.wait())
        _, pending = await asyncio.wait({ringing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _waits(self, queue: Queue) -> bool:
        """Whether anything stands in the queue, for a pace or for a chat to be free."""
        with later(log, "looking_later", queue=queue.name):
            async with self.database.reading() as session:
                here = select(Notice.id).where(queue.holds(Notice), self.leasing.mine()).limit(1)
                return await session.scalar(here) is not None
        return False

    async def _carry(self, parcel: Parcel) -> None:
        """Waits for the turn, sends, keeps the result."""
        since = ticking.monotonic()
        if parcel.waits > 0:
            await asyncio.sleep(parcel.waits)
        hindered = await self._hindered(parcel, since)
        at = self.time.now()
        outcome = Outcome(Result.failed, error=hindered) if hindered else await self._send(parcel)
        self.results.put(Sent(parcel, outcome, at))

    async def _hindered(self, parcel: Parcel, since: float) -> str | None:
        """Why it is not sent now. The one marked repeat is not spent while the messenger is away."""
        if parcel.resent and not await self.channel.answers():
            return "no answer"
        if ticking.monotonic() - since > LEASE_SECONDS - REQUEST_SECONDS:
            return "held up"  # the lease may end before an answer comes
        return None

    async def _send(self, parcel: Parcel) -> Outcome:
        """The message; if it is refused its bare words; if these are too, word that there is one."""
        message = parcel.message
        if kind := disclosure.find(message.text):
            log.error("notice_withheld", notice=parcel.id, contains=kind)
            meters.WITHHELD.inc()
            return await self.channel.send(self._undisplayable(message))
        outcome = await self.channel.send(message)
        if outcome.result is not Result.rejected:
            return outcome
        log.warning("notice_rejected", notice=parcel.id, error=outcome.error)
        outcome = await self.channel.send(replace(message, plain=True, edits_message=None))
        if outcome.result is not Result.rejected:
            return outcome
        log.error("notice_undisplayable", notice=parcel.id, error=outcome.error)
        return await self.channel.send(self._undisplayable(message))

    def _undisplayable(self, message: Outgoing) -> Outgoing:
        return Outgoing(chat_id=message.chat_id, text=self.policy.texts["undisplayable"])

    # --- what is over --------------------------------------------------------------------------

    async def _tidy(self, stop: asyncio.Event) -> None:
        """Leases that ended, and what is of no use any more."""
        while not stop.is_set():
            with later(log, "tidying_later"):
                await self.results.expire()
                await self._drop_useless()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TIDY_SECONDS)

    async def _drop_useless(self) -> None:
        """What was on its way out so long that it is of no use any more."""
        useless = Notice.state.in_((State.planned, State.deferred)) & (Notice.useless_after < self.time.now())
        async with self.database.reading() as session:
            ids = (await session.scalars(select(Notice.id).where(useless))).all()
        if ids:
            async with self.database.claiming(Work.notices) as session:
                dropping = Notice.id.in_(ids) & useless
                await session.execute(update(Notice).where(dropping).values(state=State.superseded))
                await set_free(session, ids)
                await session.commit()


async def _room(flying: set[asyncio.Task[None]], most: int) -> None:
    """Until no more than so many are on the wire, or for a moment: leases come by the handful."""
    if len(flying) > most:
        end = ticking.monotonic() + REFILL_SECONDS
        while len(flying) > most and (left := end - ticking.monotonic()) > 0:
            await asyncio.wait(flying, timeout=left, return_when=asyncio.FIRST_COMPLETED)


async def parked(session: AsyncSession) -> int:
    """How many notices wait for somebody to be linked."""
    count = await session.scalar(
        select(func.count()).select_from(Notice).where(being(Notice.state, State.parked))
    )
    return count or 0


async def unpark(session: AsyncSession) -> None:
    """Somebody has been linked: what was parked is tried again, and comes as one list."""
    waiting = Notice.state.in_(before(Change.unpark))
    await session.execute(update(Notice).where(waiting).values(state=State.pending, collapse=True))
