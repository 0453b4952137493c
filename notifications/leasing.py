"""Taking messages into hand: the head of each chat's queue, as fast as the paces allow.

A chat has one message in hand at a time, so its order holds with any number of senders. A lease
ends by itself; whoever took it cannot say then whether the message arrived.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from config.models import Policy
from notifications.channel import Outgoing
from notifications.pace import Limits, Meter, Rate
from notifications.render import message
from notifications.retry import LONGEST_WAIT_SECONDS
from notifications.states import State
from storage.inserting import insert_for
from storage.people import Official
from storage.post_box import QUEUED_STATES, Notice, Pace
from storage.types import Instant

LEASE_SECONDS = 30.0
HORIZON_SECONDS = 0.3
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Queue:
    """Answers go to a chat, notices to a person; neither holds up the other."""

    name: str
    slots: int
    personal: bool

    def key(self, notice: type[Notice]) -> InstrumentedAttribute[int | None]:
        return notice.chat_id if self.personal else notice.official_id

    def holds(self, notice: type[Notice]) -> ColumnElement[bool]:
        """Whether a notice of the outbox stands in this queue."""
        states: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in QUEUED_STATES]
        own = self.key(notice).is_not(None)
        return and_(notice.state.in_(states), own if self.personal else own & notice.chat_id.is_(None))


ANSWERS = Queue("answers", slots=16, personal=True)
NOTICES = Queue("notices", slots=48, personal=False)


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


COLUMNS = (
    *(Notice.id, Notice.official_id, Notice.lane, Notice.attempts, Notice.resent, Notice.kind, Notice.facts),
    *(
        Notice.buttons,
        Notice.moved,
        Notice.spoken,
        Notice.edits_message,
        Notice.not_before,
        Notice.created_at,
    ),
    func.coalesce(Notice.chat_id, Official.chat_id).label("to_chat"),
    case((Notice.chat_id.is_(None), Official.blocked_at)).label("blocked_at"),
)


class Leasing:
    """Takes messages of one bot into hand."""

    def __init__(self, policy: Policy, bot_id: int, limits: Limits | None, *, default: bool = True) -> None:
        self.policy = policy
        self.bot_id = bot_id
        self.limits = limits
        self.default = default
        self._queries = {queue.name: self._heads(queue) for queue in (ANSWERS, NOTICES)}

    async def take(self, session: AsyncSession, queue: Queue, room: int, now: datetime) -> list[Parcel]:
        """Up to `room` messages, the most pressing first; the caller commits before it sends."""
        meter = await self._meter(session, queue, now)
        if meter.paused_until > now.timestamp():
            return []
        rows = (await session.execute(self._queries[queue.name], {"room": room, **self._moments(now)})).all()
        lost = [row.id for row in rows if row.to_chat is None or row.blocked_at is not None]
        await _readdress(session, lost)
        going = [row for row in rows if row.id not in lost]
        turns = self._turns(meter, len(going), now)
        taken = going[: len(turns)]
        await _mark(session, [row.id for row in taken], now)
        await self._pace(session, queue, meter, taken, now)
        return [self._parcel(row, turn, now) for row, turn in zip(taken, turns, strict=True)]

    def mine(self) -> ColumnElement[bool]:
        """The notices of this bot; what names none is the first bot's."""
        own = Notice.bot_id == self.bot_id
        return or_(own, Notice.bot_id.is_(None)) if self.default else own

    def _heads(self, queue: Queue) -> Select[Any]:
        """What stands first for its chat, may go now, and is in nobody's hand; see `_moments`."""
        query = (
            select(*COLUMNS)
            .outerjoin(Official, Official.id == Notice.official_id)
            .where(queue.holds(Notice), Notice.state != State.leased, self.mine(), _is_time())
            .where(Notice.id == _first(queue), _in_hand(queue).is_(None))
            .order_by(Notice.lane, Notice.id)
            .limit(bindparam("room", type_=Integer))
            .with_for_update(of=Notice, skip_locked=True)
        )
        return query.where(self._too_fast().is_(None)) if self.limits else query

    def _too_fast(self) -> ScalarSelect[str]:
        """The chat was written to so much lately that it must wait."""
        chat = func.coalesce(Notice.chat_id, Official.chat_id)
        private = and_(chat > 0, Pace.next_at > _instant("chat_free"))
        group = and_(chat <= 0, Pace.next_at > _instant("group_free"))
        same = and_(Pace.bot_id == self.bot_id, Pace.of == _chat_name(chat))
        sane = Pace.next_at < _instant("sane")
        held = select(Pace.of).where(same, or_(private, group), sane)
        return held.correlate(Notice, Official).scalar_subquery()

    def _moments(self, now: datetime) -> dict[str, datetime]:
        """What `_heads` compares with."""
        moments = {"now": now, "longest": now + timedelta(seconds=LONGEST_WAIT_SECONDS)}
        if self.limits is None:
            return moments
        soon = now + timedelta(seconds=HORIZON_SECONDS)
        return moments | {
            "chat_free": soon + timedelta(seconds=self.limits.chat.slack),
            "group_free": soon + timedelta(seconds=self.limits.group.slack),
            "sane": now + LONGEST_PAUSE,
        }

    # --- paces -----------------------------------------------------------------------------

    async def _meter(self, session: AsyncSession, queue: Queue, now: datetime) -> Meter:
        """The rate of the bot for this queue; a pause holds for both."""
        paces = await session.execute(
            select(Pace)
            .where(Pace.bot_id == self.bot_id, Pace.of.in_((ANSWERS.name, NOTICES.name)))
            .order_by(Pace.of)
            .with_for_update()
        )
        found = {pace.of: pace for pace in paces.scalars()}
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

    async def _pace(
        self, session: AsyncSession, queue: Queue, meter: Meter, taken: Sequence[Row[Any]], now: datetime
    ) -> None:
        """Remembers what has been taken, for this sender and all others."""
        if self.limits is None or not taken:
            return
        paces = {queue.name: datetime.fromtimestamp(meter.even_at, UTC)}
        names = {f"chat:{row.to_chat}": row.to_chat for row in taken}
        query = select(Pace.of, Pace.next_at).where(Pace.bot_id == self.bot_id, Pace.of.in_(names))
        known = {row.of: row.next_at for row in await session.execute(query)}
        for name, chat in names.items():
            rate = self.limits.group if chat < 0 else self.limits.chat
            chat_meter = Meter(rate, known.get(name, now).timestamp())
            chat_meter.take(now.timestamp())
            paces[name] = datetime.fromtimestamp(chat_meter.even_at, UTC)
        await keep_paces(session, self.bot_id, paces)

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


