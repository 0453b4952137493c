"""Reading who holds what: area lineages and duties, as the pure rules of reach want them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from config.models import Tier
from notifications.reach import Holder, Place, Roster
from storage.people import Duty, Official, Region

TIER_OF = {"group": Tier.grid, **{tier.value: tier for tier in Tier if tier is not Tier.grid}}
Lineage = Sequence[tuple[Tier, str]]


class Areas:
    """Names and lineages of regions, remembered once read: the tree changes only by import."""

    def __init__(self) -> None:
        self._nodes: dict[str, tuple[str, str | None, Tier]] = {}
        self._lines: dict[str, Lineage] = {}
        self._above: dict[tuple[str, Tier], str | None] = {}

    async def learn(self, session: AsyncSession, codes: Iterable[str]) -> None:
        """Reads what is not known yet of these regions and of all above them.

        All is remembered at once: what is known has all above it known, for whoever learns meanwhile.
        """
        found: dict[str, tuple[str, str | None, Tier]] = {}
        missing = {code for code in codes if code not in self._nodes}
        while missing:
            rows = await session.execute(
                select(Region.code, Region.name, Region.parent_code, Region.level).where(
                    Region.code.in_(missing)
                )
            )
            some = {code: (name, parent, TIER_OF[level]) for code, name, parent, level in rows}
            found |= some
            parents = {parent for _, parent, _ in some.values() if parent}
            missing = parents - self._nodes.keys() - found.keys()
        self._nodes |= found

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

    def forget(self) -> None:
        self._nodes.clear()
        self._lines.clear()
        self._above.clear()


async def load_roster(session: AsyncSession, regions: Collection[str], today: date) -> Roster:
    """All duties of these regions that cover today."""
    deputy = aliased(Official)
    rows = await session.execute(
        select(Duty, Official.chat_id, Official.blocked_at, deputy.chat_id, deputy.blocked_at)
        .join(Official, Official.id == Duty.official_id)
        .outerjoin(deputy, deputy.id == Duty.deputy_id)
        .where(Duty.region_code.in_(regions), Duty.from_on <= today)
        .where((Duty.to_on.is_(None)) | (Duty.to_on >= today))
        .order_by(Duty.from_on, Duty.id)
    )
    roster: dict[Place, list[Holder]] = {}
    for duty, chat, blocked, deputy_chat, deputy_blocked in rows:
        holder = Holder(
            duty.official_id,
            duty.post,
            duty.region_code,
            duty.from_on,
            duty.to_on,
            chat is not None and blocked is None,
            duty.deputy_id,
            deputy_chat is not None and deputy_blocked is None,
        )
        roster.setdefault((duty.post, duty.region_code), []).append(holder)
    return roster
