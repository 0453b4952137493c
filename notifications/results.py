"""What became of the sends, written in small groups within 20 ms; whatever happens, none is dropped.

A result counts only for the lease it belongs to: attempts are numbered. One that comes after its
lease has ended still tells that the message arrived, unless it is on its way again already.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.clock import Clock, LocalTime
from notifications import meters
from notifications.channel import Outcome, Result
from notifications.leasing import LEASE_SECONDS, Parcel, pause
from notifications.outbox import set_free
from notifications.retry import Decision, decide
from notifications.states import Change, State, after, before
from storage.bells import Work
from storage.engine import Database, is_away
from storage.people import Official
from storage.post_box import Delivery, Notice

log = structlog.get_logger(__name__)
GROUP_SECONDS = 0.008
AGAIN_SECONDS = 0.5
LEASE = timedelta(seconds=LEASE_SECONDS)
LOST = Outcome(Result.unknown, error="lease ended")


@dataclass(slots=True)
class Sent:
    """An attempt, begun at `at` (policy time)."""

    parcel: Parcel
    outcome: Outcome
    at: datetime


class Results:
    """Keeps what the sends of one bot have come to."""

    def __init__(self, database: Database, channel: str, bot_id: int, time: LocalTime, real: Clock) -> None:
        self.database = database
        self.channel = channel
        self.bot_id = bot_id
        self.time = time
        self.real = real
        self._waiting: list[Sent] = []
        self._some = asyncio.Event()

    def put(self, sent: Sent) -> None:
        self._waiting.append(sent)
        self._some.set()

    async def run(self, end: asyncio.Event) -> None:
        """Writes until told to end and nothing waits any more."""
        while not (end.is_set() and not self._waiting):
            await self._some.wait()
            await asyncio.sleep(GROUP_SECONDS)
            await self.write()

    def finish(self) -> None:
        """Nothing more will come."""
        self._some.set()

    async def write(self) -> None:
        """Everything that waits, in one commit, tried until it is done."""
        self._some.clear()
        taken, self._waiting = self._waiting, []
        while taken:
            try:
                await self._commit(taken)
                return
            except Exception as error:
                if not is_away(error):
                    raise
                log.warning("results_later", count=len(taken), error=type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _commit(self, taken: Sequence[Sent]) -> None:
        async with self.database.claiming(Work.parcels) as session:
            arrived = [sent for sent in taken if sent.outcome.result is Result.accepted]
            others = [sent for sent in taken if sent.outcome.result is not Result.accepted]
            await self._accept(session, arrived)
            for sent in others:
                await self._apply(session, sent)
            await self._log(session, taken)
            session.rings = Work.notices if others else Work.parcels
            await session.commit()
        for sent in taken:
            _count(sent, self.time.now())

    async def _accept(self, session: AsyncSession, arrived: Sequence[Sent]) -> None:
        if not arrived:
            return
        connection = await session.connection()
        mine = (Notice.id == bindparam("at")) & (Notice.attempts == bindparam("nth"))
        ready = or_(*(Notice.state == state for state in before(Change.accept)))
        accepting = update(Notice).where(mine, ready)
        now = self.time.now()
        done = {"state": State.accepted, "accepted_at": now, "message_id": bindparam("message")}
        await connection.execute(accepting.values(done), [_key(sent) for sent in sorted(arrived, key=_id)])
        for sent in arrived:
            if sent.outcome.chat_id is not None:
                await _follow(session, sent.parcel.message.chat_id, sent.outcome.chat_id)

    async def _apply(self, session: AsyncSession, sent: Sent) -> None:
        notice = await self._held(session, sent.parcel.id, sent.parcel.attempts)
        if notice is None:
            return  # the lease had ended, and what follows from that has been done
        decision = decide(
            sent.outcome,
            attempts=notice.attempts,
            resent=notice.resent,
            personal=sent.parcel.personal,
            jitter=random.random(),
        )
        if decision.pause_seconds:
            await pause(session, self.bot_id, self.real.now(), decision.pause_seconds)
        if sent.outcome.result is Result.unreachable and sent.parcel.official_id is not None:
            await _lost(session, sent.parcel.official_id, sent.at)
        await self._change(session, notice, decision, sent.outcome)

    async def _held(self, session: AsyncSession, notice_id: int, attempts: int) -> Notice | None:
        """The notice, if it is still in this hand."""
        mine = (Notice.id == notice_id) & (Notice.attempts == attempts) & (Notice.state == State.leased)
        return await session.scalar(select(Notice).where(mine).with_for_update())

    async def _change(
        self, session: AsyncSession, notice: Notice, decision: Decision, outcome: Outcome
    ) -> None:
        state = after(notice.state, decision.change)
        match decision.change:
            case Change.wait:
                notice.retry_at = self.real.now() + timedelta(seconds=decision.wait_seconds)
            case Change.repeat:
                notice.resent, notice.retry_at = True, None
            case Change.move:
                state = await _move(session, notice)
            case Change.fail:
                await set_free(session, [notice.id])
                ours = outcome.result is Result.rejected  # who has left wants no answer
                (log.error if ours else log.info)("notice_failed", notice=notice.id, error=outcome.error)
            case Change.lose:
                await set_free(session, [notice.id])
                log.warning("notice_lost", notice=notice.id, error=outcome.error)
        notice.state = state

    async def _log(self, session: AsyncSession, taken: Sequence[Sent]) -> None:
        rows = [
            {
                "notice_id": sent.parcel.id,
                "channel": self.channel,
                "started_at": sent.at,
                "result": sent.outcome.result.value,
                "error": sent.outcome.error,
            }
            for sent in taken
        ]
        await session.execute(insert(Delivery), rows)

    # --- leases that ended -------------------------------------------------------------------

    async def expire(self, *, everything: bool = False) -> bool:
        """What was in a hand too long may or may not have arrived: once more, marked (promise 2).

        `everything`: also leases that still run, where the process that held them is surely gone.
        """
        now = self.real.now()
        ended = Notice.state == State.leased
        if not everything:
            ended &= (Notice.leased_until < now) | (Notice.leased_until > now + 2 * LEASE)
        async with self.database.reading() as session:
            if await session.scalar(select(Notice.id).where(ended).limit(1)) is None:
                return False
        async with self.database.claiming(Work.notices) as session:
            query = select(Notice).where(ended).order_by(Notice.id).with_for_update(skip_locked=True)
            for notice in (await session.scalars(query)).all():
                personal = notice.chat_id is not None
                decision = decide(LOST, attempts=notice.attempts, resent=notice.resent, personal=personal)
                await self._change(session, notice, decision, LOST)
            await session.commit()
        return True


def _id(sent: Sent) -> int:
    return sent.parcel.id


def _key(sent: Sent) -> dict[str, int | None]:
    return {"at": sent.parcel.id, "nth": sent.parcel.attempts, "message": sent.outcome.message_id}


async def _follow(session: AsyncSession, old: int, new: int) -> None:
    """The chat has another number now."""
    moved = update(Official).where(Official.chat_id == old).values(chat_id=new)
    await session.execute(moved)


async def _lost(session: AsyncSession, official_id: int, at: datetime) -> None:
    """The person cannot be reached: all that waits for them is resolved anew (promise 6)."""
    await session.execute(update(Official).where(Official.id == official_id).values(blocked_at=at))


async def _move(session: AsyncSession, notice: Notice) -> State:
    """To the next reachable person, at once; what it carried goes with it. A list is made anew."""
    children = (await session.scalars(select(Notice).where(Notice.carrier_id == notice.id))).all()
    for one in children:
        one.not_to = [*one.not_to, one.official_id]
        one.state, one.sent_on, one.carrier_id = after(one.state, Change.set_free), None, None
    notice.not_to, notice.sent_on = [*notice.not_to, notice.official_id], None
    return State.superseded if notice.post is None and children else after(notice.state, Change.move)


def _count(sent: Sent, now: datetime) -> None:
    lane = str(sent.parcel.lane)
    meters.SENDS.labels(lane, sent.outcome.result.value).inc()
    if sent.outcome.result is Result.throttled:
        meters.PAUSES.inc()
    if sent.parcel.resent:
        meters.REPEATS.labels(lane).inc()
    if sent.outcome.result is Result.accepted:
        meters.LATENESS.labels(lane).observe(max((now - sent.parcel.since).total_seconds(), 0))
