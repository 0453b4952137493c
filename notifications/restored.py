"""After a restore what may have gone out since the backup was made goes once more, and is marked."""

from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.states import Change, State, after, before
from storage.post_box import Notice

WAITS = (State.pending, *before(Change.lease))


async def mark_repeats(session: AsyncSession, now: datetime) -> None:
    """Marks 重发 what was to go out by now; what the backup had in a hand may be taken anew."""
    await _mark(session, (Notice.state.in_(WAITS)) & (Notice.not_before <= now), {"resent": True})
    back: dict[str, object] = {"resent": True, "retry_at": None, "state": after(State.leased, Change.repeat)}
    await _mark(session, Notice.state == State.leased, back)


async def _mark(session: AsyncSession, which: ColumnElement[bool], values: dict[str, object]) -> None:
    await session.execute(update(Notice).where(which).values(values))
