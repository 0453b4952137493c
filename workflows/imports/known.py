"""What the database already knows, as plain values for the checks."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from storage.people import Duty, Official, Region
from storage.register import Clue, Household, Member
from workflows.imports.cells import Unfit, code
from workflows.imports.clues import KnownClue
from workflows.imports.households import HouseholdRow, KnownHouseholds
from workflows.imports.layout import Layout
from workflows.imports.officials import DutyKey, KnownOfficials, OfficialRow
from workflows.imports.places import RegionFact, Tree, place_of

HEAD = "户主"
AT_ONCE = 500


async def known_tree(session: AsyncSession, today: date) -> Tree:
    rows = await session.execute(
        select(Region.code, Region.name, Region.parent_code, Region.level, Region.valid_to, Region.successor)
    )
    return Tree({row.code: RegionFact(*row) for row in rows}, today)


async def known_villages(session: AsyncSession, layout: Layout, today: date) -> Tree:
    """The regions that a list of clues names, with what they became: a province's tree stays where it is."""
    facts = (Region.code, Region.name, Region.parent_code, Region.level, Region.valid_to, Region.successor)
    regions: dict[str, RegionFact] = {}
    wanted = list({name[:12] for name in _codes(layout, "village_code")})
    while wanted:
        found = [RegionFact(*row) async for row in _named(session, select(*facts), Region.code, wanted)]
        regions |= {fact.code: fact for fact in found}
        wanted = [fact.successor for fact in found if fact.successor and fact.successor not in regions]
    return Tree(regions, today)


async def known_officials(session: AsyncSession) -> KnownOfficials:
    persons = await session.execute(select(Official.staff_no, Official.name, Official.phone))
    by_number = {no: (name, phone) for no, name, phone in persons}
    deputy = aliased(Official)
    duties = await session.execute(
        select(Official.staff_no, Duty.post, Region.code, Region.level, Duty.from_on, Duty.to_on)
        .add_columns(deputy.staff_no)
        .join(Official, Duty.official_id == Official.id)
        .join(Region, Duty.region_code == Region.code)
        .outerjoin(deputy, Duty.deputy_id == deputy.id)
    )
    return KnownOfficials(by_number, dict(_duty(row, by_number) for row in duties))


def _duty(row: Row[*tuple[Any, ...]], persons: dict[str, tuple[str, str]]) -> tuple[DutyKey, OfficialRow]:
    staff_no, post, region, level, from_on, to_on, deputy_no = tuple(row)
    name, phone = persons[staff_no]
    duty = OfficialRow(staff_no, name, phone, post, place_of(region, level), from_on, to_on, deputy_no)
    return duty.key, duty


async def known_households(session: AsyncSession, layout: Layout) -> KnownHouseholds:
    heads = await session.execute(
        select(Member.id_hash, Household.number)
        .join(Household, Member.household_id == Household.id)
        .where(Member.role == HEAD, Member.id_hash.is_not(None))
    )
    staff = await session.scalars(select(Official.staff_no))
    return KnownHouseholds(
        rows={row.number: row async for row in _households(session, layout)},
        heads={str(id_hash): number for id_hash, number in heads},
        staff=frozenset(staff),
    )


async def _households(session: AsyncSession, layout: Layout) -> AsyncIterator[HouseholdRow]:
    head = aliased(Member)
    query = (
        select(
            Household.number,
            Household.region_code,
            Household.village_code,
            Household.group,
            Household.head_name,
            head.id_hash,
            Household.members,
            Household.kind,
            Household.labour,
            Household.level,
            Official.staff_no,
            Household.provisional,
        )
        .outerjoin(head, (head.household_id == Household.id) & (head.role == HEAD))
        .outerjoin(Official, Household.helper_id == Official.id)
    )
    async for row in _named(session, query, Household.number, _codes(layout, "household_no")):
        yield HouseholdRow(*row)


async def known_clues(session: AsyncSession, layout: Layout) -> dict[str, KnownClue]:
    query = select(Clue.signal_id, Clue.dept, Clue.rule, Clue.event_on, Clue.received_on, Clue.direction)
    named = _named(session, query, Clue.signal_id, _codes(layout, "signal_id"))
    return {row[0]: KnownClue(*row[1:]) async for row in named}


async def _named(
    session: AsyncSession,
    query: Select[*tuple[Any, ...]],
    by: InstrumentedAttribute[str],
    names: Sequence[str],
) -> AsyncIterator[Row[*tuple[Any, ...]]]:
    """The rows that go by `names`, asked for a few hundred at a time."""
    for start in range(0, len(names), AT_ONCE):
        for row in await session.execute(query.where(by.in_(names[start : start + AT_ONCE]))):
            yield row


def _codes(layout: Layout, column: str) -> list[str]:
    place = layout.places.get(column)
    if place is None:
        return []
    cells = (row.cells[place] for row in layout.body if place < len(row.cells))
    return list(dict.fromkeys(_readable(cells)))


def _readable(cells: Iterable[str]) -> Iterable[str]:
    for cell in cells:
        try:
            yield code(cell)
        except Unfit:
            continue  # the row is refused by its check
