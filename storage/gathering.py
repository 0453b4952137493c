"""Working out ahead what a unit will insert: reading goes on beside others, inserting alone needs a turn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Boolean, Date, TypeEngine

from storage.types import Instant

TIMES = (Date, Instant)
Names = tuple[str, ...]
Values = tuple[Any, ...]


@dataclass(slots=True)
class Sheaf:
    """Rows as the driver takes them, by table and columns, in the order in which they were gathered.

    `keys`: the first and the last key of each table that the rows count on, where no sequence gives them.
    """

    dialect: Dialect
    rows: dict[tuple[Table, Names, bool], list[Values]] = field(default_factory=dict)
    keys: dict[Table, tuple[int, int]] = field(default_factory=dict)

    def add(self, table: Table, rows: Sequence[Mapping[str, Any]], *, unless_there: bool = False) -> None:
        """All of `rows` name the same columns, more than one; `unless_there`: a clash is no error."""
        names = tuple(column.key for column in table.c if column.key in rows[0])
        bound = _bound(self.dialect, table, names)
        self.rows.setdefault((table, names, unless_there), []).extend(map(bound, rows))

    async def land(self, session: AsyncSession) -> bool:
        """Inserts everything; False, and nothing is inserted, where a key was taken meanwhile."""
        if not await self._free(session):
            return False
        connection = await session.connection()
        for kind, rows in self.rows.items():
            await connection.exec_driver_sql(_words(self.dialect, *kind), rows)
        return True

    async def _free(self, session: AsyncSession) -> bool:
        if not self.keys:
            return True
        last = (func.coalesce(select(func.max(table.c.id)).scalar_subquery(), 0) for table in self.keys)
        found = (await session.execute(select(*last))).one()
        return all(first == now + 1 for (first, _), now in zip(self.keys.values(), found, strict=True))

    def following(self) -> "Sheaf":
        """An empty one that counts on keys after those of this one, which is to land before it."""
        return Sheaf(self.dialect, keys={table: (last + 1, last) for table, (_, last) in self.keys.items()})


class Gathering(AsyncSession):
    """A unit that reads, and gathers into `sheaf` what it would insert."""

    sheaf: Sheaf

    def cut(self) -> Sheaf:
        """What was gathered since the last cut, to land by itself before what is gathered from now on."""
        done, self.sheaf = self.sheaf, self.sheaf.following()
        return done

    async def keys(self, table: Table, count: int) -> Sequence[int]:
        """The keys that come next if nobody else inserts before the sheaf lands."""
        if table not in self.sheaf.keys:
            last = await self.scalar(select(func.max(table.c.id))) or 0
            self.sheaf.keys[table] = (last + 1, last)
        first, last = self.sheaf.keys[table]
        self.sheaf.keys[table] = (first, last + count)
        return range(last + 1, last + 1 + count)


@cache
def _words(dialect: Dialect, table: Table, names: Names, unless_there: bool) -> str:
    adding = (sqlite if dialect.name == "sqlite" else postgresql).insert(table)
    chosen = adding.on_conflict_do_nothing() if unless_there else adding
    return str(chosen.compile(dialect=dialect, column_keys=list(names)))


def _binder(dialect: Dialect, kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What the type does to a value; a day or an instant comes again and again and is turned once.

    Either driver takes a yes or no as it is.
    """
    if isinstance(kind, Boolean):
        return None
    binder = kind.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(maxsize=1024)(binder) if binder and isinstance(kind, TIMES) else binder


@cache
def _bound(dialect: Dialect, table: Table, names: Names) -> Callable[[Mapping[str, Any]], Values]:
    """Turns a row into what the driver takes, in the order of `names`."""
    pick = itemgetter(*names)
    found = (_binder(dialect, table.c[name].type) for name in names)
    binders = [(place, binder) for place, binder in enumerate(found) if binder is not None]

    def bound(row: Mapping[str, Any]) -> Values:
        values = list(pick(row))
        for place, binder in binders:
            values[place] = binder(values[place])
        return tuple(values)

    return bound
