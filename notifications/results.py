"""What became of the sends.

A result counts only for the lease it belongs to: attempts are numbered. One that comes after its
lease has ended still tells that the message arrived, unless it is on its way again already.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import String, bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.clock import Clock, LocalTime
from notifications import meters
from notifications.channel import Outcome, Result
from notifications.leasing import LEASE_SECONDS, Parcel, pause
from notifications.outbox import set_free
from notifications.retry import Decision, decide
from notifications.states import Change, State, after, before
from storage.bells import Work
from storage.engine import Database, Unit
from storage.given import instant, packed_instant, rows, whole, words
from storage.people import Official
from storage.post_box import Delivery, Notice

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=LEASE_SECONDS)
LOST = Outcome(Result.unknown, error="lease ended")
ACCEPTING = (
    update(Notice)
    .where(Notice.id == whole("id"), Notice.attempts == whole("attempt"))
    .where(or_(*(Notice.state == state for state in before(Change.accept))))
    .values(state=State.accepted, accepted_at=bindparam("now"), message_id=whole("message"))
)
LOGGING = insert(Delivery).from_select(
    ["notice_id", "channel", "started_at", "result", "error"],
    select(whole("id"), bindparam("channel", type_=String), instant("at"), words("result"), words("error")),
)


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

    async def keep(self, unit: Unit, back: Sequence[Sent]) -> None:
        """What has come back; the caller commits."""
        if not back:
            return
        connection = await unit.connection()
        if arrived := [sent for sent in back if sent.outcome.result is Result.accepted]:
            given = rows(map(_arrival, arrived))
            await connection.execute(ACCEPTING, {"now": self.time.now(), "given": given})
        for sent in arrived:
            if sent.outcome.chat_id is not None:
                await _follow(unit, sent.parcel.message.chat_id, sent.outcome.chat_id)
        for sent in back:
            if sent.outcome.result is not Result.accepted:
                unit.rings = Work.notices
                await self._apply(unit, sent)
        entries = rows(_entry(sent, connection.dialect.name) for sent in back)
        await connection.execute(LOGGING, {"channel": self.channel, "given": entries})

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


def _arrival(sent: Sent) -> dict[str, int | None]:
    return {"id": sent.parcel.id, "attempt": sent.parcel.attempts, "message": sent.outcome.message_id}


def _entry(sent: Sent, dialect: str) -> dict[str, int | str | None]:
    return {
        "id": sent.parcel.id,
        "at": packed_instant(sent.at, dialect),
        "result": sent.outcome.result.value,
        "error": sent.outcome.error,
    }


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


def count(back: Sequence[Sent], now: datetime) -> None:
    """What is known of them at `now`, for the meters."""
    for sent in back:
        _count(sent, now)


def _count(sent: Sent, now: datetime) -> None:
    lane = str(sent.parcel.lane)
    meters.SENDS.labels(lane, sent.outcome.result.value).inc()
    if sent.outcome.result is Result.throttled:
        meters.PAUSES.inc()
    if sent.parcel.resent:
        meters.REPEATS.labels(lane).inc()
    if sent.outcome.result is Result.accepted:
        meters.LATENESS.labels(lane).observe(max((now - sent.parcel.since).total_seconds(), 0))
