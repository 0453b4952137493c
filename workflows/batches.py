"""What each tier hears of a batch: one line for villages, townships and county, a count for the city."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain, islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Mode, Tier
from config.wording import day_text, fill
from notifications import outbox
from notifications.channel import Button
from notifications.outbox import Lane, Telling
from storage.engine import Database
from storage.register import Batch, Clue, Household
from storage.work import Task
from workflows.desk import Desk
from workflows.pace import Pace
from workflows.recipients import post_place
from workflows.words import place

KINDS = {
    Tier.village: "batch_village",
    Tier.township: "batch_township",
    Tier.county: "batch_county",
    Tier.city: "batch_city",
}
CARDS_AT_ONCE = 500
ABANDONED = timedelta(minutes=10)


@dataclass(slots=True)
class _Sum:
    """What a batch brought to one post."""

    clues: int = 0
    households: set[int] = field(default_factory=set)
    villages: set[str] = field(default_factory=set)
    townships: set[str] = field(default_factory=set)
    counties: set[str] = field(default_factory=set)
    due: Any = None


def key(batch_id: int | None) -> str | None:
    return None if batch_id is None else f"batch:{batch_id}"


async def lines(session: AsyncSession, desk: Desk, batch_id: int) -> Iterator[Telling]:
    """The line of every post that routing names with `line`, `count` or `list` for these alerts.

    A province's list makes so many that they are written out one by one.
    """
    sums: dict[tuple[str, str, Mode], _Sum] = defaultdict(_Sum)
    told_of = await _told(session, batch_id)
    await desk.areas.learn(session, {told.region_code for told in told_of})
    for one in told_of:
        for told in desk.policy.routing["alert_urgent" if one.urgent else "alert"]:
            if told.post not in ("holder", "helper") and told.mode is not Mode.now:
                where = post_place(desk.areas, desk.policy.posts, told.post, one.region_code)
                _count(desk, sums[(*where, told.mode)], one)
    written = (_line(desk, batch_id, *where, total) for where, total in sums.items())
    return chain(written, await _unmatched(session, desk, batch_id))


@dataclass(frozen=True, slots=True)
class _Told:
    """What the batch brought about one household that opened or joined a case; `due`: of the check."""

    household_id: int
    region_code: str
    village_code: str
    urgent: bool
    clues: int
    due: Any


async def _told(session: AsyncSession, batch_id: int) -> list[_Told]:
    due = (
        select(func.min(Task.due_on))
        .where(Task.case_id == Clue.case_id, Task.state == "open", Task.step.in_(("visit", "recheck")))
        .correlate(Clue)
        .scalar_subquery()
    )
    place = (Household.id, Household.region_code, Household.village_code, Clue.urgent)
    query = (
        select(*place, func.count(Clue.id), func.min(due))
        .join(Household, Household.id == Clue.household_id)
        .where(Clue.batch_id == batch_id, Clue.state == "open")
        .group_by(*place)
        .order_by(func.min(Clue.id))
    )
    return [_Told(*row) for row in await session.execute(query)]


def _count(desk: Desk, total: _Sum, told: _Told) -> None:
    total.clues += told.clues
    total.households.add(told.household_id)
    total.villages.add(told.village_code)
    total.townships.add(desk.areas.above(told.village_code, Tier.township) or "")
    total.counties.add(desk.areas.above(told.village_code, Tier.county) or "")
    total.due = min(filter(None, (total.due, told.due)), default=None)


def _line(desk: Desk, batch_id: int, post: str, region: str, mode: Mode, total: _Sum) -> Telling:
    tier = desk.policy.posts[post].tier
    kind = KINDS[tier]
    facts = {
        "date": day_text(desk.today()),
        "count": total.clues,
        "households": len(total.households),
        "villages": len(total.villages),
        "townships": len(total.townships),
        "county": "、".join(place(desk.areas, code) for code in sorted(total.counties)),
        "due": day_text(total.due) if total.due else "期限",
    }
    now = desk.now()
    return Telling(
        kind=kind,
        facts=facts,
        line=fill(desk.policy.texts[kind], facts),
        post=post,
        region_code=region,
        lane=Lane.digest,
        state="held" if mode is Mode.list else "pending",
        event=f"batch:{batch_id}:{region}",
        batch=key(batch_id),
        once=f"batch:{batch_id}:{post}:{region}:{mode}",
        not_before=desk.hours.place(now, must_by=None, now=now),
        buttons=_look(tier),
    )


def _look(tier: Tier) -> list[list[Button]]:
    """Where to look closer: the village at its households, those above at the situation."""
    if tier is Tier.city:
        return []
    return [[Button("我的户", "mine:0") if tier is Tier.village else Button("现在情况", "now")]]


async def _unmatched(session: AsyncSession, desk: Desk, batch_id: int) -> list[Telling]:
    """One message for all signals of the batch that found no household."""
    query = (
        select(Task)
        .join(Clue, Clue.id == Task.clue_id)
        .where(Clue.batch_id == batch_id, Task.state == "open")
    )
    tasks = (await session.scalars(query.order_by(Task.id))).all()
    if not tasks:
        return []
    first, now = tasks[0], desk.now()
    facts = {"count": len(tasks), "due": day_text(first.due_on)}
    telling = Telling(
        kind="unmatched",
        facts=facts,
        line=fill(desk.policy.texts["unmatched"], facts).replace("\n", " "),
        post=first.post,
        region_code=first.region_code,
        lane=Lane.alert,
        event=f"unmatched:{batch_id}",
        once=f"unmatched:{batch_id}",
        due_on=first.due_on,
        not_before=desk.hours.place(now, must_by=first.due_on, now=now),
        buttons=[[Button("配户", f"fill:{first.id}"), Button("今日待办", "todo")]],
    )
    return [telling]


# --- the end of a batch ------------------------------------------------------------------------


async def finish_batch(session: AsyncSession, desk: Desk, batch_id: int) -> None:
    """A small batch is complete: its cards may go, and each tier gets its line. The caller commits."""
    batch = await session.get_one(Batch, batch_id)
    if not batch.told:
        batch.told = True
        await outbox.release(session, key(batch_id) or "")
        await outbox.tell(session, await lines(session, desk, batch_id), desk.now())


async def tell_batch(database: Database, desk: Desk, batch_id: int) -> None:
    """A list is complete: the same in short commits; cut off, it is done again and tells nobody twice.

    The lines wait with the cards, and all of a place is let go together.
    """
    async with database.reading() as session:
        if (await session.get_one(Batch, batch_id)).told:
            return
        told = map(_waiting, await lines(session, desk, batch_id))
    pace = Pace()
    while some := list(islice(told, pace.size)):
        async with database.writing() as session:
            with pace.watching(len(some)):
                await outbox.tell_once(session, some, desk.now())
                await session.commit()
    released = True
    while released:
        async with database.writing() as session:
            released = await outbox.release_some(session, key(batch_id) or "", CARDS_AT_ONCE)
            (await session.get_one(Batch, batch_id)).told = not released
            await session.commit()


def _waiting(line: Telling) -> Telling:
    """A line that may ride in a card waits with the cards; one for the morning list waits for the morning."""
    return replace(line, state="staged") if line.batch and line.state != "held" else line


async def abandoned(session: AsyncSession, desk: Desk) -> Sequence[int]:
    """Batches whose import died before its end: what landed is told all the same."""
    before = desk.now() - ABANDONED
    query = select(Batch.id).where(Batch.kind == "clues", ~Batch.told, Batch.imported_at < before)
    return (await session.scalars(query)).all()
