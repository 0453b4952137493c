"""From what is due to what is sent: resolve the persons, plan each person's messages, lease a few.

Planning looks at everything that is due, for the budget of a person is one; leasing takes little
at a time, for what is leased when the process dies may have arrived or not.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
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

PLAN_AT_ONCE = 5_000
LEASE_AT_ONCE = 50
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
    """Turns due notices into planned ones, and planned ones into leased parcels."""

    def __init__(self, policy: Policy, time: LocalTime, hours: Hours, areas: Areas) -> None:
        self.policy = policy
        self.time = time
        self.hours = hours
        self.areas = areas

    async def claim(self, session: AsyncSession) -> list[Parcel]:
        """Plans what is due and leases the most pressing of it; the caller commits before it sends."""
        now = self.time.now()
        due = (await session.scalars(_due(now, PLAN_AT_ONCE).where(Notice.kind != "reply"))).all()
        self._drop_useless(due, now)
        waiting = [notice for notice in due if notice.state == "pending"]
        await self._plan(session, await self.addressed(session, waiting), now)
        await session.flush()
        return await self._lease(session)

    async def claim_answers(self, session: AsyncSession) -> list[Parcel]:
        """Leases answers to presses, which wait for nothing else; the caller commits before it sends."""
        answers = await session.scalars(_due(self.time.now(), LEASE_AT_ONCE).where(Notice.kind == "reply"))
        return [self._answer(notice) for notice in answers]

    async def _lease(self, session: AsyncSession) -> list[Parcel]:
        """The first of what is planned; whoever was lost since is planned anew."""
        query = select(Notice).where(Notice.state == "planned").order_by(Notice.lane, Notice.id)
        planned = (await session.scalars(query.limit(LEASE_AT_ONCE))).all()
        chats = await self._chats(session, {notice.official_id for notice in planned if notice.official_id})
        return [parcel for notice in planned if (parcel := self._parcel(notice, chats))]

    async def _chats(self, session: AsyncSession, officials: Collection[int]) -> dict[int, int]:
        """The chats of those who are linked and not blocked."""
        linked = Official.id.in_(officials) & Official.chat_id.is_not(None) & Official.blocked_at.is_(None)
        rows = await session.execute(select(Official.id, Official.chat_id).where(linked))
        return {official: chat for official, chat in rows if chat is not None}

    def _parcel(self, notice: Notice, chats: Mapping[int, int]) -> Parcel | None:
        chat = chats.get(notice.official_id or 0)
        if chat is None:
            notice.state, notice.sent_on = "pending", None
            return None
        notice.state, notice.sent_chat_id = "leased", chat
        notice.attempts += 1
        posts = [self.policy.posts[post].label for post in notice.facts.get("spoken", ())]
        return Parcel(notice, message(notice, chat, self.policy.texts, posts), notice.official_id)

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
        fixed = await self._chats(session, {n.official_id for n in notices if n.official_id})
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

    async def _plan(self, session: AsyncSession, addressed: Sequence[Addressed], now: datetime) -> None:
        for one in addressed:
            one.notice.official_id, one.notice.moved = one.official_id, one.moved
        await session.flush()
        people: dict[int, list[Notice]] = defaultdict(list)
        for one in addressed:
            people[one.official_id].append(one.notice)
        budgets = await self._budgets(session, people.keys(), now.date())
        for official, notices in people.items():
            sheaf = compose(map(_item, notices), budgets[official], now.date())
            await self._settle(session, sheaf, {n.id: n for n in notices}, official, now)

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

    async def _settle(
        self, session: AsyncSession, sheaf: Sheaf, notices: dict[int, Notice], official: int, now: datetime
    ) -> None:
        for child, carrier in sheaf.carried.items():
            notices[child].carrier_id, notices[child].state = carrier, "carried"
        for late in sheaf.deferred:
            notices[late].not_before = self.hours.morning_from(now + timedelta(minutes=1))
        going = [notices[card] for card in sheaf.cards]
        if sheaf.listed:
            going.append(await self._list(session, [notices[one] for one in sheaf.listed], official, now))
        for notice in going:
            notice.state, notice.sent_on = "planned", now.date()
            notice.facts = {**notice.facts, "spoken": _spoken(notice, notices.values())}

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


def _due(now: datetime, most: int) -> Select[Notice]:
    pending = (Notice.state == "pending") & (Notice.not_before <= now)
    return select(Notice).where(pending).order_by(Notice.lane, Notice.id).limit(most)


def _spoken(notice: Notice, together: Iterable[Notice]) -> list[str]:
    """The posts a card speaks to; a list, or what was moved here, speaks to the person."""
    if notice.kind.startswith(("list_", "digest_")) or notice.moved:
        return []
    posts = {notice.post} | {n.post for n in together if n.carrier_id == notice.id and not n.moved}
    return sorted(filter(None, posts))


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