def _instant(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=Instant)


def _is_time() -> ColumnElement[bool]:
    """Nothing to wait for; what waits longer than anything waits was set by another clock."""
    again = Notice.retry_at
    return again.is_(None) | (again <= _instant("now")) | (again > _instant("longest"))


def _first(queue: Queue) -> ScalarSelect[int]:
    """The first in the queue of the same chat."""
    return _of_chat(queue, lambda other, same: same.order_by(other.lane, other.id))


def _in_hand(queue: Queue) -> ScalarSelect[int]:
    """What of the same chat is in somebody's hand."""
    return _of_chat(queue, lambda other, same: same.where(other.state == State.leased))


def _of_chat(queue: Queue, chosen: Callable[[type[Notice], Select[int]], Select[int]]) -> ScalarSelect[int]:
    """One of those that stand in the queue of the same chat.

    A subquery of one value, not a join: PostgreSQL then looks by the key of the chat whatever it
    believes of the length of the queue, which in a storm is wrong.
    """
    other = aliased(Notice)
    same = select(other.id).where(queue.holds(other), queue.key(other) == queue.key(Notice))
    return chosen(other, same).limit(1).correlate(Notice).scalar_subquery()


def _chat_name(chat: ColumnElement[Any]) -> ColumnElement[str]:
    return literal("chat:") + cast(chat, String)


async def _readdress(session: AsyncSession, lost: Sequence[int]) -> None:
    """Whoever was lost since the plan: their notices are planned anew."""
    if lost:
        again = {"state": State.pending, "sent_on": None, "retry_at": None}
        await session.execute(update(Notice).where(Notice.id.in_(lost)).values(again))


async def _mark(session: AsyncSession, taken: Sequence[int], now: datetime) -> None:
    if not taken:
        return
    chat = select(Official.chat_id).where(Official.id == Notice.official_id).scalar_subquery()
    await session.execute(
        update(Notice)
        .where(Notice.id.in_(taken))
        .values(
            state=State.leased,
            attempts=Notice.attempts + 1,
            leased_until=now + timedelta(seconds=LEASE_SECONDS),
            sent_chat_id=func.coalesce(Notice.chat_id, chat),
        )
        .execution_options(synchronize_session=False)
    )


async def keep_paces(session: AsyncSession, bot_id: int, paces: Mapping[str, datetime]) -> None:
    rows = [{"bot_id": bot_id, "of": of, "next_at": next_at} for of, next_at in sorted(paces.items())]
    adding = insert_for(session, Pace).values(rows)
    newer = {"next_at": adding.excluded.next_at}
    await session.execute(adding.on_conflict_do_update(index_elements=["bot_id", "of"], set_=newer))


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
