"""Reading who holds what: area lineages and duties, as the pure rules of reach want them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Tier
from notifications.reach import Holder, Place, Roster, stand_in
from storage.people import Duty, Leave, Official, Region
from storage.work import Marker

TIER_OF = {"group": Tier.grid, **{tier.value: tier for tier in Tier if tier is not Tier.grid}}
Lineage = Sequence[tuple[Tier, str]]
Node = tuple[str, str | None, Tier]
TREE = "areas"  # the marker that counts the changes of the tree
_CHANGES = select(Marker.value).where(Marker.name == TREE)
TREE_CHANGES = _CHANGES.scalar_subquery()


class Areas:
    """Names and lineages of regions, remembered once read: the tree changes only by import.

    Each change of the tree is counted in its own commit (`tree_changed`); every unit of work reads the
    count once, and reads anew what it needs of a tree that has changed since, whichever process did it.
    """

    def __init__(self) -> None:
        self._changes = 0
        self._fresh: set[str] = set()
        self._nodes: dict[str, Node] = {}
        self._lines: dict[str, Lineage] = {}
        self._above: dict[tuple[str, Tier], str | None] = {}
        self._seats: dict[tuple[str, Tier], str] = {}

    async def learn(self, session: AsyncSession, codes: Iterable[str]) -> None:
        """Reads what is not known yet of these regions and of all above them.

        All is remembered at once: what is known has all above it known, for whoever learns meanwhile.
        """
        changes = await self._look(session)
        found: dict[str, Node] = {}
        missing = set(codes) - self._fresh
        while missing:
            rows = await session.execute(
                select(Region.code, Region.name, Region.parent_code, Region.level).where(
                    Region.code.in_(missing)
                )
            )
            some = {code: (name, parent, TIER_OF[level]) for code, name, parent, level in rows}
            found |= some
            parents = {parent for _, parent, _ in some.values() if parent}
            missing = parents - self._fresh - found.keys()
        self._remember(changes, found)

    async def _look(self, session: AsyncSession) -> int:
        """How often the tree had changed when this unit of work first looked.

        Names of an older tree stay for whoever is in the middle of using them, until they are read anew.
        """
        if TREE not in session.info:
            seen(session, await session.scalar(_CHANGES))
        changes: int = session.info[TREE]
        if changes > self._changes:
            self._changes, self._fresh = changes, set()
        return changes

    def _remember(self, changes: int, found: dict[str, Node]) -> None:
        """What a unit of work has read that began before the tree changed is not taken for the new one."""
        if not found:
            return
        if changes < self._changes:
            found = {code: node for code, node in found.items() if code not in self._fresh}
        else:
            self._fresh |= found.keys()
        moved = any(self._nodes.get(code, node) != node for code, node in found.items())
        self._nodes |= found
        if moved:
            self._lines.clear()
            self._above.clear()
            self._seats.clear()

    def lineage(self, code: str) -> Lineage:
        """The region and those above it, lowest first; learn it before."""
        if code not in self._lines:
            _, parent, tier = self._nodes[code]
            self._lines[code] = ((tier, code), *(self.lineage(parent) if parent else ()))
        return self._lines[code]

    def name(self, code: str) -> str:
        return self._nodes[code][0]

    def tier(self, code: str) -> Tier:
        return self._nodes[code][2]

    def above(self, code: str, tier: Tier) -> str | None:
        """The region of `tier` that `code` lies in, itself included."""
        if (code, tier) not in self._above:
            found = (region for at, region in self.lineage(code) if at is tier)
            self._above[code, tier] = next(found, None)
        return self._above[code, tier]

    def seat(self, code: str, tier: Tier) -> str:
        """Where posts of `tier` sit, seen from `code`: the nearest region above where the tier is missing.

        A tree that ends below has the seat at its top.
        """
        if (code, tier) not in self._seats:
            lineage = self.lineage(code)
            high_enough = (region for at, region in lineage if at.rank >= tier.rank)
            self._seats[code, tier] = next(high_enough, lineage[-1][1])
        return self._seats[code, tier]


def seen(session: AsyncSession, changes: str | None) -> None:
    """What a unit of work has read of `TREE_CHANGES` with something else; the first look counts."""
    session.info.setdefault(TREE, int(changes or 0))


async def tree_changed(session: AsyncSession) -> None:
    """To be committed with a change of regions that may be remembered somewhere."""
    changes = await session.get(Marker, TREE)
    await session.merge(Marker(name=TREE, value=str(int(changes.value) + 1 if changes else 1)))


async def away(session: AsyncSession, today: date) -> dict[int, int]:
    """Who is on leave today, and who stands in for each."""
    query = select(Leave.official_id, Leave.deputy_id).where(Leave.to_on >= today, Leave.from_on <= today)
    rows = await session.execute(query.order_by(Leave.id))
    return {row.official_id: row.deputy_id for row in rows}


async def linked(session: AsyncSession, officials: Collection[int]) -> set[int]:
    """Those of them who are linked and not blocked."""
    if not officials:
        return set()
    reachable = Official.chat_id.is_not(None) & Official.blocked_at.is_(None)
    return set(await session.scalars(select(Official.id).where(Official.id.in_(officials) & reachable)))


async def load_roster(
    session: AsyncSession, regions: Collection[str], today: date, gone: Mapping[int, int]
) -> Roster:
    """All duties of these regions that cover today; `gone` are on leave, each with who stands in."""
    query = (
        select(Duty)
        .where(Duty.region_code.in_(regions), Duty.from_on <= today)
        .where((Duty.to_on.is_(None)) | (Duty.to_on >= today))
        .order_by(Duty.from_on, Duty.id)
    )
    duties = [(duty, _deputy(duty, gone)) for duty in await session.scalars(query)]
    named = {duty.official_id for duty, _ in duties} | {one for _, one in duties if one is not None}
    there = await linked(session, named) - gone.keys()
    roster: dict[Place, list[Holder]] = {}
    for duty, deputy in duties:
        holder = Holder(
            duty.official_id,
            duty.post,
            duty.region_code,
            duty.from_on,
            duty.to_on,
            duty.official_id in there,
            deputy,
            deputy in there,
        )
        roster.setdefault((duty.post, duty.region_code), []).append(holder)
    return roster


def _deputy(duty: Duty, gone: Mapping[int, int]) -> int | None:
    """Who stands in on leave, or who is named in the roster."""
    return stand_in(duty.official_id, gone) if duty.official_id in gone else duty.deputy_id
