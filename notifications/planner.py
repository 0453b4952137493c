"""From what is due to what is sent: resolve the persons, plan each person's messages.

Everything that is due is looked at together, for the budget of a person is one; it is written in
short commits, person by person. One planner works at a time.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog
from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.clock import LocalTime
from config.models import Policy
from notifications.addressing import Addressing
from notifications.ageing import as_of
from notifications.compose import Budget, Sheaf, compose
from notifications.due import COLUMNS, LISTS, Addresses, Due, part_among
from notifications.heads import ANSWERS
from notifications.outbox import packed, set_free
from notifications.plans import Changes, Person
from notifications.quiet import Hours
from notifications.render import list_buttons, list_facts
from notifications.roster import Areas
from notifications.states import Change, State, after, before
from storage.bells import Work
from storage.engine import Database, later
from storage.leading import lead
from storage.people import Official
from storage.post_box import Notice
from storage.states import being
from storage.types import Instant

log = structlog.get_logger(__name__)
PLAN_AT_ONCE = 5_000
WRITE_AT_ONCE = 100
LOOK_SECONDS = 1.0
UNCOUNTED_KINDS = ("reply", "link_test", "link_done")
WELCOME = timedelta(hours=1)


DUE = being(Notice.state, State.pending) & (Notice.not_before <= bindparam("now", type_=Instant))
SOMETHING_DUE = select(Notice.id).where(DUE).limit(1)
EVERYTHING_DUE = select(*COLUMNS).where(DUE).order_by(Notice.lane, Notice.id).limit(PLAN_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Addressed:
    notice: Notice
    official_id: int
    moved: bool


class Planner:
    """Turns due notices into planned ones."""

    def __init__(
        self, database: Database, policy: Policy, time: LocalTime, hours: Hours, areas: Areas
    ) -> None:
        self.database = database
        self.policy = policy
        self.time = time
        self.hours = hours
        self.addressing = Addressing(policy, time, areas)
        self._planning = asyncio.Lock()
        self._today: date | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Plans whatever comes due, while this process leads."""
        await lead(self.database, "planner", stop, self._run)

    async def _run(self, end: asyncio.Event) -> None:
        bell = self.database.bells.hang(Work.notices)
        while not end.is_set():
            planned = False
            with later(log, "planning_later"):
                planned = await self.plan()
            if not planned:
                await bell.wait(LOOK_SECONDS)

    async def plan(self) -> bool:
        """One look at everything that is due; whether anything was."""
        async with self._planning:
            now = self.time.now()
            await self._left_from_before(now.date())
            if not await self.database.look(SOMETHING_DUE, {"now": now}):
                return False
            addresses = await self._addresses(now)
            changed = bool(addresses.parked or addresses.dropped or addresses.several)
            if changed:
                await self._part(addresses, now)
            if addresses.several:
                addresses = await self._addresses(now)
            async with self.database.reading() as session:
                for one in await _being_welcomed(session, addresses.people.keys(), now):
                    del addresses.people[one]
                budgets = await self._budgets(session, addresses.people.keys(), now.date())
            for some in _slices(addresses.people):
                changed |= await self._write({one: addresses.people[one] for one in some}, budgets, now)
            return changed

    async def _left_from_before(self, today: date) -> None:
        """What was to go out on another day and did not is planned anew: it counts its days as of today.

        A list is taken apart. What may have arrived already stays as it is: its repeat is the same message.
        """
        if self._today == today:
            return
        waits = Notice.state.in_(before(Change.readdress)) & (Notice.sent_on < today) & ~Notice.resent
        async with self.database.claiming(Work.notices) as session:
            locked = select(Notice).where(waits).with_for_update(skip_locked=True)
            for notice in (await session.scalars(locked)).all():
                change = Change.supersede if notice.kind.startswith(LISTS) else Change.readdress
                notice.state, notice.sent_on, notice.retry_at = after(notice.state, change), None, None
                await set_free(session, [notice.id])
            await session.commit()
        self._today = today

    # --- persons ---------------------------------------------------------------------------

    async def _addresses(self, now: datetime) -> Addresses:
        addresses = Addresses()
        async with self.database.reading() as session:
            rows = [Due(*row) for row in await session.execute(EVERYTHING_DUE, {"now": now})]
            useless = {due.id for due in rows if due.useless_after and due.useless_after < now}
            due = [one for one in rows if one.id not in useless]
            found = await self.addressing.find(session, due)
        addresses.dropped += useless
        for one in due:
            addresses.sort_in(one, found[one.id])
        return addresses

    async def _part(self, addresses: Addresses, now: datetime) -> None:
        """Parks, drops, and copies what is for more than one person."""
        async with self.database.claiming(Work.notices) as session:
            parking = Notice.id.in_(addresses.parked) & Notice.state.in_(before(Change.park))
            await session.execute(update(Notice).where(parking).values(state=State.parked))
            dropping = Notice.id.in_(addresses.dropped) & (Notice.state == State.pending)
            await session.execute(update(Notice).where(dropping).values(state=State.superseded))
            await set_free(session, addresses.dropped)
            copied = Notice.id.in_(addresses.several) & (Notice.state == State.pending)
            locked = select(Notice).where(copied).with_for_update(skip_locked=True)
            for notice in await session.scalars(locked):
                session.add_all(part_among(notice, addresses.several[notice.id], now))
            await session.commit()

    async def addressed(self, session: AsyncSession, notices: Sequence[Notice]) -> list[Addressed]:
        """Each notice with the person it goes to; a second holder of the post gets a copy."""
        found = await self.addressing.find(session, notices)
        addressed: list[Addressed] = []
        for notice in notices:
            one = found[notice.id]
            if one.nobody:
                notice.state = after(notice.state, Change.park)
            elif not one.officials:
                notice.state = after(notice.state, Change.supersede)
            else:
                twins = part_among(notice, one, self.time.now())
                session.add_all(twins)
                addressed += [Addressed(n, n.official_id or 0, one.moved) for n in (notice, *twins)]
        return addressed

    # --- one person's messages ------------------------------------------------------------------

    async def _budgets(
        self, session: AsyncSession, officials: Collection[int], today: date
    ) -> dict[int, Budget]:
        quiet = self.policy.quiet
        spent: dict[tuple[int, bool], int] = defaultdict(int)
        query = (
            select(Notice.official_id, Notice.urgent, func.count())
            .where(Notice.official_id.in_(officials), Notice.sent_on == today)
            .where(Notice.carrier_id.is_(None), Notice.kind.not_in(UNCOUNTED_KINDS))
            .group_by(Notice.official_id, Notice.urgent)
        )
        for official, urgent, count in await session.execute(query):
            assert official is not None
            spent[official, urgent] = count
        return {
            one: Budget(
                max(0, quiet.daily_budget - spent[one, False]), max(0, quiet.urgent_budget - spent[one, True])
            )
            for one in officials
        }

    async def _write(
        self, people: Mapping[int, list[Due]], budgets: Mapping[int, Budget], now: datetime
    ) -> bool:
        """Some persons' messages, in one commit; who has had a change meanwhile is left for later."""
        everything = [due.id for some in people.values() for due in some]
        pending = Notice.id.in_(everything) & (Notice.state == State.pending)
        async with self.database.claiming(Work.parcels) as session:
            locked = select(Notice.id).where(pending).with_for_update(skip_locked=True)
            mine = set(await session.scalars(locked))
            bots = await _bots(session, people)
            changes = Changes(now, self.hours.morning_from(now + timedelta(minutes=1)))
            for official, some in people.items():
                if mine.issuperset(due.id for due in some):
                    await self._told_today(session, some, now)
                    sheaf = compose([due.item for due in some], budgets[official], now.date())
                    person = Person(official, bots[official], {due.id: due for due in some})
                    carrier = await self._list(session, sheaf, person, now)
                    changes.settle(person, sheaf, carrier)
            await changes.write(session)
            await session.commit()
        return bool(mine)

    async def _told_today(self, session: AsyncSession, some: Iterable[Due], now: datetime) -> None:
        """What was noted on another day says how many days are left, or over, today."""
        dated = [due.id for due in some if due.due_on]
        midnight = datetime.combine(now.date(), time(), now.tzinfo)
        before = select(Notice).where(Notice.id.in_(dated), Notice.created_at < midnight)
        for notice in await session.scalars(before):
            notice.facts = as_of(notice.facts, now.date(), self.hours.calendar, self.policy.texts)

    async def _list(
        self, session: AsyncSession, sheaf: Sheaf, person: "Person", now: datetime
    ) -> Notice | None:
        """One list card that carries what is listed."""
        if not sheaf.listed:
            return None
        query = select(Notice).where(Notice.id.in_(sheaf.listed))
        by_id = {notice.id: notice for notice in await session.scalars(query)}
        children = [by_id[one] for one in sheaf.listed]
        moved = any(person.due[child.id].moved for child in children)
        missed = any(child.collapse for child in children)
        posts = sorted({self.policy.posts[child.post].label for child in children if child.post})
        carrier = Notice(
            kind="list_moved" if moved else "list_missed" if missed else "list_over",
            facts=list_facts([str(child.facts["line"]) for child in children], "、".join(posts)),
            buttons=packed(list_buttons(children)),
            official_id=person.official_id,
            bot_id=person.bot_id,
            moved=moved,
            state=State.planned,
            sent_on=now.date(),
            lane=min(child.lane for child in children),
            urgent=all(child.urgent for child in children),
            not_before=now,
            created_at=now,
        )
        session.add(carrier)
        await session.flush()
        return carrier


async def _being_welcomed(session: AsyncSession, officials: Collection[int], now: datetime) -> Sequence[int]:
    """Who has just been linked and has not been answered yet: the welcome comes before what waited for them.

    Answers and notices are sent side by side, so the order has to be made here. After an hour nobody
    waits for a welcome any more.
    """
    answer = ANSWERS.holds(Notice) & (Notice.chat_id == Official.chat_id)
    answer &= Notice.created_at <= Official.linked_at
    lately = Official.id.in_(officials) & (Official.linked_at > now - WELCOME)
    query = select(Official.id).where(lately, exists().where(answer))
    return (await session.scalars(query)).all()


async def _bots(session: AsyncSession, officials: Iterable[int]) -> dict[int, int | None]:
    """The bot each person is linked with."""
    rows = await session.execute(select(Official.id, Official.bot_id).where(Official.id.in_(list(officials))))
    return {row.id: row.bot_id for row in rows}


def _slices(people: Mapping[int, Sequence[Due]]) -> Iterator[list[int]]:
    """Persons by the handful, so that a commit stays short."""
    some: list[int] = []
    count = 0
    for official, notices in people.items():
        some.append(official)
        count += len(notices)
        if count >= WRITE_AT_ONCE:
            yield some
            some, count = [], 0
    if some:
        yield some
