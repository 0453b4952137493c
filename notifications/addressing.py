"""Whom notices go to today: the rules of reach over the duties as they stand (promises 4 and 6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.clock import LocalTime
from config.models import Policy
from notifications.reach import Reached, Roster, reach, stand_in, without
from notifications.roster import Areas, away, linked, load_roster
from storage.post_box import Notice


class Addressee(Protocol):
    """What says whom a notice is for."""

    id: int
    event: str | None
    post: str | None
    region_code: str | None
    official_id: int | None
    moved: bool
    not_to: list[Any]


@dataclass(frozen=True, slots=True)
class Found:
    """The persons of a notice; nobody at all, or nobody who does not have it already."""

    officials: tuple[int, ...] = ()
    moved: bool = False
    nobody: bool = False


NOBODY = Found(nobody=True)


class Addressing:
    """Finds the persons of many notices at once."""

    def __init__(self, policy: Policy, time: LocalTime, areas: Areas) -> None:
        self.policy = policy
        self.time = time
        self.areas = areas

    async def find(self, session: AsyncSession, notices: Sequence[Addressee]) -> dict[int, Found]:
        """The persons of each notice, by its id. A second holder of a post is a second person."""
        gone = await away(session, self.time.today())
        roster = await self._roster(session, {n.region_code for n in notices if n.region_code}, gone)
        named = {n.official_id: stand_in(n.official_id, gone) for n in notices if n.official_id}
        there = await linked(session, {one for one in named.values() if one is not None})
        fixed = {one: to for one, to in named.items() if to in there}
        return {notice.id: await self._found(session, notice, roster, fixed) for notice in notices}

    async def _roster(
        self, session: AsyncSession, regions: Collection[str], gone: Mapping[int, int]
    ) -> Roster:
        await self.areas.learn(session, regions)
        around = {code for region in regions for _, code in self.areas.lineage(region)}
        return await load_roster(session, around, self.time.today(), gone) if around else {}

    async def _found(
        self, session: AsyncSession, notice: Addressee, roster: Roster, fixed: Mapping[int, int | None]
    ) -> Found:
        named = fixed.get(notice.official_id or 0)
        if named is not None and named not in notice.not_to:
            return Found((named,), notice.moved)
        if notice.post is None or notice.region_code is None:
            return NOBODY
        lineage = self.areas.lineage(notice.region_code)
        left = without(roster, notice.not_to)
        reached = reach(notice.post, lineage, left, self.policy.posts, self.time.today())
        if not reached.officials:
            return NOBODY
        moved = reached.moved or notice.official_id is not None
        return Found(await _untold(session, notice, reached), moved)


async def _untold(session: AsyncSession, notice: Addressee, reached: Reached) -> tuple[int, ...]:
    """Where one of two holders was lost, the other has a copy of their own already."""
    if notice.official_id is None or reached.moved or notice.event is None:
        return reached.officials
    same = (Notice.event == notice.event) & (Notice.post == notice.post) & (Notice.id != notice.id)
    told = set(await session.scalars(select(Notice.official_id).where(same)))
    return tuple(one for one in reached.officials if one not in told)
