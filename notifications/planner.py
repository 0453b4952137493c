"""From what is due to what is sent: resolve the persons, plan each person's messages.

Everything that is due is looked at together, for the budget of a person is one; it is written in
short commits, person by person. One planner works at a time.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.clock import LocalTime
from config.models import Policy
from notifications.addressing import Addressing, Found
from notifications.ageing import as_of
from notifications.compose import Budget, Item, Sheaf, compose
from notifications.heads import ANSWERS
from notifications.outbox import Lane, packed, set_free
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

log = structlog.get_logger(__name__)
PLAN_AT_ONCE = 5_000
WRITE_AT_ONCE = 100
LOOK_SECONDS = 1.0
UNCOUNTED_KINDS = ("reply", "link_test", "link_done")
LISTS = ("list_", "digest_")
WELCOME = timedelta(hours=1)


@dataclass(slots=True)
class Due:
    """The few columns of a due notice that planning needs."""

    id: int
    kind: str
    event: str | None
    batch: str | None
    post: str | None
    region_code: str | None
    official_id: int | None
    not_to: list[Any]
    lane: int
    due_on: date | None
    urgent: bool
    collapse: bool
    moved: bool
    task_id: int | None
    useless_after: datetime | None

    @property
    def item(self) -> Item:
        return Item(
            id=self.id,
            event=self.event,
            batch=self.batch,
            lane=self.lane or int(Lane.reminder),
            due_on=self.due_on,
            urgent=self.urgent,
            line=self.kind.startswith("batch_"),
            gathers=self.moved or self.collapse,
            task=self.task_id,
            whole=self.kind.startswith(LISTS),
        )


COLUMNS = [getattr(Notice, name) for name in Due.__dataclass_fields__]


@dataclass(slots=True)
class Addresses:
    """What became of the due notices: with a person, for nobody, for nobody new, for several, of no use."""

    people: dict[int, list[Due]] = field(default_factory=lambda: defaultdict(list))
    parked: list[int] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    several: dict[int, Found] = field(default_factory=dict)


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
        pending = being(Notice.state, State.pending) & (Notice.not_before <= now)
        query = select(*COLUMNS).where(pending).order_by(Notice.lane, Notice.id).limit(PLAN_AT_ONCE)
        async with self.database.reading() as session:
            rows = [Due(*row) for row in await session.execute(query)]
            useless = {due.id for due in rows if due.useless_after and due.useless_after < now}
            due = [one for one in rows if one.id not in useless]
            found = await self.addressing.find(session, due)
        addresses.dropped += useless
        for one in due:
            _sort_in(addresses, one, found[one.id])
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
                session.add_all(_part_among(notice, addresses.several[notice.id], now))
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
                twins = _part_among(notice, one, self.time.now())
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
            changes = _Changes(now, self.hours.morning_from(now + timedelta(minutes=1)))
            for official, some in people.items():
                if mine.issuperset(due.id for due in some):
                    await self._told_today(session, some, now)
                    sheaf = compose([due.item for due in some], budgets[official], now.date())
                    person = _Person(official, bots[official], {due.id: due for due in some})
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
        self, session: AsyncSession, sheaf: Sheaf, person: "_Person", now: datetime
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


@dataclass(frozen=True, slots=True)
class _Person:
    """A person whose messages are planned."""

    official_id: int
    bot_id: int | None
    due: Mapping[int, Due]


class _Changes:
    """What planning changes, gathered for a few statements."""

    def __init__(self, now: datetime, morning: datetime) -> None:
        self.today = now.date()
        self.morning = morning
        self.going: list[dict[str, Any]] = []
        self.carried: list[dict[str, Any]] = []
        self.late: list[dict[str, Any]] = []

    def settle(self, person: _Person, sheaf: Sheaf, carrier: Notice | None) -> None:
        """The cards of one person, what rides in them or in the list, and what waits for the morning."""
        riders = dict(sheaf.carried)
        if carrier is not None:
            riders |= dict.fromkeys(sheaf.listed, carrier.id)
        for child, carrying in riders.items():
            self._carry(person, person.due[child], carrying)
        for card in sheaf.cards:
            riding = [person.due[child] for child, carrying in riders.items() if carrying == card]
            self._go(person, person.due[card], riding)
        self.late += [{"at": one, "not_before": self.morning} for one in sheaf.deferred]

    def _go(self, person: _Person, card: Due, riding: Iterable[Due]) -> None:
        self.going.append(
            {
                "at": card.id,
                "official_id": person.official_id,
                "bot_id": person.bot_id,
                "moved": card.moved,
                "spoken": _spoken(card, riding),
                "sent_on": self.today,
            }
        )

    def _carry(self, person: _Person, child: Due, carrying: int) -> None:
        facts = {"carrier_id": carrying, "official_id": person.official_id, "moved": child.moved}
        self.carried.append({"at": child.id, **facts})

    async def write(self, session: AsyncSession) -> None:
        connection = await session.connection()
        for rows, state in ((self.going, State.planned), (self.carried, State.carried), (self.late, None)):
            if rows:
                names: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "at"}
                fixed = {"state": state} if state else {}
                change = update(Notice).where(Notice.id == bindparam("at")).values(**names, **fixed)
                await connection.execute(change, rows)


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


def _sort_in(addresses: Addresses, due: Due, found: Found) -> None:
    if found.nobody:
        addresses.parked.append(due.id)
    elif not found.officials:
        addresses.dropped.append(due.id)
    elif len(found.officials) > 1:
        addresses.several[due.id] = found
    else:
        due.official_id, due.moved = found.officials[0], found.moved
        addresses.people[found.officials[0]].append(due)


def _part_among(notice: Notice, found: Found, now: datetime) -> list[Notice]:
    """The notice becomes the first person's, the others get copies."""
    notice.official_id, notice.moved = found.officials[0], found.moved
    return [_twin(notice, official, now) for official in found.officials[1:]]


def _twin(notice: Notice, official: int, now: datetime) -> Notice:
    same = (
        "kind",
        "facts",
        "buttons",
        "post",
        "region_code",
        "lane",
        "urgent",
        "collapse",
        "due_on",
        "moved",
    )
    links = ("case_id", "task_id", "event", "batch", "not_before", "useless_after", "not_to", "state")
    copied = {name: getattr(notice, name) for name in (*same, *links)}
    return Notice(**copied, official_id=official, created_at=now, attempts=0)


def _spoken(card: Due, riding: Iterable[Due]) -> list[str]:
    """The posts a card speaks to; a list, or what was moved here, speaks to the person."""
    if card.kind.startswith(LISTS) or card.moved:
        return []
    posts = {card.post} | {due.post for due in riding if not due.moved}
    return sorted(filter(None, posts))
