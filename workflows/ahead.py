"""A list's signals worked out ahead of their commits, so that a commit has only rows to insert.

Reading and working out is done for several commits at once.
What was looked at is looked at again within the commit: only if all is as it was, the rows land.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Database
from storage.gathering import Gathering, Sheaf
from storage.register import Clue, Household, Member
from storage.work import Case
from workflows.cases import numbers_of
from workflows.desk import Desk
from workflows.intake import Known, recall, settle
from workflows.pace import Pace
from workflows.signals import Signal, in_parts

PARTS_AT_ONCE = 6
Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What register and cases say about some signals; `cases`: the households with an open one."""

    owners: Collection[Values]
    homes: Mapping[int, Values]
    cases: Collection[int]
    checked: Collection[Values]

    def of(self, signals: Sequence[Signal]) -> "Seen":
        """What it would be had only these been looked at."""
        hashes = {one.id_hash for one in signals}
        owners = [owner for owner in self.owners if owner[0] in hashes]
        named = {one.household_number for one in signals}
        owned = {home for _, home in owners}
        homes = {home: facts for home, facts in self.homes.items() if facts[0] in named or home in owned}
        return Seen(
            owners=owners,
            homes=homes,
            cases={home for home in self.cases if home in homes},
            checked=[clue for clue in self.checked if clue[0] in homes],
        )


@dataclass(frozen=True, slots=True)
class Part:
    """Signals worked out for one commit: `words` tells what becomes of each once the rows have landed.

    `alone` are those worked out; what `joining` do to an open case needs a unit that may write.
    `last`: the case number before those of this part.
    """

    signals: Sequence[Signal]
    alone: Sequence[Signal]
    joining: Sequence[Signal]
    words: Sequence[str]
    seen: Seen
    last: str | None
    sheaf: Sheaf

    async def land(self, session: AsyncSession, desk: Desk) -> bool:
        """Inserts the rows; False, and nothing has changed, if something came between. The caller commits."""
        if (await numbers_of(session, desk.today())).last != self.last:
            return False
        same = await _look(session, self.signals) == self.seen
        return same and await self.sheaf.land(session)


async def worked_out(
    database: Database, desk: Desk, signals: Sequence[Signal], batch_id: int, pace: Pace
) -> AsyncGenerator[Part, None]:
    """Part after part, each as if all before it had landed; as large as `pace` says."""
    start = 0
    while start < len(signals):
        size = pace.size
        some = next(in_parts(signals[start:], size * PARTS_AT_ONCE))
        async with database.gathering() as session:
            parts = await work_out(session, desk, some, batch_id, size)
        for part in parts:
            yield part
        start += len(some)


async def work_out(
    session: Gathering,
    desk: Desk,
    signals: Sequence[Signal],
    batch_id: int,
    size: int,
) -> list[Part]:
    """The signals that open cases, are suppressed or wait. The policy in force must be kept already."""
    numbers = await numbers_of(session, desk.today())
    seen = await _look(session, signals)
    busy = _names_of_busy(seen)
    known = await recall(session, [one for one in signals if not _named(one, busy)], numbers)
    parts = []
    for some in in_parts(signals, size):
        parts.append(await _part(session, desk, some, seen, busy, known, batch_id))
        await asyncio.sleep(0)
    return parts


async def _part(
    session: Gathering,
    desk: Desk,
    signals: Sequence[Signal],
    seen: Seen,
    busy: Collection[str | None],
    known: Known,
    batch_id: int,
) -> Part:
    joining = [one for one in signals if _named(one, busy)]
    alone = [one for one in signals if not _named(one, busy)]
    last = known.numbers.last
    words = await settle(session, desk, alone, known, batch_id)
    return Part(signals, alone, joining, words, seen.of(signals), last, session.cut())


def _named(signal: Signal, names: Collection[str | None]) -> bool:
    return signal.household_number in names or signal.id_hash in names


def _names_of_busy(seen: Seen) -> set[str | None]:
    """The numbers and ID hashes by which a household with an open case may be meant."""
    numbers = {seen.homes[home][0] for home in seen.cases}
    hashes = {id_hash for id_hash, home in seen.owners if home in seen.cases}
    return (numbers | hashes) - {None}


async def _look(session: AsyncSession, signals: Sequence[Signal]) -> Seen:
    """All that `recall` reads about these signals, as plain values."""
    hashes = {one.id_hash for one in signals if one.id_hash}
    owners = await _owners(session, hashes) if hashes else []
    numbers = {one.household_number for one in signals if one.household_number}
    meant = Household.number.in_(numbers) | Household.id.in_({home for _, home in owners})
    place = (Household.region_code, Household.village_code, Household.kind, Household.helper_id)
    rows = await session.execute(select(Household.id, Household.number, *place).where(meant))
    homes = {home: tuple(facts) for home, *facts in rows}
    open_ones = select(Case.household_id).where(Case.household_id.in_(homes), Case.closed_on.is_(None))
    said = (Clue.household_id, Clue.id, Clue.dept, Clue.rule, Clue.person_role, Clue.band, Clue.result_on)
    checked = select(*said).where(Clue.household_id.in_(homes), Clue.state == "done").order_by(Clue.id)
    return Seen(
        owners=owners,
        homes=homes,
        cases=set(await session.scalars(open_ones)),
        checked=[tuple(row) for row in await session.execute(checked)],
    )


async def _owners(session: AsyncSession, hashes: Collection[str]) -> list[Values]:
    query = select(Member.id_hash, Member.household_id).where(Member.id_hash.in_(hashes)).order_by(Member.id)
    return [tuple(row) for row in await session.execute(query)]
