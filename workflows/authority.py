"""Who may do what: the holder, a peer, a deputy, the tiers above (R11: on behalf, marked)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import PostRule, Tier
from notifications.reach import stand_in
from notifications.roster import TREE_CHANGES, Areas, Lineage, away, seen
from storage.people import Duty, Leave, Official
from storage.register import Household
from storage.work import Case, Task
from workflows.desk import Desk

Held = tuple[str, str]  # post, region


@dataclass(frozen=True, slots=True)
class Person:
    """A linked official and the posts held today, their own and those of whom they stand in for."""

    official: Official
    held: tuple[Held, ...]
    own: tuple[Held, ...]
    acts_for: frozenset[int]

    @property
    def id(self) -> int:
        return self.official.id

    def tier(self, posts: dict[str, PostRule]) -> Tier:
        """The highest tier this person works at."""
        return max((posts[post].tier for post, _ in self.held), key=lambda tier: tier.rank, default=Tier.grid)


async def person_of(session: AsyncSession, desk: Desk, chat_id: int) -> Person | None:
    """The person behind a chat, if linked and on duty or on the roster."""
    return await _person(session, desk, _OF_CHAT, chat_id)


async def with_posts(session: AsyncSession, desk: Desk, official: Official) -> Person:
    """An official of the roster with the posts held today."""
    person = await _person(session, desk, _BY_ID, official.id)
    assert person is not None
    return person


def _whole(condition: ColumnElement[bool]) -> Select[Any]:
    """A person, how often the tree has changed, and whether anybody is on leave: all in one look."""
    return select(Official, TREE_CHANGES, _SOMEBODY_AWAY).where(condition)


_TODAY = bindparam("today", type_=Date)
_SOMEBODY_AWAY = exists().where(Leave.to_on >= _TODAY, Leave.from_on <= _TODAY)
_OF_CHAT = _whole(Official.chat_id == bindparam("who"))
_BY_ID = _whole(Official.id == bindparam("who"))
_POSTS = (
    select(Duty.post, Duty.region_code, Duty.official_id)
    .where(or_(Duty.official_id.in_(bindparam("acts", expanding=True)), Duty.deputy_id == bindparam("own")))
    .where(Duty.from_on <= _TODAY, or_(Duty.to_on.is_(None), Duty.to_on >= _TODAY))
    .order_by(Duty.id)
)


async def _person(session: AsyncSession, desk: Desk, query: Select[Any], who: int) -> Person | None:
    today = desk.today()
    found = (await session.execute(query, {"who": who, "today": today})).first()
    if found is None:
        return None
    official, changes, somebody_away = found
    seen(session, changes)
    acts_for = {official.id}
    if somebody_away:
        gone = await away(session, today)
        acts_for |= {one for one in gone if stand_in(one, gone) == official.id}
    asked = {"acts": list(acts_for), "own": official.id, "today": today}
    duties = (await session.execute(_POSTS, asked)).all()
    held = dict.fromkeys((post, region) for post, region, _ in duties)
    own = dict.fromkeys((post, region) for post, region, holder in duties if holder == official.id)
    await desk.areas.learn(session, {region for _, region in held})
    return Person(official, tuple(held), tuple(own), frozenset(acts_for))


def may_act(
    held: Iterable[Held], post: str, lineage: Lineage, posts: dict[str, PostRule]
) -> tuple[bool, bool]:
    """Whether these posts may finish a task of `post` at the head of `lineage`, and if on behalf.

    Own tier in the same area: yes. A tier above, up to the county: yes, marked. The city: never.
    """
    codes = {code for _, code in lineage}
    own = posts[post].tier
    around = [posts[name].tier for name, region in held if region in codes]
    if any(tier is own for tier in around):
        return True, False
    return any(own.rank < tier.rank < Tier.city.rank for tier in around), True


async def may_finish(session: AsyncSession, desk: Desk, person: Person, task: Task) -> tuple[bool, bool]:
    """Whether the person may finish the task today, and whether that is on behalf of its holder."""
    if task.assigned_id in person.acts_for:
        return True, False
    await desk.areas.learn(session, {task.region_code})
    lineage = desk.areas.lineage(task.region_code)
    allowed, on_behalf = may_act(person.held, task.post, lineage, desk.policy.posts)
    if allowed or task.case_id is None:
        return allowed, on_behalf
    return await _helps(session, person, task), True


async def _helps(session: AsyncSession, person: Person, task: Task) -> bool:
    """A helper may act for their own households, on what is done in the village."""
    query = (
        select(Household.helper_id)
        .join(Case, Case.household_id == Household.id)
        .where(Case.id == task.case_id)
    )
    return task.step in ("visit", "recheck", "followup", "measures") and (
        await session.scalar(query) in person.acts_for
    )


def commands(held: Iterable[Held], post: str, lineage: Lineage, posts: dict[str, PostRule]) -> Tier | None:
    """The tier from which these posts may help, reassign or extend a task: township or county."""
    codes = {code for _, code in lineage}
    own = posts[post].tier
    tiers = [posts[name].tier for name, region in held if region in codes]
    above = [t for t in tiers if Tier.township.rank <= t.rank < Tier.city.rank and t.rank >= own.rank]
    return max(above, key=lambda tier: tier.rank, default=None)


def sees(areas: Areas, held: Sequence[Held], region: str, posts: dict[str, PostRule]) -> bool:
    """Whether a household of `region` lies in the person's area; the city sees no household."""
    codes = {code for _, code in areas.lineage(region)}
    return any(place in codes and posts[post].tier is not Tier.city for post, place in held)
