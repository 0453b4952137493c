"""我请假: days away, a deputy who is told, and back by itself when the days are over (domain §5.5)."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.wording import day_text, fill
from notifications import outbox
from notifications.channel import Button
from notifications.outbox import Telling
from storage.people import Leave
from workflows.authority import Person
from workflows.desk import Desk


async def take(
    session: AsyncSession, desk: Desk, person: Person, first: date, last: date, deputy: int
) -> None:
    """The person is away on these days, both counted; leave that was to come is replaced."""
    await _cut(session, desk, person, first)
    leave = Leave(official_id=person.id, from_on=first, to_on=last, deputy_id=deputy)
    session.add(leave)
    await session.flush()
    await _tell(session, desk, person, leave, "leave_begins")
    desk.record(
        session,
        "leave.taken",
        actor=person.id,
        deputy=deputy,
        first=first.isoformat(),
        last=last.isoformat(),
    )


async def back(session: AsyncSession, desk: Desk, person: Person) -> bool:
    """The person is back before the days are over; whether they were away or were going to be."""
    over = await _cut(session, desk, person, desk.today())
    for leave in over:
        await _tell(session, desk, person, leave, "leave_over")
        desk.record(session, "leave.over", actor=person.id, deputy=leave.deputy_id)
    return bool(over)


async def coming(session: AsyncSession, desk: Desk, person: Person) -> Sequence[Leave]:
    """Leave under way or still to come."""
    query = select(Leave).where(Leave.official_id == person.id, Leave.to_on >= desk.today())
    return (await session.scalars(query.order_by(Leave.from_on))).all()


async def _cut(session: AsyncSession, desk: Desk, person: Person, day: date) -> Sequence[Leave]:
    """From that day on the person is there."""
    found = [leave for leave in await coming(session, desk, person) if leave.to_on >= day]
    for leave in found:
        if leave.from_on >= day:
            await session.delete(leave)
        else:
            leave.to_on = day - timedelta(days=1)
    await session.flush()
    return found


async def _tell(session: AsyncSession, desk: Desk, person: Person, leave: Leave, kind: str) -> None:
    """The deputy hears of it within the hours in which people may be disturbed."""
    now = desk.now()
    posts = desk.policy.posts
    facts = {
        "name": person.official.name,
        "posts": "、".join(dict.fromkeys(posts[post].label for post, _ in person.own)),
        "first": day_text(leave.from_on),
        "last": day_text(leave.to_on),
    }
    telling = Telling(
        kind=kind,
        facts=facts,
        line=fill(desk.policy.texts[kind], facts).replace("\n", " "),
        official_id=leave.deputy_id,
        event=f"leave:{person.id}:{leave.id}:{kind}",
        not_before=desk.hours.place(now, must_by=None, now=now),
        buttons=[[Button("今日待办", "todo")]],
    )
    await outbox.tell(session, [telling], now)
