"""Inserting by the hundred, and INSERT … ON CONFLICT, which both databases have and spell differently."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict

from storage.base import Base
from storage.gathering import Gathering, Sheaf

Row = TypeVar("Row", bound=Base)
Insert = sqlite.Insert | postgresql.Insert
INSERTS: Mapping[str, Callable[[Any], Insert]] = {"sqlite": sqlite.Insert, "postgresql": postgresql.Insert}


def _embedded(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def insert_for(session: AsyncSession, entity: Any) -> Insert:
    """An insert that may say what happens to a row that is there already."""
    return INSERTS[session.get_bind().dialect.name](entity)


async def insert_rows(
    session: AsyncSession,
    entity: type[Base],
    rows: Iterable[Mapping[str, Any]],
    *,
    unless_there: bool = False,
) -> None:
    """Rows that nobody needs as objects, in one statement; all of them name the same columns.

    `unless_there`: a row that clashes with one that is there already is left out.
    """
    complete = [_defaults(entity) | dict(row) for row in rows]
    if not complete:
        return
    if isinstance(session, Gathering):
        session.sheaf.add(_table(entity), complete, unless_there=unless_there)
        return
    await session.flush()
    sheaf = Sheaf(session.get_bind().dialect)
    sheaf.add(_table(entity), complete, unless_there=unless_there)
    await sheaf.land(session)


def made(entity: type[Row], **values: Any) -> Row:
    """A new object for `keep`, its columns written plainly: nobody asks for the history of what is new."""
    one = entity()
    instance_dict(one).update(values)
    return one


async def keep(session: AsyncSession, objects: Sequence[Base]) -> None:
    """New objects of one class, in one statement; afterwards they have their keys and are tracked.

    What a `Gathering` lays by has its keys too, but is tracked by nobody.
    """
    if not objects:
        return
    entity = type(objects[0])
    for one, key in zip(objects, await take_keys(session, entity, len(objects)), strict=True):
        given = instance_dict(one)
        given |= {name: copy(value) for name, value in _fresh(entity).items() if name not in given}
        given["id"] = key
    await insert_rows(session, entity, (_values(entity, one) for one in objects))
    if not isinstance(session, Gathering):
        for one in objects:
            make_transient_to_detached(one)
        session.add_all(objects)


async def take_keys(session: AsyncSession, entity: type[Base], count: int) -> Sequence[int]:
    """Primary keys for rows about to be inserted; for a unit that may write, or one that gathers."""
    if _embedded(session):
        if isinstance(session, Gathering):
            return await session.keys(_table(entity), count)
        last = await session.scalar(select(func.max(_table(entity).c.id))) or 0
        return range(last + 1, last + 1 + count)
    sequence = func.pg_get_serial_sequence(entity.__tablename__, "id")
    many = select(func.nextval(sequence)).select_from(func.generate_series(1, count))
    return (await session.scalars(many)).all()


def _table(entity: type[Base]) -> Table:
    assert isinstance(entity.__table__, Table)
    return entity.__table__


@cache
def _names(entity: type[Base]) -> tuple[str, ...]:
    """The columns an insert names."""
    return tuple(column.key for column in _table(entity).c if column.key != "insert_order")


def _values(entity: type[Base], one: Base) -> dict[str, Any]:
    given = instance_dict(one)
    return {name: given[name] for name in _names(entity)}


@cache
def _defaults(entity: type[Base]) -> dict[str, Any]:
    """What columns hold that have a default, for rows that do not name them."""
    return {name: value for name, value in _fresh(entity).items() if value is not None}


@cache
def _fresh(entity: type[Base]) -> dict[str, Any]:
    """Every column but the key with its default, None where it has none."""
    columns = (_table(entity).c[name] for name in _names(entity) if name != "id")
    return {column.key: _default(column.default) for column in columns}


def _default(default: Any) -> Any:
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg
