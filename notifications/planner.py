"""Claiming what is due: resolve the persons, plan each person's messages, lease them, in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.clock import LocalTime
from config.models import Policy
from notifications.channel import Outgoing
from notifications.compose import Budget, Item, Sheaf, compose
from notifications.outbox import Lane, packed
from notifications.quiet import Hours
from notifications.reach import Reached, reach, without
from notifications.render import list_buttons, list_facts, message
from notifications.roster import Areas, load_roster
from storage.people import Official
from storage.post_box import Notice

CLAIM_AT_ONCE = 400
UNCOUNTED_KINDS = ("reply", "link_test", "link_done")


@dataclass(slots=True)
class Parcel:
    """A leased notice with the message to send; `official_id` is None for a bare chat."""

    notice: Notice
    message: Outgoing
    official_id: int | None


@dataclass(frozen=True, slots=True)
class Addressed:
    notice: Notice
    official_id: int
    moved: bool


class Planner:
    """Turns due notices into leased parcels."""

    def __init__(self, policy: Policy, time: LocalTime, hours: Hours, areas: Areas) -> None:
        self.policy = policy
        self.time = time
        self.hours = hours
        self.areas = areas

    async def claim(self, session: AsyncSession) -> list[Parcel]:
        """Leases what may go now; to be committed by the caller before anything is sent."""
        now = self.time.now()
        due = await self._due(session, now)
        self._drop_useless(due, now)
        due = [notice for notice in due if notice.state == "pending"]
        answers = [notice for notice in due if notice.kind == "reply"]
        parcels = [self._answer(notice) for notice in answers]
        addressed = await self.addressed(session, [n for n in due if n.kind != "reply"])
        return parcels + await self._planned(session, addressed, now)

    async def _due(self, session: AsyncSession, now: datetime) -> Sequence[Notice]:
        query = (
            select(Notice)
            .where(Notice.state == "pending", Notice.not_before <= now)
            .order_by(Notice.lane, Notice.id)
            .limit(CLAIM_AT_ONCE)
        )
        return (await session.scalars(query)).all()

    @staticmethod
    def _drop_useless(due: Iterable[Notice], now: datetime) -> None:
        for notice in due:
            if notice.useless_after is not None and notice.useless_after < now:
                notice.state = "superseded"

    def _answer(self, notice: Notice) -> Parcel:
        assert notice.chat_id is not None
        notice.state = "leased"
        notice.attempts += 1
        return Parcel(notice, message(notice, notice.chat_id, self.policy.texts, ()), None)

    # --- persons ---------------------------------------------------------------------------

    async def addressed(self, session: AsyncSession, notices: Sequence[Notice]) -> list[Addressed]:
        """Each notice with the person it goes to; a second holder of the post gets a copy."""
        regions = {notice.region_code for notice in notices if notice.region_code}
        await self.areas.learn(session, regions)
        around = {code for region in regions for _, code in self.areas.lineage(region)}
        today = self.time.today()
        roster = await load_roster(session, around, today) if around else {}
        fixed = await self._reachable(session, {n.official_id for n in notices if n.official_id})
        found: list[Addressed] = []
        for notice in notices:
            if notice.official_id in fixed and notice.official_id not in _not_to(notice):
                found.append(Addressed(notice, notice.official_id, notice.moved))
                continue
            if notice.post is None or notice.region_code is None:
                notice.state = "parked"
                continue
            left = without(roster, _not_to(notice))
            lineage = self.areas.lineage(notice.region_code)
            reached = reach(notice.post, lineage, left, self.policy.posts, today)
            if not reached.officials:
                notice.state = "parked"
                continue
            moved = reached.moved or notice.official_id is not None
            officials = await self._untold(session, notice, reached)
            found += self._to_each(session, notice, officials, moved)
        return found

    async def _untold(self, session: AsyncSession, notice: Notice, reached: Reached) -> list[int]:
        """Where one of two holders was lost, the other has a copy of their own already."""
        if notice.official_id is None or reached.moved or notice.event is None:
            return list(reached.officials)
        same = (Notice.event == notice.event) & (Notice.post == notice.post) & (Notice.id != notice.id)
        told = set(await session.scalars(select(Notice.official_id).where(same)))
        return [one for one in reached.officials if one not in told]

    async def _reachable(self, session: AsyncSession, officials: set[int]) -> set[int]:
        if not officials:
            return set()
        linked = Official.chat_id.is_not(None) & Official.blocked_at.is_(None)
        return set(await session.scalars(select(Official.id).where(Official.id.in_(officials), linked)))

    def _to_each(
        self, session: AsyncSession, notice: Notice, officials: Sequence[int], moved: bool
    ) -> list[Addressed]:
        if not officials:
            notice.state = "superseded"
            return []
        copies = [Addressed(notice, officials[0], moved)]
        for official in officials[1:]:
            twin = _twin(notice, self.time.now())
            session.add(twin)
            copies.append(Addressed(twin, official, moved))
        return copies

    # --- one person's messages ------------------------------------------------------------------

    async def _planned(
        self, session: AsyncSession, addressed: Sequence[Addressed], now: datetime
    ) -> list[Parcel]:
        if not addressed:
            return []
        for one in addressed:
            one.notice.official_id, one.notice.moved = one.official_id, one.moved
        await session.flush()
        people: dict[int, list[Notice]] = defaultdict(list)
        for one in addressed:
            people[one.official_id].append(one.notice)
        chats = dict(
            (
                await session.execute(select(Official.id, Official.chat_id).where(Official.id.in_(people)))
            ).all()
        )
        budgets = await self._budgets(session, people.keys(), now.date())
        parcels: list[Parcel] = []
        for official, notices in people.items():
            sheaf = compose(map(_item, notices), budgets[official], now.date())
            chat = chats[official]
            assert chat is not None
            parcels += await self._lease(session, sheaf, {n.id: n for n in notices}, official, chat, now)
        return parcels

    async def _budgets(
        self, session: AsyncSession, officials: Iterable[int], today: date
    ) -> dict[int, Budget]:
        quiet = self.policy.quiet
        spent: dict[tuple[int, bool], int] = defaultdict(int)
        query = (
            select(Notice.official_id, Notice.urgent, func.count())
            .where(Notice.official_id.in_(list(officials)), Notice.sent_on == today)
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

    async def _lease(
        self,
        session: AsyncSession,
        sheaf: Sheaf,
        notices: dict[int, Notice],
        official: int,
        chat: int,
        now: datetime,
    ) -> list[Parcel]:
        for child, carrier in sheaf.carried.items():
            notices[child].carrier_id, notices[child].state = carrier, "carried"
        for late in sheaf.deferred:
            notices[late].not_before = self.hours.morning_from(now + timedelta(minutes=1))
        going = [notices[card] for card in sheaf.cards]
        if sheaf.listed:
            going.append(await self._list(session, [notices[one] for one in sheaf.listed], official, now))
        return [self._parcel(notice, notices.values(), chat, official, now) for notice in going]

    async def _list(
        self, session: AsyncSession, children: Sequence[Notice], official: int, now: datetime
    ) -> Notice:
        """One list card that carries the rest."""
        moved = any(child.moved for child in children)
        missed = any(child.collapse for child in children)
        kind = "list_moved" if moved else "list_missed" if missed else "list_over"
        posts = sorted({self.policy.posts[child.post].label for child in children if child.post})
        carrier = Notice(
            kind=kind,
            facts=list_facts([str(child.facts["line"]) for child in children], "、".join(posts)),
            buttons=packed(list_buttons(children)),
            official_id=official,
            moved=moved,
            lane=min(child.lane for child in children),
            urgent=all(child.urgent for child in children),
            not_before=now,
            created_at=now,
        )
        session.add(carrier)
        await session.flush()
        for child in children:
            child.carrier_id, child.state = carrier.id, "carried"
        return carrier

    def _parcel(
        self, notice: Notice, all_notices: Iterable[Notice], chat: int, official: int, now: datetime
    ) -> Parcel:
        spoken = {notice.post} | {n.post for n in all_notices if n.carrier_id == notice.id and not n.moved}
        own = notice.kind.startswith(("list_", "digest_")) or notice.moved
        posts = [] if own else [self.policy.posts[post].label for post in sorted(filter(None, spoken))]
        notice.state, notice.sent_on, notice.sent_chat_id = "leased", now.date(), chat
        notice.attempts += 1
        return Parcel(notice, message(notice, chat, self.policy.texts, posts), official)


def _not_to(notice: Notice) -> list[int]:
    return list(notice.facts.get("not_to", ()))


def _twin(notice: Notice, now: datetime) -> Notice:
    same = ("kind", "facts", "buttons", "post", "region_code", "lane", "urgent", "collapse", "due_on")
    links = ("case_id", "task_id", "event", "batch", "not_before", "useless_after")
    copied = {name: getattr(notice, name) for name in (*same, *links)}
    return Notice(**copied, state="pending", created_at=now, attempts=0)


def _item(notice: Notice) -> Item:
    return Item(
        id=notice.id,
        event=notice.event,
        batch=notice.batch,
        lane=notice.lane if notice.lane else int(Lane.reminder),
        due_on=notice.due_on,
        urgent=notice.urgent,
        line=notice.kind.startswith("batch_"),
        gathers=notice.moved or notice.collapse,
        task=notice.task_id,
        whole="lines" in notice.facts,
    )
