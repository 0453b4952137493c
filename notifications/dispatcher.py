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
from notifications.heads import ANSWERS, NOTICES
from notifications.leasing import LEASE_SECONDS, Leasing, Parcel
from notifications.outbox import set_free
from notifications.pace import Limits
from notifications.pump import Pump
from notifications.results import Results, Sent
from notifications.states import Change, State, before
from storage.bells import Work
from storage.engine import Database, later
from storage.post_box import Notice
from storage.states import being

log = structlog.get_logger(__name__)
TIDY_SECONDS = 5.0
REQUEST_SECONDS = 15.0


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
        self.results = Results(database, channel.name, bot_id, time, real)
        leasing = Leasing(policy, bot_id, limits, real, default=default)
        self.pumps = tuple(
            Pump(database, queue, leasing, self.results, self._carry) for queue in (ANSWERS, NOTICES)
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Sends until told to stop; what is on the wire then is finished and kept."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tidy(stop))
            for pump in self.pumps:
                group.create_task(pump.run(stop))
            await stop.wait()
            for pump in self.pumps:
                pump.wake()

    async def recover(self) -> None:
        """After a stop: what was in the hand of the process that is gone goes once more, marked."""
        await self.results.expire(everything=True)

    async def drain(self) -> bool:
        """Sends until nothing is to go at the present instant; whether there was anything."""
        sent = False
        while await self._some():
            sent = True
        return sent

    async def _some(self) -> bool:
        """Answers first."""
        await self.drop_useless()
        answers, notices = self.pumps
        return await answers.drain() or await notices.drain()

    # --- one message -----------------------------------------------------------------------------

    async def _carry(self, parcel: Parcel) -> Sent:
        """Waits for the turn and sends."""
        since = ticking.monotonic()
        if parcel.waits > 0:
            await asyncio.sleep(parcel.waits)
        hindered = await self._hindered(parcel, since)
        at = self.time.now()
        outcome = Outcome(Result.failed, error=hindered) if hindered else await self._send(parcel)
        return Sent(parcel, outcome, at)

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
                await self.drop_useless()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TIDY_SECONDS)

    async def drop_useless(self) -> None:
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
