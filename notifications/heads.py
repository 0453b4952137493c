"""What goes next: the message that stands first for its chat, may go now, and is in nobody's hand.

Looked at is a window of the queue, the most pressing first; it is widened where too few of it may go.
PostgreSQL so reads as much of a queue as it needs, whatever it believes of its length, which in a storm
is wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    ScalarSelect,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute, aliased

from notifications.pace import Limits
from notifications.retry import LONGEST_WAIT_SECONDS
from notifications.states import State
from storage.people import Official
from storage.post_box import QUEUED_STATES, Notice, Pace
from storage.types import Instant

HORIZON_SECONDS = 0.3
LONGEST_PAUSE = timedelta(hours=1)
WINDOW = 256
WIDER = 8


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
NOTICES = Queue("notices", slots=64, personal=False)


COLUMNS = (
    *(Notice.id, Notice.official_id, Notice.lane, Notice.attempts, Notice.not_before, Notice.created_at),
    *(Notice.kind, Notice.facts, Notice.buttons, Notice.spoken),
    *(Notice.moved, Notice.resent, Notice.edits_message),
    func.coalesce(Notice.chat_id, Official.chat_id).label("to_chat"),
    case((Notice.chat_id.is_(None), Official.blocked_at)).label("blocked_at"),
)


class Heads:
    """The heads of one queue, of the notices of one bot."""

    def __init__(self, queue: Queue, mine: ColumnElement[bool], bot_id: int, limits: Limits | None) -> None:
        self.bot_id = bot_id
        self.limits = limits
        standing = select(Notice.id, Notice.lane, queue.key(Notice).label("key"))
        self._queue = standing.where(queue.holds(Notice), mine).order_by(Notice.lane, Notice.id)
        self._further = self._queue.offset(_whole("window")).limit(1)
        self._first = self._firsts(queue)

    async def find(self, connection: AsyncConnection, room: int, now: datetime) -> Sequence[Row[Any]]:
        """Up to `room` of them, the most pressing first, locked."""
        window, moments = WINDOW, self._moments(now)
        while True:
            asked = {"room": room, "window": window, **moments}
            found: Sequence[Row[Any]] = (await connection.execute(self._first, asked)).all()
            if len(found) == room or not await self._more(connection, window):
                return found
            window *= WIDER

    async def _more(self, connection: AsyncConnection, window: int) -> bool:
        """Whether anything stands in the queue beyond the window."""
        return (await connection.execute(self._further, {"window": window})).first() is not None

    def _firsts(self, queue: Queue) -> Select[Any]:
        front = self._queue.limit(_whole("window")).subquery("front")
        query = (
            select(*COLUMNS)
            .join(front, front.c.id == Notice.id)
            .outerjoin(Official, Official.id == Notice.official_id)
            .where(Notice.state != State.leased, _is_time())
            .where(front.c.id == _first(queue, front), _in_hand(queue, front).is_(None))
            .order_by(front.c.lane, front.c.id)
            .limit(_whole("room"))
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
        """What the query compares with."""
        moments = {"now": now, "longest": now + timedelta(seconds=LONGEST_WAIT_SECONDS)}
        if self.limits is None:
            return moments
        soon = now + timedelta(seconds=HORIZON_SECONDS)
        return moments | {
            "chat_free": soon + timedelta(seconds=self.limits.chat.slack),
            "group_free": soon + timedelta(seconds=self.limits.group.slack),
            "sane": now + LONGEST_PAUSE,
        }


def _whole(name: str) -> ColumnElement[int]:
    return bindparam(name, type_=Integer)


def _instant(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=Instant)


def _is_time() -> ColumnElement[bool]:
    """Nothing to wait for; what waits longer than anything waits was set by another clock."""
    again = Notice.retry_at
    return again.is_(None) | (again <= _instant("now")) | (again > _instant("longest"))


def _first(queue: Queue, front: Subquery) -> ScalarSelect[int]:
    """The first in the queue of the same chat."""
    return _of_chat(queue, front, lambda other, same: same.order_by(other.lane, other.id))


def _in_hand(queue: Queue, front: Subquery) -> ScalarSelect[int]:
    """What of the same chat is in somebody's hand."""
    return _of_chat(queue, front, lambda other, same: same.where(other.state == State.leased))


def _of_chat(
    queue: Queue, front: Subquery, chosen: Callable[[type[Notice], Select[int]], Select[int]]
) -> ScalarSelect[int]:
    """One of those that stand in the queue of the same chat.

    A subquery of one value, not a join: PostgreSQL then looks by the key of the chat.
    """
    other = aliased(Notice)
    same = select(other.id).where(queue.holds(other), queue.key(other) == front.c.key)
    return chosen(other, same).limit(1).correlate(front).scalar_subquery()


def _chat_name(chat: ColumnElement[Any]) -> ColumnElement[str]:
    return literal("chat:") + cast(chat, String)
