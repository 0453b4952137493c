"""Taking messages into hand: the head of each chat's queue, as fast as the paces allow.

A chat has one message in hand at a time, so its order holds with any number of senders. A lease
ends by itself; whoever took it cannot say then whether the message arrived.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from config.clock import Clock
from config.models import Policy
from notifications.channel import Outgoing
from notifications.heads import ANSWERS, HORIZON_SECONDS, LONGEST_PAUSE, NOTICES, Heads, Queue
from notifications.pace import Limits, Meter, Rate
from notifications.render import message
from notifications.states import State
from storage.bells import Work
from storage.engine import Unit
from storage.given import rows, whole
from storage.inserting import INSERTS, insert_for
from storage.post_box import Notice, Pace

LEASE_SECONDS = 30.0


@dataclass(slots=True)
class Parcel:
    """A message in hand; `waits` are the seconds until its turn."""

    id: int
    official_id: int | None
    lane: int
    attempts: int
    resent: bool
    since: datetime
    message: Outgoing
    waits: float = 0.0

    @property
    def personal(self) -> bool:
        return self.official_id is None


# Whoever was lost since the plan: their notices are planned anew.
READDRESSING = (
    update(Notice)
    .where(Notice.id.in_(bindparam("lost", expanding=True)))
    .values(state=State.pending, sent_on=None, retry_at=None)
)
MARKING = (
    update(Notice)
    .where(Notice.id == whole("id"))
    .values(
        state=State.leased,
        attempts=Notice.attempts + 1,
        leased_until=bindparam("until"),
        sent_chat_id=whole("to"),
    )
)
RATES = (
    select(Pace.of, Pace.next_at, Pace.paused_until)
    .where(Pace.bot_id == bindparam("bot"), Pace.of.in_((ANSWERS.name, NOTICES.name)))
    .order_by(Pace.of)
    .with_for_update()
)
PACES = select(Pace.of, Pace.next_at).where(
    Pace.bot_id == bindparam("bot"), Pace.of.in_(bindparam("names", expanding=True))
)


class Leasing:
    """Takes messages of one bot into hand."""

    def __init__(
        self, policy: Policy, bot_id: int, limits: Limits | None, real: Clock, *, default: bool = True
    ) -> None:
        self.policy = policy
        self.bot_id = bot_id
        self.limits = limits
        self.real = real
        self.default = default
        self._heads = {queue: Heads(queue, self.mine(), bot_id, limits) for queue in (ANSWERS, NOTICES)}

    async def take(self, unit: Unit, queue: Queue, room: int) -> list[Parcel]:
        """Up to `room` messages, the most pressing first; the caller commits before it sends."""
        now, connection = self.real.now(), await unit.connection()
        meter = await self._meter(connection, queue, now)
        if meter.paused_until > now.timestamp():
            return []
        heads = await self._heads[queue].find(connection, room, now)
        lost = [row.id for row in heads if row.to_chat is None or row.blocked_at is not None]
        if lost:
            unit.rings = Work.notices
            await connection.execute(READDRESSING, {"lost": lost})
        going = [row for row in heads if row.id not in lost]
        turns = self._turns(meter, len(going), now)
        taken = going[: len(turns)]
        if taken:
            await self._mark(connection, taken, now)
            await self._pace(connection, queue, meter, taken, now)
        return [self._parcel(row, turn, now) for row, turn in zip(taken, turns, strict=True)]

    def mine(self) -> ColumnElement[bool]:
        """The notices of this bot; what names none is the first bot's."""
        own = Notice.bot_id == self.bot_id
        return or_(own, Notice.bot_id.is_(None)) if self.default else own

    # --- paces -----------------------------------------------------------------------------

    async def _meter(self, connection: AsyncConnection, queue: Queue, now: datetime) -> Meter:
        """The rate of the bot for this queue; a pause holds for both."""
        found = {pace.of: pace for pace in await connection.execute(RATES, {"bot": self.bot_id})}
        latest = now + LONGEST_PAUSE  # what lies further ahead was written under another clock
        pauses = [p.paused_until for p in found.values() if p.paused_until and p.paused_until <= latest]
        even_at = found[queue.name].next_at if queue.name in found else now
        paused = max((pause.timestamp() for pause in pauses), default=0.0)
        return Meter(self._rate(queue), min(even_at, latest).timestamp(), paused)

    def _rate(self, queue: Queue) -> Rate:
        limits = self.limits or Limits()
        return limits.answers if queue is ANSWERS else limits.notices

    def _turns(self, meter: Meter, most: int, now: datetime) -> list[float]:
        if self.limits is None:
            return [now.timestamp()] * most
        return meter.take_within(now.timestamp(), HORIZON_SECONDS, most)

    async def _mark(self, connection: AsyncConnection, taken: Sequence[Row[Any]], now: datetime) -> None:
        until = now + timedelta(seconds=LEASE_SECONDS)
        given = rows({"id": row.id, "to": row.to_chat} for row in taken)
        await connection.execute(MARKING, {"until": until, "given": given})

    async def _pace(
        self,
        connection: AsyncConnection,
        queue: Queue,
        meter: Meter,
        taken: Sequence[Row[Any]],
        now: datetime,
    ) -> None:
        """Remembers what has been taken, for this sender and all others."""
        if self.limits is None:
            return
        paces = {queue.name: datetime.fromtimestamp(meter.even_at, UTC)}
        names = {f"chat:{row.to_chat}": row.to_chat for row in taken}
        found = await connection.execute(PACES, {"bot": self.bot_id, "names": list(names)})
        known = {row.of: row.next_at for row in found}
        for name, chat in names.items():
            rate = self.limits.group if chat < 0 else self.limits.chat
            chat_meter = Meter(rate, known.get(name, now).timestamp())
            chat_meter.take(now.timestamp())
            paces[name] = datetime.fromtimestamp(chat_meter.even_at, UTC)
        kept = [{"bot_id": self.bot_id, "of": of, "next_at": at} for of, at in sorted(paces.items())]
        await connection.execute(_even_at(connection.dialect.name), kept)

    def _parcel(self, row: Row[Any], turn: float, now: datetime) -> Parcel:
        posts = [self.policy.posts[post].label for post in row.spoken]
        return Parcel(
            row.id,
            row.official_id,
            row.lane,
            row.attempts + 1,
            row.resent,
            max(row.not_before, row.created_at),
            message(row, row.to_chat, self.policy.texts, posts),
            turn - now.timestamp(),
        )


@cache
def _even_at(dialect: str) -> Any:
    """Keeps when a bot or a chat is even again with its rate."""
    adding = INSERTS[dialect](Pace)
    newer = {"next_at": adding.excluded.next_at}
    return adding.on_conflict_do_update(index_elements=["bot_id", "of"], set_=newer)


async def pause(session: AsyncSession, bot_id: int, now: datetime, seconds: float) -> None:
    """429: this bot sends nothing before so many seconds have passed, also after a restart."""
    until = now + min(timedelta(seconds=seconds), LONGEST_PAUSE)
    row = {"bot_id": bot_id, "of": NOTICES.name, "next_at": now, "paused_until": until}
    adding = insert_for(session, Pace).values(row)
    later = {"paused_until": until}
    await session.execute(adding.on_conflict_do_update(index_elements=["bot_id", "of"], set_=later))


async def next_retry(session: AsyncSession, now: datetime) -> datetime | None:
    """When something that waits for real time may go again."""
    waiting = (Notice.state == State.deferred) & (Notice.retry_at > now)
    retry = await session.scalar(select(func.min(Notice.retry_at)).where(waiting))
    paused = await session.scalar(select(func.min(Pace.paused_until)).where(Pace.paused_until > now))
    return min((moment for moment in (retry, paused) if moment is not None), default=None)
