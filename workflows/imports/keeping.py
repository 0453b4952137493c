"""Keeping checked rows: each function writes one chunk into the unit of work it is given."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from notifications.roster import tree_changed
from storage.crypto import vault
from storage.people import Duty, Official, Region
from storage.register import Household, Member
from workflows.desk import Desk
from workflows.imports.households import HouseholdRow
from workflows.imports.known import HEAD
from workflows.imports.moving import follow_moves
from workflows.imports.officials import OfficialRow
from workflows.imports.places import Place, RegionFact, group_region

Values = dict[str, Any]


async def keep_regions(session: AsyncSession, regions: Sequence[RegionFact]) -> None:
    """Parents must come before their children."""
    kept = set(await session.scalars(select(Region.code).where(Region.code.in_([r.code for r in regions]))))
    values: list[Values] = [
        {
            "code": region.code,
            "name": region.name,
            "parent_code": region.parent_code,
            "level": region.level,
            "valid_to": region.valid_to,
            "successor": region.successor,
        }
        for region in regions
    ]
    await _add(session, Region, [row for row in values if row["code"] not in kept])
    if changed := [row for row in values if row["code"] in kept]:
        await _change(session, Region, changed)
        await tree_changed(session)


async def keep_persons(session: AsyncSession, rows: Sequence[OfficialRow]) -> None:
    """One official per staff number."""
    ids = await _ids(session, Official, Official.staff_no, [row.staff_no for row in rows])
    values = {row.staff_no: _person(row) for row in rows}
    await _add(session, Official, [value for no, value in values.items() if no not in ids])
    await _change(session, Official, [value | {"id": ids[no]} for no, value in values.items() if no in ids])


def _person(row: OfficialRow) -> Values:
    return {
        "staff_no": row.staff_no,
        "name": row.name,
        "phone": row.phone,
        "phone_hash": vault().find_by(row.phone),
    }


async def keep_duties(session: AsyncSession, rows: Sequence[OfficialRow]) -> None:
    """The officials and their deputies must be kept already; groups are made here."""
    await keep_groups(session, [row.place for row in rows])
    named = {no for row in rows for no in (row.staff_no, row.deputy_no) if no}
    ids = await _ids(session, Official, Official.staff_no, named)
    kept = await _duty_ids(session, ids.values())
    values = {
        (ids[row.staff_no], row.post, row.place.code, row.from_on): {
            "to_on": row.to_on,
            "deputy_id": ids[row.deputy_no] if row.deputy_no else None,
        }
        for row in rows
    }
    names = ("official_id", "post", "region_code", "from_on")
    new = (dict(zip(names, key, strict=True)) | rest for key, rest in values.items() if key not in kept)
    await _add(session, Duty, list(new))
    await _change(session, Duty, [rest | {"id": kept[key]} for key, rest in values.items() if key in kept])


async def _duty_ids(session: AsyncSession, officials: Iterable[int]) -> dict[tuple[Any, ...], int]:
    found = await session.execute(
        select(Duty.id, Duty.official_id, Duty.post, Duty.region_code, Duty.from_on).where(
            Duty.official_id.in_(officials)
        )
    )
    return {tuple(key): duty_id for duty_id, *key in found}


async def keep_groups(session: AsyncSession, places: Iterable[Place]) -> None:
    """Groups that a list names are made where they are missing."""
    groups = {place.code: group_region(place) for place in places if place.group}
    kept = await session.scalars(select(Region.code).where(Region.code.in_(groups)))
    for code in kept:
        del groups[code]
    await keep_regions(session, list(groups.values()))


async def keep_households(desk: Desk, session: AsyncSession, rows: Sequence[HouseholdRow]) -> None:
    """Households with their heads; helpers must be kept already. Cases go along with who moved."""
    await keep_groups(session, [row.place for row in rows])
    helpers = await _ids(
        session, Official, Official.staff_no, {row.helper_no for row in rows if row.helper_no}
    )
    numbers = [row.number for row in rows]
    ids = await _ids(session, Household, Household.number, numbers)
    values = {row.number: _household(row, helpers) for row in rows}
    await _add(session, Household, [value for number, value in values.items() if number not in ids])
    await _change(
        session, Household, [value | {"id": ids[number]} for number, value in values.items() if number in ids]
    )
    await follow_moves(session, desk, {ids[row.number]: row.region_code for row in rows if row.number in ids})
    await _keep_heads(session, rows, await _ids(session, Household, Household.number, numbers))


def _household(row: HouseholdRow, helpers: Mapping[str, int]) -> Values:
    return {
        "number": row.number,
        "region_code": row.region_code,
        "village_code": row.village_code,
        "group": row.group,
        "head_name": row.head_name,
        "members": row.members,
        "kind": row.kind,
        "labour": row.labour,
        "level": row.level,
        "helper_id": helpers[row.helper_no] if row.helper_no else None,
        "provisional": row.provisional,
    }


async def _keep_heads(session: AsyncSession, rows: Sequence[HouseholdRow], ids: Mapping[str, int]) -> None:
    heads = {
        ids[row.number]: {"name": row.head_name, "id_hash": row.id_hash}
        for row in rows
        if row.head_name or row.id_hash
    }
    kept = await _ids(session, Member, Member.household_id, heads, Member.role == HEAD)
    new = ({"household_id": home, "role": HEAD} | head for home, head in heads.items() if home not in kept)
    await _add(session, Member, list(new))
    await _change(
        session, Member, [head | {"id": kept[home]} for home, head in heads.items() if home in kept]
    )


async def _ids(
    session: AsyncSession,
    entity: Any,
    by: InstrumentedAttribute[Any],
    names: Iterable[Any],
    *where: ColumnElement[bool],
) -> dict[Any, int]:
    """The row ids of an entity by one of its columns."""
    found = await session.execute(select(by, entity.id).where(by.in_(list(names)), *where))
    return dict(found.all())


async def _add(session: AsyncSession, entity: Any, values: Sequence[Values]) -> None:
    if values:
        await session.execute(insert(entity), values)


async def _change(session: AsyncSession, entity: Any, values: Sequence[Values]) -> None:
    """Updates by primary key, which each of `values` holds."""
    if values:
        await session.execute(update(entity), values)
